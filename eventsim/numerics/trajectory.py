"""Trajectories of models without a closed form: integrated from the last event, to a time or to the first crossing.

A model says how fast its state changes, `derivative(constants, state)`; `make_trajectory` makes of it the functions that engines
ask for. The steps of a trajectory follow from where it begins alone: a look ahead never cuts them, and the state after an interval
cuts the last one only. So nothing depends on when anybody looks.

Where the membrane rises ever faster (the upstroke of an exponential or quadratic neuron, which would be infinite after a finite
time), the potential takes the place of time as the independent variable: time after potential is smooth there, steps grow instead
of shrinking, and the last one ends at threshold exactly.

Source
    Steps: dop853.py; their length: Hairer, Norsett & Wanner 1993, section II.4, eq. 4.13. Exchange of variables: Henon 1982,
    doi 10.1016/0167-2789(82)90034-3.
"""

import math
from collections.abc import Callable
from types import FunctionType
from typing import NamedTuple

from . import trail as trails
from .dop853 import COEFFICIENTS, ROWS, STAGES, combine, dense_output, error_of, first_reach, node
from .memory import room
from .trail import (
    ARMED,
    BY_POTENTIAL,
    FREED,
    MAY_EXCHANGE,
    MOST,
    POTENTIAL,
    REACH,
    SINCE,
    STEP,
    TIME,
    begin,
    entry,
    flag,
    forget,
    go_on,
    keep,
    keep_freed,
    known,
    take,
    take_freed,
    width_of_trail,
)
from .tuples import put

# A bound on the time to a crossing is shortened by this factor, so that rounding can never make it too long.
SAFE = 1.0 - 2.0**-20

# Of a guarded exponential: exp of it is finite, and so is its product with what models multiply it by.
LARGEST_EXPONENT = 600.0

# How a trajectory is followed: to its first crossing, with the potential clamped, or across threshold.
FREE, CLAMPED, ACROSS = 0, 1, 2

# How it ended: at the time asked for, at the first crossing, in a state that does not change any more, not at all.
REACHED, CROSSED, AT_REST, FAILED = 0, 1, 2, 3

_LEAST_FACTOR, _MOST_FACTOR, _CAUTION = 0.2, 5.0, 0.9
_POTENTIAL = 10.0  # mV: errors of the potential are relative to this, since where its zero lies means nothing; those of time to 1 ms
_LONGEST_STEP = 50.0  # ms: longer ones might pass over a spike that the estimate of the error does not see
_MOST_STEPS = 1_000_000
_REST, _STILL = 1000.0, 10.0  # a state that stays within so many tolerances for so long (ms) is at rest
_AHEAD = 0.25  # ms by which looks reach farther than asked: the next delivery ends most of them
_AFTER, _SOON = 1.0 + 2.0**-30, 2.0**-1000  # where trails are kept, looks reach only just farther

# Slopes within a step are taken to reach that part of their range beyond those of the stages.
_MARGIN = 0.25

# The polished crossing lies that near to the one of the dense output, as a part of the step; else that one stays.
_NEAR = 2.0**-10

# The potential takes the place of time where its slope (mV/ms) lies between these: reciprocals stay finite.
_FLATTEST, _STEEPEST = 2.0**-900, 2.0**900

# A step across which the slope of the potential grows by this factor is one of an upstroke.
_UPSTROKE = 1.1


# Names that `make_trajectory` replaces by a model's own.
derivative = None
N = STAGES_ROOM = TRAIL = 0
LATCHED = False
FIRST_STEP = 1.0


def slopes(c, s, y, v, by_v, mode, k, at):
    """Stage `at` of k, at the state y; by_v: y[0] is the time, v the potential. False where the membrane does not rise."""
    for m in range(N):
        s = put(s, m, y[m])
    if by_v:
        s = put(s, 0, v)
    d = derivative(c, s)
    for m in range(N):
        k[at + m] = d[m]
    if by_v:
        if not _FLATTEST < d[0] < _STEEPEST:
            return False
        exchange(k, at)
    elif mode == CLAMPED:
        k[at] = 0.0
    return True


def exchange(k, at):
    """Slopes over time become slopes over the potential, and back: the reciprocal is that of the other variable."""
    rate = k[at]
    for m in range(1, N):
        k[at + m] /= rate
    k[at] = 1.0 / rate


