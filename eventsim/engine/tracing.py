"""What is to be sampled, when, and how a sample is taken."""

import numpy as np

from .. import _cast
from ..errors import ParameterError, RecordingError
from ..lowering.program import lowered
from ..recording import Trace, Trajectories
from ..synapses import Synapse

_FIXED = ("pre", "post", "delay")  # of what `Simulator.weights` gives, what does not change


def of_neurons(sim, variable, selection, at):
    """The Trace of a variable of neurons."""
    return Trace(variable, selection, _times(sim, variable, at), len(selection), f"{len(selection)} of {selection.population.name!r}")


def of_synapses(sim, variable, projection, at, synapses):
    """The Trace of a variable of plastic synapses, or without times their Trajectories, `synapses` being their places in `Simulator.weights`."""
    known = sim.weights(projection)
    if not isinstance(projection.synapse, Synapse):
        raise RecordingError(f"the weights of '{projection.label}' are static; sim.weights gives them")
    projections = sim._engine.program.fabric.projections
    if projections.reach[lowered(projections, projection.ordinal)].max(initial=-1.0) >= 0.0:
        raise RecordingError(
            f"synapses of '{projection.label}' come and go (net.rewire), so they have no traces; read sim.weights(projection) between runs"
        )
    variables = [name for name in known.dtype.names if name not in _FIXED]
    if not isinstance(variable, str) or variable not in variables:
        raise ParameterError(
            f"synapses of '{projection.label}' have no variable {_cast.short(variable)}; {_cast.meant(variable, variables)}"
        )
    chosen = np.arange(len(known)) if synapses is None else _cast.indices(synapses, "synapses", len(known))
    if at is None:
        if sim._changes.rewire:
            raise RecordingError(
                f"events at synapses of '{projection.label}' can not be recorded where net.rewire changes any projection; sample with at="
            )
        return _followed(sim, variable, projection, chosen, known[variable][chosen], variables.index(variable))
    times = _times(sim, variable, at)
    return Trace(variable, projection, times, len(chosen), f"{len(chosen)} synapses of '{projection.label}'", chosen)


def _followed(sim, variable, projection, chosen, begin, field):
    """The Trajectories of a variable, the one numbered `field` of the rule's state; begin: its values now."""
    from ..aer.synapses import numbers_of

    engine = sim._engine
    program = engine.program
    numbers = numbers_of(program, projection.ordinal)[chosen] if len(chosen) else chosen
    followed = np.unique(numbers)
    if len(chosen):
        k = lowered(program.fabric.projections, projection.ordinal)[0]
        engine.follow(int(program.plastic.synapses.kind[program.fabric.projections.plastic[k]]), followed)

    source = numbers, field, lambda: engine.followed(followed), lambda: engine.now
    return Trajectories(variable, projection, chosen, begin, engine.now, source, stepwise=projection.synapse.rule.flow is None)


def sample(sim, trace):
    """The values of a trace's variable at sim.now."""
    if trace.synapses is None:
        return sim.get(trace.selection, trace.variable)
    return sim.weights(trace.selection)[trace.variable][trace.synapses]


def _times(sim, variable, at):
    if at is None:
        raise RecordingError(
            f"record({variable!r}, ...) needs at=, the times (ms) at which to sample, such as at=np.arange(0.0, 100.0, 0.1)"
        )
    times = np.atleast_1d(_cast.floats(at, "at", "ms"))
    if times.ndim != 1:
        raise ParameterError(f"at must be one-dimensional, got shape {times.shape}")
    if len(times) and times.min() < sim.now:
        raise ParameterError(f"at must be >= sim.now = {sim.now!r} ms, got {float(times.min())!r}")
    return times
