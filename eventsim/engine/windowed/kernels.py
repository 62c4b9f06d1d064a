"""The windows of LIF populations: bound, accumulate, replay.

Between events x = v - v_inf of a neuron decays by one factor for all neurons of a population, so a window is three
sweeps over contiguous slices of synapses, whatever their order in time:

    1 excitation is added to `received`, each delivery decayed to the window's end                      `excite`
    2 a scan brings x forward and finds the neurons that may have reached threshold: the *hot* ones     `scan`
    3 inhibition is added to x, and what the hot neurons receive is collected                           `inhibit`, `collect`

Below threshold superposition holds, so the order of deliveries does not matter for neurons that are not hot. Hot ones
are replayed from the window's start with the model's own functions, delivery by delivery (replay.py): spikes come from
there alone. A neuron is hot when its x at the window's end, without inhibition, reaches the frame's limit: between
deliveries u = x exp(t/tau) is constant, so until the end T of the window x(t) <= max(0, x(T)) exp((T - t)/tau).

Nothing of the window's start is overwritten before all buffers are known to be large enough, so a window that does not
fit is left with FULL and begun again from its phase.
"""

import math

from ...numerics.prediction import next_emission
from ...numerics.propagators import relaxed, remaining
from ..compiled.background import draw_bin, sort_events
from ..compiled.queues import pop_lane, push_lane, set_wake
from ..compiled.state import (
    DELIVERIES,
    DRIVE_EVENTS,
    FAULT,
    FIRED,
    PHASE,
    QUEUE_PEAK,
    QUEUED,
    RECORDED,
    SOURCE_SPIKES,
    SPIKES,
    TRAIN,
    WAKES,
)
from .replay import replay_neuron
from .state import (
    ARRIVALS,
    COLLECTED,
    COLLECTIONS,
    DRIVEN,
    DRIVEN_EVENTS,
    EMIT,
    FIRINGS,
    FROM_SOURCES,
    GATHER,
    GROUPS,
    HOT,
    NEEDED,
    RECORDS,
    REPLAY,
    REPLAYED,
    RINGS,
    SHORT,
    SLICES,
    SOURCES,
    WINDOWS,
)

DONE, PAUSED, FULL, NOT_A_NUMBER = range(4)


def advance(program, frames, state, window, places, until, whole, budget):
    """Make windows happen while their ends are not after `until`; with `whole` False, the last one is cut at `until`.

    Returns a status; clock[0] is where the next window starts.
    """
    counters, clock, fabric = state.counters, state.clock, program.fabric
    enough = counters[DELIVERIES] + counters[DRIVE_EVENTS] + 1000 * counters[WINDOWS] + budget
    while True:
        begin = clock[0]
        if counters[PHASE] == SOURCES and counters[FIRED] == 0:
            first = next_event(program, state, counters)
            if first >= until:  # nothing can happen before: the windows up to there are empty
                edge = math.floor(until / window) * window if whole else until
                clock[0] = max(begin, edge)
                return DONE
            begin = max(begin, math.floor(first / window) * window)
            clock[0] = begin
        end = (math.floor(begin / window) + 1.0) * window
        if end > until:
            if whole or begin >= until:
                return DONE
            end = until
        status = step(program, frames, state, places, begin, end)
        if status != DONE:
            return status
        clock[0] = end
        if counters[DELIVERIES] + counters[DRIVE_EVENTS] + 1000 * counters[WINDOWS] >= enough:
            return PAUSED


def next_event(program, state, counters):
    """A time before which nothing happens, ms."""
    if program.drives.drives.size > 0:
        return state.clock[0]
    t = math.inf
    for lane in range(state.lanes.size):
        if state.lanes[lane].count > 0:
            t = min(t, state.rings[lane, state.lanes[lane].head].time)
    if counters[TRAIN] < state.train.size:
        t = min(t, state.train[counters[TRAIN]].time)
    if counters[WAKES] > 0:
        t = min(t, state.wakes[0].time)
    for p in range(state.ends.size):
        t = min(t, state.earliest[p])
        if state.ends[p].count > 0:
            population = program.fabric.populations[p]
            t = min(t, state.free[state.ending[population.first + state.ends[p].head]])
    return t


def short(counters, array, needed):
    """Note which array is too short; False."""
    counters[SHORT] = array
    counters[NEEDED] = needed
    return False


