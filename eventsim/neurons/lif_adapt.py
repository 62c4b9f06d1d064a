"""Leaky integrate-and-fire neuron with linear adaptation and delta jumps.

    tau_m dv/dt = (v_rest - v) + (tau_m / c_m) (i_offset - w)        v -> v + weight at a delivery
    tau_w dw/dt = a (v - v_rest) - w                                 w -> w + b at a spike

The weight is the jump of the membrane potential in mV. Each spike adds b to the adaptation current w; with a > 0 the membrane
itself drives it, and where a tau_m / c_m > (tau_m - tau_w)**2 / (4 tau_m tau_w) the potential rings (complex eigenvalues:
resonance, spikes by rebound). In refractoriness v is clamped and w goes on towards a (v - v_rest).

Exactness class: exact. With x, y the distances from the fixed point, (x, y) moves by the exponential of a 2 x 2 matrix, written without
differences of its eigenvalues. Crossing: v has a closed form for its turning points; the first rise over threshold, if there is
one, is on the first stretch on which v rises (later maxima of a ringing membrane are lower, relative to the fixed point),
and on that the crossing is bracketed.

Source
    Richardson, Brunel & Hakim 2003, doi 10.1152/jn.00955.2002, eqs. 1-2 (linear membrane with one slow current); Brette & Gerstner 2005,
    doi 10.1152/jn.00686.2005 (adaptation; without the exponential). Defaults: a, b and tau_w those of PyNN's
    EIF_cond_exp_isfa_ista, the others those of its IF_curr_delta.
"""

import math
from typing import NamedTuple

from ..numerics.compensation import add
from ..numerics.elementwise import each
from ..numerics.propagators import relaxed, remaining
from ..numerics.tuples import put
from .model import EXACT, NeuronModel, Parameter

_SAFE = 1.0 - 2.0**-20
_ABOVE = 1.0 + 2.0**-40  # makes a bound of what has been rounded
_MARGIN = 2.0**-40  # far above the relative error of a potential, far below what matters for when to look
_MAX_STEPS = 2000  # of the search in a bracket, which takes some ten (tests count them)
_NEWTON = 100  # steps before it only halves


class Parameters(NamedTuple):
    tau_m: float  # membrane time constant, ms, > 0
    c_m: float  # membrane capacitance, pF, > 0
    v_rest: float  # resting potential, mV
    v_reset: float  # potential after a spike, mV, < v_thresh
    v_thresh: float  # threshold, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA
    tau_w: float  # time constant of adaptation, ms, > 0
    a: float  # conductance by which v drives it, nS, >= 0
    b: float  # what a spike adds to it, pA


class Constants(NamedTuple):
    tau_m: float
    c_m: float
    tau_w: float
    a: float
    b: float
    v_rest: float
    v_fixed: float  # fixed point, mV and pA
    w_fixed: float
    middle: float  # mean of the two rates, 1/ms
    bias: float  # half the difference 1/tau_w - 1/tau_m
    bend: float  # square of half the difference of the eigenvalues: below 0 they are complex
    root: float  # of its absolute value
    slow: float  # the slower rate where they are real, else their real part
    v_thresh: float
    v_reset: float
    t_ref: float


_V_FIXED = Constants._fields.index("v_fixed")  # w_fixed follows


class State(NamedTuple):
    v: float  # membrane potential, mV
    w: float  # adaptation current, pA
    v_residue: float  # what rounding left out of them
    w_residue: float


def prepare(p):
    gain = p.a * p.tau_m / p.c_m
    lift = p.i_offset * p.tau_m / p.c_m / (1.0 + gain)
    middle = 0.5 * (1.0 / p.tau_m + 1.0 / p.tau_w)
    bias = 0.5 * (1.0 / p.tau_w - 1.0 / p.tau_m)
    bend = bias * bias - p.a / (p.c_m * p.tau_w)
    root = each(_root, bend)
    slow = each(_slow, bend, middle, (1.0 + gain) / (p.tau_m * p.tau_w))
    fixed = p.v_rest + lift, p.a * lift
    return Constants(p.tau_m, p.c_m, p.tau_w, p.a, p.b, p.v_rest, *fixed, middle, bias, bend, root, slow, p.v_thresh, p.v_reset, p.t_ref)


def with_current(c, p, i):
    lift = (p.i_offset + i) * p.tau_m / p.c_m / (1.0 + p.a * p.tau_m / p.c_m)
    return put(put(c, _V_FIXED, p.v_rest + lift), _V_FIXED + 1, p.a * lift)


def _root(bend):
    return math.sqrt(abs(bend))


def _slow(bend, middle, determinant):
    return middle if bend < 0.0 else determinant / (middle + math.sqrt(bend))


def _distances(c, s):
    return (s.v - c.v_fixed) + s.v_residue, (s.w - c.w_fixed) + s.w_residue


def flow(c, s, dt):
    """With rate r, the slow one or the real part: exp(A dt) = exp(-r dt) (C + S (A + r)), C = 1 where eigenvalues are real."""
    x, y = _distances(c, s)
    z = c.slow * dt
    fallen = relaxed(z)
    left = remaining(z, fallen)
    mixed = 0.0
    if c.bend >= 0.0:
        apart = 2.0 * c.root * dt
        mixed = left * (dt * (relaxed(apart) / apart if apart > 0.0 else 1.0))
    elif left > 0.0:
        mixed = left * (math.sin(c.root * dt) / c.root)
        half = math.sin(0.5 * c.root * dt)
        fallen += 2.0 * left * half * half
    v_move = mixed * ((c.slow - 1.0 / c.tau_m) * x - y / c.c_m) - fallen * x
    w_move = mixed * (c.a / c.tau_w * x + (c.slow - 1.0 / c.tau_w) * y) - fallen * y
    v, v_residue = add(s.v, s.v_residue, v_move)
    w, w_residue = add(s.w, s.w_residue, w_move)
    return State(v, w, v_residue, w_residue)


