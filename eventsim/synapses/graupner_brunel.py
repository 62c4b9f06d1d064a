"""Plasticity by calcium: it potentiates above one threshold and depresses above another.

    dc/dt = -c / tau_ca        c -> c + c_pre at an arrival, c -> c + c_post at a postsynaptic spike
    tau dw/dt = gamma_p (w_max - w) [c > theta_p] - gamma_d (w - w_min) [c > theta_d]

Between events calcium falls, so it is above each threshold up to a time that is a logarithm, and in each of the parts before, between and after these two times the weight relaxes exponentially:
all of it is in closed form. This is the rule of Graupner & Brunel without noise and with a flat potential (Higgins et al. 2014), for its cubic term, which holds the two stable weights, leaves no
solution in closed form. Calcium comes with the arrival (D = 0 in the paper). Inhibitory weights are negative, and so is w_max then.

Source
    Graupner & Brunel 2012, doi 10.1073/pnas.1109359109, equations 1 and 2 and table S1 (the defaults: set DP); Higgins, Graupner & Brunel 2014, doi 10.1371/journal.pcbi.1003834, the flat potential.
"""

import math
from collections import namedtuple

from ..neurons.model import Parameter
from ..numerics.propagators import relaxed, remaining
from .bounds import BOUNDS, check, limits, required
from .rule import SynapseRule, known_by_name
from .traces import TRACES

Parameters = namedtuple("Parameters", ("tau_ca", "c_pre", "c_post", "theta_d", "theta_p", "gamma_d", "gamma_p", "tau", "w_min", "w_max"))
Constants = namedtuple(
    "Constants",
    ("rate_pre", "rate_post", "tau_ca", "c_pre", "c_post", "theta_d", "theta_p", "rate_d", "rate_p", "w_min", "w_max", "between"),
)
State = namedtuple("State", ("w",))


def prepare(p):
    both = p.gamma_d + p.gamma_p
    between = (p.gamma_d * p.w_min + p.gamma_p * p.w_max) / both if both > 0.0 else p.w_min  # where both thresholds together lead
    rate = 1.0 / p.tau_ca
    return Constants(
        rate, rate, p.tau_ca, p.c_pre, p.c_post, p.theta_d, p.theta_p, p.gamma_d / p.tau, p.gamma_p / p.tau, p.w_min, p.w_max, between
    )


def time_above(c, calcium, theta, dt):
    """How much of the next dt calcium is above a threshold."""
    return min(c.tau_ca * math.log(calcium / theta), dt) if calcium > theta else 0.0


def relaxing(w, target, z):
    """The weight after z time constants on its way to a target."""
    lost = relaxed(z)
    return w * remaining(z, lost) + target * lost


def flow(c, s, x, y, z, dt):
    calcium = c.c_pre * x.x + c.c_post * y.y
    depressed = time_above(c, calcium, c.theta_d, dt)
    potentiated = time_above(c, calcium, c.theta_p, dt)
    w = relaxing(s.w, c.between, min(depressed, potentiated) * (c.rate_d + c.rate_p))
    if potentiated > depressed:
        w = relaxing(w, c.w_max, (potentiated - depressed) * c.rate_p)
    elif depressed > potentiated:
        w = relaxing(w, c.w_min, (depressed - potentiated) * c.rate_d)
    return State(w)


RULE = SynapseRule(
    name="GraupnerBrunel",
    documentation=__doc__,
    parameters=(
        Parameter("tau_ca", 20.0, "ms", low=0.0, low_open=True),
        Parameter("c_pre", 1.0, "", low=0.0),
        Parameter("c_post", 2.0, "", low=0.0),
        Parameter("theta_d", 1.0, "", low=0.0, low_open=True),
        Parameter("theta_p", 1.3, "", low=0.0, low_open=True),
        Parameter("gamma_d", 200.0, "", low=0.0),
        Parameter("gamma_p", 321.808, "", low=0.0),
        Parameter("tau", 150_000.0, "ms", low=0.0, low_open=True),
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
    source="Graupner & Brunel 2012, doi 10.1073/pnas.1109359109, equations 1 and 2",
)

RULES = (RULE,)


@known_by_name
def GraupnerBrunel(
    weight,
    delay,
    c_pre=1.0,
    c_post=2.0,
    theta_d=1.0,
    theta_p=1.3,
    gamma_d=200.0,
    gamma_p=321.808,
    tau_ca=20.0,
    tau=150_000.0,
    w_min=0.0,
    w_max=None,
    backprop_delay=0.0,
    post_first=False,
):
    """Synapses that learn by their calcium, between soft bounds.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between w_min and w_max.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    c_pre, c_post : float, >= 0
        Steps of calcium by an arrival and by a postsynaptic spike.
    theta_d, theta_p : float, > 0
        Calcium above which the weight is depressed, and potentiated.
    gamma_d, gamma_p : float, >= 0
        Strength of depression and potentiation.
    tau_ca : float, ms, > 0
        Time constant of calcium.
    tau : float, ms, > 0
        Time constant of the weight; potentiation by itself goes with tau / gamma_p.
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
    >>> rule = es.GraupnerBrunel(2.0, 1.0, c_pre=1.2, theta_d=1.0, theta_p=1.3, w_max=3.0)
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=rule)
    >>> sim = es.Simulator(net)
    >>> sim.run(100.0)  # above theta_d for 20 log(1.2) ms: 2 exp(-200 * 20 log(1.2) / 150000)
    >>> round(float(sim.weights(j)["weight"][0]), 8)
    1.99029978
    """
    given = required("GraupnerBrunel", w_max=w_max)
    rest = {"c_pre": c_pre, "c_post": c_post, "theta_d": theta_d, "theta_p": theta_p, "gamma_d": gamma_d, "gamma_p": gamma_p}
    rest |= {"tau_ca": tau_ca, "tau": tau, "w_min": w_min}
    return RULE(weight, delay, backprop_delay=backprop_delay, post_first=post_first, **given, **rest)
