"""The guarantees of the specification, each with its test by number (2 and 3: test_oracle.py and test_equality.py)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es

from ..strategies import ALL_NEURONS, Background, Bundle, Group, build, cases, extended
from .running import assert_same_spikes, assert_same_states, loaded, run_bounded, simulator, states

ENGINES = st.sampled_from(("sequential", "sequential", "reference"))


def one_run(net, engine, end):
    """A simulator that has run to `end`, or to where it had to stop; and that time."""
    sim = simulator(net, engine)
    return sim, run_bounded(sim, end)


@given(cases(kinds=ALL_NEURONS), ENGINES, st.lists(st.floats(0.0, 1.0), max_size=6), st.integers(0, 6), st.booleans())
@settings(max_examples=25)
def test_guarantee_1_splits_and_checkpoints_change_no_bit(tmp_path_factory, case, engine, fractions, saved_at, by_duration):
    net = build(case)
    whole, end = one_run(net, engine, case.end)
    parts = simulator(net, engine)
    for k, stop in enumerate(sorted(f * end for f in fractions)):
        if by_duration:
            parts.run(max(stop - parts.now, 0.0))
        else:
            parts.run(until=max(stop, parts.now))
        if k == saved_at:
            path = tmp_path_factory.mktemp("checkpoint") / "half.npz"
            parts.save(path)
            parts.run(until=end)  # what is left behind goes on and must not matter
            parts = loaded(path, net)
    parts.run(until=end)
    assert parts.now == whole.now
    assert_same_spikes(whole.spikes, parts.spikes)
    assert_same_states(states(whole), states(parts))


@given(cases(kinds=ALL_NEURONS), ENGINES)
@settings(max_examples=10)
def test_guarantee_1_stopping_at_every_spike_changes_no_bit(case, engine):
    net = build(case)
    whole, end = one_run(net, engine, case.end)
    last = whole.spikes.time[-1] if len(whole.spikes) else 0.0
    parts = simulator(net, engine)
    while parts.now <= last and len(whole.spikes):
        parts.run(until=lambda sim: True)
        assert parts.now == np.nextafter(parts.spikes.time[-1], np.inf)
    parts.run(until=end)
    assert_same_spikes(whole.spikes, parts.spikes)
    assert_same_states(states(whole), states(parts))


@given(cases(kinds=ALL_NEURONS), ENGINES)
@settings(max_examples=10)
def test_guarantee_1_the_same_network_twice(case, engine):
    (a, end), (b, _) = one_run(build(case), engine, case.end), one_run(build(case), engine, case.end)
    assert_same_spikes(a.spikes, b.spikes)
    threads = es.Simulator(build(case), engine=engine, threads=2, record_spikes=False)
    threads.run(until=end)
    assert_same_states(states(a), states(threads))


@given(cases(kinds=ALL_NEURONS), ENGINES, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_guarantee_4_recording_and_sampling_change_no_bit(case, engine, fractions, random):
    net = build(case)
    plain, end = one_run(net, engine, case.end)
    watched = es.Simulator(net, engine=engine, micro_steps=30, record_spikes=random.sample(net.populations, 1))
    traces = []
    for p in net.populations:
        if not p.is_source:
            traces += [watched.record(x, p, at=np.array(fractions) * end) for x in p.model.model.variables]
    watched.run(until=end)
    assert_same_states(states(plain), states(watched))
    recorded = [p for p in net.populations if watched.spikes._recorded[p.first]]
    for p in recorded:
        assert_same_spikes(plain.spikes.of(p), watched.spikes.of(p))
    for trace in traces:
        assert np.isfinite(trace.value).all()


@given(cases(kinds=ALL_NEURONS), st.floats(0.05, 0.95))
@settings(max_examples=15)
def test_guarantee_4_a_sample_is_the_left_limit_of_the_state(case, fraction):
    net = build(case)
    end = one_run(net, "sequential", case.end)[1]
    at = fraction * end
    sampled, stopped = simulator(net), simulator(net)
    neurons = [p for p in net.populations if not p.is_source]
    traces = {p.name: sampled.record("v", p, at=[at]) for p in neurons}
    sampled.run(until=end)
    stopped.run(until=at)
    for p in neurons:
        np.testing.assert_array_equal(traces[p.name].value[0], stopped.get(p, "v"))


@given(cases(kinds=ALL_NEURONS, drives=True))
@settings(max_examples=15)
def test_guarantee_5_what_is_added_changes_no_other_draw(case):
    """New sources, neurons, synapses between them and a drive onto them: the old network's spikes stay the same."""
    net = build(case)
    before, end = one_run(net, "sequential", case.end)
    old = len(case.groups)
    added = (Group("Poisson", 3, {"rate": 300.0}), Group("LIF", 4, {"tau_m": 10.0}))
    bundle = Bundle(old, None, old + 1, None, ("FixedProbability", (0.5,)), ("Uniform", 1.0, 9.0), ("Uniform", 0.1, 2.0), None)
    larger = build(extended(case, added, (bundle,), (Background(old + 1, None, (3000.0, 0.0, 9000.0, 10.0), 2.0, None),)))
    after = simulator(larger)
    after.run(until=end)
    assert after.stats["drive_events"] > before.stats["drive_events"]
    theirs = after.spikes.address < net.size
    assert np.count_nonzero(theirs) == len(before.spikes)
    np.testing.assert_array_equal(after.spikes.time[theirs], before.spikes.time)
    np.testing.assert_array_equal(after.spikes.address[theirs], before.spikes.address)
    for j, k in zip(net.projections, larger.projections, strict=False):
        np.testing.assert_array_equal(before.weights(j), after.weights(k))


