"""LIFBiexp and LIFAlpha: peaks, equal time constants, crossings where they are hard, and the number of steps they take."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import eventsim as es
from eventsim.neurons import ALL_MODELS, LIF_ALPHA, LIF_BIEXP

from ..exact import ulp
from .drawing import RISING, exact, neurons, state
from .test_lif_exp import counted_steps

RATIOS = [1.0 + s * 10.0**-k for k in range(2, 17) for s in (1, -1)]


def neuron(rise, decay, v_rest=0.0, inhibition=(0.5, 5.0)):
    """Constants with tau_m = 10 ms, threshold 15 mV, 250 pF."""
    return LIF_BIEXP.prepare(LIF_BIEXP.parameter_type(10.0, 250.0, v_rest, 0.0, 15.0, 2.0, 0.0, rise, inhibition[0], decay, inhibition[1]))


def test_a_weight_is_the_peak_of_its_current():
    for model, at in (
        (es.LIFAlpha(tau_syn_exc=3.0), 3.0),
        (es.LIFBiexp(tau_rise_exc=1.0, tau_decay_exc=4.0), 4.0 / 3.0 * math.log(4.0)),
        (es.LIFBiexp(tau_rise=[4.0], tau_decay=[1.0]), 4.0 / 3.0 * math.log(4.0)),
    ):
        net = es.Network()
        cell = net.population(1, model)
        source = net.population(1, es.SpikeSource(times=[1.0]))
        receptor = None if "exc" in model.model.ports else 0
        net.connect(source, cell, es.OneToOne(), weight=100.0, delay=0.5, receptor=receptor)
        sim = es.Simulator(net, engine="reference")
        trace = sim.record(model.model.variables[1], cell, at=1.5 + at + np.array([-0.01, 0.0, 0.01]))
        sim.run(20.0)
        before, peak, after = trace.value[:, 0]
        assert peak == pytest.approx(100.0, rel=1e-14)
        assert before < peak > after


@pytest.mark.parametrize("ratio", RATIOS)
def test_nearly_equal_time_constants_are_nearly_an_alpha_current(ratio):
    """All three next to each other: what differs is the distance of the time constants, not a cancellation."""
    alpha = LIF_ALPHA.prepare(LIF_ALPHA.parameter_type(10.0, 250.0, 0.0, 0.0, 1e9, 2.0, 0.0, 10.0, 10.0))
    c = neuron(10.0 * ratio, 10.0)
    for t in (1e-6, 0.3, 10.0, 80.0):
        limit = LIF_ALPHA.flow(alpha, state(LIF_ALPHA, 0.0, 0.0, 0.0, 1000.0, 0.0), t)
        here = LIF_BIEXP.flow(c, state(LIF_BIEXP, 0.0, 0.0, 0.0, 1000.0, 0.0), t)
        for x, y in zip(here[:4], limit[:4], strict=True):
            assert x == pytest.approx(y, rel=abs(ratio - 1.0) * (2.0 + t / 10.0) + 2e-15)


@pytest.mark.parametrize("ratio", [1.0, *RATIOS[::3], 0.1, 5.0])
@pytest.mark.parametrize("distance", [s * 10.0**-k for k in (3, 6, 9, 12) for s in (1, -1)])
def test_a_potential_that_peaks_next_to_threshold(ratio, distance):
    """Above by a picovolt or more it crosses, just before the peak; below it never does."""
    c = neuron(2.0, 2.0 * ratio)
    cell = exact(LIF_BIEXP, c)
    slopes = lambda x: cell.slope(*cell.after(mpf(0), [mpf(0), mpf(0), mpf(1), mpf(0)], x))  # noqa: E731
    low, high = mpf(1) / 100, mpf(60)
    for _ in range(170):
        middle = (low + high) / 2
        low, high = (middle, high) if slopes(middle) > 0 else (low, middle)
    height = cell.after(mpf(0), [mpf(0), mpf(0), mpf(1), mpf(0)], low)[0]
    weight = float((15 + mpf(distance)) / height)
    s = state(LIF_BIEXP, 0.0, 0.0, 0.0, weight, 0.0)
    crossing = LIF_BIEXP.next_crossing(c, s)
    assert counted_steps(LIF_BIEXP, c, s) <= 100
    if distance < 0.0:
        assert crossing == math.inf
        return
    others = [mpf(0), mpf(0), mpf(weight), mpf(0)]
    first = cell.first_crossing(mpf(0), others, mpf(1000))
    assert crossing < low
    assert abs(crossing - first) <= 4 * ulp(crossing) + 4 * ulp(weight * 0.04) / cell.least_slope(mpf(0), others, first)


@pytest.mark.parametrize("model", [m for m in ALL_MODELS if m.name in RISING], ids=lambda m: f"{m.name}-{len(m.ports)}")
@given(data=st.data())
@settings(max_examples=60)
def test_the_crossing_takes_few_steps(model, data):
    c, s = data.draw(neurons(model))
    assert counted_steps(model, c, s) <= 300


@pytest.mark.parametrize("k", [1, 2, 5, 8, 11, 14])
@pytest.mark.parametrize("tau", [2.0, 10.0])
def test_huge_opposite_currents_of_like_time_constants_take_few_steps(tau, k):
    """Bounds that add up excitation and inhibition each by itself would creep along threshold."""
    worst = 0
    for sign in (1, -1):
        for current in (1e3, 1e6, 1e9):
            for v_rest in (0.0, 15.1):
                c = neuron(tau, tau, v_rest, (tau * (1.0 + 10.0**-k), tau))
                s = state(LIF_BIEXP, 14.999, sign * current, -sign * current, 300.0 + sign * current, -sign * current)
                worst = max(worst, counted_steps(LIF_BIEXP, c, s))
    assert worst <= 150


def test_lists_of_time_constants():
    assert es.LIFBiexp(tau_rise=[1.0, 2.0, 3.0], tau_decay=[1.0, 5.0, 9.0]).model.ports == ("0", "1", "2")
    with pytest.raises(es.ParameterError, match="same length, got 1 and 2"):
        es.LIFBiexp(tau_rise=[1.0], tau_decay=[1.0, 5.0])
    with pytest.raises(es.ParameterError, match=r"tau_decay must be a sequence of one time constant \(ms\) per receptor, got None"):
        es.LIFBiexp(tau_rise=[1.0])
    with pytest.raises(es.ParameterError, match="or tau_rise_exc=, not both"):
        es.LIFBiexp(tau_rise=[1.0], tau_decay=[1.0], tau_rise_exc=1.0)
    with pytest.raises(es.ParameterError, match="or tau_syn_inh=, not both"):
        es.LIFAlpha(tau_syn=[1.0], tau_syn_inh=1.0)
    with pytest.raises(es.ParameterError, match="tau_syn must be a sequence"):
        es.LIFAlpha(tau_syn=5.0)
    with pytest.raises(es.ParameterError, match="tau_rise_0 must be > 0 ms"):
        es.LIFBiexp(tau_rise=[0.0], tau_decay=[1.0])


def test_windows_say_why_they_do_not_take_them():
    net = es.Network()
    net.population(3, es.LIFAlpha())
    assert es.Simulator(net).stats["engine"] == "sequential"
    with pytest.raises(es.ParameterError, match=r"leaky membranes with currents that decay by themselves .* not LIFAlpha"):
        es.Simulator(net, engine="windowed")
