"""Propagators of linear membranes and exponential currents, without cancellation at any ratio of time constants."""

import math

from .compensation import add

# Below this argument a polynomial does, and costs less than the library's expm1.
SHORT = 1.0

# Below it exp(-z) is above one half, and 1 - relaxed(z) loses no digit; above it 1 - exp(-z) loses none.
HALF = 0.6931471805599453
_HALF_HIGH, _HALF_LOW = 0.6931471803691238, 1.9082149292705877e-10  # ln 2 in two parts, the first with zeros at its end

# Up to three halvings are counted by comparisons, which loops over many neurons can do without a branch.
LONG = 4.0 * HALF

# How many halvings a table holds, and how many there are in a unit.
_HALVINGS, _PER_HALVING = 64, 1.4426950408889634
_POWERS = tuple(0.5**n for n in range(_HALVINGS + 1))


def relaxed(z):
    """1 - exp(-z) for z >= 0: the part of the way to its asymptote that a leaky membrane covers in z time constants."""
    if z < HALF:
        return relaxed_short(z)
    return 1.0 - faded(z)


def relaxed_short(z):
    """The same for z < HALF, without a branch, so that loops over many neurons are vectorised."""
    return z - z * z * lag_short(z)  # only the last subtraction rounds noticeably


def faded(z):
    """exp(-z) for z >= HALF."""
    return halved(z)[1] if z < LONG else math.exp(-z)


def fading(z):
    """exp(-z) for z >= 0, at the same cost for nearly all: synapses ask for it after intervals of any length."""
    if z >= _HALVINGS * HALF:
        return math.exp(-z)
    halvings = int(z * _PER_HALVING)
    return (1.0 - relaxed_short((z - halvings * _HALF_HIGH) - halvings * _HALF_LOW)) * halved_times(halvings)


def halved_times(n):
    """2**-n for 0 <= n <= 64."""
    return _POWERS[n]


def halved(z):
    """(1 - exp(-z), exp(-z)) for 0 <= z < LONG, without a branch: what is more than whole halvings is a short way."""
    halvings = 0.0 if z < HALF else (1.0 if z < 2.0 * HALF else (2.0 if z < 3.0 * HALF else 3.0))
    scale = 1.0 if z < HALF else (0.5 if z < 2.0 * HALF else (0.25 if z < 3.0 * HALF else 0.125))
    lost = relaxed_short((z - halvings * _HALF_HIGH) - halvings * _HALF_LOW)
    kept = (1.0 - lost) * scale
    return (lost if z < HALF else 1.0 - kept), kept


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
    return 1.0 - lost if z < HALF else faded(z)


def decayed(x, residue, z, lost):
    """x + residue after z time constants, as (value, residue); `lost` is relaxed(z).

    Over short intervals what is lost is subtracted, with compensation: many of them then cost no more digits than one.
    """
    if z < HALF:
        return add(x, residue, -(x + residue) * lost)
    return x * faded(z), 0.0


def decayed_short(x, residue, z, lost, kept):
    """The same for z < LONG without a branch; `kept` is exp(-z)."""
    value, left = add(x, residue, -(x + residue) * lost)
    return (value if z < HALF else x * kept), (left if z < HALF else 0.0)


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
    return dt * slower * (1.0 if y == 0.0 else relaxed(y) / y)


def charge_short(dt, tau_m, tau_syn, slower):
    """The same where dt is below LONG in units of either time constant, without a branch."""
    y = dt * abs(tau_m - tau_syn) / (tau_m * tau_syn)
    return dt * slower * (1.0 if y == 0.0 else halved(y)[0] / y)
