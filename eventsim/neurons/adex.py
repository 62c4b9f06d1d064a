"""Adaptive exponential integrate-and-fire neuron, with synaptic conductances or currents.

    tau_m dv/dt = (v_rest - v) + delta_t exp((v - v_thresh) / delta_t) + (tau_m / c_m) (i_offset - w + i_syn)
    tau_w dw/dt = a (v - v_rest) - w
    i_syn = g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v)     tau_k dg_k/dt = -g_k     g_k -> g_k + |weight|
    or i_syn = i_exc + i_inh (synapses="current")             tau_k di_k/dt = -i_k     i_k -> i_k + weight

Where v reaches v_spike the neuron fires: v -> v_reset, w -> w + b. Weights are jumps of a conductance in nS or of a current in pA;
the sign chooses the receptor. In refractoriness v is clamped while w, conductances and currents go on.

Exactness class: bounded. Method: Runge-Kutta of order 8 with error control (numerics/trajectory.py); in the upstroke the potential is
the independent variable, so that threshold is met exactly. `tolerance` is that of each step, relative to 10 mV and to the other variables.

Source
    Brette & Gerstner 2005, doi 10.1152/jn.00686.2005, eqs. 1-3. Defaults: PyNN's EIF_cond_exp_isfa_ista (units here: ms, mV, pA, pF, nS).
"""

import math
from collections import namedtuple

from ..numerics.trajectory import LARGEST_EXPONENT, SAFE
from .model import BOUNDED, TOLERANCE, NeuronModel, Parameter, chosen_variant

_HORIZON = 20.0  # ms for which the bound on a crossing is made

_COMMON = ("tau_m", "c_m", "v_rest", "v_reset", "v_thresh", "v_spike", "delta_t", "a", "b", "tau_w", "t_ref", "i_offset")
_SYNAPSES = ("tau_syn_exc", "tau_syn_inh")
_REVERSAL = ("e_rev_exc", "e_rev_inh")
_CONSTANTS = (
    *("v_thresh", "v_reset", "t_ref", "tolerance", "leak", "charging", "v_rest", "v_rise", "delta_t", "sharpness", "a", "b", "decay_w"),
    *("i_offset", "decay_exc", "decay_inh"),
)

# v_thresh: where it fires (v_spike); v_rise: where the exponential begins (v_thresh). The others are reciprocals of parameters: leak and
# decays of time constants (1/ms), charging of c_m (mV/ms for 1 pA), sharpness of delta_t (1/mV): multiplying takes less time.
Constants = namedtuple("Constants", _CONSTANTS)
ConstantsConductance = namedtuple("ConstantsConductance", (*_CONSTANTS, *_REVERSAL))
State = namedtuple("State", ("v", "w", "i_exc", "i_inh"))
StateConductance = namedtuple("StateConductance", ("v", "w", "g_exc", "g_inh"))


def prepare(p):
    return Constants(*_prepared(p))


def prepare_conductance(p):
    return ConstantsConductance(*_prepared(p), p.e_rev_exc, p.e_rev_inh)


def _prepared(p):
    first = (p.v_spike, p.v_reset, p.t_ref, p.tolerance, 1.0 / p.tau_m, 1.0 / p.c_m, p.v_rest, p.v_thresh, p.delta_t, 1.0 / p.delta_t)
    return (*first, p.a, p.b, 1.0 / p.tau_w, p.i_offset, 1.0 / p.tau_syn_exc, 1.0 / p.tau_syn_inh)


def _slopes(c, v, w, i_syn):
    """dv/dt and dw/dt."""
    rise = c.delta_t * math.exp(min((v - c.v_rise) * c.sharpness, LARGEST_EXPONENT))
    return ((c.v_rest - v) + rise) * c.leak + (c.i_offset - w + i_syn) * c.charging, (c.a * (v - c.v_rest) - w) * c.decay_w


