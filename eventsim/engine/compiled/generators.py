"""Generators, the sources whose next emission is computed when they emit: their functions' addresses, and their start."""

import functools
import math

import numpy as np

from ... import _jit
from ...numerics.emission import EMISSIONS
from .pointers import call_emission, signatures
from .queues import set_wake

# So many generators at most are started in plain Python: some hundredths of a second, while compiling takes longer.
_FEW = 1000


def emissions(program):
    """The addresses of the functions that say when generators emit, by kind; 0 for kinds that the Program has not."""
    _jit.call_through_addresses((call_emission,), signatures)
    present = set(program.generators.kind.tolist())
    return _jit.addresses([_compiled(kind) if kind in present else None for kind in range(len(EMISSIONS))])


@functools.cache
def _compiled(kind):
    return _jit.compiled(EMISSIONS[kind], signatures()["call_emission"] if _jit.ENABLED else None, from_python=False)


def start(program, emission, draws, wakes, place, counters):
    """Agree on the first emission of every generator."""
    arguments = program.generators, program.table, draws, wakes, place, counters
    if len(program.generators) <= _FEW:
        with np.errstate(over="ignore"):  # of products of which only halves are used (numerics/random.py)
            start_generators(EMISSIONS, *arguments)
    else:
        _jit.timed(_kernel(), emission, *arguments)


@functools.cache
def _kernel():
    return _jit.compiled(start_generators)


def start_generators(emission, generators, table, draws, wakes, place, counters):
    """Agree on the first emission of every generator that is not before 0."""
    for k in range(generators.size):
        t, number = -math.inf, 0
        while t < 0.0:
            t = call_emission(emission[generators[k].kind], (generators, table, k, t if number > 0 else 0.0, number))
            number += 1
        draws[k] = number
        set_wake(wakes, place, counters, generators[k].address, t)
