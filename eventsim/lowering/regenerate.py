"""Regenerating a row of synapses from its random streams: what procedural projections do instead of storing it.

`row` is written over plain arrays and records of numbers, so compiled and plain Python run the same text. It draws what
the stored projection would hold (pairs.py, rows.py), synapse for synapse and in the same order.
"""

import math
from typing import NamedTuple

import numpy as np

from ..numerics.distributions import draw
from .pairs import BATCH, TARGET_BLOCK, draw_units, next_choice
from .program import columns
from .rows import merge_sort, rearrange

# Rules that are keyed by source.
BY_PROBABILITY, BY_DEGREE, ALL, ONE = range(4)

PROCEDURE = columns(
    "rule pre_first n_post "  # address of the first row; number of targets to choose from
    "degree multapses most "  # of BY_DEGREE; a row never has more synapses than `most`
    "member place post "  # where in the tables the maps below begin, or -1 where they are not needed
    "post_first ascending "  # without the map `post`, member n is target post_first + n; whether targets ascend with n
    "key0 key1",
    "log_q",  # of BY_PROBABILITY: log(1 - p)
)
# member: from a row to the number of its source among the members, or -1; without the map they are the same
# place:  from a row to the member of post that is left out, or -1; without the map none is
# post:   from a member of post to its target index

LAW = columns("kind key0 key1 single", "a b low high")  # a distribution of weights or delays; kind 0: shared


class Room(NamedTuple):
    """Where a row is written, and room to work in; each as long as the longest row, and BATCH at least."""

    target: np.ndarray  # int32
    weight: np.ndarray  # float64, where weights are individual
    delay: np.ndarray  # float64, ms, where delays are individual
    order: np.ndarray  # int64
    other: np.ndarray  # int64
    kept: np.ndarray  # float64
    stamp: np.ndarray  # uint8 (targets,): zeros


def new_room(longest, targets, widest=0):
    """Room for rows of a length, chosen among so many targets without replacement, and for `widest` synapses of stored rows at least."""
    longest = max(int(longest), BATCH)
    return Room(
        target=np.empty(max(longest, int(widest)), np.int32),
        weight=np.empty(max(longest, int(widest))),
        delay=np.empty(longest),
        order=np.empty(longest, np.int64),
        other=np.empty(longest, np.int64),
        kept=np.empty(longest),
        stamp=np.zeros(int(targets), np.uint8),
    )


def row(p, weight_law, delay_law, tables, source, low, high, room):
    """Write the row of a source into `room`, in canonical order; the number of its synapses.

    Parameters
    ----------
    p : PROCEDURE record
    weight_law, delay_law : LAW records; what is shared is not written
    tables : int32, maps of all procedures
    source : address
    low, high : targets outside [low, high) are left out
    room : Room
    """
    member = looked_up(tables, p.member, source - p.pre_first)
    if member < 0:
        return 0
    # The streams of values are counted by stretches of targets, so what comes before `low` in its stretch is drawn too.
    n = draw_targets(p, tables, source, member, low - low % TARGET_BLOCK, high, room)
    if p.rule == BY_DEGREE and p.post < 0:
        sort_targets(room.target, n, room.order, room.other)
    elif p.rule == BY_DEGREE or p.ascending == 0:
        sort_by(room.target, room.target, n, room, False, False)
    if weight_law.kind != 0:
        draw_row(weight_law, room.target, n, low, source, room.weight)
    if delay_law.kind != 0:
        draw_row(delay_law, room.target, n, low, source, room.delay)
    if low > 0:
        n = drop_below(low, room.target, n)
    if delay_law.kind != 0:
        sort_by(room.delay, room.target, n, room, weight_law.kind != 0, True)
    return n


def looked_up(tables, first, k):
    """Entry k of the map that begins at `first`; k itself where there is none."""
    return int(tables[first + k]) if first >= 0 else k


def target_of(p, tables, n):
    """Target index of member n of post."""
    return int(tables[p.post + n]) if p.post >= 0 else p.post_first + n


def draw_targets(p, tables, source, member, low, high, room):
    """Targets of a source in [low, high), in the order in which they are drawn; their number."""
    left_out = -1
    if p.place >= 0:
        left_out = looked_up(tables, p.place, source - p.pre_first)
    if p.rule == BY_PROBABILITY:
        return draw_by_probability(p, tables, source, left_out, low, high, room)
    if p.rule == BY_DEGREE:
        return draw_by_degree(p, tables, member, left_out, low, high, room)
    n = 0
    if p.rule == ALL:
        for m in range(p.n_post):
            if m != left_out:
                n = add_target(p, tables, m, low, high, room.target, n)
    else:
        n = add_target(p, tables, member, low, high, room.target, n)
    return n