def attempt(c, s, y, v, h, by_v, mode, k, z):
    """Try a step of h from y to z; its error as a part of what is tolerated."""
    for i in range(1, STAGES + 1):
        combine(i, N, h, k, y, z, room(N))
        if not slopes(c, s, z, v + node(i) * h, by_v, mode, k, i * N):
            return math.inf
    error = error_of(N, h, k, y, z, c.tolerance, 1.0 if by_v else _POTENTIAL)
    return error if error >= 0.0 else math.inf  # not a number where a stage has left the numbers


def may_cross(c, y, z, h, k):
    """Whether the potential may reach threshold within a step: from its ends and the slopes of its stages."""
    if z[0] >= c.v_thresh:
        return True
    low = high = k[0]
    for i in range(1, STAGES + 1):
        low, high = min(low, k[i * N]), max(high, k[i * N])
    margin = _MARGIN * (high - low)
    low, high = low - margin, high + margin
    if low >= 0.0 or high <= 0.0:
        return False
    return max(y[0], z[0]) + h * high * low / (low - high) >= c.v_thresh


def crossing_in(c, s, y, h, k, z, mode):
    """Where within a step threshold is crossed (z: the state there), or a negative number.

    The first crossing of the dense output; from a step that ends there, the last bit of the way along its slope.
    """
    p = room(COEFFICIENTS)
    for i in range(STAGES + 1, ROWS):
        dense_stage(c, s, y, h, i, k, mode)
    dense_output(N, h, k, y, z, p)
    x = first_reach(p, c.v_thresh)
    if x > 1.0:
        if not z[0] >= c.v_thresh:
            return -1.0
        x = 1.0
    part = x * h
    attempt(c, s, y, 0.0, part, False, mode, k, z)
    slope = k[STAGES * N]
    if slope > 0.0:
        rest = (c.v_thresh - z[0]) / slope
        if abs(rest) < _NEAR * h and part + rest > 0.0:
            part += rest
    z[0] = c.v_thresh
    return part


def dense_stage(c, s, y, h, i, k, mode):
    """Stage i of dense output."""
    z = room(N)
    combine(i, N, h, k, y, z, room(N))
    slopes(c, s, z, 0.0, False, mode, k, i * N)


def ended(s, y, armed):
    """The state that y is."""
    for m in range(N):
        s = put(s, m, y[m])
    if LATCHED:
        s = put(s, N - 1, 0.0 if armed else 1.0)
    return s


def forced(s):
    """Whether the state is moved from outside, and so does not rest where it is."""
    return False


def still(y, quiet, tolerance):
    """Whether a state is where it was, but for some tolerances: nearer the steps do not come to rest."""
    for m in range(N):  # noqa: SIM110 (compiled code has no generators)
        if not abs(y[m] - quiet[m]) <= _STILL * tolerance * max(_POTENTIAL if m == 0 else 1.0, abs(quiet[m])):
            return False
    return True


