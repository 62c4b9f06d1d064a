"""The integral of an exponential hazard along a leaky membrane against 40-digit arithmetic, and the time at which it reaches a number."""

import math
from unittest import mock

import mpmath
import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from mpmath import mpf

from eventsim.numerics import hazard
from eventsim.numerics.propagators import relaxed

from .compiling import both

EPS = 2.0**-52

DISTANCES = st.one_of(
    st.sampled_from((0.0, 1.0, -1.0, 0.25, -0.25, math.nextafter(1.0, 2.0), -math.nextafter(1.0, 2.0), 7.0, -300.0, 300.0)),
    st.tuples(st.sampled_from((1.0, -1.0)), st.floats(-9.0, 2.5)).map(lambda x: x[0] * 10.0 ** x[1]),
)
INTERVALS = st.one_of(st.sampled_from((0.0, 0.25, 0.2876820724517809, 40.0, 700.0, 1e6)), st.floats(-9.0, 2.5).map(lambda x: 10.0**x))


def exact(x_inf, a, z):
    """exp(x_inf) (Ei(a) - Ei(b)), in as many digits as the difference takes away."""
    x_inf, a, z = mpf(x_inf), mpf(a), mpf(z)
    if a == 0:
        return mpmath.exp(x_inf) * z
    with mpmath.workdps(100 + int(abs(a))):
        if z > 500:  # b is 0: Ei(b) is gamma + log|b|
            end = mpmath.euler + mpmath.log(abs(a)) - z
        else:
            end = mpmath.ei(a * mpmath.exp(-z))
        return mpmath.exp(x_inf) * (mpmath.ei(a) - end)


def granted(x_inf, a, z):
    """Relative error: some units, and as many times the exponent as exp makes of the rounding of its argument."""
    return EPS * (6.0 + 2.0 * (abs(x_inf) + abs(a) * (1.0 if a > 0.0 else math.exp(-z))))


@given(x_inf=st.sampled_from((0.0, -3.0, -40.0, 5.0)), a=DISTANCES, z=INTERVALS)
def test_the_integral_is_right_to_some_units_in_the_last_place(x_inf, a, z):
    value, true = hazard.integral(x_inf, a, z, relaxed(z)), exact(x_inf, a, z)
    assert abs(value - true) <= granted(x_inf, a, z) * true


@pytest.mark.parametrize("a", [1e17, -1e17, 1e40, -1e300, 1e308])
@pytest.mark.parametrize("z", [1e-30, 1e-3, 2.0])
def test_where_pieces_are_shorter_than_a_unit_in_the_last_place(a, z):
    """exp(x)/x beside its largest value falls off within some units of x, in which 1/x does not change."""
    nearest = abs(a) if a > 0.0 else abs(a) * math.exp(-z)
    way = -abs(a) * math.expm1(-z)
    x_inf = -a if a > 0.0 else nearest  # the largest hazard is 1
    assert hazard.integral(x_inf, a, z, relaxed(z)) == pytest.approx(-math.expm1(-way) / nearest, rel=1e-12)


@given(a=DISTANCES, first=INTERVALS, second=INTERVALS)
def test_the_integral_over_two_intervals_is_the_sum(a, first, second):
    whole = hazard.integral(-1.0, a, first + second, relaxed(first + second))
    parts = hazard.integral(-1.0, a, first, relaxed(first)) + hazard.integral(-1.0, a * math.exp(-first), second, relaxed(second))
    assert parts == pytest.approx(whole, rel=1e-12)


@given(x_inf=st.floats(-40.0, 10.0), a=DISTANCES, amount=st.floats(-12.0, 6.0).map(lambda x: 10.0**x))
def test_the_time_is_that_at_which_the_integral_is_the_amount(x_inf, a, amount):
    calls = [0]
    integral = hazard.integral

    def counting(*arguments):
        calls[0] += 1
        return integral(*arguments)

    with mock.patch.object(hazard, "integral", counting):
        z = hazard.reached(x_inf, a, amount)
    event(f"integrals: {calls[0] // 10 * 10} or more")
    assert calls[0] <= 60
    assert 0.0 < hazard.reached_bound(x_inf, a, amount) <= z * (1.0 + 1e-9)
    least, most = math.exp(x_inf + min(a, 0.0)), math.exp(x_inf + max(a, 0.0))
    assert amount / most * (1.0 - 1e-9) <= z
    assert z <= amount / least * (1.0 + 1e-9) if least > 0.0 else z > 0.0
    slope = math.exp(x_inf + a * math.exp(-z))
    assert abs(exact(x_inf, a, z) - amount) <= 4.0 * granted(x_inf, a, z) * amount + 8.0 * EPS * z * slope


def test_a_hazard_that_dies_out_may_never_reach_an_amount():
    """Far from an asymptote without hazard, the whole integral is finite: Ei(a) exp(x_inf), nearly."""
    x_inf, a = -800.0, 800.0
    whole = float(mpmath.exp(x_inf) * mpmath.ei(a))
    assert hazard.reached(x_inf, a, whole * (1.0 + 1e-9)) == math.inf
    assert 0.0 < hazard.reached(x_inf, a, whole * (1.0 - 1e-9)) < 1.0


def test_a_hazard_beyond_all_numbers_fires_at_once():
    assert 0.0 < hazard.reached(0.0, 1e6, 1.0) < 1e-200
    assert 0.0 < hazard.reached(1e6, -1e3, 1.0) < 1e-200
    rising = hazard.reached(1e6, -1.02e6, 1.0)  # from an exponent of -2e4, where there is none, through 0
    assert rising == pytest.approx(math.log(1.02), rel=1e-3)
    with mpmath.workdps(500):
        b = 1.02e6 * mpmath.exp(-mpf(rising))
        assert abs(mpmath.log(mpmath.exp(mpf(10) ** 6 - b) * (1 - 1 / b) / b)) < 1e-9  # E1(b) by its asymptotic series
    near = mpmath.findroot(lambda b: mpmath.e1(b) - 1, 0.25)  # a hazard that comes from nothing: E1(b) = 1
    assert hazard.reached(0.0, -1e6, 1.0) == pytest.approx(float(mpmath.log(mpf(10) ** 6 / near)), rel=1e-14)


def test_compiled_functions_give_the_same_bits():
    rng = np.random.default_rng(4)
    n = 3000
    a = rng.choice((1.0, -1.0), n) * 10.0 ** rng.uniform(-6.0, 3.0, n)
    arguments = np.stack([rng.uniform(-30.0, 10.0, n), a, 10.0 ** rng.uniform(-6.0, 4.0, n)], axis=1)

    def over(x_inf, a, z):
        return hazard.integral(x_inf, a, z, relaxed(z))

    for function in (hazard.reached, over):
        plain, compiled = both(function, arguments)
        assert np.isfinite(plain).sum() > 1000
        np.testing.assert_array_equal(plain, compiled)


@given(x_inf=st.floats(-40.0, 600.0), a=DISTANCES, amount=st.floats(-6.0, 2.0).map(lambda x: 10.0**x))
def test_looks_at_bounds_come_to_the_time_soon(x_inf, a, amount):
    """As an engine does: from bound to bound, until half of the way or more is certain."""
    z = hazard.reached(x_inf, a, amount)
    looks = 0
    while 1e-9 < z < 1e9 and (bound := hazard.reached_bound(x_inf, a, amount)) < 0.5 * z:
        amount -= hazard.integral(x_inf, a, bound, relaxed(bound))
        a, z, looks = a * math.exp(-bound), z - bound, looks + 1
        if not amount > 0.0:
            break
    assert looks <= 40
