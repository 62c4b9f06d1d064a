"""The event loop of the compiled engine. It knows no model: it calls adapters through tables indexed by kind.

`advance` is resumable: it returns a status, and Python makes room or raises and may call it again. The instant in
work (docs/semantics.md, "What happens at one instant") goes through

    1 crossings and sources    `begin_instant`
    2-3 deliveries             `deliver_arrivals`, `drive_at`     (ends of refractoriness need no event: states are lazy)
    4 threshold                `settle_attended`
    5 emission, zero delay     `emit`; what it delivers without delay is the next micro-step

and may be left only within `emit`, whose place is kept in the counters.
"""

import math

from ...aer.router import add_arrival, arrivals_at, has_room, route, sort_arrivals
from ...lowering.program import POISSON, WAKE
from ...numerics.prediction import next_emission
from .adapters import FIRED, NOT_FINITE
from .background import chunk_length, next_chunk
from .queues import next_time, remove_wake, set_wake
from .state import (
    ATTENDED,
    CHUNK,
    CURSOR,
    DELIVERIES,
    DRIVE_EVENTS,
    EMITTING,
    EVENT,
    EVENT_COUNT_,
    FAULT,
    FIRED_COUNT,
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
    ZERO_COUNT,
)

DONE, PAUSED, SPIKED, FULL, ZERO_DELAY_LOOP, NOT_A_NUMBER, SILENT = range(7)


def advance(program, state, deliver, drive, settle, due, places, most_out, micro_limit, until, stop_at_spikes, budget):
    """Make all events before `until` happen. A status; the address at fault, if any, is in the counters.

    deliver, drive, settle, due : adapters of the models, by kind
    places : int64 (N,), place of an address among the Poisson sources
    most_out : the largest number of projections that leave one population
    micro_limit : micro-steps of one instant before it counts as a loop without delay
    stop_at_spikes : whether to return after an instant that had a spike
    budget : how much work to do before returning for a look at the world
    """
    counters, clock = state.counters, state.clock
    enough = work(counters) + budget
    while True:
        if counters[PHASE] == READY:
            t = next_instant(program, state, drive, until)
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
            n = arrivals_at(program.populations, program.synapses, state.lanes, state.slices, state.arrivals, counters, t)
            deliver_arrivals(program, state, deliver, t, n)
            drive_at(program, state, drive, t)
            settle_attended(program, state, settle, t)
        t = clock[INSTANT]
        if counters[FAULT] >= 0:
            return NOT_A_NUMBER
        if not emit(program, state, t, most_out):
            return FULL
        n = counters[ZERO_COUNT]
        if n > 0:
            if counters[MICRO] >= micro_limit:
                return ZERO_DELAY_LOOP
            counters[MICRO] += 1
            take_zero_delay(state, n)
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


def next_instant(program, state, drive, until):
    """Time of the next event; drive events before it that have no consequence are applied on the way."""
    counters = state.counters
    t = next_time(state.lanes, state.slices, state.wakes, counters)
    if counters[TRAIN] < state.train_time.size:
        t = min(t, state.train_time[counters[TRAIN]])
    if program.drives.bin.size > 0:
        t = min(t, run_drive(program, state, drive, min(t, until)))
    return t


# -- 1 crossings and sources ------------------------------------------------------------------------------------------


def begin_instant(program, state, due, places, t):
    """Everything that was agreed to be looked at now: crossings fire, sources emit."""
    counters, wakes = state.counters, state.wakes
    counters[FIRED_COUNT] = 0
    counters[CURSOR] = 0
    counters[ZERO_COUNT] = 0
    counters[PHASE] = EMITTING
    while counters[TRAIN] < state.train_time.size and state.train_time[counters[TRAIN]] == t:
        add_fired(state, state.train_address[counters[TRAIN]])
        counters[TRAIN] += 1
    while counters[WAKES] > 0 and wakes.time[0] == t:
        address = wakes.address[0]
        if program.populations.kind[program.populations.of_address[address]] == POISSON:
            add_fired(state, address)
            wake_poisson(program, state, places[address], t)
        else:
            attend_neuron(program, state, due, t, address)


