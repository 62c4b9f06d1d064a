"""Whatever is handed to a public function, it answers with one of eventsim's own errors, or it works."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es


class Hostile:
    """An object that can not even be shown."""

    def __repr__(self):
        raise RuntimeError("no")


_VIEWED = es.Network().population(4, es.LIF(), name="viewed")

NUMBERS = [0, 1, -1, 3, 2**31, 2**63, 2**64, 10**400, 0.0, -0.0, 0.5, -2.5, 5e-324, 1e-300, 1e308, math.inf, -math.inf, math.nan]
OBJECTS = [
    None, True, False, "", "exc", "v", b"1.0", 1 + 2j, Fraction(1, 3), ..., int, Hostile(), object(), {}, {"a": 1}, {1.0}, range(4), lambda: 1,
    iter([1.0]), slice(1), (), [], [[]], [1.0], [1, 2, 3, 4], [0.5, math.nan, 1.0, 2.0], [[1.0], [2.0, 3.0]], [None] * 4, ["a"] * 4, [10**400],
    np.float64(2.0), np.float32(math.nan), np.int8(-3), np.uint64(2**64 - 1), np.bool_(True), np.complex128(1j), np.datetime64("2020-01-01"),
    np.array(2.0), np.array([1.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 2], object), np.ones(4, bool), np.zeros((0, 4)),
    np.array([2**64 - 1], np.uint64), np.ma.masked, np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[0, 1, 0, 0]), np.ones(4, np.float16), np.rec.array([(1, 2.0)]),
    es.Normal(1.0, 0.2), es.Uniform(-1.0, 1.0), es.LogNormal(0.0, 1.0), es.Exponential(2.0), es.LIF, es.LIF(), es.LIFExp(tau_syn=[1.0, 2.0, 3.0]),
    es.Poisson(5.0), es.SpikeSource(), es.AllToAll, es.AllToAll(), es.OneToOne(), es.Explicit([0], [1]), es.CSR([0, 0, 0, 0, 1], [3]),
    es.FixedProbability(0.5), es.FixedInDegree(2), es.Static(1.0, 1.0), es.Network(), _VIEWED, _VIEWED[:2],
]  # fmt: skip
GARBAGE = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(OBJECTS), st.floats(), st.integers(), st.lists(st.floats(), max_size=5))


def _answer(call):
    """The error of a call, or None; anything but eventsim's own errors passes through and fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            call()
        except es.EventsimError as error:
            return error
    return None


def _network():
    net = es.Network(seed=1)
    a = net.population(4, es.LIF(), name="a")
    b = net.population(4, es.LIFExp(), name="b")
    stim = net.population(4, es.SpikeSource([[1.0], [], [2.0], [2.0]]), name="stim")
    return net, a, b, stim


