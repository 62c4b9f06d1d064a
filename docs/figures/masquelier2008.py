# ruff: noqa: T201  (a script: its numbers go to standard output)
"""Draw masquelier2008.png, or run the experiment anew for many seeds: a neuron that finds a pattern.

python docs/figures/masquelier2008.py                        draws the figure from masquelier2008.json
python docs/figures/masquelier2008.py --simulate 1 100       adds the runs with seeds 1 to 100 that the file lacks, a minute of processor time each
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, plain
from eventsim.published import masquelier2008, masquelier2008_latencies, masquelier2008_outcome, masquelier2008_stimulus

HERE = Path(__file__).parent
RESULTS = HERE / "masquelier2008.json"
END, JUDGED = 450_000.0, 150_000.0  # ms: of a run, and of its end that is judged


def simulate(seed, end=END, judged=JUDGED):
    """What one run comes to, with the latencies of all spikes (0 where there was no pattern, as the paper's figure has it)."""
    stimulus = masquelier2008_stimulus(seed)
    net = masquelier2008(stimulus)
    sim = es.Simulator(net)
    sim.run(end)
    times = sim.spikes.time
    latencies = masquelier2008_latencies(times, stimulus)
    outcome = masquelier2008_outcome(times, stimulus, end - judged, end)
    outside = np.flatnonzero(np.isnan(latencies))
    last = int(outside[-1]) if outside.size else -1
    weights = sim.weights(net.projections[0])["weight"]
    return (
        {
            "seed": seed,
            "succeeded": bool(outcome.succeeded),
            "hit_rate": round(outcome.hit_rate, 4),
            "false_alarms": outcome.false_alarms,
            "latency_ms": round(outcome.latency, 3),
            "discharges": len(times),
            "first_second": int((times < 1000.0).sum()),
            "last_outside": [last + 1, round(float(times[last]) / 1e3, 2) if last >= 0 else 0.0],  # number of the discharge, s
            "strong": [int((part > 0.5).sum()) for part in (weights[:1000], weights[1000:])],  # afferents in the pattern, others
        },
        np.nan_to_num(latencies),
    )


def simulate_all(first, last, path):
    """Add runs to those that the file holds, each as soon as it is done; of the first that succeeds all latencies."""
    held = json.loads(path.read_text()) if path.exists() else {"latencies": [], "runs": []}
    for seed in sorted(set(range(first, last + 1)) - {run["seed"] for run in held["runs"]}):
        run, latencies = simulate(seed)
        held["runs"].append(run)
        if run["succeeded"] and not held["latencies"]:
            held["latencies"] = np.round(latencies, 2).tolist()
        rows = ",\n".join(map(json.dumps, held["runs"]))
        path.write_text(f'{{"latencies": {json.dumps(held["latencies"])},\n"runs": [\n{rows}\n]}}\n')
        print(run, flush=True)


def summary(runs):
    """What the page says of all runs."""
    succeeded = [run for run in runs if run["succeeded"]]
    latencies = [run["latency_ms"] for run in succeeded]
    discharge, second = np.median([run["last_outside"] for run in succeeded], axis=0)
    return (
        f"{len(succeeded)} of {len(runs)} runs succeed; in these the latency is {np.mean(latencies):.1f} ms ({min(latencies):.1f} to {max(latencies):.1f}) in the end, "
        f"and the last discharge outside of the pattern number {discharge:.0f} (median), at {second:.1f} s."
    )


def draw(held):
    """Latencies of one run over the number of the discharge, and the outcome of all."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.4), width_ratios=(1.5, 1.0))
    latencies = np.array(held["latencies"])
    left.plot(np.arange(1, len(latencies) + 1), latencies, ".", color=COLOURS[0], markersize=2)
    left.set_xlim(0.0, len(latencies))
    left.set_ylim(-1.0, 50.0)
    left.set_xlabel("number of the discharge", fontsize=9)
    left.set_ylabel("latency (ms); 0: no pattern", fontsize=9)
    left.set_title(f"one run of {END / 1e3:g} s", fontsize=9, loc="left")
    for succeeded, colour, label in ((True, COLOURS[0], "succeeded"), (False, COLOURS[1], "failed")):
        some = [run for run in held["runs"] if run["succeeded"] == succeeded]
        right.plot(
            [run["latency_ms"] for run in some], [100.0 * run["hit_rate"] for run in some], "o", color=colour, markersize=4, label=label
        )
    right.axhline(98.0, color="0.6", linewidth=0.6, linestyle="--")
    right.set_xlim(left=0.0)
    right.set_xlabel("latency in the last 150 s (ms)", fontsize=9)
    right.set_ylabel("patterns answered (%)", fontsize=9)
    right.set_title(f"{len(held['runs'])} runs", fontsize=9, loc="left")
    right.legend(frameon=False, fontsize=8, loc="center left")
    for ax in (left, right):
        plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "masquelier2008.png", dpi=100)


def main():
    """Draw the figure, or simulate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulate", nargs=2, type=int, metavar=("FIRST", "LAST"), help="seeds to add to the file")
    arguments = parser.parse_args()
    if arguments.simulate:
        simulate_all(*arguments.simulate, RESULTS)
    held = json.loads(RESULTS.read_text())
    draw(held)
    print(summary(held["runs"]))


if __name__ == "__main__":
    main()
