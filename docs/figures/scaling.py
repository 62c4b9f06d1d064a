# ruff: noqa: T201  (a script: its one line goes to standard output)
"""Draws docs/figures/scaling.png: processor time against deliveries, from the newest benchmarks/results/*-network.json that has them.

.venv/bin/python -m benchmarks.network scaling   # measures, about four minutes
.venv/bin/python docs/figures/scaling.py         # draws
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = Path(__file__).parent
RESULTS = HERE.parent.parent / "benchmarks" / "results"
STYLES = {"windowed": ("#0072B2", "o"), "sequential": ("#D55E00", "s")}
MIDDLE = {"neurons": 10_000, "inputs": 1_000}
LABELS = {"neurons": "neurons (1,000 inputs each, 10 Hz)", "inputs": "inputs of each neuron (10,000 neurons, 10 Hz)"}


def newest():
    """The measured figures of the scaling benchmark, and the day they are from."""
    for path in sorted(RESULTS.glob("*-network.json"), reverse=True):
        content = json.loads(path.read_text())
        figures = [f for f in content["figures"] if f["name"].startswith("scaling: ")]
        if figures:
            return figures, content["date"]
    return [], None


def at_fixed_size(figures, engine):
    """The points of the rate sweep of an engine, without the one at which nothing happens."""
    return [
        f
        for f in figures
        if f["detail"]["engine"] == engine and all(f["detail"].get(q) == v for q, v in MIDDLE.items()) and "no noise" not in f["name"]
    ]


def lined(figures, engine):
    """Intercept (s) and slope (s a delivery) of an engine, each a median and its smallest and largest run."""
    both = []
    for quantity, unit in (("intercept", 1.0), ("slope", 1e-9)):
        f = next(f for f in figures if f["name"].endswith(f"{engine}: {quantity}"))
        both.append([unit * round(x, 3) + 0.0 for x in (f["value"], min(f["runs"]), max(f["runs"]))])
    return both


def draw_line(axes, figures, engine):
    """Time against deliveries at fixed size, and the line through it."""
    colour, marker = STYLES[engine]
    points = at_fixed_size(figures, engine)
    x = np.array([1e-6 * f["detail"]["deliveries_per_model_s"] for f in points])
    y = np.array([f["value"] for f in points])
    spread = [y - [min(f["runs"]) for f in points], [max(f["runs"]) for f in points] - y]
    (at_zero, lowest, highest), (slope, *_) = lined(figures, engine)
    axes.plot([0.0, x.max()], [at_zero, at_zero + slope * 1e6 * x.max()], color=colour, linewidth=1.2)
    axes.errorbar(x, y, spread, fmt=marker, color=colour, markersize=5, elinewidth=1.0)
    text = f"{engine} engine: {at_zero:.3g} s ({lowest:.3g} to {highest:.3g}) + {1e9 * slope:.2g} ns x deliveries"
    axes.set_title(text, fontsize=9.5, color=colour, loc="left")
    axes.set(xlim=(-0.02 * x.max(), 1.05 * x.max()), ylim=(0.0, 1.08 * y.max()), xlabel="million deliveries per second of model time")
    rates = axes.secondary_xaxis("top", functions=(lambda d: d * 1e6 / 1e7, lambda r: r * 1e7 / 1e6))
    rates.set_xlabel("mean rate (Hz)", fontsize=8.5)
    rates.tick_params(labelsize=8)
    still = [f for f in figures if f["detail"]["engine"] == engine and f["detail"].get("rate_hz") == 0.0]
    alone, nothing = sorted((f["value"] for f in still), reverse=True)
    text = f"no spikes: {alone:.2g} s; no noise either: {nothing:.1g} s"
    axes.annotate(text, (0.97, 0.05), xycoords="axes fraction", ha="right", fontsize=8.5, color="#444444")
    axes.grid(alpha=0.3)


def draw_growth(axes, figures, quantity):
    """Time for each delivery against neurons or inputs."""
    other = next(q for q in MIDDLE if q != quantity)
    chosen = [
        f for f in figures if f["detail"].get(other) == MIDDLE[other] and f["detail"]["engine"] == "windowed" and ", 10 Hz" in f["name"]
    ]
    chosen.sort(key=lambda f: f["detail"][quantity])
    x = [f["detail"][quantity] for f in chosen]
    each = [[1e9 * t / f["detail"]["deliveries_per_model_s"] for t in (f["value"], min(f["runs"]), max(f["runs"]))] for f in chosen]
    y, low, high = np.array(each).T
    axes.errorbar(x, y, [y - low, high - y], fmt="-o", color=STYLES["windowed"][0], markersize=5, elinewidth=1.0)
    axes.set(xscale="log", xlabel=LABELS[quantity], ylabel="processor ns per delivery", ylim=(0.0, 1.12 * high.max()))
    axes.grid(alpha=0.3)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, default=HERE / "scaling.png")
    arguments = parser.parse_args()
    figures, date = newest()
    if not figures:
        parser.exit(message="no results: python -m benchmarks.network scaling makes them\n")
    figure = plt.figure(figsize=(11.0, 7.0), layout="constrained")
    panels = figure.subplots(2, 2)
    for axes, engine in zip(panels[0], STYLES, strict=True):
        draw_line(axes, figures, engine)
    panels[0, 0].set_ylabel("processor s per model s")
    for axes, quantity in zip(panels[1], LABELS, strict=True):
        draw_growth(axes, figures, quantity)
    first = figures[0]
    figure.supxlabel(
        "Brunel's network with a constant current that sets its rate; one thread; medians, bars from the smallest to the largest run.\n"
        f"{first['machine']['processor']}, {first['machine']['cores']} cores; {date}; eventsim {first['eventsim']} at {first['commit']}.",
        fontsize=7.5,
        color="#444444",
    )
    figure.savefig(arguments.output, dpi=100)
    print(arguments.output)


if __name__ == "__main__":
    main()
