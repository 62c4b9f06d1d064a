"""Spike-timing-dependent plasticity with a third factor: pairs leave a trace, and a modulator turns it into weight.

    dx/dt = -x / tau_plus      x -> x + 1 at an arrival          dy/dt = -y / tau_minus     y -> y + 1 at a postsynaptic spike
    de/dt = -e / tau_e         e -> e + a_plus x at a postsynaptic spike, e -> e - a_minus y at an arrival
    dw/dt = e z                z the level of the modulator (`Modulator`)

and w stays between w_min and w_max. e is the eligibility of the synapse. Between events e and z are exponentials, so what w gains is a closed form; where z changes its
sign on the way (towards a baseline of the other sign), the way is divided there, so that w is monotone in each part and bounds act where they are met.

Source
    Izhikevich 2007, doi 10.1093/cercor/bhl152, equations 1 to 3; Florian 2007, doi 10.1162/neco.2007.19.6.1468.
"""

import math
from collections import namedtuple

from ..neurons.model import Parameter
from ..numerics.propagators import fading, relaxed
from .bounds import BOUNDS, check, clipped, limits, required, towards
from .rule import SynapseRule, known_by_name
from .traces import TRACES

Parameters = namedtuple("Parameters", ("tau_plus", "tau_minus", "a_plus", "a_minus", "tau_e", "w_min", "w_max"))
Constants = namedtuple("Constants", ("rate_pre", "rate_post", "a_plus", "a_minus", "tau_e", "low", "high", "tau_z", "base_z"))
State = namedtuple("State", ("w", "e"))


def prepare(p):
    return Constants(1.0 / p.tau_plus, 1.0 / p.tau_minus, towards(p) * p.a_plus, towards(p) * p.a_minus, p.tau_e, *limits(p), 1.0, 0.0)


def gained(c, e, z, dt):
    """The integral of e z over dt: e decays to 0, z to its baseline."""
    both = 1.0 / c.tau_e + 1.0 / c.tau_z
    return e * (c.base_z * c.tau_e * relaxed(dt / c.tau_e) + (z - c.base_z) * relaxed(dt * both) / both)


def flow(c, s, x, y, z, dt):
    w, e, rest = s.w, s.e, dt
    if z * c.base_z < 0.0:
        turn = c.tau_z * math.log1p(-z / c.base_z)  # when the level is 0
        if turn < dt:
            w = clipped(c, w + gained(c, e, z, turn))
            e, z, rest = e * fading(turn / c.tau_e), 0.0, dt - turn
    w = clipped(c, w + gained(c, e, z, rest))
    return State(w, e * fading(rest / c.tau_e))


def on_pre(c, s, x, y):
    return State(s.w, s.e - c.a_minus * y.y)


def on_post(c, s, x, y):
    return State(s.w, s.e + c.a_plus * x.x)


REWARD_STDP = SynapseRule(
    name="RewardSTDP",
    documentation=__doc__,
    parameters=(
        Parameter("tau_plus", 20.0, "ms", low=0.0, low_open=True),
        Parameter("tau_minus", 20.0, "ms", low=0.0, low_open=True),
        Parameter("a_plus", 0.0, ""),
        Parameter("a_minus", 0.0, ""),
        Parameter("tau_e", 1000.0, "ms", low=0.0, low_open=True),
        *BOUNDS,
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    prepare=prepare,
    flow=flow,
    on_pre=on_pre,
    on_post=on_post,
    **TRACES,
    limits=limits,
    check=check,
    modulated=True,
    source="Izhikevich 2007, doi 10.1093/cercor/bhl152, equations 1 to 3",
)

RULES = (REWARD_STDP,)


@known_by_name
def RewardSTDP(
    weight,
    delay,
    modulator,
    tau_plus=20.0,
    tau_minus=20.0,
    a_plus=None,
    a_minus=None,
    tau_e=1000.0,
    w_min=0.0,
    w_max=None,
    backprop_delay=0.0,
    post_first=False,
):
    """Synapses whose pairs of spikes become weight when a modulator says so.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between w_min and w_max.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    modulator : Population
        One `Modulator`, of the same network.
    tau_plus, tau_minus : float, ms, > 0
        Time constants of pairs, post after pre and pre after post.
    a_plus, a_minus : float
        By how much a pair without distance in time changes the eligibility, in units of the weight per ms and level; positive towards w_max.
    tau_e : float, ms, > 0
        Time constant of the eligibility.
    w_min, w_max : float, unit of the weight
        Bounds of the weight; of one sign.
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
    >>> teacher = net.population(1, es.SpikeSource(times=[[15.0]]), name="teacher")
    >>> dopamine = net.population(1, es.Modulator(tau=200.0), name="dopamine")
    >>> reward = net.population(1, es.SpikeSource(times=[[500.0]]), name="reward")
    >>> learning = es.RewardSTDP(1.0, 2.0, dopamine, a_plus=0.01, a_minus=0.01, w_max=3.0)
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=learning)
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> _ = net.connect(reward, dopamine, es.OneToOne(), weight=0.5, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(3000.0)
    >>> round(float(sim.weights(j)["weight"][0]), 6)
    1.420075
    """
    given = required("RewardSTDP", a_plus=a_plus, a_minus=a_minus, w_max=w_max)
    rest = {"tau_plus": tau_plus, "tau_minus": tau_minus, "tau_e": tau_e, "w_min": w_min}
    return REWARD_STDP(weight, delay, modulator=modulator, backprop_delay=backprop_delay, post_first=post_first, **given, **rest)