def derivative(c, s):
    dv, dw = _slopes(c, s.v, s.w, s.i_exc + s.i_inh)
    return State(dv, dw, -s.i_exc * c.decay_exc, -s.i_inh * c.decay_inh)


def derivative_conductance(c, s):
    dv, dw = _slopes(c, s.v, s.w, s.g_exc * (c.e_rev_exc - s.v) + s.g_inh * (c.e_rev_inh - s.v))
    return StateConductance(dv, dw, -s.g_exc * c.decay_exc, -s.g_inh * c.decay_inh)


def _highest_slope(c, v, w, i_syn):
    """An upper bound on dv/dt at v <= v_rise, without an exponential: exp(x) >= 1 + x + x**2 / 2 for x >= 0."""
    x = (c.v_rise - v) * c.sharpness
    return ((c.v_rest - v) + c.delta_t / (1.0 + x + 0.5 * x * x)) * c.leak + (c.i_offset - w + i_syn) * c.charging


def _bound(c, v, w, lowest, i_here, i_there):
    """A time in which v does not reach v_rise; inf: never.

    From the last time at v on, v lies between v and v_rise, where dv/dt is convex in v and thus at most what it is at one of the ends.

    lowest : a potential that v is never below; i_here, i_there : upper bounds on the synaptic current at v and at v_rise
    """
    level = c.a * ((lowest if c.a >= 0.0 else c.v_rise) - c.v_rest)  # w relaxes to what is never below this
    fall = max(0.0, w - level)
    if _highest_slope(c, c.v_rise, w - fall, i_there) < 0.0:
        return math.inf
    soon = w - fall * min(1.0, _HORIZON * c.decay_w)
    steepest = max(_highest_slope(c, v, soon, i_here), _highest_slope(c, c.v_rise, soon, i_there))
    if steepest * _HORIZON <= c.v_rise - v:
        return _HORIZON
    return SAFE * ((c.v_rise - v) / steepest)


def crossing_bound(c, s):
    if not (-math.inf < s.v < c.v_rise):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    excitation, inhibition = max(s.i_exc, 0.0) + max(s.i_inh, 0.0), min(s.i_exc, 0.0) + min(s.i_inh, 0.0)
    w = max(s.w, c.a * (c.v_rise - c.v_rest))
    lowest = min(s.v, c.v_rest + (c.i_offset - w + inhibition) * c.charging / c.leak)
    return _bound(c, s.v, s.w, lowest, excitation, excitation)


def crossing_bound_conductance(c, s):
    if not (-math.inf < s.v < c.v_rise):
        return 0.0
    w = max(s.w, c.a * (c.v_rise - c.v_rest))
    lowest = min(s.v, c.e_rev_exc, c.e_rev_inh, c.v_rest + (c.i_offset - w) * c.charging / c.leak)
    here = s.g_exc * max(c.e_rev_exc - s.v, 0.0) + s.g_inh * max(c.e_rev_inh - s.v, 0.0)
    there = s.g_exc * max(c.e_rev_exc - c.v_rise, 0.0) + s.g_inh * max(c.e_rev_inh - c.v_rise, 0.0)
    return _bound(c, s.v, s.w, lowest, here, there)


def receive(c, s, port, weight):
    exc = port == 0
    return State(s.v, s.w, s.i_exc + (weight if exc else 0.0), s.i_inh + (0.0 if exc else weight))


def receive_conductance(c, s, port, weight):
    exc = port == 0
    return StateConductance(s.v, s.w, s.g_exc + (abs(weight) if exc else 0.0), s.g_inh + (0.0 if exc else abs(weight)))


def fire(c, s):
    return State(c.v_reset, s.w + c.b, s.i_exc, s.i_inh)


def fire_conductance(c, s):
    return StateConductance(c.v_reset, s.w + c.b, s.g_exc, s.g_inh)