def flow_refractory(c, s, dt):
    target = c.a * ((s.v - c.v_rest) + s.v_residue)
    w, w_residue = add(s.w, s.w_residue, ((target - s.w) - s.w_residue) * relaxed(dt / c.tau_w))
    return State(s.v, w, s.v_residue, w_residue)


def above(c, s):
    return s.v >= c.v_thresh


def _slope(c, s):
    x, y = _distances(c, s)
    return -x / c.tau_m - y / c.c_m


def _first_rise(c, s):
    """Begin and end of the first stretch of time on which v rises; (inf, inf) where it never does.

    The slope is exp(-middle h) (p C(h) + q S(h)), C and S being cosine and sine or hyperbolic ones of root h.
    """
    x, y = _distances(c, s)
    p = -x / c.tau_m - y / c.c_m
    q = c.bias * p - (c.a * x - y) / (c.tau_w * c.c_m)
    if c.bend < 0.0:
        phase = math.atan2(p, q / c.root)
        if p > 0.0:
            return 0.0, (math.pi - phase) / c.root
        begin = -phase / c.root if p < 0.0 else (0.0 if q > 0.0 else math.pi / c.root)
        return begin, begin + math.pi / c.root
    if p > 0.0:
        return 0.0, _turn(p, -q, c.root)
    if p < 0.0:
        return _turn(-p, q, c.root), math.inf
    return (0.0 if q > 0.0 else math.inf), math.inf


def _turn(p, q, root):
    """When p cosh(root h) = q sinh(root h)/root, p > 0; inf: never."""
    faster = q - p * root
    if faster <= 0.0:
        return math.inf
    ratio = 2.0 * p * root / faster
    return math.log1p(ratio) / (2.0 * root) if ratio > 1e-300 else p / faster


def next_crossing(c, s):
    """Time to the first h >= 0 with v(h) >= v_thresh, or inf."""
    if s.v >= c.v_thresh:
        return 0.0
    low, high = _first_rise(c, s)
    if low == math.inf:
        return math.inf
    if high < math.inf:
        if not above(c, flow(c, s, high)):
            return math.inf
    else:
        if c.v_fixed <= c.v_thresh:
            return math.inf
        high = low + 1.0 / c.slow
        while not above(c, flow(c, s, high)):  # v rises to a fixed point above threshold
            if high > 1e300:
                return math.inf
            low, high = high, 2.0 * high
    return _bracketed(c, s, low, high)


def _bracketed(c, s, low, high):
    """The crossing between a time below threshold and one that is not, v rising in between: Newton's method, or halves."""
    h = low
    for k in range(_MAX_STEPS):
        at = flow(c, s, h)
        gap = (c.v_thresh - at.v) - at.v_residue
        if gap > 0.0:
            low = h
        else:
            high = h
        slope = _slope(c, at)
        better = h + gap / slope if slope > 0.0 and k < _NEWTON else low
        if better == h and slope > 0.0 and k < _NEWTON:
            return h
        if not low < better < high:
            better = 0.5 * (low + high)
            if not low < better < high:
                return high
        h = better
    return math.nan


def crossing_bound(c, s):
    """With R = tau_m/c_m, y in mV (R times the distance of w) and g = a R: g tau_m x**2 + tau_w y**2 never grows.

    So |y| stays below Y = sqrt(y**2 + g tau_m/tau_w x**2), and tau_m v' <= v_fixed + Y - v; for a = 0, y only decays.
    """
    if not (-math.inf < s.v < c.v_thresh and -math.inf < s.w < math.inf):  # the engine looks at what is not finite and refuses it
        return 0.0
    x, y = _distances(c, s)
    y *= c.tau_m / c.c_m
    if c.a > 0.0:
        held = math.sqrt(y * y + c.a * (c.tau_m / c.c_m) * (c.tau_m / c.tau_w) * x * x)
    else:
        held = max(0.0, -y)
    ceiling = c.v_fixed + _ABOVE * held
    # Rounding may bring the state behind a peak that touches threshold: there a bound says nothing (as in leaky.margin).
    safe = c.v_thresh - _MARGIN * (abs(c.v_thresh) + abs(c.v_fixed) + abs(s.v) + abs(y))
    gap = (safe - s.v) - s.v_residue
    if not gap > 0.0:
        return 0.0
    if ceiling <= safe:
        return math.inf
    return _SAFE * c.tau_m * (gap / (ceiling - s.v))


def receive(c, s, port, w):
    v, residue = add(s.v, s.v_residue, w)
    return State(v, s.w, residue, s.w_residue)


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    w, residue = add(s.w, s.w_residue, c.b)
    return State(c.v_reset, w, 0.0, residue)


LIFAdapt = NeuronModel(
    name="LIFAdapt",
    documentation=__doc__,
    parameters=(
        Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
        Parameter("c_m", 1000.0, "pF", low=0.0, low_open=True),
        Parameter("v_rest", -65.0, "mV"),
        Parameter("v_reset", -65.0, "mV"),
        Parameter("v_thresh", -50.0, "mV"),
        Parameter("t_ref", 0.1, "ms", low=0.0),
        Parameter("i_offset", 0.0, "pA"),
        Parameter("tau_w", 144.0, "ms", low=0.0, low_open=True),
        Parameter("a", 4.0, "nS", low=0.0),
        Parameter("b", 80.5, "pA"),
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
    receive=receive,
    receive_refractory=receive_refractory,
    fire=fire,
    with_current=with_current,
    source="Richardson, Brunel & Hakim 2003, doi 10.1152/jn.00955.2002, eqs. 1-2",
)
