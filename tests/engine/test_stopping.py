"""Where a run stands when it stops: on a limit, in silence, in an instant that fails; the same in all three engines."""

import copy
import gc
import math
import re
from fractions import Fraction

import numpy as np
import pytest

import eventsim as es
from eventsim.engine.windowed import kernels
from eventsim.engine.windowed.suits import furthest_edge, windows_before

from .running import assert_same_spikes, assert_same_states, simulator, states
from .test_running import busy

ALL_ENGINES = ("reference", "sequential", "windowed")


def relay(times, engine, weight=20.0, delay=1.0, **options):
    """A source that sends its spikes to a neuron at rest (0 mV, threshold 15 mV)."""
    net = es.Network()
    cell = net.population(1, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=3.0), name="cell")
    stim = net.population(1, es.SpikeSource([times]), name="stim")
    net.connect(stim, cell, es.AllToAll(), weight=weight, delay=delay)
    return simulator(net, engine, **options)


# -- limits ------------------------------------------------------------------------------------------------------------


def driven(engine):
    """Neurons that receive events for ever and never fire, and one that fires at 10 and 20 ms."""
    net = es.Network(seed=3)
    quiet = net.population(20, es.LIF(), name="quiet")
    net.drive(quiet, rate=500.0, weight=0.01)
    net.population(1, es.SpikeSource([[10.0, 20.0]]), name="stim")
    return simulator(net, engine)


@pytest.mark.parametrize("engine", ALL_ENGINES)
def test_a_predicate_that_never_becomes_true_stops_at_the_limit(engine):
    sim, plain = driven(engine), driven(engine)
    asked = []
    sim.run(until=lambda sim: asked.append(sim.now), limit=20.0)
    assert asked == [math.nextafter(10.0, math.inf)]
    assert sim.now == 20.0  # what happens there belongs to the next run
    plain.run(until=20.0)
    assert sim.stats["drive_events"] == plain.stats["drive_events"] > 100
    assert_same_states(states(sim), states(plain))
    sim.run(until=lambda sim: True, limit=20.0)
    assert sim.now == 20.0
    sim.run(until=lambda sim: True, limit=25.0)
    assert sim.now == math.nextafter(20.0, math.inf)


@pytest.mark.parametrize("engine", ALL_ENGINES)
def test_silence_with_a_limit_lasts_until_it(engine):
    sim = relay([1.0], engine)
    trace = sim.record("v", sim.network["cell"], at=[30.0])
    sim.run(until=lambda sim: False, limit=50.0)
    assert sim.now == 50.0
    assert trace.value.tolist() == [[0.0]]
    assert len(sim.spikes) == 2


# -- silence -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ALL_ENGINES)
@pytest.mark.parametrize(
    ("times", "weight", "last"),
    [
        ([1.0], 5.0, 2.0),  # a delivery that makes no spike
        ([1.0], 20.0, 2.0),  # a spike of the neuron
        ([1.0, 3.5], 20.0, 4.5),  # a delivery in refractoriness
        ([1.0, 700.0], 5.0, 701.0),
        ([], 5.0, None),
    ],
)
def test_silence_leaves_now_behind_the_last_event(engine, times, weight, last):
    sim = relay(times, engine, weight)
    now = 0.0 if last is None else math.nextafter(last, math.inf)
    for _ in range(2):  # the second run finds silence at once
        with pytest.raises(es.SimulationError, match=f"nothing is queued after {now!r} ms"):
            sim.run(until=lambda sim: False)
        assert sim.now == now
    assert len(sim.spikes) == len(times) + (weight > 15.0)
    v = sim.get(sim.network["cell"], "v")[0]
    assert v == pytest.approx(5.0 if weight < 15.0 and times else 0.0, rel=1e-12)
    sim.inject(now, sim.network["stim"].addresses)  # and the run goes on from there
    sim.run(until=now + 10.0)
    assert sim.stats["source_spikes"] == len(times) + 1


