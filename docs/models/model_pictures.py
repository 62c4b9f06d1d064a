"""Pictures of neuron models: what a constant current does, sampled exactly, and how the rate grows with it."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.plots.style import COLOURS, INK, plain

HERE = Path(__file__).parent
SAMPLES = 1501
CURRENTS = 60  # none of them exactly at a threshold, where nothing decides but rounding
SETTLED = 1000.0  # ms: from when intervals count as the last ones
UNITS = {"v": "v (mV)", "w": "w (pA)", "u": "u (mV/ms)", "i": "i (pA)", "g": "g (nS)", "gates": "gates"}
GATES = ("m", "h", "n")


def panels(page):
    """What is drawn below v: groups of variables that share a unit, {kind: names}; synaptic ones only where spikes arrive."""
    groups = {}
    for name in page.model().variables[1:]:
        kind = "gates" if name in GATES else name.split("_")[0]
        if kind in UNITS and (page.weights or kind not in ("i", "g")):
            groups.setdefault(kind, []).append(name)
    return groups


def respond(page):
    """Run one neuron under the current of the page; its simulator, and traces by variable, with samples on both sides of a spike."""
    spikes = _started(page).spikes.time
    times = np.concatenate([np.linspace(0.0, page.duration, SAMPLES), spikes, np.nextafter(spikes, np.inf)])
    return _started(page, np.sort(times))


def _started(page, times=None):
    net = es.Network(seed=1)
    cell = net.population(1, page.neuron(i_offset=page.current, **page.shown), name="cell")
    for at, weight in zip(arrivals(page), page.weights, strict=True):
        net.connect(net.population(1, es.SpikeSource([at])), cell, es.OneToOne(), weight=weight, delay=0.0)
    sim = es.Simulator(net)
    names = ["v", *(name for group in panels(page).values() for name in group)]
    traces = None if times is None else {name: sim.record(name, cell, at=times) for name in names}
    sim.run(np.nextafter(page.duration, np.inf))
    return sim if times is None else (sim, traces)


def arrivals(page):
    """When the spikes of a page arrive, ms."""
    return [(0.4 + 0.3 * k) * page.duration for k in range(len(page.weights))]


def rates(page, k=0, number=CURRENTS):
    """Currents (pA), and the rates (Hz) of the first interval and of the last ones, of the k-th variant."""
    currents = np.linspace(*page.currents, number)
    net = es.Network(seed=1)
    cells = net.population(number, page.neuron(k, i_offset=currents), name="cells")
    sim = es.Simulator(net)
    sim.run(page.longest)
    first, last = np.zeros(number), np.zeros(number)
    for n in range(number):
        times = sim.spikes.of(cells[n]).time
        late = times[times >= SETTLED]
        if len(times) > 1:
            first[n] = 1e3 / (times[1] - times[0])
        if len(late) > 1:
            last[n] = 1e3 * (len(late) - 1) / (late[-1] - late[0])
    return currents, first, last


def draw(page):
    """Draw the picture of a page into <name>.png."""
    groups = panels(page)
    figure = plt.figure(figsize=(10.0, 2.6 + 1.0 * len(groups)), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
    axes = left.subplots(1 + len(groups), 1, sharex=True, squeeze=False, height_ratios=[2.2, *(1 for _ in groups)])[:, 0]
    sim, traces = respond(page)
    _potential(axes[0], page, sim, traces["v"])
    for below, (kind, names) in zip(axes[1:], groups.items(), strict=True):
        for k, name in enumerate(names):
            below.plot(traces[name].time, traces[name].value[:, 0], color=COLOURS[k + 1], lw=1.2, label=name)
        below.set_ylabel(UNITS[kind], fontsize=9)
        if len(names) > 1:
            below.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1.0, 0.95), borderaxespad=0.0, ncols=len(names))
        plain(below)
    axes[-1].set_xlabel("time (ms)", fontsize=9)
    _curve(right.subplots(), page)
    figure.savefig(HERE / f"{page.name}.png", dpi=100)
    plt.close(figure)


def _potential(ax, page, sim, trace):
    get = page.neuron(**page.shown).values
    threshold = get.get("v_spike", get["v_thresh"])
    ax.plot(trace.time, trace.value[:, 0], color=COLOURS[0], lw=1.2)
    ax.axhline(threshold, color=INK, lw=0.8, ls=(0, (4, 4)))
    top = max(threshold, float(trace.value.max()))
    span = top - float(trace.value.min())
    ax.vlines(sim.spikes.time, top + 0.06 * span, top + 0.22 * span, color=COLOURS[0], lw=1.4)
    for k, (at, weight) in enumerate(zip(arrivals(page), page.weights, strict=True)):
        ax.axvline(at, color=COLOURS[1 + k], lw=0.8, ls=":")
        label = f"{weight:+g} {page.model().weight_unit} "
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
        ax.text(at, 0.03, label, transform=ax.get_xaxis_transform(), fontsize=8, color=COLOURS[1 + k], ha="right", bbox=box)
    if page.weights:
        ax.set_ylim(bottom=float(trace.value.min()) - 0.16 * span)
    ax.set_xlim(0.0, page.duration)
    ax.set_ylabel(UNITS["v"], fontsize=9)
    given = "".join(f", {name} = {value:g}" for name, value in page.shown.items())
    ax.set_title(f"{page.current:g} pA from 0 ms on{given}", loc="left", fontsize=10)
    plain(ax)


def _curve(ax, page):
    for k, option in enumerate(page.options if page.compared else page.options[:1]):
        currents, first, last = rates(page, k)
        label = "last intervals" if page.adapts else " ".join(option.values()) if page.compared else "simulated"
        ax.plot(currents, last, "o", color=COLOURS[2 * k], ms=3, label=label)
        if page.adapts:
            ax.plot(currents, first, "s", color=COLOURS[1], ms=3, mfc="none", label="first interval")
    if page.rate is not None:
        get = page.neuron().values.__getitem__
        fine = np.linspace(*page.currents, 1000)
        ax.plot(fine, [page.rate(i, get) for i in fine], color=INK, lw=0.9, zorder=1, label="theory")
    ax.set_xlim(page.currents)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("i_offset (pA)", fontsize=9)
    ax.set_ylabel("rate (Hz)", fontsize=9)
    ax.set_title("f-I curve", loc="left", fontsize=10)
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    plain(ax)
