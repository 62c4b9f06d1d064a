"""Quadratic integrate-and-fire neuron with delta jumps.

    tau_m dv/dt = curvature (v - v_rest) (v - v_crit) + r_m i_offset        v -> v + w at a delivery

The weight is the jump of the membrane potential in mV. Without current, v falls to the lower of v_rest and v_crit from anywhere
below the higher, and grows without limit from above it. With v_thresh=inf, v_reset=-inf the neuron fires when v is infinite, after
a finite time, and returns from minus infinity: the theta neuron. (1e60 mV stand for infinity; v passes from there to it
in 1e-60 tau_m / curvature.) With curvature=1, v_rest=v_crit=0, the equation is tau_m dv/dt = v**2 + i_offset.

With x = v - (v_rest + v_crit)/2 and y = curvature x, tau_m dy/dt = y**2 + drive: a tangent where the drive is positive, a
hyperbolic tangent or cotangent where it is negative, and -1/t between. In refractoriness the membrane is clamped.

Exactness class: exact. Crossing: closed form (an arc tangent or a logarithm); v is monotone between events, so none can be missed.
A membrane that passes slowly between the branches of its parabola remembers rounding longer than others: crossings are
right to 4 ulp(t) + 4 ulp(v) / |dv/dt| with the smallest slope on the way.

Source
    Ermentrout & Kopell 1986, doi 10.1137/0146017; Gerstner, Kistler, Naud & Paninski 2014, Neuronal Dynamics,
    doi 10.1017/CBO9781107447615, eq. 5.16. Defaults: PyNN's where it has the parameter; v_crit 15 mV above rest, and there the
    slope of LIF, 1/tau_m; a threshold far above v_crit.
"""

import math
from typing import NamedTuple

from ..numerics.compensation import add, product
from ..numerics.elementwise import each
from ..numerics.propagators import relaxed, remaining
from ..numerics.tuples import put
from .model import EXACT, NeuronModel, Parameter

_SAFE = 1.0 - 2.0**-20
_FAR = 1e60  # mV, stands for infinity: squares of it are still numbers

# From about ln 2 on, exp(-w) is a difference of two numbers that has lost a bit.
_HALF = 0.6875


class Parameters(NamedTuple):
    tau_m: float  # membrane time constant, ms, > 0
    r_m: float  # membrane resistance, GOhm (mV/pA), > 0
    curvature: float  # of the parabola, 1/mV, > 0
    v_rest: float  # resting potential, mV
    v_crit: float  # critical potential, mV
    v_reset: float  # potential after a spike, mV, < v_thresh
    v_thresh: float  # threshold, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA


class Constants(NamedTuple):
    tau_m: float
    curvature: float
    centre: float  # apex of the parabola, mV
    drive: float  # above 0: no fixed point
    root: float  # of its absolute value: where it is below 0, fixed points are at y = root and y = -root
    v_thresh: float
    v_reset: float
    t_ref: float


_DRIVE = Constants._fields.index("drive")  # root follows


class State(NamedTuple):
    v: float  # membrane potential, mV
    v_residue: float  # what rounding left out of it, mV


def prepare(p):
    drive = each(_drive, p.curvature, p.r_m, p.i_offset, p.v_rest, p.v_crit)
    root = each(_root, p.curvature, p.r_m, p.i_offset, p.v_rest, p.v_crit)
    return Constants(p.tau_m, p.curvature, 0.5 * p.v_rest + 0.5 * p.v_crit, drive, root, p.v_thresh, p.v_reset, p.t_ref)


def with_current(c, p, i):
    total = p.i_offset + i
    c = put(c, _DRIVE, _drive(p.curvature, p.r_m, total, p.v_rest, p.v_crit))
    return put(c, _DRIVE + 1, _root(p.curvature, p.r_m, total, p.v_rest, p.v_crit))


def _drive(curvature, r_m, i_offset, v_rest, v_crit):
    """curvature r_m i_offset - (curvature (v_crit - v_rest) / 2)**2, from exact products: near the bifurcation they cancel."""
    held, held_residue = product(r_m, i_offset)
    lift, lift_residue = product(curvature, held)
    half, half_residue = add(v_crit, 0.0, -v_rest)
    depth, depth_residue = product(0.5 * curvature, half)
    depth_residue += 0.5 * curvature * half_residue
    square, square_residue = product(depth, depth)
    return (lift - square) + (lift_residue + curvature * held_residue - square_residue - 2.0 * depth * depth_residue)


