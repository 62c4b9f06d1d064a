"""The windows: bound, accumulate, replay.

Between events the variables of a linear membrane change by factors that all neurons of a block share, so a window is
sweeps over long arrays, whatever the order in time of what they hold:

    1 excitation is collected, each delivery as what is left of it at the end of the window        `sweep_slices`, `sweep_flat`
    2 a scan brings the variables forward and finds neurons that may have reached threshold: the *hot* ones          `scan`
    3 inhibition is added, and what the hot neurons receive is collected                               `collect`, `group`
    4 hot neurons are replayed with the model's own functions, delivery by delivery: spikes come from there alone  `replay`

Below threshold superposition holds, so the order of deliveries does not matter for neurons that are not hot.

A window is opened (sources emit, lanes give out what arrives), worked on block by block, by as many threads as there
are, and closed (spikes are put in order, recorded and sent). Blocks share nothing that changes, so no bit depends on
who works on which. Where a buffer is too short, a stage is left before anything is lost, and begun again.
"""

import math

from ..compiled.state import DELIVERIES, DRIVE_EVENTS, FAULT, FIRED, PHASE, RECORDED, TRAIN, WAKES
from .adapters import FAULT as REPLAY_FAULT
from .adapters import FULL as REPLAY_FULL
from .arrivals import flatten, has_room, list_slices
from .hot import collect, group, release, settle
from .plan import NEGATIVE, POSITIVE
from .pointers import call_accumulate, call_deal_out, call_earliest, call_next_dealt, call_propagate, call_replay, call_work_on
from .state import (
    ARRIVALS,
    BEGIN,
    BLOCK_DELIVERIES,
    BLOCK_DRIVEN,
    BLOCK_FAULT,
    BLOCK_FIRED,
    BLOCK_FIRINGS,
    BLOCK_REPLAYED,
    BLOCK_SHORT,
    BLOCKS,
    CLOSE,
    COLLECT,
    COLLECTED,
    EARLIEST,
    END,
    FIRINGS,
    FLAT,
    FROM_SOURCES,
    HEAD,
    HOT,
    LANES,
    NEXT_OWN,
    READY,
    RECORDS,
    REFRACTORY,
    REPLAY,
    REPLAYED,
    SIDE,
    SLICES,
    SOURCES,
    SPAN,
    STAGE,
    STANDS,
    START,
    WINDOWS,
    note_block_short,
    note_short,
)
from .suits import windows_before
from .sweeps import scan, sweep_flat, sweep_slices
from .team import COMMAND, STOP, WORK, meet
from .transport import emit_sources, gather_sorted, record, send, sort_spikes, take_arrivals

DONE, PAUSED, FULL, NOT_A_NUMBER, GO = range(5)


def advance(program, plan, state, calls, window, places, until, whole, budget, owner, me, team, size):
    """Make windows happen while their ends are not after `until`; with `whole` False, the last one is cut at `until`.

    All threads of a team of `size` call it, each with its number `me`; thread 0 opens and closes the windows. Returns a
    status (DONE from all but thread 0); clock[START] is where the next window starts.

    Parameters
    ----------
    calls : Calls
    owner : int64 (B,), which thread works on a block
    team : int64, where the threads meet (team.py)
    """
    if me > 0:
        while True:
            meet(team, size)
            if team[COMMAND] == STOP:
                return DONE
            work(program, plan, state, calls, window, owner, me)
            meet(team, size)
    counters, clock = state.counters, state.clock
    enough = work_done(counters) + budget
    while True:
        status = GO if counters[PHASE] != SOURCES else open_window(program, plan, state, calls, window, places, until, whole)
        if status == GO and counters[PHASE] == LANES:
            if take_arrivals(program.fabric, state.lanes, state.rings, state.arrivals, counters, clock[END]):
                counters[PHASE] = BLOCKS
            else:
                status = FULL
        if status == GO and counters[PHASE] == BLOCKS:
            team[COMMAND] = WORK
            meet(team, size)
            work(program, plan, state, calls, window, owner, me)
            meet(team, size)
            status = outcome(state.own, counters)
        if status == GO:
            status = close_window(program, plan, state)
        if status == GO and work_done(counters) >= enough:
            status = PAUSED
        if status != GO:
            team[COMMAND] = STOP
            meet(team, size)
            return status


def work_done(counters):
    """A measure of what has been done, for pauses."""
    return counters[DELIVERIES] + counters[DRIVE_EVENTS] + 1000 * counters[WINDOWS]


# -- before and after ---------------------------------------------------------------------------------------------------


