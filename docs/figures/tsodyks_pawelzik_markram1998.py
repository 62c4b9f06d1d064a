"""Draw tsodyks_pawelzik_markram1998.png, figure 1 of Tsodyks, Pawelzik & Markram 1998 and the stationary release beside it.

python docs/figures/tsodyks_pawelzik_markram1998.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, plain
from eventsim.published import tsodyks_pawelzik_markram1998, tsodyks_pawelzik_markram1998_stationary

HERE = Path(__file__).parent
DURATION = 1200.0  # ms
PANELS = (("A", "depressing", 20.0), ("B", "facilitating", 20.0), ("C", "facilitating", 70.0))
COLOUR = {"depressing": COLOURS[0], "facilitating": COLOURS[1]}


def potential(ax, panel, synapse, rate):
    """The membrane potential of one panel."""
    net = tsodyks_pawelzik_markram1998(synapse, rate)
    sim = es.Simulator(net)
    at = np.arange(0.0, DURATION, 0.5)
    trace = sim.record("v", net["post"], at=at)
    sim.run(DURATION)
    ax.plot(at, trace.value[:, 0], color=COLOUR[synapse], linewidth=0.9)
    ax.set_title(f"{panel}: {synapse}, {rate:g} Hz", fontsize=9, loc="left")
    ax.set_xlim(0.0, DURATION)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("time (ms)", fontsize=9)
    ax.set_ylabel("v (mV)", fontsize=9)
    plain(ax)


def released(synapse, rate, spikes=80):
    """u x of the last of many spikes, simulated."""
    net = tsodyks_pawelzik_markram1998(synapse, rate)
    sim = es.Simulator(net)
    sim.run((spikes + 0.999999) * 1000.0 / rate)
    found, rule = sim.weights(net.projections[0])[0], net.projections[0].synapse
    u = found["u"] + rule.values["U"] * (1.0 - found["u"])
    return u * found["x"]


def main():
    """Draw the figure."""
    figure, axes = plt.subplots(2, 2, figsize=(9.0, 5.5))
    for ax, panel in zip(axes.flat, PANELS, strict=False):
        potential(ax, *panel)
    ax = axes[1, 1]
    fine, coarse = np.geomspace(0.5, 100.0, 400), np.geomspace(0.5, 100.0, 12)
    for synapse, colour in COLOUR.items():
        ax.plot(fine, tsodyks_pawelzik_markram1998_stationary(synapse, fine), color=colour, linewidth=0.9, label=f"{synapse}, closed form")
        ax.plot(coarse, [released(synapse, rate) for rate in coarse], "o", color=colour, markersize=3.5, label="simulated")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.0015, 1.0)
    for axis, ticks in ((ax.xaxis, (1, 10, 100)), (ax.yaxis, (0.01, 0.1, 1))):
        axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_title("released by a spike when all has settled", fontsize=9, loc="left")
    ax.set_xlabel("rate (Hz)", fontsize=9)
    ax.set_ylabel("u x", fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="lower left")
    plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "tsodyks_pawelzik_markram1998.png", dpi=100)


if __name__ == "__main__":
    main()
