"""The windowed engine: the reference's spikes to 1e-9 ms wherever no decision is nearer than that, and the same bits however it is run."""

import contextlib
import dataclasses
import os
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import eventsim as es
from eventsim.engine.status import Status
from eventsim.engine.windowed import engine
from eventsim.engine.windowed import state as state_arrays
from eventsim.engine.windowed.suits import SHORTEST
from eventsim.published import brunel2000, potjans_diesmann2014, vogels_abbott2005, vogels_abbott2005_currents

from ..strategies import build, window_cases
from .running import assert_same_spikes, assert_same_states, blocks_of, restored, run_bounded, simulator, states

MARGIN = 1e-9


def agree(windowed, reference, tolerance=1e-9):
    """The same number of spikes, each neuron's at the same times to a billionth of a millisecond.

    So the order is the same too, but for spikes of different neurons that are nearer to each other than that: margin
    speaks of one neuron's events, and two neurons alike in all but the last bit may fire in either order.
    """
    assert len(windowed) == len(reference)
    a, b = np.lexsort((windowed.time, windowed.address)), np.lexsort((reference.time, reference.address))
    np.testing.assert_array_equal(windowed.address[a], reference.address[b])
    np.testing.assert_allclose(windowed.time[a], reference.time[b], rtol=0.0, atol=tolerance)
    np.testing.assert_allclose(windowed.time, reference.time, rtol=0.0, atol=tolerance)


# -- equality ------------------------------------------------------------------------------------------------------------


# Sizes of target blocks: those of small networks, which are one block, and many.
sizes = st.sampled_from((4096, 1, 2, 4))


def compare(case, size):
    net = build(case)
    reference = simulator(net, "reference")
    with blocks_of(size):
        windowed = simulator(net, "windowed")
    end = run_bounded(reference, case.end)
    windowed.run(until=end)
    clear = reference.stats["margin"] > MARGIN
    event(f"{'clear' if clear else 'a decision on the edge'}, spikes: {min(len(reference.spikes) // 20 * 20, 100)} or more")
    if not clear:
        return
    agree(windowed.spikes, reference.spikes)
    for counter in ("spikes", "source_spikes", "deliveries", "drive_events"):
        assert windowed.stats[counter] == reference.stats[counter]
    for (key, a), b in zip(states(windowed).items(), states(reference).values(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-9, err_msg=str(key))  # currents grow to 1e7 pA


@given(window_cases(), sizes)
@settings(max_examples=150)
def test_guarantee_3_windowed_agrees_with_reference(case, size):
    compare(case, size)


@pytest.mark.slow
@given(window_cases(max_groups=5, max_n=12), sizes)
@settings(max_examples=3000)
def test_guarantee_3_windowed_at_length(case, size):
    compare(case, size)


@pytest.mark.parametrize(
    ("net", "duration"),
    [
        (lambda: vogels_abbott2005(scale=0.1), 100.0),
        (lambda: brunel2000("C", scale=0.05), 50.0),
        (lambda: brunel2000("A", scale=0.02), 30.0),
        (lambda: vogels_abbott2005_currents(scale=0.3), 100.0),
        (lambda: potjans_diesmann2014(scale=0.02), 30.0),
    ],
)
def test_published_networks_spike_for_spike(net, duration):
    """Over stretches in which rounding has not grown to 1e-9 ms."""
    net = net()
    sequential, windowed = simulator(net), simulator(net, "windowed")
    for sim in (sequential, windowed):
        sim.run(duration)
    assert len(sequential.spikes) > 300
    assert windowed.stats["windows"] > 50
    agree(windowed.spikes, sequential.spikes)


@pytest.mark.parametrize("v_rest", [0.0, -64.0])
def test_three_jumps_to_the_threshold_fire(v_rest):
    """An exact touch: three jumps of 5 mV that arrive together at a threshold 15 mV away."""
    net = es.Network()
    neuron = net.population(1, es.LIF(v_rest=v_rest, v_reset=v_rest, v_thresh=v_rest + 15.0))
    source = net.population(3, es.SpikeSource(times=[[1.0]] * 3))
    net.connect(source, neuron, es.AllToAll(), weight=5.0, delay=1.5)
    sim = es.Simulator(net, engine="windowed")
    sim.run(5.0)
    assert sim.spikes.time.tolist() == [2.5]


def test_a_neuron_that_fires_by_itself_fires_when_it_should():
    """Rate 1/(t_ref + tau log((v_inf - v_reset)/(v_inf - v_thresh))), and a window only where there is something to do."""
    net = es.Network()
    net.population(3, es.LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=2.0, i_offset=20.0))
    sim = es.Simulator(net, engine="windowed")
    sim.run(10_000.0)
    interval = 2.0 + 20.0 * np.log(20.0 / 5.0)
    times = sim.spikes.time[sim.spikes.address == 1]
    assert len(times) == int((10_000.0 + 2.0) / interval)
    np.testing.assert_allclose(times, interval * np.arange(1, len(times) + 1) - 2.0, rtol=1e-12)


