"""Kernels that put rows into the canonical order and draw values for their synapses."""

from ..numerics.distributions import draw
from .pairs import TARGET_BLOCK


def sort_rows(begin, end, indptr, key, target, weight, delay, order, other, kept):
    """Sort rows begin..end by key (target or delay), keeping the given order of equal ones.

    weight and delay (or empty) go along. order and other : int64, kept : float64, all as long as the longest row.
    """
    for row in range(begin, end):
        a, b = indptr[row], indptr[row + 1]
        in_order = True
        for s in range(a + 1, b):
            if key[s] < key[s - 1]:
                in_order = False
                break
        if in_order:
            continue
        n = b - a
        from_first = merge_sort(key[a:b], n, order, other)
        best = order if from_first else other
        rearrange(target[a:b], n, best, kept)
        if weight.size:
            rearrange(weight[a:b], n, best, kept)
        if delay.size:
            rearrange(delay[a:b], n, best, kept)


def merge_sort(key, n, order, other):
    """The stable order of n keys, by merging runs upwards, in `order` (True) or in `other` (False)."""
    for k in range(n):
        order[k] = k
    in_order = True
    width = 1
    while width < n:
        source, sink = (order, other) if in_order else (other, order)
        for begin in range(0, n, 2 * width):
            middle, end = min(begin + width, n), min(begin + 2 * width, n)
            i, k = begin, middle
            for at in range(begin, end):
                if i < middle and (k >= end or key[source[i]] <= key[source[k]]):
                    sink[at] = source[i]
                    i += 1
                else:
                    sink[at] = source[k]
                    k += 1
        in_order = not in_order
        width *= 2
    return in_order


def rearrange(values, n, order, kept):
    """Put values into an order; kept is room for n of them."""
    for k in range(n):
        kept[k] = values[k]
    for k in range(n):
        values[k] = kept[order[k]]


def draw_values(begin, end, kind, a, b, low, high, first_address, rows, indptr, target, k0, k1, values):
    """A number for every synapse of rows begin..end: stream per source and stretch of targets; a row's pieces, one per target block, are sorted by target."""
    for row in range(begin, end):
        block = 0
        ordinal = 0
        for piece in range(row, indptr.size - 1, rows):
            for s in range(indptr[piece], indptr[piece + 1]):
                if target[s] // TARGET_BLOCK != block:
                    block = target[s] // TARGET_BLOCK
                    ordinal = 0
                values[s] = draw(kind, a, b, low, high, ordinal, block, first_address + row, k0, k1)
                ordinal += 1
