"""Hodgkin-Huxley neuron with synaptic conductances, with the rates of Traub & Miles or those of the squid's giant axon.

    c_m dv/dt = g_na m**3 h (e_rev_na - v) + g_k n**4 (e_rev_k - v) + g_leak (e_rev_leak - v) + i_offset
                + g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v)
    dx/dt = alpha_x(v) (1 - x) - beta_x(v) x, x = m, h, n         tau_k dg_k/dt = -g_k, g_k -> g_k + |weight|

With e(x) = x / (exp(x) - 1) and V = v - v_offset the rates (1/ms) are, of Traub & Miles in the form of Brette et al. (kinetics="traub"),

    alpha_m = 1.28 e((13 - V) / 4)    beta_m = 1.4 e((V - 40) / 5)     alpha_h = 0.128 exp((17 - V) / 18)
    beta_h = 4 / (1 + exp((40 - V) / 5))    alpha_n = 0.16 e((15 - V) / 5)    beta_n = 0.5 exp((10 - V) / 40)

and of Hodgkin & Huxley with potentials as they are given today (kinetics="squid"; V is then the depolarisation from rest),

    alpha_m = e((25 - V) / 10)        beta_m = 4 exp(-V / 18)          alpha_h = 0.07 exp(-V / 20)
    beta_h = 1 / (1 + exp((30 - V) / 10))   alpha_n = 0.1 e((10 - V) / 10)    beta_n = 0.125 exp(-V / 80)

The neuron fires where v crosses v_thresh upwards; nothing is reset, and the next crossing counts after v has been below v_thresh again,
which the variable `spiking` remembers (1 from a spike until then). In a refractory period (none by default) crossings do not count.
v begins at v_rest, m, h and n where they stay at that potential. The weight is the jump of a conductance in nS; its sign chooses the receptor.

Exactness class: bounded. Method: Runge-Kutta of order 8 with error control (numerics/trajectory.py), crossings located on its dense output
and polished. `tolerance` is that of each step, relative to 10 mV and to the other variables.

Source
    Hodgkin & Huxley 1952, doi 10.1113/jphysiol.1952.sp004764, eqs. 12-26; Traub & Miles 1991, Neuronal Networks of the Hippocampus, as in
    Brette et al. 2007, doi 10.1007/s10827-007-0038-6, benchmark 3. Defaults: PyNN's HH_cond_exp (units here: ms, mV, pA, pF, nS); squid:
    120, 36 and 0.3 mS/cm2 and 1 uF/cm2 on 20,000 um2.
"""

import math
from collections import namedtuple

from ..numerics.trajectory import LARGEST_EXPONENT, SAFE
from .model import BOUNDED, TOLERANCE, NeuronModel, Parameter, chosen_variant

Parameters = namedtuple(
    "Parameters",
    "c_m g_na g_k g_leak e_rev_na e_rev_k e_rev_leak v_rest v_offset v_thresh t_ref i_offset tau_syn_exc tau_syn_inh e_rev_exc e_rev_inh tolerance",
)
# As the parameters, but for charging = 1 / c_m (mV/ms for 1 pA) and the decays, 1/ms.
Constants = namedtuple(
    "Constants",
    "v_thresh t_ref tolerance charging g_na g_k g_leak e_rev_na e_rev_k e_rev_leak v_offset i_offset decay_exc decay_inh e_rev_exc e_rev_inh",
)
State = namedtuple("State", "v m h n g_exc g_inh spiking")


def prepare(p):
    first = (
        p.v_thresh,
        p.t_ref,
        p.tolerance,
        1.0 / p.c_m,
        p.g_na,
        p.g_k,
        p.g_leak,
        p.e_rev_na,
        p.e_rev_k,
        p.e_rev_leak,
        p.v_offset,
        p.i_offset,
    )
    return Constants(*first, 1.0 / p.tau_syn_exc, 1.0 / p.tau_syn_inh, p.e_rev_exc, p.e_rev_inh)


def _exp(x):
    return math.exp(min(x, LARGEST_EXPONENT))


def _ratio(x):
    """x / (exp(x) - 1), which is 1 at x = 0."""
    if abs(x) < 2.0**-30:
        return 1.0 - 0.5 * x
    return x / math.expm1(min(x, LARGEST_EXPONENT))


