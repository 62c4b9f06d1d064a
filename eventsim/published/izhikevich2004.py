"""Twenty firing patterns of one neuron: Izhikevich 2004, figure 1, computed as its script computes them.

Source
    Izhikevich 2004, doi 10.1109/TNN.2004.832719, figure 1. Parameters, steps and currents are those of the script that goes with it, as
    kept in OpenSourceBrain/IzhikevichModel, MATLAB/izhi2003.m.
"""

import math
from typing import NamedTuple

import numpy as np

from .. import _cast
from ..network.network import Network
from ..network.rules import AllToAll
from ..network.sources import SpikeSource
from ..neurons import Izhikevich


class Pulse(NamedTuple):
    """A current from after `begin` to before `end` (ms): current + slope (t - begin), in pA."""

    begin: float
    end: float
    current: float
    slope: float = 0.0


class Pattern(NamedTuple):
    """One panel: a, b, c, d of the neuron, where v begins (mV), step and duration (ms), current between pulses (pA), pulses."""

    a: float
    b: float
    c: float
    d: float
    v: float
    step: float
    duration: float
    base: float
    pulses: tuple
    slope: float = 5.0  # coefficients of dv/dt and du/dt, see eventsim/neurons/izhikevich_published.py
    constant: float = 140.0
    v_zero: float = 0.0
    decay: float = 1.0
    u: float | None = None  # where u begins; None: b v

    def current(self, t):
        """The current at t ms, pA."""
        for p in self.pulses:
            if p.begin < t < p.end:
                return p.current + p.slope * (t - p.begin)
        return self.base

    def recovery(self):
        """Where u begins."""
        return self.b * self.v if self.u is None else self.u


def _step(begin, current):
    return (Pulse(begin, math.inf, current),)


def _repeated(begins, length, current):
    return tuple(Pulse(begin, begin + length, current) for begin in begins)


