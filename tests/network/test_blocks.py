"""Target blocks change where synapses are stored, and nothing else."""

import numpy as np
import pytest

import eventsim as es
from eventsim.lowering import blocks, lower

from ..engine.running import assert_same_spikes, blocks_of, simulator


def network():
    net = es.Network(seed=4)
    a, b = net.population(60, es.LIF(), name="a"), net.population(30, es.LIF(), name="b")
    net.connect(a, b, es.FixedProbability(0.3), weight=es.Normal(20.0, 1.0), delay=es.Uniform(0.5, 3.0))
    net.connect(a[10:50], a, es.FixedInDegree(10), weight=es.Normal(3.0, 1.0), delay=1.5)
    net.connect(b, a, es.FixedOutDegree(10), weight=es.Normal(3.0, 1.0), delay=1.0)
    net.connect(b, a, es.FixedTotalNumber(400), weight=0.3, delay=es.Uniform(0.5, 3.0))
    net.connect(b, b, es.AllToAll(), weight=np.arange(900.0) / 900.0, delay=es.Uniform(0.5, 3.0))
    net.drive(a, rate=2000.0, weight=2.0)
    return net


def test_the_drawn_network_and_its_spikes_do_not_know_them():
    net = network()
    with blocks_of(4):
        cut = simulator(net, "sequential")
    assert len(cut._engine.program.fabric.projections) > 5 * len(net.projections)
    whole = simulator(net, "sequential")
    assert len(whole._engine.program.fabric.projections) == len(net.projections)
    for j in net.projections:
        np.testing.assert_array_equal(cut.weights(j), whole.weights(j))
    for sim in (cut, whole):
        sim.run(20.0)
    assert len(whole.spikes) > 1000
    assert_same_spikes(cut.spikes, whole.spikes)


def test_every_synapse_lies_in_its_block():
    with blocks_of(4):
        program, _ = lower(network())
    fabric = program.fabric
    seen = 0
    for j in fabric.projections:
        begin, end = fabric.indptr[j.row], fabric.indptr[j.row + j.pre_count]
        assert np.all(fabric.target[begin:end] >> fabric.block_bits[j.post] == j.block)
        assert begin == j.first
        seen += end - begin
    assert seen == len(fabric.target)


@pytest.mark.parametrize(
    ("n", "row", "size"), [(4096, 1000.0, None), (10_000, 800.0, 4096), (80_000, 400.0, 32_768), (320_000, 64.0, None)]
)
def test_blocks_are_small_and_their_pieces_long(n, row, size):
    bits = blocks._bits(n, row)
    assert (2**bits if bits < 62 else None) == size
