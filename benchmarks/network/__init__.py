"""Whole networks: recurrent deliveries per second of wall time, cost of silence, and building."""

import numpy as np

import eventsim as es
from eventsim.published import brunel2000, brunel2000_mean_field, potjans_diesmann2014, vogels_abbott2005, vogels_abbott2005_currents
from eventsim.workloads import many_delays, pulse_coupled, silent, workloads

from ..harness import Figure, agree_with_reference, check, check_close, check_poisson, stretches
from .adapting import adapting
from .building import building
from .learning import learning
from .rewiring import rewiring
from .scaling import scaling

SMALL = "reference on a small instance"


def _speed(name, net, duration, runs, warm_up, rate, tolerance, checked, drive_rate=0.0, engine="auto"):
    """Million recurrent deliveries per second; spikes of the measured stretches have to come at a known rate (Hz)."""
    sim = es.Simulator(net, engine=engine)
    measured = stretches(sim, duration, runs, warm_up)
    neurons = sum(p.n for p in net.populations)
    biological = duration * runs * 1e-3
    fired = sum(m["spikes"] for m in measured) / neurons / biological
    check_close(fired, rate, tolerance, f"{name}: mean rate (Hz)")
    if drive_rate:
        check_poisson(sum(m["drive_events"] for m in measured), neurons * drive_rate * biological, f"{name}: drive")
    detail = {
        "rate_hz": fired,
        "drive_events_per_s": sum(m["drive_events"] for m in measured) / sum(m["wall_s"] for m in measured),
        "engine": sim.stats["engine"],
        "synapses": sim.routing["synapses"],
        "build_s": sim.stats["build_s"],
        "ms_simulated_per_run": duration,
    }
    wall = Figure(f"{name}: wall per simulated second", "s", [m["wall_s"] / duration * 1e3 for m in measured], checked)
    return [
        Figure(f"{name}: recurrent deliveries", "million/s", [1e-6 * m["deliveries"] / m["wall_s"] for m in measured], checked, detail),
        wall,
    ]


def brunel(quick, runs):
    """Brunel 2000, panel C, with its 20 kHz of drive a neuron."""
    check(agree_with_reference(brunel2000("C", scale=0.02), 40.0) > 0, "no spikes")
    expected, tolerance = brunel2000_mean_field("C"), 0.1 if quick else 0.03
    checked = f"{SMALL}; mean rate within {100 * tolerance:g} % of the mean field's {expected:.2f} Hz; number of drive events"
    return _speed(
        "Brunel 2000 C", brunel2000("C"), 20.0 if quick else 100.0, runs, 50.0 if quick else 200.0, expected, tolerance, checked, 20_000.0
    )


def vogels_abbott(quick, runs):
    """Vogels & Abbott 2005 with voltage jumps: 4,000 neurons, 80 inputs each."""
    check(agree_with_reference(vogels_abbott2005(scale=0.05), 100.0) > 0, "no spikes")
    checked = f"{SMALL}; mean rate within 10 % of the 9.5 Hz of NEST, NEURON and Brian2"
    return _speed("Vogels-Abbott, jumps", vogels_abbott2005(), 200.0 if quick else 2000.0, runs, 200.0, 9.5, 0.1, checked)


def vogels_abbott_currents(quick, runs):
    """The same with exponential currents (CUBA)."""
    check(agree_with_reference(vogels_abbott2005_currents(scale=0.05), 100.0) > 0, "no spikes")
    checked = f"{SMALL}; mean rate within 10 % of the 5.75 Hz of NEST, ANNarchy and Brian2"
    return _speed("Vogels-Abbott, currents", vogels_abbott2005_currents(), 200.0 if quick else 2000.0, runs, 200.0, 5.75, 0.1, checked)


