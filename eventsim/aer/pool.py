"""Rows in flight: regenerated when their source spikes, kept until their last synapse has delivered.

A ring of synapses and a ring of rows. Places are counted without end and found at their remainder, so that they stay
what they are when a ring grows; a row lies in one piece. Rows are dropped in any order, but room is won back from
the oldest on.
"""

from typing import NamedTuple

import numpy as np

from ..lowering.program import columns, records

KEPT = columns("begin end done")  # a row's synapses; whether it has been dropped

# Places in `marks`.
OLDEST, NEXT, END, LACKING = range(4)
# OLDEST   oldest row kept
# NEXT     number of the next row
# END      where the next row's synapses may begin
# LACKING  1 where the router has returned because the pool is full


class Pool(NamedTuple):
    """The two rings; sizes are powers of two."""

    target: np.ndarray  # int32
    weight: np.ndarray  # float64, where weights are individual
    delay: np.ndarray  # float64, ms, where delays are individual
    rows: np.recarray  # KEPT
    marks: np.ndarray  # int64 (4,)


def new_pool(rows=256, synapses=4096):
    """A pool without rows."""
    return Pool(np.zeros(synapses, np.int32), np.zeros(synapses), np.zeros(synapses), records(KEPT, rows), np.zeros(4, np.int64))


def grown_pool(pool):
    """The same rows, in twice the room."""
    oldest, after, end = (int(pool.marks[k]) for k in (OLDEST, NEXT, END))
    begin = int(pool.rows[oldest % len(pool.rows)].begin) if oldest < after else end
    target, weight, delay = (_spread(a, begin, end) for a in (pool.target, pool.weight, pool.delay))
    marks = pool.marks.copy()
    marks[LACKING] = 0
    return Pool(target, weight, delay, _spread(pool.rows, oldest, after).view(np.recarray), marks)


def _spread(ring, begin, end):
    """A ring of twice the size with the entries begin..end."""
    larger = np.zeros(2 * len(ring), ring.dtype)
    while begin < end:  # by pieces that are whole in both
        piece = min(end, (begin // len(ring) + 1) * len(ring)) - begin
        a, b = begin % len(ring), begin % len(larger)
        larger[b : b + piece] = ring[a : a + piece]
        begin += piece
    return larger


def keep(pool, room, n, weights, delays):
    """Copy the row of n synapses in `room`: 1; or 0 where the pool is full. weights, delays: whether they are individual."""
    marks, size = pool.marks, pool.target.size
    begin = marks[END]
    if (begin & (size - 1)) + n > size:
        begin += size - (begin & (size - 1))
    first = begin
    if marks[OLDEST] < marks[NEXT]:
        first = pool.rows[marks[OLDEST] & (pool.rows.size - 1)].begin
    if begin + n - first > size or marks[NEXT] - marks[OLDEST] >= pool.rows.size:
        marks[LACKING] = 1
        return 0
    place = begin & (size - 1)
    for k in range(n):
        pool.target[place + k] = room.target[k]
    if weights:
        for k in range(n):
            pool.weight[place + k] = room.weight[k]
    if delays:
        for k in range(n):
            pool.delay[place + k] = room.delay[k]
    entry = pool.rows[marks[NEXT] & (pool.rows.size - 1)]
    entry.begin = begin
    entry.end = begin + n
    entry.done = 0
    marks[NEXT] += 1
    marks[END] = begin + n
    return 1


def drop(pool, row):
    """Give a row back. What it holds stays readable until the next row is kept."""
    marks, rows = pool.marks, pool.rows
    rows[row & (rows.size - 1)].done = 1
    while marks[OLDEST] < marks[NEXT] and rows[marks[OLDEST] & (rows.size - 1)].done != 0:
        marks[OLDEST] += 1


def first_of(pool, row):
    """Place of a row's first synapse in the arrays."""
    return pool.rows[row & (pool.rows.size - 1)].begin & (pool.target.size - 1)


def length_of(pool, row):
    """Number of a row's synapses."""
    entry = pool.rows[row & (pool.rows.size - 1)]
    return entry.end - entry.begin