def test_silence_is_free():
    net = es.Network()
    population = net.population(1000, es.LIF(v_rest=-65.0))
    net.connect(population, population, es.FixedInDegree(10), weight=1.0, delay=1.0)
    sim = es.Simulator(net, engine="windowed")
    sim.run(1e9)
    assert sim.stats["windows"] == 1  # in which nothing is found to happen by itself
    assert sim.stats["wall_s"] < 0.5


# -- the same bits however it is run -----------------------------------------------------------------------------------------


def bits(net, stops, engine="windowed", **options):
    """A run that is cut at these times."""
    sim = simulator(net, engine, **options)
    for stop in stops:
        sim.run(until=stop)
    return sim


@given(window_cases(), st.lists(st.floats(0.01, 0.99), max_size=6), sizes)
@settings(max_examples=60)
def test_guarantee_1_cuts_change_no_bit(case, fractions, size):
    net = build(case)
    end = run_bounded(simulator(net, "sequential"), case.end)
    with blocks_of(size):
        whole = bits(net, [end])
        cut = bits(net, [*(f * end for f in sorted(fractions)), end])
    assert_same_spikes(cut.spikes, whole.spikes)
    assert_same_states(states(cut), states(whole))


@given(window_cases(), st.sampled_from((1, 2)), st.lists(st.floats(0.01, 0.99), max_size=2))
@settings(max_examples=25)
def test_guarantee_1_threads_change_no_bit(case, size, fractions):
    """One, two, three or seven threads, with and without cuts."""
    net = build(case)
    end = run_bounded(simulator(net, "sequential"), case.end)
    with blocks_of(size), mock.patch.object(engine, "_PER_THREAD", 1e-9):
        alone = bits(net, [end])
        for threads in (2, 3, 7):
            team = bits(net, [*(f * end for f in sorted(fractions)), end], threads=threads)
            assert team.stats["threads_used"] <= min(threads, team.stats["blocks"])
            assert_same_spikes(team.spikes, alone.spikes)
            assert_same_states(states(team), states(alone))


@pytest.mark.parametrize("net", [lambda: brunel2000("C", scale=0.05), lambda: vogels_abbott2005(scale=0.2)])
def test_guarantee_1_threads_in_large_windows(net):
    """As before, in windows of many spikes, where threads meet thousands of times."""
    net, trains = net(), []
    with blocks_of(64), mock.patch.object(engine, "_PER_THREAD", 1e-9):
        for threads in (1, 2, 3, 7):
            sim = es.Simulator(net, engine="windowed", threads=threads)
            sim.run(30.0)
            assert sim.stats["threads_used"] == threads
            trains.append(sim.spikes)
    assert len(trains[0]) > 150
    for train in trains[1:]:
        assert_same_spikes(train, trains[0])


