"""Spikes on their way through the windows, before and after blocks work: out of sources, into lanes and flights, out of lanes."""

from ..compiled.pointers import call_emission
from ..compiled.queues import pop_lane, push_lane, set_wake
from ..compiled.state import FIRED, QUEUE_PEAK, QUEUED, RECORDED, SOURCE_SPIKES, SPIKES, TRAIN, WAKES
from .flights import fetch_rows, send_own
from .state import ARRIVALS, ARRIVED, FIRINGS, FLIGHTS, FROM_SOURCES, IN_FLIGHT, RINGS, note_short


def emit_sources(program, emission, fired, train, wakes, place, draws, counters, places, end):
    """Sources emit what they emit before `end`; False where there is no room."""
    generators = program.generators
    while counters[TRAIN] < train.size and train[counters[TRAIN]].time < end:
        if counters[FIRED] >= fired.size:
            return note_short(counters, FIRINGS, counters[FIRED] + 1)
        fired[counters[FIRED]] = train[counters[TRAIN]]
        counters[FIRED] += 1
        counters[TRAIN] += 1
    while counters[WAKES] > 0 and wakes[0].time < end:
        if counters[FIRED] >= fired.size:
            return note_short(counters, FIRINGS, counters[FIRED] + 1)
        t, address = wakes[0].time, wakes[0].address
        fired[counters[FIRED]].time = t
        fired[counters[FIRED]].address = address
        counters[FIRED] += 1
        k = places[address]
        number = draws[k]
        draws[k] = number + 1
        later = call_emission(emission[generators[k].kind], (generators, program.table, k, t, number))
        set_wake(wakes, place, counters, address, later)
    return True


def send(fabric, plan, lanes, rings, flights, own, times, fired, counters, first, lane_of):
    """Put the spikes fired[first:] in flight, into the lanes from `lane_of` on; False, and nothing done, without room."""
    n = counters[FIRED] - first
    if n == 0:
        return True
    for lane in range(lanes.size):
        if lanes[lane].count + n > rings.shape[1]:
            return note_short(counters, RINGS, lanes[lane].count + n)
    if plan.most_own > 0:
        for b in range(own.shape[0]):
            if own[b, FLIGHTS] + n * plan.most_own > flights.shape[1]:
                return note_short(counters, IN_FLIGHT, own[b, FLIGHTS] + n * plan.most_own)
    for i in range(first, counters[FIRED]):
        t, source = fired[i].time, fired[i].address
        p = fabric.of_address[source]
        fetch_rows(fabric, plan, fired, i + 2, counters[FIRED])
        if plan.ignites[p] > 0:
            send_own(fabric, plan, flights, own, times, p, t, source)
        for lane in range(fabric.lane_delay.size):
            if uses_lane(fabric, p, lane, source):
                push_lane(lanes, rings, counters, lane_of + lane, t + fabric.lane_delay[lane], source)
    counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])
    return True


def uses_lane(fabric, p, lane, source):
    """Whether any synapse of a source has the delay of a lane."""
    population = fabric.populations[p]
    for k in range(population.out, population.out_end):
        j = fabric.projections[fabric.out[k]]
        if j.lane == lane and j.pre_first <= source < j.pre_first + j.pre_count:
            return True
    return False


def take_arrivals(fabric, lanes, rings, arrivals, counters, end):
    """Take the spikes that arrive before `end` out of all lanes; False, and nothing done, without room."""
    n = 0
    for lane in range(lanes.size):
        at = lanes[lane].head
        for _ in range(lanes[lane].count):
            if rings[lane, at].time >= end:
                break
            n += 1
            at = at + 1 if at + 1 < rings.shape[1] else 0
    if n > arrivals.size:
        return note_short(counters, ARRIVED, n)
    n = 0
    for lane in range(lanes.size):
        while lanes[lane].count > 0 and rings[lane, lanes[lane].head].time < end:
            arrivals[n].time = rings[lane, lanes[lane].head].time
            source = pop_lane(lanes, rings, counters, lane)
            arrivals[n].source = source
            arrivals[n].population = fabric.of_address[source]
            arrivals[n].lane = lane % fabric.lane_delay.size
            n += 1
    counters[ARRIVALS] = n
    return True


def record(fabric, fired, wanted, spikes, counters):
    """Count the spikes of the window and record those that are wanted, in canonical order; the caller has seen to room."""
    if 0 < counters[FROM_SOURCES] < counters[FIRED]:
        sort_spikes(fired, 0, counters[FIRED], counters[FIRED] // 3)
    for i in range(counters[FIRED]):
        address = fired[i].address
        if fabric.populations[fabric.of_address[address]].kind >= 0:
            counters[SPIKES] += 1
        else:
            counters[SOURCE_SPIKES] += 1
        if wanted[address]:
            spikes[counters[RECORDED]] = fired[i]
            counters[RECORDED] += 1


def gather_sorted(spikes, numbers, begin, end, buckets, fired, first):
    """Write spikes[b, :numbers[b]] of all b, which lie in [begin, end), to fired[first:] in order; where they end.

    They are dealt out into as many equal stretches of time as there are spikes, which leaves little to be sorted.
    """
    n = 0
    for b in range(numbers.size):
        n += numbers[b]
    if n == 0:
        return first
    scale = n / max(end - begin, 1e-200)
    for k in range(n + 1):
        buckets[k] = 0
    for b in range(numbers.size):
        for i in range(numbers[b]):
            buckets[bucket_of(spikes[b, i].time, begin, scale, n) + 1] += 1
    fullest = 0
    for k in range(n):
        fullest = max(fullest, buckets[k + 1])
        buckets[k + 1] += buckets[k]
    for b in range(numbers.size):
        for i in range(numbers[b]):
            k = bucket_of(spikes[b, i].time, begin, scale, n)
            at = first + buckets[k]
            buckets[k] += 1
            fired[at].time = spikes[b, i].time
            fired[at].address = spikes[b, i].address
    sort_spikes(fired, first, first + n, 1 if fullest <= 32 else n // 3)
    return first + n


def bucket_of(t, begin, scale, n):
    """The stretch of time, of n, in which t lies."""
    return min(n - 1, max(0, int(min(float(n), (t - begin) * scale))))


def sort_spikes(fired, first, end, widest):
    """Put fired[first:end] into order of (time, address): Shell's sort with gaps up to about `widest`."""
    gap = 1
    while gap < widest:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(first + gap, end):
            t, address = fired[i].time, fired[i].address
            k = i
            while k >= first + gap and (fired[k - gap].time > t or (fired[k - gap].time == t and fired[k - gap].address > address)):
                fired[k] = fired[k - gap]
                k -= gap
            if k < i:
                fired[k].time = t
                fired[k].address = address
        gap //= 3
