"""One neuron, two regular inputs of 20 Hz: whether it fires depends on their weight and on their phase.

Out of phase and strong, the inputs make it fire; weaker, they do not; weaker still but in phase, they do. Between events the
membrane decays, so the potential after many jumps is a geometric sum, and the weights at which the regimes meet are known in
closed form (`weakest`).

    python examples/three_regimes.py --plot three_regimes.png
"""

import argparse
import math

import numpy as np

import eventsim as es

TAU, REST, THRESHOLD = 20.0, -65.0, -50.0  # ms, mV, mV
PERIOD, DELAY = 50.0, 1.0  # ms
DURATION = 400.0  # ms
# Weight (mV) of both inputs, and by how much the second lags behind the first (ms).
REGIMES = {
    "out of phase": (11.0, PERIOD / 2),
    "out of phase, weaker": (9.0, PERIOD / 2),
    "in phase, weaker still": (7.2, 0.0),
}


def weakest(lag):
    """The weight (mV) above which the neuron fires, the second input lagging by `lag` ms.

    After many periods, with q what a period leaves of a potential, a jump of w on top of one `lag` before finds the membrane at
    (w + w exp(-lag/tau)) / (1 - q): the shorter of the two gaps between the inputs counts.
    """
    gap = min(lag, PERIOD - lag)
    return (THRESHOLD - REST) * -math.expm1(-PERIOD / TAU) / (1.0 + math.exp(-gap / TAU))


def run(weight, lag, duration=DURATION, samples=()):
    """The simulator after the run, and samples of the potential at given times (ms)."""
    net = es.Network()
    neuron = net.population(1, es.LIF(tau_m=TAU, v_rest=REST, v_reset=REST, v_thresh=THRESHOLD, t_ref=2.0), name="neuron")
    inputs = net.population(2, es.Regular(period=PERIOD, phase=[0.0, lag]), name="inputs")
    net.connect(inputs, neuron, es.AllToAll(), weight=weight, delay=DELAY)
    sim = es.Simulator(net, record_spikes=net.populations)
    trace = sim.record("v", neuron, at=samples) if len(samples) else None
    sim.run(duration)
    return sim, trace


def main():
    """Return the number of spikes in each of the three regimes."""
    return {name: len(sim.spikes.of(sim.network["neuron"])) for name in REGIMES for sim, _ in [run(*REGIMES[name])]}


def plot(path):
    """Draw the potential in the three regimes, and the weight at which each phase begins to fire."""
    from eventsim.plots.style import COLOURS, INK, plain, pyplot

    figure = pyplot().figure(figsize=(9.0, 5.0), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[5, 3])
    for k, (ax, name) in enumerate(zip(left.subplots(3, 1, sharex=True), REGIMES, strict=True)):
        weight, lag = REGIMES[name]
        times = np.linspace(0.0, DURATION, 4001)[:-1]
        sim, trace = run(weight, lag, samples=times)
        ax.plot(times, trace.value[:, 0], color=COLOURS[k], lw=1.1)
        ax.axhline(THRESHOLD, color=INK, lw=0.8, ls=(0, (4, 4)))
        spikes = sim.spikes.of(sim.network["neuron"]).time
        ax.vlines(spikes, THRESHOLD, THRESHOLD + 5.0, color=COLOURS[k], lw=1.4)
        for source, low in ((0, REST - 2.5), (1, REST - 5.0)):
            arrivals = sim.spikes.of(sim.network["inputs"][source]).time + DELAY
            ax.vlines(arrivals, low, low + 1.8, color=INK, lw=1.0)
        ax.set(xlim=(0.0, DURATION), ylim=(REST - 6.0, THRESHOLD + 6.0), ylabel="v (mV)")
        ax.set_title(f"{name}: {weight:g} mV, {len(spikes)} spikes", loc="left", fontsize=10)
        plain(ax)
    ax.set_xlabel("time (ms); the two inputs below", fontsize=9)
    ax = right.subplots()
    lags = np.linspace(0.0, PERIOD, 501)
    ax.plot(lags, [weakest(lag) for lag in lags], color=INK, lw=1.2)
    for k, (weight, lag) in enumerate(REGIMES.values()):
        ax.plot(lag, weight, "o", color=COLOURS[k], ms=7, clip_on=False)
    ax.annotate("fires", (0.5, 0.93), xycoords="axes fraction", ha="center", fontsize=9, color=INK)
    ax.annotate("silent", (0.5, 0.2), xycoords="axes fraction", ha="center", fontsize=9, color=INK)
    ax.set(xlim=(0.0, PERIOD), ylim=(5.0, 13.0), xlabel="lag of the second input (ms)", ylabel="weight (mV)")
    ax.set_title("weakest weight that fires", loc="left", fontsize=10)
    plain(ax)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plot", metavar="FILE", help="draw the three regimes")
    arguments = parser.parse_args()
    for name, spikes in main().items():
        weight, lag = REGIMES[name]
        print(f"{name:<23} {weight:4g} mV, fires above {weakest(lag):.4f} mV: {spikes} spikes")
    if arguments.plot:
        plot(arguments.plot)
