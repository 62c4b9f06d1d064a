"""What reaches a block in a window: slices of rows that arrive through lanes, and flat events.

A slice is a piece of a row whose synapses all deliver at one time. What has a time of its own, a drive event or a
delivery with an individual delay, is written out flat (time, target, weight), so that whatever is done to these is done
to long arrays. Flat events are grouped by way in: receptor and sign of the weight.
"""

import math

from ...aer.router import delay_of
from ...lowering.program import BY_SIGN
from ...numerics.drive import BLOCK, alias_number, event_count, event_time
from ...numerics.memory import prefetch
from ...numerics.random import below
from ..compiled.background import draw_words
from .plan import MIXED, NEGATIVE, POSITIVE
from .state import (
    AWAITED,
    BLOCK_DELIVERIES,
    BLOCK_DRIVEN,
    BLOCK_NEEDED,
    BLOCK_SHORT,
    FLAT,
    FLATTENED,
    FLIGHTS,
    NEXT_OWN,
    SLICED,
    SLICES,
)

AHEAD = 4  # flights before their turn in which the line of their next synapse is fetched


def lacks(own, array, needed):
    """Note which array is too short for a block; True."""
    own[BLOCK_SHORT] = array
    own[BLOCK_NEEDED] = needed
    return True


def way_of(t, port, sign):
    """The way in that a weight of a sign takes."""
    if port == BY_SIGN:
        port = 0 if sign == POSITIVE else 1
    return t.ways + 2 * port + (0 if sign == POSITIVE else 1)


# -- lanes --------------------------------------------------------------------------------------------------------------


def list_slices(fabric, plan, t, arrivals, n_arrivals, slices, own):
    """The slices that the spikes arriving through lanes deliver to a block; False where there is no room."""
    n, synapses = 0, 0
    for i in range(n_arrivals):
        source, lane = arrivals[i].source, arrivals[i].lane
        route = plan.routes[t.route + arrivals[i].population]
        for k in range(route.begin, route.end):
            projection = plan.routed[k]
            j = fabric.projections[projection]
            row = source - j.pre_first
            if j.lane != lane or row < 0 or row >= j.pre_count:
                continue
            begin, end = fabric.indptr[j.row + row], fabric.indptr[j.row + row + 1]
            if begin == end:
                continue
            if n + 2 > slices.size:
                return not lacks(own, SLICED, n + 2)
            sign = plan.sign[projection]
            for s in (POSITIVE, NEGATIVE):
                if sign == s or sign == MIXED:
                    piece = slices[n]
                    piece.source = source
                    piece.projection = projection
                    piece.begin = begin
                    piece.end = end
                    piece.way = way_of(t, j.port, s)
                    piece.mixed = sign == MIXED
                    piece.time = arrivals[i].time
                    n += 1
            synapses += end - begin
    own[SLICES] = n
    own[BLOCK_DELIVERIES] += synapses
    return True


# -- flat events ----------------------------------------------------------------------------------------------------------


def has_room(t, own, capacity):
    """Whether all flat events that a window can bring fit."""
    needed = own[AWAITED] + t.events
    return needed <= capacity or not lacks(own, FLATTENED, needed)


def flatten(program, plan, t, flights, own, times, time, weight, target, ends, words, begin, end):
    """Write out the flat events of a block by way; ends[w]: where those of its way number w begin. The caller has seen to room."""
    n = 0
    for w in range(t.ways, t.ways_end):
        ends[w - t.ways] = n
        if own[FLIGHTS] > 0 and times[NEXT_OWN] < end:
            n = pass_synapses(program.fabric, plan, t, flights, own, w, time, weight, target, n, end)
        recurrent = n
        for f in range(t.feed, t.feed_end):
            feed = plan.feeds[f]
            sign = plan.drive_sign[feed.drive]
            for s in (POSITIVE, NEGATIVE):
                if (sign == s or sign == MIXED) and way_of(t, feed.port, s) == w:
                    some = feed.inside == 0 or sign == MIXED
                    n = draw(program, t, feed.drive, feed.block, some, s, time, weight, target, n, words, begin, end)
        own[BLOCK_DRIVEN] += n - recurrent
    ends[t.ways_end - t.ways] = n
    own[FLAT] = n
    if own[FLIGHTS] > 0 and times[NEXT_OWN] < end:
        times[NEXT_OWN] = fly_on(program.fabric, flights, own)


