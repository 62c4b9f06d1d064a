"""Plastic synapses for hypothesis to draw, and a rule that uses everything a rule may use."""

import math
from collections import namedtuple
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

import eventsim as es
from eventsim.neurons.model import Parameter
from eventsim.numerics.random import unit_number

from .strategies import build

RestlessParameters = namedtuple("RestlessParameters", ("tau", "gain"))
RestlessConstants = namedtuple("RestlessConstants", ("tau", "fast", "slow", "gain", "key0", "key1"))
RestlessState = namedtuple("RestlessState", ("w", "level", "number", "draws"))
Two = namedtuple("Two", ("fast", "slow"))
One = namedtuple("One", ("y",))


def prepare(p):
    return RestlessConstants(p.tau, 1.0 / p.tau, 1.0 / (3.0 * p.tau), p.gain, 0.0, 0.0)


def start(c, w):
    return RestlessState(w, 0.0, 0.0, 0.0)


def flow(c, s, x, y, z, dt):
    kept = math.exp(-dt / c.tau)
    return RestlessState(s.w * kept + (1.0 - kept) * s.level, s.level * kept + c.gain * (x.fast - y.y) * dt, s.number, s.draws)


def on_pre(c, s, x, y):
    chance = unit_number(int(s.number), int(s.draws), int(c.key0), int(c.key1))
    return RestlessState(s.w + c.gain * (chance + x.slow - y.y), s.level, s.number, s.draws + 1.0)


def on_post(c, s, x, y):
    return RestlessState(s.w - c.gain * x.fast, s.level + 0.25 * y.y, s.number, s.draws + 100.0)


def jump_pre(c, x):
    return Two(x.fast + 1.0, x.slow + 0.5 * x.fast)


def flow_post(c, y, dt):
    return One(y.y * math.exp(-dt / (2.0 * c.tau)))


def jump_post(c, y):
    return One(y.y + 1.0)


def transmit(c, before, after):
    return before.w + 0.125 * after.level


# A rule that listens to both sides, to one of them by rates and to the other by a law of its own, changes between events, and delivers what both its states say.
RESTLESS = es.SynapseRule(
    name="Restless",
    documentation="A synapse that does not rest.",
    parameters=(Parameter("tau", 3.0, "ms", low=0.0, low_open=True), Parameter("gain", 0.1, "")),
    parameter_type=RestlessParameters,
    constant_type=RestlessConstants,
    state_type=RestlessState,
    prepare=prepare,
    own=(Parameter("level", 0.5, ""),),
    random=True,
    start=start,
    flow=flow,
    on_pre=on_pre,
    on_post=on_post,
    pre_type=Two,
    pre_rates=("fast", "slow"),
    jump_pre=jump_pre,
    post_type=One,
    flow_post=flow_post,
    jump_post=jump_post,
    transmit=transmit,
    source="nowhere",
)


WideConstants = namedtuple("WideConstants", ("rate",))
WideState = namedtuple("WideState", ("w",))
Three = namedtuple("Three", ("fast", "late", "number"))


def prepare_wide(p):
    return WideConstants(1.0 / p.tau)


def flow_wide(c, x, dt):
    return Three(x.fast * math.exp(-c.rate * dt), x.late / (1.0 + dt), x.number)


def jump_wide(c, x):
    return Three(x.fast + 1.0, x.late + x.fast, x.number + 1.0)


def on_pre_wide(c, s, x, y):
    return WideState(s.w + 0.125 * x.fast)


def on_post_wide(c, s, x, y):
    return WideState(s.w - 0.0625 * (x.late + x.number))


# A rule whose presynaptic trace is wider than anything that is kept of a postsynaptic spike.
WIDE = es.SynapseRule(
    name="Wide",
    documentation="A synapse that knows much of arrivals and nothing of postsynaptic spikes.",
    parameters=(Parameter("tau", 3.0, "ms", low=0.0, low_open=True),),
    parameter_type=namedtuple("WideParameters", ("tau",)),
    constant_type=WideConstants,
    state_type=WideState,
    prepare=prepare_wide,
    on_pre=on_pre_wide,
    on_post=on_post_wide,
    pre_type=Three,
    flow_pre=flow_wide,
    jump_pre=jump_wide,
    source="nowhere",
)


def busy_synapses():
    """A network of few neurons that fire often, its synapses following rules with rates on both sides, on one of them, and on none."""
    net = es.Network(seed=4)
    sources = net.population(3, es.Poisson(rate=300.0), name="sources")
    cells = net.population(2, es.LIF(v_thresh=-60.0, t_ref=0.5), name="cells")
    for rule in (
        es.TripletSTDP(3.0, 0.7, a2_plus=0.1, a3_plus=0.05, a2_minus=0.1, a3_minus=0.02, w_max=4.0, tau_plus=0.01, backprop_delay=9.0),
        RESTLESS(1.0, es.Uniform(0.0, 2.0), tau=1.0, backprop_delay=0.3),
        WIDE(3.0, 0.0),
    ):
        net.connect(sources, cells, es.AllToAll(), synapse=rule)
    return net


