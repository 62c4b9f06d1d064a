"""Calls through addresses: what lets the loop be compiled once, whatever models, router and background it is given.

A compiled function is handed to the loop as its address. These functions say how to call one: in plain Python they
are what they look like; in compiled code `_jit` gives each the signature that `signatures` states for it.
"""

import functools

import numpy as np

from ... import _jit
from ...lowering.program import GENERATOR
from .state import DRIVE_EVENT, OFFSET, new_state


def call_deliver(function, arguments):
    """Call a model's `deliver`."""
    return function(*arguments)


def call_drive(function, arguments):
    """Call a model's `drive`."""
    return function(*arguments)


def call_look(function, arguments):
    """Call a model's `settle` or `due`."""
    return function(*arguments)


def call_plan(function, arguments):
    """Call a model's `plan`."""
    return function(*arguments)


def call_emission(function, arguments):
    """Call the function that says when sources of a kind emit."""
    return function(*arguments)


def call_route(function, arguments):
    """Call the router's `route`."""
    return function(*arguments)


def call_arrivals(function, arguments):
    """Call the router's `arrivals_at`."""
    return function(*arguments)


def call_zero(function, arguments):
    """Call the router's `zero_arrivals`."""
    return function(*arguments)


def call_keep(function, arguments):
    """Call the router's `keep_rows`."""
    return function(*arguments)


def call_prepare(function, arguments):
    """Call `unstored.prepare`."""
    return function(*arguments)


def call_chunk(function, arguments):
    """Call the background's `next_chunk`."""
    return function(*arguments)


def call_change(function, arguments):
    """Call a model's `change`."""
    return function(*arguments)


def call_currents(function, arguments):
    """Call `currents.change_currents`."""
    return function(*arguments)


def call_arrive(function, arguments):
    """Call a rule's `arrive`."""
    return function(*arguments)


def call_sweep(function, arguments):
    """Call a rule's `sweep`."""
    return function(*arguments)


def call_entry(function, arguments):
    """Call a rule's `entry`."""
    return function(*arguments)


def call_learn(function, arguments):
    """Call `plastic.learn`."""
    return function(*arguments)


def call_note(function, arguments):
    """Call `plastic.note`."""
    return function(*arguments)


def call_heed(function, arguments):
    """Call `plastic.heed`."""
    return function(*arguments)


CALLS = (
    call_deliver,
    call_drive,
    call_look,
    call_plan,
    call_emission,
    call_route,
    call_arrivals,
    call_zero,
    call_keep,
    call_prepare,
    call_chunk,
    call_change,
    call_currents,
    call_arrive,
    call_sweep,
    call_entry,
    call_learn,
    call_note,
    call_heed,
)


@functools.cache
def signatures():
    """The compiled signature of everything that is called through an address, by the name of the call."""
    from numba import from_dtype, typeof
    from numba import types as nt

    program = program_of_nothing()
    state = new_state(program, np.zeros(0, np.uint8))
    fabric, drives, queue, drive = (_jit.frame_type(t) for t in (program.fabric, program.drives, state.queue, state.drive))
    plastic, learning, room = (_jit.frame_type(t) for t in (program.plastic, state.learning, state.queue.room))
    log = _jit.frame_type(state.learning.log)
    pool, arrivals, counters = _jit.frame_type(state.queue.pool), typeof(state.arrivals), typeof(state.counters)
    f, i = nt.float64, nt.int64
    floats, indices, longs = (nt.Array(d, 1, "C") for d in (nt.float64, nt.int32, nt.int64))
    events = nt.Array(from_dtype(DRIVE_EVENT), 1, "C", aligned=True)
    generators = nt.Array(from_dtype(GENERATOR), 1, "C", aligned=True)
    offsets = nt.Array(from_dtype(OFFSET), 1, "C", aligned=True)
    return {
        "call_deliver": i(f, floats, floats, i, indices, floats, i, i, floats, longs, i),
        "call_drive": i(events, i, i, f, floats, floats, longs),
        "call_look": i(f, floats, i, floats, i, f),
        "call_plan": i(f, floats, floats, offsets, i, i),
        "call_emission": f(generators, floats, i, f, i),
        "call_route": i(fabric, queue, arrivals, counters, f, i, i, i),
        "call_arrivals": i(fabric, queue, arrivals, counters, f),
        "call_zero": i(pool, arrivals, arrivals, counters),
        "call_keep": i(fabric, queue, f, i),
        "call_prepare": i(fabric, queue, arrivals, i, i),
        "call_chunk": i(fabric, drives, drive, counters, f),
        "call_change": i(f, floats, i, floats, i, i, i, floats),
        "call_currents": i(_jit.frame_type(program), _jit.frame_type(state), longs, f),
        "call_arrive": i(f, floats, i, indices, floats, floats, longs, i, i, floats, i, log, i, floats),
        "call_sweep": i(f, floats, indices, floats, floats, longs, i, i, floats, i, log, i),
        "call_entry": i(f, floats, i, i, i, floats, f),
        "call_learn": i(fabric, plastic, learning, room, counters, longs, i, i, i, f),
        "call_note": i(fabric, plastic, learning, counters, longs, longs, f, i),
        "call_heed": i(fabric, plastic, learning, counters, longs, floats, i, i, f),
    }


def program_of_nothing():
    """A Program without anything: its arrays have the types they always have."""
    from ...lowering import lower
    from ...network.network import Network

    return lower(Network())[0]
