"""Guarantee 3: the sequential engine equals the reference bit for bit, on whatever network hypothesis can draw."""

import numpy as np
import pytest
from hypothesis import event, given, settings

import eventsim as es

from ..strategies import ALL_NEURONS, build, cases, crowds
from .running import assert_same_spikes, assert_same_states, run_bounded, simulator, states

COUNTERS = ("spikes", "source_spikes", "deliveries", "drive_events")


def time_in(message):
    """The part of the message of a ZeroDelayLoopError that gives the time."""
    return message[: message.index(" ms: more than")]


def compare(case):
    """Run a case on both engines; every spike, state and count of events has to be the same."""
    net = build(case)
    sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    loop = None
    try:
        end = run_bounded(sequential, case.end)
    except es.ZeroDelayLoopError as error:
        loop = str(error)
    if loop is not None:
        event("a loop without delay")
        with pytest.raises(es.ZeroDelayLoopError) as raised:
            reference.run(until=case.end)
        assert time_in(str(raised.value)) == time_in(loop)
        assert_same_spikes(sequential.spikes, reference.spikes)
        return
    reference.run(until=end)
    event(f"spikes: {min(len(sequential.spikes) // 50 * 50, 500)} or more")
    assert_same_spikes(sequential.spikes, reference.spikes)
    assert_same_states(states(sequential), states(reference))
    assert {k: sequential.stats[k] for k in COUNTERS} == {k: reference.stats[k] for k in COUNTERS}


@given(cases(kinds=ALL_NEURONS, loops=True))
@settings(max_examples=60)
def test_guarantee_3_sequential_equals_reference(case):
    compare(case)


@given(crowds(kinds=ALL_NEURONS))
@settings(max_examples=30)
def test_guarantee_3_where_many_deliveries_meet(case):
    compare(case)


@pytest.mark.slow
@given(crowds(kinds=ALL_NEURONS))
@settings(max_examples=1000)
def test_guarantee_3_where_many_deliveries_meet_at_length(case):
    compare(case)


@pytest.mark.slow
@given(cases(kinds=ALL_NEURONS, loops=True, max_groups=5, max_n=12))
@settings(max_examples=2500)
def test_guarantee_3_at_length(case):
    compare(case)


@pytest.mark.parametrize(
    "later", [None, [2.002259571052989, 2.0883525948685318, 2.8796055839125896, 4.633493345179186, 27.021883613137497]]
)
def test_grazing_contact_is_decided_alike(later):
    """Weights to the last bit around that at which the peak of v touches threshold: looks from later states must not decide otherwise."""
    net = es.Network(seed=1)
    cells = net.population(400, es.LIFExp(tau_syn=[0.6447326836028496, 32.82881917627323, 51.95991933047145], t_ref=2.0))
    kick = net.population(1, es.SpikeSource(times=[1.0]))
    touching = -19668.753903362525
    grazing = touching + np.arange(-200.0, 200.0) * np.spacing(abs(touching))
    for receptor, weight in enumerate((21130.237087052887, 21130.237087052887, grazing)):
        net.connect(kick, cells, es.AllToAll(), weight=weight, delay=1.0, receptor=receptor)
    if later:
        more = net.population(1, es.SpikeSource(times=later))
        net.connect(more, cells, es.AllToAll(), weight=1e-12, delay=1.0, receptor=1)
    sequential, reference = simulator(net, "sequential"), simulator(net, "reference")
    sequential.run(100.0)
    reference.run(100.0)
    assert 100 < len(reference.spikes.of(cells)) < 300
    assert_same_spikes(sequential.spikes, reference.spikes)
