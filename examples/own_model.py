"""A neuron model of one's own: Morris and Lecar's two equations, from which everything else is made, and its f-I curves.

docs/tutorial_own_model.md explains it line by line.

    python examples/own_model.py --plot own_model.png
"""

import argparse
import math
from collections import namedtuple

import numpy as np

import eventsim as es
from eventsim.neurons.model import TOLERANCE, Parameter
from eventsim.numerics.trajectory import LARGEST_EXPONENT

PARAMETERS = (
    Parameter("c_m", 20.0, "pF", low=0.0, low_open=True),
    Parameter("g_ca", 4.0, "nS", low=0.0),
    Parameter("v_half", 12.0, "mV"),  # where half of the potassium channels are open
    Parameter("v_width", 17.4, "mV", low=0.0, low_open=True),
    Parameter("phi", 0.067, "1/ms", low=0.0),
    Parameter("i_offset", 0.0, "pA"),
    Parameter("v_rest", -60.0, "mV"),
    Parameter("v_thresh", 0.0, "mV"),
    Parameter("t_ref", 0.0, "ms", low=0.0),
    TOLERANCE,
)
Parameters = namedtuple("Parameters", [p.name for p in PARAMETERS])
State = namedtuple("State", "v n spiking")


def opened(v, half, width):
    return 0.5 * (1.0 + math.tanh((v - half) / width))


def derivative(c, s):
    calcium = c.g_ca * opened(s.v, -1.2, 18.0) * (120.0 - s.v)
    i = c.i_offset + calcium + 8.0 * s.n * (-84.0 - s.v) + 2.0 * (-60.0 - s.v)
    faster = math.cosh(min(0.5 * abs(s.v - c.v_half) / c.v_width, LARGEST_EXPONENT))
    return State(i / c.c_m, c.phi * faster * (opened(s.v, c.v_half, c.v_width) - s.n), 0.0)


def prepare(p):
    return p


def start(c, v):
    return State(v, opened(v, c.v_half, c.v_width), 0.0)


def receive(c, s, port, weight):
    return State(s.v + weight, s.n, s.spiking)


def fire(c, s):
    return State(max(s.v, c.v_thresh), s.n, 1.0)


MorrisLecar = es.NeuronModel(
    name="MorrisLecar",
    documentation="Barnacle muscle fibre: calcium that opens at once, potassium that follows. Weights are jumps of v.",
    source="Morris & Lecar 1981, doi 10.1016/S0006-3495(81)84782-0; Rinzel & Ermentrout 1998, in: Methods in Neuronal Modeling",
    parameters=PARAMETERS,
    parameter_type=Parameters,
    constant_type=Parameters,
    state_type=State,
    ports=("all",),
    weight_unit="mV",
    exactness="bounded",
    prepare=prepare,
    derivative=derivative,
    start=start,
    receive=receive,
    receive_refractory=receive,
    fire=fire,
    latched=True,
    ordered=(("v_rest", "v_thresh"),),
)

# Parameters with which a current makes the membrane fire at any low rate, or at once at a high one.
KINDS = {"class 1": {}, "class 2": {"g_ca": 4.4, "v_half": 2.0, "v_width": 30.0, "phi": 0.04}}
SETTLED, DURATION = 1000.0, 3000.0  # ms


def rates(kind, currents, engine="auto"):
    """Rates (Hz) under constant currents (pA), from the first spike after SETTLED to the last."""
    net = es.Network()
    cells = net.population(len(currents), MorrisLecar(i_offset=currents, **KINDS[kind]))
    sim = es.Simulator(net, engine=engine)
    sim.run(DURATION)
    late = [t[t >= SETTLED] for t in (sim.spikes.of(cells[k]).time for k in range(len(cells)))]
    return np.array([1e3 * (len(t) - 1) / (t[-1] - t[0]) if len(t) > 1 else 0.0 for t in late])


def main(number=41):
    """Return the currents (pA) and the rates (Hz) of each kind."""
    currents = np.linspace(30.0, 130.0, number)
    return currents, {kind: rates(kind, currents) for kind in KINDS}


def plot(currents, found, path):
    """Draw a trace of each kind, and both f-I curves."""
    from eventsim.plots.style import COLOURS, plain, pyplot

    figure = pyplot().figure(figsize=(9.0, 4.0), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
    for k, (ax, kind, current) in enumerate(zip(left.subplots(2, 1, sharex=True), KINDS, (45.0, 100.0), strict=True)):
        net = es.Network()
        cell = net.population(1, MorrisLecar(i_offset=current, **KINDS[kind]))
        sim = es.Simulator(net)
        times = np.linspace(0.0, 500.0, 2001)
        trace = sim.record("v", cell, at=times)
        sim.run(501.0)
        ax.plot(times, trace.value[:, 0], color=COLOURS[k], lw=1.2)
        ax.vlines(sim.spikes.time, 48.0, 58.0, color=COLOURS[k], lw=1.4)
        ax.set(xlim=(0.0, 500.0), ylabel="v (mV)")
        ax.set_title(f"{kind}: {current:g} pA", loc="left", fontsize=10)
        plain(ax)
    ax.set_xlabel("time (ms)")
    ax = right.subplots()
    for k, kind in enumerate(KINDS):
        ax.plot(currents, found[kind], "o", ms=3.5, color=COLOURS[k], label=kind)
    ax.set(xlim=(currents[0], currents[-1]), ylim=(0.0, None), xlabel="i_offset (pA)", ylabel="rate (Hz)")
    ax.set_title("f-I curve", loc="left", fontsize=10)
    ax.legend(frameon=False, fontsize=9)
    plain(ax)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plot", metavar="FILE", help="draw traces and f-I curves")
    arguments = parser.parse_args()
    currents, found = main()
    for kind, rate in found.items():
        print(f"{kind}: fires from {currents[rate > 0.0][0]:g} pA on, at {rate[rate > 0.0][0]:.2f} Hz")
    if arguments.plot:
        plot(currents, found, arguments.plot)
