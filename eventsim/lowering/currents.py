"""Lowering of injected currents: which neurons, which of their variables, and what their changes are computed from."""

import math

import numpy as np

from ..errors import NumericalError
from ..network.currents import NoisyCurrent, RampCurrent, SineCurrent, StepCurrent
from ..neurons.injected import width_of
from ..numerics.currents import NOISE, RAMPS, SINES, STEPS
from ..numerics.random import CURRENT as CURRENT_STREAM
from ..numerics.random import derive_key
from .program import CURRENT, STATE, records

_KINDS = {StepCurrent: STEPS, RampCurrent: RAMPS, SineCurrent: SINES, NoisyCurrent: NOISE}

_ENDLESS = 2**62  # changes

_FARTHEST = 9.0  # standard deviations: no normal number made of 53 bits is beyond


def lower_currents(injections, seed):
    """All currents (CURRENT), the local indices of their neurons and their table.

    In the table a current has columns = 1 or n numbers for whatever is shared or each neuron's own: of steps and ramps all times, then values,
    then slopes by time; of noise mean and standard deviation; of a sine current, quadrature and offset at its beginning.
    """
    currents = records(CURRENT, len(injections))
    targets, table, member, place = [], [], 0, 0
    for at, injection in zip(currents, injections, strict=True):
        current, post = injection.current, injection.post
        numbers, at.columns, at.length = _numbers(current, len(post))
        if not np.isfinite(numbers).all():
            raise NumericalError(f"{current!r} is not finite; its values are too large")
        at.kind = _KINDS[type(current)]
        at.population, at.own = post.population.ordinal, int(at.columns > 1)
        model = post.population.model.model
        at.place, at.width = STATE + model.variables.index(injection.variable), width_of(model, injection.number)
        at.member, at.member_end = member, member + len(post)
        at.table = place
        at.key0, at.key1 = derive_key(seed, CURRENT_STREAM, injection.ordinal)
        if isinstance(current, (SineCurrent, NoisyCurrent)):
            at.start, at.stop = current.start, current.stop
            sine = isinstance(current, SineCurrent)
            at.b, at.c = (1000.0, current.frequency) if sine else (current.interval, 1.0)
            at.omega = 2e-3 * math.pi * current.frequency if sine else 0.0
            at.length = _changes_before(current.stop, at)
        targets.append(post.index)
        table.append(numbers)
        member, place = member + len(post), place + len(numbers)
    return currents, _joined(targets, np.int64), _joined(table, np.float64)


def most(current):
    """The largest absolute value that a current reaches, pA: for each neuron, or for all."""
    if isinstance(current, (StepCurrent, RampCurrent)):
        return np.abs(current.values).max(axis=0)
    if isinstance(current, NoisyCurrent):
        return np.abs(current.mean) + _FARTHEST * current.std
    return np.abs(current.offset) + np.abs(current.amplitude)


def _numbers(current, n):
    """The numbers of a current, how many columns they have, and how many times are given."""
    if isinstance(current, (StepCurrent, RampCurrent)):
        own = current.values.ndim == 2
        parts = [current.times, current.values.ravel()]
        if isinstance(current, RampCurrent):
            parts.append(current.slopes().ravel())
        return np.concatenate(parts), n if own else 1, len(current.times)
    if isinstance(current, NoisyCurrent):
        rows = current.mean, current.std
    else:
        with np.errstate(over="ignore"):
            swing = current.amplitude * np.sin(current.phase), current.amplitude * np.cos(current.phase)
            rows = swing[0] + current.offset, swing[1], current.offset
    columns = n if any(np.ndim(row) for row in rows) else 1
    return np.concatenate([np.broadcast_to(row, (columns,)) for row in rows]), columns, 0


def _changes_before(stop, at):
    """The number of changes before a time: start + k b / c < stop."""
    if stop == math.inf:
        return _ENDLESS
    number = max(1, math.ceil((stop - at.start) * at.c / at.b))
    while number > 1 and at.start + (number - 1) * at.b / at.c >= stop:
        number -= 1
    while at.start + number * at.b / at.c < stop:
        number += 1
    return number


def _joined(parts, dtype):
    return np.concatenate(parts, dtype=dtype) if parts else np.empty(0, dtype)