_PARAMETERS = (
    Parameter("tau_m", 9.3667, "ms", low=0.0, low_open=True),
    Parameter("c_m", 281.0, "pF", low=0.0, low_open=True),
    Parameter("v_rest", -70.6, "mV"),
    Parameter("v_reset", -70.6, "mV"),
    Parameter("v_thresh", -50.4, "mV"),
    Parameter("v_spike", -40.0, "mV"),
    Parameter("delta_t", 2.0, "mV", low=0.0, low_open=True),
    Parameter("a", 4.0, "nS"),
    Parameter("b", 80.5, "pA"),
    Parameter("tau_w", 144.0, "ms", low=0.0, low_open=True),
    Parameter("t_ref", 0.1, "ms", low=0.0),
    Parameter("i_offset", 0.0, "pA"),
    Parameter("tau_syn_exc", 5.0, "ms", low=0.0, low_open=True),
    Parameter("tau_syn_inh", 5.0, "ms", low=0.0, low_open=True),
    TOLERANCE,
)

ADEX_CURRENT = NeuronModel(
    name="AdEx",
    documentation=__doc__,
    parameters=_PARAMETERS,
    parameter_type=namedtuple("Parameters", (*_COMMON, *_SYNAPSES, "tolerance")),
    constant_type=Constants,
    state_type=State,
    ports=("exc", "inh"),
    weight_unit="pA",
    exactness=BOUNDED,
    prepare=prepare,
    derivative=derivative,
    crossing_bound=crossing_bound,
    receive=receive,
    receive_refractory=receive,
    fire=fire,
    ordered=(("v_reset", "v_spike"), ("v_thresh", "v_spike")),
    source="Brette & Gerstner 2005, doi 10.1152/jn.00686.2005, eqs. 1-3",
    variant=1,
)

ADEX = NeuronModel(
    name="AdEx",
    documentation=__doc__,
    parameters=(*_PARAMETERS[:-1], Parameter("e_rev_exc", 0.0, "mV"), Parameter("e_rev_inh", -80.0, "mV"), TOLERANCE),
    parameter_type=namedtuple("Parameters", (*_COMMON, *_SYNAPSES, *_REVERSAL, "tolerance")),
    constant_type=ConstantsConductance,
    state_type=StateConductance,
    ports=("exc", "inh"),
    weight_unit="nS",
    exactness=BOUNDED,
    prepare=prepare_conductance,
    derivative=derivative_conductance,
    crossing_bound=crossing_bound_conductance,
    receive=receive_conductance,
    receive_refractory=receive_conductance,
    fire=fire_conductance,
    unsigned=True,
    ordered=(("v_reset", "v_spike"), ("v_thresh", "v_spike")),
    source="Brette & Gerstner 2005, doi 10.1152/jn.00686.2005, eqs. 1-3",
)


def AdEx(*unnamed, synapses="conductance", **parameters):
    """An adaptive exponential integrate-and-fire neuron, integrated with error control (class "bounded").

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    synapses : "conductance" or "current"
        Whether weights are jumps of a conductance (nS) or of a current (pA), both decaying exponentially.
    **parameters
        tau_m, c_m, v_rest, v_reset (9.3667 ms, 281 pF, -70.6 mV, -70.6 mV), v_thresh, v_spike, delta_t (where the exponential begins,
        where the neuron fires, and its width: -50.4, -40, 2 mV), a, b, tau_w (adaptation: 4 nS, 80.5 pA, 144 ms), t_ref (0.1 ms),
        i_offset (0 pA), tau_syn_exc, tau_syn_inh (5 ms), e_rev_exc, e_rev_inh (0, -80 mV; of conductances), tolerance (1e-9).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`.

    Examples
    --------
    >>> import eventsim as es
    >>> es.AdEx(b=0.0).model.variables, es.AdEx(synapses="current").model.variables
    (('v', 'w', 'g_exc', 'g_inh'), ('v', 'w', 'i_exc', 'i_inh'))
    """
    return chosen_variant("AdEx", "synapses", synapses, {"conductance": ADEX, "current": ADEX_CURRENT})(*unnamed, **parameters)
