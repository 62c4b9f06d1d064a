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
    old = int(j.first), int(fabric.indptr[j.row + j.pre_count])
    row = np.repeat(np.arange(j.pre_count), np.diff(fabric.indptr[j.row : j.row + j.pre_count + 1]))
    row = np.concatenate([row[kept], born.row])
    target = np.concatenate([fabric.target[old[0] : old[1]][kept], born.target])
    delay = np.concatenate([fabric.delay[j.delay : j.delay + len(kept)][kept], born.delay]) if j.delay_stride else None
    weight = np.concatenate([fabric.weight[j.weight : j.weight + len(kept)][kept], born.weight]) if j.weight_stride else None
    rows = np.concatenate([plastic.rows[p.row : p.row + len(kept) * p.width].reshape(-1, p.width)[kept], born.rows])
    keys = (target, row) if delay is None else (target, delay, row)
    origin = np.lexsort(keys) if len(born.row) else np.arange(len(row))
    before, n = int(j.places), len(row)
    after = before if n <= before else n + n // 2
    targets, j.first = put(fabric.target, int(j.first), before, after, target[origin])
    delays, weights = fabric.delay, fabric.weight
    if delay is not None:
        delays, j.delay = put(delays, int(j.delay), before, after, delay[origin])
    if weight is not None:
        weights, j.weight = put(weights, int(j.weight), before, after, weight[origin])
    begun, p.row = put(plastic.rows, int(p.row), before * int(p.width), after * int(p.width), rows[origin].ravel())
    fabric.indptr[j.row : j.row + j.pre_count + 1] = int(j.first) + np.concatenate(
        [[0], np.cumsum(np.bincount(row, minlength=j.pre_count))]
    )
    j.places = after
    fabric = fabric._replace(target=targets, delay=delays, weight=weights)
    return Rewired(program._replace(fabric=fabric, plastic=plastic._replace(rows=begun)), origin, before, after)


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
