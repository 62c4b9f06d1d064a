"""Fixed-point arithmetic for the audit: Python integers that count in units of 2**-192, and the exponential function on them.

One unit is 1.6e-58, so numbers of 1,000 mV or ms have 60 digits, of which more than 40 survive the sums and cancellations of
a replay. A float64 is an exact number and stays one. The exponential is a product of three table entries and a short series,
a few microseconds; the tables are mpmath's.
"""

import functools

from .._extras import imported

BITS = 192
ONE = 1 << BITS
UNIT = 2.0**BITS

# Bits of the argument that each of the three tables takes; what is left is below 2**-36.
_PART = 12
_LOW, _MIDDLE, _HIGH = BITS - 3 * _PART, BITS - 2 * _PART, BITS - _PART
_INDEX, _REST = (1 << _PART) - 1, (1 << _LOW) - 1
_WHOLE = 140  # exp(-140) is less than one unit


def mpmath():
    """The module mpmath, or a MissingExtraError."""
    return imported("mpmath", "audits")


def fixed(x):
    """A float64 or a Fraction in units; a float64 above 2**-139 exactly, anything else rounded down."""
    return int(x * UNIT) if isinstance(x, float) else x.numerator * ONE // x.denominator


def logarithm(numerator, denominator):
    """log(numerator / denominator) of positive integers, in units."""
    m = mpmath()
    with m.workprec(BITS + 40):
        return int(m.log(m.mpf(numerator) / denominator) * ONE)


@functools.cache
def make_decay():
    """The function z -> exp(-z) for z >= 0, both in units, right to some ten units.

    Returns
    -------
    callable
    """
    m = mpmath()
    with m.workprec(BITS + 40):
        whole, *tables = ([int(m.exp(-m.mpf(k) * step) * ONE) for k in range(n)] for step, n in _steps(m))
    first, second, third = tables

    def decay(z):
        high = z >> BITS
        if high >= _WHOLE:
            return 0
        r = z & _REST
        square = r * r >> BITS
        cube = square * r >> BITS
        fourth = square * square >> BITS
        series = ONE - r + (square >> 1) - cube // 6 + fourth // 24 - (fourth * r >> BITS) // 120
        product = first[z >> _HIGH & _INDEX] * second[z >> _MIDDLE & _INDEX] >> BITS
        product = (product * third[z >> _LOW & _INDEX] >> BITS) * series >> BITS
        return product * whole[high] >> BITS if high else product

    return decay


def _steps(m):
    """Step and length of the tables: whole numbers, then three times twelve bits."""
    return [(1, _WHOLE), *((m.mpf(2) ** (-_PART * k), 1 << _PART) for k in (1, 2, 3))]
