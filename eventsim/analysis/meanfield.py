"""Mean-field rate of a leaky integrate-and-fire neuron under white noise."""

import math

import numpy as np

from .. import _cast
from ..errors import ParameterError

# The integrand spans many orders of magnitude, but smoothly: panels of this width in u, 16 Gauss-Legendre points in each.
_PANEL = 0.25
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)

_EXPLODES = 26.0  # exp(u * u) leaves the float range shortly above: the rate is zero to any purpose
_FIXED_POINT_GRID = 400


def siegert_rate(mu, sigma, *, tau_m=20.0, v_thresh=20.0, v_reset=10.0, t_ref=2.0):
    """Firing rate of a LIF neuron whose input is Gaussian white noise.

    1 / rate = t_ref + tau_m sqrt(pi) * integral from (v_reset - mu) / sigma to (v_thresh - mu) / sigma
    of exp(u**2) (1 + erf(u)) du

    Parameters
    ----------
    mu : float, mV
        Mean input: where the membrane would settle without threshold. For Poisson inputs with jumps J at a rate nu,
        mu = v_rest + tau_m * sum(J * nu).
    sigma : float, mV, > 0
        sigma**2 = tau_m * sum(J**2 * nu); the free membrane fluctuates with sigma / sqrt(2).
    tau_m : float, ms, > 0
    v_thresh, v_reset : float, mV, v_reset < v_thresh
    t_ref : float, ms, >= 0

    Returns
    -------
    float
        Rate in Hz; 0 where it is below the range of floats.

    Notes
    -----
    Siegert 1951, doi 10.1103/PhysRev.81.617; Brunel 2000, doi 10.1023/A:1008925309027, eq. 21. Exact in the limit of
    many weak inputs; finite jumps shift it by the order of J / sigma.

    Examples
    --------
    >>> round(siegert_rate(25.0, 0.1), 1), round(1e3 / (2.0 + 20.0 * math.log(15.0 / 5.0)), 1)  # without noise: closed form
    (41.7, 41.7)
    """
    mu = _cast.number(mu, "mu", "mV")
    sigma = _cast.number(sigma, "sigma", "mV", low=0.0, low_open=True)
    tau_m = _cast.number(tau_m, "tau_m", "ms", low=0.0, low_open=True)
    t_ref = _cast.number(t_ref, "t_ref", "ms", low=0.0)
    if v_reset >= v_thresh:
        raise ParameterError(f"v_reset must be < v_thresh, got v_reset = {v_reset:g}, v_thresh = {v_thresh:g}")
    low, high = (v_reset - mu) / sigma, (v_thresh - mu) / sigma
    if high > _EXPLODES:
        return 0.0
    # Far below zero the integrand is 1 / (sqrt(pi) |u|) to O(u**-3): integrate it where it varies, in steps that grow with |u|.
    edges = _panels(low, high)
    half = 0.5 * np.diff(edges)[:, None]
    u = 0.5 * (edges[1:] + edges[:-1])[:, None] + half * _NODES
    integral = float(np.sum(half * _WEIGHTS * _integrand(u)))
    return 1e3 / (t_ref + tau_m * math.sqrt(math.pi) * integral)


def _panels(low, high):
    """Edges from low to high: of equal width where |u| is small, growing by a tenth where u is far below zero."""
    edges = [low]
    while edges[-1] < high:
        edges.append(min(high, edges[-1] + max(_PANEL, -0.1 * edges[-1])))
    return np.array(edges)


def _integrand(u):
    """exp(u**2) (1 + erf(u)), which is erfcx(-u)."""
    return np.vectorize(_erfcx, otypes=[float])(-u)


def _erfcx(x):
    """exp(x**2) erfc(x); for large x its continued fraction, where the product would be 0 times infinity."""
    if x < 10.0:
        return math.exp(x * x) * math.erfc(x)
    fraction = x
    for k in range(30, 0, -1):
        fraction = x + 0.5 * k / fraction
    return 1.0 / (math.sqrt(math.pi) * fraction)


def self_consistent_rate(response, highest):
    """The largest rate that a population reproduces from its own input: response(rate) == rate.

    Parameters
    ----------
    response : callable
        Rate (Hz) of a neuron whose recurrent inputs fire at the given rate (Hz).
    highest : float, Hz, > 0
        Bound on the rate, such as 1000 / t_ref.

    Returns
    -------
    float
        Hz; 0 where the population can only be silent.

    Examples
    --------
    >>> round(self_consistent_rate(lambda rate: 30.0 - 0.5 * rate, 100.0), 9)
    20.0
    """
    highest = _cast.number(highest, "highest", "Hz", low=0.0, low_open=True)
    high = highest
    for low in highest * np.geomspace(1.0, 1e-6, _FIXED_POINT_GRID)[1:]:
        if response(low) >= low:
            return _bisect(response, float(low), float(high))
        high = low
    return 0.0


def _bisect(response, low, high):
    """The fixed point between low, where the response exceeds the rate, and high, where it does not."""
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        if response(middle) >= middle:
            low = middle
        else:
            high = middle
