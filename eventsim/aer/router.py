"""The AER router: from a spike (time, address) to its deliveries.

A router is two kernels over the Program's fan-out tables. `route` takes a spike in and puts what it will deliver in
flight; `arrivals_at` hands out the slices of rows that are delivered at an instant, in the canonical order. The loop
knows nothing else of how spikes travel, so a fabric with congestion can take their place.

Canonical order (docs/semantics.md): by source address, then projection, then place in the row.
"""

import numpy as np

from ..engine.compiled.queues import pop_lane, pop_slice, push_lane, push_slice, replace_first_slice
from ..engine.compiled.state import EMISSION, QUEUE_PEAK, QUEUED, SLICES, ZERO
from ..lowering.program import NO_LANE, shared_or_own
from ..numerics.memory import prefetch

LINE = 16  # targets in a line of the cache
FORESEEN = 256  # targets of a row that are worth fetching beforehand


def route(fabric, queue, zero, counters, t, source, most_out):
    """Put a spike in flight: 1; or 0, and nothing done, where there is no room.

    What it delivers without delay goes to `zero`, for the next micro-step. most_out is the largest number of
    projections that leave one population.
    """
    lanes, rings, slices = queue.lanes, queue.rings, queue.slices
    if counters[SLICES] + most_out > slices.size or counters[ZERO] + most_out > zero.size:
        return 0
    for lane in range(lanes.size):
        if lanes[lane].count >= rings.shape[1]:
            return 0
    counters[EMISSION] += 1
    population = fabric.populations[fabric.of_address[source]]
    for k in range(population.out, population.out_end):
        projection = fabric.out[k]
        j = fabric.projections[projection]
        begin, end = row_of(j, fabric.indptr, source)
        if begin == end:
            continue
        if j.lane != NO_LANE:
            arrival = t + fabric.lane_delay[j.lane]
            if arrival == t:
                write_arrival(zero, counters[ZERO], source, projection, begin, end)
                counters[ZERO] += 1
            elif lanes[j.lane].mark != counters[EMISSION]:
                lanes[j.lane].mark = counters[EMISSION]
                push_lane(lanes, rings, counters, j.lane, arrival, source)
            continue
        place = slice_end(j, fabric.delay, begin, end, t, t)
        if place > begin:
            write_arrival(zero, counters[ZERO], source, projection, begin, place)
            counters[ZERO] += 1
        if place < end:
            push_slice(slices, counters, t + delay_of(j, fabric.delay, place), t, source, projection, place)
    counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])
    return 1


def arrivals_at(fabric, queue, arrivals, counters, t):
    """Take all slices that arrive at t out of the queues, in canonical order; their number."""
    lanes, rings, slices = queue.lanes, queue.rings, queue.slices
    n = 0
    for lane in range(lanes.size):
        while lanes[lane].count > 0 and rings[lane, lanes[lane].head].time == t:
            source = pop_lane(lanes, rings, counters, lane)
            population = fabric.populations[fabric.of_address[source]]
            for k in range(population.out, population.out_end):
                projection = fabric.out[k]
                j = fabric.projections[projection]
                if j.lane == lane:
                    begin, end = row_of(j, fabric.indptr, source)
                    if begin < end:
                        write_arrival(arrivals, n, source, projection, begin, end)
                        n += 1
    while counters[SLICES] > 0 and slices[0].time == t:
        spike, source, projection, place = slices[0].spike, slices[0].source, slices[0].projection, slices[0].place
        j = fabric.projections[projection]
        _, end = row_of(j, fabric.indptr, source)
        rest = slice_end(j, fabric.delay, place, end, spike, t)
        write_arrival(arrivals, n, source, projection, place, rest)
        n += 1
        if rest < end:
            arrival = spike + delay_of(j, fabric.delay, rest)
            replace_first_slice(slices, counters, arrival, spike, source, projection, rest)
        else:
            pop_slice(slices, counters)
    if n > 1:
        sort_arrivals(arrivals, n)
    return n


