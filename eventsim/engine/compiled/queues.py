"""The priority queue of the compiled engine: lanes, slices and wakes, merged by time.

A spike is entered once for each shared delay (into that delay's first-in-first-out lane) and once for each row with
individual delays (into a heap, by its next arrival); never once for each synapse. Times at which a neuron or a
Poisson source is looked at are in an indexed heap, one entry each.
"""

import math

from .state import QUEUE_PEAK, QUEUED, SLICES, WAKES


def count_queued(counters, change):
    """Keep the number of entries and its high-water mark."""
    counters[QUEUED] += change
    counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])


# -- lanes ------------------------------------------------------------------------------------------------------------


def push_lane(lanes, counters, lane, time, source):
    """Append an arrival; the caller has seen that there is room."""
    capacity = lanes.time.shape[1]
    at = lanes.head[lane] + lanes.count[lane]
    if at >= capacity:
        at -= capacity
    lanes.time[lane, at] = time
    lanes.source[lane, at] = source
    lanes.count[lane] += 1
    count_queued(counters, 1)


def lane_time(lanes, lane):
    """Time of a lane's first arrival, or inf."""
    return lanes.time[lane, lanes.head[lane]] if lanes.count[lane] > 0 else math.inf


def pop_lane(lanes, counters, lane):
    """Source of a lane's first arrival, taken out."""
    head = lanes.head[lane]
    lanes.head[lane] = head + 1 if head + 1 < lanes.time.shape[1] else 0
    lanes.count[lane] -= 1
    counters[QUEUED] -= 1
    return lanes.source[lane, head]


# -- slices -----------------------------------------------------------------------------------------------------------


def move_slice(slices, source, to):
    """Copy an entry of the heap of slices."""
    slices.time[to] = slices.time[source]
    slices.spike[to] = slices.spike[source]
    slices.source[to] = slices.source[source]
    slices.projection[to] = slices.projection[source]
    slices.place[to] = slices.place[source]


def write_slice(slices, at, time, spike, source, projection, place):
    """Write an entry of the heap of slices."""
    slices.time[at] = time
    slices.spike[at] = spike
    slices.source[at] = source
    slices.projection[at] = projection
    slices.place[at] = place


def push_slice(slices, counters, time, spike, source, projection, place):
    """Enter a row whose next arrival is at `time`; the caller has seen that there is room."""
    at = counters[SLICES]
    counters[SLICES] = at + 1
    count_queued(counters, 1)
    while at > 0:
        parent = (at - 1) >> 1
        if slices.time[parent] <= time:
            break
        move_slice(slices, parent, at)
        at = parent
    write_slice(slices, at, time, spike, source, projection, place)


def replace_first_slice(slices, counters, time, spike, source, projection, place):
    """Put another entry in the place of the first."""
    n = counters[SLICES]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= n:
            break
        if child + 1 < n and slices.time[child + 1] < slices.time[child]:
            child += 1
        if slices.time[child] >= time:
            break
        move_slice(slices, child, at)
        at = child
    write_slice(slices, at, time, spike, source, projection, place)


def pop_slice(slices, counters):
    """Take out the first entry."""
    n = counters[SLICES] - 1
    counters[SLICES] = n
    counters[QUEUED] -= 1
    if n > 0:
        replace_first_slice(
            slices, counters, slices.time[n], slices.spike[n], slices.source[n], slices.projection[n], slices.place[n]
        )


# -- wakes ------------------------------------------------------------------------------------------------------------


def set_wake(wakes, counters, address, time):
    """Look at an address at `time` instead of when it was agreed before; inf: not at all."""
    at = wakes.place[address]
    if at < 0:
        if time == math.inf:
            return
        at = counters[WAKES]
        counters[WAKES] = at + 1
        count_queued(counters, 1)
        rise_wake(wakes, at, address, time)
    elif time == math.inf:
        remove_wake(wakes, counters, at)
    elif time < wakes.time[at]:
        rise_wake(wakes, at, address, time)
    else:
        sink_wake(wakes, counters[WAKES], at, address, time)


def remove_wake(wakes, counters, at):
    """Take out the entry at a place of the heap."""
    n = counters[WAKES] - 1
    counters[WAKES] = n
    counters[QUEUED] -= 1
    wakes.place[wakes.address[at]] = -1
    if at < n:
        address, time = wakes.address[n], wakes.time[n]
        if at > 0 and time < wakes.time[(at - 1) >> 1]:
            rise_wake(wakes, at, address, time)
        else:
            sink_wake(wakes, n, at, address, time)


def place_wake(wakes, at, address, time):
    """Write an entry of the heap of wakes."""
    wakes.time[at] = time
    wakes.address[at] = address
    wakes.place[address] = at


def rise_wake(wakes, at, address, time):
    """Bring an entry from a free place up to where it belongs."""
    while at > 0:
        parent = (at - 1) >> 1
        if wakes.time[parent] <= time:
            break
        place_wake(wakes, at, wakes.address[parent], wakes.time[parent])
        at = parent
    place_wake(wakes, at, address, time)


def sink_wake(wakes, n, at, address, time):
    """Bring an entry from a free place of a heap of n down to where it belongs."""
    while True:
        child = 2 * at + 1
        if child >= n:
            break
        if child + 1 < n and wakes.time[child + 1] < wakes.time[child]:
            child += 1
        if wakes.time[child] >= time:
            break
        place_wake(wakes, at, wakes.address[child], wakes.time[child])
        at = child
    place_wake(wakes, at, address, time)


# -- all of them ------------------------------------------------------------------------------------------------------


def next_time(lanes, slices, wakes, counters):
    """Time of the earliest entry of the three queues, or inf."""
    t = math.inf
    for lane in range(lanes.head.size):
        t = min(t, lane_time(lanes, lane))
    if counters[SLICES] > 0:
        t = min(t, slices.time[0])
    if counters[WAKES] > 0:
        t = min(t, wakes.time[0])
    return t
