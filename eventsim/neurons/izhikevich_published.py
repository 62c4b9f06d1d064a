"""Izhikevich's neuron as the scripts of its papers compute it: forward Euler on a grid of its own, to reproduce their figures.

    scheme="2003"   twice  v <- v + step/2 (0.04 v**2 + slope v + constant - u + I),  then  u <- u + step a (b (v - v_zero) - decay u)
    scheme="2004"   once   v <- v + step   (0.04 v**2 + slope v + constant - u + I),  then  u as above

with u from the new v, at the points step, 2 step, ... of time; I is i_offset and the weights that have arrived since the grid point before,
at that point included. A weight is thus a current (pA, here mV/ms) that lasts for one step, that in which it arrives. Where v is at v_thresh
or above at a grid point the neuron fires there: v -> v_reset (the papers' c), u -> u + d. Steps are 1 ms ("2003") and 0.25 ms
("2004"; some figures of that paper 0.1, 0.2 and 0.5 ms). A spike comes at the end of the step that leads to it, where the script of 2003 finds it; that of 2004 draws it
a step earlier. The scripts of 2004 fire above 30 mV only, the others at 30 mV too, as here.

With slope, constant, v_zero and decay other than 5, 140, 0 and 1 some figures were made: 4.1 and 108 for class 1 and the integrator;
-65 and 0, which leaves out the decay of u, for accommodation.

These are not the solutions of the differential equations: steps of 0.25 ms and more are long for the upstroke, and spike times and sometimes the
number of spikes depend on them. `scheme="continuous"` (izhikevich.py) is the equation. In refractoriness (none by default) v is clamped while u goes on.

Exactness class: as-published. Grid points are k step where step is dyadic, else to rounding; an event within 2**-26 of a step
of a grid point counts as at it.

Source
    Izhikevich 2003, doi 10.1109/TNN.2003.820440, and its script; Izhikevich 2004, doi 10.1109/TNN.2004.832719, and the script of its figure 1.
"""

import math
from typing import NamedTuple

from .model import AS_PUBLISHED, NeuronModel, Parameter

# That part of a step before it, a grid point is reached: rounding of times must not put off a step.
_GRACE = 2.0**-26

# A bound on the time to a crossing is shortened by this factor, so that rounding can never make it too long.
_SAFE = 1.0 - 2.0**-20

_AHEAD = 8.0  # steps that a look goes ahead at least


class Parameters(NamedTuple):
    a: float  # rate of recovery, 1/ms
    b: float  # its dependence on the potential
    d: float  # its jump at a spike, mV/ms
    v_rest: float  # where v begins, mV
    v_reset: float  # potential after a spike (the papers' c), mV, < v_thresh
    v_thresh: float  # where the neuron fires, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA (mV/ms)
    step: float  # of the grid, ms, > 0
    slope: float  # coefficient of v, 1/ms
    constant: float  # mV/ms
    v_zero: float  # potential at which recovery is 0, mV
    decay: float  # of recovery: 1, or 0 for none


class Constants(NamedTuple):
    v_thresh: float
    v_reset: float
    t_ref: float
    a: float
    b: float
    d: float
    i_offset: float
    step: float
    parts: float  # steps of v in one of u
    slope: float
    constant: float
    v_zero: float
    decay: float


class State(NamedTuple):
    v: float  # membrane potential, mV
    u: float  # recovery, mV/ms
    i: float  # current of the step under way, i_offset apart, pA (mV/ms)
    phase: float  # time since the last grid point, ms


def prepare_2003(p):
    return Constants(p.v_thresh, p.v_reset, p.t_ref, p.a, p.b, p.d, p.i_offset, p.step, 2.0, p.slope, p.constant, p.v_zero, p.decay)


def prepare_2004(p):
    return Constants(p.v_thresh, p.v_reset, p.t_ref, p.a, p.b, p.d, p.i_offset, p.step, 1.0, p.slope, p.constant, p.v_zero, p.decay)


def start(c, v):
    return State(v, c.b * (v - c.v_zero), 0.0, 0.0)


