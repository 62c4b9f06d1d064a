"""Leaky integrate-and-fire neuron with synaptic currents that rise and decay.

    tau_m dv/dt = (v_rest - v) + (tau_m / c_m) (i_offset + sum_k i_k)
    di_k/dt = -i_k / tau_decay_k + s_k rise_k
    drise_k/dt = -rise_k / tau_rise_k                    rise_k -> rise_k + w at a delivery to receptor k

A delivery makes the current s (exp(-t/tau_decay) - exp(-t/tau_rise)) / (1/tau_rise - 1/tau_decay) w, and s (1/ms) is such
that it peaks at w: the weight is the peak of the current in pA. Rise and decay may be equal (then it is an alpha current) or
change places (then it is the same current). Two receptors by default, "exc" and "inh", chosen by the sign of the weight;
`tau_rise=[...]` with `tau_decay=[...]` gives any number of them, chosen by `receptor=`. In refractoriness the membrane is clamped
while currents go on.

Exactness class: exact. The chain rise -> i -> v is kept as it is, not as a difference of exponentials, and its propagator is
written without differences of time constants, so equal and nearly equal ones cost no digits. Crossing: a sequence of lower
bounds that approaches the first crossing from the left and can not pass it (see `next_crossing`).

Source
    Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1; Roth & van Rossum 2009, in: Computational Modeling Methods for
    Neuroscientists, MIT Press (peak normalisation). Defaults: PyNN's IF_curr_exp, with a rise time of 0.5 ms.
"""

import math
from collections import namedtuple
from functools import cache

from ..numerics.compensation import RESIDUE, add
from ..numerics.divided import charge_of_rise, peak_rate
from ..numerics.elementwise import each
from ..numerics.propagators import charge, decayed, relaxed, remaining
from .leaky import (
    MAX_STEPS,
    MEMBRANE,
    NAMES,
    PARAMETERS,
    SAFE,
    above,
    fire,
    margin,
    membrane_constants,
    parabola_reach,
    passive,
    with_current,
    with_variable,
)
from .model import EXACT, NeuronModel, Parameter, receptors_of

_ABOVE = 1.0 + 2.0**-40  # a sum in another order is not larger than this times the sum

# In the constants, after those of the membrane: all rise times, all decay times, all factors s. The variables of a state are v, the
# currents, the rises.
_BEFORE = len(MEMBRANE) - 1  # receptors count from 1


def flow(c, s, dt):
    variables = len(s) // 2
    n = variables // 2
    z_m = dt / c.tau_m
    lost_m = relaxed(z_m)
    move = ((c.v_inf - s[0]) - s[variables]) * lost_m
    for k in range(1, n + 1):
        i, rise = s[k], s[n + k]
        if i == 0.0 and rise == 0.0:
            continue
        tau_rise, tau_decay, rate = c[_BEFORE + k], c[_BEFORE + n + k], c[_BEFORE + 2 * n + k]
        z = dt / tau_decay
        lost = relaxed(z)
        slower = remaining(z_m, lost_m) if c.tau_m >= tau_decay else remaining(z, lost)
        gained = i * charge(dt, c.tau_m, tau_decay, slower)
        now, residue = decayed(i, s[variables + k], z, lost)
        if rise != 0.0:
            z_rise = dt / tau_rise
            lost_rise = relaxed(z_rise)
            slower = remaining(z_rise, lost_rise) if tau_rise >= tau_decay else remaining(z, lost)
            gained += rate * rise * charge_of_rise(dt, c.tau_m, tau_decay, tau_rise)
            now, residue = add(now, residue, rate * rise * charge(dt, tau_decay, tau_rise, slower))
            s = with_variable(s, n + k, decayed(rise, s[variables + n + k], z_rise, lost_rise))
        move += gained / c.c_m
        s = with_variable(s, k, (now, residue))
    return with_variable(s, 0, add(s[0], s[variables], move))


