"""lower(network) -> Program."""

import os

import numpy as np

from ..errors import CapacityError, NumericalError, ParameterError
from ..network.distributions import Distribution
from ..network.rules import FixedOutDegree
from ..network.sources import SpikeSource
from ..neurons.model import KEY, Neuron
from ..numerics.random import FIRING, derive_key
from ..synapses.rule import Synapse
from .blocks import block_bits
from .changes import note_reach
from .connections import connect_all
from .currents import lower_currents, most
from .drives import lower_drives
from .memory import available_bytes
from .plastic import layout, lower_plastic
from .program import OTHER_SOURCE, POPULATION, SPIKE_SOURCE, STATE, Fabric, Program, records, width_of_row
from .sources import check_drawn, lower_sources


def lower(network, seed=None, threads=None):
    """The Program of a network, and its neuron models in the order of their kinds (those of its rules of plasticity: `plastic.rules_of`).

    Parameters
    ----------
    network : Network
    seed : int, optional
        Of the noise (drives, random sources); the structure always comes from the network's own seed.
    threads : int, optional
        That draw the connections, by default as many as there are processors. No bit depends on it.

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
    check_drawn(network)
    populations, constants, initial = _lower_populations(network, models, seed)
    projections, *arrays = connect_all(network, threads or os.cpu_count() or 1)
    out = _outgoing(populations, projections)
    of_address = np.repeat(np.arange(len(populations), dtype=np.int32), populations.count)
    train, generators, table = lower_sources(network, seed)
    _check_currents(network)
    currents, injected, levels = lower_currents(network.injections, seed)
    plastic = lower_plastic(network, seed, populations, projections, arrays[0], arrays[2])
    note_reach(network, projections, arrays[0], arrays[4])
    return Program(
        fabric=Fabric(populations, of_address, out, projections, *arrays),
        drives=lower_drives(network.drives, seed),
        plastic=plastic,
        train=train,
        generators=generators,
        table=table,
        constants=constants,
        initial=initial,
        currents=currents,
        injected=injected,
        levels=levels,
    ), models


BYTES_PER_MEMBER = 32  # of a drive
BYTES_PER_KEPT = 20  # of a procedural synapse in flight


def check_memory(network):
    """Refuse a network that can not fit, with the figures."""
    needed = float(sum(BYTES_PER_MEMBER * len(d.post) for d in network.drives))
    bits = block_bits(network)
    for j in network.projections:
        if j.procedural:
            needed += _procedural_bytes(j)
            continue
        if isinstance(j.synapse, Synapse):  # rows of the Program, of the engine, and while they are made
            needed += j.rule.expected(j.pre, j.post) * 24 * layout(j.synapse.rule).width
        weight = 0 if isinstance(j.weight, float) else j.weight_dtype.itemsize
        needed += j.rule.expected(j.pre, j.post) * (4 + weight + (0 if isinstance(j.delay, float) else 8))
        # Where rows begin, and as much again while they are filled.
        needed += 16 * (len(j.pre) * ((max(1, j.post.population.n) - 1 >> bits[j.post.population.ordinal]) + 1) + 1)
    for p in network.populations:
        # Tables of addresses, and the rows of neurons: those of the Program, the engine's, and while they are made.
        needed += 60 * p.n + (0 if p.is_source else 24 * p.n * width_of_row(p.model.model))
    available = available_bytes()
    if needed > available:
        raise CapacityError(
            f"the network needs about {needed / 2**30:.1f} GiB, {available / 2**30:.1f} GiB are free; shared weights and delays take 4 bytes a synapse, individual ones 8 more each (float32 weights: 4), procedural=True none"
        )


def _procedural_bytes(j):
    """Tables, room for the longest row, and rows in flight at 1 Hz (known rates of sources) where delays are individual."""
    synapses = j.rule.expected(j.pre, j.post)
    longest = j.rule.k if isinstance(j.rule, FixedOutDegree) else len(j.post)
    needed = 12.0 * (len(j.pre) + len(j.post)) + 45.0 * longest
    if not isinstance(j.delay, float):
        rate = float(np.mean(j.pre.population.get("rate"))) if "rate" in j.pre.population.values else 1.0
        low, high = j.delay.reach
        needed += 2.0 * BYTES_PER_KEPT * synapses * rate * 1e-3 * 0.5 * (low + high)
    return needed


def _lower_populations(network, models, seed):
    declared = network.populations
    populations = records(POPULATION, len(declared))
    constants, initial = [], []
    row = constant = 0
    for p, lowered in zip(declared, populations, strict=True):
        lowered.first, lowered.count = p.first, p.n
        if p.is_source:
            lowered.kind = SPIKE_SOURCE if isinstance(p.model, SpikeSource) else OTHER_SOURCE
            continue
        lowered.kind = models.index(p.model.model)
        own_constants, lowered.constant_stride = _constants(p, seed)
        own_rows = _rows(p)
        lowered.width = own_rows.shape[1]
        lowered.row, lowered.constant = row, constant
        row, constant = row + own_rows.size, constant + own_constants.size
        constants.append(own_constants)
        initial.append(own_rows.ravel())
    return populations, _joined(constants, np.float64), _joined(initial, np.float64)


def _outgoing(populations, projections):
    """The projections that leave each population, in order; their places are noted in `populations`."""
    source = np.searchsorted(populations.first + populations.count, projections.pre_first, side="right")
    order = np.argsort(source, kind="stable")
    populations.out = np.searchsorted(source[order], np.arange(len(populations)), side="left")
    populations.out_end = np.searchsorted(source[order], np.arange(len(populations)), side="right")
    return order


def _constants(p, seed):
    """Constants of a population: one set where all parameters are shared, else one per neuron; and the stride."""
    model = p.model.model
    values = [p.values[q.name] for q in model.parameters]
    if all(isinstance(v, float) for v in values) and not model.random:
        return np.array(_prepared(model, values, p), np.float64), 0
    columns = [p._values(q.name) for q in model.parameters]
    _check_drawn(p)
    prepared = np.stack([np.broadcast_to(c, (p.n,)) for c in _prepared(model, columns, p)], axis=1)
    if model.random:
        for name, key in zip(KEY, derive_key(seed, FIRING, p.addresses), strict=True):
            prepared[:, model.constant_type._fields.index(name)] = key
    return np.ascontiguousarray(prepared).ravel(), prepared.shape[1]


def _prepared(model, values, p, why="; its parameters are too large"):
    """Constants from parameters: `prepare` is plain arithmetic, so it takes floats and arrays alike."""
    constants = model.prepare(model.parameter_type(*values))
    for name, value in zip(constants._fields, constants, strict=True):
        if not np.all(np.isfinite(value)):
            raise NumericalError(f"{name} of population {p.name!r} is not finite{why}")
    return constants


def _check_currents(network):
    """Neurons must stay finite under the largest currents that are injected into them."""
    for p in {i.post.population.ordinal: i.post.population for i in network.injections}.values():
        largest, model = np.zeros(p.n), p.model.model.base
        given = model.parameter_type(*(p._values(q.name) for q in model.parameters))
        with np.errstate(over="ignore", invalid="ignore"):
            for i in network.injections:
                if i.post.population is p:
                    largest[i.post.index] += most(i.current)
            for i_offset in (given.i_offset + largest, given.i_offset - largest):
                reached = given._replace(i_offset=i_offset)
                _prepared(model, reached, p, "; its parameters and the currents injected into it are too large")


def _check_drawn(p):
    """Ordering constraints between parameters, once distributions are drawn."""
    for low, high in p.model.model.ordered:
        a, b = p._values(low), p._values(high)
        if (a >= b).any():
            k = int(np.argmax(a >= b))
            raise ParameterError(f"{low} must be < {high}, got {low} = {a[k]:g}, {high} = {b[k]:g} at neuron {k} of {p.name!r}")


def _rows(p):
    """Initial rows of a population: last event at 0, never fired, not yet looked at, initial state."""
    model = p.model.model
    rows = np.zeros((p.n, width_of_row(model)))
    rows[:, :STATE] = 0.0, -np.inf, np.inf
    for k, name in enumerate(model.variables):
        rows[:, STATE + k] = p._values(name)
        if isinstance(p.values.get(name), Distribution) and not np.isfinite(rows[:, STATE + k]).all():
            raise NumericalError(f"initial {name} of population {p.name!r} is not finite")
    return rows


def _joined(parts, dtype):
    return np.concatenate(parts, dtype=dtype) if parts else np.empty(0, dtype)
