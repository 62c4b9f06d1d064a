"""Trajectories of synapses: the same bits from the eager and the lazy engine, whatever is read on the way; recording changes nothing."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import eventsim as es
from eventsim.engine.compiled import following, state

from ..changing import alterations, build_changing
from ..learning import learning
from ..strategies import cases, crowds
from ..synapses.running import delays, network, trains
from .running import assert_same_spikes, assert_same_states, restored, run_bounded, simulator, states
from .test_plastic_equality import assert_same_weights

ENGINES = ("reference", "sequential")
AMOUNTS = {"a_plus": 0.02, "a_minus": 0.015, "w_max": 1.0}


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


def compare(case, ring, stops, every, scalings=()):
    """The sequential engine, stopped and read on the way, beside the reference; both without and with synapses that are followed from the first stop on."""
    net = build_changing(case, scalings)
    with mock.patch.object(state, "RING", ring):
        plain, sequential, reference = simulator(net), simulator(net), simulator(net, "reference")
    end = run_bounded(plain, case.case.end, step=0.125)  # weights without bounds explode fast
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


# Without and with flow, with a modulator; all of what a rule may have. Each is compiled once more for being followed, so all rules are for the slow test.
SOME_RULES = ("STDP", "RewardSTDP", "Restless")
STOPS = st.lists(st.floats(0.0, 20.0), max_size=3)


@given(learning(cases(kinds=("LIF",)), SOME_RULES), st.sampled_from((2, 16)), STOPS, st.sampled_from((1, 3)))
@settings(max_examples=15)
def test_sequential_equals_reference(case, ring, stops, every):
    compare(case, ring, stops, every)


@given(learning(crowds(kinds=("LIF", "LIFExp")), SOME_RULES), st.sampled_from((2, 16)), STOPS, st.sampled_from((1, 3)))
@settings(max_examples=12)
def test_sequential_equals_reference_where_many_deliveries_meet(case, ring, stops, every):
    compare(case, ring, stops, every)


@given(
    learning(cases(kinds=("LIF",)), SOME_RULES),
    st.sampled_from((2, 16)),
    STOPS,
    st.sampled_from((1, 3)),
    alterations(kinds=("total", "rate")),
)
@settings(max_examples=15)
def test_sequential_equals_reference_where_weights_are_scaled(case, ring, stops, every, scalings):
    compare(case, ring, stops, every, scalings)


@pytest.mark.slow
@given(learning(cases(kinds=("LIF",), max_groups=5, max_n=12)), st.sampled_from((2, 16)), STOPS, st.sampled_from((1, 3)))
@settings(max_examples=500)
def test_sequential_equals_reference_at_length(case, ring, stops, every):
    compare(case, ring, stops, every)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("post_first", [False, True])
def test_an_entry_for_every_time_at_which_something_reaches_the_synapse(engine, post_first):
    """Times are those of arrivals and of postsynaptic spikes on their way back, in floating point; values are the weights just after them."""
    pairs, delay, back = trains(3), delays(12), 1.5
    net, j = network(pairs, es.STDP(0.5, delay, backprop_delay=back, post_first=post_first, **AMOUNTS))
    sim = es.Simulator(net, engine=engine)
    weight = sim.record("weight", j)
    sim.run(60.0)
    assert all(len(t) >= 1 and t[0] == 0.0 and (t[1:] < 60.0).all() for t in weight.time)
    sim.run(until=250.0)
    for k, (pre, post) in enumerate(pairs):
        expected = np.unique(np.concatenate([[0.0], pre + delay[k], post + back]))
        assert len(weight.time[k]) == len(expected)
        np.testing.assert_array_equal(weight.time[k], expected)
    again = es.Simulator(net, engine=engine)
    every = np.unique(np.concatenate(weight.time))
    sampled = again.record("weight", j, at=np.nextafter(every, np.inf))
    again.run(until=250.0)
    for k, (time, value) in enumerate(zip(weight.time, weight.value, strict=True)):
        np.testing.assert_array_equal(value, sampled.value[np.searchsorted(every, time), k])
    np.testing.assert_array_equal(weight.at(sampled.time), sampled.value)
    assert len(np.unique(np.concatenate(weight.value))) > 100


@pytest.mark.parametrize("engine", ENGINES)
def test_left_limits_at_any_time_are_the_samples(engine):
    net, j = network(trains(4), es.TripletSTDP(0.5, 1.0, w_max=1.0, **dict.fromkeys(("a2_plus", "a3_plus", "a2_minus", "a3_minus"), 0.02)))
    sim = es.Simulator(net, engine=engine)
    sim.run(20.0)
    at = np.concatenate([np.linspace(20.0, 150.0, 300), [20.0, 150.0]])
    weight, sampled = sim.record("weight", j, synapses=[7, 0, 7]), sim.record("weight", j, synapses=[7, 0, 7], at=at)
    assert (weight.begin, weight.until) == (20.0, 20.0)
    np.testing.assert_array_equal(weight.initial, sim.weights(j)["weight"][[7, 0, 7]])
    sim.run(130.0)
    assert len(np.unique(sampled.value)) > 10
    np.testing.assert_array_equal(weight.at(at), sampled.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_changes_of_a_modulator_are_events(engine):
    net = es.Network()
    pre = net.population(1, es.SpikeSource(times=[[5.0, 30.0]]))
    cell = net.population(1, es.LIF())
    dopamine = net.population(1, es.Modulator(tau=50.0))
    reward = net.population(1, es.SpikeSource(times=[[10.0, 31.0, 40.0]]))
    net.connect(reward, dopamine, es.OneToOne(), weight=0.5, delay=0.25)
    j = net.connect(pre, cell, es.OneToOne(), synapse=es.RewardSTDP(0.5, 1.0, dopamine, tau_e=100.0, **AMOUNTS))
    sim = es.Simulator(net, engine=engine)
    weight, eligibility = (sim.record(name, j) for name in ("weight", "e"))
    sim.run(20.0)
    sim.set(dopamine, v=0.25)
    sim.run(30.0)
    assert weight.time[0].tolist() == eligibility.time[0].tolist() == [0.0, 6.0, 10.25, 20.0, 31.0, 31.25, 40.25]
    with pytest.raises(es.RecordingError, match="changes between events too"):
        weight.at([1.0])


@pytest.mark.parametrize("engine", ENGINES)
def test_scalings_are_events(engine):
    """The arrival of 6 ms finds a weight of 0.5 and leaves it there; scaling makes it 0.25 at 10 and 20 ms, where the neuron has not fired."""
    net = es.Network()
    pre, cell = net.population(1, es.SpikeSource(times=[[5.0, 19.0]])), net.population(1, es.LIF())
    j = net.connect(pre, cell, es.OneToOne(), synapse=es.STDP(0.5, 1.0, **AMOUNTS))
    net.scale(j, total=0.25, at=[10.0, 20.0])
    sim = es.Simulator(net, engine=engine)
    weight = sim.record("weight", j)
    sim.run(20.0)
    assert weight.time[0].tolist() == [0.0, 6.0, 10.0]
    sim.run(5.0)
    assert weight.time[0].tolist() == [0.0, 6.0, 10.0, 20.0]
    assert weight.value[0].tolist() == [0.5, 0.5, 0.25, 0.25]
    np.testing.assert_array_equal(weight.at([10.0, 10.5, 20.0]).ravel(), [0.5, 0.25, 0.25])


def test_a_log_that_is_full_is_emptied():
    """A spike every millisecond on both sides: more events than there is room for, arrivals and postsynaptic spikes in order."""
    net, j = network([(np.arange(1.0, 1500.0), np.arange(1.25, 1500.0))], es.STDP(0.5, 0.5, **AMOUNTS))
    sim, reference = es.Simulator(net), es.Simulator(net, engine="reference")
    first, second = (s.record("weight", j) for s in (sim, reference))
    for s in (sim, reference):
        s.run(until=1600.0)
    assert sim._engine.state.learning.log.entries.shape[0] < len(first.time[0]) == 1 + 1499 + 1499
    assert_same_trajectories([first], [second])


def test_levels_that_are_set_again_and_again_find_room():
    net = es.Network()
    pre, cell = net.population(1, es.SpikeSource()), net.population(1, es.LIF())
    dopamine = net.population(1, es.Modulator(tau=50.0))
    j = net.connect(pre, cell, es.OneToOne(), synapse=es.RewardSTDP(0.5, 1.0, dopamine, tau_e=100.0, **AMOUNTS))
    sim = es.Simulator(net)
    weight = sim.record("weight", j)
    n = 2 * len(sim._engine.state.learning.log.entries)
    for k in range(n):
        sim.set(dopamine, v=float(k % 2))
        sim.run(0.125)
    np.testing.assert_array_equal(weight.time[0], 0.125 * np.arange(n))


def test_a_checkpoint_goes_on_without_trajectories_and_takes_new_ones(tmp_path):
    net, j = network(trains(5), es.STDP(0.5, 1.0, **AMOUNTS))
    sim = es.Simulator(net)
    whole = sim.record("weight", j)
    sim.run(60.0)
    sim.save(tmp_path / "half")
    again = restored(tmp_path / "half", net)
    rest = again.record("weight", j)
    for s in (sim, again):
        s.run(140.0)
    np.testing.assert_array_equal(sim.weights(j), again.weights(j))
    for k in range(12):
        later = whole.time[k] >= 60.0
        assert len(rest.time[k]) == 1 + np.count_nonzero(later)
        np.testing.assert_array_equal(rest.time[k][1:], whole.time[k][later])
        np.testing.assert_array_equal(rest.value[k][1:], whole.value[k][later])


def test_what_does_not_fit_into_memory_is_refused_and_nothing_is_followed():
    net, j = network(trains(6), es.STDP(0.5, 1.0, **AMOUNTS))
    sim, plain = es.Simulator(net), es.Simulator(net)
    with (
        mock.patch.object(following, "available_bytes", return_value=10_000),
        pytest.raises(es.CapacityError, match="follow fewer synapses"),
    ):
        sim.record("weight", j)
    for s in (sim, plain):
        s.run(200.0)
    np.testing.assert_array_equal(sim.weights(j), plain.weights(j))


def test_events_that_do_not_fit_into_memory_stop_the_run_between_two_events():
    net, j = network([(np.arange(1.0, 1500.0), np.arange(1.25, 1500.0))], es.STDP(0.5, 0.5, **AMOUNTS))
    sim, plain = es.Simulator(net), es.Simulator(net)
    weight = sim.record("weight", j)
    with (
        mock.patch.object(following, "available_bytes", return_value=10_000),
        pytest.raises(es.CapacityError, match="follow fewer synapses"),
    ):
        sim.run(until=1600.0)
    assert sim.now < 1600.0
    for s in (sim, plain):
        s.run(until=1600.0)
    assert_same_spikes(sim.spikes, plain.spikes)
    assert len(weight.time[0]) == 2999


def test_times_outside_are_refused():
    net, j = network(trains(7), es.STDP(0.5, 1.0, **AMOUNTS))
    sim = es.Simulator(net)
    sim.run(10.0)
    weight = sim.record("weight", j, synapses=[])
    assert (len(weight), weight.time, weight.value) == (0, [], [])
    assert weight.at([10.0]).shape == (1, 0)
    for wrong in (9.0, 11.0):
        with pytest.raises(es.ParameterError, match=f"from 10.0 to 10.0 ms, got {wrong}"):
            weight.at([10.0, wrong])
