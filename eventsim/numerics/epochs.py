"""Exponential decay between many pairs of times, at the price of one exponential for each time.

    exp(-rate (t - s)) = left(t) over(S, T) / left(s),     left(t) = exp(-rate (t - T)),     over(S, T) = exp(-rate (T - S))

where T and S are the beginnings of the epochs of t and s. Epochs are 2**k ms long: so T is t with its last bits cleared, t - T is exact, and T - S is a whole number of epochs,
over which a table says what is left. Between them they hold 4 to 8 time constants of the fastest decay, so no factor overflows, and an error of eps in its exponent costs 8 eps.

A trace that n synapses see at m spikes takes n + m exponentials, and n m products.
"""

import functools
import math

from .memory import fetch

# A table has what is left over 0, 1, ... FEW - 1 epochs, and over FEW 2**k: what is left over any number of them is a product. (An exponential would do
# beyond the table; but a call in an innermost loop, though it is hardly ever made, costs a seventh of the speed: nothing stays in registers.)
FEW, _BITS, _MANY = 64, 6, 160

# Times of 2**52 epochs and more are beginnings of epochs themselves.
_WHOLE = 4503599627370496.0

# Fewer epochs than this are counted by an integer; so many or more are a multiple of FEW, as floats are. More than _MOST are as good as _MOST: 2**67 ms at least.
_LONG, _MOST = 2.0**58, 2.0 ** (_MANY + _BITS - 1)

# Rates, 1/ms, above which nothing is left of anything after any time, and below which everything is. Between epochs that are as short as the fastest of
# them says, a slow trace of the same rule still has to be brought over any time: so the fastest are not faster than the table is long.
FASTEST, SLOWEST = 2.0**100, 2.0**-500


def epoch_length(rates):
    """The length of epochs for decays with these rates (1/ms, 0 to FASTEST), ms: a power of two."""
    _, exponent = math.frexp(max((SLOWEST, *rates)))  # the fastest is below 2**exponent, and not below half of it
    return 2.0 ** (3 - exponent)


def table(rates):
    """What engines look up of decays with these rates: a list of length and 1 / length of an epoch, then of each rate STRIDE numbers."""
    length = epoch_length(rates)
    return [length, 1.0 / length, *(number for rate in rates for number in table_of(rate, length))]


@functools.lru_cache(maxsize=256)
def table_of(rate, length):
    """The part of the table that belongs to one rate, which comes first in it: a tuple."""
    return (rate, *(math.exp(-(rate * length * n)) for n in (*range(FEW), *(FEW << k for k in range(_MANY)))))


# How many numbers of a table belong to one rate.
STRIDE = 1 + FEW + _MANY


def beginning(t, length):
    """When the epoch of t begins, ms."""
    n = t / length  # exact
    return int(n) * length if n < _WHOLE else t


def left(rate, into):
    """The part that is left of what was there at the beginning of the epoch, `into` ms later."""
    return math.exp(-(rate * into))


def over(numbers, rate, n):
    """The part that is left after n epochs, a whole number >= 0; rate: where it stands in the numbers."""
    place = rate + 1 + FEW
    if n < _LONG:
        few = int(n)
        kept = fetch(numbers, rate + 1 + (few & (FEW - 1)))
        many = few >> _BITS
    else:
        kept = 1.0
        n = min(n, _MOST) / FEW
        while n >= _LONG:
            n /= FEW
            place += _BITS
        many = int(n)
    while many > 0:
        if many & 1:
            kept *= fetch(numbers, place)
        place += 1
        many >>= 1
    return kept
