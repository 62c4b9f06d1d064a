"""What every model of the bounded class has to keep, and how near it comes to its equations."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import eventsim as es
from eventsim import _jit
from eventsim.neurons import BOUNDED, BOUNDED_MODELS, IZHIKEVICH

from .integrated import Integrated

IDS = [f"{m.name}-{m.variant}" for m in BOUNDED_MODELS]
every_model = pytest.mark.parametrize("model", BOUNDED_MODELS, ids=IDS)

# Constant currents (pA) from silence to many spikes, and the size of weights that matter.
CURRENTS = {"HodgkinHuxley": (0.0, 1500.0, 4000.0), "Izhikevich": (0.0, 5.0, 12.0), "LIFCond": (0.0, 700.0, 1000.0)}
WEIGHTS = {"mV": 4.0, "pA": 300.0, "nS": 8.0}


def constants_of(model, **values):
    """The constants of a neuron with these parameters."""
    p = model(**values).values
    return model.prepare(model.parameter_type(*[p[q.name] for q in model.parameters]))


def synapses_of(model):
    return {"mV": "v", "pA": "i", "nS": "g"}[model.weight_unit]


@st.composite
def neurons(draw, model, tolerance=1e-9):
    """Constants and a state below threshold."""
    current = draw(st.sampled_from(CURRENTS.get(model.name, (0.0, 500.0, 1000.0))))
    c = constants_of(model, i_offset=current, tolerance=tolerance)
    v = draw(st.floats(-75.0, -45.0).filter(lambda v: v < c.v_thresh - 0.1))
    s = model.start(c, v) if model.start else model.state_type(v, *[0.0] * (len(model.state_type._fields) - 1))
    for port in range(len(model.ports)):
        if len(model.ports) > 1:
            s = model.receive(
                c, s, port, draw(st.sampled_from((0.0, 1.0, 3.0))) * WEIGHTS[model.weight_unit] * (1.0 if port == 0 else -1.0)
            )
    return c, s


@every_model
def test_the_model_is_described(model):
    assert model.exactness == BOUNDED
    assert model.variables[0] == "v"
    assert {"v_thresh", "v_rest", "t_ref", "tolerance"} <= {p.name for p in model.parameters}
    assert {"v_thresh", "t_ref", "tolerance"} <= set(model.constant_type._fields)
    assert model.source
    assert all(p.unit in ("ms", "mV", "pA", "pF", "nS", "1/ms", "mV/ms", "") for p in model.parameters)
    assert "bounded" in model.documentation


@every_model
@given(data=st.data(), a=st.floats(0.0, 5.0), b=st.floats(0.0, 5.0))
@settings(max_examples=15)
def test_flow_composes_to_the_tolerance(model, data, a, b):
    c, s = data.draw(neurons(model))
    assert model.flow(c, s, 0.0) == s
    assert model.flow_refractory(c, s, 0.0) == s
    if model.next_crossing(c, s) > a + b + 0.5:
        np.testing.assert_allclose(model.flow(c, model.flow(c, s, a), b), model.flow(c, s, a + b), rtol=1e-6, atol=1e-6)


@every_model
@given(data=st.data(), dt=st.floats(0.0, 30.0))
@settings(max_examples=15)
def test_looks_and_bounds_are_never_later_than_the_crossing(model, data, dt):
    c, s = data.draw(neurons(model))
    known = model.next_look(c, s, 60.0)
    crossing = known if known < 120.0 else math.inf  # a look goes ahead as far as it was asked for
    look = model.next_look(c, s, dt)
    assert look > dt or look == crossing  # it leads on, or to the crossing, which is the same to the last bit
    assert 0.0 <= model.crossing_bound(c, s) <= crossing * (1.0 + 1e-9)
    assert look <= crossing


@every_model
@given(data=st.data())
@settings(max_examples=10)
def test_at_the_crossing_the_flow_is_at_threshold_and_stays_there(model, data):
    c, s = data.draw(neurons(model))
    crossing = model.next_look(c, s, 40.0)
    at = model.flow(c, s, crossing)
    if crossing < 40.0:
        assert at[0] == pytest.approx(c.v_thresh, abs=1e-6 * (1.0 + abs(model.derivative(c, at)[0])))
        assert model.flow(c, s, crossing + 1.0)[0] == c.v_thresh or model.latched


@every_model
def test_inf_means_never(model):
    """A neuron at rest without input does not fire; its look is certain, or it comes to rest in the last bit."""
    c = constants_of(model)
    s = model.start(c, -65.0) if model.start else model.state_type(-70.0, *[0.0] * (len(model.state_type._fields) - 1))
    t = 0.0
    while t < 100.0:
        before, t = t, model.next_look(c, s, t)
        assert t > before
    assert model.flow(c, s, 100.0)[0] < c.v_thresh


# -- compiled ------------------------------------------------------------------------------------------------------------

Constants = State = load_constants = load_state = None
flow = flow_refractory = next_look = crossing_bound = None


def everything(constants, width, states, fields, dt, out):
    """All functions that integrate, for many neurons."""
    for k in range(dt.size):
        c = Constants(*load_constants(constants, k * width))
        s = State(*load_state(states, k * fields))
        out[k, 0] = next_look(c, s, dt[k])
        out[k, 1] = crossing_bound(c, s)
        a, b = flow(c, s, dt[k]), flow_refractory(c, s, dt[k])
        for i in range(len(s)):
            out[k, 2 + i] = a[i]
            out[k, 2 + fields + i] = b[i]


@every_model
def test_compiled_functions_give_the_same_bits(model):
    rng = np.random.default_rng(9)
    n, fields, width = 40, len(model.state_type._fields), len(model.constant_type._fields)
    cs, states = [], []
    for _ in range(n):
        c = constants_of(
            model, i_offset=rng.choice(CURRENTS.get(model.name, (0.0, 500.0, 1000.0))), tolerance=10.0 ** rng.uniform(-12.0, -4.0)
        )
        v = min(rng.uniform(-80.0, -40.0), c.v_thresh - 0.01)
        s = model.start(c, v) if model.start else model.state_type(v, *[0.0] * (fields - 1))
        for port in range(len(model.ports)):
            s = model.receive(c, s, port, rng.uniform(-1.0, 1.0) * WEIGHTS[model.weight_unit])
        cs.append(c)
        states.append(s)
    dt = 10.0 ** rng.uniform(-4.0, 1.3, n)
    plain = [
        [model.next_look(c, s, x), model.crossing_bound(c, s), *model.flow(c, s, x), *model.flow_refractory(c, s, x)]
        for c, s, x in zip(cs, states, dt.tolist(), strict=True)
    ]
    bind = {name: getattr(model, name) for name in ("flow", "flow_refractory", "next_look", "crossing_bound")} | {
        "Constants": model.constant_type,
        "State": model.state_type,
        "load_constants": _jit.float_tuple_loader(width),
        "load_state": _jit.float_tuple_loader(fields),
    }
    out = np.empty((n, 2 + 2 * fields))
    _jit.timed(_jit.compiled(everything, bind=bind, key=None), np.array(cs).ravel(), width, np.array(states).ravel(), fields, dt, out)
    np.testing.assert_array_equal(np.array(plain), out)


# -- against the equations -------------------------------------------------------------------------------------------------


def spikes_of(model, values, deliveries, end):
    """Spike times of one neuron in the sequential engine."""
    net = es.Network()
    neuron = net.population(1, model(**values))
    source = net.population(len(deliveries), es.SpikeSource(times=[[t] for t, _ in deliveries]))
    net.connect(source, neuron, es.AllToAll(), weight=[w for _, w in deliveries], delay=0.0)
    sim = es.Simulator(net, engine="sequential")
    sim.run(end)
    return sim.spikes.time


def cases_of(model, n, seed=3):
    """Parameters and deliveries (time, weight) at random."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        values = {"i_offset": float(rng.choice(CURRENTS.get(model.name, (0.0, 500.0, 1000.0))))}
        if model.name == "AdEx":
            values |= {
                "a": float(rng.choice((4.0, -5.0))),
                "v_reset": float(rng.choice((-70.6, -48.0))),
                "v_spike": float(rng.choice((-40.0, 20.0))),
            }
        if model.name == "Izhikevich":
            values |= {"v_reset": float(rng.choice((-65.0, -50.0))), "d": float(rng.choice((2.0, 8.0)))}
        size = WEIGHTS[model.weight_unit] * (10.0 if model.name == "HodgkinHuxley" or (model.variant and model.name == "LIFCond") else 1.0)
        times = np.sort(rng.uniform(0.0, 80.0, 25))
        yield values, list(zip(times.tolist(), (size * rng.normal(0.5, 1.0, 25)).tolist(), strict=True))