@pytest.mark.parametrize("engine", ALL_ENGINES)
def test_silence_after_the_last_event_does_not_move_now(engine):
    """Nothing happens any more: now stays where the run began, or at the last sample."""
    sim = relay([1.0], engine, 5.0)
    sim.run(until=2.125)
    with pytest.raises(es.SimulationError):
        sim.run(until=lambda sim: False)
    assert sim.now == 2.125
    sim.set(sim.network["cell"], v=3.0)
    trace = sim.record("v", sim.network["cell"], at=[12.0])
    with pytest.raises(es.SimulationError):
        sim.run(until=lambda sim: False)
    assert sim.now == 12.0
    assert trace.value[0, 0] == pytest.approx(3.0 * math.exp(-9.875 / 20.0), rel=1e-12)


@pytest.mark.parametrize("delay", [1.5, es.Uniform(0.5, 30.0)])
@pytest.mark.parametrize("currents", [False, True])
def test_a_network_that_dies_out_leaves_now_at_the_same_place_in_all_engines(delay, currents):
    """The last events are deliveries that arrive when nobody fires any more, some in refractoriness."""
    net = es.Network(seed=4)
    model = es.LIFExp if currents else es.LIF
    cells = net.population(60, model(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=4.0))
    stim = net.population(5, es.SpikeSource([[1.0, 2.0 + 0.1 * k] for k in range(5)]))
    net.connect(stim, cells, es.FixedProbability(0.5), weight=2000.0 if currents else 8.0, delay=1.0)
    net.connect(cells, cells, es.FixedProbability(0.1), weight=-50.0 if currents else -1.0, delay=delay)
    ends, sims = [], [simulator(net, name) for name in ALL_ENGINES]
    for sim in sims:
        with pytest.raises(es.SimulationError):
            sim.run(until=lambda sim: False)
        ends.append(sim.now)
        assert sim.stats["spikes"] > 20
        assert sim.stats["deliveries"] == sims[0].stats["deliveries"]
    assert ends[1] == ends[0] > sims[0].spikes.time[-1] + 0.4
    assert ends[2] == pytest.approx(ends[0], rel=0.0, abs=1e-9)
    for sim in sims[1:]:
        np.testing.assert_allclose(sim.get(cells, "v"), sims[0].get(cells, "v"), rtol=1e-9, atol=1e-9)


