"""Lowering of projections: the arrays of all of them, and which part belongs to which."""

import itertools

import numpy as np

from .blocks import block_bits
from .filling import Filling
from .procedures import Procedures
from .program import MAX_LANES, NO_LANE, PROJECTION, records


def connect_all(network, threads):
    """Arrays of all projections, in the order in which they stand in a Fabric, from `projections` on.

    A declared projection becomes one for each target block, a procedural one a single one. Pairs are drawn twice, to count and to fill, so nothing
    is copied.
    """
    declared = network.projections
    bits = block_bits(network)
    procedures = Procedures(network.seed)
    fillings = [None if j.procedural else Filling(j, network.seed, bits[j.post.population.ordinal], threads) for j in declared]
    row = _starts([f.blocks * f.rows + 1 if f else 0 for f in fillings])
    indptr = np.zeros(row[-1], np.int64)
    own = [indptr[a:b] for a, b in itertools.pairwise(row)]
    for filling, part in zip(fillings, own, strict=True):
        if filling:
            filling.count(part)
    counts = np.array([part[-1] if len(part) else 0 for part in own], np.int64)
    first = _starts(counts)
    lane_delay = _lane_delays(declared)
    single = np.array([not (j.procedural or isinstance(j.weight, float)) and j.weight_dtype == np.float32 for j in declared], bool)
    weight, weight32, weights, weight_stride = _weight_arrays([j.weight for j in declared], counts, single)
    delay, delays, delay_stride = _value_array([j.delay for j in declared], counts)
    target = np.empty(first[-1], np.int32)
    parts = []
    for k, (j, filling, n) in enumerate(zip(declared, fillings, counts, strict=True)):
        if filling is None:
            part = procedures.add(j)
            part.lane = _lane_of(j, lane_delay)
            part.weight, part.weight_stride = weights[k], weight_stride[k]
            part.delay, part.delay_stride = delays[k], delay_stride[k]
            parts.append(part)
            continue
        weight_array = weight32 if single[k] else weight
        filling.fill(
            own[k],
            target[first[k] : first[k] + n],
            weight_array[weights[k] : weights[k] + n if weight_stride[k] else weights[k]],
            delay[delays[k] : delays[k] + n if delay_stride[k] else delays[k]],
        )
        begin = own[k][filling.rows * np.arange(filling.blocks)]
        part = records(PROJECTION, filling.blocks)
        part.declared, part.block, part.procedure, part.reach = k, np.arange(filling.blocks), -1, -1.0
        part.first, part.places = first[k] + begin, np.diff([*begin, n])
        part.row = row[k] + filling.rows * np.arange(filling.blocks)
        part.pre_first, part.pre_count = filling.first_address, filling.rows
        part.post, part.port, part.lane = j.post.population.ordinal, j.port, _lane_of(j, lane_delay)
        part.weight, part.weight_stride, part.single = weights[k] + begin * weight_stride[k], weight_stride[k], single[k]
        part.delay, part.delay_stride = delays[k] + begin * delay_stride[k], delay_stride[k]
        parts.append(part)
        own[k] += first[k]
    projections = np.concatenate(parts).view(np.recarray) if parts else records(PROJECTION, 0)
    return projections, indptr, target, weight, weight32, delay, lane_delay, np.array(bits, np.int64), *procedures.arrays()


def _starts(counts):
    return np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))]).astype(np.int64)


def _lane_delays(projections):
    """The shared delays that get a lane: the commonest ones, ascending."""
    values, uses = np.unique([j.delay for j in projections if isinstance(j.delay, float)], return_counts=True)
    commonest = np.argsort(-uses, kind="stable")[:MAX_LANES]
    return np.sort(values[commonest]).astype(np.float64)


def _lane_of(projection, lane_delay):
    if not isinstance(projection.delay, float):
        return NO_LANE
    found = np.flatnonzero(lane_delay == projection.delay)
    return int(found[0]) if len(found) else NO_LANE


def _value_array(values, counts):
    """An array for shared values (one place each) and individual ones (a place per synapse), places and strides."""
    stride = np.array([0 if isinstance(v, float) else 1 for v in values], np.int64)
    first = _starts(np.where(stride, counts, 1))
    array = np.empty(first[-1])
    for v, at in zip(values, first, strict=False):
        if isinstance(v, float):
            array[at] = v
    return array, first[:-1], stride


def _weight_arrays(values, counts, single):
    """The same for weights, the individual ones of which may be float32, and then have an array of their own."""
    array, first, stride = _value_array(values, np.where(single, 0, counts))
    first32 = _starts(np.where(single, counts, 0))
    return array, np.empty(first32[-1], np.float32), np.where(single, first32[:-1], first), stride
