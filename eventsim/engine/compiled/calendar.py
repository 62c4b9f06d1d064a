"""The calendar of looks: which neurons are to be looked at, page by page of time, in no order within a page.

Only looks before the EDGE, the end of the open page, are in the heap of wakes; later ones are filed in pages, which
costs no comparison and touches no other neuron. When the clock reaches the edge, the next page is opened: each of its
neurons is looked at ahead of time (`plan`), and most of them, delayed by inhibition meanwhile, go straight to a later
page. The last page takes what is beyond the others; when these are used up, a new year begins, with pages as long as
the looks then waiting suggest. Looks commit nothing, so results do not depend on any of this.

A page is a chain of blocks of SIZE entries; only the first may be partly filled. `place` says where an address is: in
the heap (0 and up), nowhere (-1), or in entry e of a block (-2 - e).
"""

import math

from ...lowering.program import WAKE
from ...numerics.memory import prefetch
from .pointers import call_plan
from .queues import set_wake
from .state import FAR, FREE_BLOCK, PAGE, QUEUE_PEAK, QUEUED, SIZE

# Places in `span`: looks before EDGE are in the heap; page k begins at START + k * WIDTH (ms); PER = 1 / WIDTH.
EDGE, START, WIDTH, PER = 0, 1, 2, 3

# A year is this many times as long as the looks waiting at its beginning lie ahead, in the geometric mean.
_YEAR = 16.0


