"""Closed forms of IF and QIF: rates, periods on both sides of the bifurcation, infinite thresholds."""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import eventsim as es
from eventsim.neurons import QIF

from ..exact import Parabola
from .drawing import state


def intervals(model, duration, engine, v=None):
    """Intervals between the spikes of one neuron without input, and its first spike."""
    net = es.Network()
    neuron = net.population(1, model)
    if v is not None:
        neuron.set(v=v)
    sim = es.Simulator(net, engine=engine)
    sim.run(duration)
    return np.diff(sim.spikes.time), sim.spikes.time[0]


def test_the_rate_of_a_perfect_integrator(engine):
    """A period of t_ref + c_m (v_thresh - v_reset) / i_offset; exact here, where all are dyadic."""
    periods, first = intervals(es.IF(c_m=250.0, v_rest=0.0, v_reset=-1.0, v_thresh=15.0, t_ref=2.0, i_offset=125.0), 1000.0, engine)
    assert first == 30.0
    assert len(periods) == int((1000.0 - 30.0) / 34.0)
    assert (periods == 34.0).all()


def test_a_perfect_integrator_forgets_nothing(engine):
    """A million jumps of 1e-6 mV and as much by the current are 2 mV, whatever the order."""
    net = es.Network()
    neuron = net.population(1, es.IF(c_m=1000.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, i_offset=1000.0))
    n = 3000 if engine == "reference" else 100_000
    source = net.population(1, es.SpikeSource(times=[np.arange(n) / n]))
    net.connect(source, neuron, es.OneToOne(), weight=1.0 / n, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=1.0)
    assert sim.stats["deliveries"] == n
    assert sim.get(neuron, "v")[0] == pytest.approx(2.0, rel=4e-16)


@pytest.mark.parametrize("current", [1.0, 1e-3, 1e-9, 1e6])
def test_the_period_of_the_theta_neuron(engine, current):
    """From minus infinity to infinity in pi tau / sqrt(curvature R I); the first time, from rest, in half of that."""
    model = es.QIF(tau_m=10.0, curvature=1.0, v_rest=0.0, v_crit=0.0, v_reset=-math.inf, v_thresh=math.inf, t_ref=0.0, i_offset=current)
    period = math.pi * 10.0 / math.sqrt(current)
    periods, first = intervals(model, 20.25 * period, engine)
    assert len(periods) == 19
    assert first == pytest.approx(period / 2.0, rel=1e-15)
    np.testing.assert_allclose(periods, period, rtol=1e-13)  # differences of times twenty periods long


@pytest.mark.parametrize("excess", [1.0, 1e-6, 1e-12])
def test_the_period_near_the_bifurcation(engine, excess):
    """Current just above what the parabola needs, reset and threshold finite: a sum of two arc tangents."""
    needed = 15.0 / 4.0  # curvature (v_crit - v_rest)**2 / 4 with curvature 1/15: exact enough for what is above to be known
    current = needed + excess
    p = {"tau_m": 20.0, "curvature": 1.0 / 15.0, "v_rest": -65.0, "v_crit": -50.0, "v_reset": -70.0, "v_thresh": 0.0}
    q = Parabola(mpf(0), mpf(-70), 0.0, mpf(20), mpf(p["curvature"]), mpf(-65), mpf(-50), mpf(current))
    exact = q.first_crossing(mpf(-70), [], mpf("inf"))
    periods, _ = intervals(es.QIF(**p, t_ref=2.0, i_offset=current), float(4.5 * exact), engine, v=-70.0)
    assert len(periods) == 3
    np.testing.assert_allclose(periods, float(exact) + 2.0, rtol=1e-14)


def test_below_the_bifurcation_only_a_push_beyond_v_crit_fires(engine):
    """A cotangent from there: tau / (2 k) log((y + k)/(y - k)), y = curvature (v - apex), k = curvature (v_crit - v_rest) / 2."""
    net = es.Network()
    neurons = net.population(3, es.QIF(tau_m=10.0, curvature=0.125, v_rest=-66.0, v_crit=-50.0, v_reset=-math.inf, v_thresh=math.inf))
    sources = net.population(3, es.SpikeSource(times=[[1.0], [1.0], [1.0]]))
    net.connect(sources, neurons, es.OneToOne(), weight=[15.999, 16.0, 17.0], delay=0.5)
    sim = es.Simulator(net, engine=engine)
    sim.run(1000.0)
    assert sim.spikes.address.tolist() == [2]
    assert sim.spikes.time[0] == pytest.approx(1.5 + 10.0 / 2.0 * math.log((1.125 + 1.0) / (1.125 - 1.0)), rel=1e-15)
    np.testing.assert_allclose(sim.get(neurons, "v"), [-66.0, -50.0, -66.0], rtol=1e-15)  # the last came back from minus infinity


