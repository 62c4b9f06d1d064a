# ruff: noqa: T201  (a script: its numbers go to standard output)
"""Draw hodgkin_huxley1952.png: rate over current and the action potential of the squid's giant axon; and print their numbers.

python docs/figures/hodgkin_huxley1952.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, INK, plain
from eventsim.published import hodgkin_huxley1952

HERE = Path(__file__).parent
CURRENTS = np.concatenate([np.arange(0.0, 6.0, 0.5), np.arange(6.0, 7.0, 0.05), np.arange(7.0, 40.01, 0.5)])  # uA/cm2
BEGIN, END = 500.0, 1000.0  # ms; what is counted: the rest is onset


def rates(currents, engine="sequential"):
    """Rate (Hz) of each current, from its interspike intervals after the onset; 0 where there are none."""
    sim = es.Simulator(hodgkin_huxley1952(currents), engine=engine)
    sim.run(END)
    out = np.zeros(len(currents))
    for k in range(len(currents)):
        times = sim.spikes.time[(sim.spikes.address == k) & (sim.spikes.time >= BEGIN)]
        if len(times) > 1:
            out[k] = 1000.0 / np.diff(times).mean()
    return out


def action_potential(current=10.0, end=15.0, step=0.005, engine="sequential"):
    """Time (ms) and potential (mV) after the onset of a current."""
    net = hodgkin_huxley1952(current)
    sim = es.Simulator(net, engine=engine)
    at = np.arange(0.0, end, step)
    trace = sim.record("v", net["axon"], at=at)
    sim.run(end)
    return at, trace.value[:, 0]


def shape(t, v):
    """Peak and undershoot (mV), and width at half of the height above rest (ms), of the first action potential."""
    top = int(np.argmax(v))
    half = 0.5 * (v[top] + v[0])
    above = np.flatnonzero(v >= half)
    rise, fall = above[0], above[0] + np.flatnonzero(v[above[0] :] < half)[0]
    begin = np.interp(half, v[rise - 1 : rise + 1], t[rise - 1 : rise + 1])
    end = np.interp(-half, -v[fall - 1 : fall + 1], t[fall - 1 : fall + 1])
    return float(v[top]), float(v[top:].min()), float(end - begin)


def main():
    """Draw the figure."""
    rate = rates(CURRENTS)
    t, v = action_potential()
    peak, undershoot, width = shape(t, v)
    onset = CURRENTS[np.argmax(rate > 0.0)]
    print(
        f"onset {onset:g} uA/cm2 at {rate[rate > 0.0][0]:.1f} Hz; at 10: {rate[np.isclose(CURRENTS, 10.0)][0]:.1f} Hz, at 40: {rate[-1]:.1f} Hz"
    )
    print(f"peak {peak:.2f} mV, undershoot {undershoot:.2f} mV, width {width:.3f} ms")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.4))
    left.plot(CURRENTS, rate, "o", markersize=3, color=COLOURS[0])
    left.axvline(onset, color=INK, linewidth=0.6, linestyle=":")
    left.text(onset + 0.6, 8.0, f"{onset:g} µA/cm²", fontsize=8, color=INK)
    left.set_xlabel("current (µA/cm²)", fontsize=9)
    left.set_ylabel("rate (Hz)", fontsize=9)
    left.set_ylim(bottom=-3.0)
    right.plot(t, v, color=COLOURS[0], linewidth=1.0)
    half = 0.5 * (peak + v[0])
    middle = t[np.argmax(v)]
    right.annotate("", (middle - 1.2, half), (middle + 1.6, half), arrowprops={"arrowstyle": "-", "color": INK, "linestyle": ":"})
    right.text(middle + 1.7, half, f"{width:.2f} ms wide", fontsize=8, color=INK, va="center")
    right.text(middle + 0.4, peak, f"{peak:.1f} mV", fontsize=8, color=INK, va="center")
    right.text(t[np.argmin(v)], undershoot - 2.0, f"{undershoot:.1f} mV", fontsize=8, color=INK, ha="center", va="top")
    right.set_ylim(-88.0, 50.0)
    right.set_xlabel("time after the onset of 10 µA/cm² (ms)", fontsize=9)
    right.set_ylabel("v (mV)", fontsize=9)
    for ax in (left, right):
        plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "hodgkin_huxley1952.png", dpi=100)


if __name__ == "__main__":
    main()