def file_look(calendar, wakes, place, counters, address, time):
    """Look at an address at `time` instead of when it was agreed before; inf: not at all."""
    at = place[address]
    if time < calendar.span[EDGE]:
        if at < -1:
            take_out(calendar, place, counters, -2 - at)
        set_wake(wakes, place, counters, address, time)
        return
    if at >= 0:
        set_wake(wakes, place, counters, address, math.inf)
    if time == math.inf:
        if at < -1:
            take_out(calendar, place, counters, -2 - at)
        return
    page = page_of(calendar, time)
    if at < -1:
        if calendar.blocks[(-2 - at) // SIZE].page == page:
            calendar.entries[-2 - at].time = time
            return
        take_out(calendar, place, counters, -2 - at)
    append(calendar, place, counters, page, address, time)


def file_looks(calendar, wakes, place, counters, addresses, times):
    """The same for many addresses."""
    for k in range(addresses.size):
        file_look(calendar, wakes, place, counters, addresses[k], times[k])


def page_of(calendar, time):
    """The page of a time not before the edge. START is a multiple of WIDTH, which is dyadic: nothing is rounded up."""
    last = calendar.pages.size - 1
    pages = (time - calendar.span[START]) * calendar.span[PER]
    return int(pages) if pages < last else last


def append(calendar, place, counters, page, address, time):
    """Put an address that is nowhere into a page."""
    own = calendar.pages[page]
    if own.block < 0 or own.count == SIZE:
        fresh = counters[FREE_BLOCK]
        counters[FREE_BLOCK] = calendar.blocks[fresh].next
        calendar.blocks[fresh].next = own.block
        calendar.blocks[fresh].page = page
        own.block = fresh
        own.count = 0
    e = own.block * SIZE + own.count
    own.count += 1
    calendar.entries[e].address = address
    calendar.entries[e].time = time
    place[address] = -2 - e
    counters[FAR] += 1
    counters[QUEUED] += 1
    counters[QUEUE_PEAK] = max(counters[QUEUE_PEAK], counters[QUEUED])


def take_out(calendar, place, counters, e):
    """Take entry e out of its page; the page's last entry takes its place."""
    own = calendar.pages[calendar.blocks[e // SIZE].page]
    last = own.block * SIZE + own.count - 1
    place[calendar.entries[e].address] = -1
    if last != e:
        calendar.entries[e] = calendar.entries[last]
        place[calendar.entries[e].address] = -2 - e
    own.count -= 1
    counters[FAR] -= 1
    counters[QUEUED] -= 1
    if own.count == 0:
        emptied = own.block
        own.block = calendar.blocks[emptied].next
        own.count = SIZE
        free_block(calendar, counters, emptied)


def free_block(calendar, counters, block):
    """Give a block back."""
    calendar.blocks[block].next = counters[FREE_BLOCK]
    counters[FREE_BLOCK] = block


def open_page(populations, of_address, constants, rows, patience, calendar, wakes, place, counters, plan):
    """Look at the neurons of the next page ahead of time; those who may fire in it go to the heap of wakes."""
    span, entries, offsets = calendar.span, calendar.entries, calendar.offsets
    page = counters[PAGE] + 1
    counters[PAGE] = page
    begin = span[START] + page * span[WIDTH]
    span[EDGE] = begin + span[WIDTH]
    own = calendar.pages[page]
    block, count = own.block, own.count
    own.block = -1
    while block >= 0:
        following = calendar.blocks[block].next
        first = block * SIZE
        for k in range(count):
            address = entries[first + k].address
            index = of_address[address]
            p = populations[index]
            j = address - p.first
            offsets[k].kind = p.kind
            offsets[k].row = p.row + j * p.width
            offsets[k].constant = p.constant + j * p.constant_stride
            offsets[k].patience = patience[index]
            prefetch(rows, offsets[k].row)
            prefetch(place, address)
        if following >= 0:
            for k in range(SIZE):
                prefetch(of_address, entries[following * SIZE + k].address)
        k = 0
        while k < count:  # neurons of one model in one call
            end = k + 1
            while end < count and offsets[end].kind == offsets[k].kind:
                end += 1
            k = call_plan(plan[offsets[k].kind], (begin, rows, constants, offsets, k, end))
        counters[FAR] -= count
        counters[QUEUED] -= count
        for k in range(count):
            address, time = entries[first + k].address, rows[offsets[k].row + WAKE]
            place[address] = -1
            if time < span[EDGE]:
                set_wake(wakes, place, counters, address, time)
            elif time < math.inf:
                append(calendar, place, counters, page_of(calendar, time), address, time)
        free_block(calendar, counters, block)
        block = following
        count = SIZE


def year_over(calendar, counters):
    """Whether a new year has to begin before another page can be opened."""
    return counters[PAGE] + 2 >= calendar.pages.size


def new_year(calendar, place, counters):
    """Begin pages anew with the earliest look of the last page, the only one with entries."""
    span, entries = calendar.span, calendar.entries
    last = calendar.pages.size - 1
    own = calendar.pages[last]
    chain, filled = own.block, own.count
    own.block = -1
    earliest, total, n = math.inf, 0.0, 0
    block, count = chain, filled
    while block >= 0:
        for e in range(block * SIZE, block * SIZE + count):
            earliest = min(earliest, entries[e].time)
        ahead = entries[block * SIZE].time - span[EDGE]
        if ahead > 0.0:  # one of a block is enough
            total += math.log(ahead)
            n += 1
        block = calendar.blocks[block].next
        count = SIZE
    year = _YEAR * math.exp(min(total / n, 700.0)) if n > 0 else 1.0  # which stays finite
    # Pages shorter than the spacing of times would not be told apart.
    width = 2.0 ** math.floor(math.log2(max(year / last, 2.0**-40 * max(1.0, earliest))))
    span[WIDTH] = width
    span[PER] = 1.0 / width
    span[START] = math.floor(earliest / width) * width
    span[EDGE] = span[START]
    counters[PAGE] = -1
    block, count = chain, filled
    while block >= 0:
        following = calendar.blocks[block].next
        for e in range(block * SIZE, block * SIZE + count):
            counters[FAR] -= 1
            counters[QUEUED] -= 1
            append(calendar, place, counters, page_of(calendar, entries[e].time), entries[e].address, entries[e].time)
        free_block(calendar, counters, block)
        block = following
        count = SIZE
