"""Plastic synapses: the sequential engine equals the reference bit for bit, and a run may be split, read and saved anywhere."""

import os

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from eventsim.engine.compiled import state

from ..learning import build_learning, learning
from ..strategies import NEURONS, cases, crowds
from .running import assert_same_spikes, assert_same_states, restored, run_bounded, simulator, states


def weights(sim):
    """The synapses of all projections: a list of structured arrays."""
    return [sim.weights(j) for j in sim.network.projections]


def assert_same_weights(a, b):
    """Equal bit for bit in all fields."""
    for one, other in zip(weights(a), weights(b), strict=True):
        assert one.dtype == other.dtype
        for name in one.dtype.names:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def compare(case, ring=16):
    """Run a case on both engines; every spike, state, weight has to be the same."""
    net = build_learning(case)
    state.RING, usual = ring, state.RING
    try:
        sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    finally:
        state.RING = usual
    end = run_bounded(sequential, case.case.end)
    reference.run(until=end)
    event(f"updates: {min(reference.stats['plastic_updates'] // 100 * 100, 1000)} or more")
    assert_same_spikes(sequential.spikes, reference.spikes)
    assert_same_states(states(sequential), states(reference))
    assert_same_weights(sequential, reference)


@given(learning(cases(kinds=NEURONS)))
@settings(max_examples=60)
def test_sequential_equals_reference(case):
    compare(case)


@given(learning(crowds(kinds=NEURONS)))
@settings(max_examples=40)
def test_sequential_equals_reference_where_many_deliveries_meet(case):
    compare(case)


@given(learning(cases(kinds=("LIF",))))
@settings(max_examples=40)
def test_a_short_ring_changes_no_bit(case):
    """With rings of two entries all synapses are brought up to date all the time, and rings have to grow."""
    compare(case, ring=2)


@given(learning(cases(kinds=("LIF",))), st.lists(st.floats(0.0, 20.0), max_size=4), st.booleans())
@settings(max_examples=30)
def test_reading_and_splitting_change_no_bit(tmp_path_factory, case, stops, saved):
    net = build_learning(case)
    whole, split = simulator(net), simulator(net)
    end = run_bounded(whole, case.case.end)
    for stop in sorted(s for s in stops if s < end):
        split.run(until=stop)
        weights(split)
        if saved:
            path = tmp_path_factory.mktemp("plastic") / "checkpoint"
            split.save(path)
            split = restored(path, net)
            os.remove(path)
    split.run(until=end)
    assert_same_spikes(whole.spikes, split.spikes)
    for j in net.projections:
        np.testing.assert_array_equal(whole.weights(j), split.weights(j))


@pytest.mark.slow
@given(learning(cases(kinds=NEURONS, max_groups=5, max_n=12)))
@settings(max_examples=1500)
def test_sequential_equals_reference_at_length(case):
    compare(case)
