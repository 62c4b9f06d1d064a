# ruff: noqa: T201  (a script: its table goes to standard output)
"""Draw microcircuit.png, rates and irregularity of Potjans & Diesmann 2014 beside published ones, and print the table of docs/published.md.

python docs/figures/microcircuit.py                        # draws from microcircuit.json, in a second
python docs/figures/microcircuit.py --simulate             # simulates anew: full size, five seeds, two drives; 40 minutes on two cores, 9.4 GB
python docs/figures/microcircuit.py --simulate --drives poisson --scale 0.1 --numbers /tmp/look.json --output /tmp/look.png   # a look
"""

import argparse
import datetime
import json
import multiprocessing
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim import cli
from eventsim.analysis import cv_of_intervals, mean_cv, mean_rate, synchrony
from eventsim.published import potjans_diesmann2014, potjans_diesmann2014_rates
from eventsim.published.potjans_diesmann2014 import POPULATIONS, SIZES

HERE = Path(__file__).parent

BEGIN, END = 500.0, 4000.0  # ms, of the statistics; the burst of the start has left no trace in the rates after 100 ms
LONG_ENOUGH = 3500.0  # ms, for a CV: what is shorter makes it too small, and by its length (0.70 in 1.5 s, 0.81 in 5.5 s for L23E)
SYNCHRONY_BIN, SYNCHRONY_NEURONS = 3.0, 1000  # ms, as in figure 6 of the paper
SHOWN = (200.0, 25)  # ms of the raster, and of how many neurons one is in it

# Full size, NEST on a grid of 0.1 ms, one run each: what files of parameters give for the scaling of reduced networks. They do
# not say with which input it was found; the files are set to the one in the second place.
PUBLISHED = {
    "NEST 2": ("poisson", tuple(potjans_diesmann2014_rates("poisson").values())),  # its example Potjans_2014, network_params.py, up to 2.20
    "NEST 3": ("poisson", (0.943, 3.026, 4.368, 5.882, 7.733, 8.664, 1.096, 7.851)),  # the same file as first rewritten after that
    "PD14": ("dc", tuple(potjans_diesmann2014_rates("dc").values())),  # github.com/INM-6/microcircuit-PD14-model
}
REFERENCE = "PD14"
DRIVES = {"poisson": ("Poisson input", "#0072B2"), "dc": ("constant current", "#D55E00")}
MARKERS = {"NEST 2": "s", "NEST 3": "^", "PD14": "D"}
OFFSETS = {"poisson": -0.24, "dc": 0.24}  # of the rows of a population; published values are between them
EXCITATORY, INHIBITORY = "#333333", "#b0428f"


# -- simulating -------------------------------------------------------------------------------------------------------


def simulate(drive, seed, scale, threads, end):
    """Simulate one draw of the network; its statistics, and the spikes of a raster."""
    net = potjans_diesmann2014(seed=seed, scale=scale, drive=drive)
    sim = es.Simulator(net, threads=threads)
    sim.run(end)
    return described(net, sim.spikes, sim.stats, drive, seed, end)


def described(net, spikes, stats, drive, seed, end):
    """What is kept of a run: a dict."""
    window = {"begin": BEGIN, "end": end}
    populations = {}
    for p in net.populations:
        populations[p.name] = {
            "rate_hz": round(mean_rate(spikes, p, **window), 4),
            "synchrony": round(synchrony(spikes, p[:SYNCHRONY_NEURONS], **window, bin=SYNCHRONY_BIN), 3),
        }
        if end - BEGIN >= LONG_ENOUGH:
            populations[p.name]["cv"] = round(mean_cv(spikes, p, **window), 4)
            populations[p.name]["cv_neurons"] = int(np.isfinite(cv_of_intervals(spikes, p, **window)).sum())
    return {
        "drive": drive,
        "seed": seed,
        "neurons": sum(p.n for p in net.populations),
        "begin_ms": BEGIN,
        "end_ms": end,
        **{key: stats[key] for key in ("engine", "threads_used")},
        "date": datetime.date.today().isoformat(),
        "eventsim": cli.versions()["eventsim"],
        "populations": populations,
        "raster": dots(net, spikes, BEGIN),
    }


