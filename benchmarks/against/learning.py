"""Plastic synapses beside other simulators: the same Poisson trains onto LIF neurons, all to all, additive STDP of all pairs.

What is counted are plastic updates: a spike of an input at each of its synapses, and one of a neuron at each of those. Of the others they are
counted from spikes and synapses; of eventsim, which computes some of them only when they are asked for, from what it has computed.
"""

import json
import os
import shutil
import statistics
import time
from contextlib import ExitStack

import numpy as np

import eventsim as es

from ..harness import versions
from .peers import PEERS, PeerFailed, Standing, say, scratch

SCRIPTS = {"nest_grid": "run_nest_learning.py", "brian2": "run_brian2_learning.py"}
REPEATS = 5
GRID = 0.1  # ms, on which the given spikes lie
SAME_SPIKES, SAME_WEIGHT = 0.03, 0.02  # relative differences of number of spikes and mean weight up to which speeds are compared

# As parts of the largest weight up and down; weights in mV, times in ms, the rate in Hz.
NETWORK = {
    "inputs": 1_000,
    "neurons": 100,
    "rate": 15.0,
    "largest": 0.14,
    "up": 0.005,
    "down": 0.00525,
    "tau_trace": 20.0,
    "delay": 1.0,
    "tau_m": 20.0,
    "v_thresh": 20.0,
    "t_ref": 2.0,
}


def export(folder, duration, seed=20):
    """Draw input spikes and initial weights, and write them for all; number of input spikes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    happens = rng.random((round(duration / GRID), NETWORK["inputs"])) < 1e-3 * GRID * NETWORK["rate"]
    happens[:10] = False  # what is delivered before the first step is over
    step, source = np.nonzero(happens)
    weight = rng.uniform(0.0, NETWORK["largest"], NETWORK["inputs"] * NETWORK["neurons"])
    np.savez(folder / "arrays.npz", step=step, source=source, weight=weight)
    (folder / "network.json").write_text(json.dumps(NETWORK | {"grid": GRID, "duration": duration}))
    return len(step)


def network(folder):
    """The network of a folder."""
    p, arrays = json.loads((folder / "network.json").read_text()), np.load(folder / "arrays.npz")
    net = es.Network(seed=1)
    order = np.argsort(arrays["source"], kind="stable")
    begins = np.searchsorted(arrays["source"][order], np.arange(1, p["inputs"]))
    inputs = net.population(p["inputs"], es.SpikeSource(np.split(p["grid"] * arrays["step"][order], begins)), name="inputs")
    neuron = es.LIF(tau_m=p["tau_m"], v_rest=0.0, v_reset=0.0, v_thresh=p["v_thresh"], t_ref=p["t_ref"])
    cells = net.population(p["neurons"], neuron, name="cells")
    taus = {"tau_plus": p["tau_trace"], "tau_minus": p["tau_trace"]}
    amounts = {"a_plus": p["up"] * p["largest"], "a_minus": p["down"] * p["largest"], "w_max": p["largest"]}
    net.connect(inputs, cells, es.AllToAll(), synapse=es.STDP(arrays["weight"], p["delay"], **taus, **amounts))
    return net


def own(folder, duration):
    """eventsim once, from the beginning; building and compiling are not timed."""
    net = network(folder)
    sim = es.Simulator(net)
    sim.run(0.0)
    before, begin = sim.stats["wall_s"], time.process_time()
    compiling = sim.stats["compile_s"]
    sim.run(duration)
    stats, cpu = sim.stats, time.process_time() - begin
    weight = sim.weights(net.projections[0])["weight"]
    return {
        "wall_s": stats["wall_s"] - before,
        "cpu_s": cpu - (stats["compile_s"] - compiling),
        "spikes": stats["spikes"],
        "mean_weight": float(weight.mean()),
        "updates": stats["plastic_updates"],
    }


def learning(keys, deadline, duration):
    """eventsim and the others in turn, each from the same beginning; a dict with medians, all runs and ratios."""
    say(f"learning: {NETWORK['inputs']:,} inputs onto {NETWORK['neurons']} neurons, {duration:g} ms")
    folder = scratch() / "learning"
    given = export(folder, duration)
    own(folder, min(duration, 100.0))  # compiles
    runs, failed = {"own": []}, {}
    with ExitStack() as stack:
        peers = {}
        for key in keys:
            if key in SCRIPTS:
                try:
                    peers[key] = stack.enter_context(Standing(PEERS[key], SCRIPTS[key], [folder], deadline))
                    runs[key] = []
                except PeerFailed as failure:
                    failed[key] = str(failure)
        for _ in range(REPEATS):
            runs["own"].append(own(folder, duration))
            for key in [k for k in peers if k not in failed]:
                try:
                    found = peers[key].again()
                    runs[key].append(found | {"updates": given * NETWORK["neurons"] + found["spikes"] * NETWORK["inputs"]})
                except PeerFailed as failure:
                    failed[key] = str(failure)
    shutil.rmtree(folder)
    result = {"duration_ms": duration, "input_spikes": given, "own": _summary(runs["own"]), "peers": {}}
    for key in [*peers, *(k for k in failed if k not in peers)]:
        result["peers"][key] = {"failed": failed[key]} if key in failed else _beside(result["own"], _summary(runs[key]))
        say(f"  {PEERS[key].label}: {result['peers'][key]}")
    result["measured"] = {"commit": versions()["commit"], "time": time.strftime("%Y-%m-%d %H:%M"), "load": round(os.getloadavg()[0], 2)}
    say(f"  eventsim: {result['own']}")
    return result


def _summary(runs):
    """Medians over runs that are all alike, and the speed of each."""
    speeds = [run["updates"] / run["wall_s"] for run in runs]
    by_processor = [run["updates"] / run["cpu_s"] for run in runs]
    return {
        "updates_per_s": statistics.median(speeds),
        "updates_per_cpu_s": statistics.median(by_processor),
        "runs": speeds,
        "updates": runs[-1]["updates"],
        "spikes": runs[-1]["spikes"],
        "mean_weight": runs[-1]["mean_weight"],
        "version": runs[-1].get("version"),
    }


def _beside(ours, other):
    """The summary of a peer, and where it learns the same, how many times faster eventsim is."""
    other["agrees"] = (
        abs(other["spikes"] - ours["spikes"]) <= SAME_SPIKES * ours["spikes"]
        and abs(other["mean_weight"] - ours["mean_weight"]) <= SAME_WEIGHT * ours["mean_weight"]
    )
    if other["agrees"]:
        other["ratio"] = ours["updates_per_s"] / other["updates_per_s"]
        other["cpu_ratio"] = ours["updates_per_cpu_s"] / other["updates_per_cpu_s"]
    return other
