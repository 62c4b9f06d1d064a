"""What the pulses of memristive synapses cost."""

from typing import NamedTuple

import numpy as np

from .. import _cast
from ..errors import ParameterError


class Energy(NamedTuple):
    """Pulses and energy of a projection's devices.

    reads, sets, resets : int, pulses of all devices
    synapses : float64 array (m,), pJ, of each synapse in the order of `Simulator.weights`
    total : float, pJ
    """

    reads: int
    sets: int
    resets: int
    synapses: np.ndarray
    total: float


def energy(sim, projection, read, set, reset):
    """The energy of all pulses so far of a projection of memristive synapses: their numbers, which are exact, times what each costs.

    A pulse costs what it costs whether it switches a device or not.

    Parameters
    ----------
    sim : Simulator
    projection : Projection
    read, set, reset : float, pJ, >= 0
        Of a pulse. A pair of devices takes two read pulses an arrival.

    Returns
    -------
    Energy
        With reads, sets, resets, synapses (pJ each) and total (pJ).

    Raises
    ------
    ParameterError
        Where the projection has no memristive synapses.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> pre = net.population(2, es.SpikeSource(times=[[10.0, 30.0], [20.0]]), name="pre")
    >>> post = net.population(1, es.LIF(), name="post")
    >>> device = es.devices.Binary(r_on=0.01, r_off=1.0)
    >>> j = net.connect(pre, post, es.AllToAll(), synapse=es.Memristor(1.0, 1.0, device, scale=0.01))
    >>> sim = es.Simulator(net)
    >>> sim.run(50.0)
    >>> es.devices.energy(sim, j, read=0.5, set=10.0, reset=20.0)
    Energy(reads=3, sets=0, resets=0, synapses=array([1. , 0.5]), total=1.5)
    """
    costs = {"reads": read, "sets": set, "resets": reset}
    costs = {name: _cast.number(value, f"energy of {name}", "pJ", low=0.0) for name, value in costs.items()}
    synapses = sim.weights(projection)
    if not costs.keys() <= {*synapses.dtype.names}:
        raise ParameterError(f"projection must be one of memristive synapses (es.Memristor), got {projection!r}")
    pulses = {name: int(synapses[name].sum()) for name in costs}
    spent = sum(synapses[name] * cost for name, cost in costs.items())
    return Energy(**pulses, synapses=spent, total=sum(pulses[name] * cost for name, cost in costs.items()))
