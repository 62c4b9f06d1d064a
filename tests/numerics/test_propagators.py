"""`relaxed` and `charge` against 40-digit arithmetic over all decades, at and next to the removable singularity."""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from eventsim.numerics.propagators import HALF, LONG, charge_short, decayed, decayed_short, faded, halved, relaxed, remaining
from eventsim.numerics.propagators import charge as charge_with

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


def test_faded_is_right_to_two_ulp():
    halvings = [math.nextafter(k * HALF, edge) for k in (1, 2, 3, 4) for edge in (0.0, 100.0)][1:]
    z = np.concatenate([np.random.default_rng(4).uniform(HALF, LONG, 4000), np.random.default_rng(5).uniform(LONG, 700.0, 500), halvings])
    with mpmath.workdps(40):
        assert max(ulps(faded(float(x)), mpmath.exp(-mpf(float(x)))) for x in z) <= 2.0


def branchless():
    """Arguments of the functions without a branch, the edges of every halving among them."""
    edges = [math.nextafter(k * HALF, edge) for k in (1, 2, 3, 4) for edge in (0.0, 100.0)] + [k * HALF for k in (1, 2, 3)]
    return [z for z in [0.0, *edges, *np.random.default_rng(6).uniform(0.0, LONG, 2000).tolist()] if z < LONG]


def test_what_has_no_branch_has_the_same_bits():
    for z in branchless():
        lost, kept = halved(z)
        assert lost == relaxed(z)
        assert kept == remaining(z, lost)
        for x, residue in ((3.7, 1e-17), (-250.0, -1e-14), (0.0, 0.0)):
            assert decayed_short(x, residue, z, lost, kept) == decayed(x, residue, z, lost)


def test_the_charge_without_a_branch_has_the_same_bits():
    for z in branchless():
        for ratio in RATIOS:
            tau_m, tau_syn = max(1.0, ratio), max(1.0, 1.0 / ratio)  # dt = z is below LONG in units of both
            slower = math.exp(-z / max(tau_m, tau_syn))
            assert charge_short(z, tau_m, tau_syn, slower) == charge_with(z, tau_m, tau_syn, slower), (z, ratio)


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
    np.testing.assert_array_equal(*both(faded, HALF + z))
    np.testing.assert_array_equal(*both(charge, grid()))
