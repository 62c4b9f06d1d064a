"""Functions of variants with injected ramps and sines (injected.py): the potential goes on by itself, and the currents move meanwhile.

Membranes that say so by `NeuronModel.passive`, dv/dt = -leak v + charging i + ..., are linear in the injected current: what ramps
and sines add to the potential has a closed form (`response`), which is added to the model's own flow under the constant rest of the
current. Crossing: such a membrane is higher, the higher the current; so before it can reach threshold, the same neuron under the largest current of an
interval would, and that crossing the model knows (`search`).

Models of the bounded class are integrated, the currents being variables like others; afterwards these are set to what they are in closed form.
"""

import math

from ..numerics.compensation import add
from ..numerics.currents import RAMP, SINE, WIDTHS
from ..numerics.propagators import lag, relaxed
from ..numerics.tuples import put

# Names that `injected.rebound` replaces.
own = joined = given = held_by = above = None
base_flow = base_flow_refractory = base_next_crossing = base_crossing_bound = base_derivative = base_passive = None
integrated = integrated_refractory = None
CUT = RESIDUE_OF_V = 0
GROUPS = (0,)

_FIRST = 1.0  # ms, the first interval of a search
_AHEAD = 2.0  # ms that a look goes ahead at least
_HORIZON = 20.0  # ms for which the bound on a crossing is made
_MAX_STEPS = 1_000_000  # far above what is ever needed (tests count them): a bound on a mistake, not on the method
_ABOVE = 2.0**-40  # makes an upper bound of a sum that was rounded
_LARGEST_ANGLE = 2.0**1000  # CPython's sine refuses what is infinite
_TURN = 2.0 * math.pi


def steady(s):
    """The sum of all currents without the oscillating part of sines, pA."""
    total, at = 0.0, CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        total += s[at + 2] if kind == SINE else s[at]
        at += WIDTHS[kind]
    return total


def flowing(s):
    """The sum of all currents, pA."""
    total, at = 0.0, CUT
    for k in range(len(GROUPS)):
        total += s[at]
        at += WIDTHS[GROUPS[k]]
    return total


def moved(s, dt):
    """The state with its currents after dt."""
    at = CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        if kind == RAMP:
            s = put(s, at, s[at] + s[at + 1] * dt)
        elif kind == SINE:
            x, y, angle = s[at] - s[at + 2], s[at + 1], angle_of(s[at + 3], dt)
            cosine, sine = math.cos(angle), math.sin(angle)
            s = put(put(s, at, s[at + 2] + (x * cosine + y * sine)), at + 1, y * cosine - x * sine)
        at += WIDTHS[kind]
    return s


def angle_of(omega, dt):
    return min(max(omega * dt, -_LARGEST_ANGLE), _LARGEST_ANGLE)


def crest(x, y, omega, dt):
    """The largest value of x cos(omega t) + y sin(omega t) for 0 <= t <= dt."""
    if omega == 0.0:
        return x
    if omega < 0.0:
        omega, y = -omega, -y
    ahead = math.atan2(y, x)
    if ahead < 0.0:
        ahead += _TURN
    angle = omega * dt
    if ahead <= angle:
        return math.sqrt(x * x + y * y)
    return max(x, x * math.cos(angle) + y * math.sin(angle))


def highest(s, dt):
    """An upper bound on the sum of all currents within dt, up to rounding, pA."""
    total, at = 0.0, CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        if kind == SINE:
            total += s[at + 2] + crest(s[at] - s[at + 2], s[at + 1], s[at + 3], dt)
        elif kind == RAMP and s[at + 1] > 0.0:
            total += s[at] + s[at + 1] * dt
        else:
            total += s[at]
        at += WIDTHS[kind]
    return total


def rounded_up(s, highest_current):
    """An upper bound that rounding can not undercut."""
    size, at = 0.0, CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        size += abs(s[at])
        if kind == SINE:
            size += abs(s[at + 1]) + abs(s[at + 2])
        at += WIDTHS[kind]
    return highest_current + _ABOVE * (size + abs(highest_current))


def moves(s):
    """Whether any current is not constant."""
    at = CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        if kind == RAMP and s[at + 1] != 0.0:
            return True
        if kind == SINE and s[at + 3] != 0.0 and (s[at] != s[at + 2] or s[at + 1] != 0.0):
            return True
        at += WIDTHS[kind]
    return False


