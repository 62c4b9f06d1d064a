"""Memristive devices: what a programming pulse does to one, what time does, and which pulses spikes make.

A device has a state x in [0, 1] and a conductance between 1/r_off (x = 0) and 1/r_on (x = 1):

    G = gain (1/r_off + x (1/r_on - 1/r_off)) (max(age, t0) / t0)**-drift          age: since the last programming pulse
    dx/dt = -x / retention                                                         between pulses

A SET pulse moves x by +up f(x), a RESET pulse by -down f(1 - x), the factors of this device and the variation of this pulse multiplied in:

    linear         f(d) = 1
    exponential    f(d) = exp(-shape d)               soft bounds (Querlioz et al. 2011)
    Joglekar       f(d) = 1 - (2 d - 1)**(2 shape)    no motion at either end (Joglekar & Wolf 2009)
    Biolek         f(d) = 1 - d**(2 shape)            no motion at the end the pulse leads to (Biolek et al. 2009)
    binary         x becomes 1 with probability up at a SET pulse, 0 with probability down at a RESET pulse

A device with `levels` has these and no states between them. An abrupt one is at 0 after any RESET pulse.

Source
    Querlioz, Bichler & Gamrat 2011, doi 10.1109/IJCNN.2011.6033439; Joglekar & Wolf 2009, doi 10.1088/0143-0807/30/4/001; Biolek, Biolek & Biolkova 2009,
    Radioengineering 18, 210; drift: Ielmini, Lacaita & Mantegazza 2007, IEEE Trans. Electron Devices 54, 308.
"""

import math
from collections import namedtuple

from ..neurons.model import Parameter
from ..numerics.propagators import fading
from ..numerics.random import unit_number

# Laws of switching.
LINEAR, EXPONENTIAL, JOGLEKAR, BIOLEK, BINARY = 0.0, 1.0, 2.0, 3.0, 4.0

_TWO_PI = 2.0 * math.pi
_FOREVER = 1e300  # ms: stands for a retention without end

PARAMETERS = (
    Parameter("scale", 1.0, "", low=0.0, low_open=True),
    Parameter("r_on", 1e-5, "GOhm", low=0.0, low_open=True),
    Parameter("r_off", 1e-3, "GOhm", low=0.0, low_open=True),
    Parameter("law", LINEAR, "", low=LINEAR, high=BINARY),
    Parameter("up", 0.05, "", low=0.0),
    Parameter("down", 0.05, "", low=0.0),
    Parameter("shape_up", 0.0, "", low=0.0),
    Parameter("shape_down", 0.0, "", low=0.0),
    Parameter("abrupt", 0.0, "", low=0.0, high=1.0),
    Parameter("levels", 0.0, "", low=0.0),  # 0: any state
    Parameter("cycle", 0.0, "", low=0.0),
    Parameter("retention", math.inf, "ms", low=0.0, low_open=True, far=_FOREVER),
    Parameter("t0", 1.0, "ms", low=0.0, low_open=True),
    Parameter("at_arrival", 0.0, "", low=0.0, high=1.0),  # whether arrivals depress, not postsynaptic spikes alone
    Parameter("window_plus", 20.0, "ms", low=0.0, low_open=True),
    Parameter("window_minus", 20.0, "ms", low=0.0, low_open=True),
    Parameter("refresh", 1.0, "", low=0.0, low_open=True, high=1.0),
)
# What every device may have its own of.
OWN = (
    Parameter("gain", 1.0, "", low=0.0),
    Parameter("up_factor", 1.0, "", low=0.0),
    Parameter("down_factor", 1.0, "", low=0.0),
    Parameter("drift", 0.0, "", low=0.0),
)

_FIELDS = (
    "g_off g_range scale law up down shape_up shape_down abrupt levels cycle rate t0 at_arrival window_plus window_minus refresh key0 key1"
)
Parameters = namedtuple("Parameters", tuple(p.name for p in PARAMETERS))
Constants = namedtuple("Constants", _FIELDS)
Recent = namedtuple("Recent", ("spiked", "since"))  # whether there has been a spike, and how long ago the last one was, ms


