"""A synapse that is a pair of memristive devices: its weight is scale * (plus - minus), the difference of their conductances (device.py).

Potentiation is a SET pulse of the one, depression a SET pulse of the other, so that devices whose RESET is abrupt learn gradually both ways. When one of
them has come to `refresh` and the other is above 0, both are reset, and SET pulses bring one of them back until the difference is reached again.

Source
    Bichler, Suri, Querlioz, Vuillaume, DeSalvo & Gamrat 2012, IEEE Trans. Electron Devices 59, 2206 (2-PCM synapse).
"""

from collections import namedtuple
from functools import cache

from ..neurons.model import Parameter
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
    prepare,
    quantised,
    question,
    raised,
)
from .rule import SynapseRule

_MOST = 1000  # pulses of a refresh, where a device hardly moves

# The devices' own parameters, those of the minus device with a suffix.
OWN_OF_BOTH = (*OWN, *(Parameter(f"{p.name}_minus", p.default, p.unit, low=p.low) for p in OWN))
_COUNTS = ("reads", "sets", "resets", "number", "draws")
State = namedtuple("State", ("w", "plus", "minus", "age", "age_minus", *_COUNTS, *(p.name for p in OWN_OF_BOTH)))


def weight(c, s):
    """The weight of a state."""
    plus = conductance(c, s.plus, s.gain, s.age, s.drift)
    minus = conductance(c, s.minus, s.gain_minus, s.age_minus, s.drift_minus)
    return c.scale * (plus - minus)


def weighed(c, s):
    """The state with the weight that belongs to it."""
    return State(weight(c, s), *s[1:])


def start(c, w):
    """One device is off, and the other in the state nearest to the weight, by the nominal resistances."""
    x = quantised(c, abs(w) / (c.scale * c.g_range))
    plus, minus = (x, 0.0) if w > 0.0 else (0.0, x)
    return State(w, plus, minus, *(0.0,) * 7, *(1.0, 1.0, 1.0, 0.0) * 2)


def limits(p):
    """From minus on and plus off to the other way round, by the nominal resistances."""
    most = p.scale * (1.0 / p.r_on - 1.0 / p.r_off)
    return -most, most


def flow(c, s, x, y, z, dt):
    """Retention and drift."""
    plus, minus = kept(c, s.plus, dt), kept(c, s.minus, dt)
    return weighed(c, State(s.w, plus, minus, s.age + dt, s.age_minus + dt, *s[5:]))


def programmed(c, s, pulse):
    """The state after potentiation (1), depression (-1) or neither (0)."""
    if pulse > 0.0:
        plus = raised(c, s.plus, s.up_factor, s.number, s.draws)
        s = State(s.w, plus, s.minus, 0.0, s.age_minus, s.reads, s.sets + 1.0, s.resets, s.number, s.draws + 1.0, *s[10:])
    elif pulse < 0.0:
        minus = raised(c, s.minus, s.up_factor_minus, s.number, s.draws)
        s = State(s.w, s.plus, minus, s.age, 0.0, s.reads, s.sets + 1.0, s.resets, s.number, s.draws + 1.0, *s[10:])
    else:
        return s
    return weighed(c, refreshed(c, s))


def refreshed(c, s):
    """The state after a refresh, where one is due."""
    if max(s.plus, s.minus) < c.refresh or min(s.plus, s.minus) == 0.0:
        return s
    wanted = quantised(c, abs(s.plus - s.minus))
    factor = s.up_factor if s.plus > s.minus else s.up_factor_minus
    x = pulses = 0.0
    while x < wanted and pulses < _MOST:
        x = raised(c, x, factor, s.number, s.draws + pulses)
        pulses += 1.0
    plus, minus = (x, 0.0) if s.plus > s.minus else (0.0, x)
    return State(s.w, plus, minus, 0.0, 0.0, s.reads, s.sets + pulses, s.resets + 2.0, s.number, s.draws + pulses, *s[10:])


def on_pre(c, s, x, y):
    """An arrival reads both devices; what it reads is the weight before."""
    read = State(s.w, s.plus, s.minus, s.age, s.age_minus, s.reads + 2.0, *s[6:])
    return programmed(c, read, question(c, y))


def on_post(c, s, x, y):
    """A postsynaptic spike programs one of them."""
    return programmed(c, s, answer(c, x))


@cache
def rule(changing):
    """The rule; `changing`: conductances change between pulses."""
    return SynapseRule(
        name="Memristor",
        documentation=f"{__doc__}\n\n{device.__doc__}",
        parameters=PARAMETERS,
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=State,
        prepare=prepare,
        source="Bichler et al. 2012, IEEE Trans. Electron Devices 59, 2206",
        own=OWN_OF_BOTH,
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
        variant="pair_changing" if changing else "pair",
    )


RULES = rule(False), rule(True)
