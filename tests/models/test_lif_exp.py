"""The crossing of LIFExp where it is hard: potentials that peak next to threshold, equal time constants, many steps."""

import math

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import eventsim as es
from eventsim import _jit
from eventsim.neurons import ALL_MODELS, LIF_EXP

from .drawing import exact, neurons, state

TAU_SYN = [2.0, 0.5, 30.0, 10.0, *(10.0 * (1.0 + s * 10.0**-k) for k in (2, 5, 8, 11, 14, 15) for s in (1, -1))]


def neuron(tau_syn, v_thresh=15.0):
    """Constants with tau_m = 10 ms, resting at 0 mV, 250 pF."""
    return LIF_EXP.prepare(LIF_EXP.parameter_type(10.0, 250.0, 0.0, 0.0, v_thresh, 2.0, 0.0, tau_syn, 5.0))


def peak(tau_syn):
    """Time and height (mV per pA) of the largest potential that a current of 1 pA makes from rest, in 40 digits."""
    tau_m, tau_s, c_m = mpf(10), mpf(tau_syn), mpf(250)
    if tau_m == tau_s:
        return tau_m, tau_m / c_m * mpmath.exp(-1)
    t = tau_m * tau_s / (tau_m - tau_s) * mpmath.log(tau_m / tau_s)
    return t, tau_m * tau_s / (tau_m - tau_s) / c_m * (mpmath.exp(-t / tau_m) - mpmath.exp(-t / tau_s))


@pytest.mark.parametrize("tau_syn", TAU_SYN)
@pytest.mark.parametrize("distance", [s * 10.0**-k for k in range(3, 13) for s in (1, -1)])
def test_a_potential_that_peaks_next_to_threshold(tau_syn, distance):
    """Above by a picovolt or more it crosses, just before the peak; below it never does."""
    t_peak, height = peak(tau_syn)
    current = float((15 + mpf(distance)) / height)
    c = neuron(tau_syn)
    s = state(LIF_EXP, 0.0, current, 0.0)
    crossing = LIF_EXP.next_crossing(c, s)
    if distance < 0.0:
        assert crossing == math.inf
        return
    membrane = exact(LIF_EXP, c)
    first = membrane.first_crossing(mpf(0), [mpf(current), mpf(0)], mpf(1000))
    assert crossing < t_peak
    slope = membrane.slope(mpf(15), membrane.clamped(mpf(15), [mpf(current), mpf(0)], first))
    assert abs(crossing - first) <= 4 * math.ulp(crossing) + 4 * math.ulp(15.0) / slope


def counted_steps(model, c, s):
    """How often next_crossing looks at the trajectory."""
    steps = [0]

    def counting(c, s, dt):
        steps[0] += 1
        return model.flow(c, s, dt)

    result = _jit.rebound(model.next_crossing, {"flow": counting})(c, s)
    assert result == model.next_crossing(c, s) or math.isnan(result)
    return steps[0]


@pytest.mark.parametrize("model", [m for m in ALL_MODELS if m.name == "LIFExp"], ids=lambda m: str(len(m.ports)))
@given(data=st.data())
@settings(max_examples=80)
def test_the_crossing_takes_few_steps(model, data):
    c, s = data.draw(neurons(model))
    assert counted_steps(model, c, s) <= 300  # most take five; a ceiling 1e-9 mV above threshold, slowly uncovered, took 117


def test_next_to_a_tangent_the_crossing_takes_few_steps():
    worst = 0
    for tau_syn in TAU_SYN:
        for k in range(3, 14):
            for sign in (1, -1):
                current = float((15 + sign * mpf(10) ** -k) / peak(tau_syn)[1])
                worst = max(worst, counted_steps(LIF_EXP, neuron(tau_syn), state(LIF_EXP, 0.0, current, 0.0)))
    assert worst <= 100


@pytest.mark.parametrize("tau_syn", TAU_SYN)
def test_a_potential_goes_smoothly_through_equal_time_constants(tau_syn):
    """v(t) = i/c_m t exp(-t/tau) where the time constants are equal; next to that it differs by their relative distance."""
    c = neuron(tau_syn, v_thresh=1e9)
    for t in (1e-6, 0.3, 10.0, 80.0):
        v = LIF_EXP.flow(c, state(LIF_EXP, 0.0, 1000.0, 0.0), t).v
        limit = 4.0 * t * math.exp(-t / 10.0)
        assert v == pytest.approx(limit, rel=abs(tau_syn / 10.0 - 1.0) * max(1.0, t / 10.0) * 1.1 + 1e-14) or abs(tau_syn - 10.0) > 1.0


