"""Where a run is to end: what `Simulator.run` is asked for, checked."""

import math

from .. import _cast
from ..errors import ParameterError


def end_of_run(engine, duration, until, limit):
    """The time at which a run ends at the latest (ms; inf: none), and the predicate that may end it before, or None.

    Parameters
    ----------
    engine : engine
        As it stands at the beginning of the run.
    duration, until, limit
        As given to `Simulator.run`.

    Raises
    ------
    ParameterError
    """
    if (duration is None) == (until is None):
        given = "neither" if duration is None else f"duration = {_cast.short(duration)} and until = {_cast.short(until)}"
        raise ParameterError(f"run needs a duration or until=, one of them, got {given}")
    if callable(until):
        return (math.inf if limit is None else _time(limit, "limit", engine)), until
    if limit is not None:
        raise ParameterError(f"limit goes with until=predicate; give the time itself as until=, got limit = {_cast.short(limit)}")
    if until is not None:
        return _time(until, "until", engine), None
    end = engine.now + _cast.number(duration, "duration", "ms", low=0.0)
    return _in_reach(_cast.number(end, "duration from sim.now on", "ms"), "sim.now + duration", engine), None


def _time(value, name, engine):
    """A time that is neither past nor beyond reach."""
    end = _cast.number(value, name, "ms")
    if end < engine.now:
        raise ParameterError(f"{name} must be >= sim.now = {engine.now!r} ms, got {end!r}")
    return _in_reach(end, name, engine)


def _in_reach(end, name, engine):
    if end > engine.furthest:
        raise ParameterError(
            f"{name} must be <= {engine.furthest!r} ms in the {engine.name} engine, got {end!r}; Simulator(net, engine='sequential') goes further"
        )
    return end
