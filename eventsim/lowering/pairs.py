"""Kernels that draw the pairs of a projection. Each runs twice over the same streams: to count rows, then to fill them.

In all of them `pre_row[m]` is the row of the m-th pre, `post` says which target the n-th post is, and `cursor` is the
next free place of every row of every target block: block j >> bits of a target j, then row, of which there are `rows`.
`given_*` are arrays of values in the given order, or empty. [begin, end) are the members whose part is done: parts may be
done at the same time where their cursors differ, that is for members that are sources, or targets in different blocks.
"""

import math
from typing import NamedTuple

import numpy as np

from ..numerics.random import below_wide, philox, unit

TARGET_BLOCK = 65536  # targets per stream where pairs are drawn by source
DEGREE_BLOCK = 1024  # members per stream where a number of partners is drawn for each
BATCH = 32  # random numbers that are drawn together


class Members(NamedTuple):
    """Local indices of the members of a selection."""

    first: int  # member n is first + n
    count: int
    index: np.ndarray  # int64 (count,): member n is index[n]; empty where they are consecutive

    @classmethod
    def of(cls, index):
        """The same as an array of indices, without a look into memory where they are consecutive."""
        first = int(index[0]) if len(index) else 0
        consecutive = np.array_equal(index, np.arange(first, first + len(index)))
        return cls(first, len(index), index[:0] if consecutive else index)


def member(selection, n):
    """Local index of member n."""
    return selection.index[n] if selection.index.size > 0 else selection.first + n


def next_place(cursor, row, rows, bits, j):
    """The next free place for a synapse onto target j of a row; it is taken."""
    piece = (j >> bits) * rows + row
    at = cursor[piece]
    cursor[piece] = at + 1
    return at


def add(fill, cursor, rows, bits, row, j, i, target, given_weight, weight, given_delay, delay):
    """Count or store synapse number i (in given order) of a row."""
    at = next_place(cursor, row, rows, bits, j)
    if fill:
        target[at] = j
        if given_weight.size:
            weight[at] = given_weight[i]
        if given_delay.size:
            delay[at] = given_delay[i]


def next_choice(n, draw, f, k0, k1):
    """Choice number `draw` of member f: uniform in [0, n)."""
    w0, w1, _, _ = philox(draw, f // DEGREE_BLOCK, f % DEGREE_BLOCK, 0, k0, k1)
    return below_wide(n, w0, w1)


def by_probability(begin, end, log_q, pre_row, pre_address, self_place, post, k0, k1, units, fill, cursor, rows, bits, target):
    """Every pair with probability 1 - exp(log_q): geometric gaps between hits, one stream per source and block.

    units : float64 (BATCH,), room for random numbers
    """
    for m in range(begin, end):
        for block in range((post.count + TARGET_BLOCK - 1) // TARGET_BLOCK):
            n = block * TARGET_BLOCK - 1
            last = min(post.count, (block + 1) * TARGET_BLOCK) - 1
            i = 0
            while True:
                if i % BATCH == 0:
                    draw_units(i, block, pre_address[m], k0, k1, units)
                gap = math.log1p(-units[i % BATCH]) / log_q
                if gap >= last - n:
                    break
                n += 1 + int(gap)
                i += 1
                if n != self_place[m]:
                    j = member(post, n)
                    at = next_place(cursor, pre_row[m], rows, bits, j)
                    if fill:
                        target[at] = j


def draw_units(first, block, source, k0, k1, units):
    """Uniform numbers first..first + BATCH of a stream: such a loop is vectorised."""
    for k in range(BATCH):
        w0, w1, _, _ = philox(first + k, block, source, 0, k0, k1)
        units[k] = unit(w0, w1)


def by_degree(
    begin, end, degree, n_choices, self_place, multapses, outgoing, pre_row, post, stamp, k0, k1, fill, cursor, rows, bits, target
):
    """degree[f] partners for every fixed member f, uniform among n_choices; self_place[f] is left out where >= 0.

    Without multapses by Floyd's sampling of a subset; stamp marks what is taken.
    """
    for f in range(begin, end):
        left_out = self_place[f]
        n = n_choices - (1 if left_out >= 0 else 0)
        for draw in range(degree[f]):
            if multapses:
                choice = next_choice(n, draw, f, k0, k1)
            else:
                last = n - degree[f] + draw
                choice = next_choice(last + 1, draw, f, k0, k1)
                if stamp[choice] == f + 1:
                    choice = last
                stamp[choice] = f + 1
            if left_out >= 0 and choice >= left_out:
                choice += 1
            source = f if outgoing else choice
            j = member(post, choice if outgoing else f)
            at = next_place(cursor, pre_row[source], rows, bits, j)
            if fill:
                target[at] = j


def by_pairs(sources, targets, pre_row, post, fill, cursor, rows, bits, target, given_weight, weight, given_delay, delay):
    """Given pairs."""
    for i in range(sources.size):
        add(fill, cursor, rows, bits, pre_row[sources[i]], member(post, targets[i]), i, target, given_weight, weight, given_delay, delay)


def by_rows(begin, end, indptr, indices, pre_row, post, fill, cursor, rows, bits, target, given_weight, weight, given_delay, delay):
    """Given rows."""
    for m in range(begin, end):
        for i in range(indptr[m], indptr[m + 1]):
            add(fill, cursor, rows, bits, pre_row[m], member(post, indices[i]), i, target, given_weight, weight, given_delay, delay)


def all_to_all(begin, end, first, self_place, pre_row, post, fill, cursor, rows, bits, target, given_weight, weight, given_delay, delay):
    """All pairs, by pre, then post; `first` is the number, in given order, of the first pair of member `begin`."""
    i = first
    for m in range(begin, end):
        for n in range(post.count):
            if n != self_place[m]:
                add(fill, cursor, rows, bits, pre_row[m], member(post, n), i, target, given_weight, weight, given_delay, delay)
                i += 1
