"""Inhibitory plasticity balances excitation and inhibition: Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011.

Inhibitory synapses onto excitatory neurons gain by spikes of both sides that are near each other, in either order, and lose by every arrival. They come to rest where the neuron fires
at a target rate; and since each of them gains by its own share, inhibition comes to have the tuning that excitation has.

Source
    Vogels et al. 2011, doi 10.1126/science.1211095: figure 1 (one neuron) and figure 4 (a network). Parameters are those of the two programs that go with it (ModelDB 143751): inhib_plasticity.m, printed in the
    supporting material, and isp_brian.py by F. Zenke, adapted from the paper.
"""

import math

import numpy as np

from .. import _cast
from ..network import AllToAll, FixedProbability, Network, Uniform
from ..network.sources import InhomogeneousPoisson
from ..neurons import LIFCond
from ..synapses import InhibitorySTDP

# Both programs: a leak of 10 nS, 200 pF.
NEURON = {"tau_m": 20.0, "c_m": 200.0, "v_rest": -60.0, "v_reset": -60.0, "v_thresh": -50.0, "t_ref": 5.0}
CONDUCTANCES = {"tau_syn_exc": 5.0, "tau_syn_inh": 10.0, "e_rev_exc": 0.0, "e_rev_inh": -80.0}
TAU, W_MAX = 20.0, 100.0  # ms, nS

# The network.
N_EXC, N_INH, PROBABILITY = 8_000, 2_000, 0.02
BACKGROUND = 200.0  # pA
WEIGHT_EXC, WEIGHT_INH_INH = 0.3, 3.0  # nS

# The neuron: signals and, of each, synapses; weights in units of the two largest conductances (nS).
SIGNALS, EXC, INH = 8, 100, 25
UNIT_EXC, UNIT_INH = 0.14, 0.35
WEAK = 0.1  # where inhibition begins
TAU_SIGNAL, GRID = 50.0, 0.1  # ms; of the program's filtered noise and its step
BASE, PEAK, NORMAL = 5.0, 500.0, 0.03  # Hz, Hz, what the noise is divided by
DEAD_TIME = 5.0  # ms
HOLD = 1.0  # ms for which a rate is held here


def vogels2011(seed=1, scale=1.0, eta=0.01, target_rate=3.0, delay=0.1, tolerance=1e-6):
    """The network: it begins without inhibition of excitatory neurons, fires far too much, and learns to fire at the target rate.

    Parameters
    ----------
    seed : int
        Of the connections and the initial potentials.
    scale : float, >= 0.02
        Factor on the number of neurons. The mean number of inputs stays that of the full network (160 excitatory, 40 inhibitory), so the probability of a connection grows, to at most 1.
    eta : float, nS
        Learning rate.
    target_rate : float, Hz, >= 0
    delay : float, ms, >= 0
        Of all synapses. The program has none but its step of 0.1 ms.
    tolerance : float
        Of the neurons' integration.

    Returns
    -------
    Network
        Populations "exc" and "inh"; the first projection, from "inh" to "exc", is the plastic one (weights in nS).

    Raises
    ------
    ParameterError
        Where a parameter is out of range.

    Notes
    -----
    Plasticity acts from the beginning, where the program runs for a second without; potentials begin uniformly distributed between rest and threshold, where in the program all are 0 mV, and
    fire at once.

    Examples
    --------
    >>> from eventsim.published import vogels2011
    >>> vogels2011()
    <Network: 2 populations, 10000 addresses, 4 projections, 0 drives>
    """
    scale = _cast.number(scale, "scale", low=PROBABILITY)
    neuron = LIFCond(i_offset=BACKGROUND, tolerance=tolerance, **NEURON, **CONDUCTANCES)
    net = Network(seed=seed)
    exc = net.population(round(scale * N_EXC), neuron, name="exc")
    inh = net.population(round(scale * N_INH), neuron, name="inh")
    for population in (exc, inh):
        population.set(v=Uniform(NEURON["v_rest"], NEURON["v_thresh"]))
    rule = FixedProbability(min(PROBABILITY / scale, 1.0))
    plastic = InhibitorySTDP(0.0, delay, eta=eta, target_rate=target_rate, tau=TAU, w_max=W_MAX)
    net.connect(inh, exc, rule, synapse=plastic, receptor="inh")
    net.connect(exc, exc, rule, weight=WEIGHT_EXC, delay=delay)
    net.connect(exc, inh, rule, weight=WEIGHT_EXC, delay=delay)
    net.connect(inh, inh, rule, weight=-WEIGHT_INH_INH, delay=delay)
    return net