def flow_refractory(c, s, dt):
    return with_variable(flow(c, s, dt), 0, (s[0], s[len(s) // 2]))


# What _term gives: parts of the currents and of their derivatives, each a coefficient of a curve that stays within 0 and 1.
# A decaying current is i exp(-h/tau_decay); a rising one rise K(h), K(h) = s (exp(-h/tau_decay) - ...), peaks at rise. With slow
# and fast the longer and shorter of its time constants, dK/dh = s exp(-h/fast) - K/slow.
_DECAYING, _RISING, _DECAY, _ONSET, _SUBSIDING = 0, 1, 2, 3, 4


def _term(c, s, k, part):
    """Coefficient of receptor k in a part, and the time constants of its curve (the second is 0 for an exponential)."""
    n = len(s) // 4
    tau_rise, tau_decay = c[_BEFORE + k], c[_BEFORE + n + k]
    if part == _DECAYING:
        return s[k], tau_decay, 0.0
    if part == _DECAY:
        return -s[k] / tau_decay, tau_decay, 0.0
    if part == _RISING:
        return s[n + k], tau_decay, tau_rise
    if part == _ONSET:
        return c[_BEFORE + 2 * n + k] * s[n + k], min(tau_rise, tau_decay), 0.0
    return -s[n + k] / max(tau_rise, tau_decay), tau_decay, tau_rise


def _part(c, s, part, sign):
    """An upper bound on sign times a part (a sum over receptors), for all h >= 0.

    Either the positive coefficients alone, or, with P_k the sum of the first k of them, by parts sum_k P_k (K_k - K_(k+1)), the
    last difference being K: curves of time constants in ratio 1 + x differ by min(1, x) at most (by x/e, exponentials), so
    opposite currents of like time constants cancel. (With g the density of an exponential distribution of mean a and f its convolution
    with another one, df/dlog a = g*f - f, and K = f/max f: hence |dK/dlog a| <= 1.)
    """
    positive = partial = spread = before = before_too = 0.0
    for k in range(1, len(s) // 4 + 1):
        coefficient, tau, too = _term(c, s, k, part)
        if k > 1:
            apart = max(tau, before) / min(tau, before) - 1.0
            if too > 0.0:
                apart += max(too, before_too) / min(too, before_too) - 1.0
            spread += abs(partial) * min(1.0, apart)
        positive += max(0.0, sign * coefficient)
        partial += sign * coefficient
        before, before_too = tau, too
    return min(positive, max(partial, 0.0) + spread)


def _highest(c, s, sign):
    """An upper bound on sign * sum_k i_k(h) for all h >= 0."""
    return _part(c, s, _DECAYING, sign) + _part(c, s, _RISING, sign)


def _parabola_step(c, s, gap):
    """A time in which v cannot rise by gap, from its slope now and the largest curvature it can have below threshold.

    v'' = (R sum i_k' - v')/tau_m, and below threshold v' is at least what it would be there with the least current.
    So v(x) <= v + v' x + bend x**2 / 2 until the first crossing.
    """
    r = c.tau_m / c.c_m
    current = 0.0
    for k in range(1, len(s) // 4 + 1):
        current += s[k]
    slope = (c.v_inf - s[0] + r * current) / c.tau_m
    sinking = max(0.0, c.v_thresh - c.v_inf + r * _highest(c, s, -1.0)) / c.tau_m
    rising = _part(c, s, _DECAY, 1.0) + _part(c, s, _ONSET, 1.0) + _part(c, s, _SUBSIDING, 1.0)
    bend = (r * rising + sinking) / c.tau_m
    return parabola_reach(slope, bend, gap)


def next_crossing(c, s):
    """Time to the first h >= 0 with v(h) >= v_thresh, or inf.

    As in `lif_exp.next_crossing`: v lies below the relaxation towards a ceiling, v_inf and the largest potential that the currents
    can still hold, and below a parabola. Stepping to the later of their crossings never passes the first crossing of v.
    """
    h = 0.0
    for _ in range(MAX_STEPS):
        at = flow(c, s, h)
        gap = (c.v_thresh - at[0]) - at[len(s) // 2]
        if at[0] >= c.v_thresh or gap <= 0.0:
            return h
        ceiling = c.v_inf + c.tau_m / c.c_m * _highest(c, at, 1.0)
        if ceiling <= c.v_thresh:
            return math.inf
        step = c.tau_m * math.log1p(gap / (ceiling - c.v_thresh))
        step = max(step, _parabola_step(c, at, gap))
        if h + step == h or step == math.inf:
            return h + step
        h += step
    return math.nan


def crossing_bound(c, s):
    safe = c.v_thresh - margin(c, s)
    gap = (safe - s[0]) - s[len(s) // 2]
    if not 0.0 < gap < math.inf:  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    held = 0.0
    for k in range(1, len(s) // 2):
        if s[k] > 0.0:
            held += s[k]
    ceiling = c.v_inf + _ABOVE * held * c.tau_m / c.c_m
    if ceiling <= safe:
        return math.inf
    return SAFE * c.tau_m * (gap / (ceiling - s[0]))


def receive(c, s, port, w):
    k = len(s) // 4 + 1 + port
    return with_variable(s, k, add(s[k], s[len(s) // 2 + k], w))


def family(name, documentation, source, receptors, taus, times_of):
    """A model with currents that rise and decay, and receptors of these names.

    taus : tuple of Parameter, the time constants that the user gives
    times_of : (their values, a tuple) -> (rise times, decay times), tuples
    """
    variables = ("v", *(f"i_{r}" for r in receptors), *(f"rise_{r}" for r in receptors))
    fields = (f"{quantity}_{r}" for quantity in ("tau_rise", "tau_decay", "rate") for r in receptors)
    constants = namedtuple("Constants", (*MEMBRANE, *fields))

    def prepare(p):
        rises, decays = times_of(p[len(NAMES) :])
        rates = (each(peak_rate, rise, decay) for rise, decay in zip(rises, decays, strict=True))
        return constants(*membrane_constants(p), *rises, *decays, *rates)

    return NeuronModel(
        name=name,
        documentation=documentation,
        parameters=(
            *PARAMETERS,
            *taus,
        ),
        parameter_type=namedtuple("Parameters", (*NAMES, *(t.name for t in taus))),
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
        receive=receive,
        receive_refractory=receive,
        fire=fire,
        with_current=with_current,
        passive=passive,
        source=source,
        variant=len(receptors),
    )


@cache
def _model(receptors):
    """The model with receptors of these names."""
    rises = tuple(Parameter(f"tau_rise_{r}", 0.5, "ms", low=0.0, low_open=True) for r in receptors)
    decays = tuple(Parameter(f"tau_decay_{r}", 5.0, "ms", low=0.0, low_open=True) for r in receptors)
    n = len(receptors)
    source = "Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1"
    return family("LIFBiexp", __doc__, source, receptors, rises + decays, lambda taus: (taus[:n], taus[n:]))


LIF_BIEXP = _model(("exc", "inh"))


def LIFBiexp(*unnamed, tau_rise=None, tau_decay=None, **parameters):
    """A leaky integrate-and-fire neuron with synaptic currents that rise and decay.

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    tau_rise, tau_decay : sequences of float, array (n,) or distribution, ms, > 0, optional
        Time constants of any number of receptors, addressed by index; without them there are two, "exc" and "inh".
    tau_rise_exc, tau_rise_inh, tau_decay_exc, tau_decay_inh : float, array (n,) or distribution, ms, > 0
        Time constants of the two default receptors (rise 0.5 ms, decay 5 ms); they may be equal.
    tau_m, c_m, v_rest, v_reset, v_thresh, t_ref, i_offset
        Membrane time constant (20 ms), capacitance (1000 pF), resting, reset and threshold potential
        (-65, -65, -50 mV), refractory period (0.1 ms), constant current (0 pA).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`. Weights are peaks of the current in pA.

    Raises
    ------
    ParameterError
        Where a parameter is unknown, out of range or given without its name.

    Examples
    --------
    >>> import eventsim as es
    >>> es.LIFBiexp(tau_rise_exc=0.2, tau_decay_exc=2.0).model.variables
    ('v', 'i_exc', 'i_inh', 'rise_exc', 'rise_inh')
    >>> es.LIFBiexp(tau_rise=[0.2, 5.0], tau_decay=[2.0, 100.0]).model.ports
    ('0', '1')
    """
    from ..errors import ParameterError

    if tau_rise is None and tau_decay is None:
        return LIF_BIEXP(*unnamed, **parameters)
    receptors = receptors_of(tau_rise, "tau_rise")
    if receptors_of(tau_decay, "tau_decay") != receptors:
        raise ParameterError(f"tau_rise and tau_decay must have the same length, got {len(tau_rise)} and {len(tau_decay)} time constants")
    for name in ("tau_rise_exc", "tau_rise_inh", "tau_decay_exc", "tau_decay_inh"):
        if name in parameters:
            raise ParameterError(f"LIFBiexp takes tau_rise=[...] and tau_decay=[...], or {name}=, not both")
    own = {f"tau_rise_{r}": tau for r, tau in zip(receptors, tau_rise, strict=True)}
    own |= {f"tau_decay_{r}": tau for r, tau in zip(receptors, tau_decay, strict=True)}
    return _model(receptors)(*unnamed, **parameters, **own)
