"""Where a run stands when it stops: on a limit, in silence, in an instant that fails; the same in all three engines."""


import pytest

import eventsim as es
from eventsim.engine.windowed import kernels

from .running import simulator

ALL_ENGINES = ("reference", "sequential", "windowed")


def relay(times, engine, weight=20.0, delay=1.0, **options):
    """A source that sends its spikes to a neuron at rest (0 mV, threshold 15 mV)."""
    net = es.Network()
    cell = net.population(1, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=3.0), name="cell")
    stim = net.population(1, es.SpikeSource([times]), name="stim")
    net.connect(stim, cell, es.AllToAll(), weight=weight, delay=delay)
    return simulator(net, engine, **options)


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
