"""What speed is measured on: named networks, each with the mean rate without which a figure means nothing.

Used by `eventsim bench` and by the benchmarks of the repository. Published networks come from `eventsim.published`; the
others are here.
"""

import math
from typing import NamedTuple

import numpy as np

from .network import CSR, FixedInDegree, FixedOutDegree, Network, Uniform
from .neurons import LIF, AdEx
from .published import (
    brette2007,
    brunel2000,
    brunel2000_mean_field,
    potjans_diesmann2014,
    vogels_abbott2005,
    vogels_abbott2005_currents,
)
from .published.brette2007 import traub_neuron

PULSES_SETTLE = 60.0  # ms, after which pulse-coupled neurons have lost their common start


class Workload(NamedTuple):
    """A network, how long to run it, and the mean rate (Hz) without which no figure is printed."""

    name: str
    build: object  # seed -> Network
    duration: float  # ms, of one of several measured parts
    lowest: float
    highest: float
    basis: str = ""  # where the rate comes from
    warm_up: float = 100.0  # ms


def many_delays(n=100_000, outputs=500, seed=1, grid=None):
    """A large network with a delay of its own for each synapse, uniform between 0.5 and 5 ms; it fires at 1.2 Hz.

    80 % excitatory; +0.1 and -0.5 mV; 8 mV of constant current, and Poisson events of 0.5 mV at 800 Hz. NEST (on a
    0.1 ms grid and with precise times) and Brian2 give 1.17 to 1.20 Hz.

    Parameters
    ----------
    n : int
        Number of neurons.
    outputs : int
        Synapses of each, drawn with replacement. Fewer than 500 get larger weights, so the mean input stays.
    seed : int
    grid : float, ms, optional
        Delays are multiples of it; they are real numbers without.

    Returns
    -------
    Network
        With populations "exc" and "inh".
    """
    net = Network(seed=seed)
    neuron = LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=20.0, t_ref=2.0, i_offset=8.0)
    exc = net.population(round(0.8 * n), neuron, name="exc")
    inh = net.population(n - exc.n, neuron, name="inh")
    rng = np.random.default_rng(seed)
    for pre, weight in ((exc, 0.1), (inh, -0.5)):
        for post in (exc, inh):
            k = round(outputs * len(post) / n)
            rule, delay = FixedOutDegree(k), Uniform(0.5, 5.0)
            if grid is not None:
                rule = CSR(np.arange(0, k * len(pre) + 1, k), rng.integers(0, len(post), k * len(pre)))
                delay = grid * rng.integers(round(0.5 / grid), round(5.0 / grid) + 1, k * len(pre))
            net.connect(pre, post, rule, weight=weight * max(1.0, 500 / outputs), delay=delay)
    for population in (exc, inh):
        population.set(v=Uniform(0.0, 18.0))
        net.drive(population, rate=800.0, weight=0.5)
    return net


def pulse_coupled(n=10_000, outputs=100, seed=1):
    """Identical inhibitory neurons that fire by themselves and inhibit each other without delay; 3.41 Hz at any size.

    The network of Engelken 2023 (arXiv 2312.17216) for event-based simulation of sparse networks: LIF with the potential in
    units of the threshold, tau 10 ms, jumps of -1/sqrt(K), and a drive of 1 + tau sqrt(K) 1 Hz that balances them.

    Parameters
    ----------
    n : int
        Number of neurons.
    outputs : int
        Synapses of each (K), to others, drawn with replacement.
    seed : int

    Returns
    -------
    Network
        With one population, "inh", the phases of the neurons uniform.
    """
    root = math.sqrt(outputs)
    drive = 1.0 + 0.01 * root
    net = Network(seed=seed)
    inh = net.population(n, LIF(tau_m=10.0, v_rest=drive, v_thresh=1.0, v_reset=0.0, t_ref=0.0), name="inh")
    phase = np.random.default_rng(seed).random(n)
    inh.set(v=-drive * np.expm1(-phase * math.log(drive / (drive - 1.0))))
    net.connect(inh, inh, FixedOutDegree(outputs, autapses=False), weight=-1.0 / root, delay=0.0)
    return net


def sparse(neuron, n, inputs, weight_exc, weight_inh, initial, seed=1):
    """Neurons that fire by a current of their own and are coupled sparsely: 80 % excitatory, delay 1.5 ms.

    Parameters
    ----------
    neuron : Neuron
        Its constant current should differ between neurons, so that nothing happens in lockstep.
    n : int
        Number of neurons.
    inputs : int
        Of each neuron, 80 % of them excitatory, drawn with replacement.
    weight_exc, weight_inh : float
        In the neuron's unit.
    initial : float or distribution, mV
        Of the potential.
    seed : int

    Returns
    -------
    Network
        With populations "exc" and "inh".
    """
    net = Network(seed=seed)
    exc = net.population(round(0.8 * n), neuron, name="exc")
    inh = net.population(n - exc.n, neuron, name="inh")
    excitatory = round(0.8 * inputs)
    for post in (exc, inh):
        post.set(v=initial)
        for pre, k, weight in ((exc, excitatory, weight_exc), (inh, inputs - excitatory, weight_inh)):
            net.connect(pre, post, FixedInDegree(k), weight=weight, delay=1.5)
    return net