def pass_synapses(fabric, plan, t, flights, own, w, time, weight, target, n, end):
    """Deliveries with individual delays that take way w; where each flight gets to in the window."""
    for i in range(own[FLIGHTS]):
        if i + AHEAD < own[FLIGHTS] and flights[i + AHEAD].next < end:
            ahead = fabric.projections[flights[i + AHEAD].projection]
            prefetch(plan.target, flights[i + AHEAD].place)
            prefetch(fabric.delay, ahead.delay + flights[i + AHEAD].place - ahead.first)
            if ahead.weight_stride > 0:
                prefetch(fabric.weight, ahead.weight + flights[i + AHEAD].place - ahead.first)
        flight = flights[i]
        if not flight.next < end:
            continue
        sign = plan.sign[flight.projection]
        j = fabric.projections[flight.projection]
        if sign != MIXED:
            if way_of(t, j.port, sign) != w:
                continue
        elif way_of(t, j.port, POSITIVE) != w and way_of(t, j.port, NEGATIVE) != w:
            continue
        place, last, spike = flight.place, flight.end, flight.spike
        arrival = flight.next
        delay_at, delay_stride = j.delay - j.first * j.delay_stride, j.delay_stride
        weight_at, weight_stride = j.weight - j.first * j.weight_stride, j.weight_stride
        while True:
            value = fabric.weight[weight_at + place * weight_stride]
            time[n] = arrival
            weight[n] = value
            target[n] = plan.target[place]
            n += sign != MIXED or way_of(t, j.port, POSITIVE if value >= 0.0 else NEGATIVE) == w
            place += 1
            if place == last:
                break
            arrival = spike + fabric.delay[delay_at + place * delay_stride]
            if not arrival < end:
                break
        flight.until = place
    return n


def fly_on(fabric, flights, own):
    """Move flights to where they got in the window and drop those that have arrived; the next time one passes a synapse."""
    kept, passed, soonest = 0, 0, math.inf
    for i in range(own[FLIGHTS]):
        flight = flights[i]
        passed += flight.until - flight.place
        if flight.until == flight.end:
            continue
        if flight.until > flight.place:
            flight.next = flight.spike + delay_of(fabric.projections[flight.projection], fabric.delay, flight.until)
            flight.place = flight.until
        soonest = min(soonest, flight.next)
        if kept < i:
            flights[kept] = flights[i]
        kept += 1
    own[FLIGHTS] = kept
    own[AWAITED] -= passed
    own[BLOCK_DELIVERIES] += passed
    return soonest


# -- drive ----------------------------------------------------------------------------------------------------------------


def draw(program, t, d, block, some, sign, time, weight, target, n, words, begin, end):
    """Drive events of one block of a drive that lie in the window; if `some`, only those of this sign to this target block."""
    drives = program.drives
    drive = drives.drives[d]
    first = drive.member + block * BLOCK
    size = min(BLOCK, drive.member_end - first)
    table = drives.blocks[drive.block + block].table
    length = drives.blocks[drive.block + block].length
    lowest = t.first - t.origin
    index = int(begin // drive.bin)
    while index * drive.bin < end:
        count = event_count(drives.cumulative[table:], length, block, index, drive.key0, drive.key1)
        w0, w1, w2, w3 = words[0, :count], words[1, :count], words[2, :count], words[3, :count]
        draw_words(count, block, index, drive.key0, drive.key1, w0, w1, w2, w3)
        whole = begin <= index * drive.bin and (index + 1) * drive.bin <= end
        if whole and not some and drive.first_target >= 0:
            lay_out(drive.first_target + first - drive.member, size, index, drive.bin, w0, w1, w2, time[n:], target[n:])
            weight[n : n + count] = drive.weight
            n += count
        else:
            for i in range(count):
                at = event_time(w0[i], w1[i], index, drive.bin)
                m = first + below(size, w2[i])
                if drive.first_target < 0 and alias_number(w3[i], w1[i]) >= drives.members[m].accept:
                    m = first + drives.members[m].alias
                local = drives.members[m].target
                value = drives.members[m].weight
                time[n] = at
                weight[n] = value
                target[n] = local
                n += (begin <= at < end) and (not some or (lowest <= local < lowest + t.count and (value >= 0.0) == (sign == POSITIVE)))
        index += 1
    return n


def lay_out(first, size, index, length, w0, w1, w2, time, target):
    """Times and targets of the events of a bin that lies in the window: a loop without a branch, which is vectorised."""
    for i in range(w0.size):
        time[i] = event_time(w0[i], w1[i], index, length)
        target[i] = first + below(size, w2[i])
