"""Variants of models with injected currents: levels are constant currents; ramps and sines against 40 digits and solve_ivp."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from mpmath import mpf

import eventsim as es
from eventsim import _jit
from eventsim.neurons import ALL_MODELS, BOUNDED_MODELS, IF, LIF, LIF_BIEXP, LIF_EXP
from eventsim.neurons.injected import with_currents

from ..exact import ulp

PASSIVE = (LIF, LIF_EXP, IF)
EVERY = ALL_MODELS + BOUNDED_MODELS
NAMES = [f"{m.name}-{len(m.ports)}-{m.variant}" for m in EVERY]


def parameters(model, **values):
    """Default parameters of a model, and these."""
    return model.parameter_type(**({p.name: p.default for p in model.parameters} | values))


def state(model, v, **values):
    """A state with these variables and zeros."""
    zeros = model.state_type(*[0.0] * len(model.state_type._fields))
    return zeros._replace(v=v, **values)


# -- levels -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", EVERY, ids=NAMES)
def test_levels_add_to_the_constant_current_to_the_last_bit(model):
    variant = with_currents(model, "LL")
    p = parameters(model)
    base, more = model.prepare(p._replace(i_offset=12.0)), variant.prepare(p._replace(i_offset=2.0))
    for v in (-70.0, -60.0, -55.0):
        s, t = state(model, v), state(variant, v, i_ext0=7.0, i_ext1=3.0)
        for dt in (0.0, 0.1, 1.7):
            for flow in ("flow", "flow_refractory"):
                assert getattr(variant, flow)(more, t, dt)._asdict() == {
                    **getattr(model, flow)(base, s, dt)._asdict(),
                    "i_ext0": 7.0,
                    "i_ext1": 3.0,
                }
        assert variant.next_crossing(more, t) == model.next_crossing(base, s)
        assert variant.crossing_bound(more, t) == model.crossing_bound(base, s)
        assert variant.above(more, t) == model.above(base, s)


@pytest.mark.parametrize("model", EVERY, ids=NAMES)
def test_deliveries_and_spikes_leave_currents_as_they_are(model):
    variant = with_currents(model, "L")
    p = parameters(model)
    s, t = state(model, -60.0), state(variant, -60.0, i_ext0=5.0)
    for name, arguments in (("receive", (0, 3.0)), ("receive_refractory", (0, 3.0)), ("fire", ())):
        plain = getattr(model, name)(model.prepare(p), s, *arguments)
        assert getattr(variant, name)(variant.prepare(p), t, *arguments)._asdict() == {**plain._asdict(), "i_ext0": 5.0}


@pytest.mark.parametrize("model", [m for m in ALL_MODELS if m.passive is None], ids=lambda m: m.name)
def test_models_without_a_closed_form_refuse_ramps_and_sines(model):
    for kinds in ("R", "S", "LS"):
        with pytest.raises(es.ParameterError, match=f"model {model.name} takes currents that are constant between changes"):
            with_currents(model, kinds)


# -- ramps and sines on linear membranes ------------------------------------------------------------------------------------


class Exact:
    """v(t) of a neuron under a ramp and a sine as a sum of terms: a constant, t, exponentials, cosine, sine; in many digits."""

    def __init__(self, model, p, s):
        leak, charging = (mpf(0), 1 / mpf(p.c_m)) if model is IF else (1 / mpf(p.tau_m), None)
        if charging is None:
            charging = mpf(p.r_m) / mpf(p.tau_m) if model is LIF else 1 / mpf(p.c_m)
        x, y, omega = mpf(s.i_ext1) - mpf(s.offset_ext1), mpf(s.quadrature_ext1), mpf(s.omega_ext1)
        steady, slope = mpf(p.i_offset) + mpf(s.i_ext0) + mpf(s.offset_ext1), mpf(s.slope_ext0)
        self.omega, self.leak = omega, leak
        part = charging / (leak**2 + omega**2)
        self.cosine, self.sine = part * (leak * x - omega * y), part * (leak * y + omega * x)
        self.decays = []
        if model is IF:
            self.polynomial = [mpf(0), charging * steady, charging * slope / 2]
        else:
            tau = 1 / leak
            self.polynomial = [mpf(p.v_rest) + charging * tau * (steady - slope * tau), charging * tau * slope, mpf(0)]
        if model is LIF_EXP:
            for i, tau_syn in ((s.i_exc, mpf(p.tau_syn_exc)), (s.i_inh, mpf(p.tau_syn_inh))):
                self.decays.append((charging * mpf(i) / (leak - 1 / tau_syn), 1 / tau_syn))
        start = self.polynomial[0] + self.cosine + sum(a for a, _ in self.decays)
        if model is IF:
            self.polynomial[0] = mpf(s.v) - start
        else:
            self.decays.append((mpf(s.v) - start, leak))

    def at(self, t, order=0):
        """v, v' or v'' at t."""
        p, w = self.polynomial, self.omega
        c, s = mpmath.cos(w * t), mpmath.sin(w * t)
        if order == 0:
            return p[0] + p[1] * t + p[2] * t * t + self.cosine * c + self.sine * s + sum(a * mpmath.exp(-r * t) for a, r in self.decays)
        return p[1] + 2 * p[2] * t + w * (self.sine * c - self.cosine * s) - sum(a * r * mpmath.exp(-r * t) for a, r in self.decays)

    def first_crossing(self, threshold, end):
        """The first t < end at which v reaches a threshold, or None: by steps within which v'' is too small for that."""
        bend = 2 * abs(self.polynomial[2]) + self.omega**2 * mpmath.sqrt(self.cosine**2 + self.sine**2)
        t = mpf(0)
        while t < end:
            gap, slope = threshold - self.at(t), self.at(t, 1)
            if gap <= 0:
                return t
            most = bend + sum(max(a, 0) * r * r * mpmath.exp(-r * t) for a, r in self.decays) + mpf(10) ** -30
            step = (
                2 * gap / (slope + mpmath.sqrt(slope**2 + 2 * most * gap))
                if slope > 0
                else (mpmath.sqrt(slope**2 + 2 * most * gap) - slope) / most
            )
            if step < mpf(10) ** -28 * (1 + t):
                return t
            t += step
        return None


