"""Target blocks: the parts of a population whose synapses are stored together.

A row of synapses is cut where its targets pass from one block to the next, so a thread that owns a block finds what
reaches it in one piece, and the states it adds to fit into its core's cache. Blocks are a function of the network
alone: they never change a result, and the streams of random numbers do not know them.
"""

import math

from ..network.changes import Rewiring

SMALLEST = 4096  # neurons of a block: some 64 KB of state; a multiple of a drive's block
PIECE = 128  # synapses of a row that a block holds on average, at least: shorter pieces would cost more than they save


def block_bits(network):
    """For each population, log2 of the size of its target blocks; 62 where it is one block, as where synapses onto it come and go."""
    synapses = [0.0] * len(network.populations)
    rows = [0.0] * len(network.populations)
    for j in network.projections:
        synapses[j.post.population.ordinal] += j.rule.expected(j.pre, j.post)
        rows[j.post.population.ordinal] += len(j.pre)
    whole = {c.projection.post.population.ordinal for c in network.changes if isinstance(c, Rewiring)}
    means = (s / r if r else 0.0 for s, r in zip(synapses, rows, strict=True))
    return [62 if p.ordinal in whole else _bits(p.n, mean) for p, mean in zip(network.populations, means, strict=True)]


def _bits(n, row):
    """log2 of the size of a population's blocks, its rows having `row` synapses on average."""
    if row <= 0.0:
        return 62
    size = max(SMALLEST, PIECE * n / row)
    return 62 if size >= n else math.ceil(math.log2(size))
