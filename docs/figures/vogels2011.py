# ruff: noqa: T201  (a script: its numbers go to standard output)
"""Draw vogels2011.png, inhibition that balances excitation by plasticity (Vogels et al. 2011), and print its numbers.

python docs/figures/vogels2011.py                           # from vogels2011.json
python docs/figures/vogels2011.py --simulate --scale 0.2    # some minutes on one core; the full network takes five times as long
"""

import argparse
import json
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.analysis import mean_cv, mean_rate, population_rate
from eventsim.plots.style import COLOURS, INK, plain
from eventsim.published import vogels2011, vogels2011_neuron, vogels2011_signals
from eventsim.published.vogels2011 import CONDUCTANCES, EXC, INH

HERE = Path(__file__).parent
NUMBERS = HERE / "vogels2011.json"
SEED = 1
NETWORK, EVERY, BIN = 30_000.0, 250.0, 25.0  # ms: how long, between samples of the weights, of the rate
DOTS, WINDOW = 50, 200.0  # neurons and ms of spikes shown
NEURON, RUN = 150_000.0, 1_500.0  # ms: how long, and the program's runs, over which it takes rates


def network(scale):
    """Numbers of the network."""
    net = vogels2011(seed=SEED, scale=scale)
    exc, inh, plastic = net["exc"], net["inh"], net.projections[0]
    sim = es.Simulator(net)
    begin, samples = time.process_time(), []
    while sim.now < NETWORK:
        sim.run(EVERY)
        w = sim.weights(plastic)["weight"]
        rate = mean_rate(sim.spikes, exc, begin=sim.now - EVERY, end=sim.now)
        samples.append([sim.now, round(float(w.mean()), 4), round(float(w.std()), 4), round(rate, 3)])
        print(f"network, {sim.now:.0f} ms: {rate:.2f} Hz, weight {w.mean():.3f} nS, {time.process_time() - begin:.0f} s", flush=True)
    spikes = sim.spikes
    rates = [population_rate(spikes, p, end=NETWORK, bin=BIN)[0].round(2).tolist() for p in (exc, inh)]
    few = spikes.of(exc[:DOTS])
    dots = []
    for b in (0.0, NETWORK - WINDOW):
        inside = (few.time >= b) & (few.time < b + WINDOW)
        dots.append([(few.time[inside] - b).round(2).tolist(), few.local[inside].tolist()])
    return {
        "neurons": len(exc) + len(inh),
        "plastic_synapses": len(w),
        "samples": samples,
        "rates": rates,
        "cv_first_100_ms": round(mean_cv(spikes, exc, end=100.0), 3),
        "cv_last_4_s": round(mean_cv(spikes, exc, begin=NETWORK - 4000.0, end=NETWORK), 3),
        "rate_last_4_s": [round(mean_rate(spikes, p, begin=NETWORK - 4000.0, end=NETWORK), 3) for p in (exc, inh)],
        "dots": dots,
        "distribution": np.histogram(w, bins=50, range=(0.0, 25.0))[0].tolist(),
        "deliveries": sim.stats["deliveries"],
        "processor_s": round(time.process_time() - begin),
    }


def neuron():
    """Numbers of the neuron."""
    net = vogels2011_neuron(NEURON, seed=SEED)
    exc = [p for p in net.projections if p.label.startswith("exc")]
    inh = [p for p in net.projections if p.label.startswith("inh")]
    sim = es.Simulator(net)
    potential = sim.record("v", net["cell"], at=np.arange(0.0, NEURON, 5.0))
    begin, weights, rates = time.process_time(), [], []
    while sim.now < NEURON:
        sim.run(RUN)
        weights.append([round(float(sim.weights(p)["weight"].mean()), 5) for p in inh])
        rates.append(mean_rate(sim.spikes, net["cell"], begin=sim.now - RUN, end=sim.now))
    v, inputs = potential.value[:, 0], vogels2011_signals(NEURON, seed=SEED).mean(axis=1)
    return {
        "rates": np.round(rates, 3).tolist(),
        "weights": weights,
        "weights_exc": [round(float(sim.weights(p)["weight"].mean()), 5) for p in exc],
        "inputs": inputs.round(2).tolist(),
        "potential": [round(float(v[:300].mean()), 3), round(float(v[-6000:].mean()), 3)],
        "processor_s": round(time.process_time() - begin),
    }


def currents(weights, number, tau, reversal, one, moment):
    """Mean current by each signal, pA: conductance times mean driving force, at the beginning (0) or at the end (1)."""
    return np.array(weights) * number * np.array(one["inputs"]) / 1000.0 * tau * abs(reversal - one["potential"][moment])


def table(numbers):
    """What docs/published.md says of the runs, as tables."""
    one, net = numbers["neuron"], numbers["network"]
    tuned = np.corrcoef(one["weights"][-1], one["weights_exc"])[0, 1]
    return (
        "| | excitatory rate: first, last (Hz) | target (Hz) | inhibitory weight at the end, mean (nS) | | processor time (s) |\n"
        "|---|---|---|---|---|---|\n"
        f"| neuron, 150 s | {one['rates'][0]:.0f}, {np.mean(one['rates'][-20:]):.1f} | 6.25 | {np.mean(one['weights'][-1]):.3f} "
        f"| correlation of both tunings: {tuned:.3f} | {one['processor_s']} |\n"
        f"| network of {net['neurons']:,}, {NETWORK / 1000.0:.0f} s | {net['samples'][0][3]:.0f}, {net['rate_last_4_s'][0]:.2f} | 3 | {net['samples'][-1][1]:.2f} "
        f"| CV of intervals: {net['cv_first_100_ms']:.2f}, {net['cv_last_4_s']:.2f} | {net['processor_s']} |"
    )


