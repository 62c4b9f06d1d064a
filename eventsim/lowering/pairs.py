"""Kernels that draw the pairs of a projection. Each runs twice over the same streams: to count rows, then to fill them.

In all of them `pre_row[m]` is the row of the m-th pre, `post_target[n]` the target index of the n-th post, and `cursor`
the next free place of every row of every target block: block j >> bits of a target j, then row, of which there are `rows`.
`given_*` are arrays of values in the given order, or empty.
"""

import math

from ..numerics.random import below_wide, philox, unit

TARGET_BLOCK = 65536  # targets per stream where pairs are drawn by source
DEGREE_BLOCK = 1024  # members per stream where a number of partners is drawn for each


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


def by_probability(log_q, pre_row, pre_address, self_place, post_target, k0, k1, fill, cursor, rows, bits, target):
    """Every pair with probability 1 - exp(log_q): geometric gaps between hits, one stream per source and block."""
    n_post = post_target.size
    for m in range(pre_row.size):
        for block in range((n_post + TARGET_BLOCK - 1) // TARGET_BLOCK):
            n = block * TARGET_BLOCK - 1
            end = min(n_post, (block + 1) * TARGET_BLOCK)
            i = 0
            while True:
                w0, w1, _, _ = philox(i, block, pre_address[m], 0, k0, k1)
                gap = math.log1p(-unit(w0, w1)) / log_q
                if gap >= end - n - 1:
                    break
                n += 1 + int(gap)
                i += 1
                if n != self_place[m]:
                    at = next_place(cursor, pre_row[m], rows, bits, post_target[n])
                    if fill:
                        target[at] = post_target[n]


def by_degree(degree, n_choices, self_place, multapses, outgoing, pre_row, post_target, stamp, k0, k1, fill, cursor, rows, bits, target):
    """degree[f] partners for every fixed member f, uniform among n_choices; self_place[f] is left out where >= 0.

    Without multapses by Floyd's sampling of a subset; stamp marks what is taken.
    """
    for f in range(degree.size):
        left_out = self_place[f]
        n = n_choices - (1 if left_out >= 0 else 0)
        for draw in range(degree[f]):
            w0, w1, _, _ = philox(draw, f // DEGREE_BLOCK, f % DEGREE_BLOCK, 0, k0, k1)
            if multapses:
                choice = below_wide(n, w0, w1)
            else:
                last = n - degree[f] + draw
                choice = below_wide(last + 1, w0, w1)
                if stamp[choice] == f + 1:
                    choice = last
                stamp[choice] = f + 1
            if left_out >= 0 and choice >= left_out:
                choice += 1
            source = f if outgoing else choice
            j = post_target[choice] if outgoing else post_target[f]
            at = next_place(cursor, pre_row[source], rows, bits, j)
            if fill:
                target[at] = j


def by_pairs(pre, post, pre_row, post_target, fill, cursor, rows, bits, target, given_weight, weight, given_delay, delay):
    """Given pairs."""
    for i in range(pre.size):
        add(fill, cursor, rows, bits, pre_row[pre[i]], post_target[post[i]], i, target, given_weight, weight, given_delay, delay)


def by_rows(indptr, indices, pre_row, post_target, fill, cursor, rows, bits, target, given_weight, weight, given_delay, delay):
    """Given rows."""
    for m in range(pre_row.size):
        for i in range(indptr[m], indptr[m + 1]):
            add(fill, cursor, rows, bits, pre_row[m], post_target[indices[i]], i, target, given_weight, weight, given_delay, delay)


def all_to_all(self_place, pre_row, post_target, fill, cursor, rows, bits, target, given_weight, weight, given_delay, delay):
    """All pairs, by pre, then post."""
    i = 0
    for m in range(pre_row.size):
        for n in range(post_target.size):
            if n != self_place[m]:
                add(fill, cursor, rows, bits, pre_row[m], post_target[n], i, target, given_weight, weight, given_delay, delay)
                i += 1
