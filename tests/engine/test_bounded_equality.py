"""Networks with neurons of the bounded class: the engines equal bit for bit, and nothing depends on when anybody looks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..strategies import BOUNDED, NEURONS, build, cases
from .running import assert_same_spikes, assert_same_states, loaded, run_bounded, simulator, states
from .test_equality import COUNTERS

KINDS = (*BOUNDED, *NEURONS)
MOST = 60  # deliveries: each is some steps of the reference in plain Python


def compare(case, most=MOST):
    """Run a case on both engines; every spike, state and count of events has to be the same."""
    net = build(case)
    sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    end = run_bounded(sequential, case.end, most)
    reference.run(until=end)
    assert_same_spikes(sequential.spikes, reference.spikes)
    assert_same_states(states(sequential), states(reference))
    assert {k: sequential.stats[k] for k in COUNTERS} == {k: reference.stats[k] for k in COUNTERS}


@pytest.mark.parametrize("kind", BOUNDED)
def test_guarantee_3_sequential_equals_reference(kind):
    @given(cases(kinds=(kind, kind, "LIFExp"), max_groups=2, max_n=2, drives=False))
    @settings(max_examples=5)
    def run(case):
        compare(case)

    run()


@pytest.mark.slow
@given(cases(kinds=KINDS, max_n=5))
@settings(max_examples=400)
def test_guarantee_3_at_length(case):
    compare(case, 1500)


@given(cases(kinds=KINDS), st.lists(st.floats(0.0, 1.0), max_size=6), st.integers(0, 6), st.lists(st.floats(0.0, 1.0), max_size=20))
@settings(max_examples=20)
def test_guarantee_1_and_4_splits_samples_and_checkpoints_change_no_bit(tmp_path_factory, case, fractions, saved_at, samples):
    net = build(case)
    whole = simulator(net)
    end = run_bounded(whole, case.end)
    parts = simulator(net)
    neurons = [p for p in net.populations if not p.is_source]
    traces = [parts.record("v", p, at=np.array(samples) * end) for p in neurons]
    for k, stop in enumerate(sorted(f * end for f in fractions)):
        parts.run(until=max(stop, parts.now))
        if k == saved_at:
            path = tmp_path_factory.mktemp("checkpoint") / "half.npz"
            parts.save(path)
            parts.run(until=end)
            parts = loaded(path, net)
    parts.run(until=end)
    assert_same_spikes(whole.spikes, parts.spikes)
    assert_same_states(states(whole), states(parts))
    for trace in traces:
        assert np.isfinite(trace.value).all()