# -- times that are too far -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [2.0**-20, 25 / 32, 1.0])
def test_up_to_the_furthest_time_edges_of_windows_are_exact(window):
    furthest = furthest_edge(window)
    last = int(Fraction(furthest) / Fraction(window))
    for k in (last, last - 1, last // 3, 2**40 + 1):
        assert Fraction(k * window) == k * Fraction(window)
        assert windows_before(k * window, window) == k
        assert windows_before(math.nextafter(k * window, 0.0), window) == k - 1
    beyond = last + 1 + last % 2  # odd
    assert window != 1.0 or Fraction(beyond * window) != beyond * Fraction(window)


def test_times_beyond_are_refused_where_they_are_asked_for():
    """Windows of less than an ulp would never end; spikes up to there are those of the other engines."""
    late = 1e14
    for name in ("sequential", "windowed"):
        sim = relay([late, late + 50.0], name)
        sim.run(until=2.0**47)
        assert sim.spikes.time.tolist() == [late, late + 1.0, late + 50.0, late + 51.0]
    sim = relay([late, 1e18], "windowed")
    furthest = sim._engine.furthest
    assert 1e14 < furthest < 1e18
    for ask in (lambda: sim.run(until=1e18), lambda: sim.run(1e18), lambda: sim.run(until=math.nextafter(furthest, math.inf))):
        with pytest.raises(
            es.ParameterError,
            match=rf"must be <= {re.escape(repr(furthest))} ms in the windowed engine, got .* engine='sequential'\) goes further",
        ):
            ask()
    with pytest.raises(es.SimulationError, match=rf"before {re.escape(repr(furthest))} ms"):
        sim.run(until=lambda sim: False)
    assert sim.now >= late
    with pytest.raises(es.ParameterError, match="limit must be <="):
        sim.run(until=lambda sim: False, limit=1e18)
    sim.run(until=furthest)
    assert sim.now == furthest
    with pytest.raises(es.ParameterError, match="duration must be <="):
        sim.run(1e6)
    far = relay([late, 1e18], "sequential")
    far.run(until=2e18)
    assert far.spikes.time.tolist() == [late, late + 1.0, 1e18, 1e18]


def test_a_delay_from_a_source_is_never_rounded_away_in_windows():
    """A time that a delay does not change is that of a zero delay, which waits for the next micro-step: not for windows."""
    late, least = 1e14, 0.001
    furthest = 2.0**44  # half of the last bit of times before it is 2**-10 ms, of later ones more than `least`
    assert furthest - 1.0 + least > furthest - 1.0 and furthest + 1.0 + least == furthest + 1.0  # noqa: PT018
    net = es.Network(seed=1)
    first, second = (net.population(1, es.SpikeSource([t])) for t in (late, late + 1.0))
    cell = net.population(1, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    net.connect(first, cell, es.OneToOne(), weight=20.0, delay=1.0)
    net.connect(second, cell, es.OneToOne(), weight=-20.0, delay=least)
    for name in ("reference", "sequential"):
        sim = es.Simulator(net, engine=name)
        sim.run(until=late + 10.0)
        assert sim.spikes.time.tolist() == [late + 1.0]
    sim = es.Simulator(net, engine="windowed")
    with pytest.raises(es.ParameterError, match=f"until must be <= {re.escape(repr(furthest))} ms in the windowed engine"):
        sim.run(until=late + 10.0)
    sim.run(until=furthest)


# -- an instant that fails ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [es.LIF, es.LIFExp])
def test_a_state_that_is_no_number_leaves_now_at_its_instant(engine, model):
    net = es.Network()
    cell = net.population(1, model(v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    source = net.population(2, es.SpikeSource(times=[[0.5, 1.0], [1.0]]))
    net.connect(source, cell, es.AllToAll(), weight=-1.7e308, delay=0.0)
    sim = simulator(net, engine)
    with pytest.raises(es.NumericalError, match=r"not finite at 1\.0 ms"):
        sim.run(100.0)
    assert sim.now == 1.0
    assert sim.spikes.time.tolist() == [0.5, 1.0, 1.0]


def test_a_loop_without_delay_leaves_now_at_its_instant(engine):
    net = es.Network()
    cells = net.population(2, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=0.0))
    source = net.population(1, es.SpikeSource([[1.0]]))
    net.connect(source, cells, es.AllToAll(), weight=20.0, delay=0.0)
    net.connect(cells, cells, es.AllToAll(), weight=20.0, delay=0.0)
    sim = simulator(net, engine)
    with pytest.raises(es.ZeroDelayLoopError):
        sim.run(100.0)
    assert sim.now == 1.0
    assert set(sim.spikes.time.tolist()) == {1.0}


def test_a_window_that_fails_leaves_what_was_before_to_be_read(monkeypatch):
    """The window in which a run ends is tried on a copy; where that fails, the copy that was made before still stands."""
    sim = relay([0.01, 0.02], "windowed", delay=2.0)
    sim.run(until=0.015)
    monkeypatch.setattr(sim._engine, "_advance", lambda *_: kernels.NOT_A_NUMBER)
    with pytest.raises(es.NumericalError):
        sim._engine._stop_at(0.03)
    assert sim.now == 0.015
    assert sim.spikes.time.tolist() == [0.01]
    assert sim.get(sim.network["cell"], "v").tolist() == [0.0]


@pytest.mark.parametrize("engine", ALL_ENGINES)
def test_a_copy_of_a_simulator_lives_without_the_original(engine):
    sim = simulator(busy(), engine=engine)
    sim.run(5.0)
    twin = copy.deepcopy(sim)
    sim.run(20.0)
    expected = sim.spikes
    del sim
    gc.collect()
    twin.run(20.0)
    assert len(expected) > 10
    assert_same_spikes(twin.spikes, expected)
