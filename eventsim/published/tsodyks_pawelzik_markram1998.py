"""Depressing and facilitating synapses: Tsodyks, Pawelzik & Markram 1998.

A regular train of spikes, one synapse, and a membrane that never fires; the current is A y, y being the active part of the synapse's resources.

Source
    Tsodyks, Pawelzik & Markram 1998, doi 10.1162/089976698300017502, figure 1 and section 2. The legend prints U = 0.5 for the depressing synapse; Brian2's example
    of the paper notes that the figure is that of 0.6, which is the value here.
"""

from typing import NamedTuple

import numpy as np

from .. import _cast
from ..network.network import Network
from ..network.rules import OneToOne
from ..network.sources import Regular
from ..neurons import LIFExp
from ..synapses import TsodyksMarkram


class Connection(NamedTuple):
    """A synapse and the membrane it is on; efficacy pA, times ms, resistance GOhm."""

    efficacy: float
    U: float
    tau_rec: float
    tau_facil: float
    tau_inact: float
    tau_m: float
    r_m: float


SYNAPSES = {
    "depressing": Connection(250.0, 0.6, 800.0, 0.0, 3.0, 40.0, 0.1),
    "facilitating": Connection(1540.0, 0.03, 130.0, 530.0, 1.5, 60.0, 1.0),
}


def tsodyks_pawelzik_markram1998(synapse, rate=20.0):
    """A network of one source (population "pre"), one synapse and one neuron (population "post", v_rest = 0) as in figure 1.

    Parameters
    ----------
    synapse : str
        "depressing" (figure 1A) or "facilitating" (figure 1B and C).
    rate : float, Hz, > 0
        Of the regular train, which begins after one interval. The figure has 20 Hz (A, B) and 70 Hz (C).

    Returns
    -------
    Network
        The potential is `v` of "post" in mV, the current in pA `i_exc`.

    Raises
    ------
    ParameterError
        Where there is no such synapse, or the rate is not positive.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.published.tsodyks_pawelzik_markram1998("depressing")
    >>> sim = es.Simulator(net, engine="reference")
    >>> trace = sim.record("v", net["post"], at=[57.7, 107.7, 1057.7])  # near the peaks of spikes 1, 2 and 21
    >>> sim.run(1100.0)
    >>> trace.value[:, 0].round(3)
    array([0.91 , 0.683, 0.127])
    """
    c = SYNAPSES[_cast.choice(synapse, "synapse", SYNAPSES)]
    rate = _cast.number(rate, "rate", "Hz", 0.0, low_open=True)
    net = Network()
    pre = net.population(1, Regular(rate=rate, phase=1000.0 / rate), name="pre")
    membrane = LIFExp(tau_m=c.tau_m, c_m=c.tau_m / c.r_m, v_rest=0.0, v_reset=0.0, v_thresh=1e6, tau_syn_exc=c.tau_inact)
    post = net.population(1, membrane, name="post")
    rule = TsodyksMarkram(c.efficacy, 0.0, U=c.U, tau_rec=c.tau_rec, tau_facil=c.tau_facil, tau_inact=c.tau_inact)
    net.connect(pre, post, OneToOne(), synapse=rule)
    return net


def tsodyks_pawelzik_markram1998_stationary(synapse, rate):
    """The part of all resources that each spike of a long regular train releases, u x, in closed form.

    Parameters
    ----------
    synapse : str
        "depressing" or "facilitating".
    rate : float or array, Hz, > 0

    Returns
    -------
    float or array
        Times the efficacy it is the step of the current. Of the depressing synapse it goes as 1/rate above a limiting rate, so the mean potential says nothing
        about faster rates; of the facilitating one it is largest near 1000 / sqrt(U tau_facil tau_rec) Hz.

    Raises
    ------
    ParameterError
        Where there is no such synapse, or a rate is not positive.

    Examples
    --------
    >>> import eventsim as es
    >>> float(es.published.tsodyks_pawelzik_markram1998_stationary("depressing", 20.0).round(5))
    0.05804
    """
    c = SYNAPSES[_cast.choice(synapse, "synapse", SYNAPSES)]
    shape = (1,) if _cast.dimensions(rate, "rate") == 0 else None
    period = 1000.0 / _cast.floats([rate] if shape else rate, "rate", "Hz", shape, 0.0, low_open=True)
    u = c.U / (1.0 - (1.0 - c.U) * np.exp(-period / c.tau_facil)) if c.tau_facil else c.U
    # Of what a spike released, (tau_rec exp(-t/tau_rec) - tau_inact exp(-t/tau_inact)) / (tau_rec - tau_inact) is not back after t: the sum over all earlier spikes.
    missing = (c.tau_rec * _geometric(period / c.tau_rec) - c.tau_inact * _geometric(period / c.tau_inact)) / (c.tau_rec - c.tau_inact)
    released = u / (1.0 + u * missing)
    return released[0] if shape else released


def _geometric(z):
    """The sum of exp(-k z) over k = 1, 2, ..."""
    return np.exp(-z) / -np.expm1(-z)
