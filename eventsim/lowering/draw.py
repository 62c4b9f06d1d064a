"""Drawing parameters and initial states that are given as distributions."""

import functools

import numpy as np

from .. import _jit
from ..numerics.distributions import draw
from ..numerics.random import PARAMETER, derive_key


def draw_values(distribution, n, seed, population, variable):
    """n numbers of a distribution, from the stream of one variable of one population: float64 (n,)."""
    d = distribution
    return draw_law((d.kind, d.a, d.b, d.low, d.high), n, *derive_key(seed, PARAMETER, population * 4096 + variable))


def draw_law(law, n, k0, k1):
    """n numbers of a distribution, given as (kind, a, b, low, high), from the stream of a key: float64 (n,)."""
    kind, *numbers = law
    values = np.empty(n)
    _jit.timed(_kernel(), int(kind), *map(float, numbers), k0, k1, values)
    return values


@functools.cache
def _kernel():
    return _jit.compiled(fill)


def fill(kind, a, b, low, high, k0, k1, values):
    """Fill an array with consecutive numbers of one stream."""
    for i in range(values.size):
        values[i] = draw(kind, a, b, low, high, i, 0, 0, k0, k1)
