# ruff: noqa: T201  (a script: its numbers go to standard output)
"""Draw izhikevich2007.png, a synapse that delayed rewards reinforce (Izhikevich 2007, figure 1), and print its numbers.

python docs/figures/izhikevich2007.py                # from izhikevich2007.json
python docs/figures/izhikevich2007.py --simulate     # an hour of the network first: some 35 minutes on one core; --duration 600 for ten minutes of it
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
from eventsim.plots.style import COLOURS, INK, plain
from eventsim.published import izhikevich2007, izhikevich2007_run
from eventsim.published.izhikevich2007 import W_MAX

HERE = Path(__file__).parent
NUMBERS = HERE / "izhikevich2007.json"
HOUR, EVERY = 3_600_000.0, 10_000.0  # ms; between samples of all weights
CLOSE, STEP = 10_000.0, 10.0  # ms: the beginning, sampled finely
BINS = 40


def simulate(duration, seed=1, scale=1.0):
    """The numbers of one run, written to izhikevich2007.json as it goes on."""
    net = izhikevich2007(seed=seed, scale=scale)
    chosen, *others = net.projections[:3]
    sim = es.Simulator(net, record_spikes=[net["exc"][:2]])
    fine = np.arange(0.0, CLOSE, STEP)
    traces = [sim.record(name, chosen, at=fine) for name in ("weight", "e")] + [sim.record("v", net["dopamine"], at=fine)]
    numbers = {"seed": seed, "neurons": len(net["exc"]) + len(net["inh"]), "time": [], "weight": [], "mean": [], "sd": [], "rate": []}
    begin, spikes = time.process_time(), 0
    while sim.now < duration:
        rewards = izhikevich2007_run(sim, min(sim.now + EVERY, duration), seed)
        rest = np.concatenate([sim.weights(p)["weight"] for p in others])
        numbers["time"].append(sim.now / 1000.0)
        numbers["weight"].append(round(float(sim.weights(chosen)["weight"][0]), 4))
        numbers["mean"].append(round(float(rest.mean()), 5))
        numbers["sd"].append(round(float(rest.std()), 5))
        numbers["rate"].append(round((sim.stats["spikes"] - spikes) / numbers["neurons"] / (EVERY / 1000.0), 4))
        numbers["rewards"] = (rewards / 1000.0).round(3).tolist()
        numbers["pre"] = (sim.spikes.of(net["exc"][:1]).time[:50] / 1000.0).tolist()
        numbers["post"] = (sim.spikes.of(net["exc"][1:2]).time[:50] / 1000.0).tolist()
        numbers["fine"] = [trace.value[:, 0].round(6).tolist() for trace in traces]
        numbers["distribution"] = np.histogram(rest, bins=BINS, range=(0.0, W_MAX))[0].tolist()
        numbers["largest"] = round(float(rest.max()), 4)
        numbers["processor_s"] = round(time.process_time() - begin)
        spikes = sim.stats["spikes"]
        NUMBERS.write_text(json.dumps(numbers) + "\n", encoding="utf-8")
        print(f"{sim.now / 1000.0:.0f} s: weight {numbers['weight'][-1]:.3f}, others {numbers['mean'][-1]:.3f}", flush=True)


def table(numbers):
    """What docs/published.md says of the run, as a table."""
    n = numbers
    bound = next((f"{t:.0f}" for t, w in zip(n["time"], n["weight"], strict=True) if w > 0.98 * W_MAX), "-")
    return (
        "| simulated (s) | rewards | rewarded synapse (mV/ms) | near its bound after (s) | all others, mean ± sd | rate (Hz) | processor time (min) |\n"
        "|---|---|---|---|---|---|---|\n"
        f"| {n['time'][-1]:,.0f} | {len(n['rewards'])} | {n['weight'][-1]:.2f} | {bound} | {n['mean'][-1]:.2f} ± {n['sd'][-1]:.2f} "
        f"| {np.mean(n['rate'][:10]):.2f} at first, {np.mean(n['rate'][-10:]):.2f} at last | {n['processor_s'] / 60.0:.0f} |"
    )


def close_up(ax, numbers):
    """The first seconds: spikes of both neurons, eligibility, dopamine and weight of the synapse."""
    t = np.arange(0.0, CLOSE, STEP) / 1000.0
    weight, eligibility, level = (np.array(values) for values in numbers["fine"])
    ax.plot(t, 10.0 * eligibility, color=COLOURS[2], linewidth=1.0, label="eligibility (script's units)")
    ax.plot(t, 0.2 * level, color=COLOURS[1], linewidth=1.0, label="dopamine / 5")
    ax.plot(t, weight, color=COLOURS[0], linewidth=1.4, label="weight (mV/ms)")
    highest = max(np.max(10.0 * eligibility), np.max(0.2 * level), np.max(weight))
    for name, height in (("pre", 1.3 * highest), ("post", 1.15 * highest)):
        times = [t for t in numbers[name] if t < CLOSE / 1000.0]
        ax.plot(times, np.full(len(times), height), "|", color=INK, markersize=6)
        ax.text(CLOSE / 1000.0 + 0.05, height, name, fontsize=8, va="center", color=INK)
    ax.set_title("the first ten seconds of the rewarded synapse", fontsize=9, loc="left")
    ax.set_xlim(0.0, CLOSE / 1000.0)
    ax.set_xlabel("time (s)", fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="lower right", ncols=3)
    plain(ax)


def draw(numbers):
    """The figure."""
    figure, axes = plt.subplot_mosaic([["close", "close"], ["weight", "distribution"]], figsize=(9.0, 6.0), width_ratios=[1.6, 1.0])
    close_up(axes["close"], numbers)
    ax = axes["weight"]
    t, mean, sd = (np.array(numbers[name]) for name in ("time", "mean", "sd"))
    rewards = [r for r in numbers["rewards"] if r < t[-1]]
    ax.plot(t, numbers["weight"], color=COLOURS[0], linewidth=1.2, label="rewarded synapse")
    ax.plot(t, mean, color=INK, linewidth=1.0, label="all others: mean, standard deviation")
    ax.fill_between(t, mean - sd, mean + sd, color=INK, alpha=0.2, linewidth=0.0)
    ax.plot(rewards, np.full(len(rewards), -0.12), "|", color=COLOURS[1], markersize=5, label="rewards")
    ax.axhline(W_MAX, color=INK, linewidth=0.6, linestyle=":")
    ax.set_xlim(0.0, t[-1])
    ax.set_ylim(-0.25, 1.28 * W_MAX)
    ax.set_xlabel("time (s)", fontsize=9)
    ax.set_ylabel("weight (mV/ms)", fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    plain(ax)
    ax = axes["distribution"]
    ax.stairs(numbers["distribution"], np.linspace(0.0, W_MAX, BINS + 1), fill=True, color="#888888")
    ax.axvline(numbers["weight"][-1], color=COLOURS[0], linewidth=1.6)
    ax.annotate(
        "rewarded", (numbers["weight"][-1], 2e4), xytext=(-5, 0), textcoords="offset points", fontsize=8, color=COLOURS[0], ha="right"
    )
    ax.set_yscale("log")
    ax.set_xlim(0.0, 1.02 * W_MAX)
    ax.set_title("weights at the end", fontsize=9, loc="left")
    ax.set_xlabel("weight (mV/ms)", fontsize=9)
    ax.set_ylabel("synapses", fontsize=9)
    plain(ax)
    figure.tight_layout()
    figure.savefig(HERE / "izhikevich2007.png", dpi=100)


def main():
    """Simulate where asked to, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--simulate", action="store_true")
    parser.add_argument("--duration", type=float, default=HOUR / 1000.0, help="seconds")
    arguments = parser.parse_args()
    if arguments.simulate:
        simulate(1000.0 * arguments.duration)
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    print(table(numbers))
    draw(numbers)


if __name__ == "__main__":
    main()
