"""Measuring: what `eventsim bench` does."""

import json
import statistics
import sys
from pathlib import Path

from .analysis import mean_rate
from .cli import WALL_PER_MODEL_TIME, check_writable, large, machine, table, versions
from .engine.api import Simulator
from .errors import ParameterError
from .workloads import SHORT, workloads

PARTS = 3


def run_bench(options):
    """A table of speeds, each behind a check of the rate.

    Parameters
    ----------
    options : argparse.Namespace
        With names, quick, seed, threads (list of int) and json, as the command line gives them.

    Returns
    -------
    int
        Exit code: 1 where a rate is wrong.
    """
    if options.json not in (None, "-"):
        check_writable(Path(options.json), "--json", "'-' or a file")
    known = workloads(options.quick)
    names = options.names or [name for name in SHORT if name in known]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ParameterError(f"there is no workload {unknown[0]!r}; there are {', '.join(known)}")
    results = []
    for name in names:
        for threads in options.threads:
            print(f"{name}: {known[name].name} ...", file=sys.stderr, flush=True)
            results.append({"workload": name, **measure(known[name], options.seed, threads)})
    if options.json != "-":
        header = (
            "workload",
            "",
            "engine",
            "threads",
            "neurons",
            "rate Hz",
            "build s",
            "bytes/synapse",
            "deliveries/s",
            "events/s",
            "wall/model time",
        )
        print(table(header, [_row(r) for r in results]))
        print(f"\nMedians of {PARTS} parts of a run after a warm-up. Events: deliveries and background events.")
        print(WALL_PER_MODEL_TIME)
    if options.json:
        document = {"versions": versions(), "machine": machine(), "quick": options.quick, "seed": options.seed, "results": results}
        text = json.dumps(document, indent=2) + "\n"
        if options.json == "-":
            sys.stdout.write(text)
        else:
            Path(options.json).write_text(text, encoding="utf-8")
    return 0 if all(r["correct"] for r in results) else 1


def measure(workload, seed=1, threads=1):
    """Run a workload: a warm-up, then three timed parts.

    Parameters
    ----------
    workload : Workload
    seed : int
    threads : int

    Returns
    -------
    dict
        Counts, seconds, and where the rate is as expected ("correct") the speeds.
    """
    sim = Simulator(workload.build(seed), threads=threads)
    sim.run(workload.warm_up)
    begin, parts = sim.now, []
    for _ in range(PARTS):
        before = sim.stats
        sim.run(workload.duration)
        after = sim.stats
        parts.append({k: after[k] - before[k] for k in ("wall_s", "deliveries", "drive_events", "spikes")})
    neurons = [p for p in sim.network.populations if not p.is_source]
    rate = mean_rate(sim.spikes, neurons, begin=begin, end=sim.now)
    correct = workload.lowest <= rate <= workload.highest
    result = {
        "name": workload.name,
        "threads": threads,
        "neurons": sum(p.n for p in neurons),
        "synapses": sim.routing["synapses"],
        "engine": sim.stats["engine"],
        "simulated_ms": sim.now - begin,
        "rate_hz": rate,
        "rate_between_hz": [workload.lowest, workload.highest],
        "rate_from": workload.basis,
        "correct": correct,
        "build_s": sim.stats["build_s"],
        "compile_s": sim.stats["compile_s"],
        "memory_bytes": sim.stats["memory_bytes"],
        **{k: sum(p[k] for p in parts) for k in parts[0]},
    }
    if correct:
        result["deliveries_per_s"] = statistics.median(p["deliveries"] / p["wall_s"] for p in parts)
        result["events_per_s"] = statistics.median((p["deliveries"] + p["drive_events"]) / p["wall_s"] for p in parts)
        result["wall_per_model_time"] = statistics.median(p["wall_s"] / (1e-3 * workload.duration) for p in parts)
    return result


def _row(r):
    stored = f"{r['memory_bytes'] / r['synapses']:.1f}" if r["synapses"] else "-"
    start = (
        r["workload"],
        r["name"],
        r["engine"],
        str(r["threads"]),
        f"{r['neurons']:,}",
        f"{r['rate_hz']:.2f}",
        f"{r['build_s']:.2f}",
        stored,
    )
    if not r["correct"]:
        low, high = r["rate_between_hz"]
        return (*start, f"wrong rate, expected {low:.1f} to {high:.1f} Hz", "-", "-")
    return (*start, large(r["deliveries_per_s"]), large(r["events_per_s"]), f"{r['wall_per_model_time']:.3g}")
