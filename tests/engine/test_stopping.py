"""Where a run stands when it stops: on a limit, in silence, in an instant that fails; the same in all three engines."""


import math
import re
from fractions import Fraction

import pytest

import eventsim as es
from eventsim.engine.windowed import kernels
from eventsim.engine.windowed.suits import furthest_edge, windows_before

from .running import assert_same_states, simulator, states

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
        with pytest.raises(es.ParameterError, match=rf"must be <= {re.escape(repr(furthest))} ms in the windowed engine, got .* engine='sequential'\) goes further"):
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
