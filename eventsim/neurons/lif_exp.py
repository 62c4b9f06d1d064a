"""Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.

    tau_m dv/dt = (v_rest - v) + (tau_m / c_m) (i_offset + sum_k i_k)
    tau_k di_k/dt = -i_k                           i_k -> i_k + w at a delivery to receptor k

The weight is the jump of the receptor's current in pA. Two receptors by default, "exc" and "inh", chosen by the
sign of the weight; `tau_syn=[...]` gives any number of them, chosen by `receptor=`. In refractoriness the
membrane is clamped while currents go on decaying and accumulating.

Exactness class: exact. Crossing: a sequence of lower bounds that approaches the first crossing from the left and
can not pass it (see `next_crossing`).

Source
    Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1. Defaults: PyNN's IF_curr_exp
    (units here: ms, mV, pA, pF).
"""

import math
from collections import namedtuple
from functools import cache

from ..numerics.compensation import RESIDUE, add
from ..numerics.propagators import LONG, charge, charge_short, decayed, decayed_short, halved, relaxed, remaining
from ..numerics.tuples import at, put
from .leaky import (
    MAX_STEPS,
    MEMBRANE,
    NAMES,
    PARAMETERS,
    SAFE,
    V_THRESH,
    above,
    fire,
    margin,
    membrane_constants,
    parabola_reach,
    passive,
    with_current,
    with_variable,
)
from .model import EXACT, NeuronModel, Parameter, chosen_receptors

# The receptors' time constants follow those of the membrane. The variables of a state are v, then one current per receptor.
_FIRST_TAU = len(MEMBRANE)


def flow(c, s, dt):
    variables = len(s) // 2
    z_m = dt / c.tau_m
    lost_m = relaxed(z_m)
    move = ((c.v_inf - s[0]) - s[variables]) * lost_m
    for k in range(1, variables):
        i = at(s, k)
        if i != 0.0:
            tau_syn = at(c, _FIRST_TAU - 1 + k)
            z = dt / tau_syn
            lost = relaxed(z)
            slower = remaining(z_m, lost_m) if c.tau_m >= tau_syn else remaining(z, lost)
            move += i * charge(dt, c.tau_m, tau_syn, slower) / c.c_m
            s = with_variable(s, k, decayed(i, at(s, variables + k), z, lost))
    return with_variable(s, 0, add(s[0], s[variables], move))


def short(c, dt):
    for k in range(1, len(c) - _FIRST_TAU + 1):
        if not (dt < LONG * at(c, _FIRST_TAU - 1 + k)):
            return False
    return dt < LONG * c.tau_m


def flow_short(c, s, dt):
    variables = len(s) // 2
    lost_m, kept_m = halved(dt / c.tau_m)
    move = ((c.v_inf - s[0]) - s[variables]) * lost_m
    for k in range(1, variables):
        tau_syn = at(c, _FIRST_TAU - 1 + k)
        z = dt / tau_syn
        lost, kept = halved(z)
        move += at(s, k) * charge_short(dt, c.tau_m, tau_syn, kept_m if c.tau_m >= tau_syn else kept) / c.c_m
        s = with_variable(s, k, decayed_short(at(s, k), at(s, variables + k), z, lost, kept))
    return with_variable(s, 0, add(s[0], s[variables], move))


def flow_refractory(c, s, dt):
    variables = len(s) // 2
    for k in range(1, variables):
        if at(s, k) != 0.0:
            z = dt / at(c, _FIRST_TAU - 1 + k)
            s = with_variable(s, k, decayed(at(s, k), at(s, variables + k), z, relaxed(z)))
    return s


