"""Draw pfister_gerstner2006.png: the change of a weight by 60 pairs of spikes over their rate, four fits beside what was measured.

python docs/figures/pfister_gerstner2006.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, plain
from eventsim.published import pfister_gerstner2006
from eventsim.published.pfister_gerstner2006 import MEASURED, RATES

HERE = Path(__file__).parent
COLOUR = {10.0: COLOURS[0], -10.0: COLOURS[1]}


def change(rate, lag, fit, pairs=60):
    """Relative change of the weight by a protocol."""
    net = pfister_gerstner2006(rate, lag, fit, pairs)
    sim = es.Simulator(net, engine="reference")
    sim.run((pairs - 1) * 1000.0 / rate + abs(lag) + 1.0)
    return float(sim.weights(net.projections[0])["weight"][0]) - 1.0


def main():
    """Draw the figure."""
    figure, axes = plt.subplots(1, 2, figsize=(9.0, 3.6), sharey=True)
    rates = np.append(0.1, np.arange(1.0, 56.0))
    for ax, pairing in zip(axes, ("all", "nearest"), strict=True):
        for lag, (mean, error) in MEASURED.items():
            order = "post after pre" if lag > 0.0 else "pre after post"
            ax.errorbar(RATES, mean, error, fmt="o", color=COLOUR[lag], markersize=4, linewidth=0.9, capsize=2, label=f"{order}, measured")
            for fit, style in ((pairing, "-"), (f"{pairing}, minimal", "--")):
                label = f"{order}, {'minimal' if 'minimal' in fit else 'full'}"
                ax.plot(rates, [change(rate, lag, fit) for rate in rates], style, color=COLOUR[lag], linewidth=0.9, label=label)
        ax.axhline(0.0, color="0.7", linewidth=0.6, zorder=0)
        ax.set_title(f"{'all-to-all' if pairing == 'all' else 'nearest-spike'} interactions", fontsize=9, loc="left")
        ax.set_xlabel("rate of pairs (Hz)", fontsize=9)
        plain(ax)
    axes[0].set_ylabel("change of the weight", fontsize=9)
    axes[0].legend(frameon=False, fontsize=7.5, loc="upper left")
    figure.tight_layout()
    figure.savefig(HERE / "pfister_gerstner2006.png", dpi=100)


if __name__ == "__main__":
    main()
