"""A synapse that is one memristive device: its weight is scale * conductance (device.py)."""

from collections import namedtuple
from functools import cache

from . import device
from .device import (
    OWN,
    PARAMETERS,
    Constants,
    Parameters,
    Recent,
    answer,
    check,
    conductance,
    flow_recent,
    jump_recent,
    kept,
    lowered,
    prepare,
    quantised,
    question,
    raised,
)
from .rule import SynapseRule

State = namedtuple("State", ("w", "x", "age", "reads", "sets", "resets", "number", "draws", "gain", "up_factor", "down_factor", "drift"))


def weight(c, s):
    """The weight of a state."""
    return c.scale * conductance(c, s.x, s.gain, s.age, s.drift)


def weighed(c, s):
    """The state with the weight that belongs to it."""
    return State(weight(c, s), *s[1:])


def start(c, w):
    """The state nearest to a weight, by the nominal resistances."""
    x = quantised(c, (w / c.scale - c.g_off) / c.g_range)
    return State(w, x, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0)


def limits(p):
    """From off to on, by the nominal resistances."""
    return p.scale / p.r_off, p.scale / p.r_on


def flow(c, s, x, y, z, dt):
    """Retention and drift."""
    return weighed(c, State(s.w, kept(c, s.x, dt), s.age + dt, *s[3:]))


def programmed(c, s, pulse):
    """The state after a SET pulse (1), a RESET pulse (-1) or none (0)."""
    if pulse > 0.0:
        x = raised(c, s.x, s.up_factor, s.number, s.draws)
        return weighed(c, State(s.w, x, 0.0, s.reads, s.sets + 1.0, s.resets, s.number, s.draws + 1.0, *s[8:]))
    if pulse < 0.0:
        x = lowered(c, s.x, s.down_factor, s.number, s.draws)
        return weighed(c, State(s.w, x, 0.0, s.reads, s.sets, s.resets + 1.0, s.number, s.draws + 1.0, *s[8:]))
    return s


def on_pre(c, s, x, y):
    """An arrival reads the device; what it reads is the weight before."""
    read = State(s.w, s.x, s.age, s.reads + 1.0, *s[4:])
    return programmed(c, read, question(c, y))


def on_post(c, s, x, y):
    """A postsynaptic spike programs it."""
    return programmed(c, s, answer(c, x))


@cache
def rule(changing):
    """The rule; `changing`: conductances change between pulses."""
    return SynapseRule(
        name="Memristor",
        documentation=device.__doc__,
        parameters=PARAMETERS,
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=State,
        prepare=prepare,
        source="Querlioz, Bichler & Gamrat 2011, doi 10.1109/IJCNN.2011.6033439",
        own=OWN,
        on_pre=on_pre,
        on_post=on_post,
        pre_type=Recent,
        flow_pre=flow_recent,
        jump_pre=jump_recent,
        post_type=Recent,
        flow_post=flow_recent,
        jump_post=jump_recent,
        flow=flow if changing else None,
        start=start,
        settle=weighed,
        limits=limits,
        random=True,
        free=False,
        check=check,
        variant="single_changing" if changing else "single",
    )


RULES = rule(False), rule(True)
