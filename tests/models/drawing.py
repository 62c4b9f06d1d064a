"""Constants and states of any model of ALL_MODELS, drawn for tests; and the same neuron in exact numbers."""

import math

import mpmath
from hypothesis import strategies as st
from mpmath import mpf

from eventsim.neurons import ALL_MODELS
from eventsim.numerics.compensation import RESIDUE

from ..exact import Adapting, Chain, Line, Membrane, Parabola, ulp
from ..strategies import near

RISING = ("LIFAlpha", "LIFBiexp")  # with currents that rise and decay

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
    if model.name == "IF":
        values["i_offset"] = draw(st.one_of(st.sampled_from((0.0, 250.0, 1e-9, -100.0)), st.floats(-1000.0, 3000.0)))
    if model.name == "LIFAdapt":
        values |= {"a": draw(st.sampled_from((0.0, 0.0, 4.0, 30.0, 400.0))), "b": draw(st.sampled_from((0.0, 80.0, -30.0)))}
        values["tau_w"] = draw(st.one_of(st.sampled_from((144.0, 5.0, 30.0)), near(tau_m)))
        values["i_offset"] = draw(st.sampled_from((0.0, 0.0, 1000.0)))
    if model.name == "QIF":
        values["v_rest"] = v_thresh - draw(st.sampled_from((15.0, 30.0, 0.0, -15.0)))
        values["v_crit"] = values["v_rest"] + draw(st.sampled_from((0.0, 10.0, 3.7, -10.0)))
        values["curvature"] = draw(st.sampled_from((0.1, 1.0, 1.0 / 15.0, 1e-3)))
        balance = values["curvature"] * (values["v_crit"] - values["v_rest"]) ** 2 / 4.0  # current of the bifurcation
        values["i_offset"] = (
            balance + draw(st.sampled_from((0.0, 0.0, 1e-6, -1e-6, 1e-12, 1.0, 30.0, -5.0))) if draw(st.booleans()) else 0.0
        )
        if draw(st.booleans()):
            values |= {"v_thresh": 1e60, "v_reset": -1e60}
    taus = st.one_of(st.sampled_from((0.5, 2.0, 5.0, 30.0)), near(tau_m))
    names = [p.name for p in model.parameters]
    return model.prepare(model.parameter_type(*[values[n] if n in values else draw(taus) for n in names]))


@st.composite
def neurons(draw, model):
    """Constants, and a state below threshold, with residues of less than half a unit in the last place."""
    c = draw(constants(model))
    depth = draw(st.one_of(st.sampled_from((15.0, 1.0, 1e-3, 1e-9)), st.floats(1e-6, 60.0)))
    currents = st.one_of(st.sampled_from((0.0, 500.0, 2000.0, -1000.0)), st.floats(-5000.0, 8000.0, allow_subnormal=False))
    top = c.v_thresh
    if model.name == "QIF":
        fixed = c.centre + draw(st.sampled_from((0.0, 1.0, -1.0))) * (c.root if c.drive < 0.0 else 1.0) / c.curvature
        top = draw(st.sampled_from((min(top, fixed + 60.0), min(fixed + depth, top))))
        if c.v_reset == -1e60 and draw(st.booleans()):
            top = -1e60
    variables = (top - depth, *[draw(currents) for _ in model.variables[1:]])
    residues = [math.ulp(x) * draw(st.sampled_from((0.0, 0.4, -0.2))) if abs(x) > 1e-290 else 0.0 for x in variables]
    return c, model.state_type(*variables, *residues)


def many(model, rng, n):
    """Constants and states of n neurons, half of which cross, for compiled code to be compared with."""
    cs, states = [], []
    variables = len(model.variables)
    for _ in range(n):
        tau_m = 10.0 ** rng.uniform(0.0, 2.0)
        values = {"tau_m": tau_m, "r_m": 1.0, "c_m": 250.0, "v_rest": -65.0, "v_reset": -65.0, "v_thresh": -50.0, "t_ref": 2.0}
        values |= {"v_crit": -58.0, "curvature": 0.1, "a": rng.choice([0.0, 4.0, 300.0]), "b": 80.0}
        values["i_offset"] = rng.uniform(-10.0, 30.0) / (1.0 if variables == 1 else tau_m / 250.0)
        tau = tau_m * rng.choice([1.0, 1.0 + 1e-9, 1.0 - 1e-15, 0.3, 3.0])
        cs.append(model.prepare(model.parameter_type(*[values.get(p.name, tau) for p in model.parameters])))
        states.append(state(model, rng.uniform(-80.0, -49.0), *rng.choice([0.0, 1.0, -1.0], variables - 1) * rng.uniform(0.0, 9000.0)))
    return cs, states


def state(model, *variables):
    """The state with these variables (zeros for those left out), and no residues."""
    return model.state_type(*variables, *[0.0] * (len(model.state_type._fields) - len(variables)))


def others_of(model, s):
    """The variables of a state without v."""
    return s[1 : len(model.variables)]


def place_of(model, port):
    """The variable to which a receptor adds."""
    if model.name == "LIFAdapt":
        return 0
    if model.name in RISING:
        return 1 + len(model.ports) + port
    return 0 if len(model.variables) == 1 else 1 + port


def taus_of(model, c):
    """Time constants of a neuron, ms."""
    return [tau for name, tau in c._asdict().items() if name.startswith("tau_")] or [20.0]


