"""The event loop of the compiled engine. It knows no model: it calls adapters through addresses, by kind.

`advance` is resumable: it returns a status, and Python makes room or raises and may call it again. The instant in
work (docs/semantics.md, "What happens at one instant") goes through

    0 injected currents change `change_currents` (currents.py)
    1 crossings and sources    `emit_trains`, `look_at_due`, `emit_generated`
    2-3 deliveries             `arrivals_at` and `deliver_arrivals`, then `apply_drive`
                               (ends of refractoriness need no event: states are brought forward when needed)
    4 threshold                `settle_attended`: `look_at` with `settle`
    5 emission, zero delay     `emit`; what it delivers without delay is the next micro-step

and may be left only within `emit`, whose place is kept in the counters. The router (`route`, `arrivals_at`,
`zero_arrivals`) and the background (`next_chunk`) come in as addresses too (see pointers.py).
"""

import math

from ...aer.router import foresee
from ...lowering.program import WAKE
from .adapters import FIRED as NEURON_FIRED
from .adapters import NOT_FINITE
from .calendar import EDGE, file_look, open_page, year_over
from .pointers import (
    call_arrivals,
    call_chunk,
    call_currents,
    call_deliver,
    call_drive,
    call_emission,
    call_heed,
    call_learn,
    call_look,
    call_note,
    call_prepare,
    call_route,
    call_zero,
)
from .queues import next_arrival, set_wake
from .state import (
    ATTENDED,
    CHANGE,
    CHANGES,
    CHUNK,
    COUNT,
    CURSOR,
    DELIVERIES,
    DRIVE_EVENTS,
    EMITTING,
    ENOUGH,
    EVENT,
    EVENTS,
    FAR,
    FAULT,
    FIRED,
    INSTANT,
    INSTANT_SPIKES,
    INSTANTS,
    MICRO,
    NOW,
    OVERFLOW,
    PHASE,
    READY,
    RECORDED,
    SOURCE_SPIKES,
    SPIKES,
    TRAIN,
    WAKES,
    ZERO,
)

DONE, PAUSED, SPIKED, FULL, ZERO_DELAY_LOOP, NOT_A_NUMBER, SILENT, YEAR_OVER = range(8)