def _rates_traub(v):
    m = 1.28 * _ratio((13.0 - v) * 0.25), 1.4 * _ratio((v - 40.0) * 0.2)
    h = 0.128 * _exp((17.0 - v) / 18.0), 4.0 / (1.0 + _exp((40.0 - v) * 0.2))
    n = 0.16 * _ratio((15.0 - v) * 0.2), 0.5 * _exp((10.0 - v) * 0.025)
    return *m, *h, *n


def _rates_squid(v):
    m = _ratio((25.0 - v) * 0.1), 4.0 * _exp(-v / 18.0)
    h = 0.07 * _exp(-v * 0.05), 1.0 / (1.0 + _exp((30.0 - v) * 0.1))
    n = 0.1 * _ratio((10.0 - v) * 0.1), 0.125 * _exp(-v * 0.0125)
    return *m, *h, *n


def _changes(c, s, rates):
    """How fast the variables change, with these rates."""
    alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n = rates
    square = s.n * s.n
    i = (
        c.g_na * (s.m * s.m * s.m * s.h) * (c.e_rev_na - s.v)
        + c.g_k * (square * square) * (c.e_rev_k - s.v)
        + c.g_leak * (c.e_rev_leak - s.v)
    )
    i += c.i_offset + s.g_exc * (c.e_rev_exc - s.v) + s.g_inh * (c.e_rev_inh - s.v)
    m, h, n = (
        alpha_m - (alpha_m + beta_m) * s.m,
        alpha_h - (alpha_h + beta_h) * s.h,
        alpha_n - (alpha_n + beta_n) * s.n,
    )
    return State(i * c.charging, m, h, n, -s.g_exc * c.decay_exc, -s.g_inh * c.decay_inh, 0.0)


def derivative_traub(c, s):
    return _changes(c, s, _rates_traub(s.v - c.v_offset))


def derivative_squid(c, s):
    return _changes(c, s, _rates_squid(s.v - c.v_offset))


def _resting(v, rates):
    """The state in which m, h and n stay at potential v."""
    alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n = rates
    return State(v, alpha_m / (alpha_m + beta_m), alpha_h / (alpha_h + beta_h), alpha_n / (alpha_n + beta_n), 0.0, 0.0, 0.0)


def start_traub(c, v):
    return _resting(v, _rates_traub(v - c.v_offset))


def start_squid(c, v):
    return _resting(v, _rates_squid(v - c.v_offset))


def _climb(c, s, v, level, opened):
    """A lower bound on the time from v, where it is last, to a level: m stays below `opened` before, or below what it is now.

    In between dv/dt is at most what it is with h = 1 and n = 0 at the lower end, where all driving forces are largest.
    """
    if v >= level:
        return 0.0
    m = max(s.m, opened)
    i = c.g_na * (m * m * m) * max(s.h, 1.0) * max(c.e_rev_na - v, 0.0) + c.g_leak * (c.e_rev_leak - v) + c.i_offset
    n = max(s.n, 1.0)
    i += c.g_k * (n * n * n * n) * max(c.e_rev_k - v, 0.0)
    i += max(s.g_exc * (c.e_rev_exc - v), s.g_exc * (c.e_rev_exc - level), 0.0)
    i += max(s.g_inh * (c.e_rev_inh - v), s.g_inh * (c.e_rev_inh - level), 0.0)
    if i <= 0.0:
        return math.inf
    return SAFE * ((level - v) / (i * c.charging)) if i < math.inf else 0.0  # what is not a number included


# Levels of v - v_offset on the way to threshold, mV, and how far m opens there.
_LEVELS_TRAUB = tuple((x, _resting(x, _rates_traub(x)).m) for x in (6.0, 9.0, 12.0))
_LEVELS_SQUID = tuple((x, _resting(x, _rates_squid(x)).m) for x in (3.0, 6.0, 9.0))


def _climbs(c, s, levels):
    """A lower bound on the time to the highest of the levels."""
    if not (
        -math.inf < s.v < min(c.v_offset + levels[-1][0], c.v_thresh)
    ):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    t, v = 0.0, s.v
    for x, opened in levels:
        level = min(c.v_offset + x, c.v_thresh)
        t += _climb(c, s, v, level, opened)
        v = max(v, level)
    return t


def crossing_bound_traub(c, s):
    return _climbs(c, s, _LEVELS_TRAUB)


