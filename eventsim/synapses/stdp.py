"""Spike-timing-dependent plasticity of pairs of spikes.

    dx/dt = -x / tau_plus      x -> x + 1 at an arrival of the presynaptic spike
    dy/dt = -y / tau_minus     y -> y + 1 at a postsynaptic spike
    w -> w + a_plus  x ((w_max - w) / (w_max - w_min))**mu_plus      at a postsynaptic spike
    w -> w - a_minus y ((w - w_min) / (w_max - w_min))**mu_minus     at an arrival

and w is clipped to [w_min, w_max]. mu = 0 is additive, mu = 1 multiplicative. Each trace is the sum over all spikes of its side (`pairing="all"`).
Other pairings (Morrison et al. 2008, figure 7) count fewer pairs: with "nearest", a spike pairs with the last one of the other side (symmetric); with "presynaptic", every
arrival pairs with the last postsynaptic spike before it and the first one after it; with "reduced", only neighbours of both sides pair. Inhibitory weights are negative, and
so is w_max then: potentiation leads towards it.

Negative amplitudes turn a window over: with both of them negative the rule is anti-Hebbian, post after pre depresses and pre after post potentiates (Bell et al. 1997). A change
depends by its exponent on the bound it leads to, whichever side it comes from: so a negative a_plus goes with ((w - w_min) / (w_max - w_min))**mu_plus.

Source
    Song, Miller & Abbott 2000, doi 10.1038/78829; Morrison, Diesmann & Gerstner 2008, doi 10.1007/s00422-008-0233-1, sections 3 and 4; power law: Guetig et al. 2003,
    doi 10.1523/JNEUROSCI.23-09-03697.2003, equation 1; anti-Hebbian windows: Bell, Han, Sugawara & Grant 1997, doi 10.1038/387278a0.
"""

import math
from collections import namedtuple
from functools import cache

from ..neurons.model import Parameter
from .bounds import BOUNDS, check, clipped, limits, required, towards
from .rule import SynapseRule, known_by_name
from .traces import TRACES, Post, Pre

PAIRINGS = ("all", "nearest", "presynaptic", "reduced")

Parameters = namedtuple("Parameters", ("tau_plus", "tau_minus", "a_plus", "a_minus", "w_min", "w_max", "mu_plus", "mu_minus"))
Constants = namedtuple(
    "Constants", ("rate_pre", "rate_post", "a_plus", "a_minus", "w_min", "span", "w_max", "low", "high", "mu_plus", "mu_minus")
)
State = namedtuple("State", ("w",))
Paired = namedtuple(
    "Paired", ("w", "arrived", "fired")
)  # the traces that can still pair, as they were just after the last arrival and spike


def prepare(p):
    return Constants(
        1.0 / p.tau_plus,
        1.0 / p.tau_minus,
        towards(p) * p.a_plus,
        towards(p) * p.a_minus,
        p.w_min,
        p.w_max - p.w_min,
        p.w_max,
        *limits(p),
        p.mu_plus,
        p.mu_minus,
    )


def power(base, exponent):
    """base**exponent for base in [0, 1]."""
    if exponent == 1.0:
        return base
    return math.pow(base, exponent)


def moved_by_power(c, w, change, mu):
    """The weight after a change that is smaller, by the power mu, the nearer the bound that it leads to."""
    if mu != 0.0:
        room = c.w_max - w if change * c.span > 0.0 else w - c.w_min
        change *= power(room / c.span, mu)
    return clipped(c, w + change)


def moved_as_told(c, w, change, mu):
    """The same for mu = 0."""
    return clipped(c, w + change)


def events_of(pairing, moved):
    """What an arrival and what a postsynaptic spike do."""

    def potentiated(c, w, x):
        return moved(c, w, c.a_plus * x, c.mu_plus)

    def depressed(c, w, y):
        return moved(c, w, -(c.a_minus * y), c.mu_minus)

    def on_pre(c, s, x, y):
        return State(depressed(c, s.w, y.y))

    def on_post(c, s, x, y):
        return State(potentiated(c, s.w, x.x))

    def on_pre_centred(c, s, x, y):
        # All arrivals since the last postsynaptic spike wait for the next one; x is what is left of 1 since the last of them.
        return Paired(depressed(c, s.w, y.y), s.arrived * x.x + 1.0, 0.0)

    def on_post_once(c, s, x, y):
        return Paired(potentiated(c, s.w, x.x * s.arrived), 0.0, 1.0)

    def on_pre_once(c, s, x, y):
        return Paired(depressed(c, s.w, y.y * s.fired), 1.0, 0.0)

    return {"presynaptic": (on_pre_centred, on_post_once), "reduced": (on_pre_once, on_post_once)}.get(pairing, (on_pre, on_post))


