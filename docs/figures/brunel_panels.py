# ruff: noqa: T201  (a script: its table goes to standard output)
"""Draw brunel_panels.png, the four states of Brunel 2000, figure 8, and print the table of docs/published.md.

python docs/figures/brunel_panels.py            # a few minutes on one core
python docs/figures/brunel_panels.py --scale 0.3  # a look in half a minute
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim import plots
from eventsim.analysis import mean_cv, mean_rate, population_rate, power_spectrum, synchrony
from eventsim.published import brunel2000, brunel2000_mean_field
from eventsim.published.brunel2000 import PANELS

HERE = Path(__file__).parent
# Duration (ms), start of the statistics (ms) and the window shown; the faster a state, the less there is to see of it.
RUNS = {
    "A": (200.0, 100.0, (150.0, 200.0)),
    "B": (500.0, 100.0, (300.0, 400.0)),
    "C": (600.0, 100.0, (300.0, 400.0)),
    "D": (1200.0, 200.0, (900.0, 1200.0)),
}
SHOWN = 50  # neurons, as in the paper


def measure(panel, scale, seed):
    """Run one panel; its figure data and its row of the table."""
    duration, begin, window = RUNS[panel]
    net = brunel2000(panel, seed=seed, scale=scale)
    sim = es.Simulator(net)
    sim.run(duration)
    neurons, spikes = [net["exc"], net["inh"]], sim.spikes
    rate = mean_rate(spikes, neurons, begin=begin, end=duration)
    frequency, power = power_spectrum(spikes, neurons, begin=begin, end=duration, bin=0.5, segment=min(400.0, duration - begin))
    peak = frequency[2:][np.argmax(power[2:])]
    row = (
        f"| {panel} | {PANELS[panel].g:g} | {PANELS[panel].eta:g} | {PANELS[panel].state} | {duration:g} | {rate:.2f} "
        f"| {brunel2000_mean_field(panel, scale):.2f} | {mean_cv(spikes, neurons, begin=begin, end=duration):.2f} "
        f"| {synchrony(spikes, neurons, begin=begin, end=duration):.0f} | {peak:.0f} |"
    )
    return net, spikes, window, row


def draw(figure, k, panel, net, spikes, window):
    """The raster of one panel and the rate of the whole network below."""
    place = figure.add_subfigure(figure.add_gridspec(2, 2)[k])
    dots, rates = place.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    begin, end = window
    plots.raster(spikes, net["exc"], neurons=SHOWN, begin=begin, end=end, ax=dots)
    dots.set_title(f"{panel}   {PANELS[panel].state}   g = {PANELS[panel].g:g}, η = {PANELS[panel].eta:g}", loc="left", fontsize=10)
    dots.set_xlabel("")
    values, edges = population_rate(spikes, [net["exc"], net["inh"]], begin=begin, end=end, bin=(end - begin) / 250)
    rates.stairs(values, edges, fill=True, color="#555555")
    rates.set_ylim(0.0, 1.05 * max(values.max(), 1.0))
    rates.set_xlim(begin, end)
    rates.set_xlabel("time (ms)", fontsize=9)
    rates.set_ylabel("rate (Hz)", fontsize=9)
    rates.tick_params(labelsize=8)
    rates.spines[["top", "right"]].set_visible(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=HERE / "brunel_panels.png")
    arguments = parser.parse_args()
    figure = plt.figure(figsize=(11.0, 7.5), layout="constrained")
    print("| panel | g | eta | state | simulated (ms) | rate (Hz) | mean field (Hz) | CV | synchrony | peak (Hz) |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for k, panel in enumerate(PANELS):
        net, spikes, window, row = measure(panel, arguments.scale, arguments.seed)
        print(row, flush=True)
        draw(figure, k, panel, net, spikes, window)
    figure.savefig(arguments.output, dpi=110)


if __name__ == "__main__":
    main()
