"""Synapses that are scaled, pruned and sprout: the sequential engine equals the reference bit for bit, and a run may be split, read and saved anywhere."""

import os
from unittest import mock

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import eventsim as es
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
@settings(max_examples=15)
def test_sequential_equals_reference(case, changes):
    compare(case, changes)


@given(learning(crowds(kinds=NEURONS)), alterations())
@settings(max_examples=15)
def test_sequential_equals_reference_where_many_deliveries_meet(case, changes):
    compare(case, changes)


@given(learning(cases(kinds=("LIF",))), alterations())
@settings(max_examples=15)
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


def rewarded(connected, **rewiring):
    """A network whose modulated synapses come or go at 9 ms, their modulator's level having changed before; and their projection."""
    net = es.Network(seed=3)
    source = net.population(3, es.SpikeSource(times=[[3.0], [10.0, 14.0, 20.0], [12.0, 15.0, 22.0]]), name="source")
    cells = net.population(2, es.LIF(), name="cells")
    levels = [net.population(1, es.Modulator(tau=20.0), name=name) for name in ("dopamine", "serotonin")]
    for level, amount in zip(levels, (0.5, -0.7), strict=True):
        net.connect(source[:1], level, es.OneToOne(), weight=amount, delay=0.5)
    net.connect(source[2:], cells, es.AllToAll(), weight=30.0, delay=0.0)
    rules = [es.RewardSTDP(1.0, 1.0, level, a_plus=0.5, a_minus=0.4, tau_e=20.0, w_max=20.0) for level in levels]
    j = net.connect(source[1:2], cells, connected, synapse=rules[0])
    net.connect(source[1:2], cells, es.AllToAll(), synapse=rules[1])
    net.rewire(j, at=9.0, **rewiring)
    return net, j


def test_the_level_of_a_modulator_is_known_to_synapses_that_sprout_where_there_were_none():
    net, j = rewarded(es.Explicit([], []), sprout=es.FixedInDegree(1))
    sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    for sim in (sequential, reference):
        sim.run(until=40.0)
    assert len(reference.weights(j)) == 2
    assert (reference.weights(j)["weight"] != 1.0).all()
    assert_same_spikes(sequential.spikes, reference.spikes)
    assert_same_weights(sequential, reference)


@pytest.mark.parametrize("name", ["sequential", "reference"])
@pytest.mark.parametrize(
    ("connected", "rewiring", "left"), [(es.AllToAll(), {"turnover": 1.0}, 0), (es.Explicit([], []), {"sprout": es.FixedInDegree(1)}, 2)]
)
def test_checkpoints_where_all_modulated_synapses_have_gone_or_come(tmp_path, name, connected, rewiring, left):
    net, j = rewarded(connected, **rewiring)
    whole, split = simulator(net, name), simulator(net, name)
    whole.run(until=40.0)
    split.run(until=13.0)
    split.save(tmp_path / "checkpoint")
    split = restored(tmp_path / "checkpoint", net)
    split.run(until=40.0)
    assert len(whole.weights(j)) == left
    assert_same_spikes(whole.spikes, split.spikes)
    for k in net.projections:
        np.testing.assert_array_equal(whole.weights(k), split.weights(k))


def test_spikes_in_flight_through_a_projection_without_synapses_and_with_individual_delays():
    net = es.Network()
    source, cells = net.population(1, es.SpikeSource(times=[[1.0, 2.0]]), name="source"), net.population(3, es.LIF(), name="cells")
    j = net.connect(source, cells, es.Explicit([], []), synapse=es.STDP(20.0, es.Uniform(4.0, 8.0), a_plus=0.1, a_minus=0.1, w_max=30.0))
    net.rewire(j, turnover=0.5, at=3.0)
    net.rewire(j, sprout=es.FixedOutDegree(3, multapses=False), at=4.0)
    sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    for sim in (sequential, reference):
        sim.run(until=20.0)
        assert sim.stats["deliveries"] == 6
    assert len(reference.spikes) == 8  # two of the source, at each of which all cells fire later
    assert_same_spikes(sequential.spikes, reference.spikes)
    assert_same_weights(sequential, reference)
