"""lower(network) -> Program."""

import numpy as np

from ..errors import CapacityError, NumericalError
from ..network.distributions import Distribution
from ..network.sources import Poisson, SpikeSource
from ..neurons.model import Neuron
from ..numerics.random import SOURCE, derive_key
from .connections import connect_all
from .drives import lower_drives
from .memory import available_bytes
from .program import POISSON, SPIKE_SOURCE, STATE, Populations, Program, Sources


def lower(network, seed=None):
    """The Program of a network, and its neuron models in the order of their kinds.

    Parameters
    ----------
    network : Network
    seed : int, optional
        Of the noise (drives, Poisson sources); the structure always comes from the network's own seed.

    Returns
    -------
    program : Program
    models : list of NeuronModel

    Raises
    ------
    CapacityError
        Where the arrays would not fit into memory; raised before they are made.
    """
    seed = network.seed if seed is None else seed
    models = []
    for p in network.populations:
        if isinstance(p.model, Neuron) and p.model.model not in models:
            models.append(p.model.model)
    check_memory(network)
    populations, constants, initial = _lower_populations(network, models)
    return Program(
        populations=populations,
        synapses=connect_all(network),
        drives=lower_drives(network.drives, seed),
        sources=_lower_sources(network, seed),
        constants=constants,
        initial=initial,
    ), models


def check_memory(network):
    """Refuse a network that can not fit, with the figures."""
    needed = 0.0
    for j in network.projections:
        individual = sum(not isinstance(x, float) for x in (j.weight, j.delay))
        needed += j.rule.expected(j.pre, j.post) * (4 + 8 * individual)
    for p in network.populations:
        needed += 12 * p.n + (0 if p.is_source else 16 * p.n * (STATE + len(p.model.model.variables)))
    available = available_bytes()
    if needed > available:
        raise CapacityError(f"the network needs about {needed / 2**30:.1f} GiB, {available / 2**30:.1f} GiB are free; shared weights and delays take 4 bytes a synapse, individual ones 8 more each")


def _lower_populations(network, models):
    pops = network.populations
    kind = [models.index(p.model.model) if isinstance(p.model, Neuron) else _source_kind(p.model) for p in pops]
    width = [0 if p.is_source else STATE + len(p.model.model.variables) for p in pops]
    sizes = np.array([p.n for p in pops], np.int64)
    blocks = [_constants(p) if not p.is_source else (np.empty(0), 0) for p in pops]
    outgoing = [[j.ordinal for j in network.projections if j.pre.population is p] for p in pops]
    initial = [_rows(p) for p in pops if not p.is_source]
    populations = Populations(
        first=_pointers(sizes),
        kind=np.array(kind, np.int64),
        width=np.array(width, np.int64),
        row=_pointers(sizes * np.array(width, np.int64))[:-1],
        constant=_pointers([len(c) for c, _ in blocks])[:-1],
        constant_stride=np.array([stride for _, stride in blocks], np.int64),
        out=_pointers([len(o) for o in outgoing]),
        out_projection=np.array([j for o in outgoing for j in o], np.int64),
        of_address=np.repeat(np.arange(len(pops), dtype=np.int32), sizes),
    )
    constants = np.concatenate([c for c, _ in blocks]) if blocks else np.empty(0)
    return populations, constants, np.concatenate(initial) if initial else np.empty(0)


def _source_kind(model):
    return SPIKE_SOURCE if isinstance(model, SpikeSource) else POISSON


def _constants(p):
    """Constants of a population: one set where all parameters are shared, else one per neuron; and the stride."""
    model = p.model.model
    values = [p.values[q.name] for q in model.parameters]
    if all(isinstance(v, float) for v in values):
        return np.array(_prepared(model, values, p), np.float64), 0
    columns = [p._values(q.name) for q in model.parameters]
    _check_drawn(p)
    prepared = np.stack([np.broadcast_to(c, (p.n,)) for c in _prepared(model, columns, p)], axis=1)
    return np.ascontiguousarray(prepared).ravel(), prepared.shape[1]


def _prepared(model, values, p):
    """Constants from parameters: `prepare` is plain arithmetic, so it takes floats and arrays alike."""
    constants = model.prepare(model.parameter_type(*values))
    for name, value in zip(constants._fields, constants, strict=True):
        if not np.all(np.isfinite(value)):
            raise NumericalError(f"{name} of population {p.name!r} is not finite; its parameters are too large")
    return constants


def _check_drawn(p):
    """Ordering constraints between parameters, once distributions are drawn."""
    from ..errors import ParameterError

    for low, high in p.model.model.ordered:
        a, b = p._values(low), p._values(high)
        if (a >= b).any():
            k = int(np.argmax(a >= b))
            raise ParameterError(f"{low} must be < {high}, got {low} = {a[k]:g}, {high} = {b[k]:g} at neuron {k} of {p.name!r}")


def _rows(p):
    """Initial rows of a population: last event at 0, never fired, not yet looked at, initial state."""
    variables = p.model.model.variables
    rows = np.empty((p.n, STATE + len(variables)))
    rows[:, :STATE] = 0.0, -np.inf, np.inf
    for k, name in enumerate(variables):
        rows[:, STATE + k] = p._values(name)
    if isinstance(p.values.get("v"), Distribution) and not np.isfinite(rows[:, STATE]).all():
        raise NumericalError(f"initial v of population {p.name!r} is not finite")
    return rows.ravel()


def _lower_sources(network, seed):
    times, addresses, poisson, intervals, keys = [], [], [], [], []
    for p in network.populations:
        if isinstance(p.model, SpikeSource) and p.model.trains is not None:
            times += p.model.trains
            addresses += [np.full(len(train), p.first + k, np.int64) for k, train in enumerate(p.model.trains)]
        elif isinstance(p.model, Poisson):
            rate = np.broadcast_to(p.model.rate, (p.n,))
            active = np.flatnonzero(rate > 0.0)
            poisson.append(p.first + active)
            intervals.append(1000.0 / rate[active])
            keys += [derive_key(seed, SOURCE, int(a)) for a in p.first + active]
    time, address = _joined(times, np.float64), _joined(addresses, np.int64)
    order = np.lexsort((address, time))
    return Sources(
        train_time=time[order],
        train_address=address[order],
        poisson_address=_joined(poisson, np.int64),
        poisson_interval=_joined(intervals, np.float64),
        poisson_key=np.array(keys, np.int64).reshape(-1, 2),
    )


def _joined(parts, dtype):
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)


def _pointers(counts):
    return np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))]).astype(np.int64)
