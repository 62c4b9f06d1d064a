"""Trajectories of synapses: the same bits from the eager and the lazy engine, whatever is read on the way; recording changes nothing."""

from unittest import mock

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

import eventsim as es
from eventsim.engine.compiled import state

from ..learning import build_learning, learning
from ..strategies import cases, crowds
from .running import assert_same_spikes, assert_same_states, run_bounded, simulator, states
from .test_plastic_equality import assert_same_weights


def followed(sim, every=1):
    """Trajectories of all variables of all plastic synapses, or of some of them."""
    out = []
    for j in sim.network.projections:
        if isinstance(j.synapse, es.Synapse):
            known = sim.weights(j)
            chosen = np.arange(0, len(known), every)
            out += [sim.record(name, j, synapses=chosen) for name in known.dtype.names if name not in ("pre", "post", "delay")]
    return out


def assert_same_trajectories(a, b):
    """Equal bit for bit, times first."""
    for one, other in zip(a, b, strict=True):
        assert len(one) == len(other)
        for k in range(len(one)):
            assert len(one.time[k]) == len(other.time[k])
            np.testing.assert_array_equal(one.time[k], other.time[k])
            np.testing.assert_array_equal(one.value[k], other.value[k])


def compare(case, ring, stops, every):
    """The sequential engine, stopped and read on the way, beside the reference; both without and with synapses that are followed from the first stop on."""
    net = build_learning(case)
    with mock.patch.object(state, "RING", ring):
        plain, sequential, reference = simulator(net), simulator(net), simulator(net, "reference")
    end = run_bounded(plain, case.case.end)
    stops = sorted(s for s in stops if s < end)
    for sim in (sequential, reference):
        sim.run(until=stops[0] if stops else 0.0)
    first, second = followed(sequential, every), followed(reference, every)
    for stop in stops:
        sequential.run(until=stop)
        for trajectories in first:
            assert all((t[1:] < stop).all() for t in trajectories.time)
    for sim in (sequential, reference):
        sim.run(until=end)
    event(f"events: {min(sum(len(t) for x in first for t in x.time) // 50 * 50, 500)} or more")
    assert_same_trajectories(first, second)
    assert_same_spikes(plain.spikes, sequential.spikes)
    assert_same_states(states(plain), states(sequential))
    assert_same_weights(plain, sequential)


STOPS = st.lists(st.floats(0.0, 20.0), max_size=3)


@given(learning(cases(kinds=("LIF",))), st.sampled_from((2, 16)), STOPS, st.sampled_from((1, 3)))
@settings(max_examples=40)
def test_sequential_equals_reference(case, ring, stops, every):
    compare(case, ring, stops, every)


@given(learning(crowds(kinds=("LIF", "LIFExp"))), st.sampled_from((2, 16)), STOPS, st.sampled_from((1, 3)))
@settings(max_examples=30)
def test_sequential_equals_reference_where_many_deliveries_meet(case, ring, stops, every):
    compare(case, ring, stops, every)
