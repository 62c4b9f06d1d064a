"""A user's own model, given by its derivative and its jumps alone."""

import math
import os
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import eventsim as es
from eventsim import _jit
from eventsim.neurons.model import TOLERANCE, Parameter


class Parameters(NamedTuple):
    tau: float
    v_rest: float
    v_reset: float
    v_thresh: float
    t_ref: float
    i_offset: float
    tolerance: float


class State(NamedTuple):
    v: float
    trace: float


def prepare(p):
    return p


def derivative(c, s):
    """A leaky membrane, whose crossings have a closed form, and a trace that decays."""
    return State((c.v_rest + c.i_offset - s.v) / c.tau, -s.trace / (2.0 * c.tau))


def receive(c, s, port, w):
    return State(s.v + w, s.trace)


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    return State(c.v_reset, s.trace + 1.0)


def own_model(**options):
    return es.NeuronModel(
        name="Own",
        documentation="A leaky membrane by its derivative.",
        parameters=(
            Parameter("tau", 10.0, "ms", low=0.0, low_open=True),
            Parameter("v_rest", 0.0, "mV"),
            Parameter("v_reset", 0.0, "mV"),
            Parameter("v_thresh", 15.0, "mV"),
            Parameter("t_ref", 2.0, "ms", low=0.0),
            Parameter("i_offset", 20.0, "pA"),
            TOLERANCE,
        ),
        parameter_type=Parameters,
        constant_type=Parameters,
        state_type=State,
        ports=("all",),
        weight_unit="mV",
        exactness="bounded",
        prepare=prepare,
        receive=receive,
        receive_refractory=receive_refractory,
        fire=fire,
        source="here",
        **options,
    )


OWN = own_model(derivative=derivative)


@pytest.mark.parametrize("engine", ["reference", "sequential"])
def test_its_spikes_are_those_of_the_closed_form(engine):
    net = es.Network()
    own = net.population(2, OWN(i_offset=[20.0, 12.0]))
    source = net.population(1, es.SpikeSource(times=[[30.0]]))
    net.connect(source, own[1:], es.AllToAll(), weight=4.0, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(100.0)
    period = 2.0 + 10.0 * math.log(4.0)
    expected = np.arange(10.0 * math.log(4.0), 100.0, period)
    times = sim.spikes.of(own[:1]).time
    assert len(times) == len(expected)
    np.testing.assert_allclose(times, expected, atol=1e-7)
    assert sim.spikes.of(own[1:]).time.tolist() == [30.0]
    assert sim.stats["exactness"] == {"Own0": "bounded"}
    assert sim.get(own, "trace")[0] > 1.0


@pytest.mark.parametrize("engine", ["reference", "sequential"])
def test_it_takes_injected_currents_of_every_kind(engine):
    """A step and a ramp that together are the constant current from 5 ms on, until which v stays at rest."""
    net = es.Network()
    own = net.population(1, OWN(i_offset=0.0))
    net.inject_current(own, es.StepCurrent([5.0, 10.0], [20.0, 10.0]))
    net.inject_current(own, es.RampCurrent([10.0, 500.0], [10.0, 10.0]))
    sim = es.Simulator(net, engine=engine)
    sim.run(100.0)
    expected = np.arange(5.0 + 10.0 * math.log(4.0), 100.0, 2.0 + 10.0 * math.log(4.0))
    assert len(sim.spikes) == len(expected)
    np.testing.assert_allclose(sim.spikes.time, expected, atol=1e-7)


def test_a_model_without_constant_current_takes_no_injected_one():
    net = es.Network()
    parameters = tuple(replace(p, name="drive") if p.name == "i_offset" else p for p in OWN.parameters)
    model = replace(OWN, parameters=parameters, parameter_type=namedtuple("Parameters", [p.name for p in parameters]))
    own = net.population(1, model())
    with pytest.raises(es.ParameterError, match="model Own takes no injected current: it has no parameter i_offset"):
        net.inject_current(own, es.StepCurrent([1.0], [1.0]))
    assert net.injections == []
    assert own.model.model is model


def test_a_model_needs_a_flow_or_a_derivative():
    with pytest.raises(es.ParameterError, match="model Own needs flow=, or derivative="):
        own_model()


def without(name):
    parameters = tuple(p for p in OWN.parameters if p.name != name)
    kind = namedtuple("Parameters", [p.name for p in parameters])
    return {"parameters": parameters, "parameter_type": kind, "constant_type": kind}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (without("tolerance"), "needs tolerance among its constants, which are tau, v_rest"),
        (without("t_ref"), "needs t_ref among its parameters"),
        (without("v_rest"), "needs v_rest among its parameters"),
        (without("v_reset"), r"ordered=\(\('v_reset', 'v_thresh'\),\) must name parameters"),
        ({"parameter_type": namedtuple("Parameters", "tau v_rest")}, "these fields, in this order, got tau, v_rest"),
        ({"state_type": namedtuple("State", "trace v")}, "v as its first field, got trace, v"),
    ],
)
def test_what_engines_look_up_by_name_is_asked_for_when_the_model_is_made(changes, message):
    with pytest.raises(es.ParameterError, match=f"model Own .*{message}"):
        replace(OWN, **changes)