def oracle(model, values):
    p = model(**values).values
    shape = "alpha" if (model.name, model.variant) == ("LIFCond", 1) else "exponential"
    return Integrated(model.name, p, synapses_of(model), shape, "squid" if (model.name, model.variant) == ("HodgkinHuxley", 1) else "traub")


@every_model
def test_spikes_are_those_of_the_equations(model):
    """Against solve_ivp at 1e-12: the number of spikes, then their times to 100 times the tolerance."""
    total = 0
    for values, deliveries in cases_of(model, 4):
        exact = oracle(model, values).spikes(deliveries, 60.0)
        found = spikes_of(model, values, deliveries, 60.0)
        assert len(found) == len(exact)
        total += len(exact)
        assert np.abs(found - exact).max(initial=0.0) < 1e-7
    assert total > 5


@every_model
def test_the_error_falls_with_the_tolerance(model):
    """Over six decades of the tolerance the error of spike times falls by four at least."""
    errors = []
    for tolerance in (1e-5, 1e-11):
        worst = 0.0
        for values, deliveries in cases_of(model, 2, seed=5):
            exact = oracle(model, values).spikes(deliveries, 60.0)
            found = spikes_of(model, values | {"tolerance": tolerance}, deliveries, 60.0)
            assert len(found) == len(exact)
            worst = max(worst, np.abs(found - exact).max(initial=0.0))
        errors.append(worst)
    assert errors[0] < 1e-3
    assert errors[1] < max(1e-4 * errors[0], 1e-9)
    assert math.isfinite(errors[0])


@pytest.mark.parametrize("u", [*range(-450, -250, 4), -366.577])
def test_a_first_step_that_overflows_is_shortened(u):
    """Strong recovery drives v so fast that stages of the first step are beyond all numbers, and differences of them no numbers."""
    c = constants_of(IZHIKEVICH, i_offset=75.0)

    def reaches(t, y):
        return y[0] - 30.0

    reaches.terminal = True
    change = lambda t, y: [0.04 * y[0] ** 2 + 5.0 * y[0] + 140.0 - y[1] + 75.0, 0.02 * (0.2 * y[0] - y[1])]  # noqa: E731
    exact = solve_ivp(change, (0.0, 1.0), [-45.0, u], "DOP853", events=reaches, rtol=1e-12, atol=1e-12).t_events[0]
    assert len(exact) == 1
    assert IZHIKEVICH.next_look(c, IZHIKEVICH.state_type(-45.0, float(u)), 0.0) == pytest.approx(exact[0], abs=1e-8)