def stepped(c, v, u, current, clamped):
    """(v, u) one step later."""
    if not clamped:
        part = c.step / c.parts
        v = v + part * (0.04 * (v * v) + c.slope * v + c.constant - u + current)
        if c.parts > 1.0:
            v = v + part * (0.04 * (v * v) + c.slope * v + c.constant - u + current)
    return v, u + c.step * c.a * (c.b * (v - c.v_zero) - c.decay * u)


def advance(c, s, dt, clamped):
    """The state after dt, or at the first grid point at which the neuron fires."""
    v, u, current = s.v, s.u, s.i
    phase = s.phase + dt
    number, done = float(math.floor(phase / c.step + _GRACE)), 0.0
    while done < number and (clamped or v < c.v_thresh):
        before_v, before_u, rest = v, u, current == 0.0
        v, u = stepped(c, v, u, c.i_offset + current, clamped)
        current, done = 0.0, done + 1.0
        if rest and v == before_v and u == before_u:
            done = number
    phase = phase - done * c.step
    return State(v, u, current, 0.0 if abs(phase) <= _GRACE * c.step else phase)


def flow(c, s, dt):
    return advance(c, s, dt, False)


def flow_refractory(c, s, dt):
    return advance(c, s, dt, True)


def above(c, s):
    return s.v >= c.v_thresh


def next_look(c, s, dt):
    if s.v >= c.v_thresh:
        return 0.0
    v, u, current = s.v, s.u, s.i
    end = dt + max(dt, _AHEAD * c.step)
    number, t = 0.0, 0.0
    while t <= end:
        before_v, before_u, rest = v, u, current == 0.0
        v, u = stepped(c, v, u, c.i_offset + current, False)
        current, number = 0.0, number + 1.0
        t = number * c.step - s.phase
        if not (v < c.v_thresh and u - u == 0.0):
            return max(t, 0.0) if v >= c.v_thresh else math.nan
        if rest and v == before_v and u == before_u:
            return math.inf
    return t


def next_crossing(c, s):
    return next_look(c, s, math.inf)


def crossing_bound(c, s):
    if not (-math.inf < s.v < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    return max(0.0, _SAFE * (c.step - s.phase))


def receive(c, s, port, w):
    return State(s.v, s.u, s.i + w, s.phase)


def fire(c, s):
    return State(c.v_reset, s.u + c.d, s.i, s.phase)


def _model(prepare, variant, step):
    return NeuronModel(
        name="Izhikevich",
        documentation=__doc__,
        parameters=(
            Parameter("a", 0.02, "1/ms"),
            Parameter("b", 0.2, "1/ms"),
            Parameter("d", 2.0, "mV/ms"),
            Parameter("v_rest", -70.0, "mV"),
            Parameter("v_reset", -65.0, "mV"),
            Parameter("v_thresh", 30.0, "mV"),
            Parameter("t_ref", 0.0, "ms", low=0.0),
            Parameter("i_offset", 0.0, "pA"),
            Parameter("step", step, "ms", low=2.0**-20, high=100.0),
            Parameter("slope", 5.0, "1/ms"),
            Parameter("constant", 140.0, "mV/ms"),
            Parameter("v_zero", 0.0, "mV"),
            Parameter("decay", 1.0, "", low=0.0, high=1.0),
        ),
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=State,
        ports=("all",),
        weight_unit="pA",
        exactness=AS_PUBLISHED,
        prepare=prepare,
        start=start,
        flow=flow,
        flow_refractory=flow_refractory,
        above=above,
        next_look=next_look,
        next_crossing=next_crossing,
        crossing_bound=crossing_bound,
        receive=receive,
        receive_refractory=receive,
        fire=fire,
        source="Izhikevich 2003, doi 10.1109/TNN.2003.820440; Izhikevich 2004, doi 10.1109/TNN.2004.832719",
        variant=variant,
    )


IZHIKEVICH_2003 = _model(prepare_2003, 1, 1.0)
IZHIKEVICH_2004 = _model(prepare_2004, 2, 0.25)
