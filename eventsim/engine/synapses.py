"""Where the synapses of a projection are in an engine's Program."""

import numpy as np


def lowered(engine, declared):
    """Numbers of the lowered projections that a declared one has become, one for each target block."""
    return np.flatnonzero(engine.program.fabric.projections.declared == declared).tolist()


def targets_of(engine, k):
    """Local indices of the targets of lowered projection k, in the order of its rows."""
    fabric = engine.program.fabric
    j = fabric.projections[k]
    return fabric.target[j.first : fabric.indptr[j.row + j.pre_count]]