def zero_arrivals(arrivals, zero, counters):
    """What is delivered without delay becomes the arrivals of the next micro-step; their number."""
    n = counters[ZERO]
    for k in range(n):
        arrivals[k] = zero[k]
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
        if j.lane != NO_LANE and fabric.lane_delay[j.lane] == 0.0:
            begin, end = row_of(j, fabric.indptr, source)
            for place in range(begin, min(end, begin + FORESEEN), LINE):
                prefetch(fabric.target, place)


def row_of(j, indptr, source):
    """First synapse and end of a source's row in projection j."""
    r = source - j.pre_first
    if r < 0 or r >= j.pre_count:
        return 0, 0
    return indptr[j.row + r], indptr[j.row + r + 1]


def delay_of(j, delay, synapse):
    """Delay of a synapse of projection j, ms."""
    return delay[j.delay + (synapse - j.first) * j.delay_stride]


def slice_end(j, delay, place, end, spike, t):
    """The end of the synapses from `place` on that deliver a spike at t."""
    while place < end and spike + delay_of(j, delay, place) == t:
        place += 1
    return place


def write_arrival(arrivals, n, source, projection, begin, end):
    """Write arrival number n."""
    entry = arrivals[n]
    entry.source = source
    entry.projection = projection
    entry.begin = begin
    entry.end = end


def sort_arrivals(arrivals, n):
    """Shell's sort into the canonical order: there are seldom more than some dozens."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            source, projection, begin, end = arrivals[i].source, arrivals[i].projection, arrivals[i].begin, arrivals[i].end
            k = i
            while k >= gap and comes_before(source, projection, begin, arrivals[k - gap]):
                arrivals[k] = arrivals[k - gap]
                k -= gap
            write_arrival(arrivals, k, source, projection, begin, end)
        gap //= 3


def comes_before(source, projection, begin, other):
    """Whether an arrival belongs before another."""
    if source != other.source:
        return source < other.source
    if projection != other.projection:
        return projection < other.projection
    return begin < other.begin


def fan_out(program):
    """Number of synapses leaving every address: int64 (N,)."""
    fabric = program.fabric
    total = np.zeros(program.n_addresses, np.int64)
    for j in fabric.projections:
        total[j.pre_first : j.pre_first + j.pre_count] += np.diff(fabric.indptr[j.row : j.row + j.pre_count + 1])
    return total


def routing_statistics(program):
    """Fan-out and delay figures of a lowered network.

    Returns
    -------
    dict
        synapses, fan_out_min / mean / max, delay_min / mean / max (ms, nan without synapses), delay_lanes (shared
        delays that have a queue of their own), synapses_with_own_delay, zero_delay_synapses.
    """
    fabric = program.fabric
    degree = fan_out(program)
    parts = []
    for j in fabric.projections:
        n = int(fabric.indptr[j.row + j.pre_count] - fabric.indptr[j.row])
        if n:
            parts.append((n, shared_or_own(fabric.delay, j.delay, j.delay_stride, n)))
    synapses = sum(n for n, _ in parts)
    own = [len(d) if len(d) == n else 0 for n, d in parts]
    return {
        "synapses": synapses,
        "fan_out_min": int(degree.min()) if degree.size else 0,
        "fan_out_mean": float(degree.mean()) if degree.size else 0.0,
        "fan_out_max": int(degree.max(initial=0)),
        "delay_min": min((float(d.min()) for _, d in parts), default=float("nan")),
        "delay_mean": sum(float(d.mean()) * n for n, d in parts) / synapses if synapses else float("nan"),
        "delay_max": max((float(d.max()) for _, d in parts), default=float("nan")),
        "delay_lanes": len(fabric.lane_delay),
        "synapses_with_own_delay": sum(own),
        "zero_delay_synapses": sum(int(np.count_nonzero(d == 0.0)) * (n // len(d)) for n, d in parts),
    }