def open_window(program, plan, state, calls, window, places, until, whole):
    """Find the next window, let sources emit, and take out what arrives."""
    counters, clock, fabric = state.counters, state.clock, program.fabric
    begin = clock[START]
    if counters[FIRED] == 0:
        first = next_event(program, plan, state)
        if first >= until:  # nothing can happen before: the windows up to there are empty
            edge = windows_before(until, window) * window if whole else until
            clock[START] = max(begin, edge)
            return DONE
        begin = max(begin, windows_before(first, window) * window)
        clock[START] = begin
    end = (windows_before(begin, window) + 1.0) * window
    if not end > begin:  # after 2**53 windows their edges are no float64 numbers any more
        end = math.nextafter(begin, math.inf)
    if end > until:
        if whole or begin >= until:
            return DONE
        end = until
    clock[END] = end
    wakes, place = state.wakes, state.place
    if not emit_sources(program, calls.emission, state.fired, state.train, wakes, place, state.draws, counters, places, end):
        return FULL
    sort_spikes(state.fired, 0, counters[FIRED], counters[FIRED] // 3)
    lanes = fabric.lane_delay.size
    if not send(fabric, plan, state.lanes, state.rings, state.flights, state.own, state.times, state.fired, counters, 0, lanes):
        return FULL
    counters[FROM_SOURCES] = counters[FIRED]
    counters[PHASE] = LANES
    return GO


def next_event(program, plan, state):
    """A time before which nothing happens, ms."""
    if program.drives.drives.size > 0:
        return state.clock[START]
    t = math.inf
    for lane in range(state.lanes.size):
        if state.lanes[lane].count > 0:
            t = min(t, state.rings[lane, state.lanes[lane].head].time)
    if state.counters[TRAIN] < state.train.size:
        t = min(t, state.train[state.counters[TRAIN]].time)
    if state.counters[WAKES] > 0:
        t = min(t, state.wakes[0].time)
    for b in range(plan.targets.size):
        t = min(t, state.times[b, NEXT_OWN], state.times[b, EARLIEST])
        if state.own[b, REFRACTORY] > 0:
            t = min(t, state.free[state.refractory[plan.targets[b].first + state.own[b, HEAD]]])
    return t


def outcome(own, counters):
    """How the blocks have fared."""
    status = GO
    for b in range(own.shape[0]):
        if own[b, BLOCK_FAULT] >= 0:
            counters[FAULT] = own[b, BLOCK_FAULT]
            return NOT_A_NUMBER
        if own[b, BLOCK_SHORT] >= 0:
            status = FULL
    if status == GO:
        counters[PHASE] = CLOSE
    return status


def close_window(program, plan, state):
    """Put the spikes of the blocks in order, send and record them."""
    counters, own, fired = state.counters, state.own, state.fired
    total = counters[FROM_SOURCES]
    for b in range(own.shape[0]):
        total += own[b, BLOCK_FIRED]
    if total > fired.size or total >= state.buckets.size:
        note_short(counters, FIRINGS, total)
        return FULL
    clock, numbers = state.clock, own[:, BLOCK_FIRED]
    n = gather_sorted(state.block_fired, numbers, clock[START], clock[END], state.buckets, fired, counters[FROM_SOURCES])
    counters[FIRED] = n
    if counters[RECORDED] + n > state.spikes.size:
        note_short(counters, RECORDS, counters[RECORDED] + n)
        return FULL
    if not send(
        program.fabric, plan, state.lanes, state.rings, state.flights, own, state.times, fired, counters, counters[FROM_SOURCES], 0
    ):
        return FULL
    record(program.fabric, fired, state.record, state.spikes, counters)
    for b in range(own.shape[0]):
        counters[DELIVERIES] += own[b, BLOCK_DELIVERIES]
        counters[DRIVE_EVENTS] += own[b, BLOCK_DRIVEN]
        counters[REPLAYED] += own[b, BLOCK_REPLAYED]
        own[b, BLOCK_DELIVERIES] = own[b, BLOCK_DRIVEN] = own[b, BLOCK_REPLAYED] = own[b, BLOCK_FIRED] = 0
        own[b, STAGE] = BEGIN
    counters[WINDOWS] += 1
    counters[FIRED] = 0
    counters[PHASE] = SOURCES
    state.clock[START] = state.clock[END]
    return GO


# -- blocks ---------------------------------------------------------------------------------------------------------------


def work(program, plan, state, calls, window, owner, me):
    """One thread's blocks."""
    for b in range(owner.size):
        if owner[b] == me and state.own[b, STAGE] != READY:
            call_work_on(calls.work_on, (program, plan, state, calls, window, b, state.clock[START], state.clock[END]))


def work_on(program, plan, state, calls, window, b, begin, end):
    """One block, from the stage in which it was left; whether it is ready."""
    t, own = plan.targets[b], state.own[b]
    base = t.first + b
    hot, start, after = state.hot[base:], state.start[base * state.width :], state.after[base * state.width :]
    if own[STAGE] == BEGIN:
        if call_accumulate(calls.accumulate, (program, plan, state, calls, window, b, begin, end)) == 0:
            return 0
        own[STAGE] = COLLECT if own[HOT] > 0 else READY
    if own[STAGE] == COLLECT:
        slices, ends, found = state.slices[b], state.way_ends[b], state.found[b]
        time, weight, target = state.flat_time[b], state.flat_weight[b], state.flat_target[b]
        if not collect(
            program.fabric, plan, t, slices, own, ends, time, weight, target, state.slot, state.is_hot, found, state.collected[b]
        ):
            return 0
        group(hot, own[HOT], state.collected[b], own[COLLECTED], state.grouped[b])
        own[STAGE] = REPLAY
    if own[STAGE] == REPLAY:
        fired, grouped, constants = state.block_replayed[b], state.grouped[b], program.constants[t.constant :]
        neurons = constants, t.constant_stride, t.first, hot, start, after, state.width
        n = call_replay(calls.replay[t.kind], (*neurons, grouped, own[HOT], state.before[b], begin, end, fired))
        if n <= REPLAY_FAULT:
            own[BLOCK_FAULT] = hot[REPLAY_FAULT - n].address
            return 0
        if n == REPLAY_FULL:
            note_block_short(own, BLOCK_FIRINGS, 2 * fired.size)
            return 0
        own[BLOCK_FIRED] = n
        numbers, sorted_fired = own[BLOCK_FIRED : BLOCK_FIRED + 1], state.block_fired[b]
        gather_sorted(state.block_replayed[b : b + 1], numbers, begin, end, state.block_buckets[b], sorted_fired, 0)
        y = state.y[own[SIDE]]
        settle(t, own, state.refractory, state.free, state.held, hot, after, state.width, y, state.slot, state.is_hot, sorted_fired)
        own[STAGE] = READY
    return 1


def accumulate(program, plan, state, calls, window, b, begin, end):
    """Bring a block to the window's end, but for its hot neurons: 1; or 0 where there is no room."""
    t, own, times, fabric = plan.targets[b], state.own[b], state.times[b], program.fabric
    slices, ends = state.slices[b], state.way_ends[b]
    time, weight, target, left = state.flat_time[b], state.flat_weight[b], state.flat_target[b], state.flat_left[b]
    own[BLOCK_DELIVERIES] = own[BLOCK_DRIVEN] = own[HOT] = 0
    dealt = call_deal_out(calls.deal_out, (program, plan, state, b, window, begin)) if plan.most_own > 0 else 0
    if dealt < 0 or not has_room(t, own, dealt, time.size):
        return 0
    if not list_slices(fabric, plan, t, state.arrivals, state.counters[ARRIVALS], slices, own):
        return 0
    flatten(program, plan, state, calls, b, window, begin, end)
    if plan.most_own > 0:
        times[NEXT_OWN] = call_next_dealt(calls.next_dealt, (plan, state, b, window, begin, end))
    base, width, side = t.first + b, state.width, own[SIDE]
    hot, start = state.hot[base:], state.start[base * state.width :]
    release(t, own, state.refractory, state.free, state.held, hot, start, width, state.y[side], state.slot, state.is_hot, end)
    busy = own[SLICES] + own[FLAT] > 0
    if not busy and own[HOT] == 0 and times[EARLIEST] >= end:
        return 1
    y, n_slices = state.y, own[SLICES]
    sweep_slices(fabric, plan, slices, n_slices, POSITIVE, end, window, y[1 - side], t.origin, t.first + t.count)
    sweep_flat(plan, t, ends, POSITIVE, end, window, time, weight, target, left, y[1 - side])
    propagator, room = state.propagator[b], state.room[b]
    if end - times[STANDS] != times[SPAN]:
        times[SPAN] = end - times[STANDS]
        call_propagate(calls.propagate[t.kind], (plan.shifted[t.shifted :], times[SPAN], propagator))
    mask, words = state.mask[b], state.mask_words[b]
    n_hot = own[HOT]
    own[HOT] = scan(t, y, side, propagator, plan.limit, room, mask, words, hot, start, width, state.slot, state.is_hot, n_hot)
    side = own[SIDE] = 1 - side
    sweep_slices(fabric, plan, slices, n_slices, NEGATIVE, end, window, y[side], t.origin, t.first + t.count)
    sweep_flat(plan, t, ends, NEGATIVE, end, window, time, weight, target, left, y[side])
    state.before[b] = times[STANDS]
    times[STANDS] = end
    times[EARLIEST] = end
    if not busy and own[HOT] == 0:  # as long as something happens in every window, it need not be known
        constants = program.constants[t.constant :]
        interval = call_earliest(calls.earliest[t.kind], (constants, t.constant_stride, y[side], t.first, t.count, room))
        times[EARLIEST] = end + interval
    return 1
