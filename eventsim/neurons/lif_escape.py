"""Leaky integrate-and-fire neuron with delta jumps and escape noise: it fires at random, at a rate that depends on its potential.

    tau_m dv/dt = (v_rest - v) + r_m i_offset              v -> v + w at a delivery
    P(spike in [t, t + dt)) = rho(v(t)) dt,                rho(v) = rate_at_threshold exp((v - v_thresh)/delta_v)

The weight is the jump of the membrane potential in mV. After a spike v is v_reset for t_ref, in which no spike comes. With delta_v to 0
the neuron becomes `LIF`, which fires at v_thresh; with v at rest it is a Poisson process with dead time t_ref.

By time rescaling the integral of rho since the last spike reaches a unit exponential number where the next spike is. The state has that
integral (`hazard`) and the number of spikes so far (`number`); exponential number k of a neuron is a fixed function of the simulator's seed,
the neuron's address and k. So the spikes are one realisation of the process, the same in every engine and however a run is cut, and
`Simulator(net, seed=...)` draws another. `sim.set(cells, hazard=0.0)` forgets how long ago the last spike was.

Exactness class: exact, in distribution: no time step, no rate held constant, no rejection. The integral has a closed form by the
exponential integral (numerics/hazard.py), to some 1e-15; random numbers have 53 bits. Crossing: the integral is monotone in time, so
there is one at most. A hazard above exp(600) times the rate at threshold is taken for that.

Source
    Gerstner & Kistler 2002, Spiking Neuron Models, doi 10.1017/CBO9780511815706, section 5.3 (exponential escape rate);
    Jolivet, Rauch, Luscher & Gerstner 2006, doi 10.1007/s10827-006-7074-5, eq. 3. Time rescaling: Brown, Barbieri,
    Ventura, Kass & Frank 2002, doi 10.1162/08997660252741149.
"""

import math
from typing import NamedTuple

from ..numerics.compensation import add
from ..numerics.elementwise import each
from ..numerics.hazard import integral, reached, reached_bound
from ..numerics.propagators import relaxed
from ..numerics.random import unit_exponential
from .model import EXACT, NeuronModel, Parameter

# A bound on the time to a crossing is shortened by this factor, so that rounding can never make it too long.
_SAFE = 1.0 - 2.0**-20

# So few spikes in a time constant are none: a product that underflows must not become a divisor.
_LEAST = 2.0**-1022


class Parameters(NamedTuple):
    tau_m: float  # membrane time constant, ms, > 0
    r_m: float  # membrane resistance, GOhm (mV/pA), > 0
    v_rest: float  # resting potential, mV
    v_reset: float  # potential after a spike, mV
    v_thresh: float  # potential at which the rate is rate_at_threshold, mV
    t_ref: float  # refractory period, ms, >= 0
    i_offset: float  # constant current, pA
    rate_at_threshold: float  # Hz, > 0
    delta_v: float  # potential over which the rate grows by a factor e, mV, > 0


class Constants(NamedTuple):
    tau_m: float
    v_inf: float
    v_thresh: float
    v_reset: float
    t_ref: float
    delta_v: float
    scale: float  # spikes in tau_m at threshold
    x_inf: float  # (v_inf - v_thresh)/delta_v
    key0: float  # of the neuron's random numbers
    key1: float


class State(NamedTuple):
    v: float  # membrane potential, mV
    hazard: float  # integral of the hazard since the last spike
    number: float  # number of spikes so far
    v_residue: float  # what rounding left out of v, mV
    hazard_residue: float  # and of the integral


def prepare(p):
    v_inf = p.v_rest + p.r_m * p.i_offset
    scale = each(_scale, p.rate_at_threshold, p.tau_m)
    return Constants(p.tau_m, v_inf, p.v_thresh, p.v_reset, p.t_ref, p.delta_v, scale, (v_inf - p.v_thresh) / p.delta_v, 0.0, 0.0)


def _scale(rate_at_threshold, tau_m):
    return max(1e-3 * rate_at_threshold * tau_m, _LEAST)


def with_current(c, p, i):
    v_inf = p.v_rest + p.r_m * (p.i_offset + i)
    return Constants(c.tau_m, v_inf, c.v_thresh, c.v_reset, c.t_ref, c.delta_v, c.scale, (v_inf - c.v_thresh) / c.delta_v, c.key0, c.key1)


def left(c, s):
    """What is left of the exponential number at which the neuron fires."""
    return (unit_exponential(int(s.number), int(c.key0), int(c.key1)) - s.hazard) - s.hazard_residue


def distance(c, s):
    """Of v from its asymptote, in widths of the hazard."""
    return ((s.v - c.v_inf) + s.v_residue) / c.delta_v


def flow(c, s, dt):
    z = dt / c.tau_m
    lost = relaxed(z)
    v, v_residue = add(s.v, s.v_residue, ((c.v_inf - s.v) - s.v_residue) * lost)
    hazard, hazard_residue = add(s.hazard, s.hazard_residue, c.scale * integral(c.x_inf, distance(c, s), z, lost))
    return State(v, hazard, s.number, v_residue, hazard_residue)


def flow_refractory(c, s, dt):
    return s


def above(c, s):
    return left(c, s) <= 0.0


def next_crossing(c, s):
    amount = left(c, s)
    if amount <= 0.0:
        return 0.0
    return c.tau_m * reached(c.x_inf, distance(c, s), amount / c.scale)


def crossing_bound(c, s):
    amount = left(c, s)
    if not (amount > 0.0 and -math.inf < s.v < math.inf):  # what is not finite included: the engine looks at it and refuses it
        return 0.0
    return _SAFE * c.tau_m * reached_bound(c.x_inf, distance(c, s), amount / c.scale)


def receive(c, s, port, w):
    v, v_residue = add(s.v, s.v_residue, w)
    return State(v, s.hazard, s.number, v_residue, s.hazard_residue)


def receive_refractory(c, s, port, w):
    return s


def fire(c, s):
    return State(c.v_reset, 0.0, s.number + 1.0, 0.0, 0.0)


LIF_ESCAPE = NeuronModel(
    name="LIFEscape",
    documentation=__doc__,
    parameters=(
        Parameter("tau_m", 20.0, "ms", low=0.0, low_open=True),
        Parameter("r_m", 1.0, "GOhm", low=0.0, low_open=True),
        Parameter("v_rest", -65.0, "mV"),
        Parameter("v_reset", -65.0, "mV"),
        Parameter("v_thresh", -50.0, "mV"),
        Parameter("t_ref", 2.0, "ms", low=0.0),
        Parameter("i_offset", 0.0, "pA"),
        Parameter("rate_at_threshold", 100.0, "Hz", low=0.0, low_open=True),
        Parameter("delta_v", 2.0, "mV", low=1e-9),  # less is lost in the rounding of potentials
    ),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    ports=("all",),
    weight_unit="mV",
    exactness=EXACT,
    prepare=prepare,
    flow=flow,
    flow_refractory=flow_refractory,
    above=above,
    next_crossing=next_crossing,
    crossing_bound=crossing_bound,
    receive=receive,
    receive_refractory=receive_refractory,
    fire=fire,
    random=True,
    with_current=with_current,
    ordered=(),
    source="Gerstner & Kistler 2002, section 5.3; Jolivet et al. 2006, doi 10.1007/s10827-006-7074-5, eq. 3",
)
