"""Integral of an exponential hazard along a leaky membrane, and the time at which it reaches a number.

Where a membrane relaxes to its asymptote with a time constant, x(s) = a exp(-s) is its distance from there in widths of the
hazard, s being time in time constants, and the hazard is exp(x_inf + x(s)). Its integral is

    H(z) = integral of exp(x_inf + a exp(-s)) from 0 to z = exp(x_inf) (Ei(a) - Ei(b)),      b = a exp(-z),

Ei being the exponential integral. Differences of tabulated values of Ei would cancel, and overflow, so what is computed is the
difference, every term of it beside the largest hazard on the way:

    short ways          powers of what is lost, R = 1 - exp(-z): the integrand is exp(-a r)/(1 - r) in r
    |x| up to 1         z + sum of (a**k - b**k)/(k k!), the differences divided by a - b = a R
    |x| from 1 on       Gauss-Legendre over pieces of x, in each of which exp(x)/x is far from its pole at 0

Relative error: some units in the last place, and as many times |x_inf + x| units as exp makes of the rounding of its argument.

Source
    Abramowitz & Stegun 1964, 5.1.10 (series), 25.4.29-30 (quadrature).
"""

import math

from .propagators import relaxed, remaining

# exp of more is not taken: a hazard so high fires at once, whatever its value.
LARGEST = 600.0

# A difference of exponents at which nothing is left of the smaller part.
_NEGLIGIBLE = 42.0

_SHORT = 0.25  # of the way, and of the way times |a|
_ENOUGH = 2.0**-56
_LONGEST_PIECE = 7.0
_DISTANT = 2.0**53  # from there on 1/x does not change where exp does, and x - _LONGEST_PIECE may be x
_EMPTY = 800.0  # time constants after which exp leaves nothing
_MOST_STEPS = 200
_STEEP = 0.5  # a rise that is worth a logarithm
_AT_ROOT = 2.0**-36  # a last step that small leaves an error of its square


def rate(exponent):
    """exp, held where it stays finite."""
    return math.exp(min(exponent, LARGEST))


def integral(x_inf, a, z, lost):
    """H(z) for z >= 0, `lost` being 1 - exp(-z), which the caller has."""
    way = abs(a) * lost
    if lost <= _SHORT and way <= _SHORT:
        return rate(x_inf + a) * short_way(a, lost)
    near = abs(a) * remaining(z, lost)
    if abs(a) <= 1.0:
        return rate(x_inf) * (z + series(a, lost))
    total = 0.0
    if near < 1.0:
        # From |x| = 1 on to the end, where the hazard is near that of the asymptote.
        rest = -math.log(near) if z < LARGEST else z - math.log(abs(a))
        total = rate(x_inf) * (rest + series(math.copysign(1.0, a), 1.0 - near))
        near = 1.0
    return total + (falling(x_inf, near, a) if a > 0.0 else rising(x_inf, near, -a))


def short_way(a, lost):
    """Integral of exp(-a r)/(1 - r) over r from 0 to `lost`: powers of r, with partial sums of exp(-a) as coefficients."""
    term = whole = total = 1.0
    step = -a * lost
    k = 1.0
    while abs(term) + abs(whole) * lost > _ENOUGH:
        term *= step / k
        whole = whole * lost + term
        k += 1.0
        total += whole / k
    return lost * total


def series(a, lost):
    """Sum of (a**k - b**k)/(k k!) over k >= 1 for b = a (1 - lost), |a| <= 1: each difference is a - b times a sum of products."""
    b = a * (1.0 - lost)
    power, divided, factorial, total = 1.0, 1.0, 1.0, 1.0
    k = 1.0
    while k < 20.0:
        k += 1.0
        power *= b
        divided = divided * a + power
        factorial *= k
        total += divided / (k * factorial)
    return a * lost * total


def falling(x_inf, low, high):
    """Integral of exp(x_inf + x)/x from low to high, low >= 1, beside its largest integrand, at high."""
    if high >= _DISTANT:
        return rate(x_inf + high) * (relaxed(high - low) / high)
    total, x = 0.0, high
    while x > low and high - x < _NEGLIGIBLE:
        y = max(low, 0.5 * x, x - _LONGEST_PIECE)
        total += piece(y, x, high, 1.0)
        x = y
    return rate(x_inf + high) * total


