"""What the synapses of a Program are like, projection by projection: found in one pass, for there may be a billion."""

from typing import NamedTuple

import numpy as np

from ...lowering.program import shared_or_own

_CHUNK = 1 << 20  # weights looked at at once, so that no second array gets as long as the first


class Weights(NamedTuple):
    """What many weights are like."""

    least: float  # at most 0
    most: float  # at least -1: below 0 only where all weights are
    mean_positive: float  # mean of max(w, 0)


class Survey(NamedTuple):
    """What each projection is like; of J projections and D drives."""

    synapses: tuple  # int (J,)
    least_delay: tuple  # float (J,), ms; inf without synapses
    weights: tuple  # Weights (J,)
    drives: tuple  # Weights (D,)


def survey(program):
    """The Survey of a Program that stores all its synapses."""
    fabric = program.fabric
    synapses, delays, weights = [], [], []
    for j in fabric.projections:
        n = int(fabric.indptr[j.row + j.pre_count] - fabric.indptr[j.row])
        synapses.append(n)
        delays.append(float(shared_or_own(fabric.delay, j.delay, j.delay_stride, n).min(initial=np.inf)))
        weights.append(describe(shared_or_own(fabric.weight, j.weight, j.weight_stride, n)))
    drives = (describe(program.drives.members.weight[d.member : d.member_end]) for d in program.drives.drives)
    return Survey(tuple(synapses), tuple(delays), tuple(weights), tuple(drives))


def describe(weights):
    """The Weights of an array."""
    least, most, total = 0.0, -1.0, 0.0
    for k in range(0, len(weights), _CHUNK):
        chunk = weights[k : k + _CHUNK]
        least, most = np.minimum(least, chunk.min()), np.maximum(most, chunk.max())  # what is not a number stays
        total += float(np.maximum(chunk, 0.0).sum())
    return Weights(float(least), float(most), total / max(1, len(weights)))
