"""Networks that are made for measuring; the published ones are in `eventsim.published`, whole workloads in `eventsim.workloads`."""

import math

import numpy as np

import eventsim as es
from eventsim.analysis import siegert_rate

NOISE_RATE, NOISE_WEIGHT = 200.0, 1.0  # Hz, mV: drive of `recurrent`


def fan_out(neuron, sources=200, rate=100.0, outputs=1_000, targets=12_500, weight=0.01, delay=1.5):
    """Poisson sources that reach many neurons with weights too small for a spike: deliveries and nothing else."""
    net = es.Network(seed=1)
    pre = net.population(sources, es.Poisson(rate), name="sources")
    post = net.population(targets, neuron, name="neurons")
    net.connect(pre, post, es.FixedOutDegree(outputs, multapses=False), weight=weight, delay=delay)
    return net


def pairs(spikes, duration, own_delay, pairs=1_000, seed=1):
    """Sources with given random trains and one target each: every delivery is an instant and a queue entry of its own."""
    rng = np.random.default_rng(seed)
    net = es.Network(seed=seed)
    trains = np.split(np.sort(rng.uniform(0.0, duration, (pairs, spikes // pairs)), axis=1).ravel(), pairs)
    pre = net.population(pairs, es.SpikeSource(trains), name="sources")
    post = net.population(pairs, es.LIF(), name="neurons")
    delay = rng.uniform(5.0, 15.0, pairs) if own_delay else 10.0
    net.connect(pre, post, es.OneToOne(), weight=0.01, delay=delay)
    return net


def driven(n=12_500, rate=20_000.0, weight=1e-4):
    """Neurons with background drive too weak for a spike."""
    net = es.Network(seed=1)
    neurons = net.population(n, es.LIF(), name="neurons")
    net.drive(neurons, rate=rate, weight=weight)
    return net


def above_threshold(model, n=10_000):
    """Neurons that fire by themselves, each at its own interval; the network and the intervals (ms)."""
    current = np.linspace(16.0, 30.0, n)  # pA into 1 GOhm, threshold 15 mV above rest
    net = es.Network(seed=1)
    membrane = {"r_m": 1.0} if model is es.LIF else {"c_m": 20.0}
    net.population(n, model(tau_m=20.0, t_ref=2.0, i_offset=current, **membrane), name="neurons")
    return net, 2.0 + 20.0 * np.log(current / (current - 15.0))


def recurrent(n, inputs, rate, noise=NOISE_RATE, seed=1):
    """Brunel's network with a constant current that sets its rate, and a little noise that does not change with it.

    80 % excitatory, inhibition five times as strong, a delay of 1.5 ms; each neuron has so many inputs, of 0.1 mV where they
    are 1,000 and of weights that go with the inverse root of their number elsewhere. The current is that of mean-field theory
    (rate 0: none at all, and then no neuron fires). Real rates are up to twice as high below 2 Hz, where jumps of 1 mV are no
    diffusion, and within a tenth from 5 Hz on.
    """
    net = es.Network(seed=seed)
    excitatory = round(0.8 * inputs)
    weight = 0.1 * math.sqrt(1_000 / inputs)
    groups = ((excitatory, weight), (inputs - excitatory, -5.0 * weight))
    current = _current_for(rate, noise, groups) if rate else 0.0
    neuron = es.LIF(tau_m=20.0, v_rest=0.0, v_thresh=20.0, v_reset=10.0, t_ref=2.0, i_offset=current)
    exc = net.population(round(0.8 * n), neuron, name="exc")
    inh = net.population(n - exc.n, neuron, name="inh")
    for post in (exc, inh):
        for pre, (number, w) in zip((exc, inh), groups, strict=True):
            net.connect(pre, post, es.FixedInDegree(number), weight=w, delay=1.5)
        post.set(v=es.Uniform(0.0, 20.0 if rate else 10.0))
        if noise:
            net.drive(post, rate=noise, weight=NOISE_WEIGHT)
    return net


def _current_for(rate, noise, groups):
    """Constant current (pA into 1 GOhm) at which inputs of a rate (Hz) make a neuron fire at that rate."""
    mean = 0.02 * (rate * sum(k * w for k, w in groups) + noise * NOISE_WEIGHT)
    deviation = math.sqrt(0.02 * (rate * sum(k * w * w for k, w in groups) + noise * NOISE_WEIGHT**2))
    low, high = -100.0, 1_000.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        too_low = siegert_rate(mean + middle, deviation, tau_m=20.0, v_thresh=20.0, v_reset=10.0, t_ref=2.0) < rate
        low, high = (middle, high) if too_low else (low, middle)
    return low