def exact_variables(model, s):
    """The variables of a state with their residues, as exact numbers: v, and a list of the others."""
    v, *others = [mpf(x) + mpf(getattr(s, name + RESIDUE)) for name, x in zip(model.variables, s, strict=False)]
    return v, others


def exact(model, c):
    """The neuron of constants c for the oracle."""
    common = mpf(c.v_thresh), mpf(c.v_reset), c.t_ref
    if model.name == "IF":
        return Line(*common, mpf(c.slope))
    if model.name == "LIFAdapt":
        held = (mpf(c.v_fixed) - mpf(c.v_rest)) * (mpf(c.c_m) / mpf(c.tau_m) + mpf(c.a))
        return Adapting(*common, *map(mpf, (c.tau_m, c.c_m, c.v_rest, held, c.tau_w, c.a, c.b)))
    if model.name == "QIF":
        centre, curvature = mpf(c.centre), mpf(c.curvature)
        return Parabola(*common, mpf(c.tau_m), curvature, centre, centre, mpf(c.drive) / curvature)
    if model.name in RISING:
        n = len(model.ports)
        rises, decays, rates = (tuple(map(mpf, c[6 + k * n : 6 + (k + 1) * n])) for k in range(3))
        return Chain(*common, mpf(c.tau_m), mpf(c.v_inf), mpf(c.tau_m) / mpf(c.c_m), decays, rises, rates)
    taus = tuple(mpf(tau) for name, tau in c._asdict().items() if name.startswith("tau_syn"))
    resistance = mpf(c.tau_m) / mpf(c.c_m) if taus else mpf(1)
    return Membrane(*common, mpf(c.tau_m), mpf(c.v_inf), resistance, taus)


def scale(model, c, s):
    """The largest potential that takes part in computing v, mV: rounding errors are a few ulp of it."""
    if model.name == "QIF":  # but not where it comes from or goes to infinity
        return max(min(abs(s[0]), 1e9), abs(c.centre), (1.0 + c.root) / c.curvature)
    if model.name == "IF":
        return max(abs(s[0]), abs(c.v_thresh))
    if model.name == "LIFAdapt":
        lever = max(1.0, math.sqrt(c.a * c.tau_m / c.c_m * c.tau_m / c.tau_w))  # by which the slow current carries v on
        held = max(abs(s.w), abs(c.w_fixed)) * c.tau_m / c.c_m
        return max(abs(s.v), abs(c.v_fixed), abs(c.v_rest), abs(c.v_thresh), held) * lever
    currents = [abs(i) * c.tau_m / c.c_m for i in others_of(model, s)]
    return max(abs(s[0]), abs(c.v_inf), abs(c.v_thresh), *currents, 0.0)


def before_crossing(model, c, s, dt):
    """dt, or less where the model's trajectory ends with a crossing."""
    return min(dt, 0.999 * model.next_crossing(c, s)) if model.name == "QIF" else dt


def granted(model, c, s, dt):
    """What rounding may do to each variable in dt."""
    grain = ulp(scale(model, c, s))
    if model.name == "IF":
        return [4.0 * max(grain, ulp(c.slope * dt))]
    if model.name == "QIF":  # what a few ulp of state, time and drive do to the exact solution
        neuron, (v, _) = exact(model, c), exact_variables(model, s)
        bent = Parabola(neuron.v_thresh, neuron.v_reset, 0.0, neuron.tau_m, neuron.curvature, neuron.v_rest, neuron.v_crit, neuron.held)
        x = bent.after(v, [], mpf(dt))[0]
        apart = [abs(bent.after(v + k * grain, [], mpf(dt))[0] - x) for k in (-4, 4)]
        apart += [abs(bent.after(v, [], mpf(dt) * (1 + k * mpf(2) ** -52))[0] - x) for k in (-4, 4)]
        return [4.0 * ulp(min(abs(x), mpf(10) ** 60)) + 4.0 * grain + sum(mpf("inf") if mpmath.isnan(a) else a for a in apart)]
    if model.name == "LIFAdapt":  # a phase of root dt is known to as many ulp of it
        bound = (6.0 + c.root / c.middle) * grain
        return [bound, bound * c.c_m / c.tau_m]
    if model.name in RISING:
        return [4.0 * grain, *granted_to_rising(model, c, s, dt)]
    decays = [4.0 * grain]
    for tau, i in zip(taus_of(model, c)[1:], exact(model, c).clamped(None, [mpf(x) for x in others_of(model, s)], mpf(dt)), strict=True):
        decays.append((2.0 + dt / tau) * ulp(i) + 5e-324)  # exp(-x) of a rounded x is off by x ulp whatever one does
    return decays


def granted_to_rising(model, c, s, dt):
    """A few ulp of both parts of each current, and x ulp of exp(-x); the same of what feeds it."""
    n, neuron, (_, others) = len(model.ports), exact(model, c), exact_variables(model, s)
    alone = [neuron.clamped(None, [*others[:n], *[mpf(0)] * n], mpf(dt)), neuron.clamped(None, [*[mpf(0)] * n, *others[n:]], mpf(dt))]
    parts = [abs(a) + abs(b) for a, b in zip(*alone, strict=True)]
    x = [dt / c[6 + k] + dt / c[6 + n + k] for k in range(n)]
    return [(6.0 + x[k % n]) * ulp(part) + mpf(10) ** -60 for k, part in enumerate(parts)]  # the oracle has 80 digits of the larger part
