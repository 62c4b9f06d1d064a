"""The mean-field rate against an independent quadrature, limits and published fixed points."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx

from eventsim.analysis import self_consistent_rate, siegert_rate


@pytest.mark.parametrize("mu", [-30.0, 0.0, 15.0, 19.9, 20.0, 25.0, 60.0])
@pytest.mark.parametrize("sigma", [0.5, 2.0, 8.0, 40.0])
def test_siegert_rate_is_the_integral(mu, sigma):
    if (20.0 - mu) / sigma > 25.0:
        assert siegert_rate(mu, sigma) < 1e-200
        return
    low, high = (10.0 - mu) / sigma, (20.0 - mu) / sigma
    points = [p for p in (-10.0, -3.0, 0.0, 3.0) if low < p < high]
    integral, _ = quad(lambda u: erfcx(-u), low, high, epsabs=0.0, epsrel=1e-12, limit=500, points=points or None)
    assert siegert_rate(mu, sigma) == pytest.approx(1e3 / (2.0 + 20.0 * math.sqrt(math.pi) * integral), rel=1e-9)


@pytest.mark.parametrize("mu", [21.0, 30.0, 100.0])
def test_without_noise_it_is_the_closed_form(mu):
    assert siegert_rate(mu, 1e-4) == pytest.approx(1e3 / (2.0 + 20.0 * math.log((mu - 10.0) / (mu - 20.0))), rel=1e-6)


def test_rate_rises_with_the_mean_and_stays_below_the_refractory_limit():
    rates = [siegert_rate(mu, 5.0) for mu in np.linspace(-50.0, 500.0, 100)]
    assert np.all(np.diff(rates) > 0.0)
    assert rates[-1] < 500.0


def test_the_largest_of_several_fixed_points():
    # response(r) - r = -(r - 2)(r - 8)(r - 30) / 100
    assert self_consistent_rate(lambda r: r - (r - 2.0) * (r - 8.0) * (r - 30.0) / 100.0, 100.0) == pytest.approx(30.0)


def test_a_population_that_can_only_be_silent():
    assert self_consistent_rate(lambda r: 0.5 * r, 100.0) == 0.0
