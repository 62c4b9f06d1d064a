"""What a Simulator keeps for an audit: whose spikes are recorded beyond those asked for, and what was set."""

import math

import numpy as np

from .. import _cast
from ..errors import FormatError, ParameterError
from ..network.population import Population, PopulationView
from ..neurons.model import EXACT, Neuron
from .membranes import membrane_class
from .received import synapses_onto

_CHOICE = 0  # seed of the choice of neurons, so that the same network is audited at the same neurons


class Kept:
    """Which neurons can be audited, and what has to be remembered about them.

    Parameters
    ----------
    program : Program
    populations : sequence of Population
    addresses : int64 (n,), sorted
        Of the neurons to be audited.
    shown_from : float64 (N,), ms
        From when on the user wants to see the spikes of an address; inf: not at all.
    sets : list of (time, address, place of the variable, value)
        What `Simulator.set` did to them.

    Raises
    ------
    ParameterError
        Where a neuron can not be audited.
    """

    def __init__(self, program, populations, addresses, shown_from, sets):
        self.addresses, self.shown_from, self.sets = addresses, shown_from, sets
        self.synapses = synapses_onto(program, addresses)
        for p in populations:
            if np.any((addresses >= p.first) & (addresses < p.first + p.n)):
                _check_model(p)
        self._check_delays(program, populations)

    def _check_delays(self, program, populations):
        kind = program.fabric.populations.kind[program.fabric.of_address[self.synapses.source]]
        without = (kind >= 0) & (self.synapses.delay == 0.0)
        if without.any():
            synapse = self.synapses[int(np.argmax(without))]
            pre, post = (_named(populations, a) for a in (synapse.source, self.addresses[synapse.place]))
            raise ParameterError(
                f"audit must be of neurons that receive nothing without delay from other neurons, since micro-steps are not recorded; "
                f"{post} does, from {pre}"
            )

    def mask(self, wanted):
        """Whose spikes the engine has to record: uint8 (N,)."""
        mask = wanted.copy()
        mask[self.addresses] = 1
        mask[self.synapses.source] = 1
        return mask

    def show(self, addresses, now):
        """The user wants to see spikes of these addresses from now on."""
        self.shown_from[addresses] = np.minimum(self.shown_from[addresses], now)

    def shown(self, spikes):
        """The recorded spikes (SPIKE records) that the user wants to see."""
        return spikes[spikes.time >= self.shown_from[spikes.address]]

    @property
    def asked_for(self):
        """Whose spikes the user wants to see: bool (N,)."""
        return self.shown_from < math.inf

    def note(self, now, selection, values):
        """Remember what `Simulator.set` does: a dict variable -> number or array."""
        variables = selection.population.model.model.variables
        audited = np.flatnonzero(np.isin(selection.addresses, self.addresses))
        for name, value in values.items():
            value = np.broadcast_to(value, (len(selection),))
            self.sets += [(now, int(selection.addresses[k]), variables.index(name), float(value[k])) for k in audited]

    def arrays(self):
        """All of it as arrays, for a checkpoint."""
        return {
            "audit.addresses": self.addresses,
            "audit.shown_from": self.shown_from,
            "audit.sets": np.array(self.sets, np.float64).reshape(-1, 4),
        }


def keep(audit, populations, program, known, wanted):
    """What is to be kept.

    Parameters
    ----------
    audit : int, or population, view, or list of them
        How many neurons, drawn at random; or which.
    populations : sequence of Population
    program : Program
    known : callable
        Refuses what is not a selection of the network.
    wanted : uint8 (N,)
        Whose spikes the user wants to see.

    Returns
    -------
    Kept

    Raises
    ------
    ParameterError
    """
    shown_from = np.where(wanted, 0.0, math.inf)
    return Kept(program, populations, _chosen(audit, populations, known), shown_from, [])


def restored(arrays, populations, program):
    """What a checkpoint kept, or None.

    Raises
    ------
    FormatError
        Where the arrays do not belong to the program.
    """
    if "audit.addresses" not in arrays:
        return None
    addresses, shown_from, sets = (arrays[f"audit.{k}"] for k in ("addresses", "shown_from", "sets"))
    layouts = (addresses.dtype, addresses.ndim), (shown_from.dtype, shown_from.shape), (sets.dtype, sets.ndim)
    if layouts != ((np.int64, 1), (np.float64, (program.n_addresses,)), (np.float64, 2)):
        raise FormatError("the arrays audit.* must be int64 (n,), float64 (N,) and float64 (m, 4)")
    return Kept(program, populations, addresses, shown_from, [(t, int(a), int(k), v) for t, a, k, v in sets.tolist()])


def _chosen(audit, populations, known):
    neurons = [p for p in populations if isinstance(p.model, Neuron)]
    size = sum(p.n for p in neurons)
    if isinstance(audit, (Population, PopulationView)):
        audit = [audit]
    if isinstance(audit, (list, tuple)):
        selections = [known(selection) for selection in audit]
        for selection in selections:
            if selection.population.is_source:
                raise ParameterError(f"audit must be of neurons, got the source {selection.name!r}")
        addresses = np.unique(np.concatenate([np.empty(0, np.int64), *(s.addresses for s in selections)]))
        if len(addresses) == 0:
            raise ParameterError(f"audit must name at least one neuron, got {_cast.short(audit)}")
        return addresses
    if not isinstance(audit, (int, np.integer)) or isinstance(audit, bool):
        raise ParameterError(f"audit must be a number of neurons, or a list of populations and views, got {_cast.short(audit)}")
    number = _cast.integer(audit, "audit", low=1)
    if number > size:
        raise ParameterError(f"audit must be <= the number of neurons, {size}, got {number}")
    every = np.concatenate([p.addresses for p in neurons])
    return np.sort(np.random.default_rng(_CHOICE).choice(every, number, replace=False))


def _check_model(p):
    if membrane_class(p.model.model) is None:
        model, why = p.model.model, ""
        if model.currents:
            why = ", into which currents that depend on time are injected"
        elif model.exactness != EXACT:
            why = f", which is of class {model.exactness!r}: it has no closed form to be replayed in many digits"
        raise ParameterError(
            f"audit knows no exact replay of model {model.name!r} (population {p.name!r}){why}; it knows those of LIF and LIFExp. "
            "Name other populations in audit=[...]"
        )


def _named(populations, address):
    p = next(p for p in populations if p.first <= address < p.first + p.n)
    return f"neuron {address - p.first} of {p.name!r}"
