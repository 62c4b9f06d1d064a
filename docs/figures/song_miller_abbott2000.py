# ruff: noqa: T201  (a script: its numbers go to standard output)
"""Draw song_miller_abbott2000.png, or make its numbers anew: the weights of one neuron's afferents, and its rate over theirs.

python docs/figures/song_miller_abbott2000.py                draws the figure from song_miller_abbott2000.json
python docs/figures/song_miller_abbott2000.py --simulate     makes that file, ten minutes of processor time
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
from eventsim.published import song_miller_abbott2000
from eventsim.published.song_miller_abbott2000 import G_INH, G_MAX

HERE = Path(__file__).parent
RESULTS = HERE / "song_miller_abbott2000.json"
RATES = (10.0, 20.0, 30.0, 40.0)  # Hz
SPIKES = 20_000  # of each afferent
BINS = 20
FIXED = 20.0  # Hz: where the weights were learnt that are then kept


def learn(rate, dependence):
    """The weights in the end, as parts of the largest, and the neuron's rate (Hz) and CV in the last tenth of the time."""
    net = song_miller_abbott2000(rate, dependence)
    sim = es.Simulator(net)
    end = SPIKES / rate * 1e3
    sim.run(end)
    weights = sim.weights(net.projections[0])["weight"] / G_MAX
    tail = {"begin": 0.9 * end, "end": end}
    found = {
        "rate_hz": rate,
        "dependence": dependence,
        "seconds": end / 1e3,
        "output_hz": round(es.analysis.mean_rate(sim.spikes, net["cell"], **tail), 2),
        "cv": round(float(es.analysis.mean_cv(sim.spikes, net["cell"], **tail)), 2),
        "mean": round(float(weights.mean()), 4),
        "std": round(float(weights.std()), 4),
        "histogram": np.histogram(weights, BINS, (0.0, 1.0))[0].tolist(),
    }
    print(found, flush=True)
    return found, weights


def fixed(rate, weights, duration=20_000.0):
    """The neuron's rate (Hz) with weights that do not learn."""
    learning = song_miller_abbott2000(rate)
    net = es.Network(seed=1)
    exc, inh, cell = (net.population(len(p), p.model, name=p.name) for p in learning.populations)
    net.connect(exc, cell, es.AllToAll(), weight=weights * G_MAX, delay=0.0)
    net.connect(inh, cell, es.AllToAll(), weight=-G_INH, delay=0.0)
    sim = es.Simulator(net)
    sim.run(duration)
    return round(es.analysis.mean_rate(sim.spikes, cell, end=duration), 2)


def simulate():
    """All runs, written down."""
    runs, kept = [], None
    for rate in RATES:
        found, weights = learn(rate, "additive")
        runs.append(found)
        if rate == FIXED:
            kept = weights
    runs.append(learn(FIXED, "multiplicative")[0])
    unlearning = [fixed(rate, kept) for rate in RATES]
    rows = ",\n".join(map(json.dumps, runs))
    RESULTS.write_text(f'{{"fixed_hz": {json.dumps(unlearning)},\n"runs": [\n{rows}\n]}}\n')


def draw(held):
    """Histograms of both kinds of plasticity, and the output rate over the input rate."""
    figure, axes = plt.subplots(1, 3, figsize=(9.0, 3.0))
    edges = np.linspace(0.0, 1.0, BINS + 1)
    for ax, dependence, colour in zip(axes, ("additive", "multiplicative"), COLOURS, strict=False):
        run = next(run for run in held["runs"] if run["dependence"] == dependence and run["rate_hz"] == FIXED)
        ax.stairs(run["histogram"], edges, fill=True, color=colour)
        ax.set_title(f"{dependence}, {FIXED:g} Hz", fontsize=9, loc="left")
        ax.set_xlim(0.0, 1.0)
        ax.set_xlabel("weight (of the largest)", fontsize=9)
    axes[0].set_ylabel("synapses", fontsize=9)
    ax = axes[2]
    runs = [run for run in held["runs"] if run["dependence"] == "additive"]
    ax.plot(
        [run["rate_hz"] for run in runs],
        [run["output_hz"] for run in runs],
        "o-",
        color=COLOURS[0],
        markersize=4,
        linewidth=0.9,
        label="learning",
    )
    ax.plot(RATES, held["fixed_hz"], "s--", color="0.5", markersize=4, linewidth=0.9, label=f"weights of {FIXED:g} Hz kept")
    ax.set_xlim(0.0, 45.0)
    ax.set_ylim(0.0, 250.0)
    ax.set_xlabel("input rate (Hz)", fontsize=9)
    ax.set_ylabel("output rate (Hz)", fontsize=9)
    ax.set_title("additive", fontsize=9, loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    for ax in axes:
        plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "song_miller_abbott2000.png", dpi=100)


def table(held):
    """The rows of the table on the page."""
    rows = [
        "| input (Hz) | changes | time (s) | output (Hz) | CV | mean weight | below 0.2 | 0.4 to 0.6 | above 0.8 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for run in held["runs"]:
        fifths = np.reshape(run["histogram"], (5, -1)).sum(axis=1) / sum(run["histogram"])
        numbers = f"{run['seconds']:,.0f} | {run['output_hz']:.1f} | {run['cv']:.1f} | {run['mean']:.2f} | {fifths[0]:.2f} | {fifths[2]:.2f} | {fifths[4]:.2f}"
        rows.append(f"| {run['rate_hz']:g} | {run['dependence']} | {numbers} |")
    return "\n".join(rows)


def main():
    """Draw the figure and print the table, or simulate first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulate", action="store_true", help="make the numbers anew")
    if parser.parse_args().simulate:
        simulate()
    held = json.loads(RESULTS.read_text())
    draw(held)
    print(table(held))


if __name__ == "__main__":
    main()
