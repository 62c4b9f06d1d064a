"""The sequential compiled engine: one queue, one neuron at a time, the reference's bits."""

import functools
import math

import numpy as np

from ... import _jit
from ...errors import InternalError, NumericalError, ParameterError, ZeroDelayLoopError
from ...lowering.program import LAST, STATE, WAKE
from ...numerics.prediction import next_emission
from ..status import Status
from . import loop
from .adapters import bind
from .queues import set_wake
from .state import (
    DELIVERIES,
    DRIVE_EVENTS,
    FAULT,
    INSTANT,
    NOW,
    QUEUE_PEAK,
    RECORDED,
    SOURCE_SPIKES,
    SPIKES,
    TRAIN,
    ZERO_COUNT,
    grown,
    most_projections,
    new_state,
    poisson_places,
)

# Slots in a table of adapters. The tables always have this length, so the loop is compiled once for every mix of models.
_SLOTS = 16

# Deliveries between two looks at the keyboard and the progress bar: some tens of milliseconds.
_BUDGET = 2_000_000

_STATUS = {
    loop.DONE: Status.DONE,
    loop.PAUSED: Status.PAUSED,
    loop.SPIKED: Status.SPIKED,
    loop.SILENT: Status.SILENT,
}


class SequentialEngine:
    """Runs a Program by one global queue, with the models' own functions, compiled."""

    name = "sequential"

    def __init__(self, program, models, record, micro_limit=1000):
        if len(models) > _SLOTS:
            raise ParameterError(f"one network can mix at most {_SLOTS} models (variants with other numbers of receptors count), got {len(models)}")
        self.program = program
        self.micro_limit = program.n_addresses + micro_limit
        self._most_out = most_projections(program)
        self._places = poisson_places(program)
        self._adapters = [_adapters(m) for m in models]
        slots = (self._adapters or [_adapters(_stand_in())]) * 1
        slots = slots + [slots[0]] * (_SLOTS - len(slots))
        self._tables = [tuple(a[name] for a in slots) for name in ("deliver", "drive", "settle", "due")]
        self.state = new_state(program, record)
        for p in range(len(program.populations.kind)):
            if program.populations.kind[p] >= 0:
                self._agree(p, np.arange(np.diff(program.populations.first)[p]))
        _jit.timed(_kernel(start_sources), program.sources, self.state)

    @property
    def now(self):
        """All events before this time (ms) have happened."""
        return float(self.state.clock[NOW])

    def advance(self, until, stop_at_spikes):
        """Go on until a time, a pause, or an instant with a spike."""
        while True:
            status = _jit.timed(_kernel(loop.advance), self.program, self.state, *self._tables, self._places, self._most_out, self.micro_limit, float(until), stop_at_spikes, _BUDGET)
            if status == loop.FULL:
                self.state = grown(self.state)
            elif status in _STATUS:
                return _STATUS[status]
            else:
                self._raise(status)

    def _raise(self, status):
        t = self.state.clock[INSTANT]
        if status == loop.NOT_A_NUMBER:
            raise NumericalError.at(self.program, int(self.state.counters[FAULT]), t)
        if status == loop.ZERO_DELAY_LOOP:
            n = self.state.counters[ZERO_COUNT]
            raise ZeroDelayLoopError.at(self.program, np.unique(self.state.zero.source[:n]), t, self.micro_limit)
        raise InternalError(f"unknown status {status} at {t!r} ms")

    # -- states ------------------------------------------------------------------------------------------------------

    def _rows(self, p):
        pops = self.program.populations
        return self.state.rows[pops.row[p] :], self.program.constants[pops.constant[p] :], int(pops.constant_stride[p])

    def _adapter(self, p, name):
        return self._adapters[self.program.populations.kind[p]][name]

    def read(self, p, neurons):
        """States of neurons (local indices) of population p just before now: float64 (len(neurons), variables)."""
        variables = int(self.program.populations.width[p]) - STATE
        out = np.empty(len(neurons) * variables)
        self._adapter(p, "read")(self.now, *self._rows(p), neurons, out)
        return out.reshape(len(neurons), variables)

    def write(self, p, neurons, states):
        """Set the states of neurons of population p, as an event at now."""
        pops = self.program.populations
        width = int(pops.width[p])
        size = np.diff(pops.first)[p]
        rows = self.state.rows[pops.row[p] : pops.row[p] + width * size].reshape(size, width)
        rows[neurons, LAST] = self.now
        rows[neurons, STATE:] = states
        self._agree(p, neurons)

    def _agree(self, p, neurons):
        """When to look again at neurons whose state has been set."""
        pops = self.program.populations
        self._adapter(p, "agree")(*self._rows(p), np.ascontiguousarray(neurons, np.int64))
        _jit.timed(_kernel(enter_wakes), self.state, int(pops.first[p]), int(pops.row[p]), int(pops.width[p]), np.ascontiguousarray(neurons, np.int64))

    def inject(self, times, addresses):
        """Add spikes of sources, sorted by (time, address), to those still to come."""
        s = self.state
        left = slice(int(s.counters[TRAIN]), None)
        time = np.concatenate([s.train_time[left], times])
        address = np.concatenate([s.train_address[left], addresses])
        order = np.lexsort((address, time))
        fired = np.empty(2 * self.program.n_addresses + len(time) + 1, np.int64)
        self.state = s._replace(train_time=time[order], train_address=address[order], fired=fired)
        s.counters[TRAIN] = 0

    # -- results -----------------------------------------------------------------------------------------------------

    def spikes(self):
        """Times (float64, ms) and addresses (int64) recorded so far, in canonical order."""
        n = int(self.state.counters[RECORDED])
        return self.state.spike_time[:n], self.state.spike_address[:n]

    def counts(self):
        """Counters of the run."""
        c = self.state.counters
        spikes, deliveries, drive_events = int(c[SPIKES]), int(c[DELIVERIES]), int(c[DRIVE_EVENTS])
        return {
            "spikes": spikes,
            "source_spikes": int(c[SOURCE_SPIKES]),
            "deliveries": deliveries,
            "drive_events": drive_events,
            "neuron_updates": deliveries + drive_events + spikes,
            "queue_peak": int(c[QUEUE_PEAK]),
        }

    def arrays(self):
        """The whole state as a dict of arrays, for a checkpoint."""
        return dict(_flattened(self.state, ""))

    def restore(self, arrays):
        """Take over the state of a checkpoint."""
        self.state = _filled(self.state, arrays, "")