@dataclass(frozen=True)
class Plastic:
    """How a bundle of a case learns: the name of a rule (or "Restless") and its options."""

    rule: str
    options: dict


@dataclass(frozen=True)
class LearningCase:
    """A case whose bundles learn, those with None not; all modulated ones by one modulator: (parameters, population that releases it, amount, delay)."""

    case: object
    plastic: tuple
    modulator: tuple


def build_learning(learning):
    """The network of a LearningCase, and its plastic projections."""
    bundles = learning.case.bundles
    net = build(replace(learning.case, bundles=()))
    parameters, source, amount, delay = learning.modulator
    substance = net.population(1, es.Modulator(**parameters), name="substance")
    net.connect(net.populations[source], substance, es.AllToAll(), weight=amount, delay=delay)
    for b, plastic in zip(bundles, learning.plastic, strict=True):
        one = build(replace(learning.case, bundles=(b,))).projections[0]
        pre, post = (
            net.populations[k] if part is None else net.populations[k][list(part)]
            for k, part in ((b.pre, b.pre_part), (b.post, b.post_part))
        )
        how = {"receptor": b.receptor, "weight_dtype": b.weight_dtype} if plastic is None else {"receptor": b.receptor}
        if plastic is None:
            net.connect(pre, post, one.rule, weight=one.weight, delay=one.delay, **how)
        else:
            net.connect(pre, post, one.rule, synapse=synapse(plastic, one.weight, one.delay, substance), **how)
    return net


def synapse(plastic, weight, delay, substance):
    """The synapses of a bundle: the rule's bounds are chosen so that its weights lie between them."""
    if plastic.rule == "Restless":
        return RESTLESS(weight, delay, **plastic.options | {"level": drawn(plastic.options["level"])})
    low, high = weight.support if hasattr(weight, "support") else (np.min(weight), np.max(weight))
    if plastic.rule == "Memristor":
        return memristor(plastic.options, max(abs(low), abs(high), 1.0), delay)
    sign = 1.0 if high > 0.0 or plastic.rule == "Oja" else -1.0
    weight = weight if low * sign >= 0.0 and high * sign >= 0.0 else 0.5 * abs(high)
    most = max(abs(low), abs(high), 1.0)
    options = {name: drawn(value) for name, value in plastic.options.items()}
    options |= {name: options[name] * most for name in AMOUNTS & options.keys()}
    if plastic.rule in BOUNDED:
        options["w_max"] = 1.25 * sign * most
    if plastic.rule == "RewardSTDP":
        options["modulator"] = substance
    return getattr(es, plastic.rule)(weight, delay, **options)


# Options in units of the largest weight, and rules with bounds.
AMOUNTS = {"a_plus", "a_minus", "a2_plus", "a3_plus", "a2_minus", "a3_minus", "eta"}
BOUNDED = {"STDP", "RewardSTDP", "TripletSTDP", "InhibitorySTDP", "Hebb", "GraupnerBrunel"}


def drawn(value):
    """An option that synapses have of their own, as a distribution."""
    return es.Uniform(*value[1:]) if isinstance(value, tuple) else value


def memristor(options, most, delay):
    """Memristive synapses whose weights lie between 1 % of `most` and most; of a pair, between -most and most."""
    options = dict(options)
    own = {name: es.Normal(1.0, 0.3, low=0.0) for name in options.pop("mismatched")}
    device = getattr(es.devices, options.pop("kind"))(r_on=0.01, r_off=1.0, **own, **options.pop("device"))
    weight = es.Uniform(-0.9 * most, 0.9 * most) if options["pair"] else es.Uniform(0.1 * most, 0.9 * most)
    return es.Memristor(weight, delay, device, 0.01 * most, **options)


# Kinds of devices and how their pulses work, by options that make few pulses do much.
DEVICES = st.sampled_from(
    (
        ("Linear", {"levels": 4}),
        ("Linear", {"up": 0.3, "down": 0.2}),
        ("Exponential", {"up": 0.5, "down": 0.3}),
        ("Windowed", {"window": "joglekar", "order": 2, "up": 0.3}),
        ("Windowed", {"window": "biolek", "up": 0.3, "down": 0.5}),
        ("PhaseChange", {"levels": 5, "t0": 0.5}),
        ("Binary", {"p_set": 0.4, "p_reset": 0.3}),
    )
)
TAUS = st.sampled_from((1.0, 3.0, 20.0))


