"""What is not stored as adapters take it, rows of procedural projections and weights of float32, is put where they can.

Compiled by itself, and only for networks that have such projections.
"""

from ...aer.pool import first_of
from ...aer.router import regenerated


def prepare(fabric, queue, arrivals, k, same):
    """Put targets and weights of arrivals k..k + same, slices of one row, into the room; the place in the row of what stands first there.

    Where the row is drawn again now, its end is written to the arrivals.
    """
    pool, room = queue.pool, queue.room
    projection, row = arrivals[k].projection, arrivals[k].row
    j = fabric.projections[projection]
    if row < 0 and j.procedure >= 0:
        n = regenerated(fabric, room, projection, arrivals[k].source)
        for i in range(k, k + same):
            arrivals[i].end = n
        return 0
    begin, end = arrivals[k].begin, arrivals[k].end
    for i in range(k + 1, k + same):
        end = max(end, arrivals[i].end)
    if row >= 0:
        at = first_of(pool, row) + begin
        copy(pool.target, at, end - begin, room.target)
        if j.weight_stride != 0:
            copy(pool.weight, at, end - begin, room.weight)
    else:
        copy(fabric.target, begin, end - begin, room.target)
        copy(fabric.weight32, j.weight + begin - j.first, end - begin, room.weight)
    return begin


def copy(values, first, n, room):
    """Copy values[first:first + n], float32 to float64 where room is."""
    for k in range(n):
        room[k] = values[first + k]
