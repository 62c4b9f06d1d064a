"""What reaches a block in a window: slices of rows that arrive through lanes, and flat events.

A slice is a piece of a row whose synapses all deliver at one time. What has a time of its own, a drive event or a
delivery with an individual delay, is written out flat (time, target, weight), so that whatever is done to these is done
to long arrays. Flat events are grouped by way in: receptor and sign of the weight.
"""

from ...numerics.drive import BLOCK, event_count, event_time
from ...numerics.random import below
from ..compiled.background import draw_words, member_of
from .plan import MIXED, NEGATIVE, POSITIVE, way_of
from .pointers import call_draw, call_take_dealt
from .state import BLOCK_DELIVERIES, BLOCK_DRIVEN, FLAT, FLATTENED, SLICED, SLICES, note_block_short

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
                return note_block_short(own, SLICED, n + 2)
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


def has_room(t, own, dealt, capacity):
    """Whether all flat events that a window can bring fit, `dealt` of which are deliveries with individual delays."""
    needed = dealt + t.events
    return needed <= capacity or note_block_short(own, FLATTENED, needed)


def flatten(program, plan, state, calls, b, window, begin, end):
    """Write out the flat events of block b by way; way_ends[b, w]: where those of its way number w begin. The caller has seen to room."""
    t, own, ends, words = plan.targets[b], state.own[b], state.way_ends[b], state.words[b]
    time, weight, target, n = state.flat_time[b], state.flat_weight[b], state.flat_target[b], 0
    for w in range(t.ways, t.ways_end):
        ends[w - t.ways] = n
        if plan.most_own > 0:
            n = call_take_dealt(calls.take_dealt, (state, b, w - t.ways, time, weight, target, n, window, begin, end))
        recurrent = n
        for f in range(t.feed, t.feed_end):
            feed = plan.feeds[f]
            sign = plan.drive_sign[feed.drive]
            for s in (POSITIVE, NEGATIVE):
                if (sign == s or sign == MIXED) and way_of(t, feed.port, s) == w:
                    some = feed.inside == 0 or sign == MIXED
                    what = program, plan, b, feed.drive, feed.block, some, s
                    n = call_draw(calls.draw, (*what, time, weight, target, n, words, begin, end))
        own[BLOCK_DRIVEN] += n - recurrent
    ends[t.ways_end - t.ways] = n
    own[FLAT] = n


# -- drive ----------------------------------------------------------------------------------------------------------------


def draw(program, plan, b, d, block, some, sign, time, weight, target, n, words, begin, end):
    """Drive events of one block of a drive that lie in the window; if `some`, only those of this sign to target block b."""
    t, drives = plan.targets[b], program.drives
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
                m = member_of(drives, drive, first, size, w1[i], w2[i], w3[i])
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