def advance(
    program,
    state,
    deliver,
    drive,
    settle,
    due,
    plan,
    change,
    arrive,
    sweep,
    entry,
    emission,
    route,
    arrivals_at,
    zero_arrivals,
    keeps,
    prepare,
    next_chunk,
    change_currents,
    learn,
    note,
    heed,
    places,
    most_out,
    micro_limit,
    chunk,
    until,
    stop_at_spikes,
    budget,
):
    """Make all events before `until` happen. A status; the address at fault, if any, is in the counters.

    Parameters
    ----------
    deliver, drive, settle, due, plan, change : int64 (kinds,), addresses of adapters
    arrive, sweep, entry : int64 (rules,), addresses of what plastic synapses do (synapses.py)
    emission : int64 (kinds of generators,), addresses of how they emit (numerics/emission.py)
    route, arrivals_at, zero_arrivals, keeps, prepare, next_chunk, change_currents, learn, note, heed : addresses of router (`keep_rows`), `unstored`, background, `currents`, `plastic`
    places : int64 (N,), place of an address among the generators
    most_out : the largest number of projections that leave one population
    micro_limit : micro-steps of one instant before it counts as a loop without delay
    chunk : length of a chunk of drive events (ms), inf without drive
    stop_at_spikes : whether to return after an instant that had a spike
    budget : how much work to do before returning for a look at the world
    """
    # Helpers take the arrays they need and no more, so that one sees what they touch.
    fabric, queue, counters, clock = program.fabric, state.queue, state.counters, state.clock
    populations, of_address, constants, rows = fabric.populations, fabric.of_address, program.constants, state.rows
    wakes, place, fired = queue.wakes, queue.place, state.fired
    arrivals, attention, attended, spikes = state.arrivals, state.attention, state.attended, state.spikes
    calendar, patience = state.calendar, state.patience
    looking = populations, of_address, constants, rows, patience, calendar, wakes, place, fired
    receiving = fabric, queue, constants, rows, arrivals, state.scratch
    plastic, learning = program.plastic, state.learning
    events, flag = state.drive.events, state.drive.flag
    enough = work(counters) + budget
    n = -1  # arrivals to be delivered in this micro-step; -1: it has reached its emission
    while True:
        if counters[PHASE] == READY:
            arrival = next_arrival(queue.lanes, queue.rings, queue.slices, counters)
            t = min(arrival, wakes[0].time) if counters[WAKES] > 0 else arrival
            if counters[TRAIN] < state.train.size:
                t = min(t, state.train[counters[TRAIN]].time)
            t = min(t, clock[CHANGE])
            if chunk < math.inf:  # drive events before t, up to the first after which a neuron demands attention
                stop = min(t, until, calendar.span[EDGE]) if counters[FAR] > 0 else min(t, until)
                while drive_reaches(counters, chunk, stop):
                    if work(counters) >= enough:
                        clock[NOW] = max(clock[NOW], drive_done(events, counters, chunk))
                        return PAUSED
                    if counters[EVENT] == counters[EVENTS]:
                        call_chunk(next_chunk, (fabric, program.drives, state.drive, counters, chunk))
                    elif events[counters[EVENT]].time >= stop:
                        break
                    elif apply_drive(populations, of_address, constants, rows, events, flag, attention, attended, counters, drive, stop):
                        t = events[counters[EVENT] - 1].time
                        break
            if counters[FAR] > 0 and calendar.span[EDGE] <= t and calendar.span[EDGE] < until:
                if year_over(calendar, counters):
                    clock[NOW] = max(clock[NOW], calendar.span[EDGE])
                    return YEAR_OVER
                open_page(populations, of_address, constants, rows, patience, calendar, wakes, place, counters, plan)
                continue
            if not t < until:
                if until == math.inf:
                    return SILENT
                clock[NOW] = until
                return DONE
            clock[INSTANT] = t
            counters[INSTANTS] += 1
            counters[MICRO] = 0
            counters[INSTANT_SPIKES] = 0
            counters[FIRED] = 0
            counters[CURSOR] = 0
            counters[PHASE] = EMITTING
            if clock[CHANGE] == t:
                call_currents(change_currents, (program, state, change, t))
            emit_trains(state.train, fired, counters, t)
            if counters[WAKES] > 0 and wakes[0].time == t:
                look_at_due(*looking, counters, due, t, program.generators, program.table, state.draws, places, emission)
            if counters[FIRED] > 0 and counters[WAKES] > 0:  # likely the next to fire
                foresee(fabric, wakes[0].address)
            n = call_arrivals(arrivals_at, (fabric, queue, arrivals, counters, t)) if arrival == t else 0
        t = clock[INSTANT]
        if n >= 0:  # one place for all micro-steps: what is called from two is compiled twice
            if n > 0:
                deliver_arrivals(
                    *receiving, attention, attended, counters, deliver, prepare, plastic, learning, learn, arrive, sweep, heed, t, n
                )
            if chunk < math.inf and counters[MICRO] == 0:  # drive events at t itself come last
                after = math.nextafter(t, math.inf)
                while drive_reaches(counters, chunk, after):
                    if counters[EVENT] == counters[EVENTS]:
                        call_chunk(next_chunk, (fabric, program.drives, state.drive, counters, chunk))
                    elif events[counters[EVENT]].time >= after:
                        break
                    else:
                        apply_drive(populations, of_address, constants, rows, events, flag, attention, attended, counters, drive, after)
            if counters[ATTENDED] > 0:
                settle_attended(*looking, attention, attended, counters, settle, t)
            sort_addresses(fired, counters[FIRED])
            n = -1
        if counters[FAULT] >= 0:
            return NOT_A_NUMBER
        if not emit(
            fabric,
            queue,
            state.zero,
            fired,
            state.record,
            spikes,
            counters,
            route,
            keeps,
            plastic,
            learning,
            note,
            entry,
            sweep,
            t,
            most_out,
        ):
            return FULL
        if counters[ZERO] > 0:
            if counters[MICRO] >= micro_limit:
                return ZERO_DELAY_LOOP
            counters[MICRO] += 1
            n = call_zero(zero_arrivals, (queue.pool, arrivals, state.zero, counters))
            counters[FIRED] = 0
            counters[CURSOR] = 0
            continue
        counters[PHASE] = READY
        if stop_at_spikes and counters[INSTANT_SPIKES] > 0:
            clock[NOW] = math.nextafter(t, math.inf)
            return SPIKED
        if work(counters) >= enough:
            clock[NOW] = math.nextafter(t, math.inf)
            return PAUSED


