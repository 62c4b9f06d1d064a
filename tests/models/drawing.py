"""Constants and states of any model of ALL_MODELS, drawn for tests; and the same neuron in exact numbers."""

import math

from hypothesis import strategies as st
from mpmath import mpf

from eventsim.neurons import ALL_MODELS

from ..oracle import Membrane
from ..strategies import near

IDS = [f"{m.name}-{len(m.ports)}" for m in ALL_MODELS]


@st.composite
def constants(draw, model):
    """Constants of a neuron: asymptotes below, at and above threshold, time constants of currents next to the membrane's."""
    tau_m = draw(st.one_of(st.sampled_from((10.0, 20.0)), st.floats(0.5, 100.0)))
    v_thresh = draw(st.sampled_from((15.0, -50.0, 1.0)))
    lift = draw(st.one_of(st.sampled_from((-15.0, -5.0, -1e-3, 0.0, 1e-9, 1e-3, 20.0)), st.floats(-40.0, 40.0)))
    values = {
        "tau_m": tau_m,
        "v_rest": v_thresh + lift,
        "v_thresh": v_thresh,
        "v_reset": v_thresh - 15.0,
        "t_ref": draw(st.sampled_from((0.0, 2.0))),
        "i_offset": 0.0,
        "r_m": 1.0,
        "c_m": 250.0,
    }
    taus = st.one_of(st.sampled_from((0.5, 2.0, 5.0, 30.0)), near(tau_m))
    names = [p.name for p in model.parameters]
    return model.prepare(model.parameter_type(*[values[n] if n in values else draw(taus) for n in names]))


@st.composite
def neurons(draw, model):
    """Constants, and a state below threshold, with residues of less than half a unit in the last place."""
    c = draw(constants(model))
    depth = draw(st.one_of(st.sampled_from((15.0, 1.0, 1e-3, 1e-9)), st.floats(1e-6, 60.0)))
    currents = st.one_of(st.sampled_from((0.0, 500.0, 2000.0, -1000.0)), st.floats(-5000.0, 8000.0, allow_subnormal=False))
    variables = (c.v_thresh - depth, *[draw(currents) for _ in model.variables[1:]])
    residues = [math.ulp(x) * draw(st.sampled_from((0.0, 0.4, -0.2))) if abs(x) > 1e-290 else 0.0 for x in variables]
    return c, model.state_type(*variables, *residues)


def state(model, *variables):
    """The state with these variables (zeros for those left out), and no residues."""
    return model.state_type(*variables, *[0.0] * (len(model.state_type._fields) - len(variables)))


def currents_of(model, s):
    """The variables of a state without v."""
    return s[1 : len(model.variables)]


def exact_variables(model, s):
    """The variables of a state with their residues: v and a list of currents, as exact numbers."""
    v, *currents = [mpf(x) + mpf(s[len(model.variables) + k]) for k, x in enumerate(s[: len(model.variables)])]
    return v, currents


def exact(model, c):
    """The neuron of constants c for the oracle."""
    taus = tuple(mpf(tau) for name, tau in c._asdict().items() if name.startswith("tau_syn"))
    resistance = mpf(c.tau_m) / mpf(c.c_m) if taus else mpf(1)
    return Membrane(mpf(c.tau_m), mpf(c.v_inf), mpf(c.v_thresh), mpf(c.v_reset), c.t_ref, resistance, taus)


def scale(model, c, s):
    """The largest potential that takes part in computing v, mV: rounding errors are a few ulp of it."""
    currents = [abs(i) * c.tau_m / c.c_m for i in currents_of(model, s)]
    return max(abs(s[0]), abs(c.v_inf), abs(c.v_thresh), *currents, 0.0) if currents else max(abs(s[0]), abs(c.v_inf), abs(c.v_thresh))
