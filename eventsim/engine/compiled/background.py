"""Background drive in the compiled engine: the events of a chunk of time, in order, ready to be applied in a run.

A chunk is as long as the shortest bin of all drives; longer bins are drawn and sorted once and handed over in parts.
"""

import math

import numpy as np

from ...network.projection import BY_SIGN
from ...numerics.drive import BLOCK, event, event_count
from .state import CHUNK, EVENT, EVENT_COUNT_


def chunk_length(drives):
    """Length of a chunk, ms."""
    length = math.inf
    for d in range(drives.bin.size):
        length = min(length, drives.bin[d])
    return length


def fill_bin(drives, events, d, index):
    """Draw and sort the events of bin `index` of drive d."""
    k0, k1 = drives.key[d, 0], drives.key[d, 1]
    length = drives.bin[d]
    members = drives.member[d + 1] - drives.member[d]
    time, member = events.scratch_time, events.scratch_member
    n = 0
    for block in range(drives.block[d + 1] - drives.block[d]):
        b = drives.block[d] + block
        table = drives.cumulative[drives.table[b] : drives.table[b] + drives.table_size[b]]
        size = min(BLOCK, members - block * BLOCK)
        base = drives.member[d] + block * BLOCK
        for i in range(event_count(table, table.size, block, index, k0, k1)):
            time[n], m, u = event(i, block, size, index, length, k0, k1)
            member[n] = base + m if u < drives.accept[base + m] else base + drives.alias[base + m]
            n += 1
    first = events.first[d]
    sort_bin(index * length, length, n, time, member, events.bin_time[first:], events.bin_member[first:], events.buckets)
    events.bin[d] = index
    events.cursor[d] = 0
    events.count[d] = n


def sort_bin(begin, length, n, time, member, sorted_time, sorted_member, buckets):
    """Sort n events that are uniform on [begin, begin + length) by time, keeping the order of equal ones.

    One bucket per event, then insertion: linear on average.
    """
    scale = n / length
    for k in range(n + 1):
        buckets[k] = 0
    for k in range(n):
        buckets[min(int((time[k] - begin) * scale), n - 1) + 1] += 1
    for k in range(n):
        buckets[k + 1] += buckets[k]
    for k in range(n):
        b = min(int((time[k] - begin) * scale), n - 1)
        at = buckets[b]
        buckets[b] = at + 1
        sorted_time[at] = time[k]
        sorted_member[at] = member[k]
    for k in range(1, n):
        t, m = sorted_time[k], sorted_member[k]
        at = k
        while at > 0 and sorted_time[at - 1] > t:
            sorted_time[at] = sorted_time[at - 1]
            sorted_member[at] = sorted_member[at - 1]
            at -= 1
        sorted_time[at] = t
        sorted_member[at] = m


def next_chunk(populations, drives, events, counters):
    """Lay out the events of the next chunk, sorted by time, then drive."""
    chunk = counters[CHUNK] + 1
    length = chunk_length(drives)
    end = (chunk + 1) * length
    n = 0
    for d in range(drives.bin.size):
        index = int((chunk * length) // drives.bin[d])
        if events.bin[d] != index:
            fill_bin(drives, events, d, index)
        first = events.first[d]
        k = events.cursor[d]
        while k < events.count[d] and events.bin_time[first + k] < end:
            hand_over(populations, drives, events, d, n, events.bin_time[first + k], events.bin_member[first + k])
            n += 1
            k += 1
        events.cursor[d] = k
    if drives.bin.size > 1:
        sort_chunk(events, n)
    mark_runs(populations, events, n)
    counters[CHUNK] = chunk
    counters[EVENT] = 0
    counters[EVENT_COUNT_] = n


def hand_over(populations, drives, events, d, n, time, member):
    """Event number n of the chunk: member `member` of drive d gets its weight at `time`."""
    population = drives.population[d]
    j = drives.target[member]
    weight = drives.weight[member]
    port = drives.port[d]
    events.time[n] = time
    events.row[n] = populations.row[population] + j * populations.width[population]
    events.constant[n] = populations.constant[population] + j * populations.constant_stride[population]
    events.weight[n] = weight
    events.port[n] = port if port != BY_SIGN else (0 if weight >= 0.0 else 1)
    events.address[n] = populations.first[population] + j


def sort_chunk(events, n):
    """Merge the drives' events, which are sorted one drive after the other, keeping that order where times are equal."""
    order = np.argsort(events.time[:n], kind="mergesort")
    for array in (events.row, events.constant, events.port, events.address):
        array[:n] = array[:n][order]
    for floats in (events.time, events.weight):
        floats[:n] = floats[:n][order]


def mark_runs(populations, events, n):
    """For every event the end of its run: the events in sequence to neurons of one model."""
    end = n
    kind = -1
    for k in range(n - 1, -1, -1):
        own = populations.kind[populations.of_address[events.address[k]]]
        if own != kind:
            kind = own
            end = k + 1
        events.run_end[k] = end
