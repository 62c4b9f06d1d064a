"""Propagators of linear membranes and exponential currents, without cancellation at any ratio of time constants."""

import math

from .compensation import add

# Below this argument a polynomial does, and costs less than the library's expm1.
SHORT = 1.0

# From about ln 2 on, 1 - exp(-z) is above one half and loses no digit; below it, exp(-z) = 1 - relaxed(z) loses none.
_HALF = 0.6875


def relaxed(z):
    """1 - exp(-z) for z >= 0: the part of the way to its asymptote that a leaky membrane covers in z time constants."""
    if z < SHORT:
        return relaxed_short(z)
    return 1.0 - math.exp(-z)


def relaxed_short(z):
    """The same for z < SHORT, without a branch, so that loops over many neurons are vectorised."""
    return z - z * z * lag_short(z)  # only the last subtraction rounds noticeably


def lag(z):
    """(z - relaxed(z)) / z**2 for z >= 0: how far a leaky membrane lags behind an input that rises steadily."""
    if z < SHORT:
        return lag_short(z)
    return (1.0 - relaxed(z) / z) / z


def lag_short(z):
    """The same for z < SHORT, without a branch."""
    # Interpolates at the Chebyshev nodes of [0, 1], to 2**-59 of the result of relaxed_short. Terms in pairs, so that few
    # operations wait for each other.
    z2 = z * z
    z4 = z2 * z2
    a = (0.5 - z * 0.1666666666666664) + z2 * (0.04166666666665401 - z * 0.008333333333096557)
    b = (0.0013888888865978557 - z * 0.0001984126853148021) + z2 * (2.4801539739718985e-05 - z * 2.7556179049708925e-06)
    c = (2.753900275371731e-07 - z * 2.4856214837612005e-08) + z2 * (1.952715306431462e-09 - z * 1.0509453754979482e-10)
    return a + z4 * (b + z4 * c)


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
