"""LIFAdapt: fixed points, the interval of regular firing, rebound, and the number of steps its crossings take."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es
from eventsim import _jit
from eventsim.neurons import LIFAdapt

from .drawing import neurons

MEMBRANE = {"tau_m": 20.0, "c_m": 200.0, "v_rest": -65.0, "v_reset": -65.0, "v_thresh": -50.0}  # R = 0.1 GOhm


def alone(engine, duration, v=None, **parameters):
    """A simulator with one neuron without input that has run."""
    net = es.Network()
    neuron = net.population(1, es.LIFAdapt(**MEMBRANE, **parameters), name="neuron")
    if v is not None:
        neuron.set(v=v)
    sim = es.Simulator(net, engine=engine)
    sim.run(duration)
    return sim


@pytest.mark.parametrize("a", [0.0, 2.0, 30.0])
def test_a_membrane_comes_to_rest_at_the_fixed_point(engine, a):
    """v = v_rest + R I / (1 + a R), w = a (v - v_rest)."""
    sim = alone(engine, 3000.0, a=a, tau_w=50.0, i_offset=100.0)
    assert len(sim.spikes) == 0
    lift = 0.1 * 100.0 / (1.0 + 0.1 * a)
    neuron = sim.network["neuron"]
    assert sim.get(neuron, "v")[0] == pytest.approx(-65.0 + lift, rel=1e-14)
    assert sim.get(neuron, "w")[0] == pytest.approx(a * lift, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("tau_w", [100.0, 20.0, math.nextafter(20.0, 21.0), 3.0])
def test_regular_firing_settles_where_each_spike_replaces_what_decays(engine, tau_w):
    """After a spike w is b / (1 - exp(-T/tau_w)), and the interval T is what v takes to threshold from there (a = 0)."""
    sim = alone(engine, 3000.0, a=0.0, b=40.0, tau_w=tau_w, i_offset=300.0, t_ref=2.0)
    intervals = np.diff(sim.spikes.time)
    assert len(intervals) > 20
    assert intervals[0] < intervals[-1]
    T = intervals[-1]
    np.testing.assert_allclose(intervals[-5:], T, rtol=1e-9)
    held = 40.0 / (1.0 - math.exp(-T / tau_w)) * math.exp(-2.0 / tau_w)  # when refractoriness ends
    x, share = T - 2.0, 1.0 / (1.0 - 20.0 / tau_w) if abs(tau_w - 20.0) > 1e-9 else None
    if share is None:
        slow = held * x / 20.0 * math.exp(-x / 20.0)
    else:
        slow = held * share * (math.exp(-x / tau_w) - math.exp(-x / 20.0))
    v = -65.0 + 30.0 * (1.0 - math.exp(-x / 20.0)) - 0.1 * slow
    assert v == pytest.approx(-50.0, abs=1e-8)


def test_a_ringing_membrane_has_its_period(engine):
    """Distance of maxima 2 pi / omega, omega**2 = (1 + a R)/(tau_m tau_w) - (1/tau_m + 1/tau_w)**2 / 4."""
    net = es.Network()
    neuron = net.population(1, es.LIFAdapt(**MEMBRANE, a=100.0, tau_w=50.0))
    neuron.set(v=-80.0)
    sim = es.Simulator(net, engine=engine)
    omega = math.sqrt(11.0 / 1000.0 - (1.0 / 20.0 + 1.0 / 50.0) ** 2 / 4.0)
    trace = sim.record("v", neuron, at=[0.0, *(k * math.pi / omega for k in (1, 2, 3))])
    sim.run(200.0)
    assert len(sim.spikes) == 0
    decay = math.exp(-0.035 * math.pi / omega)
    np.testing.assert_allclose(trace.value[:, 0] + 65.0, [-15.0, 15.0 * decay, -15.0 * decay**2, 15.0 * decay**3], rtol=1e-12)


def test_rebound_after_inhibition(engine):
    """A push down makes a ringing membrane fire, at the first maximum or never: threshold just below and just above it."""
    p = dict(MEMBRANE, a=100.0, tau_w=50.0)
    c = LIFAdapt.prepare(LIFAdapt.parameter_type(*[{**p, "t_ref": 2.0, "i_offset": 0.0, "b": 0.0}[q.name] for q in LIFAdapt.parameters]))
    pushed = LIFAdapt.state_type(-85.0, 0.0, 0.0, 0.0)
    omega = c.root
    times = np.linspace(0.0, 2.0 * math.pi / omega, 20_001)
    top = max(LIFAdapt.flow(c, pushed, float(t)).v for t in times)
    for shift, fires in ((-1e-4, True), (1e-4, False)):
        net = es.Network()
        neuron = net.population(1, es.LIFAdapt(**{**p, "v_thresh": top + shift}, b=500.0))
        source = net.population(1, es.SpikeSource(times=[3.0]))
        net.connect(source, neuron, es.OneToOne(), weight=-20.0, delay=1.0)
        sim = es.Simulator(net, engine=engine)
        sim.run(500.0)
        assert len(sim.spikes) == int(fires)
        if fires:
            assert abs(sim.spikes.time[0] - 4.0 - times[np.argmax([LIFAdapt.flow(c, pushed, float(t)).v for t in times])]) < 0.5


def test_adaptation_goes_on_while_v_is_clamped(engine):
    """In refractoriness w moves towards a (v_reset - v_rest) with tau_w."""
    p = {**MEMBRANE, "v_reset": -75.0}
    net = es.Network()
    neuron = net.population(1, es.LIFAdapt(**p, a=5.0, b=60.0, tau_w=30.0, t_ref=50.0))
    source = net.population(1, es.SpikeSource(times=[1.0]))
    net.connect(source, neuron, es.OneToOne(), weight=20.0, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=41.0)
    assert len(sim.spikes) == 1
    assert sim.get(neuron, "v")[0] == -75.0
    assert sim.get(neuron, "w")[0] == pytest.approx(-50.0 + 110.0 * math.exp(-40.0 / 30.0), rel=1e-14)


@given(data=st.data())
@settings(max_examples=200)
def test_the_crossing_takes_few_steps(data):
    c, s = data.draw(neurons(LIFAdapt))
    steps = [0]

    def counting(c, s, dt):
        steps[0] += 1
        return LIFAdapt.flow(c, s, dt)

    search = _jit.rebound(_jit.rebound(LIFAdapt.next_crossing, {}), {"flow": counting})
    inner = _jit.rebound(search.__globals__["_bracketed"], {"flow": counting})
    search.__globals__["_bracketed"] = inner
    assert search(c, s) == LIFAdapt.next_crossing(c, s)
    assert steps[0] <= 150