def wake_poisson(program, state, source, t):
    """Agree on the next emission of a Poisson source, the last one being at t."""
    sources = program.sources
    number = state.draws[source]
    key = sources.poisson_key[source]
    state.draws[source] = number + 1
    later = next_emission(t, sources.poisson_interval[source], key[0], key[1], number)
    set_wake(state.wakes, state.counters, sources.poisson_address[source], later)


def attend_neuron(program, state, adapter, t, address):
    """Let `due` or `settle` look at a neuron; note its spike or when to look again."""
    populations = program.populations
    p = populations.of_address[address]
    j = address - populations.first[p]
    o = populations.row[p] + j * populations.width[p]
    co = populations.constant[p] + j * populations.constant_stride[p]
    outcome = adapter[populations.kind[p]](t, state.rows, o, program.constants, co)
    if outcome == FIRED:
        add_fired(state, address)
    elif outcome == NOT_FINITE:
        state.counters[FAULT] = address
        if state.wakes.place[address] >= 0:
            remove_wake(state.wakes, state.counters, state.wakes.place[address])
        return
    set_wake(state.wakes, state.counters, address, state.rows[o + WAKE])


def add_fired(state, address):
    """Note a spike of the micro-step in work."""
    state.fired[state.counters[FIRED_COUNT]] = address
    state.counters[FIRED_COUNT] += 1


# -- 2-3 deliveries ---------------------------------------------------------------------------------------------------


def deliver_arrivals(program, state, deliver, t, n):
    """Deliver the first n arrivals one after another, without a look at the threshold in between."""
    arrivals = state.arrivals
    k = 0
    while k < n:
        same = 1
        while (
            k + same < n
            and arrivals.source[k + same] == arrivals.source[k]
            and arrivals.projection[k + same] == arrivals.projection[k]
            and arrivals.begin[k + same] < arrivals.end[k]
        ):
            same += 1
        if same == 1:
            deliver_slice(program, state, deliver, t, arrivals.projection[k], arrivals.begin[k], arrivals.end[k])
        else:
            deliver_interleaved(program, state, deliver, t, k, same)
        k += same


def deliver_interleaved(program, state, deliver, t, first, n):
    """Several spikes of one source that arrive together: by place in the row, then by spike."""
    arrivals = state.arrivals
    end = arrivals.end[first]
    for k in range(first, first + n):
        end = max(end, arrivals.end[k])
    for place in range(arrivals.begin[first], end):
        for k in range(first, first + n):
            if arrivals.begin[k] <= place < arrivals.end[k]:
                deliver_slice(program, state, deliver, t, arrivals.projection[first], place, place + 1)


def deliver_slice(program, state, deliver, t, projection, begin, end):
    """Deliver the synapses begin..end of a projection."""
    populations, synapses, counters = program.populations, program.synapses, state.counters
    p = synapses.post[projection]
    stride = synapses.weight_stride[projection]
    weight = synapses.weight_first[projection] + (begin - synapses.first[projection]) * stride
    before = counters[ATTENDED]
    n = deliver[populations.kind[p]](
        t,
        state.rows[populations.row[p] :],
        program.constants[populations.constant[p] :],
        populations.constant_stride[p],
        synapses.target[begin:end],
        synapses.weight[weight:],
        stride,
        synapses.port[projection],
        state.attention,
        before,
    )
    counters[DELIVERIES] += end - begin
    for k in range(before, n):
        attend(state, populations.first[p] + state.attention[k])


def attend(state, address):
    """Put a neuron on the list of those to be settled, once."""
    if state.attended[address] == 0:
        state.attended[address] = 1
        state.attention[state.counters[ATTENDED]] = address
        state.counters[ATTENDED] += 1


# -- background drive -------------------------------------------------------------------------------------------------