SOME = st.sampled_from((0.1, 0.5, -0.2))
OPTIONS = {
    "Restless": {"tau": TAUS, "gain": st.sampled_from((0.1, 1.0)), "level": st.one_of(st.just(0.5), st.just(("Uniform", -1.0, 1.0)))},
    "STDP": {
        "tau_plus": TAUS,
        "tau_minus": TAUS,
        "a_plus": SOME,
        "a_minus": SOME,
        "mu_plus": st.sampled_from((0.0, 1.0, 0.4)),
        "mu_minus": st.sampled_from((0.0, 1.0, 0.4)),
        "pairing": st.sampled_from(("all", "all", "nearest", "presynaptic", "reduced")),
    },
    "RewardSTDP": {"tau_plus": TAUS, "tau_minus": TAUS, "a_plus": SOME, "a_minus": SOME, "tau_e": st.sampled_from((5.0, 100.0))},
    "TripletSTDP": {
        **dict.fromkeys(("tau_plus", "tau_x", "tau_minus", "tau_y"), TAUS),
        **dict.fromkeys(("a2_plus", "a3_plus", "a2_minus", "a3_minus"), SOME),
        "pairing": st.sampled_from(("all", "nearest")),
    },
    "InhibitorySTDP": {"eta": SOME, "target_rate": st.sampled_from((0.0, 50.0)), "tau": TAUS},
    "Hebb": {"eta": SOME, "tau_pre": TAUS, "tau_post": TAUS},
    "Oja": {"eta": st.sampled_from((0.1, 5.0)), "alpha": st.sampled_from((0.0, 1.0)), "tau": TAUS},
    "GraupnerBrunel": {
        "c_pre": st.sampled_from((0.0, 1.0)),
        "theta_p": st.sampled_from((0.5, 1.3)),
        "tau": st.sampled_from((300.0, 1e4)),
        "tau_ca": TAUS,
    },
    "TsodyksMarkram": {
        "U": st.sampled_from((0.0, 0.6, 1.0, ("Uniform", 0.0, 1.0))),
        "tau_rec": st.sampled_from((3.0, 20.0, ("Uniform", 1.0, 20.0))),
        "tau_facil": st.sampled_from((0.0, 20.0, ("Uniform", 0.0, 20.0))),
        "tau_inact": st.sampled_from((0.0, 3.0, 20.0)),
    },
}


EVERY_RULE = (*OPTIONS, "STDP", "Memristor", "Memristor")


@st.composite
def plastics(draw, step, rules):
    """A rule with its options; postsynaptic spikes come back at once or at times of the grid."""
    back = {"backprop_delay": draw(st.sampled_from((0.0, 0.0, step or 0.3, 4.0))), "post_first": draw(st.booleans())}
    rule = draw(st.sampled_from(rules))
    if rule == "Memristor":
        return Plastic("Memristor", draw(memristors()) | back)
    options = {name: draw(values) for name, values in OPTIONS[rule].items()}
    return Plastic(rule, options if rule == "TsodyksMarkram" else options | back)


@st.composite
def memristors(draw):
    """Options of memristive synapses."""
    kind, device = draw(DEVICES)
    if draw(st.booleans()):
        device = device | {"cycle": draw(st.sampled_from((0.0, 0.3))), "retention": draw(st.sampled_from((np.inf, 30.0)))}
    mismatched = draw(st.lists(st.sampled_from(("gain", "up_factor", "down_factor", "drift")), unique=True))
    options = {"kind": kind, "device": device, "mismatched": tuple(mismatched), "window": draw(TAUS), "pair": draw(st.booleans())}
    if draw(st.booleans()):
        options |= {"protocol": "stdp", "window_minus": draw(TAUS)}
    return options | ({"refresh": draw(st.sampled_from((0.5, 1.0)))} if options["pair"] else {})


@st.composite
def learning(draw, drawn, rules=EVERY_RULE):
    """A case of which some bundles learn, by some of these rules."""
    case = draw(drawn)
    bundles = tuple(replace(b, procedural=False, weight_dtype="float64") for b in case.bundles)
    steps = [b.delay for b in bundles if isinstance(b.delay, float) and b.delay > 0.0]
    some = [draw(st.booleans()) or k == 0 for k in range(len(bundles))]
    step = steps[0] if steps else None
    learned = tuple(draw(plastics(step, rules)) if s else None for s in some)
    parameters = {"tau": draw(st.sampled_from((2.0, 50.0))), "baseline": draw(st.sampled_from((0.0, 0.1, -0.2)))}
    amount, delay = draw(st.sampled_from((0.3, 2.0, -1.0))), draw(st.sampled_from((0.0, step or 0.7, 1.0)))
    source = draw(st.integers(0, len(case.groups) - 1))
    return LearningCase(replace(case, bundles=bundles), learned, (parameters, source, amount, delay))
