"""The distal reward problem: Izhikevich 2007, a synapse is reinforced by rewards that come seconds after what they are for.

800 excitatory and 200 inhibitory neurons fire at random. Whenever the postsynaptic neuron of one synapse fires shortly after the presynaptic one, dopamine is released one to three
seconds later. Pairs of spikes leave an eligibility at every synapse; dopamine turns what is left of it into weight. Only the synapse whose pairs the rewards follow again and again gains.

Source
    Izhikevich 2007, doi 10.1093/cercor/bhl152, figure 1. Parameters are those of the script that goes with it, daspnet.m of ModelDB 84167, which computes on a grid of 1 ms and changes
    the weights every 10 ms by (0.002 + dopamine) times the eligibility: here all the time, by a tenth of it per ms.
"""

import math

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..network.currents import NoisyCurrent
from ..network.network import Network
from ..network.rules import FixedOutDegree, OneToOne
from ..network.sources import SpikeSource
from ..neurons import Izhikevich
from ..synapses import Modulator, RewardSTDP

N_EXC, N_INH, INPUTS = 800, 200, 100  # neurons; synapses of each
DELAY = 1.0  # ms
WEIGHT, W_MAX, WEIGHT_INH = 1.0, 4.0, -1.0  # mV/ms for 1 ms; excitatory ones begin at WEIGHT
# The eligibility of a pair without distance in time, 0.1, is a tenth of that here: mV/ms per ms and level of dopamine.
# Of postsynaptic spikes first, it is that of the script 1 ms later, when arrivals are late by the delay there too.
LEARNING = {"a_plus": 0.01, "a_minus": 0.015 * math.exp(DELAY / 20.0), "tau_plus": 20.0, "tau_minus": 20.0, "tau_e": 1000.0}
TAU_DOPAMINE, TONIC, RELEASE = 200.0, 0.002, 0.5  # ms; level without reward; what a reward adds
REWARD_AFTER = (1000.0, 3000.0)  # ms
NOISE = 13.0 / np.sqrt(12.0)  # mV/ms: the standard deviation of a uniform number between -6.5 and 6.5


def izhikevich2007(seed=1, scale=1.0):
    """The network, with a synapse to reward.

    Parameters
    ----------
    seed : int
        Of the connections and the noise.
    scale : float, >= 0.05
        Factor on the number of neurons and on the synapses of each: the probability of a connection stays 0.1.

    Returns
    -------
    Network
        Populations "exc", "inh", "dopamine" (a `Modulator`) and "reward" (its source, to be injected). The first projection is the synapse to be rewarded,
        from excitatory neuron 0 to excitatory neuron 1, of weight 0; the next two are all other plastic synapses, to excitatory and to inhibitory neurons.

    Raises
    ------
    ParameterError
        Where a parameter is out of range.

    Notes
    -----
    Neurons are computed by the scheme of the paper (class "as-published"), so spikes are on a grid of 1 ms; synapses and dopamine are exact. Deviations from the script: the synapse to
    be rewarded is one more, not one of the 100; of these 80 go to excitatory and 20 to inhibitory neurons, where the script draws from all; the noise, a new current for each neuron
    every ms, is normal and not uniform, with the same variance; pairs are all-to-all, where the script's traces saturate at the last spike.
    A postsynaptic spike meets the arrival of a later presynaptic one 1 ms later than in the script; `a_minus` is larger by what that takes.

    Examples
    --------
    >>> import eventsim as es
    >>> es.published.izhikevich2007(scale=0.1)
    <Network: 4 populations, 102 addresses, 5 projections, 0 drives>
    """
    scale = _cast.number(scale, "scale", low=0.05)
    n_exc, n_inh = round(scale * N_EXC), round(scale * N_INH)
    to_exc, to_inh = round(scale * INPUTS * 0.8), round(scale * INPUTS * 0.2)
    neuron = {"scheme": "2003", "b": 0.2, "v_rest": -65.0, "v_reset": -65.0}
    net = Network(seed=seed)
    exc = net.population(n_exc, Izhikevich(a=0.02, d=8.0, **neuron), name="exc")
    inh = net.population(n_inh, Izhikevich(a=0.1, d=2.0, **neuron), name="inh")
    dopamine = net.population(1, Modulator(tau=TAU_DOPAMINE, baseline=TONIC), name="dopamine")
    reward = net.population(1, SpikeSource(), name="reward")

    def plastic(weight):
        return RewardSTDP(weight, DELAY, dopamine, w_max=W_MAX, **LEARNING)

    net.connect(exc[:1], exc[1:2], OneToOne(), synapse=plastic(0.0), label="rewarded")
    net.connect(exc, exc, FixedOutDegree(to_exc), synapse=plastic(WEIGHT))
    net.connect(exc, inh, FixedOutDegree(to_inh), synapse=plastic(WEIGHT))
    net.connect(inh, exc, FixedOutDegree(to_exc + to_inh), weight=WEIGHT_INH, delay=DELAY)
    net.connect(reward, dopamine, OneToOne(), weight=RELEASE, delay=0.0)
    for population in (exc, inh):
        net.inject_current(population, NoisyCurrent(mean=0.0, std=NOISE, interval=1.0))
    return net