DESCRIPTIONS = {
    "Network": lambda x, y: es.Network(x),
    "net[]": lambda x, y: _network()[0][x],
    "population n": lambda x, y: _network()[0].population(x, es.LIF()),
    "population model": lambda x, y: _network()[0].population(4, x, y),
    "population name": lambda x, y: _network()[0].population(4, es.LIF(), x),
    "LIF": lambda x, y: _network()[0].population(4, es.LIF(tau_m=x, v_rest=y)),
    "LIFExp": lambda x, y: _network()[0].population(4, es.LIFExp(tau_syn_exc=x, i_offset=y)),
    "tau_syn": lambda x, y: _network()[0].population(4, es.LIFExp(tau_syn=1.0 if isinstance(x, Hostile) else x)),
    "set": lambda x, y: _network()[1].set(v=x, v_thresh=y),
    "set of a view": lambda x, y: _network()[1][:2].set(v=x, t_ref=y),
    "get": lambda x, y: _network()[1].get(x),
    "view": lambda x, y: _network()[1][x],
    "view of a view": lambda x, y: _network()[1][::2][x],
    "Poisson": lambda x, y: _network()[0].population(4, es.Poisson(x)),
    "Poisson with dead time": lambda x, y: _network()[0].population(4, es.Poisson(x, dead_time=y)),
    "Regular": lambda x, y: _network()[0].population(4, es.Regular(x, phase=y)),
    "Regular period": lambda x, y: _network()[0].population(4, es.Regular(period=x, phase=y)),
    "GammaProcess": lambda x, y: _network()[0].population(4, es.GammaProcess(x, y)),
    "InhomogeneousPoisson": lambda x, y: _network()[0].population(4, es.InhomogeneousPoisson(x, y)),
    "InhomogeneousPoisson of a function": lambda x, y: _network()[0].population(4, es.InhomogeneousPoisson(lambda t: x, max_rate=y)),
    "SpikeSource": lambda x, y: _network()[0].population(4, es.SpikeSource(x)),
    "SpikeSource repeated": lambda x, y: _network()[0].population(4, es.SpikeSource([[0.0]] * 4, period=x, jitter=y)),
    "StepCurrent": lambda x, y: es.StepCurrent(x, y),
    "RampCurrent": lambda x, y: es.RampCurrent(x, y),
    "SineCurrent": lambda x, y: es.SineCurrent(x, 40.0, phase=y),
    "SineCurrent in time": lambda x, y: es.SineCurrent(1.0, x, start=y, stop=x),
    "NoisyCurrent": lambda x, y: es.NoisyCurrent(x, y, 1.0),
    "NoisyCurrent in time": lambda x, y: es.NoisyCurrent(1.0, 1.0, x, stop=y),
    "Normal": lambda x, y: es.Normal(x, y, low=x),
    "Normal bounds": lambda x, y: es.Normal(0.0, 1.0, x, y),
    "Uniform": lambda x, y: es.Uniform(x, y),
    "LogNormal": lambda x, y: es.LogNormal(x, y),
    "Exponential": lambda x, y: es.Exponential(x),
    "FixedProbability": lambda x, y: es.FixedProbability(x, y),
    "FixedInDegree": lambda x, y: es.FixedInDegree(x, y),
    "FixedOutDegree": lambda x, y: es.FixedOutDegree(x, multapses=y),
    "FixedTotalNumber": lambda x, y: es.FixedTotalNumber(x, y),
    "Explicit": lambda x, y: es.Explicit(x, y),
    "CSR": lambda x, y: es.CSR(x, y),
}  # fmt: skip


