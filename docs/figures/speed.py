# ruff: noqa: T201  (a script: its one line goes to standard output)
"""Draws docs/figures/speed.png: eventsim beside other simulators, from the newest benchmarks/results/*-against.json.

.venv/bin/python -m benchmarks.against       # measures, about ten minutes
.venv/bin/python docs/figures/speed.py       # draws
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
RESULTS = HERE.parent.parent / "benchmarks" / "results"

# Colours that stay apart for all kinds of colour vision (Okabe & Ito), markers for print.
STYLES = {
    "eventsim": ("eventsim", "#0072B2", "o"),
    "nest_ps": ("NEST, precise times", "#D55E00", "s"),
    "nest_grid": ("NEST, 0.1 ms grid", "#E69F00", "^"),
    "brian2": ("Brian2 C++, 0.1 ms grid", "#009E73", "D"),
    "roofline": ("additions alone, in C", "#999999", "x"),
}
AXES = {
    "n": "neurons (100 synapses each, 10 Hz)",
    "k": "synapses per neuron (10,000 neurons, 10 Hz)",
    "rate": "rate, Hz (10,000 neurons, 100 synapses)",
}


def speed(entry, key):
    """Million deliveries per second, None where there is no figure that may be shown."""
    if key == "eventsim":
        return 1e-6 * entry["deliveries_per_s"]
    if key == "roofline":
        return 1e-6 * entry["roofline"]["shared"] if "shared" in entry["roofline"] else None
    found = entry["peers"].get(key, {})
    return 1e-6 * found["deliveries_per_s"] if found.get("agrees") else None


def lines(axes, entries, quantity):
    """One quantity varied, the other two as in the middle."""
    middle = {"n": 10_000, "k": 100, "rate": 10.0}
    chosen = [e for e in entries if all(e["sweep"][q] == v for q, v in middle.items() if q != quantity)]
    chosen.sort(key=lambda e: e["sweep"][quantity])
    for key, (_, colour, marker) in STYLES.items():
        points = [(e["sweep"][quantity], speed(e, key)) for e in chosen if speed(e, key) is not None]
        if points:
            dashed = "--" if key == "roofline" else "-"
            axes.plot(
                *zip(*points, strict=True), dashed, color=colour, marker=marker, markersize=6, linewidth=2 if key == "eventsim" else 1.3
            )
    axes.set(xscale="log", yscale="log", xlabel=AXES[quantity], ylabel="million deliveries / s")
    axes.grid(alpha=0.3)


def bars(axes, entries):
    """The published networks: a group of bars each."""
    width = 0.8 / len(STYLES)
    for k, (key, (_, colour, _)) in enumerate(STYLES.items()):
        for place, entry in enumerate(entries):
            value = speed(entry, key)
            if value is None:
                continue
            where = place + (k - 0.5 * (len(STYLES) - 1)) * width
            axes.bar(where, value, width, color=colour)
            axes.annotate(f"{value:.0f}" if value >= 100 else f"{value:.3g}", (where, value), ha="center", va="bottom", fontsize=6.5)
    axes.set_xticks(range(len(entries)), [NAMES.get(e["case"], e["title"]) for e in entries], fontsize=8)
    axes.set(yscale="log", ylabel="million deliveries / s")
    axes.margins(y=0.12)
    axes.grid(alpha=0.3, axis="y")
    axes.set_axisbelow(True)


NAMES = {
    "A": "Vogels-Abbott\njumps, 4,000",
    "A40k": "Vogels-Abbott\njumps, 40,000",
    "B": "Brunel C\n12,500",
    "C": "10 million\nown delays, 20,000",
    "D": "Vogels-Abbott\ncurrents, 4,000",
    "P": "microcircuit\nscale 0.1, 7,717",
}


def accuracy(result, key):
    """What a simulator's spike times are worth, for the legend."""
    found = result.get("exactness", {}).get(key, {})
    if "before_first_error" not in found:
        return ""
    if found["before_first_error"] == found["expected"]:
        return f" (all {found['expected']} test spikes as eventsim's, to {found['median_error_ms']:.0e} ms)"
    return f" ({found['before_first_error']} of {found['expected']} test spikes before the first wrong one)"


def caption(result):
    """Machine, date, versions."""
    m, v = result["machine"], result["versions"]
    peers = {}
    for entry in result["networks"]:
        for key, found in entry["peers"].items():
            if "version" in found:
                peers[key.split("_")[0]] = found["version"]
    loads = [entry["measured"]["load"] for part in ("networks", "sweep") for entry in result[part]]
    names = {"nest": "NEST", "brian2": "Brian2"}
    others = "".join(f", {names[k]} {version}" for k, version in peers.items())
    return (
        f"Recurrent deliveries per second of wall time; one thread, double precision, the very same synapses, mean rates agree within 15 %.\n"
        f"{m['processor']}, {m['cores']} cores, load {min(loads):.1f} to {max(loads):.1f}; {result['date']}; eventsim {v['eventsim']} at {v['commit']}{others}."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--results", type=Path, default=max(RESULTS.glob("*-against.json"), default=None))
    parser.add_argument("--output", type=Path, default=HERE / "speed.png")
    arguments = parser.parse_args()
    if arguments.results is None:
        parser.exit(message="no benchmarks/results/*-against.json: python -m benchmarks.against makes one\n")
    result = json.loads(arguments.results.read_text())
    figure = plt.figure(figsize=(12.0, 8.4), layout="constrained")
    grid = figure.add_gridspec(2, 3)
    bars(figure.add_subplot(grid[0, :]), result["networks"])
    shared = None
    for k, quantity in enumerate(AXES):
        shared = figure.add_subplot(grid[1, k], sharey=shared)
        lines(shared, result["sweep"], quantity)
    handles = [
        plt.Line2D([], [], color=colour, marker=marker, linestyle="--" if key == "roofline" else "-", label=label + accuracy(result, key))
        for key, (label, colour, marker) in STYLES.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
    figure.supxlabel(caption(result), fontsize=7.5, color="#444444")
    figure.savefig(arguments.output, dpi=110)
    print(f"{arguments.output}: {arguments.results.name}")


if __name__ == "__main__":
    main()