def dots(net, spikes, begin):
    """Times (ms from the beginning of the window) and rows of the spikes that are drawn, by population."""
    length, every = SHOWN
    found = {}
    for p in net.populations:
        chosen = p.addresses[::every]
        keep = (spikes.time >= begin) & (spikes.time < begin + length) & np.isin(spikes.address, chosen)
        rows = np.searchsorted(chosen, spikes.address[keep])
        found[p.name] = {"neurons": len(chosen), "time": np.round(spikes.time[keep] - begin, 2).tolist(), "row": rows.tolist()}
    return found


def simulate_all(drives, seeds, scale, threads, end, path):
    """Simulate what is asked for, one after the other, and write each run down as soon as it is done."""
    runs = []
    # A process for each run: all of its memory is given back before the next one begins.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for drive in drives:
            for seed in seeds:
                started = time.perf_counter()
                run = pool.apply(simulate, (drive, seed, scale, threads, end))
                if runs:
                    del run["raster"]
                runs.append(run)
                write(path, runs)
                print(f"{drive}, seed {seed}: {time.perf_counter() - started:.0f} s", flush=True)


def write(path, runs):
    """One line for each population, each list of the raster and each other entry: small, and changes can be read."""
    path.write_text(json.dumps({"runs": runs}, separators=(",", ": ")).replace('"L', '\n"L').replace('{"drive"', '\n{"drive"') + "\n")


# -- numbers ----------------------------------------------------------------------------------------------------------


def over_seeds(runs, drive, quantity):
    """A quantity of all runs with a drive that have it: float64 array (seeds, populations)."""
    chosen = [run["populations"] for run in runs if run["drive"] == drive and quantity in run["populations"][POPULATIONS[0]]]
    return np.array([[populations[name][quantity] for name in POPULATIONS] for populations in chosen]).reshape(-1, len(POPULATIONS))


def above(rates, reference):
    """By how much rates exceed others, in per cent."""
    return 100.0 * (np.array(rates) / np.array(reference) - 1.0)


def simulated(runs):
    """The drives of which there are runs."""
    return [drive for drive in DRIVES if any(run["drive"] == drive for run in runs)]


