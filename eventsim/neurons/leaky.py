"""What leaky membranes with synaptic currents share: LIFExp, LIFBiexp, LIFAlpha.

A state is v, then variables of the receptors, then the residues of all these in the same order; constants begin with MEMBRANE.
"""

import math

from ..numerics.tuples import at, put
from .model import Parameter

SAFE = 1.0 - 2.0**-20
MAX_STEPS = 1_000_000  # far above what is ever needed (tests count them): a bound on a mistake, not on the method

# What the user gives, and the constants of the membrane.
PARAMETERS = (
    Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
    Parameter("c_m", 1000.0, "pF", low=0.0, low_open=True),
    Parameter("v_rest", -65.0, "mV"),
    Parameter("v_reset", -65.0, "mV"),
    Parameter("v_thresh", -50.0, "mV"),
    Parameter("t_ref", 0.1, "ms", low=0.0),
    Parameter("i_offset", 0.0, "pA"),
)
NAMES = tuple(parameter.name for parameter in PARAMETERS)
MEMBRANE = ("tau_m", "c_m", "v_inf", "v_thresh", "v_reset", "t_ref")
_V_INF = MEMBRANE.index("v_inf")
V_THRESH = MEMBRANE.index("v_thresh")

# Far above the relative error of a potential, far below what matters for when to look.
_ROUNDING = 2.0**-40


def membrane_constants(p):
    return p.tau_m, p.c_m, p.v_rest + p.i_offset * p.tau_m / p.c_m, p.v_thresh, p.v_reset, p.t_ref


def with_variable(s, k, value):
    """The state with variable k and its residue replaced."""
    return put(put(s, k, value[0]), len(s) // 2 + k, value[1])


def above(c, s):
    return s[0] >= c.v_thresh


def fire(c, s):
    return with_variable(s, 0, (c.v_reset, 0.0))


def with_current(c, p, i):
    return put(c, _V_INF, p.v_rest + (p.i_offset + i) * p.tau_m / p.c_m)


def passive(p):
    return 1.0 / p.tau_m, 1.0 / p.c_m


def margin(c, s):
    """How far below threshold v is safe from rounding, mV.

    A bound is taken from a state that was brought forward, the crossing from the state at the last event. Where v just touches threshold,
    one may lie behind the other, and what is past the peak never crosses: so a bound says nothing where v or its ceiling is that near.
    """
    held = 0.0
    for k in range(1, len(s) // 2):
        held += abs(at(s, k))
    return _ROUNDING * (abs(c.v_inf) + abs(c.v_thresh) + abs(s[0]) + held * c.tau_m / c.c_m)


def parabola_reach(slope, bend, gap):
    """The first x >= 0 with slope x + bend x**2 / 2 = gap, gap and bend not being negative; inf: there is none."""
    root = math.sqrt(slope * slope + 2.0 * bend * gap)
    if slope > 0.0:
        return 2.0 * gap / (slope + root)
    if bend > 0.0:
        return (root - slope) / bend
    return math.inf