# -- membranes that are linear in the current -----------------------------------------------------------------------------


def response(c, s, dt):
    """What ramps and the oscillating part of sines add to the potential in dt, mV.

    Of v' = -leak v + charging (x cos(omega t) + y sin(omega t)), v(0) = 0: a rotating pair (a, b) less a exp(-leak t).
    """
    leak, charging = base_passive(given(c))
    total, at = 0.0, CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        if kind == RAMP:
            total += charging * s[at + 1] * (dt * dt) * lag(leak * dt)
        elif kind == SINE and s[at + 3] != 0.0:
            x, y, omega = s[at] - s[at + 2], s[at + 1], s[at + 3]
            part = charging / (leak * leak + omega * omega)
            a, b = part * (leak * x - omega * y), part * (leak * y + omega * x)
            angle = angle_of(omega, dt)
            half = math.sin(0.5 * angle)
            total += b * math.sin(angle) - 2.0 * a * (half * half) + a * relaxed(leak * dt)
        at += WIDTHS[kind]
    return total


def flow(c, s, dt):
    b = base_flow(held_by(c, steady(s)), own(s), dt)
    v, residue = add(b[0], b[RESIDUE_OF_V], response(c, s, dt))
    return joined(moved(s, dt), put(put(b, 0, v), RESIDUE_OF_V, residue))


def flow_refractory(c, s, dt):
    return joined(moved(s, dt), base_flow_refractory(held_by(c, steady(s)), own(s), dt))


def search(c, s, reach):
    """The time of the first crossing; where there is none up to `reach`, a time not before it up to which there is none; inf: never.

    Within an interval, v is not above the potential of the same neuron under the largest current there. So before that one
    crosses, and within the interval, v does not. The interval is doubled where nothing can cross in it, and becomes twice the step where
    something may: then the current is nearly what it was taken for, and the steps converge quadratically. Steps follow from s alone.
    """
    h, interval, settled = 0.0, _FIRST, False
    for _ in range(_MAX_STEPS):
        at = flow(c, s, h)
        if above(c, at) or h >= reach:
            return h
        if not settled:
            top = highest(at, math.inf)
            if top < math.inf and base_next_crossing(held_by(c, top), own(at)) == math.inf:
                return math.inf
        step = base_next_crossing(held_by(c, highest(at, interval)), own(at))
        settled = step < interval
        if settled:
            interval = 2.0 * step
        else:
            step = interval
            interval *= 2.0
        if h + step == h:
            return h
        h += step
    return math.nan


def next_look(c, s, dt):
    return search(c, s, dt + max(dt, _AHEAD))


def next_crossing(c, s):
    return search(c, s, math.inf)


def crossing_bound(c, s):
    b = own(s)
    soon = base_crossing_bound(held_by(c, rounded_up(s, highest(s, _HORIZON))), b)
    top = highest(s, math.inf)
    if soon < _HORIZON or not top < math.inf:
        return min(soon, _HORIZON)
    return max(_HORIZON, base_crossing_bound(held_by(c, rounded_up(s, top)), b))


# -- models of the bounded class --------------------------------------------------------------------------------------------


def derivative(c, s):
    d, at = joined(s, base_derivative(held_by(c, flowing(s)), own(s))), CUT
    for k in range(len(GROUPS)):
        kind = GROUPS[k]
        d = put(d, at, 0.0)
        if kind == RAMP:
            d = put(put(d, at, s[at + 1]), at + 1, 0.0)
        elif kind == SINE:
            d = put(put(d, at, s[at + 3] * s[at + 1]), at + 1, -s[at + 3] * (s[at] - s[at + 2]))
            d = put(put(d, at + 2, 0.0), at + 3, 0.0)
        at += WIDTHS[kind]
    return d


def carried(c, s, dt):
    return joined(moved(s, dt), own(integrated(c, s, dt)))


def carried_refractory(c, s, dt):
    return joined(moved(s, dt), own(integrated_refractory(c, s, dt)))


CURRENTS = (steady, flowing, angle_of, moved, crest, highest, rounded_up, moves)
LINEAR = (response, flow, flow_refractory, search, next_look, next_crossing, crossing_bound)
