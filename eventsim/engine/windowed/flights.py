"""Spikes in flight through rows with individual delays.

Where every synapse has a delay of its own, a spike's deliveries are spread over many windows, a few in each, and to go
back to the row in each of them would be a walk through all of memory. So a row is read once, soon after the spike, and
its deliveries are dealt out to the windows in which they arrive: stretches of *chunks*, one chain for each window to
come and way in. A row that reaches further than the windows that are kept waits for its rest, and is looked at again
half a ring of windows later.
"""

import math

from ...aer.router import row_of
from ...lowering.program import NO_LANE
from ...numerics.memory import prefetch
from .plan import MIXED, NEGATIVE, POSITIVE, way_of
from .state import (
    BLOCK_DELIVERIES,
    CHUNKS,
    FAR,
    FLIGHTS,
    FREE,
    FREED,
    HORIZON,
    IN_CHUNK,
    NEXT_OWN,
    POOLED,
    RING,
    note_block_short,
    pool_of,
)
from .suits import windows_before

AHEAD = 2  # flights before their turn in which their row is fetched
FETCHED = 512  # synapses of it


def send_own(fabric, plan, flights, own, times, p, t, source):
    """Put a spike in flight through its rows with individual delays; the caller has seen to room."""
    population = fabric.populations[p]
    for k in range(population.out, population.out_end):
        projection = fabric.out[k]
        j = fabric.projections[projection]
        if j.lane != NO_LANE:
            continue
        begin, end = row_of(j, fabric.indptr, source)
        if begin == end:
            continue
        b = plan.block_of[projection]
        flight = flights[b, own[b, FLIGHTS]]
        flight.projection = projection
        flight.place = begin
        flight.end = end
        flight.spike = t
        flight.next = t + plan.least_delay[projection]  # its own first delay lies far away in memory
        own[b, FLIGHTS] += 1
        times[b, NEXT_OWN] = min(times[b, NEXT_OWN], flight.next)


def fetch_rows(fabric, plan, fired, i, end):
    """Fetch where the rows of a spike that will soon be sent begin."""
    if i < end:
        source = fired[i].address
        p = fabric.of_address[source]
        if plan.ignites[p] > 0:
            population = fabric.populations[p]
            for k in range(population.out, population.out_end):
                j = fabric.projections[fabric.out[k]]
                if j.lane == NO_LANE and j.pre_first <= source < j.pre_first + j.pre_count:
                    prefetch(fabric.indptr, j.row + source - j.pre_first)


def deal_out(program, plan, state, b, window, begin):
    """Deal out the deliveries of flights to the windows from that of `begin` on; how many it has been dealt, -1 without room."""
    t, own, pool = plan.targets[b], state.own[b], pool_of(state, b)
    if not deal_rows(program.fabric, plan, t, state.flights[b], own, pool, window, begin):
        return -1
    n, slot = 0, int(windows_before(begin, window)) % RING
    for way in range(t.ways_end - t.ways):
        n += pool.chains[slot, way].count
    return n


