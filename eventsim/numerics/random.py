"""Counter-based random numbers: Philox4x32-10 and the streams keyed from it.

A stream is a function from a counter to numbers, so nothing has to be remembered and any part of it can be
drawn alone. The same plain functions run in CPython and compiled: 64-bit wrap-around of a product is harmless,
because only masked halves of it are used.

Source
    Salmon, Moraes, Dror, Shaw 2011, doi 10.1145/2063384.2063405, section 3.3 and the published known answers.
"""

import math

_MASK = 0xFFFFFFFF
_TO_UNIT = 2.0**-53
_LEAST = 2.0**-54

# Purposes: the first word of every derived key. A new purpose gets a new number; none is ever used again.
CONNECTIVITY = 1
WEIGHT = 2
DELAY = 3
DRIVE = 4
SOURCE = 5
PARAMETER = 6
TOTAL_NUMBER = 8
CURRENT = 9
FIRING = 16
SYNAPSE_PARAMETER = 17
SYNAPSE = 18
STRUCTURE = 19

# The counter word that separates the number of events of a drive's bin from the events themselves.
EVENT_COUNT = 0xFFFFFFFF


def philox(c0, c1, c2, c3, k0, k1):
    """Four 32-bit words for a counter of four and a key of two 32-bit words."""
    for _ in range(10):
        p0 = c0 * 0xD2511F53
        p1 = c2 * 0xCD9E8D57
        c0 = ((p1 >> 32) & _MASK) ^ c1 ^ k0
        c1 = p1 & _MASK
        c2 = ((p0 >> 32) & _MASK) ^ c3 ^ k1
        c3 = p0 & _MASK
        k0 = (k0 + 0x9E3779B9) & _MASK
        k1 = (k1 + 0xBB67AE85) & _MASK
    return c0, c1, c2, c3


def derive_key(seed, purpose, ordinal):
    """The key (k0, k1) of the streams of one purpose and one thing (projection, drive, address) of a seed."""
    k0, k1, _, _ = philox(purpose, ordinal & _MASK, (ordinal >> 32) & _MASK, 0, seed & _MASK, (seed >> 32) & _MASK)
    return k0, k1


def unit(high, low):
    """Uniform in [0, 1) with 53 bits, from two 32-bit words."""
    return ((high << 21) | (low >> 11)) * _TO_UNIT


def unit_exponential(number, k0, k1):
    """The exponential number of mean 1 that belongs to a whole number: above 0 always, and at most 36.8."""
    high, low, _, _ = philox(number & _MASK, (number >> 32) & _MASK, 0, 0, k0, k1)
    return -math.log1p(-max(unit(high, low), _LEAST))


def unit_number(number, draw, k0, k1):
    """The uniform number in [0, 1) that belongs to two whole numbers: draw `draw` of thing `number`."""
    high, low, _, _ = philox(number & _MASK, (number >> 32) & _MASK, draw & _MASK, (draw >> 32) & _MASK, k0, k1)
    return unit(high, low)


def below(n, word):
    """Uniform integer in [0, n) from one 32-bit word, n <= 2**32 (bias at most n / 2**32)."""
    return (n * word) >> 32


def below_wide(n, high, low):
    """Uniform integer in [0, n) from two 32-bit words (bias at most n / 2**64): the exact high half of n * word."""
    return (n * high + ((n * low) >> 32)) >> 32
