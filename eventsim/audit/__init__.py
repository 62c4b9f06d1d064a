"""The audit of a run that was made: chosen neurons are replayed in more than 40 digits, and a report says what differed.

    kept.py  what a Simulator keeps for it      received.py  what a neuron received
    fixed.py, membranes.py  exact arithmetic, exact neurons     replay.py  predictions against the engine's spikes
    certify.py  from a simulator to the report  report.py  the report

Only the random streams and the record of spikes come from the rest of the package: neither the engines' arithmetic nor the
models' functions do, so that a mistake of theirs can not confirm itself.
"""

from .report import AuditReport, Finding

__all__ = ["AuditReport", "Finding"]