def travel(c, s, end, cut, mode, trail, o):
    """Follow the trajectory from s to its first crossing or for `end` ms: (time, how it ended, state there).

    cut : whether to end at `end` exactly; else with the first step that reaches it
    trail, o : where what is known of a FREE trajectory lies; what becomes known is added
    """
    if not end > 0.0:
        return 0.0, REACHED, s
    k, y, z, quiet = room(STAGES_ROOM), room(N), room(N), room(N)
    keeps = mode == FREE
    e = known(trail, o, end, cut) if keeps else -1
    if e >= 0:
        t, v, h, most = trail[e + TIME], trail[e + POTENTIAL], trail[e + STEP], trail[e + MOST]
        since, reach = trail[e + SINCE], trail[e + REACH]
        by_v, may_exchange, armed = trail[e + BY_POTENTIAL] == 1.0, trail[e + MAY_EXCHANGE] == 1.0, trail[e + ARMED] == 1.0
        take(trail, e, y, quiet, k)
    else:
        t, v, h, most, since, reach = 0.0, 0.0, FIRST_STEP, _MOST_FACTOR, 0.0, 0.0
        by_v, may_exchange, armed = False, mode == FREE, not LATCHED or s[N - 1] == 0.0
        for m in range(N):
            y[m] = s[m]
            quiet[m] = s[m]
        slopes(c, s, y, 0.0, False, mode, k, 0)
        if keeps:
            begin(trail, o)
    moved = keeps and e < 0  # whether there is something new to be kept
    for _ in range(_MOST_STEPS):
        if moved:
            keep(trail, go_on(trail, o), (t, v, h, most, since, reach, flag(by_v), flag(may_exchange), flag(armed)), y, quiet, k)
            moved = False
        if t >= end:
            if by_v:
                y[0] = v
            return t, REACHED, ended(s, y, armed)
        last = cut and not by_v and h >= end - t
        step = min(h, c.v_thresh - v) if by_v else (end - t if last else h)
        if not by_v:
            reach = max(reach, t + h)
        error = attempt(c, s, y, v, step, by_v, mode, k, z)
        if error <= 1.0:
            # The eighth root: each root is rounded correctly, so it is the same everywhere.
            factor = _CAUTION / max(math.sqrt(math.sqrt(math.sqrt(error))), 2.0**-10)
        else:
            factor = _CAUTION / math.sqrt(math.sqrt(math.sqrt(error)))
        factor = min(max(factor, _LEAST_FACTOR), most)
        # Whether the time asked for lies within the step. The time of a spike, to which rounding was added, is not before the spike.
        grace = c.tolerance if step == c.v_thresh - v else 0.0
        within = by_v and cut and error <= 1.0 and z[0] > end + grace
        keeps = keeps and not (last or within)  # from here on steps depend on `end`
        if by_v and (within or error == math.inf or (most == 1.0 and not error <= 1.0)):
            # Back to steps of time, also where the membrane does not rise any more or steps over the potential fail.
            exchange(k, 0)
            h = _LEAST_FACTOR * step / k[0]
            y[0], by_v, may_exchange, most = v, False, may_exchange and not within, 1.0
            continue
        if not error <= 1.0:
            h, most = step * factor, 1.0
            if not by_v and not (h > 2.0**-52 * t and h > 2.0**-200):
                break
            continue
        if by_v:
            v = c.v_thresh if step == c.v_thresh - v else v + step
            t = z[0]
            forward(y, z, k)
            if v == c.v_thresh:
                y[0] = v
                return t, CROSSED, ended(s, y, True)
            h, most = step * factor, _MOST_FACTOR
            reach, moved = max(reach, t), keeps
            continue
        if mode == FREE and armed and may_cross(c, y, z, step, k):
            part = crossing_in(c, s, y, step, k, z, mode)
            if part >= 0.0:
                return t + part, CROSSED, ended(s, z, True)
        t = end if last else t + step
        if not still(z, quiet, c.tolerance):
            since = t
            for m in range(N):
                quiet[m] = z[m]
        elif t - since > _REST and not forced(s):
            return t, AT_REST, ended(s, z, armed)
        rising = may_exchange and armed and factor <= 1.0 and _STEEPEST > k[STAGES * N] > _UPSTROKE * k[0] > _FLATTEST
        forward(y, z, k)
        armed = y[0] < c.v_thresh if mode == ACROSS else armed or y[0] < c.v_thresh  # a crossing that does not count has to be undone, too
        h, most = min(step * factor, _LONGEST_STEP), _MOST_FACTOR
        if rising and y[0] < c.v_thresh:
            h, v, by_v = h * k[0], y[0], True
            y[0] = t
            exchange(k, 0)
        moved = keeps
    for m in range(N):
        z[m] = y[m]
    z[0] = math.nan
    return t, FAILED, ended(s, z, armed)


def forward(y, z, k):
    """The end of a step is the beginning of the next."""
    for m in range(N):
        y[m] = z[m]
        k[m] = k[STAGES * N + m]


def flow_on(c, s, dt, trail, o):
    """The state after dt, or at threshold."""
    return travel(c, s, dt, True, FREE, trail, o)[2]


def next_look_on(c, s, dt, trail, o):
    """The first crossing, or a time after dt before which there is none: the end of the first step that leads there."""
    return looked(travel(c, s, max(dt * _AFTER, _SOON), False, FREE, trail, o))


