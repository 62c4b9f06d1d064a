"""Where the synapses of a projection are in an engine's Program."""


def targets_of(engine, k):
    """Local indices of the targets of lowered projection k, in the order of its rows."""
    fabric = engine.program.fabric
    j = fabric.projections[k]
    return fabric.target[j.first : fabric.indptr[j.row + j.pre_count]]