PATTERNS = {
    "tonic spiking": Pattern(0.02, 0.2, -65.0, 6.0, -70.0, 0.25, 100.0, 0.0, _step(10.0, 14.0)),
    "phasic spiking": Pattern(0.02, 0.25, -65.0, 6.0, -64.0, 0.25, 200.0, 0.0, _step(20.0, 0.5)),
    "tonic bursting": Pattern(0.02, 0.2, -50.0, 2.0, -70.0, 0.25, 220.0, 0.0, _step(22.0, 15.0)),
    "phasic bursting": Pattern(0.02, 0.25, -55.0, 0.05, -64.0, 0.2, 200.0, 0.0, _step(20.0, 0.6)),
    "mixed mode": Pattern(0.02, 0.2, -55.0, 4.0, -70.0, 0.25, 160.0, 0.0, _step(16.0, 10.0)),
    "spike frequency adaptation": Pattern(0.01, 0.2, -65.0, 8.0, -70.0, 0.25, 85.0, 0.0, _step(8.5, 30.0)),
    "class 1 excitable": Pattern(
        0.02, -0.1, -55.0, 6.0, -60.0, 0.25, 300.0, 0.0, (Pulse(30.0, math.inf, 0.0, 0.075),), slope=4.1, constant=108.0
    ),
    "class 2 excitable": Pattern(0.2, 0.26, -65.0, 0.0, -64.0, 0.25, 300.0, -0.5, (Pulse(30.0, math.inf, -0.5, 0.015),)),
    "spike latency": Pattern(0.02, 0.2, -65.0, 6.0, -70.0, 0.2, 100.0, 0.0, (Pulse(10.0, 13.0, 7.04),)),
    "subthreshold oscillations": Pattern(0.05, 0.26, -60.0, 0.0, -62.0, 0.25, 200.0, 0.0, (Pulse(20.0, 25.0, 2.0),)),
    "resonator": Pattern(0.1, 0.26, -60.0, -1.0, -62.0, 0.25, 400.0, 0.0, _repeated((40.0, 60.0, 280.0, 320.0), 4.0, 0.65)),
    "integrator": Pattern(
        *(0.02, -0.1, -55.0, 6.0, -60.0, 0.25, 100.0, 0.0, _repeated((100.0 / 11.0, 100.0 / 11.0 + 5.0, 70.0, 80.0), 2.0, 9.0)),
        slope=4.1,
        constant=108.0,
    ),
    "rebound spike": Pattern(0.03, 0.25, -60.0, 4.0, -64.0, 0.2, 200.0, 0.0, (Pulse(20.0, 25.0, -15.0),)),
    "rebound burst": Pattern(0.03, 0.25, -52.0, 0.0, -64.0, 0.2, 200.0, 0.0, (Pulse(20.0, 25.0, -15.0),)),
    "threshold variability": Pattern(
        0.03, 0.25, -60.0, 4.0, -64.0, 0.25, 100.0, 0.0, (Pulse(10.0, 15.0, 1.0), Pulse(70.0, 75.0, -6.0), Pulse(80.0, 85.0, 1.0))
    ),
    "bistability": Pattern(0.1, 0.26, -60.0, 0.0, -61.0, 0.25, 300.0, 0.24, _repeated((37.5, 216.0), 5.0, 1.24)),
    "depolarizing after-potential": Pattern(1.0, 0.2, -60.0, -21.0, -70.0, 0.1, 50.0, 0.0, (Pulse(9.0, 11.0, 20.0),)),
    "accommodation": Pattern(
        *(0.02, 1.0, -55.0, 4.0, -65.0, 0.5, 400.0, 0.0, (Pulse(0.0, 200.0, 0.0, 0.04), Pulse(300.0, 312.5, 0.0, 0.32))),
        v_zero=-65.0,
        decay=0.0,
        u=-16.0,
    ),
    "inhibition-induced spiking": Pattern(
        -0.02, -1.0, -60.0, 8.0, -63.8, 0.5, 350.0, 75.0, (Pulse(-1.0, 50.0, 80.0), Pulse(250.0, math.inf, 80.0))
    ),
    "inhibition-induced bursting": Pattern(
        -0.026, -1.0, -45.0, -2.0, -63.8, 0.5, 350.0, 75.0, (Pulse(-1.0, 50.0, 80.0), Pulse(250.0, math.inf, 80.0))
    ),
}


def izhikevich2004(pattern):
    """A network of one neuron, population "cell", that fires in a pattern of Izhikevich 2004, figure 1, as published.

    Its current comes from the source "current", step by step. A spike is at the end of the step that leads to it, one step after the
    figure has it; a run of `PATTERNS[pattern].duration` ms (eventsim.published.izhikevich2004) makes the steps of the script but for the last.

    Parameters
    ----------
    pattern : str
        A key of `PATTERNS`: the name of the panel, such as "tonic spiking".

    Returns
    -------
    Network

    Raises
    ------
    ParameterError
        Where there is no such pattern.

    Examples
    --------
    >>> import eventsim as es
    >>> sim = es.Simulator(es.published.izhikevich2004("phasic spiking"), engine="reference")
    >>> sim.run(200.0)
    >>> sim.spikes.time, sim.stats["exactness"]["cell"]
    (array([44.]), 'as-published')
    """
    p = PATTERNS[_cast.choice(pattern, "pattern", PATTERNS)]
    net = Network()
    equations = {"slope": p.slope, "constant": p.constant, "v_zero": p.v_zero, "decay": p.decay}
    cell = net.population(1, Izhikevich(scheme="2004", a=p.a, b=p.b, v_reset=p.c, d=p.d, step=p.step, **equations), name="cell")
    cell.set(v=p.v, u=p.recovery())
    times = np.arange(round(p.duration / p.step)) * p.step
    currents = np.array([p.current(t) for t in times.tolist()])
    source = net.population(len(times), SpikeSource(times=[[t] for t in times]), name="current")
    net.connect(source, cell, AllToAll(), weight=currents, delay=0.0)
    return net