def step(program, frames, state, places, begin, end):
    """One window, from the phase in which it was left."""
    counters, fabric, fired = state.counters, program.fabric, state.fired
    if counters[PHASE] == SOURCES:
        if not emit_sources(program.poisson, state, counters, places, end):
            return FULL
        sort_spikes(fired, 0, counters[FIRED])
        if not send(fabric, state.lanes, state.rings, fired, counters, 0, fabric.lane_delay.size):
            return FULL
        counters[FROM_SOURCES] = counters[FIRED]
        counters[PHASE] = GATHER
    if counters[PHASE] == GATHER:
        if not make_room(program, state, counters, begin, end):
            return FULL
        gather(fabric, state.lanes, state.rings, state.slices, counters, end)
        integrate(program, frames, state, counters, end)
        counters[PHASE] = REPLAY
    if counters[PHASE] == REPLAY:
        counters[FIRED] = counters[FROM_SOURCES]
        for k in range(counters[HOT]):
            p = fabric.of_address[state.hot[k].address]
            at = counters[FIRED]
            n = replay_neuron(frames[p], state.hot, state.grouped, k, state.stands[p], begin, end, fired, at, fired.size - at)
            if n < 0:
                counters[FAULT] = state.hot[k].address
                return NOT_A_NUMBER
            if at + n > fired.size:
                short(counters, FIRINGS, at + n)
                return FULL
            counters[FIRED] = at + n
        sort_spikes(fired, counters[FROM_SOURCES], counters[FIRED])
        counters[PHASE] = EMIT
    if not send(fabric, state.lanes, state.rings, fired, counters, counters[FROM_SOURCES], 0):
        return FULL
    counters[FROM_SOURCES] = counters[FIRED]
    if counters[RECORDED] + counters[FIRED] > state.spikes.size:
        short(counters, RECORDS, counters[RECORDED] + counters[FIRED])
        return FULL
    commit(fabric, frames, state, counters, end)
    record(fabric, fired, state.record, state.spikes, counters)
    counters[FIRED] = 0
    counters[PHASE] = SOURCES
    return DONE


# -- spikes in and out -------------------------------------------------------------------------------------------------


def emit_sources(poisson, state, counters, places, end):
    """Sources emit what they emit before `end`; False where there is no room."""
    fired, train, wakes = state.fired, state.train, state.wakes
    while counters[TRAIN] < train.size and train[counters[TRAIN]].time < end:
        if counters[FIRED] >= fired.size:
            return short(counters, FIRINGS, counters[FIRED] + 1)
        fired[counters[FIRED]] = train[counters[TRAIN]]
        counters[FIRED] += 1
        counters[TRAIN] += 1
    while counters[WAKES] > 0 and wakes[0].time < end:
        if counters[FIRED] >= fired.size:
            return short(counters, FIRINGS, counters[FIRED] + 1)
        t, address = wakes[0].time, wakes[0].address
        fired[counters[FIRED]].time = t
        fired[counters[FIRED]].address = address
        counters[FIRED] += 1
        k = places[address]
        number = state.draws[k]
        state.draws[k] = number + 1
        later = next_emission(t, poisson[k].interval, poisson[k].key0, poisson[k].key1, number)
        set_wake(wakes, state.place, counters, address, later)
    return True


def send(fabric, lanes, rings, fired, counters, first, lane_of):
    """Put the spikes fired[first:] in flight, into the lanes from `lane_of` on; False, and nothing done, without room."""
    n = counters[FIRED] - first
    if n == 0:
        return True
    for lane in range(lanes.size):
        if lanes[lane].count + n > rings.shape[1]:
            return short(counters, RINGS, lanes[lane].count + n)
    for i in range(first, counters[FIRED]):
        t, source = fired[i].time, fired[i].address
        population = fabric.populations[fabric.of_address[source]]
        for lane in range(fabric.lane_delay.size):
            for k in range(population.out, population.out_end):
                j = fabric.projections[fabric.out[k]]
                if j.lane == lane and j.pre_first <= source < j.pre_first + j.pre_count:
                    push_lane(lanes, rings, counters, lane_of + lane, t + fabric.lane_delay[lane], source)
                    break
    counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])
    return True


def record(fabric, fired, wanted, spikes, counters):
    """Count the spikes of the window and record those that are wanted, in canonical order."""
    sort_spikes(fired, 0, counters[FIRED])
    for i in range(counters[FIRED]):
        address = fired[i].address
        if fabric.populations[fabric.of_address[address]].kind >= 0:
            counters[SPIKES] += 1
        else:
            counters[SOURCE_SPIKES] += 1
        if wanted[address]:
            spikes[counters[RECORDED]] = fired[i]
            counters[RECORDED] += 1