@given(case=window_cases(), fraction=st.floats(0.05, 0.95))
@settings(max_examples=25)
def test_guarantee_1_checkpoints_change_no_bit(case, fraction, tmp_path_factory):
    net = build(case)
    path = tmp_path_factory.mktemp("checkpoint") / "run.npz"
    end = run_bounded(simulator(net, "sequential"), case.end)
    whole = bits(net, [end])
    sim = bits(net, [fraction * end])
    sim.save(path)
    loaded = restored(path, net)
    assert loaded.now == sim.now
    assert_same_states(states(loaded), states(sim))
    loaded.run(until=end)
    assert_same_spikes(loaded.spikes, whole.spikes)
    assert_same_states(states(loaded), states(whole))


def test_a_predicate_is_asked_at_each_instant_with_a_spike():
    """Windowed or not: the same instants, and the same spikes when the run goes on."""
    net = vogels_abbott2005(scale=0.05)
    asked = {}
    for name in ("sequential", "windowed"):
        sim = es.Simulator(net, engine=name)
        seen = []
        sim.run(until=lambda sim, seen=seen: seen.append(sim.now) or len(seen) == 40)
        asked[name] = seen
        sim.run(until=40.0)
        asked[name, "after"] = sim.spikes
    np.testing.assert_allclose(asked["windowed"], asked["sequential"], rtol=0.0, atol=1e-9)
    agree(asked["windowed", "after"], asked["sequential", "after"])


def test_injected_spikes_count_within_the_window():
    net = es.Network()
    source = net.population(1, es.SpikeSource())
    neuron = net.population(2, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=0.1))
    net.connect(source, neuron, es.AllToAll(), weight=20.0, delay=0.25)
    net.connect(neuron[:1], neuron[1:], es.AllToAll(), weight=1.0, delay=4.0)
    sim = es.Simulator(net, engine="windowed")
    sim.run(until=1.0625)
    sim.inject([1.0625], [source.first])
    sim.run(until=1.3)
    assert sim.get(neuron, "v").tolist() == [20.0, 20.0] or len(sim.spikes) == 0
    sim.run(until=3.0)
    assert sim.spikes.time.tolist() == [1.3125, 1.3125]


def test_set_within_a_window_is_an_event_there():
    for name in ("sequential", "windowed"):
        net = es.Network()
        neuron = net.population(2, es.LIF(tau_m=10.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=2.0))
        net.connect(neuron, neuron, es.OneToOne(), weight=0.1, delay=1.0)
        sim = es.Simulator(net, engine=name)
        sim.run(0.3)
        sim.set(neuron, v=np.array([15.0, 10.0]))
        sim.run(1.0)
        assert sim.spikes.time.tolist() == [0.3], name
        np.testing.assert_allclose(sim.get(neuron, "v"), [0.0, 10.0 * np.exp(-0.1)], rtol=1e-15)
        sim.set(neuron[:1], v=5.0)  # refractory until 2.3 ms: clamped there
        sim.run(1.0)
        np.testing.assert_allclose(sim.get(neuron, "v")[0], 5.0, rtol=0.0)


@pytest.mark.parametrize("v", [-1e308, -1e101])  # -inf stands for refractoriness there
def test_set_refuses_what_sums_might_make_infinite(v):
    net = es.Network(seed=1)
    a = net.population(3, es.LIF())
    sim = es.Simulator(net, engine="windowed")
    sim.run(1.3)
    with pytest.raises(es.ParameterError, match=r"up to 1e\+100.*sequential"):
        sim.set(a, v=v)
    sim.set(a, v=-1e99)
    assert sim.get(a, "v").tolist() == [-1e99] * 3