@pytest.mark.parametrize("above", [0.0, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("gap", [1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("tau_syn", [10.0, 5.0])
def test_currents_that_cancel_leave_the_relaxation_alone(tau_syn, gap, above):
    """Equal and opposite currents of one time constant: v relaxes to 15 mV + above as it would without them.

    It hugs the threshold while both currents are large, so bounds that count excitation and inhibition each by itself
    leave a search with very small steps; it has to end nevertheless.
    """
    parameters = (10.0, 250.0, 15.0 + above, 0.0, 15.0, 2.0, 0.0, tau_syn, tau_syn)
    c = LIF_EXP.prepare(LIF_EXP.parameter_type(*parameters))
    s = state(LIF_EXP, 15.0 - gap, 1000.0, -1000.0)
    crossing = LIF_EXP.next_crossing(c, s)
    first = exact(LIF_EXP, c).first_crossing(mpf(s.v), [mpf(1000), mpf(-1000)], mpf(10) ** 6)
    if first is None:
        # Where v comes nearer than rounding to a threshold that it never reaches, either answer is within the tolerance.
        nearest = gap * math.exp(-crossing / 10.0)
        assert crossing == math.inf or nearest <= 4 * math.ulp(15.0)
    else:
        slope = (c.v_inf - 15.0) / 10.0
        assert abs(crossing - first) <= 4 * math.ulp(crossing) + 4 * math.ulp(15.0) / slope


def test_inhibition_that_decays_faster_than_excitation_lets_the_neuron_fire_late():
    """The potential first falls, then rises over threshold: a search that follows the slope downhill would miss it."""
    parameters = (10.0, 250.0, 0.0, 0.0, 15.0, 2.0, 0.0, 30.0, 1.0)
    c = LIF_EXP.prepare(LIF_EXP.parameter_type(*parameters))
    s = state(LIF_EXP, 5.0, 1000.0, -6000.0)
    assert LIF_EXP.flow(c, s, 0.5).v < 2.0
    crossing = LIF_EXP.next_crossing(c, s)
    first = exact(LIF_EXP, c).first_crossing(mpf(5), [mpf(1000), mpf(-6000)], mpf(1000))
    assert 2.0 < first < 30.0
    assert abs(crossing - first) <= 8 * math.ulp(crossing)


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8, 11, 14])
@pytest.mark.parametrize("tau", [2.0, 10.0, 30.0])
def test_huge_opposite_currents_of_like_time_constants_take_few_steps(tau, k):
    """Bounds that add up excitation and inhibition each by itself would creep along threshold for thousands of steps."""
    worst = 0
    for sign in (1, -1):
        for current in (1e3, 1e5, 1e7, 1e9):
            for v_rest in (0.0, 14.9, 15.1):
                c = LIF_EXP.prepare(LIF_EXP.parameter_type(10.0, 250.0, v_rest, 0.0, 15.0, 2.0, 0.0, tau * (1.0 + 10.0**-k), tau))
                worst = max(worst, counted_steps(LIF_EXP, c, state(LIF_EXP, 14.999, 300.0 + sign * current, -sign * current)))
    assert worst <= 50


@pytest.mark.parametrize("neuron", [es.LIFExp(), es.LIFBiexp(), es.LIFAlpha(), es.LIFAdapt()], ids=lambda neuron: neuron.model.name)
def test_next_to_threshold_a_bound_says_nothing(neuron):
    """A state that rounding brought behind a peak at threshold looks as if it never crossed."""
    model = neuron.model
    c = model.prepare(model.parameter_type(**neuron.values))
    s = model.state_type(*[0.0] * len(model.state_type._fields))._replace(v=math.nextafter(c.v_thresh, -math.inf))
    assert model.next_crossing(c, s) == math.inf
    assert model.crossing_bound(c, s) == 0.0
    assert model.crossing_bound(c, s._replace(v=c.v_thresh - 1e-9)) == math.inf