def _excitation(c, s):
    """The depolarising currents as the potential they would hold, mV."""
    total = 0.0
    for k in range(1, len(s) // 2):
        if at(s, k) > 0.0:
            total += at(s, k)
    return total * c.tau_m / c.c_m


def _slowest_first(c, s):
    """The same neuron with its receptors in order of their time constants, the longest first."""
    for last in range(len(s) // 2 - 1, 1, -1):
        for k in range(1, last):
            tau, later = at(c, _FIRST_TAU - 1 + k), at(c, _FIRST_TAU + k)
            if tau < later:
                c = put(put(c, _FIRST_TAU - 1 + k, later), _FIRST_TAU + k, tau)
                s = put(put(s, k, at(s, k + 1)), k + 1, at(s, k))
    return c, s


def _highest(c, s, sign, changing):
    """An upper bound on sign * sum_k i_k exp(-h/tau_k) over all h >= 0; if `changing`, on that of its derivative.

    With E_k = exp(-h/tau_k), receptors from slow to fast and P_k the sum of the first k coefficients, summation by
    parts gives sum_k P_k (E_k - E_(k+1)), the last difference being E_K. All differences are positive, together at
    most 1, and each at most (tau_k - tau_(k+1))/(e tau_(k+1)): opposite currents of like time constants cancel.
    """
    partial = largest = spread = 0.0
    for k in range(1, len(s) // 2):
        tau = at(c, _FIRST_TAU - 1 + k)
        if k > 1 and partial > 0.0:
            spread += partial * min(1.0, 0.37 * (at(c, _FIRST_TAU - 2 + k) - tau) / tau)
        partial += -sign * at(s, k) / tau if changing else sign * at(s, k)
        largest = max(largest, partial)
    return min(largest, max(partial, 0.0) + spread)


def _parabola_step(c, s, gap):
    """A time in which v cannot rise by gap, from its slope now and the largest curvature it can have below threshold.

    v'' = (R sum i_k' - v')/tau_m, and below threshold v' is at least what it would be there with the least current.
    So v(x) <= v + v' x + bend x**2 / 2 until the first crossing.
    """
    r = c.tau_m / c.c_m
    current = 0.0
    for k in range(1, len(s) // 2):
        current += at(s, k)
    slope = (c.v_inf - s[0] + r * current) / c.tau_m
    sinking = max(0.0, c.v_thresh - c.v_inf + r * _highest(c, s, -1.0, False)) / c.tau_m
    bend = (r * _highest(c, s, 1.0, True) + sinking) / c.tau_m
    return parabola_reach(slope, bend, gap)


def next_crossing(c, s):
    """Time to the first h >= 0 with v(h) >= v_thresh, or inf.

    From where it stands, v lies below two curves: the relaxation towards a ceiling, v_inf and the largest potential
    that the currents can still hold, and a parabola (`_parabola_step`). Neither can reach threshold before v does, so
    stepping to the later of their crossings never passes the first crossing of v; with the ceiling below threshold
    there is none. The slope of the lower curve is that of v, so the steps converge quadratically.
    """
    c, s = _slowest_first(c, s)
    h = _step(c, s)
    for _ in range(MAX_STEPS):
        if h == math.inf:
            return h
        step = _step(c, flow(c, s, h))
        if h + step == h:
            return h
        h += step
    return math.nan


def _step(c, s):
    """A time before which v does not reach threshold, 0 where it stands there: one step of `next_crossing`."""
    gap = (c.v_thresh - s[0]) - s[len(s) // 2]
    if s[0] >= c.v_thresh or gap <= 0.0:
        return 0.0
    ceiling = c.v_inf + c.tau_m / c.c_m * _highest(c, s, 1.0, False)
    if ceiling <= c.v_thresh:
        return math.inf
    return max(c.tau_m * math.log1p(gap / (ceiling - c.v_thresh)), _parabola_step(c, s, gap))


def nearly_crossing(c, s):
    """A lower bound on `next_crossing`: its first two steps, to a threshold that is safe from rounding."""
    c, s = _slowest_first(put(c, V_THRESH, c.v_thresh - margin(c, s)), s)
    h = _step(c, s)
    if h < math.inf:
        h += _step(c, flow(c, s, h))
    return SAFE * h


def crossing_bound(c, s):
    safe = c.v_thresh - margin(c, s)
    gap = (safe - s[0]) - s[len(s) // 2]
    if not 0.0 < gap < math.inf:  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    ceiling = c.v_inf + _excitation(c, s)
    if ceiling <= safe:
        return math.inf
    return SAFE * c.tau_m * (gap / (ceiling - s[0]))


def receive(c, s, port, w):
    variables = len(s) // 2
    for k in range(1, variables):  # the port is compared and no index, so that batches of deliveries are vectorised
        if k == 1 + port:
            s = with_variable(s, k, add(at(s, k), at(s, variables + k), w))
    return s


def membrane(c):
    return c.tau_m, c.tau_m / c.c_m


@cache
def _model(receptors):
    """The model with receptors of these names."""
    taus = tuple(f"tau_syn_{r}" for r in receptors)
    variables = ("v", *(f"i_{r}" for r in receptors))
    constants = namedtuple("Constants", (*MEMBRANE, *taus))

    def prepare(p):
        return constants(*membrane_constants(p), *p[len(NAMES) :])

    return NeuronModel(
        name="LIFExp",
        documentation=__doc__,
        parameters=(
            *PARAMETERS,
            *(Parameter(tau, 5.0, "ms", low=0.0, low_open=True) for tau in taus),
        ),
        parameter_type=namedtuple("Parameters", (*NAMES, *taus)),
        constant_type=constants,
        state_type=namedtuple("State", (*variables, *(x + RESIDUE for x in variables))),
        ports=receptors,
        weight_unit="pA",
        exactness=EXACT,
        prepare=prepare,
        flow=flow,
        flow_refractory=flow_refractory,
        above=above,
        next_crossing=next_crossing,
        crossing_bound=crossing_bound,
        nearly_crossing=nearly_crossing,
        iterative=True,
        short=short,
        flow_short=flow_short,
        receive=receive,
        receive_refractory=receive,
        fire=fire,
        membrane=membrane,
        with_current=with_current,
        passive=passive,
        source="Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1",
        variant=len(receptors),
    )


LIF_EXP = _model(("exc", "inh"))


def LIFExp(*unnamed, tau_syn=None, **parameters):
    """A leaky integrate-and-fire neuron with exponential synaptic currents.

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    tau_syn : sequence of float, array (n,) or distribution, ms, > 0, optional
        Time constants of any number of receptors, addressed by index; without it there are two, "exc" and "inh".
    tau_syn_exc, tau_syn_inh : float, array (n,) or distribution, ms, > 0
        Time constants of the two default receptors (5 ms).
    tau_m, c_m, v_rest, v_reset, v_thresh, t_ref, i_offset
        Membrane time constant (20 ms), capacitance (1000 pF), resting, reset and threshold potential
        (-65, -65, -50 mV), refractory period (0.1 ms), constant current (0 pA).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`.

    Raises
    ------
    ParameterError
        Where a parameter is unknown, out of range or given without its name.

    Examples
    --------
    >>> import eventsim as es
    >>> es.LIFExp(tau_m=10.0, tau_syn_exc=2.0).model.ports
    ('exc', 'inh')
    >>> es.LIFExp(tau_syn=[1.0, 5.0, 50.0]).model.ports
    ('0', '1', '2')
    """
    return chosen_receptors(LIF_EXP, _model, tau_syn, unnamed, parameters)
