"""The event loop of the compiled engine. It knows no model: it calls adapters through tables indexed by kind.

`advance` is resumable: it returns a status, and Python makes room or raises and may call it again. The instant in
work (docs/semantics.md, "What happens at one instant") goes through

    1 crossings and sources    `begin_instant`
    2-3 deliveries             `arrivals_at` and `deliver_arrivals`, `drive_at`
                               (ends of refractoriness need no event: states are brought forward when needed)
    4 threshold                `settle_attended`
    5 emission, zero delay     `emit`; what it delivers without delay is the next micro-step

and may be left only within `emit`, whose place is kept in the counters. The router (`route`, `arrivals_at`,
`zero_arrivals`) and the background (`next_chunk`) come in as functions, as the adapters do: they are compiled by themselves.
"""

import math

from ...lowering.program import POISSON, WAKE
from ...numerics.prediction import next_emission
from .adapters import FIRED as NEURON_FIRED
from .adapters import NOT_FINITE
from .queues import next_time, set_wake
from .state import (
    ATTENDED,
    CHUNK,
    CURSOR,
    DELIVERIES,
    DRIVE_EVENTS,
    EMITTING,
    EVENT,
    EVENTS,
    FAULT,
    FIRED,
    INSTANT,
    INSTANT_SPIKES,
    INSTANTS,
    MICRO,
    NOW,
    PHASE,
    READY,
    RECORDED,
    SOURCE_SPIKES,
    SPIKES,
    TRAIN,
    WAKES,
)

DONE, PAUSED, SPIKED, FULL, ZERO_DELAY_LOOP, NOT_A_NUMBER, SILENT = range(7)


