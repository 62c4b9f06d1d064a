"""Propagators of three relaxations in a chain: a current with rise and decay time on a leaky membrane, at any ratio of time constants."""

import math

from .propagators import relaxed

_TERMS = 20  # of the series below: (n + 1)/(n + 2)! is below 2**-60 from here on


def charge_of_rise(dt, tau_a, tau_b, tau_c):
    """Integral over 0 < r < s < dt of exp(-r/tau_a) exp(-(s - r)/tau_b) exp(-(dt - s)/tau_c), in ms**2; symmetric in the time constants.

    A divided difference of exp at three nodes. From the slowest rate on, with p <= q the distances of the other two times dt, it is
    dt**2 exp(-dt/slowest) phi(p, q), phi(p, q) = (g(p) - exp(-p) g(q - p)) / q with g(z) = (1 - exp(-z))/z: for q >= 1
    no more than two bits cancel; below, the series in complete symmetric polynomials converges from its first term on.

    Source
        Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1 (alpha functions); divided differences: McCurdy, Ng & Parlett
        1984, doi 10.1090/S0025-5718-1984-0744930-4.
    """
    slow = max(tau_a, tau_b, tau_c)
    fast = min(tau_a, tau_b, tau_c)
    middle = max(min(tau_a, tau_b), min(max(tau_a, tau_b), tau_c))
    p = dt * ((slow - middle) / (slow * middle))
    q = dt * ((slow - fast) / (slow * fast))
    return (dt * math.exp(-dt / slow)) * (dt * phi(p, q, dt * ((middle - fast) / (middle * fast))))


def phi(p, q, apart):
    """Integral over the simplex of exp(-p s - q t), s, t >= 0, s + t <= 1; 0 <= p <= q and apart = q - p."""
    if q < 1.0:
        power = symmetric = 1.0  # p**n, and the sum of all products of n factors p or q
        factor = 0.5
        total = factor
        for n in range(1, _TERMS):
            power *= p
            symmetric = q * symmetric + power
            factor /= -(n + 2.0)
            total += factor * symmetric
        return total
    lost = relaxed(p)
    first = lost / p if p > 0.0 else 1.0
    second = relaxed(apart) / apart if apart > 0.0 else 1.0
    return (first - math.exp(-p) * second) / q


def peak_rate(tau_a, tau_b):
    """1 over the largest value of the integral over 0 < s < t of exp(-s/tau_a) exp(-(t - s)/tau_b), over all t, in 1/ms.

    With slow, fast the longer and shorter and x = slow/fast - 1, the peak is at t = slow log(1 + x)/x, and fast exp(-t/slow) high.
    """
    slow, fast = max(tau_a, tau_b), min(tau_a, tau_b)
    x = (slow - fast) / fast
    part = math.log1p(x) / x if x > 0.0 else 1.0
    return math.exp(part) / fast