@pytest.mark.parametrize("call", DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
@settings(max_examples=150)
@given(x=GARBAGE, y=GARBAGE)
def test_description_answers_garbage_with_its_own_errors(call, x, y):
    _answer(lambda: call(x, y))


CONNECTS = {
    "pre and post": lambda net, a, b, stim, x, y: net.connect(x, y, es.AllToAll(), weight=1.0, delay=1.0),
    "rule": lambda net, a, b, stim, x, y: net.connect(a, b, x, weight=y, delay=1.0),
    "weight and delay": lambda net, a, b, stim, x, y: net.connect(a, b, es.OneToOne(), weight=x, delay=y),
    "weight and delay at random": lambda net, a, b, stim, x, y: net.connect(a, b, es.FixedInDegree(2), weight=x, delay=y),
    "synapse": lambda net, a, b, stim, x, y: net.connect(a, b, es.AllToAll(), synapse=x, label=y),
    "Static": lambda net, a, b, stim, x, y: net.connect(a, b, es.AllToAll(), synapse=es.Static(x, y)),
    "receptor and label": lambda net, a, b, stim, x, y: net.connect(a, b, es.AllToAll(), weight=1.0, delay=1.0, receptor=x, label=y),
    "Explicit": lambda net, a, b, stim, x, y: net.connect(a, b, es.Explicit(x, [0]), weight=y, delay=1.0),
    "CSR": lambda net, a, b, stim, x, y: net.connect(a, b, es.CSR([0, 1, 1, 1, 1], x), weight=y, delay=1.0),
    "drive": lambda net, a, b, stim, x, y: net.drive(a, x, y),
    "inject_current": lambda net, a, b, stim, x, y: net.inject_current(x, y),
    "steps": lambda net, a, b, stim, x, y: net.inject_current(a, es.StepCurrent([0.0, 1.0, 1.5, 2.0], x)),
    "ramps": lambda net, a, b, stim, x, y: net.inject_current(b, es.RampCurrent([0.0, 1.0, 1.5, 2.0], x)),
    "sine": lambda net, a, b, stim, x, y: net.inject_current(a, es.SineCurrent(x, 100.0, offset=y)),
    "noise": lambda net, a, b, stim, x, y: net.inject_current(b, es.NoisyCurrent(x, y, 0.5)),
    "drive receptor": lambda net, a, b, stim, x, y: net.drive(x, 10.0, 1.0, receptor=y),
}


@pytest.mark.parametrize("call", CONNECTS.values(), ids=CONNECTS.keys())
@settings(max_examples=100)
@given(x=GARBAGE, y=GARBAGE)
def test_what_a_network_accepts_can_be_simulated(call, x, y):
    net, *populations = _network()
    if _answer(lambda: call(net, *populations, x, y)) is None and (not net.drives or np.max(net.drives[0].rate, initial=0.0) < 1e4):
        _answer(lambda: es.Simulator(net, engine="reference").run(3.0))


RUNS = {
    "threads and engine": lambda sim, x, y: es.Simulator(sim.network, x, y),
    "seed and micro_steps": lambda sim, x, y: es.Simulator(sim.network, engine="reference", seed=x, micro_steps=y),
    "record_spikes": lambda sim, x, y: es.Simulator(sim.network, engine="reference", record_spikes=x),
    "network": lambda sim, x, y: es.Simulator(x, engine="reference"),
    "run": lambda sim, x, y: sim.run(x),
    "run until": lambda sim, x, y: sim.run(until=x) if not callable(x) else None,
    "run both": lambda sim, x, y: sim.run(x, until=y) if x is not None and y is not None else None,
    "record": lambda sim, x, y: sim.record(x, y),
    "record at": lambda sim, x, y: sim.record("v", sim.network["a"], at=x),
    "get": lambda sim, x, y: sim.get(x, y),
    "get variable": lambda sim, x, y: sim.get(sim.network["a"], x),
    "set": lambda sim, x, y: sim.set(sim.network["b"], v=x, i_exc=y),
    "set view": lambda sim, x, y: sim.set(x, v=y),
    "inject": lambda sim, x, y: sim.inject(x, y),
    "inject times": lambda sim, x, y: sim.inject(x, sim.network["stim"].addresses),
    "inject addresses": lambda sim, x, y: sim.inject(5.0, x),
    "spikes.of": lambda sim, x, y: sim.spikes.of(x),
    "weights": lambda sim, x, y: sim.weights(x),
    "save": lambda sim, x, y: sim.save(x) if not isinstance(x, (str, bytes)) else None,
    "load": lambda sim, x, y: es.Simulator.load(x, y),
}


@pytest.mark.parametrize("call", RUNS.values(), ids=RUNS.keys())
@settings(max_examples=100)
@given(x=GARBAGE, y=GARBAGE)
def test_simulator_answers_garbage_with_its_own_errors_and_goes_on(call, x, y):
    sim = es.Simulator(_network()[0], engine="reference")
    sim.run(1.0)
    _answer(lambda: call(sim, x, y))
    if sim.now < 1e6:
        _answer(lambda: sim.run(1.0))
        assert np.isfinite(sim.spikes.time).all()


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, "1.0", None, True, 1j, [[1.0], [2.0, 3.0]], np.ma.masked, {}, _VIEWED, Hostile()],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.parametrize(
    "call",
    [
        lambda x: es.LIF(tau_m=x),
        lambda x: _network()[1].set(v=x),
        lambda x: _network()[0].population(1, es.Poisson(x)),
        lambda x: es.Normal(x, 1.0),
        lambda x: es.FixedProbability(x),
        lambda x: es.FixedInDegree(x),
        lambda x: CONNECTS["weight and delay"](*_network(), x, 1.0),
        lambda x: CONNECTS["weight and delay"](*_network(), 1.0, x),
        lambda x: _network()[0].drive(_network()[1], x, 1.0),
        lambda x: es.Simulator(_network()[0], engine="reference").run(x),
        lambda x: es.Simulator(_network()[0], engine="reference").inject(x, 8),
        lambda x: es.Simulator(_network()[0], engine="reference").set(_network()[1], v=x),
    ],
)  # fmt: skip
def test_what_is_no_finite_number_is_never_taken(call, value):
    assert _answer(lambda: call(value)) is not None


@pytest.mark.parametrize("function", [es.Network, es.LIF, es.Poisson, es.FixedProbability, es.Normal, _VIEWED.population.set, es.Simulator])
def test_a_wrong_keyword_is_an_error(function):
    with pytest.raises((TypeError, es.EventsimError)):
        function(nonsense=1.0)
