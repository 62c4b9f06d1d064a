"""What every neuron model has to keep, for all of ALL_MODELS."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from mpmath import mpf

from eventsim import _jit
from eventsim.neurons import ALL_MODELS, EXACT
from eventsim.numerics.compensation import RESIDUE

from ..exact import ulp
from .drawing import (
    IDS,
    before_crossing,
    constants,
    exact,
    exact_variables,
    granted,
    many,
    neurons,
    others_of,
    place_of,
    scale,
    state,
    taus_of,
)

pytestmark = pytest.mark.parametrize("model", ALL_MODELS, ids=IDS)

DYADIC = st.integers(0, 2**12).map(lambda k: k / 64.0)  # sums of these are exact


def test_the_model_is_described(model):
    assert model.exactness == EXACT
    assert model.variables[0] == "v"
    assert {"v_thresh", "v_reset", "v_rest", "t_ref"} <= {p.name for p in model.parameters}
    assert {"v_thresh", "v_reset", "t_ref"} <= set(model.constant_type._fields)
    assert model.source
    assert all(p.unit in ("ms", "mV", "pA", "pF", "nS", "GOhm", "1/mV") for p in model.parameters)


@given(data=st.data())
def test_flow_over_no_time_is_the_identity(model, data):
    c, s = data.draw(neurons(model))
    assert model.flow(c, s, 0.0) == s
    assert model.flow_refractory(c, s, 0.0) == s


@given(data=st.data(), a=DYADIC, b=DYADIC)
def test_flow_composes(model, data, a, b):
    c, s = data.draw(neurons(model))
    if a + b > before_crossing(model, c, s, a + b):
        a = b = 0.0
    for flow in (model.flow, model.flow_refractory):
        once, twice = flow(c, s, a + b), flow(c, flow(c, s, a), b)
        bounds = granted(model, c, s, a + b)
        for one, two, bound in zip(once, twice, bounds, strict=False):
            assert abs(one - two) <= 2.0 * bound


@given(data=st.data(), dt=st.floats(1e-6, 200.0))
def test_flow_is_the_solution_of_the_equations(model, data, dt):
    c, s = data.draw(neurons(model))
    dt = before_crossing(model, c, s, dt)
    v, others = exact(model, c).after(*exact_variables(model, s), mpf(dt))
    after = model.flow(c, s, dt)
    for x, e, bound in zip(after, [v, *others], granted(model, c, s, dt), strict=False):
        assert abs(x - e) <= bound


@given(data=st.data(), dt=st.floats(0.0, 200.0))
def test_the_membrane_is_clamped_in_refractoriness_and_the_rest_goes_on(model, data, dt):
    c, s = data.draw(neurons(model))
    clamped = model.flow_refractory(c, s, dt)
    assert clamped[0] == s[0]
    if "w" not in model.variables:  # w follows v
        assert others_of(model, clamped) == others_of(model, model.flow(c, s, dt))
    v, others = exact_variables(model, s)
    for x, e, bound in zip(
        others_of(model, clamped), exact(model, c).clamped(v, others, mpf(dt)), granted(model, c, s, dt)[1:], strict=True
    ):
        assert abs(x - e) <= bound


@given(data=st.data(), weight=st.floats(-1e4, 1e4))
def test_a_delivery_reaches_its_receptor_alone(model, data, weight):
    c, s = data.draw(neurons(model))
    for port in range(len(model.ports)):
        place = place_of(model, port)
        after = model.receive(c, s, port, weight)
        name = model.variables[place]
        total = s[place] + (weight + getattr(s, name + RESIDUE))
        residue = Fraction(s[place]) + Fraction(weight + getattr(s, name + RESIDUE)) - Fraction(total)
        assert after == s._replace(**{name: total, name + RESIDUE: float(residue)})
        assert model.receive_refractory(c, s, port, weight) == (s if place == 0 else after)


@given(data=st.data())
def test_a_spike_resets_the_membrane_alone(model, data):
    c, s = data.draw(neurons(model))
    after = s._replace(v=c.v_reset, v_residue=0.0)
    if "w" in model.variables:
        after = after._replace(w=s.w + (c.b + s.w_residue), w_residue=model.fire(c, s).w_residue)
    assert model.fire(c, s) == after


@given(data=st.data())
def test_touching_the_threshold_is_being_above(model, data):
    c = data.draw(constants(model))
    for v in (c.v_thresh, math.nextafter(c.v_thresh, math.inf), c.v_thresh + 100.0):
        s = state(model, v)
        assert model.above(c, s)
        assert model.next_crossing(c, s) == 0.0
        assert model.crossing_bound(c, s) == 0.0
    below = state(model, math.nextafter(c.v_thresh, -math.inf))
    assert not model.above(c, below)


@given(data=st.data())
@settings(max_examples=80)
def test_the_bound_is_never_later_than_the_crossing(model, data):
    c, s = data.draw(neurons(model))
    assert 0.0 <= model.crossing_bound(c, s) <= model.next_crossing(c, s)


@given(data=st.data())
@settings(max_examples=80)
def test_the_near_bound_is_never_later_than_the_crossing(model, data):
    if model.nearly_crossing is None:
        pytest.skip("the crossing itself is taken")
    c, s = data.draw(neurons(model))
    assert 0.0 <= model.nearly_crossing(c, s) <= model.next_crossing(c, s)


@given(
    data=st.data(),
    t=st.sampled_from((0.0, 1.0, 1e6, 1e12)),
    w=st.one_of(st.floats(-20.0, 20.0), st.sampled_from((-1e-12, -1e-15, -1e-18, 0.0))),
)
@settings(max_examples=80)
def test_what_postpones_a_crossing_makes_it_later(model, data, t, w):
    if model.postponed is None:
        pytest.skip("never known")
    c, before = data.draw(neurons(model))
    agreed = t + model.next_crossing(c, before)
    after = model.receive(c, before, 0, w)
    if model.postponed(c, after, w, agreed):
        event("postponed")
        assert w < 0.0
        assert t + model.next_crossing(c, after) >= agreed or model.above(c, before)


@given(data=st.data(), part=st.one_of(st.floats(0.0, 1.5), st.sampled_from((1.0, math.nextafter(1.0, 0.0), 1e-300))))
@settings(max_examples=80)
def test_a_short_flow_is_the_flow(model, data, part):
    if model.flow_short is None:
        pytest.skip("has none")
    c, s = data.draw(neurons(model))
    dt = part * taus_of(model, c)[0]
    if model.short(c, dt):
        assert model.flow_short(c, s, dt) == model.flow(c, s, dt)


@given(data=st.data())
@settings(max_examples=40)
def test_no_crossing_is_earlier_by_dense_sampling(model, data):
    """v stays below threshold up to the crossing; up to 30 of the longest time constant where there is none."""
    c, s = data.draw(neurons(model))
    crossing = model.next_crossing(c, s)
    longest = max(taus_of(model, c))
    span = min(crossing, 30.0 * longest)
    event("crosses" if crossing < math.inf else "never crosses")
    assert crossing > 0.0
    margin = 4.0 * math.ulp(scale(model, c, s))
    for x in np.linspace(0.0, span, 300)[:-1].tolist():
        assert model.flow(c, s, x)[0] < c.v_thresh + margin
    if crossing < math.inf and c.v_thresh < 1e60:
        assert abs(model.flow(c, s, crossing)[0] - c.v_thresh) <= granted(model, c, s, crossing)[0]


@given(data=st.data())
@settings(max_examples=40)
def test_the_crossing_is_the_first_one_in_40_digits(model, data):
    """Or it is so for a threshold 4 ulp (of the largest potential that takes part) away: a tangent can not be told apart."""
    c, s = data.draw(neurons(model))
    crossing = model.next_crossing(c, s)
    neuron = exact(model, c)
    v, others = exact_variables(model, s)
    end = mpf("inf") if model.name in ("IF", "QIF") else mpf(10) ** 5 * max(taus_of(model, c))
    grain = ulp(scale(model, c, s))

    def first(shift):
        shifted = neuron.shifted(shift * grain)
        if v >= shifted.v_thresh:
            return mpf(0)
        return shifted.first_crossing(v, others, end) or mpf("inf")

    exact_crossing = first(0)
    if exact_crossing == mpf("inf") or crossing == math.inf:
        right = exact_crossing == crossing
    else:
        slope = neuron.least_slope(v, others, exact_crossing)
        right = abs(crossing - exact_crossing) <= 4 * ulp(crossing) + 4 * grain / abs(slope)
    event("as it is" if right else "for a threshold 4 ulp away")
    if not right:
        assert first(-8) - 4 * ulp(min(crossing, 1e300)) <= crossing <= first(8) + 4 * ulp(min(crossing, 1e300))


# -- compiled ------------------------------------------------------------------------------------------------------------

# Names that stand for a model's own in the function below.
Constants = State = load_constants = load_state = None
flow = flow_refractory = above = next_crossing = crossing_bound = receive = receive_refractory = fire = None


def put_all(rows, k, at, s):
    for i in range(len(s)):
        rows[k, at + i] = s[i]
    return at + len(s)


def everything(constants, width, states, variables, dt, weight, port, out):
    """All functions of a model for many neurons, side by side."""
    for k in range(dt.size):
        c = Constants(*load_constants(constants, k * width))
        s = State(*load_state(states, k * variables))
        out[k, 0] = next_crossing(c, s)
        out[k, 1] = crossing_bound(c, s)
        out[k, 2] = above(c, s)
        at = put_all(out, k, 3, flow(c, s, dt[k]))
        at = put_all(out, k, at, flow_refractory(c, s, dt[k]))
        at = put_all(out, k, at, receive(c, s, port[k], weight[k]))
        at = put_all(out, k, at, receive_refractory(c, s, port[k], weight[k]))
        put_all(out, k, at, fire(c, s))


def plain_everything(model, cs, states, dt, weight, port):
    rows = []
    for c, s, x, w, p in zip(cs, states, dt.tolist(), weight.tolist(), port.tolist(), strict=True):
        row = [model.next_crossing(c, s), model.crossing_bound(c, s), float(model.above(c, s))]
        row += [*model.flow(c, s, x), *model.flow_refractory(c, s, x)]
        row += [*model.receive(c, s, p, w), *model.receive_refractory(c, s, p, w), *model.fire(c, s)]
        rows.append(row)
    return np.array(rows)


def test_compiled_functions_give_the_same_bits(model):
    rng = np.random.default_rng(9)
    n, fields, width = 3000, len(model.state_type._fields), len(model.constant_type._fields)
    cs, states = many(model, rng, n)
    dt, weight = 10.0 ** rng.uniform(-9.0, 2.0, n), rng.normal(0.0, 10.0, n)
    port = rng.integers(0, len(model.ports), n)
    plain = plain_everything(model, cs, states, dt, weight, port)
    names = ("flow", "flow_refractory", "above", "next_crossing", "crossing_bound", "receive", "receive_refractory", "fire")
    bind = {name: getattr(model, name) for name in names} | {
        "Constants": model.constant_type,
        "State": model.state_type,
        "load_constants": _jit.float_tuple_loader(width),
        "load_state": _jit.float_tuple_loader(fields),
    }
    out = np.empty_like(plain)
    run = _jit.compiled(everything, bind=bind, key=None)
    _jit.timed(run, np.array(cs).ravel(), width, np.array(states).ravel(), fields, dt, weight, port, out)
    assert np.isfinite(plain[:, 0]).sum() > 300
    np.testing.assert_array_equal(plain, out)


def test_a_model_never_divides_by_zero(model):
    """CPython would raise where compiled code goes on with inf: nothing may raise, whatever the state."""
    extremes = [0.0, 1e-300, -1e-300, 1.0, -1.0, 1e300, -1e300]
    c = model.prepare(
        model.parameter_type(*[{"v_thresh": 15.0, "tau_m": 10.0}.get(p.name, max(p.low, 0.0) or 0.0) or 1.0 for p in model.parameters])
    )
    for v in [15.0, math.nextafter(15.0, 0.0), getattr(c, "v_inf", 0.5), *extremes]:
        for i in extremes:
            s = state(model, v, *[i] * (len(model.variables) - 1))
            assert not math.isnan(model.crossing_bound(c, s))
            for dt in (0.0, 5e-324, 1.0, 1e6, 1e300):
                model.flow(c, s, dt)
                model.flow_refractory(c, s, dt)
            if abs(v) < 1e9 and abs(i) < 1e9:
                assert not math.isnan(model.next_crossing(c, s))


def test_precision_of_the_oracle(model):
    """The digits with which the exact values above are computed."""
    assert mpmath.mp.dps >= 40
