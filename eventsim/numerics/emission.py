"""When sources emit: for each kind of source a function (sources, table, k, t, number) -> time of emission `number`, ms, or inf.

sources : GENERATOR records (lowering/program.py), of which source k is asked for; what a, b, c mean, its kind says
table : float64, rates, trains and laws, where a source has such
t : time of the emission before, ms (0 for the first)
number : of the emission, 0, 1, ...

An emission depends on these alone, so a source's state is two numbers. One that is not its source's first lies after
the one before by one unit in the last place at least, but for trains, which may hold several spikes at one instant. A
first emission before 0 has not been.
"""

import math

from .distributions import draw
from .random import philox, unit

POISSON, REGULAR, GAMMA, STEPS, TRAIN = range(5)

_MASK = 0xFFFFFFFF
_JUST_BELOW = 1.0 - 2.0**-53
_TWO_PI = 2.0 * math.pi

# The last counter word tells apart what one emission needs of its stream.
_INTERVAL, _NORMAL, _ACCEPTANCE, _POWER = range(4)


def uniform(number, attempt, what, k0, k1):
    """The uniform number that belongs to a counter."""
    w0, w1, _, _ = philox(number & _MASK, number >> 32, attempt, what, k0, k1)
    return unit(w0, w1)


def after(t, later, number):
    """Emission `number`, the one before being at t."""
    return later if later > t or number == 0 else math.nextafter(t, math.inf)


def poisson(sources, table, k, t, number):
    """A Poisson process, with dead time after each emission or without: a mean interval beyond it, b dead time.

    The first emission is that of a process which has been going on: by inversion of the distribution of the time left,
    whose density is the survival function of the intervals over their mean.
    """
    source = sources[k]
    mean, dead = source.a, source.b
    u = uniform(number, 0, _INTERVAL, source.key0, source.key1)
    if number == 0 and dead > 0.0:
        left = u * (dead + mean)
        if left < dead:
            return left
        return dead - mean * math.log1p(-min((left - dead) / mean, _JUST_BELOW))
    later = t + (dead - mean * math.log1p(-u))
    if later - t < dead:  # the sum was rounded down
        later = math.nextafter(later, math.inf)
    return after(t, later, number)


def regular(sources, table, k, t, number):
    """At a + number * b / c: multiplied, not added up, so that errors do not add up either."""
    source = sources[k]
    return after(t, source.a + number * source.b / source.c, number)


def gamma(sources, table, k, t, number):
    """A renewal process with intervals that are gamma distributed: a shape, b scale.

    The first interval of a process which has been going on is what a uniform number leaves of an interval in which a
    moment chosen at random lies; those are chosen by their length, so they are gamma distributed with shape + 1.
    """
    source = sources[k]
    shape, k0, k1 = source.a, source.key0, source.key1
    if number == 0:
        return source.b * standard_gamma(shape + 1.0, number, k0, k1) * uniform(number, 0, _INTERVAL, k0, k1)
    return after(t, t + source.b * standard_gamma(shape, number, k0, k1), number)


def standard_gamma(shape, number, k0, k1):
    """A gamma distributed number of scale 1, by rejection.

    Source
        Marsaglia, Tsang 2000, doi 10.1145/358407.358414, section 6; shapes below 1 as in its section on them, by a power.
    """
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt = 0
    while True:  # at least 19 of 20 attempts are accepted
        w0, w1, w2, w3 = philox(number & _MASK, number >> 32, attempt, _NORMAL, k0, k1)
        z = math.sqrt(-2.0 * math.log1p(-unit(w0, w1))) * math.cos(_TWO_PI * unit(w2, w3))
        v = 1.0 + c * z
        if v > 0.0:
            v = v * v * v
            log_u = math.log1p(-uniform(number, attempt, _ACCEPTANCE, k0, k1))
            if log_u < 0.5 * z * z + d * (1.0 - v + math.log(v)):
                break
        attempt += 1
    if shape >= 1.0:
        return d * v
    return d * v * math.exp(math.log1p(-uniform(number, 0, _POWER, k0, k1)) / shape)


def steps(sources, table, k, t, number):
    """A Poisson process whose rate is constant between given times, by inversion of the integrated rate.

    table[first:first + n] are the times at which the rate changes, the n entries behind them the rates from there on, per ms.
    """
    source = sources[k]
    first, n = source.table, source.length
    left = -math.log1p(-uniform(number, 0, _INTERVAL, source.key0, source.key1))  # of the integrated rate, until it emits
    low, high = 0, n  # table[first + low] is the first change after t
    while low < high:
        middle = (low + high) >> 1
        if table[first + middle] <= t:
            low = middle + 1
        else:
            high = middle
    for i in range(max(low - 1, 0), n):
        begin = max(t, table[first + i])
        end = table[first + i + 1] if i + 1 < n else math.inf
        rate = table[first + n + i]
        if rate > 0.0:
            if left < rate * (end - begin):
                return after(t, min(begin + left / rate, math.nextafter(end, 0.0)), number)
            left -= rate * (end - begin)
    return math.inf


def train(sources, table, k, t, number):
    """A train of n spikes at table[first:first + n] that is repeated with period a, each displaced by a number of its own.

    table[law:law + 7] is how they are displaced: kind, two numbers and bounds of a distribution, and the interval in
    which its numbers lie; law -1: not at all. Emission `number` is the one of that rank in order of time.
    """
    source = sources[k]
    law = source.law
    due = undisplaced(source, table, number)
    if law < 0:
        return due
    # Spikes whose time before displacement is farther off than this come before that rank, or after it.
    reach = (table[law + 6] - table[law + 5]) + 1e-12 * abs(due)
    first = number
    while first > 0 and undisplaced(source, table, first - 1) >= due - reach:
        first -= 1
    before = t if number > 0 else -math.inf
    passed, following, i = 0, math.inf, first
    while undisplaced(source, table, i) <= due + reach:
        time = displaced(source, table, i)
        if time <= before:
            passed += 1
        else:
            following = min(following, time)
        i += 1
    return before if passed > number - first else following


def undisplaced(source, table, number):
    """Time of spike `number` of a repeated train: multiplied, not added up."""
    cycle = number // source.length
    return table[source.table + number - cycle * source.length] + cycle * source.a


def displaced(source, table, number):
    """The same, displaced by a number of its own."""
    law = source.law
    a, b, low, high = table[law + 1], table[law + 2], table[law + 3], table[law + 4]
    by = draw(int(table[law]), a, b, low, high, number & _MASK, number >> 32, 0, source.key0, source.key1)
    return undisplaced(source, table, number) + by


EMISSIONS = (poisson, regular, gamma, steps, train)
