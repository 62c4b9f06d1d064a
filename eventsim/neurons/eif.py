"""Exponential integrate-and-fire neuron, with synaptic conductances or currents.

    tau_m dv/dt = (v_rest - v) + delta_t exp((v - v_thresh) / delta_t) + (tau_m / c_m) (i_offset + i_syn)
    i_syn = g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v)     tau_k dg_k/dt = -g_k     g_k -> g_k + |weight|
    or i_syn = i_exc + i_inh (synapses="current")             tau_k di_k/dt = -i_k     i_k -> i_k + weight

Where v reaches v_spike the neuron fires: v -> v_reset. Weights are jumps of a conductance in nS or of a current in pA; the sign chooses
the receptor. In refractoriness v is clamped while conductances and currents go on.

Exactness class: bounded. Method: Runge-Kutta of order 8 with error control (numerics/trajectory.py); in the upstroke the potential is
the independent variable, so that threshold is met exactly. `tolerance` is that of each step, relative to 10 mV and to the other variables.

Source
    Fourcaud-Trocme, Hansel, van Vreeswijk & Brunel 2003, doi 10.1523/JNEUROSCI.23-37-11628.2003, eqs. 1 and 6. Defaults: those of AdEx
    (PyNN's EIF_cond_exp_isfa_ista) without adaptation.
"""

import math
from collections import namedtuple

from ..numerics.trajectory import LARGEST_EXPONENT, SAFE
from .model import BOUNDED, TOLERANCE, NeuronModel, Parameter, chosen_variant

_COMMON = ("tau_m", "c_m", "v_rest", "v_reset", "v_thresh", "v_spike", "delta_t", "t_ref", "i_offset", "tau_syn_exc", "tau_syn_inh")
_REVERSAL = ("e_rev_exc", "e_rev_inh")
_CONSTANTS = (
    *("v_thresh", "v_reset", "t_ref", "tolerance", "leak", "charging", "v_rest", "v_rise", "delta_t", "sharpness"),
    *("i_offset", "decay_exc", "decay_inh"),
)

# As in adex.py: v_thresh is where it fires (v_spike), v_rise where the exponential begins (v_thresh); reciprocals of parameters.
Constants = namedtuple("Constants", _CONSTANTS)
ConstantsConductance = namedtuple("ConstantsConductance", (*_CONSTANTS, *_REVERSAL))
State = namedtuple("State", ("v", "i_exc", "i_inh"))
StateConductance = namedtuple("StateConductance", ("v", "g_exc", "g_inh"))


def prepare(p):
    return Constants(*_prepared(p))


def prepare_conductance(p):
    return ConstantsConductance(*_prepared(p), p.e_rev_exc, p.e_rev_inh)


def _prepared(p):
    first = (p.v_spike, p.v_reset, p.t_ref, p.tolerance, 1.0 / p.tau_m, 1.0 / p.c_m, p.v_rest, p.v_thresh, p.delta_t, 1.0 / p.delta_t)
    return (*first, p.i_offset, 1.0 / p.tau_syn_exc, 1.0 / p.tau_syn_inh)


def _slope(c, v, i_syn):
    """dv/dt."""
    rise = c.delta_t * math.exp(min((v - c.v_rise) * c.sharpness, LARGEST_EXPONENT))
    return ((c.v_rest - v) + rise) * c.leak + (c.i_offset + i_syn) * c.charging


def derivative(c, s):
    return State(_slope(c, s.v, s.i_exc + s.i_inh), -s.i_exc * c.decay_exc, -s.i_inh * c.decay_inh)


def derivative_conductance(c, s):
    i_syn = s.g_exc * (c.e_rev_exc - s.v) + s.g_inh * (c.e_rev_inh - s.v)
    return StateConductance(_slope(c, s.v, i_syn), -s.g_exc * c.decay_exc, -s.g_inh * c.decay_inh)


def _highest_slope(c, v, i_syn):
    """An upper bound on dv/dt at v <= v_rise, without an exponential: exp(x) >= 1 + x + x**2 / 2 for x >= 0."""
    x = (c.v_rise - v) * c.sharpness
    return ((c.v_rest - v) + c.delta_t / (1.0 + x + 0.5 * x * x)) * c.leak + (c.i_offset + i_syn) * c.charging