def draw_neuron(axes, one):
    """Rate, weights of three signals and tuning of both currents."""
    t = np.arange(1, len(one["rates"]) + 1) * RUN / 1000.0
    ax = axes["rate"]
    ax.plot(t, one["rates"], color=INK, linewidth=0.9)
    ax.axhline(6.25, color=COLOURS[1], linewidth=0.8, linestyle=":")
    ax.set_ylim(0.0, 100.0)
    ax.set_title("A: one neuron", fontsize=9, loc="left")
    ax.set_ylabel("rate (Hz)", fontsize=9)
    ax = axes["weights"]
    for k, colour in ((5, COLOURS[1]), (4, COLOURS[3]), (1, COLOURS[0])):
        ax.plot(t, [1000.0 * w[k - 1] for w in one["weights"]], color=colour, linewidth=1.0, label=f"signal {k}")
    ax.set_ylim(0.0, 950.0)
    ax.set_title("B: its inhibitory weights", fontsize=9, loc="left")
    ax.set_ylabel("mean weight (pS)", fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="upper left", ncols=3, columnspacing=1.0, handlelength=1.2)
    for ax in (axes["rate"], axes["weights"]):
        ax.set_xlabel("time (s)", fontsize=9)
        ax.set_xlim(0.0, NEURON / 1000.0)
    ax = axes["tuning"]
    signal = np.arange(1, 9)
    for moment, style in ((0, ":"), (1, "-")):
        tau, reversal = (CONDUCTANCES[name] for name in ("tau_syn_exc", "e_rev_exc"))
        exc = currents(one["weights_exc"], EXC, tau, reversal, one, moment)
        tau, reversal = (CONDUCTANCES[name] for name in ("tau_syn_inh", "e_rev_inh"))
        inh = currents(one["weights"][-moment], INH, tau, reversal, one, moment)
        when = ("first", "last")[moment]
        ax.plot(signal, exc, "s", color=COLOURS[0], linestyle=style, markersize=4, linewidth=1.0, label=f"excitatory, {when}")
        ax.plot(
            signal,
            inh,
            "o",
            color=COLOURS[1],
            linestyle=style,
            markersize=4,
            linewidth=1.0,
            label=f"inhibitory, {when}",
            markerfacecolor="white",
        )
    ax.set_title("C: tuning of its inputs", fontsize=9, loc="left")
    ax.set_xlabel("signal", fontsize=9)
    ax.set_ylabel("mean current (pA)", fontsize=9)
    ax.set_ylim(0.0, 340.0)
    ax.legend(frameon=False, fontsize=7, loc="upper left", ncols=2, columnspacing=1.0)


def draw_network(axes, net):
    """Spikes at first and at last, rate and mean weight."""
    for name, begin, (times, rows) in zip(("begin", "end"), (0.0, NETWORK - WINDOW), net["dots"], strict=True):
        ax = axes[name]
        ax.plot(times, rows, ".", color=INK, markersize=2.2, markeredgewidth=0.0)
        ax.set_xlim(0.0, WINDOW)
        ax.set_ylim(-1.0, DOTS)
        label, cv = ("D: network, first", net["cv_first_100_ms"]) if begin == 0.0 else ("E: network, last", net["cv_last_4_s"])
        ax.set_title(f"{label} {WINDOW:.0f} ms (CV {cv:.2f})", fontsize=9, loc="left")
        ax.set_xlabel("time (ms)", fontsize=9)
        ax.set_ylabel("excitatory neuron", fontsize=9)
    ax = axes["network"]
    t = (np.arange(len(net["rates"][0])) + 0.5) * BIN / 1000.0
    for rates, colour, label in zip(net["rates"], COLOURS, ("excitatory rate (Hz)", "inhibitory rate (Hz)"), strict=False):
        ax.plot(t, rates, color=colour, linewidth=0.8, label=label)
    samples = np.array(net["samples"])
    ax.plot(samples[:, 0] / 1000.0, samples[:, 1], color=COLOURS[2], linewidth=1.2, label="mean weight (nS)")
    ax.axhline(3.0, color=INK, linewidth=0.7, linestyle=":")
    ax.set_yscale("log")
    ax.set_ylim(0.3, 1000.0)
    ax.set_yticks([1.0, 10.0, 100.0], ["1", "10", "100"])
    ax.set_xlim(0.0, NETWORK / 1000.0)
    ax.set_title("F: rates and weights of the network", fontsize=9, loc="left")
    ax.set_xlabel("time (s)", fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="upper right")


def main():
    """Simulate where asked to, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--simulate", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    if arguments.simulate:
        NUMBERS.write_text(json.dumps({"neuron": neuron(), "network": network(arguments.scale)}) + "\n", encoding="utf-8")
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    print(table(numbers))
    figure, axes = plt.subplot_mosaic([["rate", "weights", "tuning"], ["begin", "end", "network"]], figsize=(11.0, 6.0))
    draw_neuron(axes, numbers["neuron"])
    draw_network(axes, numbers["network"])
    for ax in axes.values():
        plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "vogels2011.png", dpi=100)


if __name__ == "__main__":
    main()
