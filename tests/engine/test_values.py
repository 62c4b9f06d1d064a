"""Published and closed-form values: what the engines have to give, to the last digits that are printed anywhere."""

import math

import numpy as np
import pytest

import eventsim as es


def run_one(model, duration, engine, **state):
    """A simulator with one neuron that has run for a duration (ms)."""
    net = es.Network()
    neuron = net.population(1, model, name="neuron")
    if state:
        neuron.set(**state)
    sim = es.Simulator(net, engine=engine)
    sim.run(duration)
    return sim


def step_current(**parameters):
    """A constant current of 1000 pA into tau 10 ms, C 250 pF, from rest at 0 mV (NEST's test_iaf_ps_dc_accuracy)."""
    values = {"tau_m": 10.0, "v_rest": 0.0, "v_reset": 0.0, "i_offset": 1000.0, "t_ref": 2.0, **parameters}
    return es.LIF(r_m=10.0 / 250.0, **values), es.LIFExp(c_m=250.0, **values)


def test_first_spike_of_a_step_current(engine):
    expected = 4.700036292457356  # -tau ln(1 - C V_th / (tau I))
    assert -10.0 * math.log(1.0 - 250.0 * 15.0 / (10.0 * 1000.0)) == pytest.approx(expected, rel=1e-15)
    for model in step_current(v_thresh=15.0):
        sim = run_one(model, 5.0, engine)
        assert len(sim.spikes) == 1
        assert sim.spikes.time[0] == pytest.approx(expected, rel=4e-16)


def test_potential_after_a_step_current(engine):
    expected = 15.738773611494663  # tau I / C (1 - exp(-5/10))
    for model in step_current(v_thresh=1000.0):
        sim = run_one(model, 5.0, engine)
        assert len(sim.spikes) == 0
        assert sim.get(sim.network["neuron"], "v")[0] == pytest.approx(expected, rel=4e-16)


@pytest.mark.parametrize(("v_inf", "rate"), [(12.0, 43.634597), (15.0, 62.554255), (20.0, 83.811957)])
def test_firing_rate_curve(engine, v_inf, rate):
    """tau 10 ms, threshold 10 mV, reset 0, t_ref 5 ms: 1 / (t_ref + tau ln(v_inf / (v_inf - v_thresh)))."""
    model = es.LIF(tau_m=10.0, v_rest=v_inf, v_thresh=10.0, v_reset=0.0, t_ref=5.0)
    spikes = run_one(model, 1000.0, engine).spikes
    period = 5.0 + 10.0 * math.log(v_inf / (v_inf - 10.0))
    first = period - 5.0
    assert len(spikes) == 1 + math.floor((1000.0 - first) / period)
    np.testing.assert_allclose(spikes.time, first + period * np.arange(len(spikes)), rtol=1e-14)
    assert 1000.0 / np.diff(spikes.time).mean() == pytest.approx(rate, abs=5e-7)


def lossless(weight, engine):
    """tau_m 100 ms, tau_syn 1 ms, C 250 pF, E_L -70, threshold -49 mV: one spike of a source arrives at 4 ms while the
    potential, set to -49.001 mV at 2 ms and held up by 52.5 pA, is just below threshold.

    With 52.5 pA the potential relaxes to -49 mV itself, so at 4 ms it is -49 - 0.001 exp(-0.02); the current ends then.
    """
    net = es.Network()
    model = es.LIFExp(tau_m=100.0, tau_syn_exc=1.0, c_m=250.0, v_rest=-70.0, v_thresh=-49.0, v_reset=-70.0)
    neuron = net.population(1, model)
    neuron.set(v=-49.0 - 0.001 * math.exp(-0.02))
    source = net.population(1, es.SpikeSource(times=[0.0]))
    net.connect(source, neuron, es.OneToOne(), weight=weight, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(1.0)
    return sim.spikes


def test_crossings_that_a_grid_misses(engine):
    """Krishnan 2018, figure 6 (NEST's test_lossless_spike_detection): the potential is back below threshold within 1 ms."""
    assert len(lossless(55.0, engine)) == 0
    for weight, expected in ((70.0, 4.0144154599), (90.0, 4.0065863857)):
        spikes = lossless(weight, engine)
        assert len(spikes) == 1
        assert 4.0 + spikes.time[0] == pytest.approx(expected, abs=6e-11)


def test_crossings_that_a_grid_misses_by_way_of_a_current(engine):
    """The same with the current of 52.5 pA and its end: a neuron with constant drive, then one without at the same state."""
    net = es.Network()
    with_current = es.LIFExp(tau_m=100.0, tau_syn_exc=1.0, c_m=250.0, v_rest=-70.0, v_thresh=-49.0, v_reset=-70.0, i_offset=52.5)
    neuron = net.population(1, with_current, name="neuron")
    neuron.set(v=-49.001)
    sim = es.Simulator(net, engine=engine)
    sim.run(2.0)
    assert len(sim.spikes) == 0
    assert sim.get(neuron, "v")[0] == pytest.approx(-49.0 - 0.001 * math.exp(-0.02), rel=4e-16)