def prepare(p):
    """Constants of the devices of a projection: conductances in nS, a rate in 1/ms."""
    g_off = 1.0 / p.r_off
    device = p.law, p.up, p.down, p.shape_up, p.shape_down, p.abrupt, p.levels, p.cycle, 1.0 / p.retention, p.t0
    return Constants(g_off, 1.0 / p.r_on - g_off, p.scale, *device, p.at_arrival, p.window_plus, p.window_minus, p.refresh, 0.0, 0.0)


def check(p):
    """What is wrong with parameters, each of which is in its range."""
    if p.r_off <= p.r_on:
        return f"r_off must be > r_on, got r_off={p.r_off:g} and r_on={p.r_on:g} GOhm"
    if p.law == BINARY and max(p.up, p.down) > 1.0:
        return f"probabilities of switching must be <= 1, got {max(p.up, p.down):g}"
    return None


# -- a pulse ----------------------------------------------------------------------------------------------------------


def ease(c, distance, shape):
    """The part of a step that is made at a distance from the end that the pulse leads away from."""
    if c.law == EXPONENTIAL:
        return math.exp(-shape * distance)
    if c.law == JOGLEKAR:
        return 1.0 - even_power(2.0 * distance - 1.0, shape)
    if c.law == BIOLEK:
        return 1.0 - even_power(distance, shape)
    return 1.0


def even_power(base, half):
    """base**(2 half), half being a whole number."""
    result = 1.0
    for _ in range(int(half)):
        result *= base * base
    return result


def quantised(c, x):
    """The state nearest to x that a device can be in."""
    inside = min(max(x, 0.0), 1.0)
    if c.levels > 1.0:
        return math.floor(inside * (c.levels - 1.0) + 0.5) / (c.levels - 1.0)
    return inside


def drawn(c, number, draw):
    """The uniform number in [0, 1) of a synapse that belongs to a draw."""
    return unit_number(int(number), int(draw), int(c.key0), int(c.key1))


def varied(c, number, pulse):
    """The factor by which a pulse differs from others: normal, of mean 1 and standard deviation `cycle` (Box & Muller 1958, equation 1)."""
    if c.cycle == 0.0:
        return 1.0
    radius = math.sqrt(-2.0 * math.log1p(-drawn(c, number, 2.0 * pulse)))
    return 1.0 + c.cycle * radius * math.cos(_TWO_PI * drawn(c, number, 2.0 * pulse + 1.0))


def raised(c, x, factor, number, pulse):
    """The state after a SET pulse, which is the synapse's pulse number `pulse`."""
    if c.law == BINARY:
        return 1.0 if drawn(c, number, 2.0 * pulse) < c.up * factor else x
    return quantised(c, x + c.up * factor * varied(c, number, pulse) * ease(c, x, c.shape_up))


def lowered(c, x, factor, number, pulse):
    """The state after a RESET pulse."""
    if c.law == BINARY:
        return 0.0 if drawn(c, number, 2.0 * pulse) < c.down * factor else x
    if c.abrupt > 0.0:
        return 0.0
    return quantised(c, x - c.down * factor * varied(c, number, pulse) * ease(c, 1.0 - x, c.shape_down))


# -- time and reading -------------------------------------------------------------------------------------------------


def kept(c, x, dt):
    """The state after dt ms without a pulse."""
    return x * fading(dt * c.rate)


def conductance(c, x, gain, age, drift):
    """Of a device in state x whose last pulse was `age` ms ago, nS."""
    g = gain * (c.g_off + x * c.g_range)
    if drift > 0.0 and age > c.t0:
        return g * math.exp(-drift * math.log(age / c.t0))
    return g


# -- pulses from spikes -----------------------------------------------------------------------------------------------


def flow_recent(c, r, dt):
    """Time goes by."""
    return Recent(r.spiked, r.since + dt)


def jump_recent(c, r):
    """There is a spike."""
    return Recent(1.0, 0.0)


def answer(c, x):
    """What a postsynaptic spike makes, x being the arrivals: 1 potentiates, -1 depresses, 0 does neither."""
    if x.spiked > 0.0 and x.since <= c.window_plus:
        return 1.0
    return 0.0 if c.at_arrival > 0.0 else -1.0


def question(c, y):
    """What an arrival makes, y being the postsynaptic spikes."""
    if c.at_arrival > 0.0 and y.spiked > 0.0 and y.since <= c.window_minus:
        return -1.0
    return 0.0
