"""A modulator: a substance whose level synapses with a third factor feel, such as dopamine.

    dz/dt = (baseline - z) / tau       z -> z + weight at a delivery

It is a population of one that is connected like any other, by weights and delays, and never fires: a leaky membrane without threshold,
whose potential is the level.
"""

import math

from .. import _cast
from ..neurons.lif import LIF

# Higher than any level; the membrane has to have a threshold.
NEVER = 1e300


def Modulator(tau=200.0, baseline=0.0):
    """A substance whose level decays, for a population of one: what synapses with a third factor are told by `modulator=`.

    Parameters
    ----------
    tau : float, ms, > 0
        Time constant of its decay.
    baseline : float
        The level it decays to and begins at.

    Returns
    -------
    Neuron
        The description to hand to `Network.population(1, ...)`. Its level is the variable "v".

    Raises
    ------
    ParameterError
        Where tau or baseline is no number in range.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> dopamine = net.population(1, es.Modulator(tau=200.0), name="dopamine")
    >>> reward = net.population(1, es.SpikeSource(times=[[50.0]]), name="reward")
    >>> _ = net.connect(reward, dopamine, es.OneToOne(), weight=0.5, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(100.0)
    >>> round(float(sim.get(dopamine, "v")[0]), 6)  # 0.5 exp(-49/200)
    0.391352
    """
    tau = _cast.number(tau, "Modulator tau", "ms", 0.0, low_open=True)
    baseline = _cast.number(baseline, "Modulator baseline")
    return LIF(tau_m=tau, v_rest=baseline, v_reset=-NEVER, v_thresh=NEVER, t_ref=0.0)


def is_modulator(neuron):
    """Whether a description of neurons is one that `Modulator` gave."""
    values = getattr(neuron, "values", {})
    return getattr(neuron, "model", None) is LIF and isinstance(values["v_thresh"], float) and values["v_thresh"] == NEVER


def level_at(c, z, dt):
    """The level z after dt ms, c being the constants of a rule with a third factor."""
    return c.base_z + (z - c.base_z) * math.exp(-dt / c.tau_z)
