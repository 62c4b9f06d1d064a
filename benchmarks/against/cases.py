"""What is compared: networks, and how long each simulator runs them."""

import math
from typing import NamedTuple

from eventsim.network import FixedOutDegree, Network, Uniform
from eventsim.neurons import LIF
from eventsim.published import brunel2000, potjans_diesmann2014, vogels_abbott2005, vogels_abbott2005_currents
from eventsim.workloads import many_delays


class Case(NamedTuple):
    """A network that all simulators can take, and simulated times in ms."""

    title: str
    build: object  # -> Network
    own: float  # of one stretch of eventsim
    peers: dict  # of each peer, by its key in peers.PEERS
    warm_up: float = 100.0
    sweep: dict | None = None  # for the figure: {"n": ..., "k": ..., "rate": ...}


def imposed(n, outputs, rate, seed=1):
    """A network whose rate is imposed: each background event makes its neuron fire, the synapses are too weak to.

    80 % excitatory, mean input zero; rate = 1 / (1/drive + refractory period), whatever the size. So the number of neurons,
    the synapses of each, and the rate can be varied one at a time.
    """
    net = Network(seed=seed)
    neuron = LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=20.0, t_ref=2.0)
    exc = net.population(round(0.8 * n), neuron, name="exc")
    inh = net.population(n - exc.n, neuron, name="inh")
    weight = 0.1 / math.sqrt(outputs * rate / 1000.0 + 1.0)
    for pre, w in ((exc, weight), (inh, -4.0 * weight)):
        for post in (exc, inh):
            net.connect(pre, post, FixedOutDegree(round(outputs * len(post) / n)), weight=w, delay=1.5)
    for population in (exc, inh):
        population.set(v=Uniform(0.0, 2.0))
        net.drive(population, rate=rate / (1.0 - 2e-3 * rate), weight=40.0)
    return net


def _swept(n, outputs, rate, own, ps, grid, brian2):
    build = lambda: imposed(n, outputs, rate)  # noqa: E731
    times = {"nest_ps": ps, "nest_grid": grid, "brian2": brian2}
    return Case(f"imposed rate: N {n:,}, K {outputs:,}, {rate:g} Hz", build, own, times, 20.0, {"n": n, "k": outputs, "rate": rate})


def cases():
    """The published networks, at sizes that every simulator builds in well under a minute; a dict by short name."""
    return {
        "A": Case(
            "Vogels-Abbott, jumps, 4,000 neurons", vogels_abbott2005, 4000.0, {"nest_ps": 1000.0, "nest_grid": 1000.0, "brian2": 4000.0}
        ),
        "A40k": Case(
            "Vogels-Abbott, jumps, 40,000 neurons",
            lambda: vogels_abbott2005(scale=10.0),
            400.0,
            {"nest_ps": 100.0, "nest_grid": 150.0, "brian2": 400.0},
            50.0,
        ),
        "B": Case("Brunel C", lambda: brunel2000("C"), 100.0, {"nest_ps": 40.0, "nest_grid": 40.0, "brian2": 100.0}, 60.0),
        "C": Case(
            "20,000 neurons, 10 million delays",
            lambda: many_delays(20_000, 500, grid=0.1),
            200.0,
            {"nest_ps": 100.0, "nest_grid": 200.0, "brian2": 500.0},
            100.0,
        ),
        "D": Case(
            "Vogels-Abbott, exponential currents",
            vogels_abbott2005_currents,
            2000.0,
            {"nest_ps": 1000.0, "nest_grid": 1000.0, "brian2": 4000.0},
        ),
        "P": Case(
            "microcircuit, scale 0.1",
            lambda: potjans_diesmann2014(scale=0.1),
            100.0,
            {"nest_ps": 100.0, "nest_grid": 200.0, "brian2": 500.0},
        ),
    }


def sweep():
    """One number varied at a time; a dict by short name. The middle one is part of all three."""
    return {
        "n1": _swept(1_000, 100, 10.0, 2000.0, 1000.0, 1000.0, 4000.0),
        "mid": _swept(10_000, 100, 10.0, 1000.0, 200.0, 200.0, 1000.0),
        "n3": _swept(100_000, 100, 10.0, 200.0, 20.0, 40.0, 200.0),
        "k1": _swept(10_000, 10, 10.0, 2000.0, 400.0, 500.0, 1000.0),
        "k3": _swept(10_000, 1_000, 10.0, 200.0, 40.0, 60.0, 200.0),
        "r1": _swept(10_000, 100, 0.1, 20000.0, 1000.0, 1000.0, 2000.0),
        "r2": _swept(10_000, 100, 1.0, 5000.0, 500.0, 500.0, 2000.0),
        "r4": _swept(10_000, 100, 100.0, 200.0, 40.0, 60.0, 200.0),
    }


SLICES = {"n": ("n1", "mid", "n3"), "k": ("k1", "mid", "k3"), "rate": ("r1", "r2", "mid", "r4")}
