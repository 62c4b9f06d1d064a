"""One session: eventsim and every peer in turn on the same arrays, so that a drift of the machine touches both."""

import os
import shutil
import statistics
import time

import numpy as np

import eventsim as es
from eventsim.published import vogels_abbott2005
from eventsim.workloads import PULSES_SETTLE, pulse_coupled

from ..harness import versions
from .compiled import heap, roofline
from .export import export
from .peers import AGREEING, PEERS, PeerFailed, run, say, scratch

ROOFLINE_DELIVERIES = 30_000_000


class Own:
    """eventsim on one network: a stretch at a time."""

    def __init__(self, net, warm_up):
        self.sim = es.Simulator(net)
        self.neurons = sum(p.n for p in net.populations)
        self.stretches = []  # deliveries per second of wall time, of each stretch
        self.cpu = []  # the same per second of the processor's time: less is said by it, but more surely on a busy machine
        self.spikes = 0
        self.simulated = 0.0
        self.sim.run(warm_up)

    def stretch(self, duration):
        """Run on; deliveries per second of wall time."""
        before, begin = self.sim.stats, time.process_time()
        self.sim.run(duration)
        after, taken = self.sim.stats, time.process_time() - begin
        self.spikes += after["spikes"] - before["spikes"]
        self.simulated += duration
        deliveries, wall = (after[k] - before[k] for k in ("deliveries", "wall_s"))
        self.stretches.append(deliveries / wall)
        self.cpu.append(deliveries / taken)
        return self.stretches[-1]

    @property
    def rate(self):
        """Mean rate so far, Hz."""
        return self.spikes / self.neurons / self.simulated * 1e3


def compare(name, case, keys, deadline):
    """Run one case; a dict with the speeds of eventsim and of each peer, and their ratios."""
    say(f"{name}: {case.title}")
    folder = scratch() / "network"
    net = case.build()
    out_degree = export(net, folder)
    own = Own(net, case.warm_up)
    result = {"case": name, "title": case.title, "sweep": case.sweep, "neurons": net.size, "synapses": int(out_degree.sum()), "peers": {}}
    own.stretch(case.own)
    for key in keys:
        if key not in case.peers:
            continue
        begin = time.perf_counter()
        try:
            found = _peer(PEERS[key], folder, case, key, out_degree, deadline)
        except PeerFailed as failure:
            found = {"failed": str(failure)}
        before, after = own.stretches[-1], own.stretch(case.own)
        if "deliveries_per_s" in found:
            found["agrees"] = abs(found["rate_hz"] - own.rate) <= AGREEING * own.rate
            found["ratio"] = 0.5 * (before + after) / found["deliveries_per_s"]
            found["cpu_ratio"] = 0.5 * sum(own.cpu[-2:]) * found["cpu_s"] / found["deliveries"]
        result["peers"][key] = found
        say(f"  {PEERS[key].label}: {_told(found)} ({time.perf_counter() - begin:.0f} s)")
    result |= {"deliveries_per_s": statistics.median(own.stretches), "stretches": own.stretches, "cpu": own.cpu, "rate_hz": own.rate}
    result["measured"] = {"commit": versions()["commit"], "time": time.strftime("%Y-%m-%d %H:%M"), "load": round(os.getloadavg()[0], 2)}
    result |= {"engine": own.sim.stats["engine"], "build_s": own.sim.stats["build_s"]}
    result["roofline"] = _roofline(own.sim.spikes.address, folder, out_degree)
    result["share_of_roofline"] = result["deliveries_per_s"] / max(result["roofline"].get("shared", np.inf), 1.0)
    shutil.rmtree(folder)
    say(f"  eventsim ({result['engine']}): {1e-6 * result['deliveries_per_s']:.2f} million/s at {own.rate:.2f} Hz")
    return result


def _peer(peer, folder, case, key, out_degree, deadline):
    duration = case.peers[key]
    found = run(peer, folder, case.warm_up, duration, deadline=deadline)
    deliveries = int(np.load(folder / "counts.npy") @ out_degree)
    wall = statistics.median(found["wall_s"])
    rate = found["spikes"] / len(out_degree) / duration * 1e3
    return {**found, "deliveries": deliveries, "deliveries_per_s": deliveries / wall, "rate_hz": rate, "simulated_ms": duration}