def _root(curvature, r_m, i_offset, v_rest, v_crit):
    if i_offset == 0.0:
        return 0.5 * curvature * abs(v_crit - v_rest)
    return math.sqrt(abs(_drive(curvature, r_m, i_offset, v_rest, v_crit)))


def flow(c, s, dt):
    """v + (y**2 + drive) g / (curvature (1 - y g)), g being what a membrane at the apex moves: see the two branches."""
    x = (s.v - c.centre) + s.v_residue
    y = c.curvature * x
    k = c.root
    if c.drive > 0.0:
        z = k * (dt / c.tau_m)
        if z >= math.pi:  # no trajectory lasts longer
            return State(c.v_thresh, 0.0)
        g = math.sin(z) / k
        cosine = math.cos(z)
        below = cosine - y * g
        change = (y * y + k * k) * g
        whole = y * cosine + k * k * g
    else:
        # g = (1 - exp(-w))/(2 k) exp(...): numerator and denominator are divided by what grows.
        w = 2.0 * k * (dt / c.tau_m)
        if w < _HALF:
            g = dt / c.tau_m * (relaxed(w) / w if w > 0.0 else 1.0)
            below = 1.0 - (k + y) * g
            change = (y - k) * (y + k) * g
            whole = y - k * (y + k) * g
        else:
            lost = relaxed(w)
            left = remaining(w, lost)
            below = (k - y) + (k + y) * left
            change = (y - k) * (y + k) * lost
            whole = k * ((y - k) + (y + k) * left)
    if not below > 0.0:  # v has been infinite
        return State(c.v_thresh, 0.0)
    if abs(change) < 0.5 * max(abs(y), k) * below:
        return State(*add(s.v, s.v_residue, change / below / c.curvature))
    return State(*add(c.centre, 0.0, whole / below / c.curvature))


def flow_refractory(c, s, dt):
    return s


def above(c, s):
    return s.v >= c.v_thresh


def next_crossing(c, s):
    if s.v >= c.v_thresh:
        return 0.0
    x = (s.v - c.centre) + s.v_residue
    k = c.root
    y, target = c.curvature * x, c.curvature * (c.v_thresh - c.centre)
    way = c.curvature * ((c.v_thresh - s.v) - s.v_residue)
    if c.drive > 0.0:
        return c.tau_m * (math.atan2(k * way, k * k + y * target) / k)
    reach = _reach(y, target, k)
    if reach == 0.0:
        return math.inf
    lost = 2.0 * k * (way / reach)
    if lost < 1e-300:
        return c.tau_m * (way / reach)
    if lost < 0.5:
        return c.tau_m * (-math.log1p(-lost) / (2.0 * k))
    return c.tau_m * (math.log((y + k) / (y - k) * ((target - k) / (target + k))) / (2.0 * k))


def _reach(y, target, k):
    """(y + k) (target - k) where y gets to the target by itself, fixed points being at -k and k; else 0.

    Within 1/reach of a time constant it goes one unit on the way at most.
    """
    y = min(y, target)  # beyond it by rounding
    if -k <= y <= k or (y < 0.0 and target >= -k):
        return 0.0
    return (y + k) * (target - k)


def crossing_bound(c, s):
    if not (-math.inf < s.v < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    if c.drive > 0.0:
        return _SAFE * next_crossing(c, s)  # the arc tangent itself: no division comes near it from below
    reach = _reach(c.curvature * ((s.v - c.centre) + s.v_residue), c.curvature * (c.v_thresh - c.centre), c.root)
    if reach == 0.0:
        return math.inf
    return _SAFE * c.tau_m * (c.curvature * ((c.v_thresh - s.v) - s.v_residue) / reach)


def receive(c, s, port, w):
    return State(*add(s.v, s.v_residue, w))


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    return State(c.v_reset, 0.0)


QIF = NeuronModel(
    name="QIF",
    documentation=__doc__,
    parameters=(
        Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
        Parameter("r_m", 1.0, "GOhm", low=0.0, low_open=True),
        Parameter("curvature", 1.0 / 15.0, "1/mV", low=0.0, low_open=True),
        Parameter("v_rest", -65.0, "mV"),
        Parameter("v_crit", -50.0, "mV"),
        Parameter("v_reset", -65.0, "mV", far=_FAR),
        Parameter("v_thresh", 0.0, "mV", far=_FAR),
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
    receive=receive,
    receive_refractory=receive_refractory,
    fire=fire,
    with_current=with_current,
    source="Gerstner et al. 2014, doi 10.1017/CBO9781107447615, eq. 5.16",
)
