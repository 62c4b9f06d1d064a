"""`charge_of_rise` and `peak_rate` against 80-digit arithmetic, at and next to all coincidences of three time constants."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from eventsim.numerics.divided import charge_of_rise, peak_rate

from ..exact import evaluate, filtered, rate_of_peak
from .compiling import both, ulps

NEAR = [1.0, *(1.0 + s * 10.0**-k for k in range(2, 17) for s in (1, -1))]
FAR = [2.0, 0.5, 1e2, 1e-2, 1e4, 1e-4]


def exact_charge(dt, a, b, c):
    """By two filters, in polynomials times exponentials."""
    first = filtered({1 / mpf(a): [mpf(1)]}, 1 / mpf(b), mpf(0))
    return evaluate(filtered(first, 1 / mpf(c), mpf(0)), mpf(dt))


def grid():
    """dt from a billionth to 30 times the first; the other two of all ratios to it."""
    rng = np.random.default_rng(6)
    pairs = [*itertools.product(NEAR[::3], NEAR[::2]), *itertools.product(FAR, NEAR[::4]), *itertools.product(FAR, FAR)]
    return np.array([(10.0 * 10.0 ** rng.uniform(-9.0, 1.5), 10.0, 10.0 * x, 10.0 * y) for x, y in pairs for _ in range(3)])


def test_the_chain_is_right_to_a_few_ulp():
    """exp(-x) of a rounded x is off by x ulp whatever one does: that much is granted on top."""
    worst = 0.0
    for dt, a, b, c in grid().tolist():
        granted = 8.0 + dt / max(a, b, c)
        worst = max(worst, ulps(charge_of_rise(dt, a, b, c), exact_charge(dt, a, b, c)) / granted)
    assert worst <= 1.0


def test_the_order_of_the_time_constants_does_not_matter():
    for dt, *taus in grid()[::5].tolist():
        values = {charge_of_rise(dt, *order) for order in itertools.permutations(taus)}
        assert len(values) == 1


def test_three_equal_time_constants_make_a_square():
    for dt in (0.0, 1e-12, 0.7, 20.0, 1e4):
        assert charge_of_rise(dt, 5.0, 5.0, 5.0) == pytest.approx(dt * dt / 2.0 * math.exp(-dt / 5.0), rel=4e-16)
    assert charge_of_rise(1e300, 5.0, 2.0, 0.1) == 0.0


@pytest.mark.parametrize("ratio", NEAR + FAR)
def test_the_peak_is_right_to_a_few_ulp(ratio):
    for tau in (0.3, 5.0, 20.0):
        a, b = tau, tau * ratio
        assert ulps(peak_rate(a, b), rate_of_peak(mpf(a), mpf(b))) <= 4.0
        assert peak_rate(a, b) == peak_rate(b, a)
    assert mpmath.mp.dps >= 40


def test_the_chain_is_the_same_compiled():
    rows = grid()
    np.testing.assert_array_equal(*both(lambda dt, b, c: charge_of_rise(dt, 10.0, b, c), np.ascontiguousarray(rows[:, [0, 2, 3]])))
