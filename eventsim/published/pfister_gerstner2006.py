"""Pairs of spikes at many rates: Pfister & Gerstner 2006, the triplet rule fitted to pairing in visual cortex.

Depression by pre-after-post pairs turns into potentiation where the pairs follow each other fast, which no rule of pairs does: it comes from triplets of one arrival and two
postsynaptic spikes.

Source
    Pfister & Gerstner 2006, doi 10.1523/JNEUROSCI.1425-06.2006, tables 1 and 4, figure 5; data: Sjoestroem, Turrigiano & Nelson 2001, doi 10.1016/S0896-6273(01)00542-6.
    Values of the fits as in three published scripts for other simulators. The triplet synapses that NESTML ships have 1.5 times a2_plus and a3_plus.
"""

from typing import NamedTuple

import numpy as np

from .. import _cast
from ..network.network import Network
from ..network.rules import OneToOne
from ..network.sources import SpikeSource
from ..neurons import LIF
from ..synapses import TripletSTDP


class Fit(NamedTuple):
    """A set of parameters of the triplet rule: amplitudes as parts of the weight to begin with, time constants in ms."""

    a2_plus: float
    a3_plus: float
    a2_minus: float
    a3_minus: float
    tau_x: float
    tau_y: float
    pairing: str


TAU_PLUS, TAU_MINUS = 16.8, 33.7  # ms, the same for all

FITS = {
    "all": Fit(5e-10, 6.2e-3, 7e-3, 2.3e-4, 101.0, 125.0, "all"),
    "all, minimal": Fit(0.0, 6.5e-3, 7.1e-3, 0.0, 101.0, 114.0, "all"),
    "nearest": Fit(8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714.0, 40.0, "nearest"),
    "nearest, minimal": Fit(0.0, 5e-2, 8e-3, 0.0, 714.0, 40.0, "nearest"),
}

RATES = (0.1, 10.0, 20.0, 40.0, 50.0)  # Hz
# What was measured at these rates, by lag (ms): relative changes of the weight, and their standard errors.
MEASURED = {
    10.0: ((-0.04, 0.14, 0.29, 0.53, 0.56), (0.05, 0.10, 0.14, 0.11, 0.26)),
    -10.0: ((-0.29, -0.41, -0.34, 0.56, 0.75), (0.08, 0.11, 0.10, 0.32, 0.19)),
}


def pfister_gerstner2006(rate, lag, fit="all", pairs=60):
    """A network of one synapse of weight 1 whose two sides fire in pairs, `lag` from the arrival to the postsynaptic spike.

    Parameters
    ----------
    rate : float, Hz, > 0
        Of pairs.
    lag : float, ms
        From the arrival to the postsynaptic spike; negative: the postsynaptic spike comes first.
    fit : str
        "all", "nearest" (all-to-all and nearest-spike interactions, all parameters), "all, minimal" or "nearest, minimal" (without a2_plus and a3_minus).
    pairs : int, > 0
        Number of pairs, 60 in the paper.

    Returns
    -------
    Network
        Populations "pre", "post" and "teacher", whose spikes make "post" fire; the first projection is the plastic one. The last spike comes (pairs - 1) * 1000/rate + |lag|
        after the first, which is at 0 ms. The weight is bounded by 0 and 10.

    Raises
    ------
    ParameterError
        Where there is no such fit, or a number is out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.published.pfister_gerstner2006(rate=40.0, lag=-10.0)
    >>> sim = es.Simulator(net, engine="reference")
    >>> sim.run(2000.0)
    >>> round(float(sim.weights(net.projections[0])["weight"][0]) - 1.0, 3)  # measured: 0.56 +- 0.32
    0.155
    """
    f = FITS[_cast.choice(fit, "fit", FITS)]
    interval = 1000.0 / _cast.number(rate, "rate", "Hz", 0.0, low_open=True)
    lag = _cast.number(lag, "lag", "ms")
    times = np.arange(_cast.integer(pairs, "pairs", low=1)) * interval
    net = Network()
    pre = net.population(1, SpikeSource([times + max(-lag, 0.0)]), name="pre")
    post = net.population(1, LIF(t_ref=0.0, v_thresh=1000.0), name="post")
    teacher = net.population(1, SpikeSource([times + max(lag, 0.0)]), name="teacher")
    amplitudes = {"a2_plus": f.a2_plus, "a3_plus": f.a3_plus, "a2_minus": f.a2_minus, "a3_minus": f.a3_minus}
    taus = {"tau_plus": TAU_PLUS, "tau_x": f.tau_x, "tau_minus": TAU_MINUS, "tau_y": f.tau_y}
    net.connect(pre, post, OneToOne(), synapse=TripletSTDP(1.0, 0.0, **amplitudes, **taus, w_max=10.0, pairing=f.pairing))
    net.connect(teacher, post, OneToOne(), weight=1e6, delay=0.0)
    return net