def test_samples_are_the_solution_and_change_nothing():
    net = brunel2000("C", scale=0.02)
    plain, sampled = (simulator(net, "windowed") for _ in range(2))
    exc = net.populations[0]
    trace = sampled.record("v", exc[:5], at=np.linspace(0.0, 9.9, 67))
    for sim in (plain, sampled):
        sim.run(10.0)
    assert_same_spikes(plain.spikes, sampled.spikes)
    other = simulator(net, "sequential")
    expected = other.record("v", exc[:5], at=np.linspace(0.0, 9.9, 67))
    other.run(10.0)
    np.testing.assert_allclose(trace.value, expected.value, rtol=0.0, atol=1e-9)


def test_recording_begins_at_the_moment_it_is_asked_for_within_a_window(tmp_path):
    """Spikes of the window in work that lie before are not recorded; the very next one is, and a checkpoint knows."""
    path = tmp_path / "run.npz"
    found = {}
    for name in ("reference", "sequential", "windowed"):
        net = es.Network()
        stim = net.population(3, es.SpikeSource(times=[[0.1, 0.2, 0.3, 1.1], [0.15, 0.25, 0.3], [0.05, 0.35]]), name="stim")
        net.connect(stim, net.population(1, lif(), name="cell"), es.AllToAll(), weight=0.1, delay=1.0)
        sim = es.Simulator(net, engine=name, record_spikes=[stim[2]])
        if name == "windowed":
            assert sim.stats["window_ms"] > 0.3
        sim.run(until=0.2)
        sim.record("spikes", stim[0])
        sim.record("spikes", stim[2])
        sim.run(until=0.28)
        sim.record("spikes", stim[:2])
        within = sim.spikes
        sim.save(path)
        sims = [sim, es.Simulator.load(path)]
        for one in sims:
            one.run(until=5.0)
            one.record("spikes", stim)
        found[name] = [(list(zip(s.time, s.address, strict=True))) for s in (within, *(one.spikes for one in sims))]
    later = [(0.05, 2), (0.2, 0), (0.3, 0), (0.3, 1), (0.35, 2), (1.1, 0)]
    assert found == {name: [later[:2], later, later] for name in found}


# -- plan ----------------------------------------------------------------------------------------------------------------


@given(window_cases())
@settings(max_examples=40)
def test_windows_have_exact_edges_and_are_no_longer_than_any_delay_between_neurons(case):
    net = build(case)
    sim = es.Simulator(net, engine="windowed")
    window = sim.stats["window_ms"]
    assert window >= SHORTEST
    for k in (1, 3, 2**20 + 1, 2**47 - 1):
        assert Fraction(k * window) == k * Fraction(window)
    for j in net.projections:
        if not j.pre.population.is_source:
            assert window <= sim.weights(j)["delay"].min(initial=np.inf)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda net, p: net.population(2, es.LIF(tau_m=np.array([10.0, 20.0]))), "share their time constants"),
        (lambda net, p: net.connect(p, p, es.AllToAll(), weight=1.0, delay=0.0), "delays of"),
        (lambda net, p: net.connect(p, p, es.AllToAll(), weight=-1e300, delay=1.0), "stay finite"),
    ],
)
def test_networks_it_cannot_run_are_refused_with_the_reason(change, reason):
    net = es.Network()
    change(net, net.population(3, es.LIF()))
    with pytest.raises(es.ParameterError, match=reason):
        es.Simulator(net, engine="windowed")
    es.Simulator(net)


def test_auto_chooses_from_the_network_alone():
    """Windows where they pay; threads, recording and calls have no say."""
    large, small = vogels_abbott2005(), vogels_abbott2005(scale=0.05)
    for options in ({}, {"threads": 4}, {"record_spikes": False}):
        assert es.Simulator(large, **options).stats["engine"] == "windowed"
        assert es.Simulator(small, **options).stats["engine"] == "sequential"