def deal_rows(fabric, plan, t, flights, own, pool, window, begin):
    """Deal out what is left of the rows of flights, as far as the ring reaches; False where there is no room."""
    half = RING // 2
    now = int(windows_before(begin, window))
    horizon = (now // half + 2) * half
    first = 0 if horizon > own[HORIZON] else own[FAR]  # those before have been dealt out as far as the ring reaches
    if first == own[FLIGHTS]:
        return True
    reserve = RING * (t.ways_end - t.ways) + 1  # chunks that are begun and not filled
    own[HORIZON] = horizon
    left = first
    for i in range(first, own[FLIGHTS]):
        needed = own[CHUNKS] - own[FREED] + (flights[i].end - flights[i].place) // IN_CHUNK + reserve
        if needed * IN_CHUNK > pool.dealt.size:
            own[FLIGHTS] = drop(flights, left, i, own[FLIGHTS])
            own[FAR] = left
            return note_block_short(own, POOLED, needed * IN_CHUNK)
        if i + AHEAD < own[FLIGHTS]:
            fetch(fabric, plan, flights[i + AHEAD])
        if deal(fabric, plan, t, flights[i], own, pool, window, horizon):
            if left < i:
                flights[left] = flights[i]
            left += 1
    own[FLIGHTS] = own[FAR] = left
    return True


def drop(flights, left, i, n):
    """Drop the flights left:i of n; the number of those that remain."""
    for k in range(i, n):
        flights[left + k - i] = flights[k]
    return left + n - i


def fetch(fabric, plan, flight):
    """Fetch what is left of a row, as far as it is likely to be dealt out: its parts come from far away."""
    j = fabric.projections[flight.projection]
    for place in range(flight.place, min(flight.end, flight.place + FETCHED), 16):
        at = place - j.first
        prefetch(plan.target, place)
        prefetch(fabric.delay, j.delay + at * j.delay_stride)
        prefetch(fabric.delay, j.delay + min(at + 8, flight.end - 1 - j.first) * j.delay_stride)
        if j.weight_stride > 0:
            prefetch(fabric.weight, j.weight + at)
            prefetch(fabric.weight, j.weight + min(at + 8, flight.end - 1 - j.first))


def deal(fabric, plan, t, flight, own, pool, window, horizon):
    """Deal out what is left of a flight to windows before `horizon`; whether anything then is left."""
    j = fabric.projections[flight.projection]
    sign = plan.sign[flight.projection]
    positive = way_of(t, j.port, POSITIVE) - t.ways
    negative = way_of(t, j.port, NEGATIVE) - t.ways
    way = negative if sign == NEGATIVE else positive
    delay_at, delay_stride = j.delay - j.first * j.delay_stride, j.delay_stride
    weight_at, weight_stride = j.weight - j.first * j.weight_stride, j.weight_stride
    place, last, spike = flight.place, flight.end, flight.spike
    arrival = spike + fabric.delay[delay_at + place * delay_stride]
    number = windows_before(arrival, window)
    while number < horizon:
        edge, slot = (number + 1.0) * window, int(number) % RING
        while True:
            value = fabric.weight[weight_at + place * weight_stride]
            if sign == MIXED:
                way = positive if value >= 0.0 else negative
            delivery = pool.dealt[next_place(own, pool, slot, way)]
            delivery.time = arrival
            delivery.weight = value
            delivery.target = plan.target[place]
            place += 1
            if place == last:
                break
            arrival = spike + fabric.delay[delay_at + place * delay_stride]
            if not arrival < edge:
                break
        if place == last:
            break
        number += 1.0
        if not arrival < (number + 1.0) * window:
            number = windows_before(arrival, window)
    flight.place, flight.next = place, arrival
    return place < last


def next_place(own, pool, slot, way):
    """Where the next delivery of a window and way goes."""
    chain = pool.chains[slot, way]
    if chain.count % IN_CHUNK == 0:
        chunk = own[FREE]
        if chunk >= 0:
            own[FREE] = pool.following[chunk]
            own[FREED] -= 1
        else:
            chunk = own[CHUNKS]
            own[CHUNKS] += 1
        pool.following[chunk] = chain.chunk
        chain.chunk = chunk
        fetch_chunk(pool, chunk)
    at = chain.chunk * IN_CHUNK + chain.count % IN_CHUNK
    chain.count += 1
    return at


def take_dealt(state, b, way, time, weight, target, n, window, begin, end):
    """Write out what a window that goes from `begin` to `end` has been dealt for a way, from place n on; where it ends."""
    own, pool = state.own[b], pool_of(state, b)
    number = windows_before(begin, window)
    chain = pool.chains[int(number) % RING, way]
    if chain.count == 0:
        return n
    whole = begin <= number * window and end >= (number + 1.0) * window
    chunk, size, first = chain.chunk, (chain.count - 1) % IN_CHUNK + 1, n
    while chunk >= 0:
        at, following = chunk * IN_CHUNK, pool.following[chunk]
        if following >= 0:
            fetch_chunk(pool, following)
        if whole:
            unpack(pool.dealt[at : at + size], time[n : n + size], weight[n : n + size], target[n : n + size])
            n += size
        else:
            for k in range(at, at + size):
                delivery = pool.dealt[k]
                time[n], weight[n], target[n] = delivery.time, delivery.weight, delivery.target
                n += begin <= delivery.time < end
        if end >= (number + 1.0) * window:
            pool.following[chunk] = own[FREE]
            own[FREE] = chunk
            own[FREED] += 1
        chunk, size = following, IN_CHUNK
    if end >= (number + 1.0) * window:
        chain.count = 0
        chain.chunk = -1
    own[BLOCK_DELIVERIES] += n - first
    return n


def fetch_chunk(pool, chunk):
    """Fetch the lines of a chunk that will soon be filled or read: it has not been touched for some windows."""
    for k in range(chunk * IN_CHUNK, (chunk + 1) * IN_CHUNK, 2):
        prefetch(pool.dealt, k)


def unpack(dealt, time, weight, target):
    """Columns of records."""
    for k in range(dealt.size):
        time[k] = dealt[k].time
        weight[k] = dealt[k].weight
        target[k] = dealt[k].target


def next_dealt(plan, state, b, window, begin, end):
    """A time from `end` on before which no delivery with an individual delay arrives."""
    t, flights, own, pool = plan.targets[b], state.flights[b], state.own[b], pool_of(state, b)
    soonest = math.inf
    for i in range(own[FLIGHTS]):
        soonest = min(soonest, flights[i].next)
    now = windows_before(begin, window)
    for ahead in range(RING):
        for way in range(t.ways_end - t.ways):
            if pool.chains[(int(now) + ahead) % RING, way].count > 0:
                return min(soonest, max(end, (now + ahead) * window))
    return soonest
