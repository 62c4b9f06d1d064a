"""The windowed engine: many deliveries at a time, exact replay where a neuron may fire."""

import functools
import math

import numpy as np

from ... import _jit
from ...errors import InternalError, NumericalError, ParameterError
from ...lowering.program import SPIKE, records
from ..compiled.sequential import filled, flattened, start_sources
from ..compiled.state import DELIVERIES, DRIVE_EVENTS, FAULT, QUEUE_PEAK, RECORDED, SOURCE_SPIKES, SPIKES, TRAIN, poisson_places
from ..status import Status
from . import kernels
from .plan import make_plan, unsuited
from .state import REPLAYED, WINDOWS, copied, grown, new_state

# Events between two looks at the keyboard and the progress bar.
_BUDGET = 20_000_000


class WindowedEngine:
    """Runs a Program window by window.

    Only whole windows are committed. Where a run ends within one, the window is tried on a copy up to there, which
    answers all questions; when the run goes on, the window begins again, so that no bit depends on where runs end.
    """

    name = "windowed"

    def __init__(self, program, models, record, micro_limit=1000):
        reason = unsuited(program, models)
        if reason:
            raise ParameterError(f"the windowed engine cannot run this network: {reason}; engine='auto' chooses one that can")
        self.program = program
        self.micro_limit = program.n_addresses + micro_limit  # of no use here: there is no zero delay
        self.plan = make_plan(program)
        self._places = poisson_places(program)
        self._whole = new_state(program, self.plan, record)  # at a window's edge, or where `write` has cut one
        self._cut = None  # a copy that has been run on to `now`, within the window
        self._now = 0.0
        if len(program.poisson):
            s = self._whole
            _jit.timed(_kernel(start_sources), program.poisson, s.draws, s.wakes, s.place, s.counters)

    @property
    def now(self):
        """All events before this time (ms) have happened."""
        return self._now

    @property
    def state(self):
        """The state at `now`."""
        return self._whole if self._cut is None else self._cut

    def advance(self, until, stop_at_spikes):
        """Go on until a time, a pause, or an instant with a spike."""
        if stop_at_spikes:
            return self._to_spike(until)
        self._whole, status = self._run(self._whole, until, whole=True)
        self._cut = None
        if status == kernels.PAUSED:
            self._now = max(self._now, float(self._whole.clock[0]))
            return Status.PAUSED
        if until == math.inf:
            return Status.SILENT
        self._stop_at(until)
        return Status.DONE

    def _stop_at(self, t):
        """Be at t, within the window that is next or at its edge."""
        self._now = t
        self._cut = None
        if self._whole.clock[0] < t:
            self._cut, _ = self._run(copied(self._whole), t, whole=False)

    def _to_spike(self, until):
        """Window by window up to the first instant at or after now that has a spike."""
        window, edge = self.plan.window, self._now
        while edge < until:
            first = kernels.next_event(self.program, self._whole, self._whole.counters)
            if first == math.inf and until == math.inf:
                return Status.SILENT
            start = max(edge, first) if first < until else edge
            edge = min((math.floor(start / window) + 1.0) * window, until)
            tried, _ = self._run(self._watched(), edge, whole=False)
            spikes = tried.spikes[: tried.counters[RECORDED]]
            later = spikes.time[spikes.time >= self._now]
            if len(later):
                self._stop_at(math.nextafter(later[0], math.inf))
                return Status.SPIKED
            self._whole, _ = self._run(self._whole, edge, whole=True)
            self._cut = None
        self._stop_at(until)
        return Status.DONE

    def _watched(self):
        """A copy that records all spikes, and those from now on only."""
        state = copied(self._whole)
        state.counters[RECORDED] = 0
        return state._replace(record=np.ones_like(state.record), spikes=records(SPIKE, 256))

    def _run(self, state, until, whole):
        """The state after windows up to `until`, and the status."""
        while True:
            status = _jit.timed(
                _kernel(kernels.advance),
                self.program,
                self.plan.frames,
                state,
                self.plan.window,
                self._places,
                float(until),
                whole,
                _BUDGET,
            )
            if status == kernels.FULL:
                state = grown(state)
            elif status == kernels.NOT_A_NUMBER:
                raise NumericalError.at(self.program, int(state.counters[FAULT]), float(state.clock[0]))
            elif status == kernels.DONE or whole:
                return state, status
            elif status != kernels.PAUSED:
                raise InternalError(f"unknown status {status} at {state.clock[0]!r} ms")

    # -- states --------------------------------------------------------------------------------------------------------

    def _values(self, p, neurons):
        """Addresses of neurons, and their v at now."""
        frame, state = self.plan.frames[p], self.state
        addresses = frame.first + np.asarray(neurons, np.int64)
        decay = math.exp(-(self._now - state.stands[p]) / frame.tau)
        v = np.where(state.x[addresses] == -np.inf, state.held[addresses], frame.v_inf + state.x[addresses] * decay)
        return addresses, v

    def read(self, p, neurons):
        """States of neurons (local indices) of population p just before now: float64 (len(neurons), fields of a state)."""
        _, v = self._values(p, neurons)
        return np.stack([v, np.zeros(len(v))], axis=1)

    def write(self, p, neurons, states):
        """Set the states of neurons of population p, as an event at now: the window is cut here."""
        if self._cut is not None:
            self._whole, self._cut = self._cut, None
        frame, state = self.plan.frames[p], self._whole
        state.clock[0] = self._now
        own = slice(frame.first, frame.first + frame.count)
        state.x[own] *= math.exp(-(self._now - state.stands[p]) / frame.tau)
        state.stands[p] = state.earliest[p] = self._now
        addresses = frame.first + np.asarray(neurons, np.int64)
        refractory = state.x[addresses] == -np.inf
        state.held[addresses[refractory]] = states[refractory, 0]
        state.x[addresses[~refractory]] = states[~refractory, 0] - frame.v_inf

    def inject(self, spikes):
        """Add spikes of sources (SPIKE records) to those still to come."""
        s = self._whole
        train = np.concatenate([s.train[s.counters[TRAIN] :], spikes]).view(np.recarray)
        train = train[np.lexsort((train.address, train.time))]
        s.counters[TRAIN] = 0
        self._whole = s._replace(train=train)
        if self._cut is not None:
            self._stop_at(self._now)

    # -- results -------------------------------------------------------------------------------------------------------

    def spikes(self):
        """What has been recorded so far (SPIKE records), in canonical order."""
        return self.state.spikes[: self.state.counters[RECORDED]]

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
            "window_ms": self.plan.window,
            "windows": int(c[WINDOWS]),
            "replayed": int(c[REPLAYED]),
        }

    def arrays(self):
        """The whole state as a dict of arrays, for a checkpoint."""
        return {"now": np.array([self._now]), **dict(flattened(self._whole, ""))}

    def restore(self, arrays):
        """Take over the state of a checkpoint."""
        self._whole = filled(self._whole, arrays, "")
        self._stop_at(float(arrays["now"][0]))


@functools.cache
def _kernel(function):
    return _jit.compiled(function)
