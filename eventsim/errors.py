"""Every exception eventsim raises on purpose. Each is raised where the mistake is made."""

__all__ = [
    "CapacityError",
    "ConnectivityError",
    "DelayError",
    "EventsimError",
    "FormatError",
    "InternalError",
    "MissingExtraError",
    "MissingFileError",
    "NumericalError",
    "ParameterError",
    "RecordingError",
    "SelectionError",
    "SimulationError",
    "ZeroDelayLoopError",
]


class EventsimError(Exception):
    """Base of all errors of eventsim."""


class ParameterError(EventsimError, ValueError):
    """A value is of the wrong kind, shape or range."""


class ConnectivityError(ParameterError):
    """A connection refers to something that does not exist or cannot be drawn."""


class DelayError(ParameterError):
    """A delay is negative or not finite."""


class SelectionError(ParameterError, IndexError):
    """A population or view has no such members."""


class RecordingError(EventsimError, LookupError):
    """Something was asked for that has not been recorded."""


class SimulationError(EventsimError, RuntimeError):
    """A run cannot go on or was asked for the impossible.

    Attributes
    ----------
    addresses : sequence of int
        Of the neurons concerned, if any.
    """

    addresses = ()


class ZeroDelayLoopError(SimulationError):
    """Neurons connected without delay make each other fire for ever at one instant."""

    @classmethod
    def at(cls, program, addresses, t, limit):
        """The error that names neurons of the loop and the time."""
        some = ", ".join(str(int(a)) for a in addresses[:10]) + (", ..." if len(addresses) > 10 else "")
        error = cls(
            f"synapses without delay make neurons fire for ever at {t!r} ms: more than {limit} micro-steps; addresses in the loop: {some}. "
            "Give a synapse of the loop a delay, or a refractory period to its neurons"
        )
        error.addresses = addresses
        return error


class NumericalError(SimulationError):
    """A state left the finite numbers."""

    @classmethod
    def at(cls, program, address, t, model=None, state=None):
        """The error that names the neuron and the time; of a bounded model, which may also have failed to be integrated, the state too."""
        words = f"the state of the neuron at address {address} is not finite at {t!r} ms; are weights or parameters too large?"
        if model is not None and model.exactness == "bounded":
            values = ", ".join(f"{name} = {value:.6g}" for name, value in zip(model.variables, state, strict=False))
            words = (
                f"{model.name} can not be integrated on at {t!r} ms, neuron at address {address}, state {values}: "
                "steps of its tolerance become too small, or too many; are weights or parameters too large?"
            )
        error = cls(words)
        error.addresses = [address]
        return error


class CapacityError(EventsimError, MemoryError):
    """The network needs more memory than there is."""


class FormatError(EventsimError, ValueError):
    """A file is not what it should be."""


class MissingFileError(EventsimError, FileNotFoundError):
    """There is no such file or folder."""


class MissingExtraError(EventsimError, ImportError):
    """An optional package is not installed."""


class InternalError(EventsimError, AssertionError):
    """A mistake of eventsim's own; please report it."""
