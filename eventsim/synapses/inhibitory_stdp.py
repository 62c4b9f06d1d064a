"""Plasticity of inhibitory synapses that holds the rate of the postsynaptic neuron.

    dx/dt = -x / tau      x -> x + 1 at an arrival of the presynaptic spike
    dy/dt = -y / tau      y -> y + 1 at a postsynaptic spike
    w -> w + eta x                                    at a postsynaptic spike
    w -> w + eta (y - 2 target_rate tau)              at an arrival

and w is clipped to [w_min, w_max]. Spikes near each other strengthen inhibition in either order, an arrival by itself weakens it: where the neuron fires at its target rate,
both cancel on average. + means towards w_max: where weights are negative (jumps, currents) w_max is negative, of conductances it is positive.

Source
    Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011, doi 10.1126/science.1211095, the rule of its supporting material.
"""

from collections import namedtuple

from ..neurons.model import Parameter
from .bounds import BOUNDS, check, clipped, limits, required, towards
from .rule import SynapseRule, known_by_name
from .traces import TRACES

Parameters = namedtuple("Parameters", ("eta", "target_rate", "tau", "w_min", "w_max"))
Constants = namedtuple("Constants", ("eta", "alpha", "rate_pre", "rate_post", "low", "high"))
State = namedtuple("State", ("w",))


def prepare(p):
    return Constants(towards(p) * p.eta, 2.0 * (p.target_rate * 1e-3) * p.tau, 1.0 / p.tau, 1.0 / p.tau, *limits(p))


def on_pre(c, s, x, y):
    return State(clipped(c, s.w + c.eta * (y.y - c.alpha)))


def on_post(c, s, x, y):
    return State(clipped(c, s.w + c.eta * x.x))


RULE = SynapseRule(
    name="InhibitorySTDP",
    documentation=__doc__,
    parameters=(
        Parameter("eta", 0.0, ""),
        Parameter("target_rate", 5.0, "Hz", low=0.0),
        Parameter("tau", 20.0, "ms", low=0.0, low_open=True),
        *BOUNDS,
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    prepare=prepare,
    on_pre=on_pre,
    on_post=on_post,
    **TRACES,
    limits=limits,
    check=check,
    source="Vogels et al. 2011, doi 10.1126/science.1211095, the rule of its supporting material",
)

RULES = (RULE,)


@known_by_name
def InhibitorySTDP(weight, delay, eta=None, target_rate=5.0, tau=20.0, w_min=0.0, w_max=None, backprop_delay=0.0, post_first=False):
    """Inhibitory synapses that learn to hold the rate of the postsynaptic neuron.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between w_min and w_max: negative in models of jumps and currents, positive where it is a conductance.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    eta : float, unit of the weight
        Learning rate: the change by a pair without distance in time.
    target_rate : float, Hz, >= 0
        Rate of the postsynaptic neuron at which an uncorrelated synapse stays as it is on average.
    tau : float, ms, > 0
        Time constant of both traces.
    w_min, w_max : float, unit of the weight
        Bounds of the weight; of one sign, w_max that of the strongest inhibition.
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
    >>> teacher = net.population(1, es.SpikeSource(times=[[16.0]]), name="teacher")
    >>> rule = es.InhibitorySTDP(-1.0, 1.0, eta=0.1, target_rate=5.0, w_max=-3.0)
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=rule)
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(100.0)
    >>> round(float(sim.weights(j)["weight"][0]), 8)  # -(1 - 0.1 * 0.2 + 0.1 exp(-6/20))
    -1.05408182
    """
    given = required("InhibitorySTDP", eta=eta, w_max=w_max)
    rest = {"target_rate": target_rate, "tau": tau, "w_min": w_min}
    return RULE(weight, delay, backprop_delay=backprop_delay, post_first=post_first, **given, **rest)
