"""Quadratic integrate-and-fire neuron with recovery, after Izhikevich, as the differential equation that it is.

    dv/dt = 0.04 v**2 + 5 v + 140 - u + i_offset       v -> v + weight at a delivery
    du/dt = a (b v - u)

Where v reaches v_thresh the neuron fires: v -> v_reset (the paper's c), u -> u + d. Time is in ms and v in mV; a current of 1 pA changes
v by 1 mV/ms, as in PyNN (whose i_offset is in nA and multiplied by 1000). The weight is the jump of v in mV. v begins at v_rest and u at
b v_rest. In refractoriness (none by default) v is clamped while u goes on.

Published figures of this model come from Euler's method with steps of 0.1 to 1 ms, whose spikes depend on the step. Here the equation
is solved to `tolerance`, so spike times and sometimes patterns differ from such figures; `Izhikevich(scheme="2003")` and `"2004"` are
the published schemes (izhikevich_published.py).

Exactness class: bounded. Method: Runge-Kutta of order 8 with error control (numerics/trajectory.py); in the upstroke the potential is
the independent variable, so that threshold is met exactly.

Source
    Izhikevich 2003, doi 10.1109/TNN.2003.820440, eqs. 1-3. Defaults: PyNN's Izhikevich.
"""

import math
from typing import NamedTuple

from ..numerics.trajectory import SAFE
from .izhikevich_published import IZHIKEVICH_2003, IZHIKEVICH_2004
from .model import BOUNDED, TOLERANCE, NeuronModel, Parameter, chosen_variant

_HORIZON = 20.0  # ms for which the bound on a crossing is made
_BOTTOM = -62.5  # mV, where 0.04 v**2 + 5 v + 140 is least
_LEVEL = -45.0  # mV, below which the bound is made


class Parameters(NamedTuple):
    a: float  # rate of recovery, 1/ms, >= 0
    b: float  # its dependence on the potential
    d: float  # its jump at a spike, mV/ms
    v_rest: float  # where v begins, mV
    v_reset: float  # potential after a spike (the paper's c), mV, < v_thresh
    v_thresh: float  # where the neuron fires, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA (mV/ms)
    tolerance: float  # of a step


class Constants(NamedTuple):
    v_thresh: float
    v_reset: float
    t_ref: float
    tolerance: float
    a: float
    b: float
    d: float
    i_offset: float


class State(NamedTuple):
    v: float  # membrane potential, mV
    u: float  # recovery, mV/ms


def prepare(p):
    return Constants(p.v_thresh, p.v_reset, p.t_ref, p.tolerance, p.a, p.b, p.d, p.i_offset)


def start(c, v):
    return State(v, c.b * v)


def derivative(c, s):
    return State((0.04 * s.v + 5.0) * s.v + 140.0 - s.u + c.i_offset, c.a * (c.b * s.v - s.u))


def _lowest(c, s, level):
    """A potential that v is never below while it is below `level`: where it would turn under the strongest recovery."""
    u = max(s.u, c.b * level)
    depth = (u - c.i_offset + 16.25) / 0.04
    return min(s.v, _BOTTOM - math.sqrt(depth)) if depth > 0.0 else s.v


def crossing_bound(c, s):
    if not (-math.inf < s.v < min(_LEVEL, c.v_thresh)):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    # v can not pass a level at which it would fall even with the weakest recovery that there can be.
    level = max(s.v, _BOTTOM)
    fall = max(0.0, s.u - c.b * (_lowest(c, s, level) if c.b >= 0.0 else level))
    if level < c.v_thresh and (0.04 * level + 5.0) * level + 140.0 - (s.u - fall) + c.i_offset < 0.0:
        return math.inf
    level = min(_LEVEL, c.v_thresh)
    fall = max(0.0, s.u - c.b * (_lowest(c, s, level) if c.b >= 0.0 else level))
    weakest = s.u - fall * min(1.0, _HORIZON * c.a)
    # Between v and the level the slope is convex in v, and thus at most what it is at one of the ends.
    highest = max((0.04 * s.v + 5.0) * s.v, (0.04 * level + 5.0) * level)
    steepest = highest + 140.0 - weakest + c.i_offset
    if steepest * _HORIZON <= level - s.v:
        return _HORIZON
    return SAFE * ((level - s.v) / steepest)


def receive(c, s, port, w):
    return State(s.v + w, s.u)


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    return State(c.v_reset, s.u + c.d)


IZHIKEVICH = NeuronModel(
    name="Izhikevich",
    documentation=__doc__,
    parameters=(
        Parameter("a", 0.02, "1/ms", low=0.0),
        Parameter("b", 0.2, "1/ms"),
        Parameter("d", 2.0, "mV/ms"),
        Parameter("v_rest", -70.0, "mV"),
        Parameter("v_reset", -65.0, "mV"),
        Parameter("v_thresh", 30.0, "mV"),
        Parameter("t_ref", 0.0, "ms", low=0.0),
        Parameter("i_offset", 0.0, "pA"),
        TOLERANCE,
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    ports=("all",),
    weight_unit="mV",
    exactness=BOUNDED,
    prepare=prepare,
    derivative=derivative,
    start=start,
    crossing_bound=crossing_bound,
    receive=receive,
    receive_refractory=receive_refractory,
    fire=fire,
    source="Izhikevich 2003, doi 10.1109/TNN.2003.820440, eqs. 1-3",
)

_SCHEMES = {"continuous": IZHIKEVICH, "2003": IZHIKEVICH_2003, "2004": IZHIKEVICH_2004}


def Izhikevich(*unnamed, scheme="continuous", **parameters):
    """Izhikevich's neuron: its differential equation (class "bounded"), or the scheme of its papers (class "as-published").

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    scheme : "continuous", "2003" or "2004"
        Solved to `tolerance`; or by forward Euler on a grid, as the scripts of the two papers do it, v in two half steps ("2003")
        or in one. Weights are jumps of v (mV) where continuous, in a scheme of the papers currents (pA) that last for one step.
    **parameters
        a (0.02 1/ms), b (0.2 1/ms), d (2 mV/ms), v_rest (where v begins, -70 mV), v_reset (the papers' c, -65 mV), v_thresh (30 mV), t_ref
        (0 ms), i_offset (0 pA, that is mV/ms); continuous: tolerance (1e-9); "2003" and "2004": step (1 and 0.25 ms), slope (5 1/ms),
        constant (140 mV/ms), v_zero (0 mV), decay (1).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`.

    Raises
    ------
    ParameterError
        Where the scheme is none of these, or a parameter unknown or out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> for scheme in ("continuous", "2004"):
    ...     net = es.Network()
    ...     cell = net.population(1, es.Izhikevich(scheme=scheme, d=6.0, i_offset=14.0), name="cell")
    ...     sim = es.Simulator(net, engine="reference")
    ...     sim.run(60.0)
    ...     print(sim.stats["exactness"]["cell"], sim.spikes.time.round(3))
    bounded [ 2.631  6.117 18.922 45.918]
    as-published [ 3.    7.   21.5  49.25]
    """
    return chosen_variant("Izhikevich", "scheme", scheme, _SCHEMES)(*unnamed, **parameters)
