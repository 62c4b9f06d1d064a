"""Draw oja1982.png: the angle between the weights and the first principal component over time, and the weights it ends with.

python docs/figures/oja1982.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, plain
from eventsim.published import oja1982, oja1982_angle, oja1982_correlations

HERE = Path(__file__).parent
SEEDS = range(1, 9)
AT = np.arange(0.0, 5_000_001.0, 50_000.0)  # ms


def learnt(seed):
    """Weights (times, 12) of one run."""
    net = oja1982(seed)
    sim = es.Simulator(net)
    trace = sim.record("weight", net.projections[0], at=AT)
    sim.run(AT[-1])
    return trace.value


def main():
    """Draw the figure."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.4))
    runs = np.array([learnt(seed) for seed in SEEDS])
    for run in runs:
        left.plot(AT / 1e3, [oja1982_angle(w) for w in run], color=COLOURS[0], linewidth=0.8)
    left.axhline(2.0, color="0.6", linewidth=0.6, linestyle="--")
    left.set_yscale("log")
    left.set_yticks((0.5, 1, 2, 5, 10, 20, 50), ("0.5", "1", "2", "5", "10", "20", "50"))
    left.minorticks_off()
    left.set_xlim(0.0, AT[-1] / 1e3)
    left.set_xlabel("time (s)", fontsize=9)
    left.set_ylabel("angle to the first component (degrees)", fontsize=9)
    left.set_title(f"{len(runs)} runs", fontsize=9, loc="left")
    component = np.abs(np.linalg.eigh(oja1982_correlations())[1][:, -1])
    inputs = np.arange(1, 13)
    right.bar(inputs, component, color="0.85", label="first principal component")
    ends = runs[:, -1] / np.linalg.norm(runs[:, -1], axis=1, keepdims=True)
    right.plot(np.tile(inputs, len(runs)), ends.ravel(), ".", color=COLOURS[0], markersize=4, label="weights in the end")
    right.axhline(12**-0.5, color=COLOURS[1], linewidth=0.8, label="mean rates (all equal)")
    right.set_xticks(inputs)
    right.set_ylim(0.0, 0.62)
    right.set_xlabel("input", fontsize=9)
    right.set_ylabel("entry of the unit vector", fontsize=9)
    right.legend(frameon=False, fontsize=8, loc="upper right")
    for ax in (left, right):
        plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "oja1982.png", dpi=100)


if __name__ == "__main__":
    main()
