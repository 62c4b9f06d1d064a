"""Exponential decay between many pairs of times, at the price of one exponential for each time.

    exp(-rate (t - s)) = left(t) over(S, T) / left(s),     left(t) = exp(-rate (t - T)),     over(S, T) = exp(-rate (T - S))

where T and S are the beginnings of the epochs of t and s. Epochs are 2**k ms long: so T is t with its last bits cleared, t - T is exact, and T - S is a whole number of epochs,
of which a table has the first ones. Between them they hold 4 to 8 time constants of the fastest decay, so no factor overflows, and an error of eps in its exponent costs 8 eps.

A trace that n synapses see at m spikes takes n + m exponentials, and n m products.
"""

import math

# Over how many epochs a table says what is left. Beyond, an exponential does.
POWERS = 64

# Times of 2**52 epochs and more are beginnings of epochs themselves.
_WHOLE = 4503599627370496.0

# Rates, 1/ms, above which nothing is left of anything after any time, and below which everything is.
FASTEST, SLOWEST = 2.0**500, 2.0**-500


def epoch_length(rates):
    """The length of epochs for decays with these rates (1/ms, 0 to FASTEST), ms: a power of two."""
    _, exponent = math.frexp(max((SLOWEST, *rates)))  # the fastest is below 2**exponent, and not below half of it
    return 2.0 ** (3 - exponent)


def table(rates):
    """What compiled code has to know of decays with these rates: a list of length and 1 / length, then for each rate itself and what is left over 0, 1, ... epochs."""
    length = epoch_length(rates)
    out = [length, 1.0 / length]
    for rate in rates:
        out += [rate, *(over(rate, n * length) for n in range(POWERS))]
    return out


# The length of the part of a table that belongs to one rate.
STRIDE = 1 + POWERS


def beginning(t, length):
    """When the epoch of t begins, ms."""
    n = t / length  # exact
    return int(n) * length if n < _WHOLE else t


def left(rate, into):
    """The part that is left of what was there at the beginning of the epoch, `into` ms later."""
    return math.exp(-(rate * into))


def over(rate, apart):
    """The part that is left after whole epochs, `apart` ms in all."""
    return math.exp(-(rate * apart))
