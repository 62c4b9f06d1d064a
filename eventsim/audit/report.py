"""What an audit found, as numbers and in a few lines to put under a figure."""

from dataclasses import dataclass

AGREES = 1e-9  # ms: what the spikes of any engine may be off


@dataclass(frozen=True)
class Finding:
    """A spike, or a decision, of an audited neuron.

    Attributes
    ----------
    population : str
    neuron : int
        Index in the population.
    time : float, ms
    """

    population: str
    neuron: int
    time: float

    def __str__(self):
        return f"neuron {self.neuron} of {self.population!r} at {self.time:.6g} ms"


@dataclass(frozen=True, repr=False)
class AuditReport:
    """A certificate of a run that was made: `print` it.

    Attributes
    ----------
    engine : str
    begin, end : float, ms
        The span of time that was replayed.
    neurons : int
        Number of neurons replayed.
    addresses : tuple of int
        Theirs.
    spikes : int
        Spikes of these neurons that were checked.
    deliveries, drive_events : int
        What they received and was replayed, lost ones in refractoriness included.
    missed, invented : tuple of Finding
        Predicted spikes that the engine has not, and spikes of the engine that are not predicted.
    undecided : int
        Decisions nearer to threshold than 1e-12 of the potentials, in which rounding may decide; the engine's were followed.
    overruled : int
        Those of them in which the engine decided otherwise than the replay would have.
    largest_error : float, ms
        Largest distance of a spike from its prediction, given what happened before; 0 where there are none.
    largest_error_at : Finding or None
    margin : float, mV
        Smallest distance from threshold at which a delivery left a neuron; inf where nothing was delivered.
    margin_at : Finding or None
    """

    engine: str
    begin: float
    end: float
    neurons: int
    addresses: tuple
    spikes: int
    deliveries: int
    drive_events: int
    missed: tuple
    invented: tuple
    undecided: int
    overruled: int
    largest_error: float
    largest_error_at: Finding | None
    margin: float
    margin_at: Finding | None

    @property
    def passed(self):
        """Whether no spike is missed, none invented, and all are within 1e-9 ms of their predictions."""
        return not self.missed and not self.invented and self.largest_error <= AGREES

    def __str__(self):
        lines = [
            f"Audit of {self.begin:g} to {self.end:g} ms ({self.engine} engine): {'passed' if self.passed else 'NOT PASSED'}.",
            f"{self.neurons} {_plural('neuron', self.neurons)} replayed in more than 40 digits: {_count(self.spikes, 'spike')}, "
            f"{_count(self.deliveries, 'delivery')}, {_count(self.drive_events, 'drive event')}.",
            f"{_count(len(self.missed), 'spike')} missed, {len(self.invented):,} invented; "
            f"{_count(self.undecided, 'decision')} nearer to threshold than rounding can tell"
            f"{f', {self.overruled:,} of them made otherwise' if self.undecided else ''}.",
            f"Largest timing error {self.largest_error:.2g} ms{_at(self.largest_error_at)}.",
            f"Smallest margin {self.margin:.2g} mV{_at(self.margin_at)}.",
        ]
        for what, found in (("Missed", self.missed), ("Invented", self.invented)):
            if found:
                lines.append(f"{what}: {'; '.join(map(str, found[:3]))}{'; ...' if len(found) > 3 else ''}.")
        return "\n".join(lines)

    def __repr__(self):
        return f"<AuditReport of {self.neurons} {_plural('neuron', self.neurons)}, {_count(self.spikes, 'spike')}: {'passed' if self.passed else 'not passed'}>"


def _plural(noun, n):
    if n == 1:
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"


def _count(n, noun):
    return f"{n:,} {_plural(noun, n)}"


def _at(finding):
    return "" if finding is None else f" ({finding})"