@st.composite
def moving(draw, model):
    """Parameters, the variant with a ramp and a sine, and a state of it."""
    scale = 15.0 if model is LIF else 750.0
    currents = st.one_of(st.sampled_from((0.0, 0.5, 1.0, -1.0)), st.floats(-2.0, 2.0, allow_subnormal=False)).map(lambda x: scale * x)
    tau = {} if model is IF else {"tau_m": draw(st.sampled_from((20.0, 5.0)))}
    if model is LIF_EXP:
        tau |= {"tau_syn_exc": draw(st.sampled_from((3.0, 0.5))), "tau_syn_inh": 8.0}
    p = parameters(model, v_rest=0.0, v_reset=0.0, v_thresh=15.0, i_offset=draw(currents), **tau)
    variant = with_currents(model, "RS")
    synaptic = {"i_exc": draw(currents) * 3.0, "i_inh": draw(currents) * 3.0} if model is LIF_EXP else {}
    offset = draw(currents)
    s = state(
        variant,
        draw(st.sampled_from((0.0, 14.0, -20.0))),
        i_ext0=draw(currents),
        slope_ext0=draw(st.sampled_from((0.0, 1.0, -1.0, 0.01))) * scale / 20.0,
        i_ext1=offset + draw(currents),
        quadrature_ext1=draw(currents),
        offset_ext1=offset,
        omega_ext1=draw(st.one_of(st.sampled_from((0.001, 0.06, 1.0, 6.0)), st.floats(1e-3, 10.0))),
        **synaptic,
    )
    return p, variant, s


def largest(exact, end):
    """The largest potential that takes part, mV."""
    p = exact.polynomial
    return max(map(abs, (p[0], p[1] * end, p[2] * end**2, exact.cosine, exact.sine, 15, *(a for a, _ in exact.decays))))


@pytest.mark.parametrize("model", PASSIVE, ids=lambda m: m.name)
@given(data=st.data(), dt=st.one_of(st.floats(1e-6, 100.0), st.sampled_from((1e-9, 1e-3, 1.0))))
@settings(max_examples=100)
def test_potential_and_currents_move_as_the_equations_say(model, data, dt):
    p, variant, s = data.draw(moving(model))
    after, exact = variant.flow(variant.prepare(p), s, dt), Exact(model, p, s)
    assert abs(mpf(after.v) + mpf(after.v_residue) - exact.at(mpf(dt))) <= 8 * ulp(largest(exact, dt)) * (1 + s.omega_ext1 * dt)
    angle, x = mpf(s.omega_ext1) * mpf(dt), mpf(s.i_ext1) - mpf(s.offset_ext1)
    wave = mpf(s.offset_ext1) + x * mpmath.cos(angle) + mpf(s.quadrature_ext1) * mpmath.sin(angle)
    swing = abs(s.i_ext1) + abs(s.quadrature_ext1) + abs(s.offset_ext1)
    assert abs(after.i_ext1 - wave) <= (4 + angle) * ulp(swing)
    assert abs(after.i_ext0 - (mpf(s.i_ext0) + mpf(s.slope_ext0) * mpf(dt))) <= 2 * ulp(abs(s.i_ext0) + abs(s.slope_ext0) * dt)
    clamped = variant.flow_refractory(variant.prepare(p), s, dt)
    assert clamped.v == s.v
    assert (clamped.i_ext0, clamped.i_ext1) == (after.i_ext0, after.i_ext1)