def work(counters):
    """A measure of what has been done, for pauses."""
    return counters[DELIVERIES] + counters[DRIVE_EVENTS] + counters[CHANGES] + 20 * (counters[INSTANTS] + counters[CHUNK])


# -- 1 crossings and sources ------------------------------------------------------------------------------------------


def emit_trains(train, fired, counters, t):
    """Given spikes at t are emitted."""
    while counters[TRAIN] < train.size and train[counters[TRAIN]].time == t:
        fired[counters[FIRED]] = train[counters[TRAIN]].address
        counters[FIRED] += 1
        counters[TRAIN] += 1


def emit_generated(generators, table, draws, places, emission, wakes, place, fired, counters, t, address):
    """A generator emits at t; agree on its next emission."""
    fired[counters[FIRED]] = address
    counters[FIRED] += 1
    k = places[address]
    number = draws[k]
    draws[k] = number + 1
    later = call_emission(emission[generators[k].kind], (generators, table, k, t, number))
    set_wake(wakes, place, counters, address, later)


def look_at_due(
    populations,
    of_address,
    constants,
    rows,
    patience,
    calendar,
    wakes,
    place,
    fired,
    counters,
    due,
    t,
    generators,
    table,
    draws,
    places,
    emission,
):
    """Sources and neurons to be looked at now, at t."""
    while counters[WAKES] > 0 and wakes[0].time == t:
        address = wakes[0].address
        if populations[of_address[address]].kind < 0:
            emit_generated(generators, table, draws, places, emission, wakes, place, fired, counters, t, address)
        else:
            look_at(populations, of_address, constants, rows, patience, calendar, wakes, place, fired, counters, due, t, address)


def look_at(populations, of_address, constants, rows, patience, calendar, wakes, place, fired, counters, adapter, t, address):
    """Let `due` or `settle` look at a neuron; note its spike, and when to look again."""
    index = of_address[address]
    p = populations[index]
    j = address - p.first
    o = p.row + j * p.width
    outcome = call_look(adapter[p.kind], (t, rows, o, constants, p.constant + j * p.constant_stride, patience[index]))
    if outcome == NEURON_FIRED:
        fired[counters[FIRED]] = address
        counters[FIRED] += 1
    wake = rows[o + WAKE]
    if outcome == NOT_FINITE:
        counters[FAULT] = address
        wake = math.inf
    file_look(calendar, wakes, place, counters, address, wake)


# -- 2-3 deliveries ---------------------------------------------------------------------------------------------------


def deliver_arrivals(
    fabric,
    queue,
    constants,
    rows,
    arrivals,
    scratch,
    attention,
    attended,
    counters,
    deliver,
    prepare,
    plastic,
    learning,
    learn,
    arrive,
    sweep,
    heed,
    t,
    n,
):
    """Deliver the first n arrivals one after another, without a look at the threshold in between.

    Spikes of one source that arrive together are delivered by place in the row, then by spike.
    """
    projections, populations, room = fabric.projections, fabric.populations, queue.room
    k = 0
    while k < n:
        source, projection = arrivals[k].source, arrivals[k].projection
        same = 1
        while k + same < n and arrivals[k + same].source == source and arrivals[k + same].projection == projection:
            same += 1
        j = projections[projection]
        p = populations[j.post]
        target, target_at = fabric.target, 0
        weight, weight_at = fabric.weight, j.weight - j.first * j.weight_stride
        if j.procedure >= 0 or j.single != 0:
            target, target_at = room.target, -call_prepare(prepare, (fabric, queue, arrivals, k, same))
            if j.weight_stride != 0:
                weight, weight_at = room.weight, target_at
        begin, end = arrivals[k].begin, arrivals[k].end
        for i in range(k + 1, k + same):
            end = max(end, arrivals[i].end)
        step = end - begin if same == 1 else 1
        while begin < end:
            for i in range(k, k + same):
                if arrivals[i].begin <= begin < arrivals[i].end:
                    before = counters[ATTENDED]
                    weights, stride = weight[weight_at + begin * j.weight_stride :], j.weight_stride
                    if j.plastic >= 0:
                        call_learn(learn, (fabric, plastic, learning, room, counters, arrive, projection, begin, begin + step, t))
                        weights, stride = room.weight, 1
                    targets = target[target_at + begin : target_at + begin + step]
                    part = rows[p.row :], constants[p.constant :], p.constant_stride
                    slice_ = targets, weights, stride, j.port
                    flagged = call_deliver(deliver[p.kind], (t, *part, *slice_, scratch, attention, before))
                    counters[DELIVERIES] += step
                    if flagged > before:
                        attend(attention, attended, counters, p.first, flagged)
                    if p.modulator >= 0:
                        call_heed(heed, (fabric, plastic, learning, counters, sweep, rows, p.modulator, p.row, t))
            begin += step
        k += same