def run_drive(program, state, drive, stop):
    """Apply drive events before `stop`, up to the first after which a neuron demands attention; its time, or inf."""
    events = state.drive
    while drive_reaches(program, state, stop):
        k = state.counters[EVENT]
        if events.time[k] >= stop:
            break
        if apply_drive(program, state, drive, k, events.run_end[k], stop):
            return events.time[state.counters[EVENT] - 1]
    return math.inf


def drive_at(program, state, drive, t):
    """Apply the drive events at t itself."""
    if program.drives.bin.size == 0:
        return
    after = math.nextafter(t, math.inf)
    while drive_reaches(program, state, after):
        k = state.counters[EVENT]
        if state.drive.time[k] >= after:
            break
        apply_drive(program, state, drive, k, k + 1, after)


def drive_reaches(program, state, stop):
    """Lay out chunks until there is an event to come, or none before `stop` is possible."""
    counters = state.counters
    while counters[EVENT] == counters[EVENT_COUNT_]:
        if (counters[CHUNK] + 1) * chunk_length(program.drives) >= stop:
            return False
        next_chunk(program.populations, program.drives, state.drive, counters)
    return True


def apply_drive(program, state, drive, k, end, stop):
    """Apply drive events k..end before `stop`, up to the first that demands attention; whether one did."""
    counters, events = state.counters, state.drive
    kind = program.populations.kind[program.populations.of_address[events.address[k]]]
    state.flag[0] = -1
    reached = drive[kind](
        events.time,
        events.row,
        events.constant,
        events.weight,
        events.port,
        k,
        end,
        stop,
        state.rows,
        program.constants,
        state.flag,
    )
    counters[DRIVE_EVENTS] += reached - k
    counters[EVENT] = reached
    if state.flag[0] < 0:
        return False
    attend(state, events.address[state.flag[0]])
    return True


# -- 4 threshold ------------------------------------------------------------------------------------------------------


def settle_attended(program, state, settle, t):
    """Test each neuron on the list once, and put the spikes of the micro-step into order of address."""
    counters = state.counters
    for k in range(counters[ATTENDED]):
        address = state.attention[k]
        state.attended[address] = 0
        attend_neuron(program, state, settle, t, address)
    counters[ATTENDED] = 0
    sort_addresses(state.fired, counters[FIRED_COUNT])


def sort_addresses(addresses, n):
    """Shell's sort."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            address = addresses[i]
            k = i
            while k >= gap and addresses[k - gap] > address:
                addresses[k] = addresses[k - gap]
                k -= gap
            addresses[k] = address
        gap //= 3


# -- 5 emission -------------------------------------------------------------------------------------------------------


def emit(program, state, t, most_out):
    """Record the spikes of the micro-step and send them on; False where a buffer is full, to be called again."""
    counters, populations = state.counters, program.populations
    while counters[CURSOR] < counters[FIRED_COUNT]:
        if counters[RECORDED] >= state.spike_time.size:
            return False
        if not has_room(state.lanes, state.slices, state.zero, counters, most_out):
            return False
        address = state.fired[counters[CURSOR]]
        counters[CURSOR] += 1
        counters[INSTANT_SPIKES] += 1
        if populations.kind[populations.of_address[address]] >= 0:
            counters[SPIKES] += 1
        else:
            counters[SOURCE_SPIKES] += 1
        if state.record[address]:
            state.spike_time[counters[RECORDED]] = t
            state.spike_address[counters[RECORDED]] = address
            counters[RECORDED] += 1
        route(populations, program.synapses, state.lanes, state.slices, state.zero, counters, t, address)
    return True


def take_zero_delay(state, n):
    """What is delivered without delay becomes the arrivals of the next micro-step."""
    zero, arrivals, counters = state.zero, state.arrivals, state.counters
    for k in range(n):
        add_arrival(arrivals, k, zero.source[k], zero.projection[k], zero.begin[k], zero.end[k])
    sort_arrivals(arrivals, n)
    counters[ZERO_COUNT] = 0
    counters[FIRED_COUNT] = 0
    counters[CURSOR] = 0