def crossing_bound_squid(c, s):
    return _climbs(c, s, _LEVELS_SQUID)


def receive(c, s, port, weight):
    exc = port == 0
    g_exc, g_inh = s.g_exc + (abs(weight) if exc else 0.0), s.g_inh + (0.0 if exc else abs(weight))
    return State(s.v, s.m, s.h, s.n, g_exc, g_inh, s.spiking)


def fire(c, s):
    # Not below threshold by a rounding, which would make the same crossing count twice.
    return State(max(s.v, c.v_thresh), s.m, s.h, s.n, s.g_exc, s.g_inh, 1.0)


def _model(derivative, crossing_bound, start, variant, **defaults):
    """The model with one set of rates, and what differs in its parameters' defaults."""
    parameters = (
        Parameter("c_m", 200.0, "pF", low=0.0, low_open=True),
        Parameter("g_na", 20000.0, "nS", low=0.0),
        Parameter("g_k", 6000.0, "nS", low=0.0),
        Parameter("g_leak", 10.0, "nS", low=0.0),
        Parameter("e_rev_na", 50.0, "mV"),
        Parameter("e_rev_k", -90.0, "mV"),
        Parameter("e_rev_leak", -65.0, "mV"),
        Parameter("v_rest", -65.0, "mV"),
        Parameter("v_offset", -63.0, "mV"),
        Parameter("v_thresh", 0.0, "mV"),
        Parameter("t_ref", 0.0, "ms", low=0.0),
        Parameter("i_offset", 0.0, "pA"),
        Parameter("tau_syn_exc", 0.2, "ms", low=0.0, low_open=True),
        Parameter("tau_syn_inh", 2.0, "ms", low=0.0, low_open=True),
        Parameter("e_rev_exc", 0.0, "mV"),
        Parameter("e_rev_inh", -80.0, "mV"),
        TOLERANCE,
    )
    return NeuronModel(
        name="HodgkinHuxley",
        documentation=__doc__,
        parameters=tuple(Parameter(p.name, defaults.get(p.name, p.default), p.unit, p.low, p.low_open, p.high) for p in parameters),
        parameter_type=Parameters,
        constant_type=Constants,
        state_type=State,
        ports=("exc", "inh"),
        weight_unit="nS",
        exactness=BOUNDED,
        prepare=prepare,
        derivative=derivative,
        crossing_bound=crossing_bound,
        latched=True,
        first_step=0.25,
        start=start,
        receive=receive,
        receive_refractory=receive,
        fire=fire,
        unsigned=True,
        ordered=(("v_rest", "v_thresh"),),
        source="Hodgkin & Huxley 1952, doi 10.1113/jphysiol.1952.sp004764, eqs. 12-26; Brette et al. 2007, doi 10.1007/s10827-007-0038-6",
        variant=variant,
    )


HODGKIN_HUXLEY = _model(derivative_traub, crossing_bound_traub, start_traub, 0)
HODGKIN_HUXLEY_SQUID = _model(
    derivative_squid,
    crossing_bound_squid,
    start_squid,
    1,
    g_na=24000.0,
    g_k=7200.0,
    g_leak=60.0,
    e_rev_k=-77.0,
    e_rev_leak=-54.387,
    v_offset=-65.0,
)


def HodgkinHuxley(*unnamed, kinetics="traub", **parameters):
    """A Hodgkin-Huxley neuron, integrated with error control (class "bounded").

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    kinetics : "traub" or "squid"
        The rates of the gates, and which defaults.
    **parameters
        c_m (200 pF), g_na, g_k, g_leak (20000, 6000, 10 nS; squid 24000, 7200, 60 nS), e_rev_na, e_rev_k, e_rev_leak (50, -90,
        -65 mV; squid 50, -77, -54.387 mV), v_rest (where v begins, -65 mV), v_offset (of the rates, -63 mV; squid -65 mV), v_thresh (0 mV), t_ref
        (0 ms), i_offset (0 pA), tau_syn_exc, tau_syn_inh (0.2, 2 ms), e_rev_exc, e_rev_inh (0, -80 mV), tolerance (1e-9).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`.
    """
    return chosen_variant("HodgkinHuxley", "kinetics", kinetics, {"traub": HODGKIN_HUXLEY, "squid": HODGKIN_HUXLEY_SQUID})(
        *unnamed, **parameters
    )
