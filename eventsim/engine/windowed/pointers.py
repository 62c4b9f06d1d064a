"""Parts of the windowed engine that are compiled by themselves and called through their addresses.

That of models, for the sweeps know none; and what not every network needs, or what would be optimised anew within each
function that calls it (see engine/compiled/pointers.py).
"""

import functools
from typing import NamedTuple

import numpy as np

from ... import _jit
from ...lowering.program import SPIKE
from ..compiled.pointers import program_of_nothing
from .plan import make_plan
from .state import COLLECT_ENTRY, HOT_NEURON, new_state
from .survey import survey


class Calls(NamedTuple):
    """Addresses; functions in plain Python."""

    replay: np.ndarray  # int64, by kind: of the models' adapters
    propagate: np.ndarray
    earliest: np.ndarray
    emission: np.ndarray  # by kind of generator (numerics/emission.py)
    work_on: int
    accumulate: int
    draw: int  # 0 without drive
    deal_out: int  # these three are 0 without individual delays
    take_dealt: int
    next_dealt: int


def call_replay(function, arguments):
    """Call a model's `replay`."""
    return function(*arguments)


def call_propagate(function, arguments):
    """Call a model's `propagate`."""
    return function(*arguments)


def call_earliest(function, arguments):
    """Call a model's `earliest`."""
    return function(*arguments)


def call_work_on(function, arguments):
    """Call `kernels.work_on`."""
    return function(*arguments)


def call_accumulate(function, arguments):
    """Call `kernels.accumulate`."""
    return function(*arguments)


def call_draw(function, arguments):
    """Call `arrivals.draw`."""
    return function(*arguments)


def call_deal_out(function, arguments):
    """Call `flights.deal_out`."""
    return function(*arguments)


def call_take_dealt(function, arguments):
    """Call `flights.take_dealt`."""
    return function(*arguments)


def call_next_dealt(function, arguments):
    """Call `flights.next_dealt`."""
    return function(*arguments)


CALLS = (
    call_replay,
    call_propagate,
    call_earliest,
    call_work_on,
    call_accumulate,
    call_draw,
    call_deal_out,
    call_take_dealt,
    call_next_dealt,
)


@functools.cache
def signatures():
    """The compiled signature of everything that is called through an address, by the name of the call."""
    from numba import from_dtype
    from numba import types as nt

    nothing = program_of_nothing()
    plan, _ = make_plan(nothing, (), survey(nothing))
    state = new_state(nothing, plan, (), np.zeros(0, np.uint8))
    program, plan, state = (_jit.frame_type(t) for t in (nothing, plan, state))
    f, i = nt.float64, nt.int64
    floats, targets, y, words = nt.Array(f, 1, "C"), nt.Array(nt.uint32, 1, "C"), nt.Array(f, 2, "C"), nt.Array(i, 2, "C")
    hot, entries, spikes = (nt.Array(from_dtype(d), 1, "C", aligned=True) for d in (HOT_NEURON, COLLECT_ENTRY, SPIKE))
    calls = _jit.frame_type(Calls(*[np.empty(0, np.int64)] * 4, *[0] * (len(Calls._fields) - 4)))
    flat = floats, floats, targets
    return {
        "call_replay": i(floats, i, i, hot, floats, floats, i, entries, i, f, f, f, spikes),
        "call_propagate": i(floats, f, floats),
        "call_earliest": f(floats, i, y, i, i, floats),
        "call_work_on": i(program, plan, state, calls, f, i, f, f),
        "call_accumulate": i(program, plan, state, calls, f, i, f, f),
        "call_draw": i(program, plan, i, i, i, i, i, *flat, i, words, f, f),
        "call_deal_out": i(program, plan, state, i, f, f),
        "call_take_dealt": i(state, i, i, *flat, i, f, f, f),
        "call_next_dealt": f(plan, state, i, f, f, f),
    }