def rising(x_inf, low, high):
    """Integral of exp(x_inf - x)/x from low to high, low >= 1, beside its largest integrand, at low."""
    if low >= _DISTANT:
        return rate(x_inf - low) * (relaxed(high - low) / low)
    total, x = 0.0, low
    while x < high and x - low < _NEGLIGIBLE:
        y = min(high, 2.0 * x, x + _LONGEST_PIECE)
        total += piece(x, y, low, -1.0)
        x = y
    return rate(x_inf - low) * total


def piece(low, high, top, sign):
    """Integral of exp(sign (x - top))/x from low to high: Gauss-Legendre with twelve points."""
    half = 0.5 * (high - low)
    centre = low + half
    total = 0.2491470458134028 * pair(centre, half * 0.1252334085114689, top, sign)
    total += 0.2334925365383548 * pair(centre, half * 0.3678314989981802, top, sign)
    total += 0.2031674267230659 * pair(centre, half * 0.5873179542866175, top, sign)
    total += 0.1600783285433462 * pair(centre, half * 0.7699026741943047, top, sign)
    total += 0.1069393259953184 * pair(centre, half * 0.9041172563704749, top, sign)
    total += 0.0471753363865118 * pair(centre, half * 0.9815606342467192, top, sign)
    return half * total


def pair(centre, distance, top, sign):
    """The integrand at two points beside the centre."""
    low, high = centre - distance, centre + distance
    return math.exp(sign * (low - top)) / low + math.exp(sign * (high - top)) / high


def reached(x_inf, a, amount):
    """The z at which H(z) = amount > 0, or inf: between the times that the largest and the least hazard on the way would take.

    Newton's method on H, or where the hazard rises (a < 0, H is then logarithmically concave) on its logarithm, from the
    left; what leaves the bracket is replaced by the middle of it. H is monotone, so there is one root, and the bracket holds it.
    """
    begin, end = rate(x_inf + a), rate(x_inf)
    low = amount / max(begin, end) if max(begin, end) > 0.0 else math.inf
    if a == 0.0 or low == math.inf or x_inf + a >= LARGEST:
        return low
    high = amount / min(begin, end) if min(begin, end) > 0.0 else math.inf
    if a < 0.0 and end > 0.0:
        # The asymptote of H lies log|a| + gamma + E1(|a|) to the right of where the end's hazard alone would lead.
        high = min(high, amount / end + math.log1p(-a) + 0.58)
    if -a > x_inf - LARGEST > 0.0:
        high = min(high, math.log(-a / (x_inf - LARGEST)))  # where hazards beyond exp(LARGEST) begin
    if high == math.inf and integral(x_inf, a, _EMPTY, 1.0) < amount:
        return math.inf
    high = min(high, _EMPTY) if high == math.inf else high
    z = low
    for _ in range(_MOST_STEPS):
        lost = relaxed(z)
        whole, slope = integral(x_inf, a, z, lost), rate(x_inf + a * remaining(z, lost))
        if whole < amount:
            low = z
        else:
            high = z
        step = math.inf
        if slope > 0.0 and whole > 0.0:
            step = (amount - whole) / slope if a > 0.0 else math.log(amount / whole) * (whole / slope)
        if abs(step) <= _AT_ROOT * z:
            return z + step
        z = z + step if low < z + step < high else 0.5 * (low + high)
        if not low < z < high:
            break
    return z


def reached_bound(x_inf, a, amount):
    """A time not after `reached`, cheaply: from the highest hazard on the way, or from one that rises as steeply as at first."""
    highest = rate(x_inf + max(a, 0.0))
    bound = amount / highest if highest > 0.0 else math.inf
    if a > -_STEEP:
        return bound
    # Where the hazard is exp(x - a s) or less, its integral is exp(x) (exp(-a s) - 1)/(-a) or less.
    power = math.log(amount * -a) - (x_inf + a)
    return max(bound, (math.log1p(math.exp(power)) if power < _NEGLIGIBLE else power) / -a)
