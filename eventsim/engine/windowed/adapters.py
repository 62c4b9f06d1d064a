"""Adapters between a model's pure functions and the windows, called through addresses by kind.

As in `engine/compiled/adapters.py`, the functions below are written once, over names that stand for a model, and
`bind` makes those of one model from them. What is common to all linear membranes, the sweeps, knows no model at all.
"""

import functools
import math

from ... import _jit
from ...numerics.tuples import put
from ..compiled.adapters import own_names
from .pointers import signatures

# Names that `bind` replaces by a model's own.
VARIABLES = 0
Constants = State = load_constants = load_state = None
flow = flow_refractory = above = crossing_bound = receive = receive_refractory = fire = None
state_at = crossing_time = None

LEAST = 2.0**-1000  # of what is left of a potential after a long time

FULL, FAULT = -1, -2  # what `replay` returns instead of a number of spikes; FAULT - k: at hot neuron k


# -- exact replay ----------------------------------------------------------------------------------------------------


def replay(constants, stride, first, hot, start, after, width, grouped, n, stands, begin, end, fired):
    """Replay the n hot neurons of a block that begins at address `first`; the number of spikes, FULL or FAULT - k."""
    at = 0
    for k in range(n):
        c = Constants(*load_constants(constants, (hot[k].address - first) * stride))
        s = State(*load_state(start, k * width))
        s = put(s, 0, hot[k].held if s[0] == -math.inf else c.v_inf + s[0])
        at = replay_neuron(c, s, hot, after, width, grouped, k, stands, begin, end, fired, at)
        if at < 0:
            return FAULT - k
        if at > fired.size:
            return FULL
    return at


def replay_neuron(c, s, hot, after, width, grouped, k, stands, begin, end, fired, at):
    """Replay hot neuron k, whose state s stands at `stands` <= begin, delivery by delivery up to `end`.

    Its spikes are written to `fired` from place `at` on, as far as there is room; returns the next place, or FAULT
    where its state left the finite numbers. The state at the end goes to `hot` and `after`.
    """
    address, free, last = hot[k].address, hot[k].free, stands
    i, stop = hot[k].begin, hot[k + 1].begin
    while True:
        t = grouped[i].time if i < stop else end
        while True:
            crossing = max(crossing_until(c, s, last, free, t), begin)
            if crossing > t or crossing >= end:
                break
            write_spike(fired, at, crossing, address)
            at += 1
            s, last, free = fire(c, state_at(c, s, last, free, crossing)), crossing, crossing + c.t_ref
        if i == stop:
            break
        s, last = state_at(c, s, last, free, t), t
        while i < stop and grouped[i].time == t:
            if t < free:
                s = receive_refractory(c, s, grouped[i].port, grouped[i].weight)
            else:
                s = receive(c, s, grouped[i].port, grouped[i].weight)
            i += 1
        for variable in range(VARIABLES):
            if not math.isfinite(s[variable]):
                return FAULT
        if t >= free and above(c, s):
            write_spike(fired, at, t, address)
            at += 1
            s, free = fire(c, s), t + c.t_ref
    s = state_at(c, s, last, free, end)
    hot[k].after_free = free
    hot[k].after_held = s[0]
    for variable in range(VARIABLES):
        after[k * width + variable] = s[variable]
    after[k * width] = -math.inf if end < free else (s[0] - c.v_inf) + s[VARIABLES]
    return at


def crossing_until(c, s, last, free, t):
    """Time of the neuron's next spike if nothing more arrives and it is not after t; else any later time."""
    at_base = s if free <= last else flow_refractory(c, s, free - last)
    bound = max(last, free) + crossing_bound(c, at_base)  # no logarithm
    return bound if bound > t else crossing_time(c, s, last, free, t)


def write_spike(fired, at, t, address):
    """Write a spike, if there is room."""
    if at < fired.size:
        fired[at].time = t
        fired[at].address = address


# -- variables of a block ---------------------------------------------------------------------------------------------


def propagate(shifted, dt, out):
    """What dt makes of the variables: out[k] of variable k is left, and out[VARIABLES + k] of it has gone to v."""
    c = Constants(*load_constants(shifted, 0))
    for k in range(2 * VARIABLES):
        out[k] = 0.0
    zero = State(*load_state(out, 0))
    for k in range(VARIABLES):
        s = flow(c, put(zero, k, 1.0), dt)
        out[k] = s[k] + s[VARIABLES + k]
        if k == 0:
            out[k] = max(out[k], LEAST)  # -inf, which means refractoriness, has to stay
        out[VARIABLES + k] = s[0] + s[VARIABLES] if k > 0 else 0.0
    return 0


def state_of(c, y, address, room):
    """A neuron's state from the variables of its block."""
    for variable in range(VARIABLES):
        room[variable] = y[variable, address]
        room[VARIABLES + variable] = 0.0
    s = State(*load_state(room, 0))
    return put(s, 0, c.v_inf + s[0])


def earliest(constants, stride, y, first, count, room):
    """An interval in which none of the neurons of a block reaches threshold by itself, ms; room: 2 VARIABLES."""
    shortest = math.inf
    for j in range(count):
        if y[0, first + j] > -math.inf:
            c = Constants(*load_constants(constants, j * stride))
            shortest = min(shortest, crossing_bound(c, state_of(c, y, first + j, room)))
    return shortest


def read(dt, constants, stride, y, held, first, neurons, room, out):
    """The states of neurons (by their places in the block) dt after its variables stand, into out (neurons x fields, flat)."""
    for k in range(neurons.size):
        address = first + neurons[k]
        c = Constants(*load_constants(constants, neurons[k] * stride))
        s = state_of(c, y, address, room)
        s = flow_refractory(c, put(s, 0, held[address]), dt) if y[0, address] == -math.inf else flow(c, s, dt)
        for variable in range(len(s)):
            out[k * len(s) + variable] = s[variable]
    return 0


# -- binding ------------------------------------------------------------------------------------------------------------

BY_ADDRESS = {f.__name__: f for f in (replay, propagate, earliest)}


@functools.cache
def bind(model):
    """The adapters of a model: a dict from the names of the functions above to compiled functions."""
    bound = own_names(model) | {"VARIABLES": len(model.variables)}
    for helper in (crossing_until, replay_neuron, state_of):
        bound[helper.__name__] = _jit.rebound(helper, bound)
    key = _jit.model_digest(model)
    given = signatures() if _jit.ENABLED else {}
    inner = {name: _jit.compiled(f, given.get("call_" + name), bind=bound, key=key, from_python=False) for name, f in BY_ADDRESS.items()}
    return inner | {"read": _jit.compiled(read, bind=bound, key=key)}  # most runs never read a state
