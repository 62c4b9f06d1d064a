"""Synapses that are followed: the log that compiled code writes of the events at them, and what is read out of it.

A synapse is brought up to date later than its events happen; whoever does so logs them, in order of time. The log has room for all that one
micro-step can add to it; when less is left, the loop returns for it to be emptied. What has happened but is not computed yet is
computed on copies of the rows when it is asked for.
"""

import numpy as np

from ... import _jit
from ...errors import CapacityError
from ...lowering.memory import available_bytes
from .plastic import reaching
from .state import COUNT, ENOUGH, LEVELS, Log

_SPARE = 4  # a neuron may fire and a level change while a full ring waits for room


class Following:
    """The synapses of an engine that are followed, and what has happened at them."""

    def __init__(self, program, rules):
        self._program = program
        self._fields = 2 + max((len(rule.state_type._fields) for rule in rules), default=1)
        self._numbers = np.empty(0, np.int64)  # of the synapses among the Fabric's, ascending
        self._taken = []  # entries taken out of the log

    def add(self, numbers, state):
        """Follow these synapses too; the state with a log that has room for them."""
        before, self._numbers = self._numbers, np.union1d(self._numbers, numbers)
        try:
            return self.with_room(state)
        except CapacityError:
            self._numbers = before
            raise

    def with_room(self, state):
        """The state with a log that has room for what a micro-step may add to it, given its other buffers."""
        if not len(self._numbers):
            return state
        chosen, old = np.zeros(len(self._program.fabric.target), np.uint8), state.learning.log
        chosen[self._numbers] = 1
        _, of_row = np.unique(np.searchsorted(self._program.fabric.indptr, self._numbers, "right"), return_counts=True)
        most = len(self._numbers) * self._at_once(state.learning) + len(state.arrivals) * int(of_row.max())
        log = Log(chosen, self._entries(2 * most), np.array([0, most]))
        self.take(old)
        return state._replace(learning=state.learning._replace(log=log))

    def relieved(self, log):
        """Whether the log was to be emptied, and now is."""
        if log.marks[COUNT] <= log.marks[ENOUGH]:
            return False
        self.take(log)
        return True

    def take(self, log):
        """Take all entries out of the log."""
        n = int(log.marks[COUNT])
        if n:
            check_memory(n, self._fields)
            self._taken.append(log.entries[:n].copy())
            log.marks[COUNT] = 0

    def events(self, numbers, learning, rules, now):
        """All events at these synapses (ascending numbers) before `now`: float64 (m, fields) as in the log; those of one synapse in order of time.

        rules : compiled functions of each kind
        """
        log = learning.log
        known = [*self._taken, log.entries[: log.marks[COUNT]]]
        parts = [part[np.isin(part[:, 0].astype(np.int64), numbers)] for part in known]
        for p in self._program.plastic.synapses:
            own = self._among(p, numbers)
            if len(own):
                parts.append(self._still_to_come(p, own, learning, rules[p.kind]["sweep"], now))
        return np.concatenate(parts)

    def catch_up(self, p, part, log, rules, now):
        """Bring the synapses of plastic projection p up to date, if any of them is followed, so that what has reached them is logged; how many updates that was.

        part : their rows and targets, and what has reached them, as a rule's functions take it
        """
        if not len(self._among(p, self._numbers)):
            return 0
        self.take(log)
        updates = _jit.timed(rules[p.kind]["sweep"], now, *part, log, int(self._program.fabric.projections[p.projection].first))
        self.take(log)
        return updates

    def change(self, p, states, now):
        """The synapses of plastic projection p, which have been caught up, have been changed at `now`; states: of all of them, (synapses, fields)."""
        own = self._among(p, self._numbers)
        if len(own):
            entries = self._entries(len(own))
            entries[:, 0], entries[:, 1] = own, now
            entries[:, 2 : 2 + states.shape[1]] = states[own - self._program.fabric.projections[p.projection].first]
            self._taken.append(entries)

    def _among(self, p, numbers):
        """Those of the numbers (ascending) that are synapses of plastic projection p."""
        fabric = self._program.fabric
        j = fabric.projections[p.projection]
        return numbers[np.searchsorted(numbers, j.first) : np.searchsorted(numbers, fabric.indptr[j.row + j.pre_count])]

    def _still_to_come(self, p, numbers, learning, sweep, now):
        """What has reached synapses of plastic projection p since they were last brought up to date."""
        places = numbers - self._program.fabric.projections[p.projection].first
        at = int(p.row) + places[:, None] * int(p.width) + np.arange(int(p.width))
        log = Log(np.ones(len(numbers), np.uint8), self._entries(len(numbers) * self._at_once(learning)), np.zeros(2, np.int64))
        _jit.timed(
            sweep, now, learning.rows[at].ravel(), self._program.fabric.target[numbers], *reaching(self._program, learning, p), log, 0
        )
        out = log.entries[: log.marks[COUNT]].copy()
        out[:, 0] = numbers[out[:, 0].astype(np.int64)]
        return out

    def _at_once(self, learning):
        """How many spikes and changes of level a synapse may have to take into account at once."""
        return int(learning.ring[0]) + (LEVELS if len(learning.kept) else 0) + _SPARE

    def _entries(self, n):
        check_memory(n, self._fields)
        return np.zeros((n, self._fields))


def check_memory(n, fields):
    """Refuse n entries of a log for which there is no memory."""
    needed, free = 8 * n * fields, available_bytes()
    if needed > free:
        raise CapacityError(
            f"following synapses needs {needed / 2**30:.1f} GiB for {n:,} events, {free / 2**30:.1f} GiB are free; follow fewer synapses, or sample them with at="
        )
