"""Perfect (non-leaky) integrate-and-fire neuron with delta jumps.

    c_m dv/dt = i_offset        v -> v + w at a delivery

The weight is the jump of the membrane potential in mV. Between events v is a straight line; v_rest is where it begins.

Exactness class: exact. Crossing: one division; the line is monotone, so none can be missed.

Source
    Gerstein & Mandelbrot 1964, doi 10.1016/S0006-3495(64)86768-0; Gerstner, Kistler, Naud & Paninski 2014, Neuronal Dynamics,
    doi 10.1017/CBO9781107447615, section 1.3 (eq. 1.5 without its leak). Defaults: those of PyNN's IF_curr_delta that remain.
"""

import math
from typing import NamedTuple

from ..numerics.compensation import add
from .model import EXACT, NeuronModel, Parameter

# A bound on the time to a crossing is shortened by this factor, so that rounding can never make it too long.
_SAFE = 1.0 - 2.0**-20

# Far above the relative error of a time or a state, far below any delay of interest.
_ROUNDING = 2.0**-40


class Parameters(NamedTuple):
    c_m: float  # membrane capacitance, pF, > 0
    v_rest: float  # initial potential, mV
    v_reset: float  # potential after a spike, mV, < v_thresh
    v_thresh: float  # threshold, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA


class Constants(NamedTuple):
    slope: float  # mV/ms
    v_thresh: float
    v_reset: float
    t_ref: float


class State(NamedTuple):
    v: float  # membrane potential, mV
    v_residue: float  # what rounding left out of it, mV


def prepare(p):
    return Constants(p.i_offset / p.c_m, p.v_thresh, p.v_reset, p.t_ref)


def flow(c, s, dt):
    return State(*add(s.v, s.v_residue, c.slope * dt))


def short(c, dt):
    return True


def flow_refractory(c, s, dt):
    return s


def above(c, s):
    return s.v >= c.v_thresh


def next_crossing(c, s):
    if s.v >= c.v_thresh:
        return 0.0
    if c.slope <= 0.0:
        return math.inf
    return ((c.v_thresh - s.v) - s.v_residue) / c.slope


def crossing_bound(c, s):
    if not (-math.inf < s.v < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    if c.slope <= 0.0:
        return math.inf
    return _SAFE * (((c.v_thresh - s.v) - s.v_residue) / c.slope)


def postponed(c, s, w, crossing):
    # -w / slope is the delay; it has to be far above what rounding does to a time or a state. Without a branch, for loops.
    distance = abs(c.v_thresh) + abs(s.v)
    return (w < 0.0) & (_ROUNDING * (crossing * c.slope + distance) < -w)


def receive(c, s, port, w):
    return State(*add(s.v, s.v_residue, w))


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    return State(c.v_reset, 0.0)


def passive(p):
    return 0.0, 1.0 / p.c_m


IF = NeuronModel(
    name="IF",
    documentation=__doc__,
    parameters=(
        Parameter("c_m", 1000.0, "pF", low=0.0, low_open=True),
        Parameter("v_rest", -65.0, "mV"),
        Parameter("v_reset", -65.0, "mV"),
        Parameter("v_thresh", -50.0, "mV"),
        Parameter("t_ref", 0.1, "ms", low=0.0),
        Parameter("i_offset", 0.0, "pA"),
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    ports=("all",),
    weight_unit="mV",
    exactness=EXACT,
    prepare=prepare,
    flow=flow,
    flow_refractory=flow_refractory,
    above=above,
    next_crossing=next_crossing,
    crossing_bound=crossing_bound,
    postponed=postponed,
    receive=receive,
    receive_refractory=receive_refractory,
    fire=fire,
    passive=passive,
    short=short,
    flow_short=flow,
    source="Gerstner et al. 2014, doi 10.1017/CBO9781107447615, section 1.3",
)