@pytest.mark.skipif(not _jit.ENABLED, reason="nothing is compiled")
@pytest.mark.parametrize("wrong", [lambda c, s: State(-s.v, 0), lambda c, s: State(-s.v / c.tua, 0.0)], ids=["integer", "misspelt"])
def test_a_model_that_does_not_compile_is_named(wrong):
    net = es.Network()
    net.population(1, own_model(derivative=wrong)())
    with pytest.raises(es.ParameterError, match=r"model Own does not compile: .*0\.0, not 0.*engine='reference'"):
        es.Simulator(net, engine="sequential")


def test_the_engine_says_why_it_is_the_sequential_one():
    net = es.Network()
    net.population(2, es.AdEx())
    net.population(2, es.LIF())
    sim = es.Simulator(net)
    assert sim.stats["engine"] == "sequential"
    assert "not AdEx" in sim.stats["engine_reason"]
    with pytest.raises(es.EventsimError, match="AdEx"):
        es.Simulator(net, engine="windowed")


def test_the_audit_refuses_a_bounded_model_by_name():
    net = es.Network()
    net.population(2, es.Izhikevich(), name="cells")
    with pytest.raises(es.ParameterError, match=r"'Izhikevich' \(population 'cells'\), which is of class 'bounded'"):
        es.Simulator(net, audit=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: es.AdEx(synapses="alpha"), "AdEx synapses must be 'conductance' or 'current', got 'alpha'"),
        (lambda: es.LIFCond(tolerance=0.1), "LIFCond tolerance must be <= 0.001, got 0.1"),
        (lambda: es.EIF(tolerance=[1e-9, 1e-15]), "EIF tolerance must be >= 1e-13, got 1e-15 at index 1"),
        (lambda: es.Izhikevich(c=-65.0), "Izhikevich has no parameter 'c'"),
        (lambda: es.AdEx(delta_t=0.0), "AdEx delta_t must be > 0 mV, got 0.0"),
    ],
)
def test_wrong_parameters_are_refused(call, message):
    with pytest.raises(es.ParameterError, match="^" + message.replace("'", ".")):
        call()


def test_negative_conductances_are_refused_where_the_receptor_is_given():
    net = es.Network()
    cells = net.population(2, es.LIFCond())
    net.connect(cells, cells, es.AllToAll(), weight=-1.0, delay=1.0)  # the sign chooses
    for weight in (-1.0, es.Normal(1.0, 1.0)):
        with pytest.raises(es.ParameterError, match="must be >= 0 nS, a conductance, where receptor= is given"):
            net.connect(cells, cells, es.AllToAll(), weight=weight, delay=1.0, receptor="inh")
    with pytest.raises(es.ParameterError, match="must be >= 0 nS"):
        net.drive(cells, rate=10.0, weight=-1.0, receptor="exc")


@pytest.mark.parametrize("engine", ["reference", "sequential"])
def test_a_step_that_fails_names_neuron_time_and_state(engine):
    def broken(c, s):
        return State(1.0 if s.v <= 5.0 else math.nan, 0.0)

    net = es.Network()
    net.population(1, own_model(derivative=broken)())
    sim = es.Simulator(net, engine=engine)
    with pytest.raises(es.EventsimError, match=r"Own can not be integrated on at .* ms, neuron at address 0, state v = .*, trace = 0"):
        sim.run(20.0)


def test_initial_variables_follow_from_the_potential():
    net = es.Network()
    cells = net.population(2, es.Izhikevich())
    cells.set(v=[-70.0, -60.0])
    assert cells.get("u").tolist() == [-14.0, -12.0]
    squid = net.population(1, es.HodgkinHuxley(kinetics="squid"))
    squid.set(v=-65.0)
    assert squid.get("n")[0] == pytest.approx(0.3177, abs=1e-4)  # Hodgkin & Huxley 1952
    assert squid.get("m")[0] == pytest.approx(0.0529, abs=1e-4)
    assert squid.get("h")[0] == pytest.approx(0.5961, abs=1e-4)


@pytest.mark.slow
def test_code_kept_for_a_module_that_is_gone_is_compiled_again(tmp_path):
    """The first process can import the model's module, the second reads the very same file without being able to."""
    model = Path(__file__).parent.parent.parent / "examples" / "own_model.py"
    (tmp_path / "own_model.py").write_text(model.read_text())
    run = """
import importlib.util, sys
import eventsim as es
if sys.argv[1] == "import":
    import own_model
else:
    spec = importlib.util.spec_from_file_location("own_model", sys.argv[1])
    own_model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(own_model)
net = es.Network(seed=1)
cells = net.population(2, own_model.MorrisLecar(i_offset=90.0), name="cells")
sim = es.Simulator(net)
sim.run(200.0)
print(sim.spikes.time.tolist(), sim.get(cells, "v").tolist())
"""
    where = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": f"{tmp_path}{os.pathsep}{model.parent.parent}"}
    gone = where | {"PYTHONPATH": str(model.parent.parent)}
    said = [
        subprocess.run([sys.executable, "-c", run, how], env=env, cwd=tmp_path / "..", capture_output=True, text=True, check=True).stdout
        for how, env in (("import", where), (str(tmp_path / "own_model.py"), gone))
    ]
    assert said[0] == said[1]
    assert "." in said[0]
