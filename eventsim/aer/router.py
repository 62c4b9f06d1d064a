"""The AER router: from a spike (time, address) to its deliveries.

A router is two kernels over the Program's fan-out tables. `route` takes a spike in and puts what it will deliver in
flight; `arrivals_at` hands out the slices of rows that are delivered at an instant, in the canonical order. The loop
knows nothing else of how spikes travel, so a fabric with congestion can take their place.

Canonical order (docs/semantics.md): by source address, then projection, then place in the row.
"""

import numpy as np

from ..engine.compiled.queues import lane_time, pop_lane, pop_slice, push_lane, push_slice, replace_first_slice
from ..engine.compiled.state import EMISSION, SLICES, ZERO_COUNT
from ..lowering.program import NO_LANE


def row_of(synapses, projection, source):
    """First synapse and end of a source's row in a projection."""
    r = source - synapses.pre_first[projection]
    if r < 0 or r >= synapses.pre_count[projection]:
        return 0, 0
    at = synapses.row[projection] + r
    return synapses.indptr[at], synapses.indptr[at + 1]


def delay_of(synapses, projection, synapse):
    """Delay of a synapse, ms."""
    offset = (synapse - synapses.first[projection]) * synapses.delay_stride[projection]
    return synapses.delay[synapses.delay_first[projection] + offset]


def has_room(lanes, slices, zero, counters, most_out):
    """Whether the queues can take one more spike of any source."""
    for lane in range(lanes.count.size):
        if lanes.count[lane] >= lanes.time.shape[1]:
            return False
    return counters[SLICES] + most_out <= slices.time.size and counters[ZERO_COUNT] + most_out <= zero.source.size


def route(populations, synapses, lanes, slices, zero, counters, t, source):
    """Put a spike in flight. What it delivers without delay goes to `zero`, for the next micro-step."""
    counters[EMISSION] += 1
    population = populations.of_address[source]
    for k in range(populations.out[population], populations.out[population + 1]):
        projection = populations.out_projection[k]
        begin, end = row_of(synapses, projection, source)
        if begin == end:
            continue
        lane = synapses.lane[projection]
        if lane != NO_LANE:
            arrival = t + synapses.lane_delay[lane]
            if arrival == t:
                add_arrival(zero, counters[ZERO_COUNT], source, projection, begin, end)
                counters[ZERO_COUNT] += 1
            elif lanes.mark[lane] != counters[EMISSION]:
                lanes.mark[lane] = counters[EMISSION]
                push_lane(lanes, counters, lane, arrival, source)
            continue
        place = slice_end(synapses, projection, begin, end, t, t)
        if place > begin:
            add_arrival(zero, counters[ZERO_COUNT], source, projection, begin, place)
            counters[ZERO_COUNT] += 1
        if place < end:
            push_slice(slices, counters, t + delay_of(synapses, projection, place), t, source, projection, place)


def slice_end(synapses, projection, place, end, spike, t):
    """The end of the synapses from `place` on that deliver a spike at t."""
    while place < end and spike + delay_of(synapses, projection, place) == t:
        place += 1
    return place


def arrivals_at(populations, synapses, lanes, slices, arrivals, counters, t):
    """Take all slices that arrive at t out of the queues, in canonical order; their number."""
    n = 0
    for lane in range(lanes.count.size):
        while lane_time(lanes, lane) == t:
            source = pop_lane(lanes, counters, lane)
            population = populations.of_address[source]
            for k in range(populations.out[population], populations.out[population + 1]):
                projection = populations.out_projection[k]
                if synapses.lane[projection] == lane:
                    begin, end = row_of(synapses, projection, source)
                    if begin < end:
                        add_arrival(arrivals, n, source, projection, begin, end)
                        n += 1
    while counters[SLICES] > 0 and slices.time[0] == t:
        spike, source, projection, place = slices.spike[0], slices.source[0], slices.projection[0], slices.place[0]
        end = row_of(synapses, projection, source)[1]
        rest = slice_end(synapses, projection, place, end, spike, t)
        add_arrival(arrivals, n, source, projection, place, rest)
        n += 1
        if rest < end:
            arrival = spike + delay_of(synapses, projection, rest)
            replace_first_slice(slices, counters, arrival, spike, source, projection, rest)
        else:
            pop_slice(slices, counters)
    sort_arrivals(arrivals, n)
    return n


def add_arrival(arrivals, n, source, projection, begin, end):
    """Write arrival number n."""
    arrivals.source[n] = source
    arrivals.projection[n] = projection
    arrivals.begin[n] = begin
    arrivals.end[n] = end


def sort_arrivals(arrivals, n):
    """Shell's sort into the canonical order: there is mostly one arrival, and seldom more than some dozens."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            source, projection = arrivals.source[i], arrivals.projection[i]
            begin, end = arrivals.begin[i], arrivals.end[i]
            k = i
            while k >= gap and comes_before(source, projection, begin, arrivals, k - gap):
                add_arrival(arrivals, k, arrivals.source[k - gap], arrivals.projection[k - gap], arrivals.begin[k - gap], arrivals.end[k - gap])
                k -= gap
            add_arrival(arrivals, k, source, projection, begin, end)
        gap //= 3


def comes_before(source, projection, begin, arrivals, k):
    """Whether an arrival belongs before arrival k."""
    if source != arrivals.source[k]:
        return source < arrivals.source[k]
    if projection != arrivals.projection[k]:
        return projection < arrivals.projection[k]
    return begin < arrivals.begin[k]


def fan_out(program):
    """Number of synapses leaving every address: int64 (N,)."""
    syn = program.synapses
    total = np.zeros(program.n_addresses, np.int64)
    for j in range(len(syn.post)):
        rows = syn.indptr[syn.row[j] : syn.row[j] + syn.pre_count[j] + 1]
        total[syn.pre_first[j] : syn.pre_first[j] + syn.pre_count[j]] += np.diff(rows)
    return total


def routing_statistics(program):
    """Fan-out and delay figures of a lowered network: a dict of numbers (delays in ms, nan without synapses)."""
    syn = program.synapses
    degree = fan_out(program)
    counts = np.diff(syn.first)
    delays = [syn.delay[a : a + (n if stride else 1)] for a, n, stride in zip(syn.delay_first, counts, syn.delay_stride, strict=True) if n]
    weighted = sum(d.mean() * n for d, n in zip(delays, counts[counts > 0], strict=True))
    return {
        "synapses": int(counts.sum()),
        "fan_out_min": int(degree.min(initial=0)) if degree.size == 0 else int(degree.min()),
        "fan_out_mean": float(degree.mean()) if degree.size else 0.0,
        "fan_out_max": int(degree.max(initial=0)),
        "delay_min": min((float(d.min()) for d in delays), default=float("nan")),
        "delay_mean": float(weighted / counts.sum()) if counts.sum() else float("nan"),
        "delay_max": max((float(d.max()) for d in delays), default=float("nan")),
        "delay_lanes": len(syn.lane_delay),
        "synapses_with_own_delay": int(counts[syn.delay_stride == 1].sum()),
        "zero_delay_synapses": int(sum((d == 0.0).sum() if stride else n * (d[0] == 0.0) for d, n, stride in zip(delays, counts[counts > 0], syn.delay_stride[counts > 0], strict=True))),
    }
