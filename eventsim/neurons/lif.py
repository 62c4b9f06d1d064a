"""Leaky integrate-and-fire neuron with delta jumps.

    tau_m dv/dt = (v_rest - v) + r_m i_offset        v -> v + w at a delivery

The weight is the jump of the membrane potential in mV. Between events v relaxes exponentially to
v_inf = v_rest + r_m i_offset; it crosses threshold by itself only where v_inf > v_thresh.

Exactness class: exact. Crossing: one logarithm; the membrane is monotone between events, so none can be missed.

Source
    Lapicque 1907; Brunel 2000, doi 10.1023/A:1008925309027, eq. 1. Defaults: PyNN's IF_curr_delta,
    but for r_m: 1 GOhm, so that i_offset (pA) is the depolarisation it holds (mV).
"""

import math
from typing import NamedTuple

from ..numerics.compensation import add
from ..numerics.propagators import HALF, relaxed, relaxed_short
from .model import EXACT, NeuronModel, Parameter

# A bound on the time to a crossing is shortened by this factor, so that rounding can never make it too long.
_SAFE = 1.0 - 2.0**-20

# Far above the relative error of a time or a state, far below any delay of interest.
_ROUNDING = 2.0**-40


class Parameters(NamedTuple):
    tau_m: float  # membrane time constant, ms, > 0
    r_m: float  # membrane resistance, GOhm (mV/pA), > 0
    v_rest: float  # resting potential, mV
    v_reset: float  # potential after a spike, mV, < v_thresh
    v_thresh: float  # threshold, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA


class Constants(NamedTuple):
    tau_m: float
    v_inf: float
    v_thresh: float
    v_reset: float
    t_ref: float


class State(NamedTuple):
    v: float  # membrane potential, mV
    v_residue: float  # what rounding left out of it, mV


def prepare(p):
    return Constants(p.tau_m, p.v_rest + p.r_m * p.i_offset, p.v_thresh, p.v_reset, p.t_ref)


def flow(c, s, dt):
    return State(*add(s.v, s.v_residue, ((c.v_inf - s.v) - s.v_residue) * relaxed(dt / c.tau_m)))


def short(c, dt):
    return dt < HALF * c.tau_m


def flow_short(c, s, dt):
    return State(*add(s.v, s.v_residue, ((c.v_inf - s.v) - s.v_residue) * relaxed_short(dt / c.tau_m)))


def flow_refractory(c, s, dt):
    return s


def above(c, s):
    return s.v >= c.v_thresh


def next_crossing(c, s):
    if s.v >= c.v_thresh:
        return 0.0
    if c.v_inf <= c.v_thresh:
        return math.inf
    return c.tau_m * math.log1p(((c.v_thresh - s.v) - s.v_residue) / (c.v_inf - c.v_thresh))


def crossing_bound(c, s):
    # v' falls on the way up, so the slope now is the steepest: a division instead of a logarithm.
    if not (-math.inf < s.v < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    if c.v_inf <= c.v_thresh:
        return math.inf
    return _SAFE * c.tau_m * (((c.v_thresh - s.v) - s.v_residue) / (c.v_inf - s.v))


def nearly_crossing(c, s):
    # A lower bound on the logarithm of 1 + x, near it up to 1 + x = 100: four times that of its fourth root r, for which
    # log(r) >= 3 (r**2 - 1) / (r**2 + 4 r + 1). Without a call, so that several neurons are in work at once.
    if not (-math.inf < s.v < c.v_thresh):
        return 0.0
    if c.v_inf <= c.v_thresh:
        return math.inf
    x = ((c.v_thresh - s.v) - s.v_residue) / (c.v_inf - c.v_thresh)
    square = math.sqrt(1.0 + x)
    return _SAFE * c.tau_m * (12.0 * x / ((square + 1.0) * (square + 4.0 * math.sqrt(square) + 1.0)))


def postponed(c, s, w, crossing):
    # -w tau_m / (v_inf - v) is the delay to first order; it has to be far above what rounding does to a time or a state.
    # Written without a branch, for loops over many neurons.
    return (w < 0.0) & (_ROUNDING * ((crossing + c.tau_m) * (c.v_inf - s.v)) < -w * c.tau_m)


def receive(c, s, port, w):
    return State(*add(s.v, s.v_residue, w))


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    return State(c.v_reset, 0.0)


def passive(p):
    return 1.0 / p.tau_m, p.r_m / p.tau_m


def membrane(c):
    return c.tau_m, 0.0


LIF = NeuronModel(
    name="LIF",
    documentation=__doc__,
    parameters=(
        Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
        Parameter("r_m", 1.0, "GOhm", low=0.0, low_open=True),
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
    nearly_crossing=nearly_crossing,
    postponed=postponed,
    receive=receive,
    receive_refractory=receive_refractory,
    fire=fire,
    short=short,
    flow_short=flow_short,
    membrane=membrane,
    passive=passive,
    source="Brunel 2000, doi 10.1023/A:1008925309027, eq. 1",
)
