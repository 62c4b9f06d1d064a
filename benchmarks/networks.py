"""Networks that are made for measuring; the published ones are in `eventsim.published`, whole workloads in `eventsim.workloads`."""

import numpy as np

import eventsim as es


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
