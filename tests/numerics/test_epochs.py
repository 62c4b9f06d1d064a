"""Decay between many pairs of times, as a product of what each time says, against 40-digit arithmetic."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from eventsim import _jit
from eventsim.numerics.epochs import FASTEST, STRIDE, beginning, epoch_length, left, over, table

EPS = 2.0**-53

rates = st.lists(st.one_of(st.floats(1e-6, 1e3), st.sampled_from((0.0, 1e9, 1e20, FASTEST))), min_size=1, max_size=4)
times = st.floats(0.0, 1e10)


def kept(numbers, k, s, t):
    """What is left at t of decay number k since s, as engines compute it."""
    rate = numbers[2 + k * STRIDE]
    first, last = beginning(s, numbers[0]), beginning(t, numbers[0])
    return (1.0 / left(rate, s - first)) * over(numbers, 2 + k * STRIDE, (last - first) / numbers[0]) * left(rate, t - last)


@given(rates, times, times)
def test_decay(rates, s, t):
    s, t = sorted((s, t))
    numbers = table(rates)
    for k, rate in enumerate(rates):
        got = kept(numbers, k, s, t)
        with mpmath.workdps(40):
            z = mpf(rate) * (mpf(t) - mpf(s))
            if z > 600:
                assert got < 1e-250
                continue
            error = abs(mpf(got) / mpmath.exp(-z) - 1)
        assert (
            error < (130.0 + 3.0 * float(z)) * EPS
        )  # up to 8 in each exponent of three, one rounding each; two for each of up to 53 factors


@given(rates, times)
def test_epochs(rates, t):
    """Their length is a power of two, 4 to 8 of the shortest time constant; beginnings are multiples of it, and nothing about them rounds."""
    length = epoch_length(rates)
    begin = beginning(t, length)
    assert math.frexp(length)[0] == 0.5
    if max(rates) > 0.0:
        assert 4.0 <= length * max(rates) < 8.0
    assert 0.0 <= t - begin < length
    assert begin + (t - begin) == t
    assert (begin / length).is_integer()


@pytest.mark.parametrize("rate", [FASTEST, 1e100, 1e-100, 5e-324, 0.0])
def test_rates_beyond_all_measure(rate):
    numbers = table([rate])
    assert kept(numbers, 0, 1.0, 1.0) == pytest.approx(1.0, rel=4.0 * EPS)
    assert kept(numbers, 0, 1.0, 2.0) == (1.0 if rate < 1.0 else 0.0)
    assert kept(numbers, 0, 1e300, 1.5e300) == (1.0 if rate < 1e-320 else 0.0)


def test_numbers_of_epochs_that_no_integer_holds():
    """A decay so slow that the table, as long as it is, ends before the decay does."""
    rate = 2.0**-120
    numbers = table([8.0, rate])
    assert numbers[0] == 0.5
    for n in (2.0**57, 2.0**58 - 32.0, 2.0**58, 2.0**58 + 64.0, 1.1 * 2.0**64, 1.7 * 2.0**121, 1.0 / 3.0 * 2.0**124, 1e300, math.inf):
        z = rate * 0.5 * min(n, 2.0**165)
        assert over(numbers, 2 + STRIDE, n) == pytest.approx(math.exp(-z), rel=(100.0 + 3.0 * z) * EPS)


def fill(numbers, n, t, parts, begins):
    for k in range(len(n)):
        parts[k] = over(numbers, 2 + STRIDE, n[k])
        begins[k] = beginning(t[k], numbers[0])


def test_compiled_equals_plain():
    rng = np.random.default_rng(1)
    numbers = np.array(table([0.05, 0.001, 0.0]))
    n = np.floor([*range(300), *(10.0 ** rng.uniform(2.0, 60.0, 300))])
    t = 10.0 ** rng.uniform(-3.0, 20.0, 600)
    compiled, plain = np.zeros((2, 600)), np.zeros((2, 600))
    _jit.compiled(fill, key=None)(numbers, n, t, *compiled)
    fill(numbers, n.tolist(), t.tolist(), *plain)
    np.testing.assert_array_equal(compiled, plain)
    assert 0 < np.count_nonzero(plain[0]) < 600