def step_bound_on(c, s, trail, o):
    """The length of a step without a crossing."""
    if not (-math.inf < s[0] < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    bound = looked(travel(c, s, _SOON, False, FREE, trail, o))
    return 0.0 if math.isnan(bound) else bound


def freed_on(c, s, dt, trail, o):
    """The state after dt, the end of refractoriness."""
    if trail[o + FREED] == 0.0:
        keep_freed(trail, o, flow_refractory(c, s, dt))
    return take_freed(trail, o, s)


def looked(travelled):
    """What a look says: a time up to which there is no crossing, inf, or nan."""
    t, outcome, _ = travelled
    if outcome == AT_REST:
        return math.inf
    return math.nan if outcome == FAILED else t


def blank(trail):
    """A trail that leads from nowhere yet."""
    forget(trail, 0)
    return trail


def flow(c, s, dt):
    """The state after dt, or at threshold."""
    return flow_on(c, s, dt, blank(room(TRAIL)), 0)


def flow_refractory(c, s, dt):
    """The state after dt, the potential being clamped."""
    return travel(c, s, dt, True, ACROSS if LATCHED else CLAMPED, blank(room(TRAIL)), 0)[2]


def next_look(c, s, dt):
    """The first crossing, or a time after dt before which there is none."""
    return looked(travel(c, s, dt + max(dt, _AHEAD), False, FREE, blank(room(TRAIL)), 0))


def step_bound(c, s):
    """The length of a step without a crossing."""
    return step_bound_on(c, s, blank(room(TRAIL)), 0)


def next_crossing(c, s):
    """The first crossing, however far."""
    return looked(travel(c, s, math.inf, False, FREE, blank(room(TRAIL)), 0))


_OF_A_MODEL = (
    *(slopes, exchange, attempt, may_cross, crossing_in, dense_stage, ended, still, forward, travel, looked, blank),
    *(entry, known, begin, go_on, keep, take, keep_freed, take_freed),
    *(flow_on, freed_on, next_look_on, step_bound_on, flow, flow_refractory, next_crossing, next_look, step_bound),
)


class Trailing(NamedTuple):
    """The functions of a trajectory whose trail is kept: they take it as two more arguments, an array and where in it the trail begins."""

    width: int  # floats of a trail
    flow: Callable
    freed: Callable  # (c, s, dt, trail, o) -> the state after dt, the end of refractoriness
    next_look: Callable  # goes less far than the one below, for it costs little to go on
    crossing_bound: Callable


def without_trail(crossing_bound):
    """A crossing bound of its own that has no use for a trail, as one that is called with it."""

    def bound(c, s, trail, o):
        return crossing_bound(c, s)

    return bound


class Trajectory(NamedTuple):
    """The functions of a model that follow from its derivative.

    flow : (c, s, dt) -> the state after dt, or at threshold where it is crossed before
    flow_refractory : the same while the potential is clamped; of a latched model, while crossings do not count
    next_crossing : (c, s) -> the time of the first crossing, however far; inf and nan as below
    next_look : (c, s, dt) -> the time of the first crossing; where there is none soon after dt, one after dt up to which there
        is none; inf where the state comes to rest; nan where a step failed
    crossing_bound : (c, s) -> a lower bound on the first crossing: the length of a step in which there is none
    trailing : the same functions, if a trail is kept
    """

    flow: Callable
    flow_refractory: Callable
    next_crossing: Callable
    next_look: Callable
    crossing_bound: Callable
    trailing: Trailing


def make_trajectory(derivative, constant_type, state_type, latched=False, first_step=0.5, forced=forced):
    """The `Trajectory` of a model, the potential being its first variable.

    Parameters
    ----------
    derivative : (c, s) -> how fast each variable changes, per ms, as a tuple like s; c has v_thresh (mV) and tolerance
    constant_type, state_type : named tuple classes of floats
    latched : bool
        The membrane is not reset by a spike. The last variable, whose derivative is 0, is then 1 from a crossing until the
        potential is below threshold, and only then the next crossing counts.
    first_step : float, ms
        What is tried first; a step that fails is shortened, one that is good is followed by a longer one.
    forced : (s) -> whether variables that change by themselves, whatever slowly, move the others: then a still state is not at rest
    """
    n = len(state_type._fields)
    names = {
        **vars(trails),
        **globals(),
        "derivative": derivative,
        "N": n,
        "STAGES_ROOM": ROWS * n,
        "TRAIL": width_of_trail(n),
        "LATCHED": latched,
        "FIRST_STEP": first_step,
        "forced": forced,
    }
    for function in _OF_A_MODEL:
        names[function.__name__] = FunctionType(function.__code__, names, function.__name__)
    # Compiled by itself, since compiling it takes long; float, bool, int: `end`, `cut`, `mode`; then the trail.
    names["travel"].compiled_apart = (constant_type, state_type, float, bool, int, list, int)
    trailing = Trailing(names["TRAIL"], names["flow_on"], names["freed_on"], names["next_look_on"], names["step_bound_on"])
    return Trajectory(names["flow"], names["flow_refractory"], names["next_crossing"], names["next_look"], names["step_bound"], trailing)
