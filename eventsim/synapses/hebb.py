"""Hebb's rule on the traces of both sides: the weight changes all the time, as fast as both have been active.

    dx/dt = -x / tau_pre      x -> x + 1 at an arrival of the presynaptic spike
    dy/dt = -y / tau_post     y -> y + 1 at a postsynaptic spike
    dw/dt = eta x y

and w stays in [w_min, w_max]. On average a trace is rate * tau. Between events x y decays with one time constant, 1/tau = 1/tau_pre + 1/tau_post, so the weight after dt is
w + eta x y tau (1 - exp(-dt/tau)): exact for any two time constants, and since it moves in one direction, so is the time at which it stops at a bound. eta > 0 leads towards w_max
(negative for inhibitory synapses), eta < 0, anti-Hebbian, towards w_min.

Source
    Gerstner & Kistler 2002, doi 10.1007/s00422-002-0353-y, equation 2 (the term of the correlation), with exponential traces as rates.
"""

from collections import namedtuple

from ..neurons.model import Parameter
from ..numerics.propagators import relaxed
from .bounds import BOUNDS, check, clipped, limits, required, towards
from .rule import SynapseRule, known_by_name
from .traces import TRACES

Parameters = namedtuple("Parameters", ("eta", "tau_pre", "tau_post", "w_min", "w_max"))
Constants = namedtuple("Constants", ("gain", "rate_pre", "rate_post", "low", "high"))
State = namedtuple("State", ("w",))


def prepare(p):
    rate_pre, rate_post = 1.0 / p.tau_pre, 1.0 / p.tau_post
    return Constants(towards(p) * p.eta / (rate_pre + rate_post), rate_pre, rate_post, *limits(p))


def flow(c, s, x, y, z, dt):
    return State(clipped(c, s.w + c.gain * (x.x * y.y) * relaxed(dt * (c.rate_pre + c.rate_post))))


RULE = SynapseRule(
    name="Hebb",
    documentation=__doc__,
    parameters=(
        Parameter("eta", 0.0, ""),
        Parameter("tau_pre", 20.0, "ms", low=0.0, low_open=True),
        Parameter("tau_post", 20.0, "ms", low=0.0, low_open=True),
        *BOUNDS,
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    prepare=prepare,
    flow=flow,
    **TRACES,
    limits=limits,
    check=check,
    source="Gerstner & Kistler 2002, doi 10.1007/s00422-002-0353-y, equation 2",
)

RULES = (RULE,)


@known_by_name
def Hebb(weight, delay, eta=None, tau_pre=20.0, tau_post=20.0, w_min=0.0, w_max=None, backprop_delay=0.0, post_first=False):
    """Synapses with Hebb's rule, dw/dt = eta x y, between hard bounds.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between w_min and w_max.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    eta : float, unit of the weight per ms
        Learning rate; negative: anti-Hebbian.
    tau_pre, tau_post : float, ms, > 0
        Time constants of the traces.
    w_min, w_max : float, unit of the weight
        Bounds of the weight; of one sign. For inhibitory synapses w_max < 0.
    backprop_delay : float, ms, >= 0
        From the postsynaptic spike to the synapse.
    post_first : bool
        At the very same time, a postsynaptic spike that has happened comes before an arrival, not after it. For this rule it makes no difference.

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
    >>> teacher = net.population(1, es.SpikeSource(times=[[16.0]]), name="teacher")
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=es.Hebb(1.0, 1.0, eta=0.01, w_max=3.0))
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(37.0)  # 20 ms after the postsynaptic spike
    >>> round(float(sim.weights(j)["weight"][0]), 8)  # 1 + 0.01 * 10 exp(-6/20) (1 - exp(-2))
    1.06405594
    """
    given = required("Hebb", eta=eta, w_max=w_max)
    rest = {"tau_pre": tau_pre, "tau_post": tau_post, "w_min": w_min}
    return RULE(weight, delay, backprop_delay=backprop_delay, post_first=post_first, **given, **rest)
