"""The AER router: from a spike (time, address) to its deliveries.

A router is two kernels over the Program's fan-out tables. `route` takes a spike in and puts what it will deliver in
flight; `arrivals_at` hands out the slices of rows that are delivered at an instant, in the canonical order. The loop
knows nothing else of how spikes travel, so a fabric with congestion can take their place.

Rows of procedural projections are regenerated: where one delay is shared, at arrival; else when the source spikes, and
then kept in a pool until their last delivery.

Canonical order (docs/semantics.md): by source address, then projection, then place in the row.
"""

from ..engine.compiled.pointers import call_keep
from ..engine.compiled.queues import pop_lane, pop_slice, push_lane, push_slice, replace_first_slice
from ..engine.compiled.state import EMISSION, QUEUE_PEAK, QUEUED, SLICES, ZERO
from ..lowering.program import NO_LANE
from ..lowering.regenerate import row as regenerate_row
from ..numerics.memory import prefetch
from .pool import END, NEXT, drop, first_of, keep, length_of

LINE = 16  # targets in a line of the cache
FORESEEN = 256  # targets of a row that are worth fetching beforehand


def route(fabric, queue, zero, counters, t, source, most_out, keeps):
    """Put a spike in flight: 1; or 0, and nothing done, where there is no room.

    What it delivers without delay goes to `zero`, for the next micro-step. most_out is the largest number of
    projections that leave one population; keeps the address of `keep_rows`.
    """
    lanes, rings, slices, pool = queue.lanes, queue.rings, queue.slices, queue.pool
    if counters[SLICES] + most_out > slices.size or counters[ZERO] + most_out > zero.size:
        return 0
    for lane in range(lanes.size):
        if lanes[lane].count >= rings.shape[1]:
            return 0
    population = fabric.populations[fabric.of_address[source]]
    kept = pool.marks[NEXT]
    if fabric.procedures.size > 0 and call_keep(keeps, (fabric, queue, t, source)) == 0:
        return 0
    counters[EMISSION] += 1
    for k in range(population.out, population.out_end):
        projection = fabric.out[k]
        j = fabric.projections[projection]
        row = -1
        if j.procedure >= 0:
            if source < j.pre_first or source >= j.pre_first + j.pre_count:
                continue
            begin, end = 0, 1
            if is_kept(fabric, j, t):
                row = kept
                kept += 1
                end = length_of(pool, row)
                if end == 0:
                    drop(pool, row)
        else:
            begin, end = row_of(j, fabric.indptr, source)
        if begin == end and not (j.reach >= 0.0 and j.pre_first <= source < j.pre_first + j.pre_count):
            continue
        if j.lane != NO_LANE:
            arrival = t + fabric.lane_delay[j.lane]
            if arrival == t:
                if begin < end:
                    write_arrival(zero, counters[ZERO], source, projection, begin, end, row)
                    counters[ZERO] += 1
            elif lanes[j.lane].mark != counters[EMISSION]:
                lanes[j.lane].mark = counters[EMISSION]
                push_lane(lanes, rings, counters, j.lane, arrival, source)
            continue
        delay, at, stride = fabric.delay, j.delay - j.first * j.delay_stride, j.delay_stride
        if row >= 0 and stride != 0:
            delay, at = pool.delay, first_of(pool, row)
        place = slice_end(delay, at, stride, begin, end, t, t)
        if place > begin:
            write_arrival(zero, counters[ZERO], source, projection, begin, place, row)
            counters[ZERO] += 1
        if place < end:
            push_slice(slices, counters, t + delay[at + place * stride], t, source, projection, place, row)
        elif t + j.reach > t:  # synapses that are not there yet may be when it would reach them
            push_slice(slices, counters, t + j.reach, t, source, projection, place, row)
    counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])
    return 1


def keep_rows(fabric, queue, t, source):
    """Regenerate the rows that a spike can not leave to its arrival, and keep them: 1; or 0 where there is no room.

    Compiled by itself, and only for networks that have procedural projections.
    """
    pool, room = queue.pool, queue.room
    population = fabric.populations[fabric.of_address[source]]
    after, end = pool.marks[NEXT], pool.marks[END]
    for k in range(population.out, population.out_end):
        j = fabric.projections[fabric.out[k]]
        if j.procedure >= 0 and j.pre_first <= source < j.pre_first + j.pre_count and is_kept(fabric, j, t):
            n = regenerated(fabric, room, fabric.out[k], source)
            if keep(pool, room, n, j.weight_stride != 0, j.delay_stride != 0) == 0:
                pool.marks[NEXT] = after
                pool.marks[END] = end
                return 0
    return 1


def is_kept(fabric, j, t):
    """Whether a spike at t keeps its row of a procedural projection: unless one delay, not zero, lets it be drawn at arrival."""
    return j.lane == NO_LANE or t + fabric.lane_delay[j.lane] == t


