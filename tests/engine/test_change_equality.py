"""Synapses that are scaled, pruned and sprout: the sequential engine equals the reference bit for bit, and a run may be split, read and saved anywhere."""

import os
from unittest import mock

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from eventsim.engine.compiled import state

from ..changing import alterations, build_changing
from ..learning import learning
from ..strategies import NEURONS, cases, crowds
from .running import assert_same_spikes, assert_same_states, restored, run_bounded, simulator, states
from .test_plastic_equality import assert_same_weights, weights


def synapses(sim):
    """How many synapses all projections have."""
    return sum(map(len, weights(sim)))


def compare(case, changes, ring=16):
    """Run a case on both engines; every spike, state, synapse has to be the same."""
    net = build_changing(case, changes)
    with mock.patch.object(state, "RING", ring):
        sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    before = synapses(sequential)
    end = run_bounded(sequential, case.case.end, step=0.125)  # weights without bounds explode fast
    reference.run(until=end)
    event(f"synapses: {np.sign(synapses(reference) - before)}")
    assert_same_spikes(sequential.spikes, reference.spikes)
    assert_same_states(states(sequential), states(reference))
    assert_same_weights(sequential, reference)
    assert sequential.stats["deliveries"] == reference.stats["deliveries"]
    a, b = sequential._changes.arrays(), reference._changes.arrays()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@given(learning(cases(kinds=NEURONS)), alterations())
@settings(max_examples=30)
def test_sequential_equals_reference(case, changes):
    compare(case, changes)


@given(learning(crowds(kinds=NEURONS)), alterations())
@settings(max_examples=15)
def test_sequential_equals_reference_where_many_deliveries_meet(case, changes):
    compare(case, changes)


@given(learning(cases(kinds=("LIF",))), alterations())
@settings(max_examples=30)
def test_a_short_ring_changes_no_bit(case, changes):
    compare(case, changes, ring=2)


@given(
    learning(cases(kinds=("LIF",))), alterations(), st.lists(st.floats(0.0, 20.0), max_size=4), st.sampled_from(("sequential", "reference"))
)
@settings(max_examples=15)
def test_reading_splitting_and_saving_change_no_bit(tmp_path_factory, case, changes, stops, name):
    net = build_changing(case, changes)
    whole, split = simulator(net, name), simulator(net, name)
    end = run_bounded(whole, case.case.end, step=0.125)
    for stop in sorted({s for s in stops if s < end} | {t for a in changes for t in a.at if t < end}):
        split.run(until=stop)
        weights(split)
        path = tmp_path_factory.mktemp("changing") / "checkpoint"
        split.save(path)
        split = restored(path, net)
        os.remove(path)
    split.run(until=end)
    assert_same_spikes(whole.spikes, split.spikes)
    assert_same_states(states(whole), states(split))
    for j in net.projections:
        np.testing.assert_array_equal(whole.weights(j), split.weights(j))


@pytest.mark.slow
@given(learning(cases(kinds=NEURONS, max_groups=5, max_n=12)), alterations(most=6))
@settings(max_examples=1500)
def test_sequential_equals_reference_at_length(case, changes):
    compare(case, changes)
