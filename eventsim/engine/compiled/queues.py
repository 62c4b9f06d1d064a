"""The priority queue of the compiled engine: lanes, slices and wakes, merged by time.

A spike is entered once for each shared delay (into that delay's first-in-first-out lane) and once for each row with
individual delays (into a heap, by its next arrival); never once for each synapse. Times at which a neuron or a
generator is looked at are in an indexed heap, one entry each.
"""

import math

from .state import QUEUE_PEAK, QUEUED, SLICES, WAKES


def next_arrival(lanes, rings, slices, counters):
    """Time of the earliest arrival of a spike in flight, or inf."""
    t = math.inf
    for lane in range(lanes.size):
        if lanes[lane].count > 0:
            t = min(t, rings[lane, lanes[lane].head].time)
    if counters[SLICES] > 0:
        t = min(t, slices[0].time)
    return t


# -- lanes ------------------------------------------------------------------------------------------------------------


def push_lane(lanes, rings, counters, lane, time, source):
    """Append an arrival; the caller has seen that there is room."""
    capacity = rings.shape[1]
    at = lanes[lane].head + lanes[lane].count
    if at >= capacity:
        at -= capacity
    rings[lane, at].time = time
    rings[lane, at].source = source
    lanes[lane].count += 1
    counters[QUEUED] += 1


def pop_lane(lanes, rings, counters, lane):
    """Source of a lane's first arrival, taken out."""
    head = lanes[lane].head
    lanes[lane].head = head + 1 if head + 1 < rings.shape[1] else 0
    lanes[lane].count -= 1
    counters[QUEUED] -= 1
    return rings[lane, head].source


# -- slices -----------------------------------------------------------------------------------------------------------


def push_slice(slices, counters, time, spike, source, projection, place, row):
    """Enter a row whose next arrival is at `time`; the caller has seen that there is room."""
    at = counters[SLICES]
    counters[SLICES] = at + 1
    counters[QUEUED] += 1
    while at > 0:
        parent = (at - 1) >> 1
        if slices[parent].time <= time:
            break
        slices[at] = slices[parent]
        at = parent
    write_slice(slices, at, time, spike, source, projection, place, row)


def write_slice(slices, at, time, spike, source, projection, place, row):
    """Write an entry."""
    entry = slices[at]
    entry.time = time
    entry.spike = spike
    entry.source = source
    entry.projection = projection
    entry.place = place
    entry.row = row


def replace_first_slice(slices, counters, time, spike, source, projection, place, row):
    """Put another entry in the place of the first."""
    n = counters[SLICES]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= n:
            break
        if child + 1 < n and slices[child + 1].time < slices[child].time:
            child += 1
        if slices[child].time >= time:
            break
        slices[at] = slices[child]
        at = child
    write_slice(slices, at, time, spike, source, projection, place, row)


def pop_slice(slices, counters):
    """Take out the first entry."""
    n = counters[SLICES] - 1
    counters[SLICES] = n
    counters[QUEUED] -= 1
    if n > 0:
        last = slices[n]
        replace_first_slice(slices, counters, last.time, last.spike, last.source, last.projection, last.place, last.row)


# -- wakes ------------------------------------------------------------------------------------------------------------


def set_wake(wakes, place, counters, address, time):
    """Look at an address at `time` instead of when it was agreed before; inf: not at all."""
    at = place[address]
    n = counters[WAKES]
    if time == math.inf:
        if at < 0:
            return
        place[address] = -1
        n -= 1
        counters[WAKES] = n
        counters[QUEUED] -= 1
        if at == n:
            return
        address, time = wakes[n].address, wakes[n].time
    elif at < 0:
        at = n
        n += 1
        counters[WAKES] = n
        counters[QUEUED] += 1
        counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])
    while at > 0:  # up, as far as the entry is earlier than its parent
        parent = (at - 1) >> 1
        if wakes[parent].time <= time:
            break
        wakes[at] = wakes[parent]
        place[wakes[at].address] = at
        at = parent
    while True:  # or down, as far as it is later than a child
        child = 2 * at + 1
        if child >= n:
            break
        if child + 1 < n and wakes[child + 1].time < wakes[child].time:
            child += 1
        if wakes[child].time >= time:
            break
        wakes[at] = wakes[child]
        place[wakes[at].address] = at
        at = child
    wakes[at].time = time
    wakes[at].address = address
    place[address] = at
