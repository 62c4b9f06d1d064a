"""Leaky integrate-and-fire neuron with synaptic conductances, exponential or alpha-shaped.

    tau_m dv/dt = (v_rest - v) + (tau_m / c_m) (i_offset + g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v))
    exponential:             dg_k/dt = -g_k / tau_k                              g_k -> g_k + |weight|
    alpha (shape="alpha"):   dg_k/dt = x_k - g_k / tau_k, dx_k/dt = -x_k / tau_k     x_k -> x_k + |weight| e / tau_k

The weight is the jump of the conductance, or the height that an alpha function reaches after tau_k, in nS; its sign chooses the receptor.
In refractoriness the membrane is clamped while conductances go on.

Exactness class: bounded. Method: Runge-Kutta of order 8 with error control (numerics/trajectory.py), crossings located on its dense output
and polished. `tolerance` is that of each step, relative to 10 mV and to the other variables.

Source
    Rothman 2014, Modeling Synapses, doi 10.1007/978-1-4614-7320-6_240-1 (conductances); Brette et al. 2007,
    doi 10.1007/s10827-007-0038-6, benchmark 1. Defaults: PyNN's IF_cond_exp and IF_cond_alpha (units here: ms, mV, pF, nS).
"""

import math
from collections import namedtuple

from ..numerics.trajectory import SAFE
from .model import BOUNDED, TOLERANCE, NeuronModel, Parameter, chosen_variant

_PER_E = math.exp(-1.0)

Parameters = namedtuple(
    "Parameters",
    "tau_m c_m v_rest v_reset v_thresh t_ref i_offset tau_syn_exc tau_syn_inh e_rev_exc e_rev_inh tolerance",
)
# leak and decays are reciprocals of time constants, 1/ms; charging that of c_m, mV/ms for 1 pA.
Constants = namedtuple(
    "Constants", "v_thresh v_reset t_ref tolerance leak charging v_rest i_offset decay_exc decay_inh e_rev_exc e_rev_inh"
)
State = namedtuple("State", ("v", "g_exc", "g_inh"))
StateAlpha = namedtuple("StateAlpha", ("v", "g_exc", "g_inh", "x_exc", "x_inh"))


def prepare(p):
    first = (p.v_thresh, p.v_reset, p.t_ref, p.tolerance, 1.0 / p.tau_m, 1.0 / p.c_m, p.v_rest, p.i_offset)
    return Constants(*first, 1.0 / p.tau_syn_exc, 1.0 / p.tau_syn_inh, p.e_rev_exc, p.e_rev_inh)


def _slope(c, v, g_exc, g_inh):
    """dv/dt."""
    return (c.v_rest - v) * c.leak + (c.i_offset + g_exc * (c.e_rev_exc - v) + g_inh * (c.e_rev_inh - v)) * c.charging


def derivative(c, s):
    return State(_slope(c, s.v, s.g_exc, s.g_inh), -s.g_exc * c.decay_exc, -s.g_inh * c.decay_inh)


def derivative_alpha(c, s):
    g_exc, g_inh = s.x_exc - s.g_exc * c.decay_exc, s.x_inh - s.g_inh * c.decay_inh
    return StateAlpha(_slope(c, s.v, s.g_exc, s.g_inh), g_exc, g_inh, -s.x_exc * c.decay_exc, -s.x_inh * c.decay_inh)