def start_sources(sources, state):
    """Agree on the first emission of every Poisson source."""
    for k in range(sources.poisson_address.size):
        key = sources.poisson_key[k]
        first = next_emission(0.0, sources.poisson_interval[k], key[0], key[1], 0)
        state.draws[k] = 1
        set_wake(state.wakes, state.counters, sources.poisson_address[k], first)


def enter_wakes(state, first, row, width, neurons):
    """Enter into the queue when to look at neurons of a population, as their rows say."""
    for k in range(neurons.size):
        j = neurons[k]
        wake = state.rows[row + j * width + WAKE]
        if wake < math.inf or state.wakes.place[first + j] >= 0:
            set_wake(state.wakes, state.counters, first + j, wake)


@functools.cache
def _kernel(function):
    return _jit.compiled(function)


_bound = {}


def _adapters(model):
    """Adapters of a model, made once in a process."""
    if model not in _bound:
        _bound[model] = bind(model)
    return _bound[model]


def _stand_in():
    """A model to fill the tables of a network without neurons."""
    from ...neurons import LIF

    return LIF


def _flattened(value, prefix):
    for name, item in zip(value._fields, value, strict=True):
        if isinstance(item, np.ndarray):
            yield prefix + name, item
        else:
            yield from _flattened(item, f"{prefix}{name}.")


def _filled(value, arrays, prefix):
    parts = {}
    for name, item in zip(value._fields, value, strict=True):
        parts[name] = arrays[prefix + name] if isinstance(item, np.ndarray) else _filled(item, arrays, f"{prefix}{name}.")
    return type(value)(**parts)
