"""`relaxed` and `charge` against 40-digit arithmetic over all decades, at and next to the removable singularity."""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from eventsim.numerics.propagators import charge as charge_with
from eventsim.numerics.propagators import relaxed

from .compiling import both, ulps

# The bound where nothing cancels: a handful of roundings, half an ulp each, and the library's exp within one.
A_FEW = 4.0

RATIOS = [1.0, *(1.0 + s * 10.0**-k for k in range(2, 17) for s in (1, -1)), 2.0, 0.5, 1e2, 1e-2, 1e4, 1e-4]


def charge(dt, tau_m, tau_syn):
    """`charge` as a model calls it: with the exponential of the longer time constant."""
    return charge_with(dt, tau_m, tau_syn, math.exp(-dt / max(tau_m, tau_syn)))


def exact_relaxed(z):
    with mpmath.workdps(40):
        return -mpmath.expm1(-mpf(z))


def exact_charge(dt, tau_m, tau_syn):
    """The integral of exp(-(dt - s)/tau_m) exp(-s/tau_syn) over s from 0 to dt."""
    with mpmath.workdps(60):
        dt, tau_m, tau_syn = mpf(dt), mpf(tau_m), mpf(tau_syn)
        if tau_m == tau_syn:
            return dt * mpmath.exp(-dt / tau_m)
        return (mpmath.exp(-dt / tau_m) - mpmath.exp(-dt / tau_syn)) / (1 / tau_syn - 1 / tau_m)


def grid():
    """Arguments of `charge`: dt from a billionth to 30 times tau_m, time constants of all ratios."""
    rng = np.random.default_rng(5)
    rows = []
    for tau_m in (10.0, 0.3, 97.0):
        for ratio in RATIOS:
            times = tau_m * 10.0 ** rng.uniform(-9.0, 1.5, 12)
            rows += [(dt, tau_m, tau_m * ratio) for dt in times]
    return np.array(rows)


def test_relaxed_is_right_to_two_ulp():
    around_the_switch = np.nextafter(0.03125, [0.0, 1.0])
    z = np.concatenate([10.0 ** np.random.default_rng(4).uniform(-18.0, 2.0, 4000), around_the_switch, [0.03125]])
    assert max(ulps(relaxed(float(x)), exact_relaxed(x)) for x in z) <= 2.0


def test_relaxed_is_a_part_of_the_way():
    assert relaxed(0.0) == 0.0
    assert relaxed(1e3) == 1.0
    z = np.sort(10.0 ** np.random.default_rng(4).uniform(-18.0, 2.0, 4000))
    values = [relaxed(x) for x in z.tolist()]
    assert min(values) > 0.0
    assert max(values) <= 1.0


def test_charge_is_right_to_a_few_ulp():
    """exp(-x) of a rounded x is off by x ulp whatever one does: that much is granted on top."""
    for dt, tau_m, tau_syn in grid().tolist():
        exact = exact_charge(dt, tau_m, tau_syn)
        granted = A_FEW + dt / max(tau_m, tau_syn)
        assert ulps(charge(dt, tau_m, tau_syn), exact) <= granted, (dt, tau_m, tau_syn)


@pytest.mark.parametrize("tau", [0.1, 10.0, 1e3])
def test_charge_at_equal_time_constants(tau):
    for dt in (0.0, 1e-12, 0.7, 20.0, 1e4):
        assert charge(dt, tau, tau) == dt * float(mpmath.exp(-mpf(dt / tau)))


def test_charge_is_symmetric_in_the_time_constants():
    for dt, tau_m, tau_syn in grid().tolist():
        assert charge(dt, tau_m, tau_syn) == charge(dt, tau_syn, tau_m)


def test_propagators_are_the_same_compiled():
    z = 10.0 ** np.random.default_rng(4).uniform(-18.0, 2.0, (4000, 1))
    np.testing.assert_array_equal(*both(relaxed, z))
    np.testing.assert_array_equal(*both(charge, grid()))