def sparse_adex(n=1_000, connectivity=0.02, tolerance=1e-9, seed=1):
    """Adapting exponential neurons (`AdEx`, conductances) at some 10 Hz, each with a constant current of 515 to 865 pA.

    +2 and -8 nS at 20 inputs; more inputs have weights that are smaller in proportion.

    Parameters
    ----------
    n : int
        Number of neurons.
    connectivity : float
        Inputs of each neuron, as a share of all neurons: 0.02 makes 20 of 1,000.
    tolerance : float
        Of a step of the integration, 1e-13 to 1e-3.
    seed : int

    Returns
    -------
    Network
        With populations "exc" and "inh".
    """
    inputs = round(connectivity * n)
    neuron = AdEx(i_offset=Uniform(515.0, 865.0), t_ref=0.0, tolerance=tolerance)
    return sparse(neuron, n, inputs, 40.0 / inputs, -160.0 / inputs, Uniform(-70.6, -55.0), seed)


def sparse_hodgkin_huxley(n=400, inputs=20, tolerance=1e-9, seed=1):
    """Hodgkin-Huxley neurons (those of Brette et al. 2007) at some 15 Hz, each with a constant current of -50 to 100 pA.

    Parameters
    ----------
    n : int
        Number of neurons.
    inputs : int
        Of each neuron: +1.5 nS with 5 ms and -16 nS with 10 ms.
    tolerance : float
        Of a step of the integration, 1e-13 to 1e-3.
    seed : int

    Returns
    -------
    Network
        With populations "exc" and "inh".
    """
    return sparse(traub_neuron(i_offset=Uniform(-50.0, 100.0), tolerance=tolerance), n, inputs, 1.5, -16.0, Uniform(-65.0, -55.0), seed)


def silent(n=1_000_000, seed=1):
    """Neurons at rest without any input.

    Parameters
    ----------
    n : int
    seed : int

    Returns
    -------
    Network
    """
    net = Network(seed=seed)
    net.population(n, LIF(), name="silent")
    return net