def table(runs):
    """The table of docs/published.md: means over seeds and their standard deviations."""
    heads = ["population", "neurons"]
    for drive in simulated(runs):
        heads += [f"{drive}: rate (Hz)", f"{drive}: CV", f"{drive}: synchrony"]
    heads += PUBLISHED
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for k, name in enumerate(POPULATIONS):
        cells = [name, f"{SIZES[k]:,}"]
        for drive in simulated(runs):
            for quantity, digits in (("rate_hz", 3), ("cv", 3), ("synchrony", 1)):
                values = over_seeds(runs, drive, quantity)[:, k]
                cells.append(with_spread(values, digits))
        cells += [f"{rates[k]:.3f}" for _, rates in PUBLISHED.values()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def with_spread(values, digits):
    """Mean and standard deviation, as far as there are values."""
    if len(values) == 0:
        return "-"
    spread = f" ± {values.std(ddof=1):.{digits}f}" if len(values) > 1 else ""
    return f"{values.mean():.{digits}f}{spread}"


def differences(runs):
    """By how much mean rates exceed the published ones, in per cent: a line for each pair of a drive and a source."""
    lines = []
    for drive in simulated(runs):
        mean = over_seeds(runs, drive, "rate_hz").mean(axis=0)
        for key, (_, rates) in PUBLISHED.items():
            each = ", ".join(f"{name} {percent:+.1f}" for name, percent in zip(POPULATIONS, above(mean, rates), strict=True))
            lines.append(f"{drive} above {key}, %: {each}")
    return "\n".join(lines)


# -- drawing ----------------------------------------------------------------------------------------------------------


def draw_raster(ax, run):
    """One run, layers from top to bottom."""
    top, ticks = 0, []
    for name in POPULATIONS:
        band = run["raster"][name]
        colour = INHIBITORY if name.endswith("I") else EXCITATORY
        ax.plot(
            np.array(band["time"]) + run["begin_ms"], top + np.array(band["row"]), ".", color=colour, markersize=3.0, markeredgewidth=0.0
        )
        ticks.append(top + 0.5 * band["neurons"])
        top += band["neurons"]
    ax.set(xlim=(run["begin_ms"], run["begin_ms"] + SHOWN[0]), ylim=(top, 0), xlabel="time (ms)")
    ax.set_yticks(ticks, POPULATIONS)
    for label in ax.get_yticklabels():
        label.set_color(INHIBITORY if label.get_text().endswith("I") else EXCITATORY)
    ax.tick_params(axis="y", length=0)
    ax.set_title(f"one neuron of {SHOWN[1]}, {DRIVES[run['drive']][0]}, seed {run['seed']}", loc="left", fontsize=10)


def draw_seeds(ax, runs, quantity, reference=None):
    """A dot for each seed and a bar for their mean, of both drives; with a reference, per cent above it."""
    for drive in simulated(runs):
        values, colour = over_seeds(runs, drive, quantity), DRIVES[drive][1]
        if reference is not None:
            values = above(values, reference)
        for k in range(len(POPULATIONS)):
            height = k + OFFSETS[drive]
            ax.plot(values[:, k], np.full(len(values), height), "o", color=colour, alpha=0.55, markersize=4.0, markeredgewidth=0.0)
            if len(values):
                ax.plot([values[:, k].mean()] * 2, [height - 0.14, height + 0.14], color=colour, linewidth=1.8)
    ax.set(ylim=(len(POPULATIONS) - 0.45, -0.55))
    ax.set_yticks(range(len(POPULATIONS)), POPULATIONS)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    for k in range(0, len(POPULATIONS), 4):
        ax.axhspan(k - 0.5, k + 1.5, color="#000000", alpha=0.04, linewidth=0)
    ax.spines[["top", "right"]].set_visible(False)


def draw(runs, path):
    """The whole figure."""
    figure = plt.figure(figsize=(11.0, 5.4), layout="constrained")
    raster, rates, relative, cv = figure.subplots(1, 4, width_ratios=[3.2, 2.6, 2.9, 1.6])
    draw_raster(raster, next(run for run in runs if "raster" in run))
    raster.spines[["top", "right", "left"]].set_visible(False)
    reference = np.array(PUBLISHED[REFERENCE][1])
    draw_seeds(rates, runs, "rate_hz")
    draw_seeds(relative, runs, "rate_hz", reference)
    draw_seeds(cv, runs, "cv")
    style = {"linestyle": "", "markerfacecolor": "none", "markeredgecolor": "#222222", "markeredgewidth": 1.0}
    for key, (_, values) in PUBLISHED.items():
        rates.plot(values, range(len(POPULATIONS)), MARKERS[key], markersize=5.5, **style)
        relative.plot(above(values, reference), range(len(POPULATIONS)), MARKERS[key], markersize=5.5, **style)
    relative.axvline(0.0, color="#222222", linewidth=0.8)
    rates.set(xlim=(0.0, 9.6), xlabel="rate (Hz)")
    relative.set(xlabel=f"rate above {REFERENCE}'s (%)")
    cv.set(xlim=(0.0, 1.05), xlabel="CV of intervals")
    for ax in (relative, cv):
        ax.set_yticklabels([])
    handles = []
    for drive in simulated(runs):
        label, colour = DRIVES[drive]
        seeds = sum(run["drive"] == drive for run in runs)
        text = f"eventsim, {label}: {seeds} seeds, mean"
        handles.append(plt.Line2D([], [], color=colour, marker="o", markersize=5, linewidth=0, label=text))
    for key, (drive, _) in PUBLISHED.items():
        handles.append(plt.Line2D([], [], marker=MARKERS[key], label=f"{key} (file set to {DRIVES[drive][0]})", **style))
    figure.legend(handles=handles, loc="outside upper right", ncols=3, fontsize=8.5, frameon=False, columnspacing=1.2)
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--simulate", action="store_true", help="make the numbers anew")
    parser.add_argument("--drives", nargs="+", choices=list(DRIVES), default=list(DRIVES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--end", type=float, default=END, help="ms to simulate, the first 500 left out of the statistics; CVs from 4000 on")
    parser.add_argument("--numbers", type=Path, default=HERE / "microcircuit.json")
    parser.add_argument("--output", type=Path, default=HERE / "microcircuit.png")
    arguments = parser.parse_args()
    if arguments.simulate:
        simulate_all(arguments.drives, arguments.seeds, arguments.scale, arguments.threads, arguments.end, arguments.numbers)
    runs = json.loads(arguments.numbers.read_text())["runs"]
    print(table(runs), differences(runs), sep="\n\n")
    draw(runs, arguments.output)


if __name__ == "__main__":
    main()
