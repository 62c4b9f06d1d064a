"""Propagators of linear membranes and exponential currents, without cancellation at any ratio of time constants."""

import math

from .compensation import add

# Below this argument a Taylor polynomial of degree 8 is exact to half a unit in the last place
# (the first term left out is 2**-58 of the result) and cheaper than the library's expm1.
_SMALL = 0.03125

# From about ln 2 on, 1 - exp(-z) is above one half and loses no digit; below it, exp(-z) = 1 - relaxed(z) loses none.
_HALF = 0.6875


def relaxed(z):
    """1 - exp(-z) for z >= 0: the part of the way to its asymptote that a leaky membrane covers in z time constants."""
    if z < _SMALL:
        # z less a small correction, so that only the last subtraction rounds noticeably; terms in pairs, so that few
        # operations wait for each other.
        z2 = z * z
        high = (1.0 / 720.0 - z * (1.0 / 5040.0)) + z2 * (1.0 / 40320.0)
        return z - z2 * ((0.5 - z * (1.0 / 6.0)) + z2 * ((1.0 / 24.0 - z * (1.0 / 120.0)) + z2 * high))
    if z < _HALF:
        return -math.expm1(-z)
    return 1.0 - math.exp(-z)


def remaining(z, lost):
    """exp(-z) for z >= 0, `lost` being relaxed(z), which the caller has."""
    return 1.0 - lost if z < _HALF else math.exp(-z)


def decayed(x, residue, z, lost):
    """x + residue after z time constants, as (value, residue); `lost` is relaxed(z).

    Over short intervals what is lost is subtracted, with compensation: many of them then cost no more digits than one.
    """
    if z < _HALF:
        return add(x, residue, -(x + residue) * lost)
    return x * math.exp(-z), 0.0


def charge(dt, tau_m, tau_syn, slower):
    """Integral that an exponential current leaves on a leaky membrane after dt, in ms.

    (exp(-dt/tau_m) - exp(-dt/tau_syn)) * tau_m tau_syn / (tau_m - tau_syn), the removable singularity at
    tau_m = tau_syn included: dt exp(-dt/max(tau)) (1 - exp(-y))/y with y = dt |1/tau_syn - 1/tau_m|. `slower` is the
    exponential in it, that of the longer time constant, which the caller has.
    Multiplied by i/c_m it is the change of the membrane potential.

    Source
        Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1.2, rewritten.
    """
    y = dt * abs(tau_m - tau_syn) / (tau_m * tau_syn)
    shape = 1.0 if y == 0.0 else relaxed(y) / y
    return dt * slower * shape
