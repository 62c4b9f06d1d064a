"""What one delivery, crossing, queue operation and drive event costs."""

import numpy as np

import eventsim as es

from .. import networks
from ..harness import Figure, agree_with_reference, check, check_close, check_poisson, stretches


def deliveries(quick, runs):
    """Nanoseconds per synapse of a spike's slice, by model and layout."""
    cases = {
        "LIF, delay shared": (es.LIF(tau_m=20.0), 0.01, 1.5),
        "LIF, delay shared, weights individual": (es.LIF(tau_m=20.0), es.Uniform(0.009, 0.011), 1.5),
        "LIF, delays individual": (es.LIF(tau_m=20.0), 0.01, es.Uniform(0.5, 2.5)),
        "LIFExp, delay shared": (es.LIFExp(tau_m=20.0), 0.01, 1.5),
    }
    figures = []
    for name, (neuron, weight, delay) in cases.items():
        agree_with_reference(networks.fan_out(neuron, 5, 100.0, 20, 50, weight, delay), 50.0)
        sim = es.Simulator(networks.fan_out(neuron, weight=weight, delay=delay), engine="sequential")
        sim.run(10.0)
        measured = stretches(sim, 50.0 if quick else 500.0, runs)
        check(len(sim.spikes) == 0, f"{name}: {len(sim.spikes)} neurons fired")
        emitted = sim.stats["source_spikes"]
        check_poisson(emitted, 200 * 100.0 * sim.now * 1e-3, name)
        # What was emitted within the last delay is still on its way.
        arrived = sim.stats["deliveries"] / 1000
        check(emitted - 300 <= arrived <= emitted, f"{name}: {arrived:.0f} of {emitted} spikes were delivered")
        runs_ns = [1e9 * m["wall_s"] / m["deliveries"] for m in measured]
        figures.append(Figure(f"delivery: {name}", "ns/synapse", runs_ns, "reference on a small instance; number of spikes and deliveries"))
    return figures


def crossings(quick, runs):
    """Nanoseconds per spike of neurons that fire by themselves: looking, finding the crossing, firing."""
    figures = []
    for model in (es.LIF, es.LIFExp):
        small, _ = networks.above_threshold(model, 20)
        check(agree_with_reference(small, 100.0) > 0, "no spikes")
        net, interval = networks.above_threshold(model)
        sim = es.Simulator(net, engine="sequential")
        measured = stretches(sim, 200.0 if quick else 1000.0, runs, warm_up=10.0)
        # The first spike comes without refractoriness before it.
        expected = np.floor((sim.now + 2.0) / interval).astype(int)
        counts = np.bincount(sim.spikes.address, minlength=len(interval))
        check(
            (np.abs(counts - expected) <= 1).all() and (counts == expected).mean() > 0.999,
            f"{model}: numbers of spikes are not as computed",
        )
        runs_ns = [1e9 * m["wall_s"] / m["spikes"] for m in measured]
        name = "LIF" if model is es.LIF else "LIFExp"
        figures.append(
            Figure(f"crossing: {name}", "ns/spike", runs_ns, "reference on a small instance; closed-form number of spikes of each neuron")
        )
    return figures


def queue(quick, runs):
    """Nanoseconds per spike with one target: taking it in, one queue entry, an instant, one delivery."""
    figures = []
    spikes = 100_000 if quick else 1_000_000
    for own_delay, name in ((False, "lane (shared delay)"), (True, "heap (individual delays)")):
        agree_with_reference(networks.pairs(200, 50.0, own_delay, pairs=20), 50.0)
        per_run = []
        for seed in range(1, runs + 1):
            sim = es.Simulator(networks.pairs(spikes, 1000.0, own_delay, seed=seed), engine="sequential")
            sim.run(1020.0)
            check(sim.stats["deliveries"] == spikes, f"{name}: {sim.stats['deliveries']} deliveries of {spikes}")
            per_run.append(1e9 * sim.stats["wall_s"] / spikes)
        figures.append(
            Figure(
                f"queue: {name}",
                "ns/spike",
                per_run,
                "reference on a small instance; number of deliveries",
                {"entries": sim.stats["queue_peak"]},
            )
        )
    return figures


def drive(quick, runs):
    """Nanoseconds per event of background drive: drawing, sorting, applying."""
    figures = []
    for name, rate in (("one rate", 20_000.0), ("a rate for each neuron", np.linspace(10_000.0, 30_000.0, 12_500))):
        agree_with_reference(networks.driven(50, 2_000.0 if np.ndim(rate) == 0 else np.linspace(1_000.0, 3_000.0, 50)), 20.0)
        sim = es.Simulator(networks.driven(rate=rate), engine="sequential")
        measured = stretches(sim, 10.0 if quick else 100.0, runs, warm_up=10.0)
        check(len(sim.spikes) == 0, f"{name}: neurons fired")
        check_poisson(sim.stats["drive_events"], 12_500 * 20.0 * sim.now, name)
        expected = np.mean(1e-4 * np.broadcast_to(rate, 12_500) * 0.02 * (1.0 - np.exp(-sim.now / 20.0)))
        check_close(sim.get(sim.network["neurons"], "v").mean() + 65.0, expected, 0.02, "mean depolarisation (mV)")
        runs_ns = [1e9 * m["wall_s"] / m["drive_events"] for m in measured]
        figures.append(Figure(f"drive: {name}", "ns/event", runs_ns, "reference on a small instance; Poisson number; mean potential"))
    return figures


BENCHMARKS = {"deliveries": deliveries, "crossings": crossings, "queue": queue, "drive": drive}
