"""Draw naud2008.png, the eight patterns of the adaptive exponential neuron of Naud et al. 2008.

python docs/figures/naud2008.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, plain
from eventsim.published import naud2008
from eventsim.published.naud2008 import PATTERNS

HERE = Path(__file__).parent
DURATION = 600.0  # ms


def draw(ax, name):
    """The membrane potential of one pattern, its spikes as lines up to 0 mV, where they are counted."""
    net = naud2008(name)
    sim = es.Simulator(net)
    at = np.arange(0.0, DURATION, 0.5)
    trace = sim.record("v", net["cell"], at=at)
    sim.run(DURATION)
    spikes = sim.spikes.time
    reset = PATTERNS[name].v_reset
    times = np.concatenate([at, spikes, spikes])
    values = np.concatenate([trace.value[:, 0], np.zeros(len(spikes)), np.full(len(spikes), reset)])
    kinds = np.concatenate([np.zeros(len(at)), np.full(len(spikes), 1.0), np.full(len(spikes), 2.0)])
    order = np.lexsort((kinds, times))
    ax.plot(times[order], values[order], color=COLOURS[0], linewidth=0.8)
    ax.set_title(f"{name}: {len(spikes)} spike{'s' if len(spikes) > 1 else ''}", fontsize=9, loc="left")
    ax.set_xlim(0.0, DURATION)
    ax.set_ylim(-78.0, 5.0)
    plain(ax)


def main():
    """Draw the figure."""
    figure, axes = plt.subplots(4, 2, figsize=(9.0, 7.5), sharex=True, sharey=True)
    for ax, name in zip(axes.flat, PATTERNS, strict=True):
        draw(ax, name)
    for ax in axes[-1]:
        ax.set_xlabel("time after the onset of the current (ms)", fontsize=9)
    for ax in axes[:, 0]:
        ax.set_ylabel("v (mV)", fontsize=9)
    figure.tight_layout()
    figure.savefig(HERE / "naud2008.png", dpi=100)


if __name__ == "__main__":
    main()