def regenerated(fabric, room, projection, source):
    """Regenerate a source's row of a procedural projection into `room`; the number of its synapses."""
    j = fabric.projections[projection]
    laws = fabric.laws
    p = fabric.procedures[j.procedure]
    targets = fabric.populations[j.post].count
    return regenerate_row(p, laws[2 * j.procedure], laws[2 * j.procedure + 1], fabric.tables, source, 0, targets, room)


def arrivals_at(fabric, queue, arrivals, counters, t):
    """Take all slices that arrive at t out of the queues, in canonical order; their number.

    A procedural row that is to be regenerated now has row -1 and no end yet.
    """
    lanes, rings, slices, pool = queue.lanes, queue.rings, queue.slices, queue.pool
    n = 0
    for lane in range(lanes.size):
        while lanes[lane].count > 0 and rings[lane, lanes[lane].head].time == t:
            source = pop_lane(lanes, rings, counters, lane)
            population = fabric.populations[fabric.of_address[source]]
            for k in range(population.out, population.out_end):
                projection = fabric.out[k]
                j = fabric.projections[projection]
                if j.lane == lane:
                    if j.procedure >= 0:
                        begin, end = 0, 1 if j.pre_first <= source < j.pre_first + j.pre_count else 0
                    else:
                        begin, end = row_of(j, fabric.indptr, source)
                    if begin < end:
                        write_arrival(arrivals, n, source, projection, begin, end, -1)
                        n += 1
    while counters[SLICES] > 0 and slices[0].time == t:
        spike, source, projection, place = slices[0].spike, slices[0].source, slices[0].projection, slices[0].place
        j, row = fabric.projections[projection], slices[0].row
        if row >= 0:
            end = length_of(pool, row)
        else:
            _, end = row_of(j, fabric.indptr, source)
        delay, at, stride = fabric.delay, j.delay - j.first * j.delay_stride, j.delay_stride
        if row >= 0 and stride != 0:
            delay, at = pool.delay, first_of(pool, row)
        rest = slice_end(delay, at, stride, place, end, spike, t)
        if place < rest:
            write_arrival(arrivals, n, source, projection, place, rest, row)
            n += 1
        if rest < end:
            arrival = spike + delay[at + rest * stride]
            replace_first_slice(slices, counters, arrival, spike, source, projection, rest, row)
        elif spike + j.reach > t:
            replace_first_slice(slices, counters, spike + j.reach, spike, source, projection, rest, row)
        else:
            pop_slice(slices, counters)
            if row >= 0:
                drop(pool, row)
    if n > 1:
        sort_arrivals(arrivals, n)
    return n


def zero_arrivals(pool, arrivals, zero, counters):
    """What is delivered without delay becomes the arrivals of the next micro-step; their number."""
    n = counters[ZERO]
    for k in range(n):
        arrivals[k] = zero[k]
        if zero[k].row >= 0 and zero[k].end == length_of(pool, zero[k].row):
            drop(pool, zero[k].row)
    if n > 1:
        sort_arrivals(arrivals, n)
    counters[ZERO] = 0
    return n


def foresee(fabric, source):
    """Have the rows fetched that a source would deliver without delay: it is the next to be looked at.

    Rows lie at random in memory; waiting for them took a fifth of the time of a delivery.
    """
    population = fabric.populations[fabric.of_address[source]]
    for k in range(population.out, population.out_end):
        j = fabric.projections[fabric.out[k]]
        if j.procedure < 0 and j.lane != NO_LANE and fabric.lane_delay[j.lane] == 0.0:
            begin, end = row_of(j, fabric.indptr, source)
            for place in range(begin, min(end, begin + FORESEEN), LINE):
                prefetch(fabric.target, place)


def row_of(j, indptr, source):
    """First synapse and end of a source's row in projection j."""
    r = source - j.pre_first
    if r < 0 or r >= j.pre_count:
        return 0, 0
    return indptr[j.row + r], indptr[j.row + r + 1]


def slice_end(delay, at, stride, place, end, spike, t):
    """The end of the synapses from `place` on that deliver a spike at t; the delay of one is delay[at + place * stride]."""
    while place < end and spike + delay[at + place * stride] == t:
        place += 1
    return place


def write_arrival(arrivals, n, source, projection, begin, end, row):
    """Write arrival number n."""
    entry = arrivals[n]
    entry.source = source
    entry.projection = projection
    entry.begin = begin
    entry.end = end
    entry.row = row


def sort_arrivals(arrivals, n):
    """Shell's sort into the canonical order: there are seldom more than some dozens."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            source, projection, begin, end = arrivals[i].source, arrivals[i].projection, arrivals[i].begin, arrivals[i].end
            row = arrivals[i].row
            k = i
            while k >= gap and comes_before(source, projection, begin, arrivals[k - gap]):
                arrivals[k] = arrivals[k - gap]
                k -= gap
            write_arrival(arrivals, k, source, projection, begin, end, row)
        gap //= 3


def comes_before(source, projection, begin, other):
    """Whether an arrival belongs before another."""
    if source != other.source:
        return source < other.source
    if projection != other.projection:
        return projection < other.projection
    return begin < other.begin
