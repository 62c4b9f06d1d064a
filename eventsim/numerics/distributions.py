"""Drawing one number of a distribution from a counter-based stream."""

import math

from .random import philox, unit

_NORMAL, _UNIFORM, _LOG_NORMAL = 1, 2, 3
_TWO_PI = 2.0 * math.pi
_MAX_TRIES = 100_000  # a distribution falls into its bounds once in a thousand tries at least


def draw(kind, a, b, low, high, index, block, row, k0, k1):
    """Number `index` of stream (key, row, block); nan where the bounds are never met.

    Normal numbers by the transformation of Box and Muller 1958, doi 10.1214/aoms/1177706645, eq. 1.
    """
    for attempt in range(_MAX_TRIES):
        w0, w1, w2, w3 = philox(index, block, row, attempt, k0, k1)
        u = unit(w0, w1)
        if kind == _UNIFORM:
            return min(a + (b - a) * u, high)
        if kind == _NORMAL or kind == _LOG_NORMAL:
            z = a + b * math.sqrt(-2.0 * math.log1p(-u)) * math.cos(_TWO_PI * unit(w2, w3))
            x = math.exp(z) if kind == _LOG_NORMAL else z
        else:
            x = -b * math.log1p(-u)
        if low <= x <= high:
            return x
    return math.nan