def izhikevich2007_run(sim, until, seed=1, window=10.0):
    """Go on up to a time, and reward the first projection: each spike of its postsynaptic neuron that comes within a window after one of the presynaptic neuron.

    A reward comes one to three seconds after the spike it is for, uniformly distributed, so the run is made in stretches of a second, after each of which rewards are injected.

    Parameters
    ----------
    sim : Simulator
        Of `izhikevich2007`; `Simulator(net, record_spikes=[net["exc"][:2]])` records the two neurons that have to be known.
    until : float, ms, >= sim.now
    seed : int
        Of the delays of rewards. With the same seed, it does not matter how a run is divided.
    window : float, ms, > 0
        10 in the paper's words, 20 in its script.

    Returns
    -------
    float64 array, ms
        Times of all rewards for what has happened so far, in order of what they are for; the last ones lie ahead.

    Raises
    ------
    ParameterError
        Where an argument is out of range.
    RecordingError
        Where spikes of the two neurons are not recorded.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.published.izhikevich2007(scale=0.05)
    >>> sim = es.Simulator(net, record_spikes=[net["exc"][:2]])
    >>> rewards = es.published.izhikevich2007_run(sim, 3000.0)
    >>> sim.now
    3000.0
    """
    window = _cast.number(window, "window", "ms", 0.0, low_open=True)
    seed = _cast.seed(seed)
    until = _cast.number(until, "until", "ms")
    if until < sim.now:
        raise ParameterError(f"until must be >= sim.now = {sim.now!r} ms, got {until!r}")
    pre, post, reward = sim.network["exc"][:1], sim.network["exc"][1:2], sim.network["reward"]

    def rewarded():
        pairs = paired(sim.spikes.of(pre).time, sim.spikes.of(post).time, window)
        return pairs, pairs + np.random.default_rng(seed).uniform(*REWARD_AFTER, len(pairs))

    while sim.now < until:
        begin = sim.now
        sim.run(until=min(begin + REWARD_AFTER[0], until))
        pairs, times = rewarded()
        new = times[pairs >= begin]
        if len(new):
            sim.inject(new, reward)
    return rewarded()[1]


def paired(pre, post, window):
    """The postsynaptic spikes that come within a window after a presynaptic one, not at its very time.

    Parameters
    ----------
    pre, post : float64 array, ms, ascending
    window : float, ms, > 0
        Open at both ends.

    Returns
    -------
    float64 array, ms
        Of `post`.

    Examples
    --------
    >>> from eventsim.published.izhikevich2007 import paired
    >>> paired([10.0, 50.0], [10.0, 12.0, 19.0, 49.0, 60.0], 10.0)
    array([12., 19.])
    """
    pre, post = np.asarray(pre, float), np.asarray(post, float)
    before = np.searchsorted(pre, post) - 1  # the last presynaptic spike before each
    last = np.where(before >= 0, pre[before] if len(pre) else 0.0, -np.inf)
    return post[post - last < window]