def attend(attention, attended, counters, first, flagged):
    """Put neurons, flagged by their index in a population, on the list of addresses to be settled, each once."""
    n = counters[ATTENDED]
    for k in range(n, flagged):
        address = first + attention[k]
        if attended[address] == 0:
            attended[address] = 1
            attention[n] = address
            n += 1
    counters[ATTENDED] = n


# -- background drive -------------------------------------------------------------------------------------------------


def drive_reaches(counters, chunk, stop):
    """Whether there may be a drive event before `stop`."""
    return counters[EVENT] < counters[EVENTS] or (counters[CHUNK] + 1) * chunk < stop


def drive_done(events, counters, chunk):
    """Time before which all drive events have been applied, ms."""
    if counters[EVENT] < counters[EVENTS]:
        return events[counters[EVENT]].time
    return (counters[CHUNK] + 1) * chunk


def apply_drive(populations, of_address, constants, rows, events, flag, attention, attended, counters, drive, stop):
    """Apply drive events before `stop` to neurons of one model, up to the first that demands attention; whether one did."""
    k = counters[EVENT]
    flag[0] = -1
    kind = populations[of_address[events[k].address]].kind
    reached = call_drive(drive[kind], (events, k, events[k].run_end, stop, rows, constants, flag))
    counters[DRIVE_EVENTS] += reached - k
    counters[EVENT] = reached
    if flag[0] < 0:
        return False
    attention[counters[ATTENDED]] = events[flag[0]].address
    attend(attention, attended, counters, 0, counters[ATTENDED] + 1)
    return True


# -- 4 threshold ------------------------------------------------------------------------------------------------------


def settle_attended(
    populations, of_address, constants, rows, patience, calendar, wakes, place, fired, attention, attended, counters, settle, t
):
    """Test each neuron on the list once."""
    for k in range(counters[ATTENDED]):
        attended[attention[k]] = 0
        look_at(populations, of_address, constants, rows, patience, calendar, wakes, place, fired, counters, settle, t, attention[k])
    counters[ATTENDED] = 0


def sort_addresses(fired, n):
    """Put the n spikes of a micro-step into order of address: Shell's sort."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            address = fired[i]
            k = i
            while k >= gap and fired[k - gap] > address:
                fired[k] = fired[k - gap]
                k -= gap
            fired[k] = address
        gap //= 3


# -- 5 emission -------------------------------------------------------------------------------------------------------


def emit(fabric, queue, zero, fired, record, spikes, counters, route, keeps, plastic, learning, note, entry, sweep, t, most_out):
    """Record the spikes of the micro-step and send them on; False where a buffer is full, to be called again."""
    while counters[CURSOR] < counters[FIRED]:
        if counters[RECORDED] >= spikes.size or counters[OVERFLOW] != 0:
            return False
        address = fired[counters[CURSOR]]
        if call_route(route, (fabric, queue, zero, counters, t, address, most_out, keeps)) == 0:
            return False
        counters[CURSOR] += 1
        counters[INSTANT_SPIKES] += 1
        if fabric.populations[fabric.of_address[address]].kind >= 0:
            counters[SPIKES] += 1
        else:
            counters[SOURCE_SPIKES] += 1
        if record[address]:
            spikes[counters[RECORDED]].time = t
            spikes[counters[RECORDED]].address = address
            counters[RECORDED] += 1
        if fabric.populations[fabric.of_address[address]].history_end > fabric.populations[fabric.of_address[address]].history:
            call_note(note, (fabric, plastic, learning, counters, entry, sweep, t, address))
    return learning.log.marks[COUNT] <= learning.log.marks[ENOUGH]
