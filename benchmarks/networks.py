"""Networks that are made for measuring; the published ones are in `eventsim.published`."""

import numpy as np

import eventsim as es


def many_delays(n=100_000, outputs=500, seed=1):
    """A large network with a delay of its own for each synapse, uniform between 0.5 and 5 ms; it fires at 1.2 Hz.

    80 % excitatory; +0.1 and -0.5 mV; 8 mV of constant current, and Poisson events of 0.5 mV at 800 Hz. NEST (on a
    0.1 ms grid and with precise times) and Brian2 give 1.17 to 1.20 Hz. Fewer outputs get larger weights, so the
    mean input stays.
    """
    net = es.Network(seed=seed)
    neuron = es.LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=20.0, t_ref=2.0, i_offset=8.0)
    exc = net.population(round(0.8 * n), neuron, name="exc")
    inh = net.population(n - exc.n, neuron, name="inh")
    delay = es.Uniform(0.5, 5.0)
    for pre, weight in ((exc, 0.1), (inh, -0.5)):
        for post in (exc, inh):
            rule = es.FixedOutDegree(round(outputs * len(post) / n))
            net.connect(pre, post, rule, weight=weight * 500 / outputs, delay=delay)
    for population in (exc, inh):
        population.set(v=es.Uniform(0.0, 18.0))
        net.drive(population, rate=800.0, weight=0.5)
    return net


def silent(n=1_000_000):
    """Neurons at rest without any input."""
    net = es.Network(seed=1)
    net.population(n, es.LIF(), name="silent")
    return net


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
