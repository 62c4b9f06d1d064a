"""Spike-timing-dependent plasticity of pairs and triplets of spikes.

    dr1/dt = -r1 / tau_plus,  dr2/dt = -r2 / tau_x       both + 1 at an arrival of the presynaptic spike, or set to 1 (`pairing="nearest"`)
    do1/dt = -o1 / tau_minus, do2/dt = -o2 / tau_y       both + 1 at a postsynaptic spike, or set to 1
    w -> w + r1 (a2_plus + a3_plus o2)                   at a postsynaptic spike
    w -> w - o1 (a2_minus + a3_minus r2)                 at an arrival

each with the traces just before the event, so that r2 and o2 count earlier spikes of the same side; w is clipped to [w_min, w_max]. Without the terms of triplets
(a3_plus = a3_minus = 0) it is additive `STDP`. Inhibitory weights are negative, and so is w_max then: potentiation leads towards it.

Source
    Pfister & Gerstner 2006, doi 10.1523/JNEUROSCI.1425-06.2006, equations 1 to 4; all-to-all and nearest-spike interactions.
"""

from collections import namedtuple
from functools import cache

from ..neurons.model import Parameter
from .bounds import BOUNDS, check, clipped, limits, required, towards
from .rule import SynapseRule, known_by_name

PAIRINGS = ("all", "nearest")

Parameters = namedtuple(
    "Parameters", ("tau_plus", "tau_x", "tau_minus", "tau_y", "a2_plus", "a3_plus", "a2_minus", "a3_minus", "w_min", "w_max")
)
Constants = namedtuple(
    "Constants", ("rate_plus", "rate_x", "rate_minus", "rate_y", "a2_plus", "a3_plus", "a2_minus", "a3_minus", "low", "high")
)
State = namedtuple("State", ("w",))
Pre = namedtuple("Pre", ("r1", "r2"))
Post = namedtuple("Post", ("o1", "o2"))


def prepare(p):
    rates = (1.0 / p.tau_plus, 1.0 / p.tau_x, 1.0 / p.tau_minus, 1.0 / p.tau_y)
    amplitudes = (p.a2_plus, p.a3_plus, p.a2_minus, p.a3_minus)
    return Constants(*rates, *(towards(p) * a for a in amplitudes), *limits(p))


def on_pre(c, s, x, y):
    return State(clipped(c, s.w - y.o1 * (c.a2_minus + c.a3_minus * x.r2)))


def on_post(c, s, x, y):
    return State(clipped(c, s.w + x.r1 * (c.a2_plus + c.a3_plus * y.o2)))


def jump_pre(c, x):
    return Pre(x.r1 + 1.0, x.r2 + 1.0)


def jump_post(c, y):
    return Post(y.o1 + 1.0, y.o2 + 1.0)


def last_pre(c, x):
    return Pre(1.0, 1.0)


def last_post(c, y):
    return Post(1.0, 1.0)


PARAMETERS = (
    Parameter("tau_plus", 16.8, "ms", low=0.0, low_open=True),
    Parameter("tau_x", 101.0, "ms", low=0.0, low_open=True),
    Parameter("tau_minus", 33.7, "ms", low=0.0, low_open=True),
    Parameter("tau_y", 125.0, "ms", low=0.0, low_open=True),
    Parameter("a2_plus", 0.0, ""),
    Parameter("a3_plus", 0.0, ""),
    Parameter("a2_minus", 0.0, ""),
    Parameter("a3_minus", 0.0, ""),
    *BOUNDS,
)


@cache
def _rule(pairing):
    """The rule with one of the PAIRINGS."""
    everyone = pairing == "all"
    return SynapseRule(
        name="TripletSTDP",
        documentation=__doc__,
        parameters=PARAMETERS,
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=State,
        prepare=prepare,
        on_pre=on_pre,
        on_post=on_post,
        pre_type=Pre,
        pre_rates=("rate_plus", "rate_x"),
        jump_pre=jump_pre if everyone else last_pre,
        post_type=Post,
        post_rates=("rate_minus", "rate_y"),
        jump_post=jump_post if everyone else last_post,
        limits=limits,
        check=check,
        source="Pfister & Gerstner 2006, doi 10.1523/JNEUROSCI.1425-06.2006, equations 1 to 4",
        variant=pairing,
    )


RULES = tuple(map(_rule, PAIRINGS))


@known_by_name
def TripletSTDP(
    weight,
    delay,
    a2_plus=None,
    a3_plus=None,
    a2_minus=None,
    a3_minus=None,
    tau_plus=16.8,
    tau_x=101.0,
    tau_minus=33.7,
    tau_y=125.0,
    w_min=0.0,
    w_max=None,
    pairing="all",
    backprop_delay=0.0,
    post_first=False,
):
    """Synapses with spike-timing-dependent plasticity of pairs and triplets of spikes.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between w_min and w_max.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    a2_plus, a2_minus : float, unit of the weight
        Potentiation by a pair post after pre, depression by a pair pre after post.
    a3_plus, a3_minus : float, unit of the weight
        Further potentiation by each earlier postsynaptic spike, further depression by each earlier arrival.
    tau_plus, tau_minus : float, ms, > 0
        Time constants of pairs.
    tau_x, tau_y : float, ms, > 0
        Time constants with which earlier arrivals and earlier postsynaptic spikes are forgotten. The defaults of all four are those of the paper for visual cortex.
    w_min, w_max : float, unit of the weight
        Bounds of the weight; of one sign. For inhibitory synapses w_max < 0.
    pairing : str
        "all": all spikes count; "nearest": of each side and trace only the last one.
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
    >>> pre = net.population(1, es.SpikeSource(times=[[10.0]]), name="pre")
    >>> post = net.population(1, es.LIF(), name="post")
    >>> teacher = net.population(1, es.SpikeSource(times=[[5.0, 15.0]]), name="teacher")
    >>> rule = es.TripletSTDP(1.0, 1.0, a2_plus=0.0, a3_plus=0.5, a2_minus=0.1, a3_minus=0.0, w_max=3.0)
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=rule)
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(100.0)  # 1 - 0.1 exp(-5/33.7) + 0.5 exp(-5/16.8) exp(-10/125)
    >>> round(float(sim.weights(j)["weight"][0]), 8)
    1.25653441
    """
    from .. import _cast

    _cast.choice(pairing, "TripletSTDP pairing", PAIRINGS)
    given = required("TripletSTDP", a2_plus=a2_plus, a3_plus=a3_plus, a2_minus=a2_minus, a3_minus=a3_minus, w_max=w_max)
    rest = {"tau_plus": tau_plus, "tau_x": tau_x, "tau_minus": tau_minus, "tau_y": tau_y, "w_min": w_min}
    return _rule(pairing)(weight, delay, backprop_delay=backprop_delay, post_first=post_first, **given, **rest)