def test_events_late_in_time():
    """Edges of windows stay exact up to the furthest time there is (tests/engine/test_stopping.py)."""
    for start in (1e6, 1e10, 2.0**34 - 10.0):
        net = es.Network()
        source = net.population(1, es.SpikeSource(times=[[start + 1.0, start + 2.0]]))
        neuron = net.population(1, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0))
        net.connect(source, neuron, es.AllToAll(), weight=16.0, delay=1.5)
        net.connect(neuron, neuron, es.AllToAll(), weight=1.0, delay=2.0**-19)
        sim = es.Simulator(net, engine="windowed")
        sim.run(start + 10.0)
        assert sim.spikes.time.tolist() == [start + 2.5, start + 3.5]


def test_a_source_with_many_spikes_at_once_grows_the_buffers():
    net = es.Network()
    source = net.population(3, es.SpikeSource(times=[[1.0] * 3000] * 3))
    neuron = net.population(5, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=1e5))
    net.connect(source, neuron, es.AllToAll(), weight=1.0, delay=1.5)
    sims = [es.Simulator(net, engine=engine, record_spikes=net.populations) for engine in ("sequential", "windowed")]
    for sim in sims:
        sim.run(4.0)
        assert sim.stats["deliveries"] == 45_000
    assert_same_spikes(sims[1].spikes, sims[0].spikes)
    np.testing.assert_allclose(sims[1].get(neuron, "v"), sims[0].get(neuron, "v"), rtol=1e-12)