def _bound(c, v, g_exc, g_inh):
    """A time in which v does not reach threshold, the conductances never being more than given; inf: never.

    From the last time at v on, v lies between v and threshold, where what depolarises most does so most at v.
    """
    if not (-math.inf < v < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    if _highest_slope(c, c.v_thresh, g_exc, g_inh) < 0.0:
        return math.inf
    steepest = _highest_slope(c, v, g_exc, g_inh)
    return SAFE * ((c.v_thresh - v) / steepest) if steepest > 0.0 else math.inf


def _highest_slope(c, v, g_exc, g_inh):
    """dv/dt at v with the conductances given as far as they depolarise."""
    current = g_exc * max(c.e_rev_exc - v, 0.0) + g_inh * max(c.e_rev_inh - v, 0.0)
    return (c.v_rest - v) * c.leak + (c.i_offset + current) * c.charging


def crossing_bound(c, s):
    return _bound(c, s.v, s.g_exc, s.g_inh)


def crossing_bound_alpha(c, s):
    # (g + x t) exp(-t / tau) is at most g + x tau / e.
    return _bound(c, s.v, s.g_exc + s.x_exc * _PER_E / c.decay_exc, s.g_inh + s.x_inh * _PER_E / c.decay_inh)


def receive(c, s, port, weight):
    exc = port == 0
    return State(s.v, s.g_exc + (abs(weight) if exc else 0.0), s.g_inh + (0.0 if exc else abs(weight)))


def receive_alpha(c, s, port, weight):
    exc = port == 0
    x_exc = s.x_exc + (abs(weight) * c.decay_exc / _PER_E if exc else 0.0)
    x_inh = s.x_inh + (0.0 if exc else abs(weight) * c.decay_inh / _PER_E)
    return StateAlpha(s.v, s.g_exc, s.g_inh, x_exc, x_inh)


def fire(c, s):
    return State(c.v_reset, s.g_exc, s.g_inh)


def fire_alpha(c, s):
    return StateAlpha(c.v_reset, s.g_exc, s.g_inh, s.x_exc, s.x_inh)


def _parameters(tau_exc, tau_inh):
    return (
        Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
        Parameter("c_m", 1000.0, "pF", low=0.0, low_open=True),
        Parameter("v_rest", -65.0, "mV"),
        Parameter("v_reset", -65.0, "mV"),
        Parameter("v_thresh", -50.0, "mV"),
        Parameter("t_ref", 0.1, "ms", low=0.0),
        Parameter("i_offset", 0.0, "pA"),
        Parameter("tau_syn_exc", tau_exc, "ms", low=0.0, low_open=True),
        Parameter("tau_syn_inh", tau_inh, "ms", low=0.0, low_open=True),
        Parameter("e_rev_exc", 0.0, "mV"),
        Parameter("e_rev_inh", -70.0, "mV"),
        TOLERANCE,
    )


_SOURCE = "Brette et al. 2007, doi 10.1007/s10827-007-0038-6, benchmark 1; Rothman 2014, doi 10.1007/978-1-4614-7320-6_240-1"

LIF_COND = NeuronModel(
    name="LIFCond",
    documentation=__doc__,
    parameters=_parameters(5.0, 5.0),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    ports=("exc", "inh"),
    weight_unit="nS",
    exactness=BOUNDED,
    prepare=prepare,
    derivative=derivative,
    crossing_bound=crossing_bound,
    receive=receive,
    receive_refractory=receive,
    fire=fire,
    unsigned=True,
    source=_SOURCE,
)

LIF_COND_ALPHA = NeuronModel(
    name="LIFCond",
    documentation=__doc__,
    parameters=_parameters(0.3, 0.5),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=StateAlpha,
    ports=("exc", "inh"),
    weight_unit="nS",
    exactness=BOUNDED,
    prepare=prepare,
    derivative=derivative_alpha,
    crossing_bound=crossing_bound_alpha,
    receive=receive_alpha,
    receive_refractory=receive_alpha,
    fire=fire_alpha,
    unsigned=True,
    source=_SOURCE,
    variant=1,
)


def LIFCond(*unnamed, shape="exponential", **parameters):
    """A leaky integrate-and-fire neuron with synaptic conductances, integrated with error control (class "bounded").

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    shape : "exponential" or "alpha"
        How a conductance goes on after a delivery. The weight (nS) is its jump, or the height of its peak.
    **parameters
        tau_m, c_m, v_rest, v_reset, v_thresh (20 ms, 1000 pF, -65, -65, -50 mV), t_ref (0.1 ms), i_offset (0 pA), tau_syn_exc,
        tau_syn_inh (5 ms; alpha: 0.3, 0.5 ms), e_rev_exc, e_rev_inh (reversal potentials, 0 and -70 mV), tolerance (1e-9).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`.
    """
    return chosen_variant("LIFCond", "shape", shape, {"exponential": LIF_COND, "alpha": LIF_COND_ALPHA})(*unnamed, **parameters)