def last_pre(c, x):
    return Pre(1.0)


def last_post(c, y):
    return Post(1.0)


PARAMETERS = (
    Parameter("tau_plus", 20.0, "ms", low=0.0, low_open=True),
    Parameter("tau_minus", 20.0, "ms", low=0.0, low_open=True),
    Parameter("a_plus", 0.0, ""),
    Parameter("a_minus", 0.0, ""),
    *BOUNDS,
    Parameter("mu_plus", 0.0, "", low=0.0),
    Parameter("mu_minus", 0.0, "", low=0.0),
)


@cache
def _rule(pairing, additive):
    """The rule with one of the PAIRINGS; additive: for mu = 0 alone, which code without powers is faster for."""
    single = pairing in ("presynaptic", "reduced")
    on_pre, on_post = events_of(pairing, moved_as_told if additive else moved_by_power)
    return SynapseRule(
        name="STDP",
        documentation=__doc__,
        parameters=PARAMETERS,
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=Paired if single else State,
        prepare=prepare,
        on_pre=on_pre,
        on_post=on_post,
        **(TRACES if pairing == "all" else TRACES | {"jump_pre": last_pre, "jump_post": last_post}),
        limits=limits,
        check=check,
        source="Morrison, Diesmann & Gerstner 2008, doi 10.1007/s00422-008-0233-1, sections 3 and 4",
        variant=f"{pairing}_additive" if additive else pairing,
    )


RULES = tuple(_rule(pairing, additive) for pairing in PAIRINGS for additive in (False, True))


@known_by_name
def STDP(
    weight,
    delay,
    tau_plus=20.0,
    tau_minus=20.0,
    a_plus=None,
    a_minus=None,
    w_min=0.0,
    w_max=None,
    mu_plus=0.0,
    mu_minus=0.0,
    pairing="all",
    backprop_delay=0.0,
    post_first=False,
):
    """Synapses with spike-timing-dependent plasticity of pairs of spikes.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between w_min and w_max.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    tau_plus, tau_minus : float, ms, > 0
        Time constants of potentiation (post after pre) and depression (pre after post).
    a_plus, a_minus : float, unit of the weight
        By how much a pair without distance in time changes the weight, before its dependence on the weight. Negative: post after pre depresses,
        pre after post potentiates (anti-Hebbian).
    w_min, w_max : float, unit of the weight
        Bounds of the weight; of one sign. For inhibitory synapses w_max < 0.
    mu_plus, mu_minus : float, >= 0
        Dependence on the weight: 0 none (additive), 1 linear (multiplicative), else a power.
    pairing : str
        "all", "nearest", "presynaptic" or "reduced".
    backprop_delay : float, ms, >= 0
        From the postsynaptic spike to the synapse.
    post_first : bool
        At the very same time, a postsynaptic spike that has happened comes before an arrival, not after it.

    Returns
    -------
    Synapse
        The description to hand to `Network.connect(..., synapse=)`.

    Raises
    ------
    ParameterError
        Where a parameter is missing or out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> pre = net.population(1, es.SpikeSource(times=[[10.0, 40.0]]), name="pre")
    >>> post = net.population(1, es.LIF(), name="post")
    >>> teacher = net.population(1, es.SpikeSource(times=[[15.0]]), name="teacher")
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=es.STDP(1.0, 2.0, a_plus=0.1, a_minus=0.12, w_max=3.0))
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(100.0)  # arrivals at 12 and 42 ms, a postsynaptic spike at 16 ms
    >>> round(float(sim.weights(j)["weight"][0]), 8)  # 1 + 0.1 exp(-4/20) - 0.12 exp(-26/20)
    1.04916926

    Anti-Hebbian: a postsynaptic spike after an arrival weakens the synapse, here to a part of what it was.

    >>> anti = es.STDP(1.0, 2.0, a_plus=-0.3, a_minus=-0.1, w_max=3.0, mu_plus=1.0, mu_minus=1.0)
    """
    from .. import _cast

    _cast.choice(pairing, "STDP pairing", PAIRINGS)
    given = required("STDP", a_plus=a_plus, a_minus=a_minus, w_max=w_max)
    rest = {"tau_plus": tau_plus, "tau_minus": tau_minus, "w_min": w_min, "mu_plus": mu_plus, "mu_minus": mu_minus}
    how = {"backprop_delay": backprop_delay, "post_first": post_first}
    synapse = _rule(pairing, False)(weight, delay, **how, **given, **rest)
    additive = synapse.values["mu_plus"] == synapse.values["mu_minus"] == 0.0  # cleaned, as they may be anything before
    return _rule(pairing, True)(weight, delay, **how, **synapse.values) if additive else synapse