def test_guarantee_5_the_seed_of_the_simulator_varies_the_noise_alone():
    net = es.Network(seed=5)
    noise = net.population(20, es.Poisson(rate=100.0))
    neurons = net.population(30, es.LIF(tau_m=10.0))
    synapses = net.connect(noise, neurons, es.FixedProbability(0.3), weight=es.Normal(4.0, 1.0), delay=es.Uniform(0.5, 2.0))
    net.drive(neurons, rate=1000.0, weight=1.0)
    a, b, c = (es.Simulator(net, seed=seed, record_spikes=[noise, neurons]) for seed in (None, 5, 6))
    for sim in (a, b, c):
        sim.run(200.0)
        np.testing.assert_array_equal(sim.weights(synapses), a.weights(synapses))
    assert len(a.spikes) > 300
    assert_same_spikes(a.spikes, b.spikes)
    assert len(np.intersect1d(a.spikes.time, c.spikes.time)) == 0


LONG = 1e6  # ms


@pytest.mark.parametrize(
    "model",
    [
        es.LIF(tau_m=10.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=2.0, i_offset=17.0),
        es.LIFExp(tau_m=10.0, c_m=250.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=2.0, i_offset=425.0, tau_syn_exc=2.0),
    ],
    ids=["LIF", "LIFExp"],
)
def test_guarantee_6_precision_does_not_fade_under_constant_drive(model):
    net = es.Network()
    net.population(1, model)
    sim = es.Simulator(net)
    sim.run(LONG)
    intervals = np.diff(sim.spikes.time)
    period = 2.0 + 10.0 * np.log(17.0 / 2.0)
    assert len(intervals) == int((LONG - (period - 2.0)) / period)
    assert np.abs(intervals - intervals[0]).max() < 1e-9


@pytest.mark.parametrize("kind", ["LIF", "LIFExp"])
def test_guarantee_6_precision_does_not_fade_under_periodic_input(kind):
    """Input every 8 ms, of which each third makes the neuron fire (LIF), or each after some time (LIFExp)."""
    net = es.Network()
    membrane = {"tau_m": 10.0, "v_rest": 0.0, "v_reset": 0.0, "v_thresh": 15.0, "t_ref": 2.0}
    model = es.LIF(**membrane) if kind == "LIF" else es.LIFExp(c_m=250.0, tau_syn_exc=2.0, **membrane)
    neuron = net.population(1, model)
    source = net.population(1, es.SpikeSource(times=[np.arange(0.0, LONG, 8.0)]))
    net.connect(source, neuron, es.OneToOne(), weight=9.5 if kind == "LIF" else 4000.0, delay=0.3)
    sim = es.Simulator(net)
    sim.run(LONG)
    assert len(sim.spikes) == (41_666 if kind == "LIF" else 125_000)
    period = 24.0 if kind == "LIF" else 8.0
    settled = np.diff(sim.spikes.time)[50:]  # the residue of what went before decays by exp(-8/10) a period at least
    assert np.abs(settled - period).max() < 1e-9