def sort_spikes(fired, first, end):
    """Put fired[first:end] into order of (time, address): Shell's sort."""
    n = end - first
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(first + gap, end):
            t, address = fired[i].time, fired[i].address
            k = i
            while k >= first + gap and (fired[k - gap].time > t or (fired[k - gap].time == t and fired[k - gap].address > address)):
                fired[k] = fired[k - gap]
                k -= gap
            fired[k].time = t
            fired[k].address = address
        gap //= 3


# -- what arrives ------------------------------------------------------------------------------------------------------


def make_room(program, state, counters, begin, end):
    """Draw the drive and count what the window delivers; False where buffers are too short, nothing being lost."""
    fabric = program.fabric
    if not draw_drive(fabric, program.drives, state.drive, state.driven, counters, begin, end):
        return False
    slices, deliveries = count_arrivals(fabric, state.lanes, state.rings, end)
    counters[ARRIVALS] = slices
    total = deliveries + counters[DRIVEN]
    if slices > state.slices.size:
        return short(counters, SLICES, slices)
    if total > state.collected.size:
        return short(counters, COLLECTIONS, total)
    if total > state.grouped.size:
        return short(counters, GROUPS, total)
    counters[DELIVERIES] += deliveries
    counters[DRIVE_EVENTS] += counters[DRIVEN]
    if total > 0:
        counters[WINDOWS] += 1
    return True


def count_arrivals(fabric, lanes, rings, end):
    """Number of slices that arrive before `end`, and of their synapses."""
    slices, synapses = 0, 0
    for lane in range(lanes.size):
        at = lanes[lane].head
        for _ in range(lanes[lane].count):
            if rings[lane, at].time >= end:
                break
            source = rings[lane, at].source
            population = fabric.populations[fabric.of_address[source]]
            for k in range(population.out, population.out_end):
                j = fabric.projections[fabric.out[k]]
                row = source - j.pre_first
                if j.lane == lane % fabric.lane_delay.size and 0 <= row < j.pre_count:
                    slices += 1
                    synapses += fabric.indptr[j.row + row + 1] - fabric.indptr[j.row + row]
            at = at + 1 if at + 1 < rings.shape[1] else 0
    return slices, synapses


def gather(fabric, lanes, rings, slices, counters, end):
    """Take all slices that arrive before `end` out of the lanes, in order of (time, source, projection)."""
    n = 0
    for lane in range(lanes.size):
        while lanes[lane].count > 0 and rings[lane, lanes[lane].head].time < end:
            t = rings[lane, lanes[lane].head].time
            source = pop_lane(lanes, rings, counters, lane)
            population = fabric.populations[fabric.of_address[source]]
            for k in range(population.out, population.out_end):
                projection = fabric.out[k]
                j = fabric.projections[projection]
                row = source - j.pre_first
                if j.lane == lane % fabric.lane_delay.size and 0 <= row < j.pre_count:
                    write_slice(slices, n, t, source, projection, fabric.indptr[j.row + row], fabric.indptr[j.row + row + 1])
                    n += 1
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            s = slices[i]
            t, source, projection, begin, stop = s.time, s.source, s.projection, s.begin, s.end
            k = i
            while k >= gap and comes_after(slices[k - gap], t, source, projection):
                slices[k] = slices[k - gap]
                k -= gap
            write_slice(slices, k, t, source, projection, begin, stop)
        gap //= 3


def comes_after(s, t, source, projection):
    """Whether a slice belongs behind the one of (t, source, projection)."""
    if s.time != t:
        return s.time > t
    if s.source != source:
        return s.source > source
    return s.projection > projection


def write_slice(slices, n, t, source, projection, begin, end):
    """Write slice number n."""
    slices[n].time = t
    slices[n].source = source
    slices[n].projection = projection
    slices[n].begin = begin
    slices[n].end = end


