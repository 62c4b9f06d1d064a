"""Background drive in the compiled engine: the events of a chunk of time, in order, ready to be applied in a run.

A chunk is as long as the shortest bin of all drives; longer bins are drawn and sorted once and handed over in parts.
"""

import numpy as np

from ...network.projection import BY_SIGN
from ...numerics.drive import BLOCK, event, event_count
from .state import CHUNK, EVENT, EVENTS


def next_chunk(fabric, drives, state, counters, length):
    """Lay out the events of the next chunk (of `length` ms), sorted by time, then drive."""
    chunk = counters[CHUNK] + 1
    end = (chunk + 1) * length
    n = 0
    for d in range(drives.drives.size):
        index = int((chunk * length) // drives.drives[d].bin)
        own = state.bins[d]
        if own.index != index:
            own.index = index
            own.cursor = 0
            own.count = fill_bin(drives, d, index, state.scratch, state.bin_events[own.first :], state.buckets)
        k = own.cursor
        while k < own.count and state.bin_events[own.first + k].time < end:
            hand_over(fabric, drives, d, state.bin_events[own.first + k], state.events[n])
            n += 1
            k += 1
        own.cursor = k
    if drives.drives.size > 1:
        order = np.argsort(state.events.time[:n], kind="mergesort")  # stable: by drive where times are equal
        state.events[:n] = state.events[:n][order]
    mark_runs(fabric, state.events, n)
    counters[CHUNK] = chunk
    counters[EVENT] = 0
    counters[EVENTS] = n
    return n


def fill_bin(drives, d, index, scratch, events, buckets):
    """Draw and sort the events of bin `index` of drive d; their number."""
    drive = drives.drives[d]
    n = 0
    for block in range(drive.block_end - drive.block):
        first = drive.member + block * BLOCK
        size = min(BLOCK, drive.member_end - first)
        table = drives.blocks[drive.block + block].table
        length = drives.blocks[drive.block + block].length
        for i in range(event_count(drives.cumulative[table:], length, block, index, drive.key0, drive.key1)):
            t, m, u = event(i, block, size, index, drive.bin, drive.key0, drive.key1)
            if u >= drives.members[first + m].accept:
                m = drives.members[first + m].alias
            scratch[n].time = t
            scratch[n].member = first + m
            n += 1
    sort_bin(index * drive.bin, drive.bin, n, scratch, events, buckets)
    return n


def sort_bin(begin, length, n, unsorted, events, buckets):
    """Sort n events that are uniform on [begin, begin + length) by time, keeping the order of equal ones.

    One bucket per event, then insertion: linear on average.
    """
    scale = n / length
    for k in range(n + 1):
        buckets[k] = 0
    for k in range(n):
        buckets[min(int((unsorted[k].time - begin) * scale), n - 1) + 1] += 1
    for k in range(n):
        buckets[k + 1] += buckets[k]
    for k in range(n):
        b = min(int((unsorted[k].time - begin) * scale), n - 1)
        events[buckets[b]] = unsorted[k]
        buckets[b] += 1
    for k in range(1, n):
        t, m = events[k].time, events[k].member
        at = k
        while at > 0 and events[at - 1].time > t:
            events[at] = events[at - 1]
            at -= 1
        events[at].time = t
        events[at].member = m


def hand_over(fabric, drives, d, bin_event, handed):
    """Write an event of drive d as the loop wants it: whom it reaches, with what."""
    drive = drives.drives[d]
    member = drives.members[bin_event.member]
    population = fabric.populations[drive.population]
    port = drive.port
    if port == BY_SIGN:
        port = 0 if member.weight >= 0.0 else 1
    handed.time = bin_event.time
    handed.row = population.row + member.target * population.width
    handed.constant = population.constant + member.target * population.constant_stride
    handed.address = population.first + member.target
    handed.weight = member.weight
    handed.port = port


def mark_runs(fabric, events, n):
    """Write for every event where its run ends: the events in sequence to neurons of one model."""
    end = n
    kind = -1
    for k in range(n - 1, -1, -1):
        own = fabric.populations[fabric.of_address[events[k].address]].kind
        if own != kind:
            kind = own
            end = k + 1
        events[k].run_end = end