def stored(synapses=100_000_000, n=100_000, seed=1):
    """Neurons at rest with many synapses that share weight and delay: what does storing cost?

    Parameters
    ----------
    synapses : int
        Divided equally among the neurons.
    n : int
    seed : int

    Returns
    -------
    Network
    """
    net = silent(n, seed)
    net.connect(net["silent"], net["silent"], FixedInDegree(synapses // n), weight=0.1, delay=1.5)
    return net


def workloads(quick=False):
    """All workloads.

    Parameters
    ----------
    quick : bool
        Smaller and shorter ones, with wider bounds.

    Returns
    -------
    dict
        From a short name ("A", "B", ...) to a `Workload`.
    """
    scale, margin = (0.2, 0.2) if quick else (1.0, 0.08)
    brunel = brunel2000_mean_field("C", scale)
    vogels_abbott = "9.4 to 9.6 Hz: NEST, NEURON and Brian2"
    delays = "1.17 to 1.20 Hz: NEST and Brian2, 0.1 ms grid; 1.26 with real delays"
    engelken = "3.411 Hz: the algorithm of Engelken 2023 in C"
    n = 10_000 if quick else 100_000
    low, high = (0.9, 1.6) if quick else (1.07, 1.38)

    def jumps(factor, duration):
        return Workload(
            f"Vogels-Abbott, jumps, {4_000 * factor:,}", lambda s: vogels_abbott2005(s, factor), duration, 8.0, 11.5, vogels_abbott
        )

    def individual(outputs, grid, title):
        return Workload(
            f"{n:,} neurons, {outputs:,} outputs, {title}", lambda s: many_delays(n, outputs, s, grid), 100.0, low, high, delays, 300.0
        )

    def pulses(size):
        return Workload(
            f"pulse-coupled, no delay, {size:,}",
            lambda s: pulse_coupled(size, seed=s),
            max(5.0, min(200.0, 2e6 / size)),
            3.2,
            3.6,
            engelken,
            PULSES_SETTLE,
        )

    def circuit(factor, drive, duration, lowest, highest):
        return Workload(
            f"microcircuit, scale {factor:g}, {drive}",
            lambda s: potjans_diesmann2014(s, factor, drive),
            duration,
            lowest,
            highest,
            "3.1 Hz: NEST at full size",
        )

    def adapting(connectivity, rate):
        return Workload(
            f"AdEx, 1,000 neurons, connectivity {connectivity:g}",
            lambda s: sparse_adex(connectivity=connectivity, seed=s),
            100.0 if quick else 500.0,
            8.0,
            13.0,
            rate,
            300.0,
        )

    return {
        "A": jumps(1, 100.0 if quick else 1000.0),
        "A40k": jumps(10, 20.0 if quick else 200.0),
        "A400k": jumps(100, 10.0 if quick else 50.0),
        "B": Workload(
            f"Brunel C with drive, scale {scale:g}",
            lambda s: brunel2000("C", seed=s, scale=scale),
            100.0,
            (1.0 - margin) * brunel,
            (1.0 + margin) * brunel,
            "mean field",
        ),
        "C": individual(500, None, "real delays"),
        "Cgrid": individual(500, 0.1, "delays on a 0.1 ms grid"),
        "C1000": individual(1_000, None, "real delays"),
        "C1000grid": individual(1_000, 0.1, "delays on a 0.1 ms grid"),
        "D": Workload(
            "Vogels-Abbott, exponential currents",
            vogels_abbott2005_currents,
            100.0 if quick else 500.0,
            4.5,
            7.5,
            "5.3 to 5.8 Hz by draw: NEST, ANNarchy and Brian2",
        ),
        "S": pulses(10_000),
        "S100k": pulses(100_000),
        "S1M": pulses(1_000_000),
        "P": circuit(0.05 if quick else 0.1, "poisson", 100.0, 2.5, 4.2),
        "Pfull": circuit(1.0, "dc", 100.0, 2.5, 4.2),
        "AdEx": adapting(0.02, "10.9 Hz: Brian2, rk4 with steps of 0.01 ms"),
        "AdEx10": adapting(0.1, "9.1 Hz: Brian2, rk4 with steps of 0.01 ms"),
        "COBA": Workload(
            "Brette et al. 2007, benchmark 1 (conductances)",
            lambda s: brette2007(1, seed=s, scale=0.25 if quick else 1.0),
            20.0 if quick else 100.0,
            9.0,
            26.0,
            "14 to 21 Hz at full size, 11 to 23 at a quarter, by draw",
            50.0,
        ),
        "HH": Workload(
            f"Hodgkin-Huxley, sparse, {100 if quick else 400}",
            lambda s: sparse_hodgkin_huxley(100 if quick else 400, seed=s),
            20.0 if quick else 100.0,
            8.0,
            21.0,
            "14.1 Hz: Brian2, rk4 with steps of 0.01 ms",
        ),
        "M": Workload("10^8 stored synapses", lambda s: stored(10_000_000 if quick else 100_000_000, seed=s), 1000.0, 0.0, 0.0, "at rest"),
        "M1e9": Workload("10^9 stored synapses", lambda s: stored(1_000_000_000, seed=s), 1000.0, 0.0, 0.0, "at rest"),
        "Z": Workload("a million silent neurons", lambda s: silent(seed=s), 1000.0, 0.0, 0.0, "at rest"),
    }


SHORT = ("A", "D", "B", "C", "S", "P", "Z")  # what is measured unless others are named

# What each is, in a line, for those who choose.
ABOUT = {
    "A": "Vogels-Abbott: 4,000 neurons that keep each other firing, voltage jumps, one delay",
    "A40k": "the same with 40,000 neurons",
    "A400k": "the same with 400,000 neurons",
    "B": "Brunel 2000, state C: 12,500 neurons, 15.6 million synapses, 20 kHz of drive to each",
    "C": "100,000 neurons, 50 million synapses, each with a delay of its own",
    "Cgrid": "the same with delays on a grid of 0.1 ms",
    "C1000": "the same with 100 million synapses",
    "C1000grid": "100 million synapses, delays on a grid of 0.1 ms",
    "D": "Vogels-Abbott with exponential currents: 4,000 neurons",
    "S": "pulse-coupled: 10,000 inhibitory neurons without delay, so event by event",
    "S100k": "the same with 100,000 neurons",
    "S1M": "the same with a million neurons",
    "P": "the cortical microcircuit of Potjans and Diesmann at a tenth of its size",
    "Pfull": "the same at full size: 77,169 neurons, 299 million synapses",
    "AdEx": "1,000 adapting exponential neurons (bounded) at 10 Hz, 20 inputs each",
    "AdEx10": "the same with 100 inputs each",
    "COBA": "benchmark 1 of Brette et al. 2007: 4,000 LIF neurons with conductances (bounded)",
    "HH": "400 Hodgkin-Huxley neurons (bounded), 20 inputs each",
    "M": "10^8 stored synapses at rest: bytes a synapse, seconds to build",
    "M1e9": "10^9 stored synapses at rest",
    "Z": "a million silent neurons: what silence costs",
}