@pytest.mark.parametrize("longest", [0.3, 4.0, 300.0])
def test_individual_delays_of_a_burst_are_dealt_out_and_the_pool_grows(longest):
    """All deliveries arrive, at their times, whether a row ends in this window or hundreds of windows on."""
    net = es.Network()
    source = net.population(40, es.SpikeSource(times=[[1.0, 1.0, 7.3]] * 40))
    neuron = net.population(200, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=20.0, t_ref=1.0))
    net.connect(source, neuron, es.AllToAll(), weight=es.Normal(0.1, 0.3), delay=es.Uniform(0.05, longest))
    net.connect(neuron, neuron, es.FixedInDegree(10), weight=es.Normal(1.0, 1.0), delay=es.Uniform(0.25, longest))
    sims = [simulator(net, name) for name in ("sequential", "windowed")]
    end = longest + 20.0
    for sim in sims:
        for stop in (5.1, 0.37 * end, end):
            sim.run(until=stop)
    assert sims[0].stats["deliveries"] >= 24_000
    for counter in ("deliveries", "spikes"):
        assert sims[1].stats[counter] == sims[0].stats[counter]
    agree(sims[1].spikes, sims[0].spikes)
    for (key, a), b in zip(states(sims[1]).items(), states(sims[0]).values(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0.0, atol=1e-9, err_msg=str(key))


def test_a_nonlinear_model_is_refused_by_name():
    model = dataclasses.replace(es.LIF, name="Curved", membrane=None)
    net = es.Network()
    net.population(2, model())
    with pytest.raises(es.ParameterError, match=r"it takes leaky membranes .* not Curved"):
        es.Simulator(net, engine="windowed")


def lif(**parameters):
    return es.LIF(**{"tau_m": 20.0, "v_rest": 0.0, "v_reset": 0.0, "v_thresh": 15.0, "t_ref": 2.0, **parameters})


def test_a_long_refractoriness_without_events_lasts():
    """Of what is left of -inf, which means refractoriness, after hundreds of time constants: all."""
    net = es.Network()
    source, neuron = net.population(1, es.SpikeSource(times=[[1.0, 800.0, 9000.0]])), net.population(1, lif(tau_m=5.0, t_ref=8000.0))
    net.connect(source, neuron, es.AllToAll(), weight=20.0, delay=1.0)
    sim = es.Simulator(net, engine="windowed")
    sim.run(10_000.0)
    assert sim.spikes.time.tolist() == [2.0, 9001.0]


def test_a_predicate_at_the_very_first_instant():
    net = es.Network()
    neuron = net.population(2, lif())
    neuron.set(v=20.0)
    net.connect(neuron, neuron, es.AllToAll(), weight=0.1, delay=1.0)
    sim = es.Simulator(net, engine="windowed")
    sim.run(until=lambda sim: True)
    assert sim.now == 5e-324
    assert sim.spikes.address.tolist() == [0, 1]


def test_a_predicate_waits_for_a_far_sample_or_for_nothing():
    """Silence costs nothing while a predicate waits, and what waits can be stopped."""
    net = es.Network()
    source, neuron = net.population(1, es.SpikeSource(times=[[2e6]])), net.population(1, lif())
    net.connect(source, neuron, es.AllToAll(), weight=1.0, delay=1.0)
    sim = es.Simulator(net, engine="windowed")
    trace = sim.record("v", neuron, at=[1e6])
    sim.run(until=lambda sim: True)
    assert sim.now == np.nextafter(2e6, np.inf)
    assert trace.value.tolist() == [[0.0]]
    driven = es.Network()
    driven.drive(driven.population(64, lif()), rate=1000.0, weight=0.001)
    waiting = es.Simulator(driven, engine="windowed")
    assert waiting._engine.advance(np.inf, True) == Status.PAUSED
    assert waiting.now > 0.0


def test_after_too_little_memory_a_run_goes_on(monkeypatch):
    """Where arrays cannot grow, nothing is lost or made up."""
    net = es.Network()
    source = net.population(1, es.SpikeSource(times=[np.arange(1, 60) * 0.5]))
    neuron = net.population(200, lif(t_ref=0.1))
    net.connect(source, neuron, es.AllToAll(), weight=20.0, delay=1.0)
    for asked in range(1, 12):
        sim, calls = es.Simulator(net, engine="windowed"), iter(range(1000))
        monkeypatch.setattr(state_arrays, "available_bytes", lambda calls=calls, asked=asked: 1e12 if next(calls) < asked else 1000)
        with contextlib.suppress(es.CapacityError):
            sim.run(until=30.0)
        monkeypatch.undo()
        sim.run(until=30.0)
        assert sim.stats["spikes"] == 57 * 200
        np.testing.assert_array_equal(np.unique(sim.spikes.time), np.arange(1, 58) * 0.5 + 1.0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_threads_are_started_anew_in_a_forked_process():
    net = vogels_abbott2005(scale=0.1)
    with blocks_of(64), mock.patch.object(engine, "_PER_THREAD", 1e-9):
        sim = es.Simulator(net, engine="windowed", threads=2)
    sim.run(2.0)
    child = os.fork()
    if child == 0:
        sim.run(2.0)
        os._exit(0 if len(sim.spikes) else 1)
    assert os.waitpid(child, 0)[1] == 0
    sim.run(2.0)


@pytest.mark.parametrize("model", [lambda: es.LIF(tau_m=1e-9), lambda: es.LIFExp(c_m=1e-300), lambda: es.LIFExp(tau_syn_exc=1e-12)])
def test_auto_takes_whatever_the_sequential_engine_takes(model):
    net = es.Network()
    net.drive(net.population(2, model()), rate=1e6, weight=1e99)
    assert es.Simulator(net).stats["engine"] == "sequential"
    with pytest.raises(es.ParameterError, match=r"time constants of|stay finite"):
        es.Simulator(net, engine="windowed")


@pytest.mark.parametrize("weight", [5e-324, 3e-308, 0.0])
def test_excitation_too_weak_to_matter_leaves_windows_as_long_as_delays(weight):
    net = es.Network(seed=1)
    stim = net.population(3, es.SpikeSource([[1.0]] * 3))
    net.connect(stim, net.population(4, lif()), es.AllToAll(), weight=weight, delay=1.0)
    sim = es.Simulator(net, engine="windowed")
    sim.run(5.0)
    assert sim.stats["window_ms"] == 1.0
    assert sim.stats["deliveries"] == 12
