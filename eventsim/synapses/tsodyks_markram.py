"""Short-term depression and facilitation: resources that are used up and recover, of which each arrival releases a part.

    du/dt = -u / tau_facil                       u -> u + U (1 - u)    at an arrival, before the release
    dx/dt = z / tau_rec                          x -> x - u x          x: recovered
    dy/dt = -y / tau_inact                       y -> y + u x          y: active
    z = 1 - x - y                                                      z: inactive

weight * u * x is delivered, with u after its jump and x before its own; the weight itself stays as it is. With tau_facil = 0 there is no facilitation and u is U at every
arrival. With tau_inact = 0 what was released is inactive at once: dx/dt = (1 - x) / tau_rec. With tau_inact > 0 it recovers only after it has been active; the current of the
papers, proportional to y, is then that of a receptor that decays with tau_inact. A synapse begins rested: x = 1, u = 0. Everything is computed in closed form from arrival to arrival.

Source
    tau_inact > 0: Tsodyks, Pawelzik & Markram 1998, doi 10.1162/089976698300017502, section 2; Tsodyks, Uziel & Markram 2000,
    doi 10.1523/JNEUROSCI.20-01-j0003.2000, equations 3 and 4. tau_inact = 0: Markram, Wang & Tsodyks 1998, doi 10.1073/pnas.95.9.5323, the recursions of R and u.
"""

from collections import namedtuple

from ..neurons.model import Parameter
from ..numerics.divided import phi
from ..numerics.propagators import fading, relaxed
from .rule import SynapseRule, known_by_name

Parameters = namedtuple("Parameters", ("tau_inact",))
Constants = namedtuple("Constants", ("tau_inact",))
State = namedtuple("State", ("w", "u", "x", "U", "tau_rec", "tau_facil"))
Active = namedtuple("Active", ("w", "u", "x", "y", "U", "tau_rec", "tau_facil"))

FOREVER = 1e15  # time constants: what decays is gone, and products of two of them are finite


def prepare(p):
    return Constants(p.tau_inact)


def start(c, w):
    return State(w, 0.0, 1.0, 0.0, 0.0, 0.0)


def start_active(c, w):
    return Active(w, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)


def relaxing(s, dt):
    """u after dt; without facilitation nothing of it is left."""
    return s.u * fading(dt / s.tau_facil) if s.tau_facil > 0.0 else 0.0


def flow(c, s, x, y, z, dt):
    recovered = s.x + (1.0 - s.x) * relaxed(dt / s.tau_rec)
    return State(s.w, relaxing(s, dt), recovered, s.U, s.tau_rec, s.tau_facil)


def flow_active(c, s, x, y, z, dt):
    """What is active recovers in two steps, the probability of both within dt being p q phi(p, q): no digit is lost at any ratio of time constants."""
    inactivating = min(dt / c.tau_inact, FOREVER)
    recovering = min(dt / s.tau_rec, FOREVER)
    p, q = min(inactivating, recovering), max(inactivating, recovering)
    gained = (1.0 - s.x - s.y) * relaxed(recovering) + s.y * (p * q * phi(p, q, q - p))
    return Active(s.w, relaxing(s, dt), s.x + gained, s.y * fading(inactivating), s.U, s.tau_rec, s.tau_facil)


def used(s):
    """u after its jump."""
    u = s.u if s.tau_facil > 0.0 else 0.0
    return u + s.U * (1.0 - u)


def on_pre(c, s, x, y):
    u = used(s)
    return State(s.w, u, s.x - u * s.x, s.U, s.tau_rec, s.tau_facil)


def on_pre_active(c, s, x, y):
    u = used(s)
    return Active(s.w, u, s.x - u * s.x, s.y + u * s.x, s.U, s.tau_rec, s.tau_facil)


def transmit(c, before, after):
    return before.w * (after.u * before.x)


OWN = (
    Parameter("U", 0.5, "", low=0.0, high=1.0),
    Parameter("tau_rec", 800.0, "ms", low=0.0, low_open=True),
    Parameter("tau_facil", 0.0, "ms", low=0.0),
)


def _rule(active):
    """The rule without or with an active state."""
    return SynapseRule(
        name="TsodyksMarkram",
        documentation=__doc__,
        parameters=(Parameter("tau_inact", 0.0, "ms", low=0.0),),
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=Active if active else State,
        prepare=prepare,
        own=OWN,
        on_pre=on_pre_active if active else on_pre,
        flow=flow_active if active else flow,
        transmit=transmit,
        start=start_active if active else start,
        source="Tsodyks, Pawelzik & Markram 1998, doi 10.1162/089976698300017502, section 2",
        variant="active" if active else "direct",
    )


RULES = DIRECT, ACTIVE = _rule(False), _rule(True)


@known_by_name
def TsodyksMarkram(weight, delay, U=0.5, tau_rec=800.0, tau_facil=0.0, tau_inact=0.0):
    """Synapses with short-term depression and facilitation.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        Absolute efficacy: what would be delivered if all resources were released at once.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to its delivery.
    U : float, array or distribution, 0 to 1
        Part of the recovered resources that the first spike after a rest releases, and step of facilitation.
    tau_rec : float, array or distribution, ms, > 0
        Time constant of recovery.
    tau_facil : float, array or distribution, ms, >= 0
        Time constant of facilitation; 0: there is none.
    tau_inact : float, ms, >= 0
        Time constant with which released resources become inactive, from where they recover; 0: at once.

    Returns
    -------
    Synapse
        The description to hand to `Network.connect(..., synapse=)`. Variables: weight, u, x (recovered), with tau_inact > 0 also y (active).

    Raises
    ------
    ParameterError
        Where a parameter is out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> pre = net.population(1, es.SpikeSource(times=[[10.0, 30.0]]), name="pre")
    >>> post = net.population(1, es.LIFExp(), name="post")
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=es.TsodyksMarkram(250.0, 1.5, U=0.6, tau_rec=800.0))
    >>> sim = es.Simulator(net)
    >>> sim.run(31.5)
    >>> round(float(sim.weights(j)["x"][0]), 8)  # 1 - 0.6 exp(-20/800) of the resources are there at the second arrival
    0.41481405
    """
    from .. import _cast

    rule = DIRECT if _cast.number(tau_inact, "TsodyksMarkram tau_inact", "ms", 0.0) == 0.0 else ACTIVE
    return rule(weight, delay, U=U, tau_rec=tau_rec, tau_facil=tau_facil, tau_inact=tau_inact)
