"""Spikes on their way through the windows: out of sources, into lanes, out of them as slices; and the drive's events."""

import math

from ...aer.router import delay_of, row_of
from ...lowering.program import NO_LANE
from ...numerics.prediction import next_emission
from ..compiled.background import draw_bin, sort_events
from ..compiled.queues import pop_lane, push_lane, set_wake
from ..compiled.state import DELIVERIES, DRIVE_EVENTS, FIRED, QUEUE_PEAK, QUEUED, RECORDED, SOURCE_SPIKES, SPIKES, TRAIN, WAKES
from .state import (
    ARRIVALS,
    COLLECTIONS,
    DRIVEN,
    DRIVEN_EVENTS,
    FIRINGS,
    FLIGHTS,
    GROUPS,
    IN_FLIGHT,
    NEEDED,
    NEXT_OWN,
    RINGS,
    SHORT,
    SLICES,
    WINDOWS,
)


def short(counters, array, needed):
    """Note which array is too short; False."""
    counters[SHORT] = array
    counters[NEEDED] = needed
    return False


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


def send(fabric, lanes, rings, flights, clock, fired, counters, first, lane_of):
    """Put the spikes fired[first:] in flight, into the lanes from `lane_of` on; False, and nothing done, without room."""
    n = counters[FIRED] - first
    if n == 0:
        return True
    for lane in range(lanes.size):
        if lanes[lane].count + n > rings.shape[1]:
            return short(counters, RINGS, lanes[lane].count + n)
    most_out = 0
    for p in fabric.populations:
        most_out = max(most_out, p.out_end - p.out)
    if counters[FLIGHTS] + n * most_out > flights.size:
        return short(counters, IN_FLIGHT, counters[FLIGHTS] + n * most_out)
    for i in range(first, counters[FIRED]):
        t, source = fired[i].time, fired[i].address
        population = fabric.populations[fabric.of_address[source]]
        for k in range(population.out, population.out_end):
            j = fabric.projections[fabric.out[k]]
            begin, end = row_of(j, fabric.indptr, source)
            if j.lane == NO_LANE and begin < end:
                flight = flights[counters[FLIGHTS]]
                flight.source = source
                flight.projection = fabric.out[k]
                flight.place = begin
                flight.end = end
                flight.time = t
                counters[FLIGHTS] += 1
                clock[NEXT_OWN] = min(clock[NEXT_OWN], t + delay_of(j, fabric.delay, begin))
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
    if not draw_drive(fabric, program.drives, state.drive, state.driven, state.bound, counters, begin, end):
        return False
    slices, deliveries = count_arrivals(fabric, state.lanes, state.rings, end)
    for i in range(counters[FLIGHTS]):
        flight = state.flights[i]
        flight.until = flight.place
        j = fabric.projections[flight.projection]
        while flight.until < flight.end and flight.time + delay_of(j, fabric.delay, flight.until) < end:
            flight.until += 1
        if flight.until > flight.place:
            slices += 1
            deliveries += flight.until - flight.place
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


def gather(fabric, lanes, rings, flights, clock, slices, counters, end):
    """Take all slices that arrive before `end`, in order of (source, projection, place)."""
    n = take_own(fabric, flights, clock, slices, counters)
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
                    write_slice(slices, n, t, source, projection, fabric.indptr[j.row + row], fabric.indptr[j.row + row + 1], 0)
                    n += 1
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            s = slices[i]
            t, source, projection, begin, stop, own = s.time, s.source, s.projection, s.begin, s.end, s.own
            k = i
            while k >= gap and comes_after(slices[k - gap], source, projection, begin):
                slices[k] = slices[k - gap]
                k -= gap
            write_slice(slices, k, t, source, projection, begin, stop, own)
        gap //= 3


def comes_after(s, source, projection, begin):
    """Whether a slice belongs behind the one of (source, projection, begin)."""
    if s.source != source:
        return s.source > source
    if s.projection != projection:
        return s.projection > projection
    return s.begin > begin


def take_own(fabric, flights, clock, slices, counters):
    """The slices of rows with individual delays, as `make_room` has measured them; their number."""
    n, kept = 0, 0
    clock[NEXT_OWN] = math.inf
    for i in range(counters[FLIGHTS]):
        flight = flights[i]
        t, source, projection, place, until, end = flight.time, flight.source, flight.projection, flight.place, flight.until, flight.end
        if until > place:
            write_slice(slices, n, t, source, projection, place, until, 1)
            n += 1
        if until < end:
            flights[kept] = flights[i]
            flights[kept].place = until
            kept += 1
            clock[NEXT_OWN] = min(clock[NEXT_OWN], t + delay_of(fabric.projections[projection], fabric.delay, until))
    counters[FLIGHTS] = kept
    return n


def write_slice(slices, n, t, source, projection, begin, end, own):
    """Write slice number n."""
    slices[n].time = t
    slices[n].source = source
    slices[n].projection = projection
    slices[n].begin = begin
    slices[n].end = end
    slices[n].own = own


def draw_drive(fabric, drives, state, driven, bound, counters, begin, end):
    """All drive events of the window, unsorted, drive by drive; False where there is no room."""
    counters[DRIVEN] = 0
    for d in range(drives.drives.size):
        bound[d] = counters[DRIVEN]
        bound[d + 1] = counters[DRIVEN]
        drive = drives.drives[d]
        index = int(begin // drive.bin)
        own = state.bins[d]
        if drive.bin < end - begin:  # several bins in a window: their order in time does not matter
            while index * drive.bin < end:
                n = draw_bin(drives, d, index, state.scratch, 0, state.words)
                if not take(fabric, drives, state.scratch, 0, n, driven, counters, begin, end):
                    return False
                index += 1
            bound[d + 1] = counters[DRIVEN]
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
        bound[d + 1] = counters[DRIVEN]
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
