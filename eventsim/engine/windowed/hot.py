"""Hot neurons: what they receive in the window, in order, and what becomes of them."""

import math

from .plan import POSITIVE
from .state import BLOCK_FIRED, BLOCK_REPLAYED, COLLECTED, COLLECTIONS, HEAD, HOT, REFRACTORY, SLICES, note_block_short

_AFTER_LANES = 1 << 40  # flat events have no place in the canonical order of rows; they come after what lanes bring


def collect(fabric, plan, t, slices, own, ends, time, weight, target, slot, is_hot, found, collected):
    """What hot neurons receive; False where there is no room."""
    n = 0
    hot_here = is_hot[t.origin : t.first + t.count]
    for i in range(own[SLICES]):
        piece = slices[i]
        j = fabric.projections[piece.projection]
        hits = find(plan.target[piece.begin : piece.end], hot_here, found)
        if n + hits > collected.size:
            return note_block_short(own, COLLECTIONS, n + hits)
        way = plan.ways[piece.way]
        for h in range(hits):
            place = piece.begin + found[h]
            w = fabric.weight[j.weight + (place - j.first) * j.weight_stride]
            neuron = slot[t.origin + plan.target[place]]
            write_entry(collected, n, neuron, piece.source, piece.projection, place, way.port, piece.time, w)
            n += piece.mixed == 0 or (w >= 0.0) == (way.sign == POSITIVE)
    for w in range(t.ways, t.ways_end):
        begin = ends[w - t.ways]
        hits = find(target[begin : ends[w - t.ways + 1]], hot_here, found)
        if n + hits > collected.size:
            return note_block_short(own, COLLECTIONS, n + hits)
        for h in range(hits):
            k = begin + found[h]
            write_entry(collected, n, slot[t.origin + target[k]], _AFTER_LANES, 0, k, plan.ways[w].port, time[k], weight[k])
            n += 1
    own[COLLECTED] = n
    return True


def write_entry(entries, at, slot, source, projection, place, port, time, weight):
    """Write a delivery to hot neuron number `slot`."""
    entry = entries[at]
    entry.slot = slot
    entry.source = source
    entry.projection = projection
    entry.place = place
    entry.port = port
    entry.time = time
    entry.weight = weight


def find(target, is_hot, found):
    """Places of hot targets; their number. Without a branch, for almost none is."""
    n = 0
    for k in range(target.size):
        found[n] = k
        n += is_hot[target[k]]
    return n


def group(hot, n_hot, collected, n, grouped):
    """Sort what was collected by neuron and time; what is equal in both, canonically."""
    for k in range(n_hot + 1):
        hot[k].begin = 0
    for i in range(n):
        hot[collected[i].slot].begin += 1
    total = 0
    for k in range(n_hot + 1):
        count = hot[k].begin
        hot[k].begin = total
        total += count
    for i in range(n):
        k = collected[i].slot
        grouped[hot[k].begin] = collected[i]
        hot[k].begin += 1
    for k in range(n_hot, 0, -1):  # each now points behind its last: the beginning of the next
        hot[k].begin = hot[k - 1].begin
    hot[0].begin = 0
    for k in range(n_hot):
        for i in range(hot[k].begin + 1, hot[k + 1].begin):
            if not comes_before(grouped[i], grouped[i - 1]):
                continue
            entry = grouped[i]
            slot, source, projection, place, port = entry.slot, entry.source, entry.projection, entry.place, entry.port
            time, weight = entry.time, entry.weight
            at = i
            while at > hot[k].begin and precedes(time, source, projection, place, grouped[at - 1]):
                grouped[at] = grouped[at - 1]
                at -= 1
            write_entry(grouped, at, slot, source, projection, place, port, time, weight)


def comes_before(a, b):
    """Whether delivery a comes before b at the same neuron."""
    return precedes(a.time, a.source, a.projection, a.place, b)


def precedes(time, source, projection, place, other):
    """The same of a delivery given by its columns."""
    if time != other.time:
        return time < other.time
    if source != other.source:
        return source < other.source
    if projection != other.projection:
        return projection < other.projection
    return place < other.place


def release(t, own, refractory, free, held, hot, start, width, y, slot, is_hot, end):
    """Neurons whose refractoriness ends before `end` leave the ring and are hot."""
    n = own[HOT]
    while own[REFRACTORY] > 0:
        address = refractory[t.first + own[HEAD]]
        if free[address] >= end:
            break
        own[HEAD] = own[HEAD] + 1 if own[HEAD] + 1 < t.count else 0
        own[REFRACTORY] -= 1
        slot[address] = n
        is_hot[address] = 1
        hot[n].address = address
        hot[n].free = free[address]
        hot[n].held = held[address]
        for v in range(t.width):
            start[n * width + v] = y[v, address]
        n += 1
    own[HOT] = n


def settle(t, own, refractory, free, held, hot, after, width, y, slot, is_hot, fired):
    """Take over what the replay found; `fired`: its spikes in order of time."""
    for k in range(own[HOT]):
        address = hot[k].address
        for v in range(t.width):
            y[v, address] = after[k * width + v]
        slot[address] = -1
        is_hot[address] = after[k * width] == -math.inf
        if is_hot[address] != 0:
            free[address] = hot[k].after_free
            held[address] = hot[k].after_held
    for i in range(own[BLOCK_FIRED]):  # in this order the ends of refractoriness mostly are in order, too
        address = fired[i].address
        if is_hot[address] != 0:
            is_hot[address] = 0
            enter(t, own, refractory, free, address)
    own[BLOCK_REPLAYED] += own[HOT]
    own[HOT] = 0


def enter(t, own, refractory, free, address):
    """Enter a neuron into the ring of refractory ones, which is sorted by the end of refractoriness."""
    at = own[REFRACTORY]
    own[REFRACTORY] = at + 1
    while at > 0:
        before = refractory[t.first + ring_place(own[HEAD] + at - 1, t.count)]
        if free[before] <= free[address]:
            break
        refractory[t.first + ring_place(own[HEAD] + at, t.count)] = before
        at -= 1
    refractory[t.first + ring_place(own[HEAD] + at, t.count)] = address


def ring_place(at, size):
    """A place in a ring."""
    return at if at < size else at - size
