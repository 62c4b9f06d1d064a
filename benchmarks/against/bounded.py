"""Neurons without a closed form beside Brian2, at equal accuracy: Hodgkin-Huxley and AdEx.

Brian2 takes steps and eventsim has a tolerance, so speed alone says nothing. Both run the same network from the same initial state. The
spike times of both are compared with those of eventsim at the tolerance TRUTH, and Brian2 with each of its methods and steps is
compared to the loosest of our tolerances whose median and largest error are both not above Brian2's.
"""

import json
import os
import shutil
import time
from typing import NamedTuple

import numpy as np

import eventsim as es
from eventsim.lowering import lower
from eventsim.published.brette2007 import E_LEAK, STIMULATED, STIMULUS_END, STIMULUS_RATE, V_THRESH, WEIGHT_EXC, WEIGHT_INH, traub_neuron
from eventsim.published.vogels_abbott2005 import balanced
from eventsim.workloads import sparse_adex, sparse_hodgkin_huxley

from ..harness import versions
from .export import synapses
from .peers import AGREEING, PEERS, PeerFailed, Standing, say, scratch

TRUTH = 1e-12
TOLERANCES = (1e-3, 1e-4, 1e-5, 1e-6, 1e-9)  # the last is the default
REPEATS = 3
EARLY = 0.1  # of the neurons of a network, those that fire first: their first spikes are compared
GRID = 0.1  # ms, the longest step below
HH_METHODS = (("exponential_euler", 0.1), ("exponential_euler", 0.01), ("rk4", 0.01))
ADEX_METHODS = (("euler", 0.1), ("rk4", 0.1), ("rk4", 0.01))


class Case(NamedTuple):
    """A network, and how Brian2 runs it."""

    title: str
    build: object  # tolerance -> Network
    duration: float  # ms
    methods: tuple  # of (method, step in ms)
    isolated: bool = False  # no synapses, so no chaos, so that all spikes are compared


def _isolated(neuron, n=100):
    net = es.Network(seed=1)
    net.population(n, neuron, name="neurons")
    return net


def _brette(tolerance):
    """Benchmark 3 of Brette et al.; its stimulus, 300 Hz to 50 neurons, lies on the coarsest grid that is compared.

    Without a refractory period, so that all upward crossings of the threshold are spikes in both programs.
    """
    neuron = es.HodgkinHuxley(**(traub_neuron().values | {"tolerance": tolerance, "t_ref": 0.0}))
    net = balanced(neuron, WEIGHT_EXC, WEIGHT_INH, {"v": es.Uniform(E_LEAK, V_THRESH)}, scale=0.1, delay=0.1)
    ticks = np.random.default_rng(1).random((STIMULATED, round(STIMULUS_END / GRID))) < 1e-3 * STIMULUS_RATE * GRID
    stimulus = net.population(STIMULATED, es.SpikeSource([GRID * (1 + np.flatnonzero(t)) for t in ticks]), name="stimulus")
    net.connect(stimulus, net["exc"][:STIMULATED], es.OneToOne(), weight=WEIGHT_EXC, delay=0.1)
    return net


def cases():
    """What is compared, a dict by short name. Intervals of isolated neurons are 11 to 70 ms (HH), 20 to 160 ms (AdEx)."""
    return {
        "HH": Case(
            "100 Hodgkin-Huxley neurons, currents only",
            lambda tolerance: _isolated(traub_neuron(i_offset=np.linspace(0.0, 575.0, 100), tolerance=tolerance)),
            200.0,
            HH_METHODS,
            True,
        ),
        "HHsparse": Case("400 Hodgkin-Huxley neurons, 20 inputs each", lambda t: sparse_hodgkin_huxley(tolerance=t), 100.0, HH_METHODS),
        "HHbrette": Case("Brette et al. 2007, benchmark 3, 400 neurons, 80 inputs each", _brette, 50.0, HH_METHODS),
        "AdEx": Case(
            "100 AdEx neurons, currents only",
            lambda tolerance: _isolated(es.AdEx(i_offset=np.linspace(600.0, 1500.0, 100), t_ref=0.0, tolerance=tolerance)),
            500.0,
            ADEX_METHODS,
            True,
        ),
        "AdExsparse": Case("1,000 AdEx neurons, 20 inputs each", lambda t: sparse_adex(tolerance=t), 300.0, ADEX_METHODS),
    }


class Run(NamedTuple):
    """What one run gave: spikes of neurons in order of time, and the seconds it took."""

    times: np.ndarray  # ms
    addresses: np.ndarray
    wall_s: float
    deliveries: int = 0


def own(case, tolerance):
    """eventsim once, from the beginning; building and compiling are not timed."""
    net = case.build(tolerance)
    sim = es.Simulator(net)
    sim.run(0.0)
    before = sim.stats["wall_s"]
    sim.run(case.duration)
    of_neurons = np.isin(sim.spikes.address, neurons_of(net))
    stats = sim.stats
    return Run(sim.spikes.time[of_neurons], sim.spikes.address[of_neurons], stats["wall_s"] - before, stats["deliveries"])


def neurons_of(net):
    """Addresses of what is no source."""
    return np.concatenate([p.addresses for p in net.populations if not p.is_source])