def _told(found):
    if "failed" in found:
        return found["failed"]
    verdict = f"ratio {found['ratio']:.2f}, by processor time {found['cpu_ratio']:.2f}" if found["agrees"] else "RATES DISAGREE, no ratio"
    return f"{1e-6 * found['deliveries_per_s']:.2f} million/s at {found['rate_hz']:.2f} Hz, {verdict}"


def _roofline(addresses, folder, out_degree):
    """The additions of the last spikes, as plain C does them."""
    enough = np.searchsorted(np.cumsum(out_degree[addresses[::-1]]), ROOFLINE_DELIVERIES) + 1
    try:
        return roofline(folder, addresses[-enough:])
    except PeerFailed as failure:
        return {"failed": str(failure)}


def exactness(keys, duration=500.0):
    """Spike times of each peer beside those of eventsim: 200 neurons without noise, so that every difference is an error.

    The network is chaotic: what begins as a difference in the last bit, or of a time step, ends as another train of spikes. Counted
    are the spikes before the first one that is missing, of another neuron, or more than 0.01 ms (grid: 0.1 ms) away.
    """
    net = vogels_abbott2005(scale=0.05)
    folder = scratch() / "exactness"
    export(net, folder)
    sim = es.Simulator(net)
    sim.run(duration)
    expected = sim.spikes
    results = {}
    for key in keys:
        file = scratch() / "spikes.npz"
        try:
            found = run(PEERS[key], folder, 0.0, duration, file)
        except PeerFailed as failure:
            results[key] = {"failed": str(failure)}
            continue
        with np.load(file) as spikes:
            time_, address = spikes["time"], spikes["address"]
        tolerance = 0.01 if PEERS[key].exact else 0.1 + 1e-6
        results[key] = {"spikes": found["spikes"], "expected": len(expected), **_agreement(expected, time_, address, tolerance)}
        say(f"  exactness, {PEERS[key].label}: {results[key]}")
    shutil.rmtree(folder)
    return results


def _agreement(expected, times, addresses, tolerance):
    """How long each neuron's train agrees: spikes of the network before the first error, and the errors until then."""
    first, pairs = np.inf, []
    for neuron in range(int(expected.address.max()) + 1):
        a, b = (np.sort(t[i == neuron]) for t, i in ((expected.time, expected.address), (times, addresses)))
        m = min(len(a), len(b))
        wrong = np.flatnonzero(np.abs(a[:m] - b[:m]) > tolerance)
        agreeing = wrong[0] if len(wrong) else m
        if agreeing < max(len(a), len(b)):
            first = min(first, *(t[agreeing] for t in (a, b) if agreeing < len(t)))
        pairs += list(zip(a[:agreeing], np.abs(a[:agreeing] - b[:agreeing]), strict=True))
    errors = [error for time_, error in pairs if time_ < first]
    return {"before_first_error": len(errors), "median_error_ms": float(np.median(errors)) if errors else None}


def phases(sizes, outputs=100):
    """Pulse-coupled neurons without delay: eventsim and the heap of phases in C, in turn."""
    results = []
    for n in sizes:
        say(f"S: pulse-coupled, {n:,} neurons")
        spikes = 200_000
        own = Own(pulse_coupled(n, outputs), PULSES_SETTLE)
        stretch = min(500.0, 5e6 / n)
        entry = {"neurons": n, "outputs": outputs}
        own.stretch(stretch)
        try:
            found = heap(n, outputs, spikes)
            before, after = own.stretches[-1], own.stretch(stretch)
            agrees = abs(found["rate_hz"] - own.rate) <= 0.03 * own.rate
            entry |= {"heap": found, "agrees": agrees, "ratio": 0.5 * (before + after) / found["deliveries_per_s"]}
        except PeerFailed as failure:
            entry["heap"] = {"failed": str(failure)}
        entry |= {"deliveries_per_s": statistics.median(own.stretches), "rate_hz": own.rate}
        say(f"  eventsim {1e-6 * entry['deliveries_per_s']:.2f} million/s at {own.rate:.3f} Hz, C: {entry['heap']}")
        results.append(entry)
    return results
