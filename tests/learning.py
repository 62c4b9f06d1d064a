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
RestlessConstants = namedtuple("RestlessConstants", ("tau", "gain", "key0", "key1"))
RestlessState = namedtuple("RestlessState", ("w", "level", "number", "draws"))
Two = namedtuple("Two", ("fast", "slow"))
One = namedtuple("One", ("y",))


def prepare(p):
    return RestlessConstants(p.tau, p.gain, 0.0, 0.0)


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


def flow_pre(c, x, dt):
    return Two(x.fast * math.exp(-dt / c.tau), x.slow * math.exp(-dt / (3.0 * c.tau)))


def jump_pre(c, x):
    return Two(x.fast + 1.0, x.slow + 0.5 * x.fast)


def flow_post(c, y, dt):
    return One(y.y * math.exp(-dt / (2.0 * c.tau)))


def jump_post(c, y):
    return One(y.y + 1.0)


def transmit(c, before, after):
    return before.w + 0.125 * after.level


# A rule that listens to both sides, changes between events, and delivers what both its states say.
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
    flow_pre=flow_pre,
    jump_pre=jump_pre,
    post_type=One,
    flow_post=flow_post,
    jump_post=jump_post,
    transmit=transmit,
    source="nowhere",
)


@dataclass(frozen=True)
class Plastic:
    """How a bundle of a case learns: the name of a rule (or "Restless") and its options."""

    rule: str
    options: dict


@dataclass(frozen=True)
class LearningCase:
    """A case whose bundles learn, those with None not."""

    case: object
    plastic: tuple


def build_learning(learning):
    """The network of a LearningCase, and its plastic projections."""
    bundles = learning.case.bundles
    net = build(replace(learning.case, bundles=()))
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
            net.connect(pre, post, one.rule, synapse=synapse(plastic, one.weight, one.delay), **how)
    return net


def synapse(plastic, weight, delay):
    """The synapses of a bundle: the rule's bounds are chosen so that its weights lie between them."""
    if plastic.rule == "Restless":
        level = plastic.options["level"]
        return RESTLESS(weight, delay, **plastic.options | {"level": es.Uniform(*level[1:]) if isinstance(level, tuple) else level})
    low, high = weight.support if hasattr(weight, "support") else (np.min(weight), np.max(weight))
    if plastic.rule == "Memristor":
        return memristor(plastic.options, max(abs(low), abs(high), 1.0), delay)
    sign = 1.0 if high > 0.0 else -1.0
    weight = weight if low * sign >= 0.0 and high * sign >= 0.0 else 0.5 * abs(high)
    most = max(abs(low), abs(high), 1.0)
    options = dict(plastic.options)
    scaled = {"a_plus": options.pop("up") * most, "a_minus": options.pop("down") * most, "w_max": 1.25 * sign * most}
    return getattr(es, plastic.rule)(weight, delay, **scaled, **options)


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


@st.composite
def plastics(draw, step):
    """A rule with its options; postsynaptic spikes come back at once or at times of the grid."""
    back = {"backprop_delay": draw(st.sampled_from((0.0, 0.0, step or 0.3, 4.0))), "post_first": draw(st.booleans())}
    rule = draw(st.sampled_from(("STDP", "Memristor", "Restless")))
    if rule == "Memristor":
        return Plastic("Memristor", draw(memristors()) | back)
    if rule == "Restless":
        level = draw(st.one_of(st.just(0.5), st.just(("Uniform", -1.0, 1.0))))
        return Plastic("Restless", {"tau": draw(TAUS), "gain": draw(st.sampled_from((0.1, 1.0))), "level": level, **back})
    options = {
        "tau_plus": draw(TAUS),
        "tau_minus": draw(TAUS),
        "up": draw(st.sampled_from((0.1, 0.5))),
        "down": draw(st.sampled_from((0.1, 0.6))),
    }
    options |= {"mu_plus": draw(st.sampled_from((0.0, 1.0, 0.4))), "mu_minus": draw(st.sampled_from((0.0, 1.0, 0.4)))}
    options["pairing"] = draw(st.sampled_from(("all", "all", "nearest", "presynaptic", "reduced")))
    return Plastic("STDP", options | back)


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
def learning(draw, drawn):
    """A case of which some bundles learn."""
    case = draw(drawn)
    bundles = tuple(replace(b, procedural=False, weight_dtype="float64") for b in case.bundles)
    steps = [b.delay for b in bundles if isinstance(b.delay, float) and b.delay > 0.0]
    some = [draw(st.booleans()) or k == 0 for k in range(len(bundles))]
    return LearningCase(replace(case, bundles=bundles), tuple(draw(plastics(steps[0] if steps else None)) if s else None for s in some))