def draw_drive(fabric, drives, state, driven, counters, begin, end):
    """All drive events of the window, unsorted, drive by drive; False where there is no room."""
    counters[DRIVEN] = 0
    for d in range(drives.drives.size):
        drive = drives.drives[d]
        index = int(begin // drive.bin)
        own = state.bins[d]
        if drive.bin < end - begin:  # several bins in a window: their order in time does not matter
            while index * drive.bin < end:
                n = draw_bin(drives, d, index, state.scratch, 0, state.words)
                if not take(fabric, drives, state.scratch, 0, n, driven, counters, begin, end):
                    return False
                index += 1
            continue
        while index * drive.bin < end:
            if own.index != index:
                own.index = index
                own.cursor = 0
                own.count = draw_bin(drives, d, index, state.scratch, 0, state.words)
                sort_events(index * drive.bin, drive.bin, own.count, state.scratch, state.bin_events[own.first :], state.buckets)
            while own.cursor < own.count and state.bin_events[own.first + own.cursor].time < begin:
                own.cursor += 1
            until = own.cursor
            while until < own.count and state.bin_events[own.first + until].time < end:
                until += 1
            if not take(fabric, drives, state.bin_events, own.first + own.cursor, own.first + until, driven, counters, begin, end):
                return False
            index += 1
    return True


def take(fabric, drives, events, first, stop, driven, counters, begin, end):
    """Add those of events[first:stop] that lie in the window; False where there is no room."""
    if counters[DRIVEN] + stop - first > driven.size:
        return short(counters, DRIVEN_EVENTS, counters[DRIVEN] + stop - first)
    n = counters[DRIVEN]
    for i in range(first, stop):
        event = events[i]
        if not begin <= event.time < end:
            continue
        drive = drives.drives[event.drive]
        if drive.first_target >= 0:
            target = drive.first_target + event.member - drive.member
            weight = drive.weight
        else:
            target = drives.members[event.member].target
            weight = drives.members[event.member].weight
        driven[n].time = event.time
        driven[n].address = fabric.populations[drive.population].first + target
        driven[n].weight = weight
        n += 1
    counters[DRIVEN] = n
    return True


# -- the three sweeps --------------------------------------------------------------------------------------------------


def integrate(program, frames, state, counters, end):
    """Bring all populations that have anything to do to the window's end, but for the hot neurons, which are collected."""
    fabric, slices, driven = program.fabric, state.slices, state.driven
    hot, slot = state.hot, state.slot
    counters[HOT] = 0
    for p in range(frames.size):
        frame = frames[p]
        if frame.kind < 0:
            continue
        first, stop = frame.first, frame.first + frame.count
        busy = False
        for i in range(counters[ARRIVALS]):
            busy |= fabric.projections[slices[i].projection].post == p
        for i in range(counters[DRIVEN]):
            if first <= driven[i].address < stop:
                busy = True
                break
        before = counters[HOT]
        end_refractoriness(frame, state, counters, p, end)
        if not busy and counters[HOT] == before and state.earliest[p] >= end:
            continue
        state.moved[p] = 1
        for i in range(counters[ARRIVALS]):
            j = fabric.projections[slices[i].projection]
            if j.post == p:
                z = (end - slices[i].time) / frame.tau
                sweep(slices[i], j, fabric, state.received[first:stop], remaining(z, relaxed(z)), 1.0)
        sweep_driven(driven, counters[DRIVEN], frame, end, state.received, 1.0)
        z = (end - state.stands[p]) / frame.tau
        scan(frame, state.x, state.received, remaining(z, relaxed(z)), hot, slot, state.free, counters)
        for i in range(counters[ARRIVALS]):
            j = fabric.projections[slices[i].projection]
            if j.post == p:
                z = (end - slices[i].time) / frame.tau
                sweep(slices[i], j, fabric, state.x[first:stop], remaining(z, relaxed(z)), -1.0)
        sweep_driven(driven, counters[DRIVEN], frame, end, state.x, -1.0)
        state.earliest[p] = end if busy and frame.v_inf > frame.v_thresh else next_by_itself(frame, state.x, end)
    counters[COLLECTED] = 0
    if counters[HOT] > 0:
        collect(fabric, state, counters)
        group(hot, counters[HOT], state.collected, counters[COLLECTED], state.grouped)


def end_refractoriness(frame, state, counters, p, end):
    """Neurons whose refractoriness ends before `end` are hot."""
    ends, first = state.ends, frame.first
    while ends[p].count > 0:
        address = state.ending[first + ends[p].head]
        if state.free[address] >= end:
            break
        ends[p].head = ends[p].head + 1 if ends[p].head + 1 < frame.count else 0
        ends[p].count -= 1
        make_hot(state.hot, state.slot, counters, address, -math.inf, state.free[address])
        state.hot[counters[HOT] - 1].held = state.held[address]


def make_hot(hot, slot, counters, address, x, free):
    """Put a neuron on the list of those to be replayed."""
    k = counters[HOT]
    counters[HOT] = k + 1
    slot[address] = k
    hot[k].address = address
    hot[k].x = x
    hot[k].free = free
    hot[k].held = 0.0


def sweep(piece, j, fabric, onto, decay, sign):
    """Add the deliveries of one sign of a slice, decayed to the window's end."""
    target = fabric.target[piece.begin : piece.end]
    if j.weight_stride == 0:
        w = fabric.weight[j.weight] * decay
        if w * sign > 0.0:
            for k in range(target.size):
                onto[target[k]] += w
        return
    weight = fabric.weight[j.weight + piece.begin - j.first : j.weight + piece.end - j.first]
    for k in range(target.size):
        w = weight[k]
        onto[target[k]] += decay * (w if w * sign > 0.0 else 0.0)


def sweep_driven(driven, n, frame, end, onto, sign):
    """The same for drive events."""
    first, stop = frame.first, frame.first + frame.count
    for i in range(n):
        address, w = driven[i].address, driven[i].weight
        if w * sign > 0.0 and first <= address < stop:
            z = (end - driven[i].time) / frame.tau
            onto[address] += w * (1.0 - relaxed(z))


def scan(frame, x, received, decay, hot, slot, free, counters):
    """Bring x to the window's end, excitation included; neurons at the limit are hot."""
    limit = frame.limit
    for address in range(frame.first, frame.first + frame.count):
        after = x[address] * decay + received[address]
        received[address] = 0.0
        if not after < limit:
            make_hot(hot, slot, counters, address, x[address], free[address])
        x[address] = after


def next_by_itself(frame, x, end):
    """A time before which no neuron of a population reaches threshold by itself, ms."""
    distance = frame.v_thresh - frame.v_inf
    if distance >= 0.0:
        return math.inf
    highest = -math.inf
    for address in range(frame.first, frame.first + frame.count):
        highest = max(highest, x[address])
    if highest == -math.inf:
        return math.inf
    if highest >= distance:
        return end
    return end + frame.tau * math.log(highest / distance) * (1.0 - 2.0**-20)


def collect(fabric, state, counters):
    """What hot neurons receive: recurrent deliveries in canonical order, then drive events."""
    collected, slot, n = state.collected, state.slot, 0
    for i in range(counters[ARRIVALS]):
        piece = state.slices[i]
        j = fabric.projections[piece.projection]
        first = fabric.populations[j.post].first
        for k in range(piece.begin, piece.end):
            s = slot[first + fabric.target[k]]
            if s >= 0:
                collected[n].slot = s
                collected[n].time = piece.time
                collected[n].weight = fabric.weight[j.weight + (k - j.first) * j.weight_stride]
                n += 1
    for i in range(counters[DRIVEN]):
        s = slot[state.driven[i].address]
        if s >= 0:
            collected[n].slot = s
            collected[n].time = state.driven[i].time
            collected[n].weight = state.driven[i].weight
            n += 1
    counters[COLLECTED] = n


def group(hot, n_hot, collected, n, grouped):
    """Sort what was collected by neuron and time, keeping the order of equal ones."""
    for k in range(n_hot + 1):
        hot[k].begin = 0
    for i in range(n):
        hot[collected[i].slot].begin += 1
    total = 0
    for k in range(n_hot + 1):
        count = hot[k].begin
        hot[k].begin = total
        total += count
    for i in range(n):
        k = collected[i].slot
        grouped[hot[k].begin] = collected[i]
        hot[k].begin += 1
    for k in range(n_hot, 0, -1):  # each now points behind its last: the beginning of the next
        hot[k].begin = hot[k - 1].begin
    hot[0].begin = 0
    for k in range(n_hot):
        for i in range(hot[k].begin + 1, hot[k + 1].begin):
            t, w = grouped[i].time, grouped[i].weight
            at = i
            while at > hot[k].begin and grouped[at - 1].time > t:
                grouped[at] = grouped[at - 1]
                at -= 1
            grouped[at].time = t
            grouped[at].weight = w


def commit(fabric, frames, state, counters, end):
    """Take over what the replay found, and where the populations stand."""
    for p in range(frames.size):
        if state.moved[p]:
            state.stands[p] = end
            state.moved[p] = 0
    for k in range(counters[HOT]):
        neuron = state.hot[k]
        state.x[neuron.address] = neuron.after
        state.free[neuron.address] = neuron.after_free
        state.held[neuron.address] = neuron.after_held
    for i in range(counters[FIRED]):
        address = state.fired[i].address
        p = fabric.of_address[address]
        if frames[p].kind >= 0 and state.x[address] == -math.inf and state.fired[i].time + frames[p].t_ref == state.free[address]:
            at = state.ends[p].head + state.ends[p].count
            state.ending[frames[p].first + (at if at < frames[p].count else at - frames[p].count)] = address
            state.ends[p].count += 1
    for k in range(counters[HOT]):
        address = state.hot[k].address
        state.slot[address] = -1
        p = fabric.of_address[address]
        if frames[p].v_inf > frames[p].v_thresh:
            state.earliest[p] = end
    counters[REPLAYED] += counters[HOT]
    counters[HOT] = 0
