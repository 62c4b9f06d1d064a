"""Background drive in the compiled engine: the events of a chunk of time, in order, ready to be applied in a run.

A chunk is as long as the shortest bin of all drives; longer bins are drawn and sorted once and handed over in parts.
"""

from ...lowering.program import BY_SIGN
from ...numerics.drive import BLOCK, alias_number, event_count, event_time
from ...numerics.random import below, philox
from .state import CHUNK, EVENT, EVENTS


def next_chunk(fabric, drives, state, counters, length):
    """Lay out the events of the next chunk (of `length` ms), sorted by time, then drive."""
    chunk = counters[CHUNK] + 1
    begin, end = chunk * length, (chunk + 1) * length
    drawn, n = state.scratch, 0
    for d in range(drives.drives.size):
        drive = drives.drives[d]
        if drive.bin == length:
            n = draw_bin(drives, d, chunk, drawn, n, state.words)
            continue
        own = state.bins[d]
        index = int(begin // drive.bin)
        if own.index != index:
            own.index = index
            own.cursor = 0
            own.count = draw_bin(drives, d, index, drawn, n, state.words) - n
            sort_events(index * drive.bin, drive.bin, own.count, drawn[n:], state.bin_events[own.first :], state.buckets)
        while own.cursor < own.count and state.bin_events[own.first + own.cursor].time < end:
            drawn[n] = state.bin_events[own.first + own.cursor]
            own.cursor += 1
            n += 1
    sort_events(begin, length, n, drawn, state.chunk_events, state.buckets)
    for k in range(n):
        hand_over(fabric, drives, state.chunk_events[k], state.events[k])
    mark_runs(fabric, state.events, n)
    counters[CHUNK] = chunk
    counters[EVENT] = 0
    counters[EVENTS] = n
    return n


def draw_bin(drives, d, index, drawn, n, words):
    """Draw the events of bin `index` of drive d and append them, unsorted; the number there are then."""
    drive = drives.drives[d]
    for block in range(drive.block_end - drive.block):
        first = drive.member + block * BLOCK
        size = min(BLOCK, drive.member_end - first)
        table = drives.blocks[drive.block + block].table
        count = event_count(drives.cumulative[table:], drives.blocks[drive.block + block].length, block, index, drive.key0, drive.key1)
        w0, w1, w2, w3 = words[0][:count], words[1][:count], words[2][:count], words[3][:count]
        draw_words(count, block, index, drive.key0, drive.key1, w0, w1, w2, w3)
        for i in range(count):
            drawn[n].time = event_time(w0[i], w1[i], index, drive.bin)
            drawn[n].member = member_of(drives, drive, first, size, w1[i], w2[i], w3[i])
            drawn[n].drive = d
            n += 1
    return n


def draw_words(n, block, index, k0, k1, w0, w1, w2, w3):
    """The random words of the first n events of a block: a loop of its own, because as such it is vectorised (6 times)."""
    for i in range(n):
        w0[i], w1[i], w2[i], w3[i] = philox(i, block, index & 0xFFFFFFFF, index >> 32, k0, k1)


def member_of(drives, drive, first, size, w1, w2, w3):
    """Whom an event of the block of a drive that begins at `first` reaches: a place in `members`."""
    m = first + below(size, w2)
    if drive.first_target < 0 and alias_number(w3, w1) >= drives.members[m].accept:
        m = first + drives.members[m].alias
    return m


def sort_events(begin, length, n, unsorted, events, buckets):
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
        t, m, d = events[k].time, events[k].member, events[k].drive
        at = k
        while at > 0 and events[at - 1].time > t:
            events[at] = events[at - 1]
            at -= 1
        if at < k:
            events[at].time = t
            events[at].member = m
            events[at].drive = d


def hand_over(fabric, drives, drawn, handed):
    """Write an event as the loop wants it: whom it reaches, with what."""
    drive = drives.drives[drawn.drive]
    population = fabric.populations[drive.population]
    if drive.first_target >= 0:
        target = drive.first_target + drawn.member - drive.member
        weight = drive.weight
    else:
        target = drives.members[drawn.member].target
        weight = drives.members[drawn.member].weight
    port = drive.port
    if port == BY_SIGN:
        port = 0 if weight >= 0.0 else 1
    handed.time = drawn.time
    handed.row = population.row + target * population.width
    handed.constant = population.constant + target * population.constant_stride
    handed.address = population.first + target
    handed.weight = weight
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
