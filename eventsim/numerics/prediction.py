"""From a model's intervals to times: what a neuron's state is at t, and when it will fire if nothing more arrives."""

import math


def make_state_at(flow, flow_refractory):
    """A function (c, s, last, free, t) -> state at t >= last of a neuron whose state s stands at `last`.

    Until `free`, the end of its refractory period, the membrane is clamped.
    """

    def state_at(c, s, last, free, t):
        if last < free:
            if t <= free:
                return flow_refractory(c, s, t - last)
            s = flow_refractory(c, s, free - last)
            last = free
        return flow(c, s, t - last)

    return state_at


def make_crossing_time(flow_refractory, above, next_crossing):
    """A function (c, s, last, free) -> time of the neuron's next spike if nothing more arrives, or inf.

    A neuron that stands at threshold (by its initial state or by `set`) fires where it stands; any other crossing
    lies after the event that led to it, by one unit in the last place of the time at least.
    """

    def crossing_time(c, s, last, free):
        base = last
        if last < free:
            s = flow_refractory(c, s, free - last)
            base = free
        if above(c, s):
            return base
        t = base + next_crossing(c, s)
        if t <= last:
            t = math.nextafter(last, math.inf)
        return t

    return crossing_time
