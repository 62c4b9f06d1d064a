"""From a model's intervals to times: what a neuron's state is at t, and when it will fire if nothing more arrives.

Where a model's functions keep a trail (trail.py), it is handed to them: `*trail` is then the array and where in it the trail begins.
"""

import math

from .tuples import put


def make_state_at(flow, flow_refractory, freed=None):
    """A function (c, s, last, free, t) -> state at t >= last of a neuron whose state s stands at `last`.

    Until `free`, the end of its refractory period, the membrane is clamped; `freed` is `flow_refractory` up to there.
    """
    freed = freed or flow_refractory

    def state_at(c, s, last, free, t, *trail):
        if last < free:
            if t <= free:
                return flow_refractory(c, s, t - last)
            s = freed(c, s, free - last, *trail)
            last = free
        return flow(c, s, t - last, *trail)

    return state_at


def make_state_at_change(flow, flow_refractory, above):
    """A function (c, s, last, free, t, crossed) -> state at t, before an injected current changes there.

    crossed : whether the neuron fires at t by itself; then it is at threshold, which rounding must not take back
    """
    state_at = make_state_at(flow, flow_refractory)

    def state_at_change(c, s, last, free, t, crossed):
        s = state_at(c, s, last, free, t)
        return put(s, 0, c.v_thresh) if crossed and not above(c, s) else s

    return state_at_change


def make_crossing_time(freed, above, next_crossing, next_look=None):
    """A function (c, s, last, free, t) -> time of the neuron's next spike if nothing more arrives, or inf.

    A neuron that stands at threshold (by its initial state or by `set`) fires where it stands; any other crossing
    lies after the event that led to it, by one unit in the last place of the time at least.

    A model with `next_look` may not know yet: then it is a time after t, before which there is no spike.
    """

    def first_crossing(c, s, dt):
        return next_crossing(c, s)

    soonest = first_crossing if next_look is None else next_look

    def crossing_time(c, s, last, free, t, *trail):
        base = last
        if last < free:
            s = freed(c, s, free - last, *trail)
            base = free
        if above(c, s):
            return base
        crossing = base + soonest(c, s, max(t - base, 0.0), *trail)
        if crossing <= last:
            crossing = math.nextafter(last, math.inf)
        return crossing

    return crossing_time