def _bound(c, v, here, there):
    """A time in which v does not reach v_rise; inf: never. here, there : upper bounds on the synaptic current at v and at v_rise.

    From the last time at v on, v lies between v and v_rise, where dv/dt is convex in v and thus at most what it is at one of the ends.
    """
    at_rise = _highest_slope(c, c.v_rise, there)
    if at_rise < 0.0:
        return math.inf
    steepest = max(_highest_slope(c, v, here), at_rise)
    return SAFE * ((c.v_rise - v) / steepest) if steepest > 0.0 else math.inf


def crossing_bound(c, s):
    if not (-math.inf < s.v < c.v_rise):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    excitation = max(s.i_exc, 0.0) + max(s.i_inh, 0.0)
    return _bound(c, s.v, excitation, excitation)


def crossing_bound_conductance(c, s):
    if not (-math.inf < s.v < c.v_rise):
        return 0.0
    here = s.g_exc * max(c.e_rev_exc - s.v, 0.0) + s.g_inh * max(c.e_rev_inh - s.v, 0.0)
    there = s.g_exc * max(c.e_rev_exc - c.v_rise, 0.0) + s.g_inh * max(c.e_rev_inh - c.v_rise, 0.0)
    return _bound(c, s.v, here, there)


def receive(c, s, port, weight):
    exc = port == 0
    return State(s.v, s.i_exc + (weight if exc else 0.0), s.i_inh + (0.0 if exc else weight))


def receive_conductance(c, s, port, weight):
    exc = port == 0
    return StateConductance(s.v, s.g_exc + (abs(weight) if exc else 0.0), s.g_inh + (0.0 if exc else abs(weight)))


def fire(c, s):
    return State(c.v_reset, s.i_exc, s.i_inh)


def fire_conductance(c, s):
    return StateConductance(c.v_reset, s.g_exc, s.g_inh)


_PARAMETERS = (
    Parameter("tau_m", 9.3667, "ms", low=0.0, low_open=True),
    Parameter("c_m", 281.0, "pF", low=0.0, low_open=True),
    Parameter("v_rest", -70.6, "mV"),
    Parameter("v_reset", -70.6, "mV"),
    Parameter("v_thresh", -50.4, "mV"),
    Parameter("v_spike", -40.0, "mV"),
    Parameter("delta_t", 2.0, "mV", low=0.0, low_open=True),
    Parameter("t_ref", 0.1, "ms", low=0.0),
    Parameter("i_offset", 0.0, "pA"),
    Parameter("tau_syn_exc", 5.0, "ms", low=0.0, low_open=True),
    Parameter("tau_syn_inh", 5.0, "ms", low=0.0, low_open=True),
)

_SOURCE = "Fourcaud-Trocme, Hansel, van Vreeswijk & Brunel 2003, doi 10.1523/JNEUROSCI.23-37-11628.2003, eqs. 1 and 6"

EIF_CURRENT = NeuronModel(
    name="EIF",
    documentation=__doc__,
    parameters=(*_PARAMETERS, TOLERANCE),
    parameter_type=namedtuple("Parameters", (*_COMMON, "tolerance")),
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
    source=_SOURCE,
    variant=1,
)

EIF_CONDUCTANCE = NeuronModel(
    name="EIF",
    documentation=__doc__,
    parameters=(*_PARAMETERS, Parameter("e_rev_exc", 0.0, "mV"), Parameter("e_rev_inh", -80.0, "mV"), TOLERANCE),
    parameter_type=namedtuple("Parameters", (*_COMMON, *_REVERSAL, "tolerance")),
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
    source=_SOURCE,
)


def EIF(*unnamed, synapses="conductance", **parameters):
    """An exponential integrate-and-fire neuron, integrated with error control (class "bounded").

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    synapses : "conductance" or "current"
        Whether weights are jumps of a conductance (nS) or of a current (pA), both decaying exponentially.
    **parameters
        tau_m, c_m, v_rest, v_reset (9.3667 ms, 281 pF, -70.6 mV, -70.6 mV), v_thresh, v_spike, delta_t (where the exponential begins,
        where the neuron fires, and its width: -50.4, -40, 2 mV), t_ref (0.1 ms), i_offset (0 pA), tau_syn_exc, tau_syn_inh (5 ms),
        e_rev_exc, e_rev_inh (0, -80 mV; of conductances), tolerance (1e-9).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`.
    """
    return chosen_variant("EIF", "synapses", synapses, {"conductance": EIF_CONDUCTANCE, "current": EIF_CURRENT})(*unnamed, **parameters)
