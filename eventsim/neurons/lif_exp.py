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

from ..numerics.propagators import charge, relaxed
from ..numerics.tuples import put
from .model import EXACT, NeuronModel, Parameter, shown

_SAFE = 1.0 - 2.0**-20
_MAX_STEPS = 10_000  # far above what is ever needed (tests count them): a bound on a mistake, not on the method

# Places in the constants; the receptors' time constants follow. A state is v, then one current per receptor.
_FIRST_TAU = 6


def flow(c, s, dt):
    v = s[0] + (c.v_inf - s[0]) * relaxed(dt / c.tau_m)
    leak = math.exp(-dt / c.tau_m)
    for k in range(1, len(s)):
        i = s[k]
        if i != 0.0:
            tau_syn = c[_FIRST_TAU - 1 + k]
            decay = math.exp(-dt / tau_syn)
            v += i * charge(dt, c.tau_m, tau_syn, leak if c.tau_m >= tau_syn else decay) / c.c_m
            s = put(s, k, i * decay)
    return put(s, 0, v)


def flow_refractory(c, s, dt):
    for k in range(1, len(s)):
        if s[k] != 0.0:
            s = put(s, k, s[k] * math.exp(-dt / c[_FIRST_TAU - 1 + k]))
    return s


def above(c, s):
    return s[0] >= c.v_thresh


def _excitation(c, s):
    """The depolarising currents as the potential they would hold, mV."""
    total = 0.0
    for k in range(1, len(s)):
        if s[k] > 0.0:
            total += s[k]
    return total * c.tau_m / c.c_m


def _parabola_step(c, s, gap, excitation):
    """A time in which v cannot rise by gap, from its slope now and the largest curvature it can have below threshold.

    v'' = (R sum i_k' - v')/tau_m. Recovery from inhibition is fastest now; v' is at least what it would be at
    threshold without excitation. So v(x) <= v + v' x + bend x**2 / 2 until the first crossing.
    """
    r = c.tau_m / c.c_m
    inhibition = 0.0
    recovery = 0.0
    for k in range(1, len(s)):
        if s[k] < 0.0:
            inhibition += r * s[k]
            recovery -= r * s[k] / c[_FIRST_TAU - 1 + k]
    slope = (c.v_inf - s[0] + excitation + inhibition) / c.tau_m
    bend = (recovery + max(0.0, c.v_thresh - c.v_inf - inhibition) / c.tau_m) / c.tau_m
    root = math.sqrt(slope * slope + 2.0 * bend * gap)
    if slope > 0.0:
        return 2.0 * gap / (slope + root)
    if bend > 0.0:
        return (root - slope) / bend
    return math.inf


def _merged(c, s):
    """The same state with the currents of equal time constants added up, so that opposite ones cancel."""
    for k in range(2, len(s)):
        for earlier in range(1, k):
            if s[k] != 0.0 and c[_FIRST_TAU - 1 + earlier] == c[_FIRST_TAU - 1 + k]:
                s = put(s, earlier, s[earlier] + s[k])
                s = put(s, k, 0.0)
    return s


def next_crossing(c, s):
    """Time to the first h >= 0 with v(h) >= v_thresh, or inf.

    From where it stands, v lies below two curves: the relaxation towards the ceiling v_inf + R sum(i_k > 0), and a
    parabola (`_parabola_step`). Neither can reach threshold before v does, so stepping to the later of their
    crossings never passes the first crossing of v; with no depolarising current left above threshold there is none.
    The slope of the lower curve is that of v, so the steps converge quadratically.
    """
    s = _merged(c, s)
    h = 0.0
    for _ in range(_MAX_STEPS):
        at = flow(c, s, h)
        gap = c.v_thresh - at[0]
        if gap <= 0.0:
            return h
        excitation = _excitation(c, at)
        ceiling = c.v_inf + excitation
        if ceiling <= c.v_thresh:
            return math.inf
        step = c.tau_m * math.log1p(gap / (ceiling - c.v_thresh))
        step = max(step, _parabola_step(c, at, gap, excitation))
        if h + step == h or step == math.inf:
            return h + step
        h += step
    return math.nan


def crossing_bound(c, s):
    if not (-math.inf < s[0] < c.v_thresh):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    for k in range(1, len(s)):
        if s[k] == -math.inf:
            return 0.0
    ceiling = c.v_inf + _excitation(c, s)
    if ceiling <= c.v_thresh:
        return math.inf
    return _SAFE * c.tau_m * ((c.v_thresh - s[0]) / (ceiling - s[0]))


def receive(c, s, port, w):
    return put(s, 1 + port, s[1 + port] + w)


def fire(c, s):
    return put(s, 0, c.v_reset)


@cache
def _model(receptors):
    """The model with receptors of these names."""
    taus = tuple(f"tau_syn_{r}" for r in receptors)
    membrane = ("tau_m", "c_m", "v_rest", "v_reset", "v_thresh", "t_ref", "i_offset")
    constants = namedtuple("Constants", ("tau_m", "c_m", "v_inf", "v_thresh", "v_reset", "t_ref", *taus))

    def prepare(p):
        v_inf = p.v_rest + p.i_offset * p.tau_m / p.c_m
        return constants(p.tau_m, p.c_m, v_inf, p.v_thresh, p.v_reset, p.t_ref, *p[len(membrane) :])

    return NeuronModel(
        name="LIFExp",
        documentation=__doc__,
        parameters=(
            Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
            Parameter("c_m", 1000.0, "pF", low=0.0, low_open=True),
            Parameter("v_rest", -65.0, "mV"),
            Parameter("v_reset", -65.0, "mV"),
            Parameter("v_thresh", -50.0, "mV"),
            Parameter("t_ref", 0.1, "ms", low=0.0),
            Parameter("i_offset", 0.0, "pA"),
            *(Parameter(tau, 5.0, "ms", low=0.0, low_open=True) for tau in taus),
        ),
        parameter_type=namedtuple("Parameters", (*membrane, *taus)),
        constant_type=constants,
        state_type=namedtuple("State", ("v", *(f"i_{r}" for r in receptors))),
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
        source="Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1",
        variant=len(receptors),
    )


LIF_EXP = _model(("exc", "inh"))


def LIFExp(*, tau_syn=None, **parameters):
    """A leaky integrate-and-fire neuron with exponential synaptic currents.

    Parameters
    ----------
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
        Where a parameter is unknown or out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> es.LIFExp(tau_m=10.0, tau_syn_exc=2.0).model.ports
    ('exc', 'inh')
    >>> es.LIFExp(tau_syn=[1.0, 5.0, 50.0]).model.ports
    ('0', '1', '2')
    """
    from ..errors import ParameterError

    if tau_syn is None:
        return LIF_EXP(**parameters)
    for name in ("tau_syn_exc", "tau_syn_inh"):
        if name in parameters:
            raise ParameterError(f"LIFExp takes tau_syn=[...] or {name}=, not both")
    if (
        isinstance(tau_syn, (str, bytes, dict))
        or not getattr(tau_syn, "shape", True)
        or not hasattr(tau_syn, "__len__")
        or len(tau_syn) == 0
    ):
        raise ParameterError(f"tau_syn must be a sequence of one time constant (ms) per receptor, got {shown(tau_syn)}")
    receptors = tuple(str(k) for k in range(len(tau_syn)))
    return _model(receptors)(**parameters, **{f"tau_syn_{r}": tau for r, tau in zip(receptors, tau_syn, strict=True)})