@pytest.mark.parametrize("i_offset", [0.0, 7.5, 7.4999999, 8.0])
def test_many_steps_lead_where_one_does(i_offset):
    """From minus infinity through the apex: a thousand steps agree with the closed form in 40 digits."""
    c = QIF.prepare(QIF.parameter_type(10.0, 1.0, 0.3, -40.0, -30.0, -1e60, 1e60, 0.0, i_offset))
    exact = Parabola(mpf(1e60), mpf(-1e60), 0.0, mpf(10), mpf(0.3), mpf(-40), mpf(-30), mpf(i_offset))
    s = state(QIF, -1e60)
    span = min(QIF.next_crossing(c, s) * 0.9, 60.0)
    for _ in range(1000):
        s = QIF.flow(c, s, span / 1024.0)
    v, _ = exact.after(mpf(-1e60), [], mpf(span) / 1024 * 1000)
    assert abs(mpf(s.v) - v) <= 1e-13 * (abs(v) + 1.0)


def test_infinity_is_for_threshold_and_reset_alone():
    assert es.QIF(v_thresh=math.inf, v_reset=-math.inf).values["v_thresh"] == 1e60
    assert es.QIF(v_thresh=[1.0, math.inf]).values["v_thresh"].tolist() == [1.0, 1e60]
    net = es.Network()
    neurons = net.population(2, es.QIF())
    neurons.set(v_thresh=math.inf)
    neurons[:1].set(v_reset=[-math.inf])
    assert neurons.get("v_thresh").tolist() == [1e60, 1e60]
    assert neurons.get("v_reset").tolist() == [-1e60, -65.0]
    for wrong in ({"v_rest": math.inf}, {"v_thresh": math.nan}, {"i_offset": -math.inf}, {"curvature": 0.0}):
        with pytest.raises(es.ParameterError, match=r"must be (finite|> 0)"):
            es.QIF(**wrong)
    with pytest.raises(es.ParameterError, match="v_reset must be < v_thresh"):
        neurons.set(v_reset=math.inf)
    with pytest.raises(es.ParameterError, match="must be finite"):
        neurons.set(v=-math.inf)
    with pytest.raises(es.ParameterError, match="must be finite"):
        es.LIF(v_thresh=math.inf)


def test_the_drive_is_known_next_to_the_bifurcation():
    """Two products that agree in 15 digits: their difference is right in all of its own."""
    for r_m, curvature, v_rest, v_crit in ((1.0, 1.0 / 15.0, -65.0, -50.0), (0.04, 0.1, -70.1, -55.3), (3.3, 1.7, 0.2, 7.9)):
        current = curvature * (v_crit - v_rest) ** 2 / 4.0 / r_m
        for i_offset in (current, math.nextafter(current, math.inf), current * (1.0 + 1e-13)):
            c = QIF.prepare(QIF.parameter_type(10.0, r_m, curvature, v_rest, v_crit, -80.0, 30.0, 0.0, i_offset))
            exact = mpf(curvature) * mpf(r_m) * mpf(i_offset) - (mpf(curvature) * (mpf(v_crit) - mpf(v_rest)) / 2) ** 2
            assert abs(mpf(c.drive) - exact) <= mpmath.mpf(2) ** -90 * max(1, abs(mpf(curvature) * r_m * i_offset)) + abs(exact) * 2**-51


def test_an_array_of_parameters_gives_the_constants_of_each(engine):
    """Neurons with parameters of their own do what one neuron of each kind does."""
    currents = [0.0, 3.0, 4.0, 30.0]
    kinds = [es.QIF(i_offset=i, v_thresh=math.inf) for i in currents]
    net = es.Network()
    net.population(4, es.QIF(i_offset=currents, v_thresh=math.inf))
    for kind in kinds:
        net.population(1, kind)
    sim = es.Simulator(net, engine=engine)
    sim.run(300.0)
    assert len(sim.spikes) >= 10
    for k in range(4):
        alone = sim.spikes.time[sim.spikes.address == 4 + k]
        np.testing.assert_array_equal(sim.spikes.time[sim.spikes.address == k], alone)