def advance(
    program,
    state,
    deliver,
    drive,
    settle,
    due,
    route,
    arrivals_at,
    zero_arrivals,
    next_chunk,
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
    deliver, drive, settle, due : tuples of adapters by kind
    route, arrivals_at, zero_arrivals, next_chunk : router and background, each in a tuple of one, so that it is a pointer
    places : int64 (N,), place of an address among the Poisson sources
    most_out : the largest number of projections that leave one population
    micro_limit : micro-steps of one instant before it counts as a loop without delay
    chunk : length of a chunk of drive events (ms), inf without drive
    stop_at_spikes : whether to return after an instant that had a spike
    budget : how much work to do before returning for a look at the world
    """
    fabric, queue, counters, clock, rows = program.fabric, state.queue, state.counters, state.clock, state.rows
    enough = work(counters) + budget
    while True:
        if counters[PHASE] == READY:
            t = next_time(queue.lanes, queue.rings, queue.slices, queue.wakes, counters)
            if counters[TRAIN] < state.train.size:
                t = min(t, state.train[counters[TRAIN]].time)
            if chunk < math.inf:
                t = min(t, run_drive(program, state, drive, next_chunk, chunk, min(t, until)))
            if not t < until:
                if until == math.inf:
                    return SILENT
                clock[NOW] = until
                return DONE
            clock[INSTANT] = t
            counters[INSTANTS] += 1
            counters[MICRO] = 0
            counters[INSTANT_SPIKES] = 0
            begin_instant(program, state, due, places, t)
            n = arrivals_at[0](fabric, queue, state.arrivals, counters, t)
            deliver_arrivals(program, state, deliver, t, n)
            if chunk < math.inf:
                drive_at(program, state, drive, next_chunk, chunk, t)
            settle_attended(program, state, settle, t)
        t = clock[INSTANT]
        if counters[FAULT] >= 0:
            return NOT_A_NUMBER
        if not emit(program, state, route, t, most_out):
            return FULL
        n = zero_arrivals[0](state.arrivals, state.zero, counters)
        if n > 0:
            counters[MICRO] += 1
            if counters[MICRO] > micro_limit:
                return ZERO_DELAY_LOOP
            counters[FIRED] = 0
            counters[CURSOR] = 0
            deliver_arrivals(program, state, deliver, t, n)
            settle_attended(program, state, settle, t)
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
    return counters[DELIVERIES] + counters[DRIVE_EVENTS] + 20 * counters[INSTANTS]


# -- 1 crossings and sources ------------------------------------------------------------------------------------------


def begin_instant(program, state, due, places, t):
    """Everything that was agreed to be looked at now: crossings fire, sources emit."""
    counters, wakes, place, train, fired = state.counters, state.queue.wakes, state.queue.place, state.train, state.fired
    fabric = program.fabric
    counters[FIRED] = 0
    counters[CURSOR] = 0
    counters[PHASE] = EMITTING
    while counters[TRAIN] < train.size and train[counters[TRAIN]].time == t:
        fired[counters[FIRED]] = train[counters[TRAIN]].address
        counters[FIRED] += 1
        counters[TRAIN] += 1
    while counters[WAKES] > 0 and wakes[0].time == t:
        address = wakes[0].address
        if fabric.populations[fabric.of_address[address]].kind == POISSON:
            fired[counters[FIRED]] = address
            counters[FIRED] += 1
            source = program.poisson[places[address]]
            number = state.draws[places[address]]
            state.draws[places[address]] = number + 1
            later = next_emission(t, source.interval, source.key0, source.key1, number)
            set_wake(wakes, place, counters, address, later)
        else:
            look_at(program, state, due, t, address)


def look_at(program, state, adapter, t, address):
    """Let `due` or `settle` look at a neuron; note its spike, and when to look again."""
    counters = state.counters
    p = program.fabric.populations[program.fabric.of_address[address]]
    j = address - p.first
    o = p.row + j * p.width
    outcome = adapter[p.kind](t, state.rows, o, program.constants, p.constant + j * p.constant_stride)
    if outcome == NEURON_FIRED:
        state.fired[counters[FIRED]] = address
        counters[FIRED] += 1
    wake = state.rows[o + WAKE]
    if outcome == NOT_FINITE:
        counters[FAULT] = address
        wake = math.inf
    set_wake(state.queue.wakes, state.queue.place, counters, address, wake)


# -- 2-3 deliveries ---------------------------------------------------------------------------------------------------


def deliver_arrivals(program, state, deliver, t, n):
    """Deliver the first n arrivals one after another, without a look at the threshold in between.

    Spikes of one source that arrive together are delivered by place in the row, then by spike.
    """
    arrivals = state.arrivals
    k = 0
    while k < n:
        first = arrivals[k]
        same = 1
        end = first.end
        while k + same < n and arrivals[k + same].source == first.source and arrivals[k + same].projection == first.projection:
            end = max(end, arrivals[k + same].end)
            same += 1
        begin = first.begin
        step = end - begin if same == 1 else 1
        while begin < end:
            for i in range(k, k + same):
                if arrivals[i].begin <= begin < arrivals[i].end:
                    deliver_slice(program, state, deliver, t, first.projection, begin, begin + step)
            begin += step
        k += same


def deliver_slice(program, state, deliver, t, projection, begin, end):
    """Deliver the synapses begin..end of a projection, and put those neurons on the list that demand attention."""
    fabric, counters, attention, attended = program.fabric, state.counters, state.attention, state.attended
    j = fabric.projections[projection]
    p = fabric.populations[j.post]
    n = counters[ATTENDED]
    flagged = deliver[p.kind](
        t,
        state.rows[p.row :],
        program.constants[p.constant :],
        p.constant_stride,
        fabric.target[begin:end],
        fabric.weight[j.weight + (begin - j.first) * j.weight_stride :],
        j.weight_stride,
        j.port,
        attention,
        n,
    )
    counters[DELIVERIES] += end - begin
    for k in range(n, flagged):
        address = p.first + attention[k]
        if attended[address] == 0:
            attended[address] = 1
            attention[n] = address
            n += 1
    counters[ATTENDED] = n


# -- background drive -------------------------------------------------------------------------------------------------


def run_drive(program, state, drive, next_chunk, chunk, stop):
    """Apply drive events before `stop`, up to the first after which a neuron demands attention; its time, or inf."""
    counters, events = state.counters, state.drive.events
    while True:
        k = counters[EVENT]
        if k == counters[EVENTS]:
            if (counters[CHUNK] + 1) * chunk >= stop:
                return math.inf
            next_chunk[0](program.fabric, program.drives, state.drive, counters, chunk)
        elif events[k].time >= stop:
            return math.inf
        elif apply_drive(program, state, drive, k, events[k].run_end, stop):
            return events[counters[EVENT] - 1].time


def drive_at(program, state, drive, next_chunk, chunk, t):
    """Apply the drive events at t itself."""
    counters, events = state.counters, state.drive.events
    while True:
        k = counters[EVENT]
        if k == counters[EVENTS]:
            if (counters[CHUNK] + 1) * chunk > t:
                return
            next_chunk[0](program.fabric, program.drives, state.drive, counters, chunk)
        elif events[k].time > t:
            return
        else:
            apply_drive(program, state, drive, k, k + 1, math.inf)


def apply_drive(program, state, drive, k, end, stop):
    """Apply drive events k..end before `stop`, up to the first that demands attention; whether one did."""
    counters, events, flag, fabric = state.counters, state.drive.events, state.drive.flag, program.fabric
    flag[0] = -1
    kind = fabric.populations[fabric.of_address[events[k].address]].kind
    reached = drive[kind](events, k, end, stop, state.rows, program.constants, flag)
    counters[DRIVE_EVENTS] += reached - k
    counters[EVENT] = reached
    if flag[0] < 0:
        return False
    address = events[flag[0]].address
    if state.attended[address] == 0:
        state.attended[address] = 1
        state.attention[counters[ATTENDED]] = address
        counters[ATTENDED] += 1
    return True


# -- 4 threshold ------------------------------------------------------------------------------------------------------


def settle_attended(program, state, settle, t):
    """Test each neuron on the list once, and put the spikes of the micro-step into order of address (Shell's sort)."""
    counters, fired = state.counters, state.fired
    for k in range(counters[ATTENDED]):
        address = state.attention[k]
        state.attended[address] = 0
        look_at(program, state, settle, t, address)
    counters[ATTENDED] = 0
    n = counters[FIRED]
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


def emit(program, state, route, t, most_out):
    """Record the spikes of the micro-step and send them on; False where a buffer is full, to be called again."""
    counters, fabric, spikes = state.counters, program.fabric, state.spikes
    while counters[CURSOR] < counters[FIRED]:
        if counters[RECORDED] >= spikes.size:
            return False
        address = state.fired[counters[CURSOR]]
        if not route[0](fabric, state.queue, state.zero, counters, t, address, most_out):
            return False
        counters[CURSOR] += 1
        counters[INSTANT_SPIKES] += 1
        if fabric.populations[fabric.of_address[address]].kind >= 0:
            counters[SPIKES] += 1
        else:
            counters[SOURCE_SPIKES] += 1
        if state.record[address]:
            spikes[counters[RECORDED]].time = t
            spikes[counters[RECORDED]].address = address
            counters[RECORDED] += 1
    return True