def add_target(p, tables, m, low, high, target, n):
    """Append member m of post if its target lies in [low, high); the number there are then."""
    j = target_of(p, tables, m)
    if j < low or j >= high:
        return n
    target[n] = j
    return n + 1


def draw_by_probability(p, tables, source, left_out, low, high, room):
    """As pairs.by_probability."""
    target, units = room.target, room.kept
    n = 0
    for block in range((p.n_post + TARGET_BLOCK - 1) // TARGET_BLOCK):
        m = block * TARGET_BLOCK - 1
        last = min(p.n_post, (block + 1) * TARGET_BLOCK) - 1
        if p.ascending != 0 and (target_of(p, tables, last) < low or target_of(p, tables, m + 1) >= high):
            continue
        i = 0
        while True:
            if i % BATCH == 0:
                draw_units(i, block, source, p.key0, p.key1, units)
            gap = math.log1p(-units[i % BATCH]) / p.log_q
            if gap >= last - m:
                break
            m += 1 + int(gap)
            i += 1
            if m != left_out:
                n = add_target(p, tables, m, low, high, target, n)
    return n


def draw_by_degree(p, tables, member, left_out, low, high, room):
    """As pairs.by_degree, of a source; `stamp` is left as it was, in zeros."""
    available = p.n_post - (1 if left_out >= 0 else 0)
    # Choice number i is among `among` + i * `more`.
    among, more = (available, 0) if p.multapses != 0 else (available - p.degree + 1, 1)
    draw_choices(p.degree, among, more, member, p.key0, p.key1, room.order)
    n = 0
    for number in range(p.degree):
        choice = int(room.order[number])
        if p.multapses == 0:
            if room.stamp[choice] != 0:
                choice = among + number - 1
            room.stamp[choice] = 1
            room.order[number] = choice
        if left_out >= 0 and choice >= left_out:
            choice += 1
        n = add_target(p, tables, choice, low, high, room.target, n)
    if p.multapses == 0:
        for number in range(p.degree):
            room.stamp[room.order[number]] = 0
    return n


def draw_choices(n, among, more, member, k0, k1, choices):
    """The first n choices of a member, as far as they do not depend on each other."""
    for number in range(n):
        choices[number] = next_choice(among + more * number, number, member, k0, k1)


def sort_targets(target, n, order, other):
    """Sort n targets that are about uniform: one bucket each, then insertion, linear on average."""
    if n < 2:
        return
    low, high = int(target[0]), int(target[0])
    for s in range(n):
        low = min(low, int(target[s]))
        high = max(high, int(target[s]))
        order[s] = 0
    scale = n / (high - low + 1)
    for s in range(n):
        order[min(int((target[s] - low) * scale), n - 1)] += 1
    place = 0
    for b in range(n):
        count = order[b]
        order[b] = place
        place += count
    for s in range(n):
        b = min(int((target[s] - low) * scale), n - 1)
        other[order[b]] = target[s]
        order[b] += 1
    for s in range(n):
        j = other[s]
        k = s
        while k > 0 and target[k - 1] > j:
            target[k] = target[k - 1]
            k -= 1
        target[k] = j


def sort_by(key, target, n, room, weights, delays):
    """Sort n synapses by key (targets or delays), stably; weights and delays go along where they are individual."""
    in_order = True
    for s in range(1, n):
        if key[s] < key[s - 1]:
            in_order = False
            break
    if in_order:
        return
    best = room.order if merge_sort(key, n, room.order, room.other) else room.other
    rearrange(target, n, best, room.kept)
    if weights:
        rearrange(room.weight, n, best, room.kept)
    if delays:
        rearrange(room.delay, n, best, room.kept)


def draw_row(law, target, n, low, source, values):
    """As rows.draw_values, for those of n synapses whose targets are not below `low`, from the first place on."""
    block, ordinal, k = -1, 0, 0
    for s in range(n):
        j = int(target[s])
        if j // TARGET_BLOCK != block:
            block = j // TARGET_BLOCK
            ordinal = 0
        if j >= low:
            x = draw(law.kind, law.a, law.b, law.low, law.high, ordinal, block, source, law.key0, law.key1)
            values[k] = np.float32(x) if law.single != 0 else x
            k += 1
        ordinal += 1


def drop_below(low, target, n):
    """Drop the first targets, those below `low`; the number that is left."""
    k = 0
    for s in range(n):
        if target[s] >= low:
            target[k] = target[s]
            k += 1
    return k
