"""Plastic synapses: updates per second, pre and post together, and what plasticity costs over static synapses."""

import time

import numpy as np

import eventsim as es

from ..harness import Figure, agree_with_reference, check

# Of Song, Miller & Abbott 2000: potentiation and depression of a pair, as parts of the largest weight.
UP, DOWN = 0.005, 0.00525


def feed_forward(plastic, inputs=1_000, neurons=100):
    """Poisson inputs at 15 Hz onto LIF neurons, all to all; additive STDP of all pairs."""
    net = es.Network(seed=1)
    pre = net.population(inputs, es.Poisson(rate=15.0), name="pre")
    post = net.population(neurons, es.LIF(tau_m=20.0, v_rest=-70.0, v_reset=-60.0, v_thresh=-54.0, t_ref=0.1), name="post")
    largest = 120.0 / inputs
    _connect(net, pre, post, es.AllToAll(), largest, plastic)
    return net


def recurrent(plastic, neurons=10_000, synapses=1_000):
    """LIF neurons that fire by their own drive at 13 to 20 Hz, with weak recurrent synapses; additive STDP of all pairs."""
    net = es.Network(seed=1)
    currents = es.Uniform(20.0, 20.5)
    cells = net.population(neurons, es.LIF(v_rest=-70.0, v_reset=-60.0, v_thresh=-50.0, t_ref=2.0, i_offset=currents), name="cells")
    cells.set(v=es.Uniform(-60.0, -50.0))
    _connect(net, cells, cells, es.FixedOutDegree(synapses), 0.002, plastic)
    return net


def _connect(net, pre, post, rule, largest, plastic):
    weight = es.Uniform(0.0, largest)
    if plastic:
        net.connect(pre, post, rule, synapse=es.STDP(weight, 1.0, a_plus=UP * largest, a_minus=DOWN * largest, w_max=largest))
    else:
        net.connect(pre, post, rule, weight=weight, delay=1.0)


def learning(quick, runs):
    """The two networks, plastic and static in turn."""
    figures = []
    networks = {
        "1,000 inputs onto 100 neurons, pair STDP": (feed_forward, {}, 500.0 if quick else 2000.0),
        "10,000 neurons, 1,000 plastic synapses each": (recurrent, {"neurons": 2_000} if quick else {}, 100.0),
    }
    for name, (network, size, duration) in networks.items():
        check(agree_with_reference(network(True, *(20, 4) if network is feed_forward else (20, 10)), 300.0) > 0, "no spikes")
        sims = [es.Simulator(network(plastic, **size), engine="sequential") for plastic in (True, False)]
        for sim in sims:
            sim.run(200.0)
        plastic, static = [], []
        for _ in range(runs):
            plastic.append(_stretch(sims[0], duration))
            static.append(_stretch(sims[1], duration))
        detail = {
            "rate_hz": sims[0].stats["spikes"] / sum(p.n for p in sims[0].network.populations if not p.is_source) / sims[0].now * 1e3,
            "plastic_deliveries_per_s": float(np.median([d for _, d in plastic])),
            "static_deliveries_per_s": float(np.median([d for _, d in static])),
            "bytes_per_synapse": sims[0].stats["memory_bytes"] / len(sims[0].weights(sims[0].network.projections[0])),
        }
        checked = "spikes and potentials of a small instance equal the reference's"
        figures.append(Figure(name, "million updates/s", [1e-6 * u for u, _ in plastic], checked, detail))
        ratios = [s / p for (_, p), (_, s) in zip(plastic, static, strict=True)]
        figures.append(Figure(f"{name}: time over that of static synapses", "times", ratios, checked))
    return figures


def _stretch(sim, duration):
    """Plastic updates and deliveries per second of wall time."""
    before, begin = sim.stats, time.perf_counter()
    sim.run(duration)
    seconds, after = time.perf_counter() - begin, sim.stats
    return [(after[key] - before[key]) / seconds for key in ("plastic_updates", "deliveries")]
