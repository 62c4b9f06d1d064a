"""A Program in which synapses of one projection have gone and others have come.

Only the parts of the arrays that belong to the projection are written. Where it has more synapses than places, it gets half as many more at the end of the arrays, so growth copies them seldom.
"""

from typing import NamedTuple

import numpy as np

from .program import Program


class Born(NamedTuple):
    """New synapses."""

    row: np.ndarray  # int64 (n,): of the projection
    target: np.ndarray  # int64 (n,): local indices
    weight: np.ndarray  # float64 (n,), in which they begin
    delay: np.ndarray  # float64 (n,), ms
    rows: np.ndarray  # float64 (n, width): their rows, to begin with


class Rewired(NamedTuple):
    """What has become of a Program."""

    program: Program
    origin: np.ndarray  # int64 (m,): which synapse each is, those that were kept first, then those that were born
    before: int  # how many synapses there was room for
    after: int  # how many there is room for now


def rewired(program, k, kept, born):
    """The Program after lowered projection k has lost all synapses but those `kept` (a mask), and got those that are born.

    Arrays of the Program are written to, so it is not to be used any more.
    """
    fabric, plastic = program.fabric, program.plastic
    j = fabric.projections[k]
    p = plastic.synapses[j.plastic]
    row = np.repeat(np.arange(j.pre_count), np.diff(fabric.indptr[j.row : j.row + j.pre_count + 1]))[kept]
    target = fabric.target[j.first : j.first + len(kept)][kept]
    delay = fabric.delay[j.delay : j.delay + len(kept)][kept] if j.delay_stride else np.zeros(len(row))
    origin = merged(row, delay, target, born.row, born.delay if j.delay_stride else np.zeros(len(born.row)), born.target)
    row, target, delay = (np.concatenate(both) for both in ((row, born.row), (target, born.target), (delay, born.delay)))
    rows = np.concatenate([plastic.rows[p.row : p.row + len(kept) * p.width].reshape(-1, p.width)[kept], born.rows])
    before, n = int(j.places), len(row)
    after = before if n <= before else n + n // 2
    targets, j.first = put(fabric.target, int(j.first), before, after, target[origin])
    delays, weights = fabric.delay, fabric.weight
    if j.delay_stride:
        delays, j.delay = put(delays, int(j.delay), before, after, delay[origin])
    if j.weight_stride:
        weight = np.concatenate([weights[j.weight : j.weight + len(kept)][kept], born.weight])
        weights, j.weight = put(weights, int(j.weight), before, after, weight[origin])
    begun, p.row = put(plastic.rows, int(p.row), before * int(p.width), after * int(p.width), rows[origin].ravel())
    fabric.indptr[j.row : j.row + j.pre_count + 1] = int(j.first) + np.concatenate(
        [[0], np.cumsum(np.bincount(row, minlength=j.pre_count))]
    )
    j.places = after
    fabric = fabric._replace(target=targets, delay=delays, weight=weights)
    return Rewired(program._replace(fabric=fabric, plastic=plastic._replace(rows=begun)), origin, before, after)


def merged(row, delay, target, new_row, new_delay, new_target):
    """Where synapses in canonical order and new ones go: the order of both, the new ones being counted on; behind those that are equal."""
    new = np.lexsort((new_target, new_delay, new_row))
    new_row, new_delay, new_target = new_row[new], new_delay[new], new_target[new]
    low, high = np.searchsorted(row, new_row, side="left"), np.searchsorted(row, new_row, side="right")
    while (low < high).any():  # a search by halves in all rows at once
        middle = np.minimum((low + high) // 2, len(row) - 1)
        later = (delay[middle] > new_delay) | ((delay[middle] == new_delay) & (target[middle] > new_target))
        inside = low < high
        low, high = np.where(inside & ~later, middle + 1, low), np.where(inside & later, middle, high)
    place = low + np.arange(len(new))
    origin, old = np.empty(len(row) + len(new), np.int64), np.ones(len(row) + len(new), bool)
    old[place] = False
    origin[place], origin[old] = len(row) + new, np.arange(len(row))
    return origin


def put(array, begin, before, after, values):
    """Write values where a projection had `before` places from `begin` on, and is to have `after`: the array, and where they begin."""
    if after > before:
        if begin + before < len(array):
            begin = len(array)
        longer = np.zeros(begin + after, array.dtype)
        longer[: min(len(array), begin)] = array[:begin]
        array = longer
    array[begin : begin + len(values)] = values
    return array, begin
