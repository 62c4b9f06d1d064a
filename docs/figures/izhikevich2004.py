"""Draw izhikevich2004.png, the twenty patterns of Izhikevich 2004, figure 1: as published, and as the equation has them.

python docs/figures/izhikevich2004.py            # a minute or two
"""

from collections import namedtuple
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import eventsim as es
from eventsim.neurons import Parameter
from eventsim.plots.style import COLOURS, INK
from eventsim.published import izhikevich2004
from eventsim.published.izhikevich2004 import PATTERNS

HERE = Path(__file__).parent
MOST = 150  # spikes

# -- the equation, with coefficients and a current that may be set while it runs ---------------------------------------------

OF_THE_NEURON = {"a": 0.02, "b": 0.2, "d": 6.0, "v_rest": -70.0, "v_reset": -65.0, "v_thresh": 30.0, "t_ref": 0.0, "tolerance": 1e-9}
DEFAULTS = OF_THE_NEURON | {"slope": 5.0, "constant": 140.0, "v_zero": 0.0, "decay": 1.0}
Parameters = namedtuple("Parameters", DEFAULTS)
State = namedtuple("State", "v u i ramp")  # mV, mV/ms, pA, pA/ms


def prepare(p):
    return p


def derivative(c, s):
    v = (0.04 * s.v + c.slope) * s.v + c.constant - s.u + s.i
    return State(v, c.a * (c.b * (s.v - c.v_zero) - c.decay * s.u), s.ramp, 0.0)


def receive(c, s, port, w):
    return State(s.v + w, s.u, s.i, s.ramp)


def fire(c, s):
    return State(c.v_reset, s.u + c.d, s.i, s.ramp)


EQUATION = es.NeuronModel(
    name="IzhikevichEquation",
    documentation="Izhikevich's equation with coefficients and a current that is a state variable. Class bounded.",
    parameters=tuple(Parameter(name, value, "") for name, value in DEFAULTS.items()),
    parameter_type=Parameters,
    constant_type=Parameters,
    state_type=State,
    ports=("all",),
    weight_unit="mV",
    exactness="bounded",
    prepare=prepare,
    derivative=derivative,
    receive=receive,
    receive_refractory=receive,
    fire=fire,
    source="Izhikevich 2004, doi 10.1109/TNN.2004.832719",
)


def pieces(pattern):
    """The current as (begin, end, current, slope), piece by piece, from 0 to the end."""
    at = 0.0
    for p in pattern.pulses:
        begin, end = max(p.begin, 0.0), min(p.end, pattern.duration)
        if begin > at:
            yield at, begin, pattern.base, 0.0
        yield begin, end, p.current, p.slope
        at = end
    if at < pattern.duration:
        yield at, pattern.duration, pattern.base, 0.0


def continuous(name, engine="sequential", at=None):
    """Times of a pattern's first MOST spikes (ms), as the equation has them; and the trace of v at these times."""
    p = PATTERNS[name]
    net = es.Network()
    equations = {"slope": p.slope, "constant": p.constant, "v_zero": p.v_zero, "decay": p.decay}
    cell = net.population(1, EQUATION(a=p.a, b=p.b, d=p.d, v_reset=p.c, **equations))
    cell.set(v=p.v, u=p.recovery())
    sim = es.Simulator(net, engine=engine)
    trace = None if at is None else sim.record("v", cell, at=at)
    for _, end, current, slope in pieces(p):
        sim.set(cell, i=current, ramp=slope)
        sim.run(until=lambda sim: len(sim.spikes) >= MOST, limit=end)
        if len(sim.spikes) >= MOST:  # ever faster
            break
    return sim.spikes.time, trace


def published(name, engine="sequential", at=None):
    """The same, as published."""
    net = izhikevich2004(name)
    sim = es.Simulator(net, engine=engine)
    trace = None if at is None else sim.record("v", net["cell"], at=at)
    sim.run(PATTERNS[name].duration)
    return sim.spikes.time, trace


def draw(ax, name):
    """One panel: as published above, the equation below it, the current at the bottom."""
    p = PATTERNS[name]
    at = np.arange(0.0, p.duration, p.step)
    for run, shift, colour in ((published, 125.0, COLOURS[0]), (continuous, 0.0, COLOURS[1])):
        spikes, trace = run(name, at=at)
        v = np.minimum(trace.value[:, 0], 30.0)
        before = v.copy()
        for t in spikes:  # samples seldom meet the peak of a spike
            before[min(np.searchsorted(at, t), len(at) - 1)] = 30.0
        ax.plot(at, before + shift, color=colour, linewidth=0.7)
        number = f"> {MOST}" if len(spikes) == MOST else str(len(spikes))
        ax.text(0.0, 28.0 + shift, number, color=colour, fontsize=7, va="top")
    currents = np.array([p.current(t) for t in at.tolist()])
    span = np.ptp(currents)
    ax.plot(at, -125.0 + 22.0 * (currents - currents.min()) / (span or 1.0), color=INK, linewidth=0.8)
    ax.set_title(name, fontsize=8, color=INK, pad=2)
    ax.set_ylim(-132.0, 175.0)
    ax.set_xlim(0.0, p.duration)
    ax.set_axis_off()
    length = 20.0 if p.duration <= 200.0 else 50.0
    ax.plot([0.0, length], [-143.0, -143.0], color=INK, linewidth=1.5, clip_on=False)
    ax.text(length / 2, -149.0, f"{length:g} ms", fontsize=6, color=INK, ha="center", va="top")


def main():
    """Draw the figure."""
    figure, axes = plt.subplots(5, 4, figsize=(10.0, 10.5))
    for k, (ax, name) in enumerate(zip(axes.flat, PATTERNS, strict=True)):
        draw(ax, name)
        ax.set_title(f"({chr(ord('A') + k)}) {name}", fontsize=8, color=INK, pad=2)
    figure.subplots_adjust(left=0.02, right=0.98, top=0.965, bottom=0.035, hspace=0.3, wspace=0.12)
    figure.text(0.02, 0.985, "as published (Euler)", color=COLOURS[0], fontsize=9)
    figure.text(0.18, 0.985, "the equation", color=COLOURS[1], fontsize=9)
    figure.text(0.28, 0.985, "current; numbers: spikes of each", color=INK, fontsize=9)
    figure.savefig(HERE / "izhikevich2004.png", dpi=100)


if __name__ == "__main__":
    main()