def export(net, folder, duration):
    """Write a network of one kind of neurons into a folder; sources as the spikes they emit, so they have to come last."""
    folder.mkdir(parents=True, exist_ok=True)
    neurons = [p for p in net.populations if not p.is_source]
    n, model = sum(p.n for p in neurons), neurons[0].model.model
    sim = es.Simulator(net, record_spikes=[p for p in net.populations if p.is_source])
    sim.run(duration)
    pre, post, weight, delay = synapses(lower(net)[0])
    arrays = {"pre": pre, "post": post, "weight": weight, "i_offset": np.concatenate([_all(p, "i_offset") for p in neurons])}
    arrays |= {"source": sim.spikes.address - n, "source_time": sim.spikes.time}
    variables = [v for v in model.variables if v != "spiking"]
    arrays |= {f"initial_{v}": np.concatenate([_all(p, v) for p in neurons]) for v in variables}
    np.savez(folder / "arrays.npz", **arrays)
    units = {p.name: p.unit for p in model.parameters}
    described = [{"model": model.name, "n": p.n, "units": units, **_numbers(p.model.values)} for p in neurons]
    of_variables = {v: {"v": "mV", "w": "pA", "g_exc": "nS", "g_inh": "nS"}.get(v, "") for v in variables}
    content = {"neurons": described, "initial": of_variables, "sources": net.size - n, "delay": float(delay[0]) if len(delay) else 0.0}
    (folder / "network.json").write_text(json.dumps(content))


def _all(population, name):
    return np.broadcast_to(np.asarray(population.get(name), dtype=float), (population.n,))


def _numbers(values):
    return {name: value for name, value in values.items() if isinstance(value, int | float)}


def errors(truth, run, case):
    """Distances (ms) of spikes from those of the truth, or None where a spike that is compared is missing.

    Without synapses these are all spikes but those of the last 5 ms, where an error can carry one over the end; in a network, which is
    chaotic, the first spikes of the neurons that fire first.
    """
    expected, found = (_trains(r.times, r.addresses) for r in (truth, run))
    if case.isolated:
        kept = {a: t[t < case.duration - 5.0] for a, t in expected.items()}
    else:
        firsts = sorted((t[0], a) for a, t in expected.items())
        kept = {a: expected[a][:1] for _, a in firsts[: max(1, round(EARLY * len(firsts)))]}
    if any(len(found.get(a, ())) < len(t) for a, t in kept.items()):
        return None
    return np.concatenate([np.abs(found[a][: len(t)] - t) for a, t in kept.items()])


def _trains(times, addresses):
    return {int(a): np.sort(times[addresses == a]) for a in np.unique(addresses)}


def _accuracy(truth, run, case):
    found = errors(truth, run, case)
    counts = {"spikes": len(run.times)}
    if found is None:
        return counts | {"failed": "spikes are missing"}
    return counts | {"compared": len(found), "median_ms": float(np.median(found)), "largest_ms": float(found.max())}


def no_worse(entries, other):
    """Of our entries, the loosest tolerance whose errors are not above those of another, or None."""
    for entry in sorted(entries, key=lambda e: -e["tolerance"]):
        if "failed" not in entry and all(entry[key] <= other[key] for key in ("median_ms", "largest_ms")):
            return entry
    return None


def compare(name, case, deadline):
    """Accuracy of all, then Brian2 and eventsim in turn; a dict."""
    say(f"{name}: {case.title}")
    folder = scratch() / "bounded"
    export(case.build(TOLERANCES[-1]), folder, case.duration)
    truth = own(case, TRUTH)
    entries = [{"tolerance": tolerance, **_accuracy(truth, own(case, tolerance), case)} for tolerance in TOLERANCES]
    for entry in entries:
        say(f"  {entry}")
    peers = [_beside(case, method, step, folder, truth, entries, deadline) for method, step in case.methods]
    shutil.rmtree(folder)
    rate = len(truth.times) / len(neurons_of(case.build(TRUTH))) / case.duration * 1e3
    measured = {"commit": versions()["commit"], "time": time.strftime("%Y-%m-%d %H:%M"), "load": round(os.getloadavg()[0], 2)}
    common = {"case": name, "title": case.title, "duration_ms": case.duration, "rate_hz": rate, "deliveries": truth.deliveries}
    return common | {"own": entries, "peers": peers, "measured": measured}


def _beside(case, method, step, folder, truth, entries, deadline):
    """Brian2 with a method and a step, in turn with eventsim at equal accuracy and at the default tolerance; a dict."""
    entry = {"method": method, "step_ms": step}
    spikes = folder / "spikes.npz"
    try:
        with Standing(PEERS["brian2"], "run_brian2_bounded.py", [folder, method, step, case.duration, spikes], deadline) as peer:
            found = [peer.again()]
            with np.load(spikes) as content:
                entry |= _accuracy(truth, Run(content["time"], content["address"], found[0]["wall_s"]), case)
            entry["agrees"] = abs(entry["spikes"] - len(truth.times)) <= AGREEING * len(truth.times)
            equal = no_worse(entries, entry) if "failed" not in entry and entry["agrees"] else None
            tolerances = [TOLERANCES[-1]] if equal is None else [equal["tolerance"], TOLERANCES[-1]]
            walls = {tolerance: [] for tolerance in tolerances}
            for repeat in range(REPEATS):
                if repeat:
                    found.append(peer.again())
                for tolerance, seconds in walls.items():
                    seconds.append(own(case, tolerance).wall_s)
    except PeerFailed as failure:
        return entry | {"failed": str(failure)}
    entry |= {"version": found[0]["version"], "wall_s": [f["wall_s"] for f in found]}
    entry["own_wall_s"] = {f"{tolerance:g}": seconds for tolerance, seconds in walls.items()}
    entry["equal"] = None if equal is None else f"{equal['tolerance']:g}"
    say(f"  {entry}")
    return entry