def vogels2011_neuron(duration, seed=1, eta=0.001 * UNIT_INH, target_rate=6.25, tolerance=1e-6):
    """One neuron with eight signals as inputs, each by 100 excitatory and 25 inhibitory synapses, of which the former are tuned and the latter learn to be.

    Parameters
    ----------
    duration : float, ms, >= 1
        For how long the signals are made; later, their rates stay.
    seed : int
        Of signals, spikes and weights.
    eta : float, nS
        Learning rate.
    target_rate : float, Hz, >= 0
        The program's alpha of 0.25 is 6.25 Hz.
    tolerance : float
        Of the neuron's integration.

    Returns
    -------
    Network
        Populations "signal 1" to "signal 8", whose first 100 sources are excitatory, and "cell"; projections "exc 1", "inh 1", "exc 2", ... in this order.

    Raises
    ------
    ParameterError
        Where a parameter is out of range.

    Notes
    -----
    Signals are `vogels2011_signals`, Poisson processes with these rates; the dead time of 5 ms of the program's inputs is in the rates only. Spikes lie anywhere, the program's
    on a grid of 0.1 ms. The program has no upper bound on the weights; here it is 100 nS, never reached.

    Examples
    --------
    >>> from eventsim.published import vogels2011_neuron
    >>> vogels2011_neuron(1000.0)
    <Network: 9 populations, 1001 addresses, 16 projections, 0 drives>
    """
    rates = vogels2011_signals(duration, seed)
    times = HOLD * np.arange(rates.shape[1])
    net = Network(seed=seed)
    cell = LIFCond(tolerance=tolerance, **NEURON, **CONDUCTANCES)
    sources = [net.population(EXC + INH, InhomogeneousPoisson(rate, times), name=f"signal {k}") for k, rate in enumerate(rates, 1)]
    cell = net.population(1, cell, name="cell")
    plastic = InhibitorySTDP(WEAK * UNIT_INH, 0.0, eta=eta, target_rate=target_rate, tau=TAU, w_max=W_MAX)
    for k, source in enumerate(sources, 1):
        low = 0.3 + 1.1 / (1.0 + (k - 5) ** 4)
        weight = Uniform(low * UNIT_EXC, (low + 0.1) * UNIT_EXC)
        net.connect(source[:EXC], cell, AllToAll(), weight=weight, delay=0.0, label=f"exc {k}")
        net.connect(source[EXC:], cell, AllToAll(), synapse=plastic, receptor="inh", label=f"inh {k}")
    return net


def vogels2011_signals(duration, seed=1):
    """Rates of the eight signals: noise with a time constant of 50 ms, above 0, scaled so that its peaks are near 500 Hz, plus 5 Hz.

    Parameters
    ----------
    duration : float, ms, >= 1
    seed : int

    Returns
    -------
    float64 array (8, ceil(duration)), Hz
        From each ms on. Of Poisson processes with a dead time of 5 ms.

    Raises
    ------
    ParameterError
        Where a parameter is out of range.

    Notes
    -----
    The program filters uniform numbers between -0.5 and 0.5, one every 0.1 ms. This is that process, every ms: normal, where the program's is nearly so.

    Examples
    --------
    >>> from eventsim.published import vogels2011_signals
    >>> vogels2011_signals(5000.0).shape
    (8, 5000)
    """
    steps = math.ceil(_cast.number(duration, "duration", "ms", low=HOLD) / HOLD)
    kept = math.exp(-GRID / TAU_SIGNAL)
    deviation = math.sqrt((1.0 - kept) / (1.0 + kept) / 12.0)
    kept = math.exp(-HOLD / TAU_SIGNAL)
    new = np.random.default_rng(_cast.seed(seed)).normal(0.0, deviation * math.sqrt(1.0 - kept * kept), (steps, SIGNALS))
    noise = np.zeros_like(new)
    for k in range(1, steps):
        noise[k] = kept * noise[k - 1] + new[k]
    rate = BASE + np.maximum(0.0, PEAK / NORMAL * noise.T)
    return rate / (1.0 + rate * DEAD_TIME / 1000.0)
