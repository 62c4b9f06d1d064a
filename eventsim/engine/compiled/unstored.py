"""Delivering what is not stored as adapters take it: rows of procedural projections, and weights of float32.

A row that is not kept in the pool is regenerated here, float32 weights are made float64; compiled by itself, and only
for networks that have such projections.
"""

from ...aer.pool import first_of
from .loop import deliver_slices
from .pointers import call_row


def deliver_prepared(fabric, queue, constants, rows, arrivals, attention, attended, counters, deliver, regenerate, t, k, same):
    """Deliver arrivals k..k + same, which are slices of one row."""
    pool, room = queue.pool, queue.room
    projection = arrivals[k].projection
    j = fabric.projections[projection]
    p = fabric.populations[j.post]
    target, weight, first = fabric.target, fabric.weight[j.weight :], j.first
    if j.single != 0:
        first, end = arrivals[k].begin, arrivals[k].end
        for i in range(k + 1, k + same):
            end = max(end, arrivals[i].end)
        widen(fabric.weight32, j.weight + first - j.first, end - first, room.weight)
        weight = room.weight
    elif arrivals[k].row >= 0:
        place = first_of(pool, arrivals[k].row)
        target = pool.target[place:]
        if j.weight_stride != 0:
            weight = pool.weight[place:]
    else:
        n = call_row(regenerate, (fabric, room, projection, arrivals[k].source))
        for i in range(k, k + same):
            arrivals[i].end = n
        target = room.target
        if j.weight_stride != 0:
            weight = room.weight
    deliver_slices(j, p, target, weight, first, constants, rows, arrivals, attention, attended, counters, deliver, t, k, same)
    return 0


def nothing_to_prepare(fabric, queue, constants, rows, arrivals, attention, attended, counters, deliver, regenerate, t, k, same):
    """What stands for `deliver_prepared` where all is stored, so that it need not be compiled."""
    return 0


def widen(weight32, first, n, widened):
    """Make float64 of n float32 weights."""
    for k in range(n):
        widened[k] = weight32[first + k]
