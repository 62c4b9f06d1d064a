"""Changes of injected currents: events at neurons, before all else at their instant."""

import math

from ...lowering.program import WAKE
from ...numerics.currents import change_time, change_to
from .adapters import NOT_FINITE
from .calendar import file_look, take_out
from .pointers import call_change
from .queues import set_wake
from .state import CHANGE, CHANGES, FAULT


def change_currents(program, state, change, t):
    """Make all changes at t, by current, and note when the next one is; 0.

    change : int64 (kinds,), addresses of the models' `change`
    """
    following = math.inf
    for k in range(program.currents.size):
        while change_time(program.currents, program.levels, k, state.changes[k]) == t:
            change_current(program, state, change, t, k)
            state.changes[k] += 1
        following = min(following, change_time(program.currents, program.levels, k, state.changes[k]))
    state.clock[CHANGE] = following
    return 0


def change_current(program, state, change, t, k):
    """One change of current k."""
    current = program.currents[k]
    p = program.fabric.populations[current.population]
    values, rows, counters = state.scratch, state.rows, state.counters
    wakes, place = state.queue.wakes, state.queue.place
    for m in range(current.member_end - current.member):
        j = program.injected[current.member + m]
        address, o = p.first + j, p.row + j * p.width
        change_to(program.currents, program.levels, k, state.changes[k], m, values)
        part = t, rows, o, program.constants, p.constant + j * p.constant_stride
        outcome = call_change(change[p.kind], (*part, o + current.place, current.width, values))
        wake = rows[o + WAKE]
        if outcome == NOT_FINITE:
            counters[FAULT] = address
            wake = math.inf
        if wake <= t:  # at threshold: it fires in this instant, even where the calendar's open page has ended
            if place[address] < -1:
                take_out(state.calendar, place, counters, -2 - place[address])
            set_wake(wakes, place, counters, address, t)
        else:
            file_look(state.calendar, wakes, place, counters, address, wake)
    counters[CHANGES] += current.member_end - current.member