def currents_in_order(quick, runs):
    """The same by the sequential engine."""
    check(agree_with_reference(vogels_abbott2005_currents(scale=0.05), 100.0) > 0, "no spikes")
    checked = f"{SMALL}; mean rate within 10 % of the 5.75 Hz of NEST, ANNarchy and Brian2"
    duration = 200.0 if quick else 1000.0
    net = vogels_abbott2005_currents()
    return _speed("Vogels-Abbott, currents, sequential", net, duration, runs, 200.0, 5.75, 0.1, checked, engine="sequential")


def delays(quick, runs):
    """100,000 neurons, 50 million synapses, each with a delay of its own."""
    agree_with_reference(many_delays(200, 50), 40.0)
    checked = f"{SMALL}; mean rate within 10 % of the 1.19 Hz of NEST and Brian2 on a 0.1 ms grid; number of drive events"
    n = 20_000 if quick else 100_000
    net = many_delays(n)
    return _speed(f"{n:,} neurons, individual delays", net, 100.0, runs, 300.0, 1.19, 0.15 if quick else 0.1, checked, 800.0)


def silence(quick, runs):
    """A million neurons without input or drive, for one simulated second."""
    agree_with_reference(silent(100), 1000.0)
    sim = es.Simulator(silent(10_000 if quick else 1_000_000))
    measured = stretches(sim, 1000.0, runs, warm_up=1.0)
    check(len(sim.spikes) == 0 and sim.stats["neuron_updates"] == 0, "something happened")
    runs_ms = [1e3 * m["wall_s"] for m in measured]
    return [
        Figure("a million silent neurons: one simulated second", "ms", runs_ms, "no spike and no update", {"build_s": sim.stats["build_s"]})
    ]


def _workload(name, small, milliseconds=40.0):
    """A benchmark of one of `eventsim.workloads`, held to the reference on a small instance of the same kind."""

    def benchmark(quick, runs):
        agree_with_reference(small(), milliseconds)
        w = workloads(quick)[name]
        middle, half = 0.5 * (w.lowest + w.highest), 0.5 * (w.highest - w.lowest)
        checked = f"{SMALL}; mean rate {w.lowest:g} to {w.highest:g} Hz ({w.basis})"
        return _speed(w.name, w.build(1), w.duration, runs, w.warm_up, middle, half / middle, checked)

    return benchmark


def threads(quick, runs):
    """How much a second thread brings, and that it changes no spike."""
    figures = []
    for name in ("A40k", "B", "C", "P"):
        w = workloads(quick)[name]
        one, two = (es.Simulator(w.build(1), threads=n) for n in (1, 2))
        walls = []
        for sim in (one, two):
            walls.append([m["wall_s"] for m in stretches(sim, w.duration, runs, w.warm_up)])
        same = np.array_equal(one.spikes.time, two.spikes.time) and np.array_equal(one.spikes.address, two.spikes.address)
        check(same and len(one.spikes) > 0, f"{w.name}: two threads give other spikes than one")
        ratios = [a / b for a, b in zip(*walls, strict=True)]
        figures.append(Figure(f"{w.name}: two threads", "times as fast", ratios, "the same spikes, bit for bit"))
    return figures


BENCHMARKS = {
    "brunel": brunel,
    "vogels_abbott": vogels_abbott,
    "vogels_abbott_currents": vogels_abbott_currents,
    "currents_in_order": currents_in_order,
    "adapting": adapting,
    "learning": learning,
    "rewiring": rewiring,
    "delays": delays,
    "silence": silence,
    "large": _workload("A40k", lambda: vogels_abbott2005(scale=0.05)),
    "very_large": _workload("A400k", lambda: vogels_abbott2005(scale=0.05)),
    "delays_on_a_grid": _workload("Cgrid", lambda: many_delays(200, 50, grid=0.1)),
    "thousand_delays": _workload("C1000", lambda: many_delays(200, 50)),
    "pulses": _workload("S", lambda: pulse_coupled(100, 20)),
    "many_pulses": _workload("S1M", lambda: pulse_coupled(100, 20)),
    "microcircuit": _workload("P", lambda: potjans_diesmann2014(scale=0.01), 5.0),
    "threads": threads,
    "scaling": scaling,
    "building": building,
}