END = 60.0


def check_first_crossing(model, p, variant, s):
    """The first crossing is the one of 40 digits, or so it is for a threshold a few ulp away: a tangent can not be told apart."""
    exact, c = Exact(model, p, s), variant.prepare(p)
    found = variant.next_look.__globals__["search"](c, s, END)
    assert not math.isnan(found)
    crosses = found < END  # else it is a time up to which there is none
    if crosses:
        assert 0.0 <= variant.crossing_bound(c, s) <= found
        assert variant.next_look(c, s, 0.0) <= found <= variant.next_look(c, s, END)
    grain = 16 * ulp(largest(exact, END)) * (1 + s.omega_ext1 * END)
    first = exact.first_crossing(mpf(p.v_thresh), END)
    if first is not None and crosses and abs(found - first) * abs(exact.at(first, 1)) <= grain + 4 * ulp(found) * abs(exact.at(first, 1)):
        event("it crosses")
        return
    if first is None and not crosses:
        event("does not")
        return
    event("for a threshold a few ulp away")
    low, high = (exact.first_crossing(mpf(p.v_thresh) + k * grain, END) for k in (-1, 1))
    assert low is not None, (found, first)
    if crosses:
        assert low - 4 * ulp(found) <= found
        assert high is None or found <= high + 4 * ulp(found)
    else:
        assert high is None


@pytest.mark.parametrize("model", PASSIVE, ids=lambda m: m.name)
@given(data=st.data())
@settings(max_examples=60)
def test_the_first_crossing_is_that_of_40_digits(model, data):
    p, variant, s = data.draw(moving(model))
    check_first_crossing(model, p, variant, s)


@pytest.mark.parametrize("model", PASSIVE, ids=lambda m: m.name)
@given(data=st.data(), distance=st.sampled_from([sign * 10.0**-k for k in (2, 4, 6, 8, 10, 12) for sign in (1, -1)]))
@settings(max_examples=60)
def test_next_to_a_tangent_none_is_missed_or_invented(model, data, distance):
    """The threshold is put next to the highest potential on the way."""
    p, variant, s = data.draw(moving(model))
    high = variant.prepare(p._replace(v_thresh=1e9))
    peak = max(np.linspace(0.0, END, 400).tolist(), key=lambda t: variant.flow(high, s, t).v)
    exact = Exact(model, p, s)
    for n in range(60):  # nearer by smaller and smaller steps
        near = [max(peak + k * 0.15 * 0.7**n, 0.0) for k in (-1, 0, 1)]
        peak = max(near, key=lambda t: exact.at(mpf(t)))
    p = p._replace(v_thresh=max(float(exact.at(mpf(peak))) + distance, math.nextafter(s.v, math.inf)))
    check_first_crossing(model, p, variant, s)


@pytest.mark.parametrize("model", PASSIVE, ids=lambda m: m.name)
@given(data=st.data())
@settings(max_examples=60)
def test_the_crossing_takes_few_steps(model, data):
    p, variant, s = data.draw(moving(model))
    steps = [0]

    def counting(c, s, dt):
        steps[0] += 1
        return variant.flow(c, s, dt)

    search = variant.next_look.__globals__["search"]
    found = _jit.rebound(search, {"flow": counting})(variant.prepare(p), s, END)
    assert found == search(variant.prepare(p), s, END)
    assert steps[0] <= 60 + 20 * s.omega_ext1 * min(found, END)  # some ten, and some dozens a period


def test_a_ramp_that_never_gets_there_ends_the_search():
    variant = with_currents(LIF, "R")
    p = parameters(LIF, v_rest=0.0, v_reset=0.0, v_thresh=15.0)
    assert variant.next_crossing(variant.prepare(p), state(variant, 0.0, i_ext0=14.0, slope_ext0=-1.0)) == math.inf
    assert variant.crossing_bound(variant.prepare(p), state(variant, 0.0, i_ext0=14.0, slope_ext0=-1.0)) == math.inf
    assert variant.next_crossing(variant.prepare(p), state(variant, 0.0, i_ext0=14.0, slope_ext0=1e-3)) < math.inf


def test_a_wave_whose_filtered_peak_stays_below_threshold_never_crosses():
    """The current would hold 20 mV at its crest; through tau_m = 20 ms the membrane follows 10 rad/ms by 1/200 of it."""
    variant = with_currents(LIF, "S")
    p = parameters(LIF, v_rest=0.0, v_reset=0.0, v_thresh=15.0)
    s = state(variant, 0.0, i_ext0=20.0, omega_ext0=10.0)
    assert variant.next_look(variant.prepare(p), s, 10.0) > 10.0
    assert not variant.above(variant.prepare(p), variant.flow(variant.prepare(p), s, 10.0))


