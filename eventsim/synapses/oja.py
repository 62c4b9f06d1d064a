"""Oja's rule on the traces of both sides: Hebb's, with a decay that holds the sum of squared weights.

    dx/dt = -x / tau      x -> x + 1 at an arrival of the presynaptic spike
    dy/dt = -y / tau      y -> y + 1 at a postsynaptic spike
    dw/dt = eta (x y - alpha y y w)

Between events x y and y y decay alike, with tau/2, so in the time s = (tau/2) (1 - exp(-2 t/tau)) the equation is linear with constant coefficients and the weight goes
exponentially to x / (alpha y):

    w exp(-k s) + eta x y (1 - exp(-k s)) / k      with k = eta alpha y y and x, y at the beginning

That is exact, and takes the traces' time constants to be equal: with two of them the solution is an incomplete gamma function. Weights are >= 0 and stay so.

Source
    Oja 1982, doi 10.1007/BF00275687, equation 3, with exponential traces as activities.
"""

from collections import namedtuple

from ..neurons.model import Parameter
from ..numerics.propagators import relaxed, remaining
from .bounds import required
from .rule import SynapseRule, known_by_name
from .traces import TRACES

Parameters = namedtuple("Parameters", ("eta", "alpha", "tau"))
Constants = namedtuple("Constants", ("eta", "alpha", "rate_pre", "rate_post", "half"))
State = namedtuple("State", ("w",))


def prepare(p):
    return Constants(p.eta, p.alpha, 1.0 / p.tau, 1.0 / p.tau, 0.5 * p.tau)


def limits(p):
    return 0.0, float("inf")


def flow(c, s, x, y, z, dt):
    passed = c.half * relaxed(2.0 * dt * c.rate_pre)
    decay = c.eta * c.alpha * (y.y * y.y) * passed
    lost = relaxed(decay)
    gain = c.eta * (x.x * y.y) * passed
    return State(s.w * remaining(decay, lost) + gain * (lost / decay if decay > 0.0 else 1.0))


RULE = SynapseRule(
    name="Oja",
    documentation=__doc__,
    parameters=(
        Parameter("eta", 0.0, "", low=0.0),
        Parameter("alpha", 1.0, "", low=0.0),
        Parameter("tau", 20.0, "ms", low=0.0, low_open=True),
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    prepare=prepare,
    flow=flow,
    **TRACES,
    limits=limits,
    source="Oja 1982, doi 10.1007/BF00275687, equation 3",
)

RULES = (RULE,)


@known_by_name
def Oja(weight, delay, eta=None, alpha=1.0, tau=20.0, backprop_delay=0.0, post_first=False):
    """Synapses with Oja's rule, dw/dt = eta (x y - alpha y y w).

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model, >= 0
        In which the synapses begin.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    eta : float, unit of the weight per ms, >= 0
        Learning rate.
    alpha : float, 1 over the unit of the weight, >= 0
        Strength of the decay; the weight is drawn to x / (alpha y).
    tau : float, ms, > 0
        Time constant of both traces.
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
    >>> teacher = net.population(1, es.SpikeSource(times=[[10.0]]), name="teacher")
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=es.Oja(2.0, 1.0, eta=0.1, alpha=1.0))
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(1000.0)
    >>> round(float(sim.weights(j)["weight"][0]), 8)  # x = y = 1 at 11 ms: 1 + (2 - 1) exp(-0.1 * 20/2)
    1.36787944
    """
    given = required("Oja", eta=eta)
    return RULE(weight, delay, backprop_delay=backprop_delay, post_first=post_first, alpha=alpha, tau=tau, **given)