@example(x=1.0, y=0.0, omega=0.5, dt=4.0 * math.pi)
@given(x=st.floats(-5.0, 5.0), y=st.floats(-5.0, 5.0), omega=st.floats(-3.0, 3.0), dt=st.floats(0.0, 20.0))
def test_the_crest_of_a_wave_is_its_largest_value(x, y, omega, dt):
    from eventsim.neurons.moving import crest

    times = np.linspace(0.0, dt, 2001)
    sampled = (x * np.cos(omega * times) + y * np.sin(omega * times)).max()
    top = crest(x, y, omega, dt)
    assert sampled - 1e-12 <= top <= sampled + (abs(omega) * dt / 2000.0) ** 2 * (abs(x) + abs(y)) + 1e-12
    assert crest(x, y, omega, math.inf) >= top - 1e-12


def test_biexponential_membranes_take_ramps_and_sines():
    """LIFBiexp without synaptic currents is LIF with r_m = tau_m / c_m."""
    a, b = with_currents(LIF, "RS"), with_currents(LIF_BIEXP, "RS")
    values = {"i_ext0": 300.0, "slope_ext0": 3.0, "i_ext1": 300.0, "quadrature_ext1": 100.0, "omega_ext1": 0.3}
    one = a.prepare(parameters(LIF, r_m=0.02, v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    two = b.prepare(parameters(LIF_BIEXP, v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    crossing = a.next_crossing(one, state(a, 0.0, **values))
    assert 10.0 < crossing < 200.0
    assert b.next_crossing(two, state(b, 0.0, **values)) == pytest.approx(crossing, rel=1e-13)


# -- bounded models ---------------------------------------------------------------------------------------------------------

SCALES = {"Izhikevich": 10.0, "HodgkinHuxley": 1500.0}


@pytest.mark.parametrize("model", BOUNDED_MODELS, ids=[f"{m.name}-{m.variant}-{len(m.state_type._fields)}" for m in BOUNDED_MODELS])
def test_bounded_models_follow_solve_ivp(model):
    from scipy.integrate import solve_ivp

    variant, scale = with_currents(model, "RS"), SCALES.get(model.name, 400.0)
    defaults = {p.name: p.default for p in model.parameters}
    p = model.parameter_type(**defaults)
    values = {"i_ext0": 0.1 * scale, "slope_ext0": 0.01 * scale, "i_ext1": 0.7 * scale, "quadrature_ext1": 0.2 * scale}
    values |= {"offset_ext1": 0.5 * scale, "omega_ext1": 0.3}
    c, first = variant.prepare(p), model.prepare(p)
    base = model.start(first, p.v_rest) if model.start else model.state_type(p.v_rest, *[0.0] * (len(model.state_type._fields) - 1))
    s = variant.state_type(**base._asdict(), **values)

    def current(t):
        return 0.1 * scale + 0.01 * scale * t + 0.5 * scale + 0.2 * scale * np.cos(0.3 * t) + 0.2 * scale * np.sin(0.3 * t)

    def slopes(t, y):
        return model.derivative(model.prepare(p._replace(i_offset=p.i_offset + current(t))), model.state_type(*y))

    def threshold(t, y):
        return y[0] - c.v_thresh

    threshold.direction, threshold.terminal = 1.0, True
    solved = solve_ivp(slopes, (0.0, 200.0), list(base), "DOP853", events=threshold, rtol=1e-11, atol=1e-11)
    assert len(solved.t_events[0]) == 1
    crossing = float(solved.t_events[0][0])
    assert variant.next_crossing(c, s) == pytest.approx(crossing, rel=1e-6)
    assert 0.0 <= variant.crossing_bound(c, s) <= crossing
    half = solve_ivp(slopes, (0.0, 0.5 * crossing), list(base), "DOP853", rtol=1e-11, atol=1e-11).y[:, -1]
    after = variant.flow(c, s, 0.5 * crossing)
    assert [getattr(after, name) for name in model.state_type._fields] == pytest.approx(half.tolist(), rel=1e-6, abs=1e-6)
    assert after.i_ext0 + after.i_ext1 == pytest.approx(current(0.5 * crossing), rel=1e-12)


def test_what_moves_slowly_is_not_taken_to_rest():
    """A ramp so flat that nothing changes for a second, up to tolerance, fires in the end."""
    model = es.LIFCond().model
    variant = with_currents(model, "R")
    p = model.parameter_type(**{q.name: q.default for q in model.parameters} | {"tolerance": 1e-3})
    s = state(variant, -65.0, i_ext0=749.0, slope_ext0=1e-5)
    settled = variant.flow(variant.prepare(p), s, 2e4)
    assert variant.next_crossing(variant.prepare(p), settled) == pytest.approx(8e4 + 2e3, rel=0.05)
