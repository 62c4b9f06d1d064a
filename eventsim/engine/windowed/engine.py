"""The windowed engine: many deliveries at a time, exact replay where a neuron may fire."""

import functools
import math
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ... import _jit
from ...errors import FormatError, InternalError, NumericalError, ParameterError, SimulationError
from ...lowering.program import SPIKE, records
from ..compiled.generators import emissions, start
from ..compiled.state import (
    DELIVERIES,
    DRIVE_EVENTS,
    FAULT,
    RECORDED,
    SOURCE_SPIKES,
    SPIKES,
    TRAIN,
    generator_places,
    tally,
    to_come,
)
from ..status import Status
from . import flights, kernels, team
from .adapters import BY_ADDRESS, bind
from .arrivals import draw
from .plan import make_plan
from .pointers import CALLS, Calls, signatures
from .state import EARLIEST, IN_CHUNK, REPLAYED, SIDE, STANDS, START, VARYING, WINDOWS, copied, grown, kept, new_state, plan_v_inf
from .suits import LARGEST, examined, expected_events, furthest_edge, windows_before

# Events between two looks at the keyboard and the progress bar.
_BUDGET = 20_000_000

# Windows between two looks while a predicate waits for a spike.
_WINDOWS = 100

# Events in a window that make it worth while to have one more thread work on it.
_PER_THREAD = 1500.0


class WindowedEngine:
    """Runs a Program window by window.

    Only whole windows are committed. Where a run ends within one, the window is tried on a copy up to there, which
    answers all questions; when the run goes on, the window begins again, so that no bit depends on where runs end.
    """

    name = "windowed"
    rules = ()  # it takes static synapses

    def __init__(self, program, models, record, micro_limit=1000, threads=1, found=None):
        reason = None
        if found is None:  # whoever hands a Survey over has examined the Program
            reason, found = examined(program, models)
        if reason is not None:
            raise ParameterError(f"the windowed engine cannot run this network: {reason}; engine='auto' chooses one that can")
        self.program = program
        self.micro_limit = program.n_addresses + micro_limit  # of no use here: there is no zero delay
        self._models = models
        self.plan, self.window = make_plan(program, models, found)
        self.furthest = furthest_edge(self.window, min(found.least_delay, default=math.inf))
        self._places = generator_places(program)
        self._size, self._owner = self._share_out(threads, expected_events(program, found))
        self._helpers, self._process = None, None
        self._whole = new_state(program, self.plan, models, record)  # at a window's edge, or where `write` has cut one
        self._recorded_from = np.zeros(program.n_addresses)  # ms; of what is recorded by the window
        self._cut = None  # a copy that has been run on to `now`, within the window
        # How far the window in work has been tried for a predicate, the times of its spikes, and whether there were events.
        self._foreseen = None
        self._before_rest = None  # where silence may have begun: the whole state, `now`, the edge up to which there were events
        self._can_rest = not len(program.drives.drives) and not program.generators.endless.any()
        self._now = 0.0
        self._fixed, self._framed = (_jit.frame(program), _jit.frame(self.plan)), _jit.framing()
        self._adapters = [bind(m) for m in models]
        by_kind = [_jit.addresses([a[name] for a in self._adapters]) for name in BY_ADDRESS]
        by_kind.append(emission := emissions(program))
        self._calls = _jit.frame(Calls(*by_kind, *_parts(len(program.drives.drives) > 0, self.plan.most_own > 0)[0]))
        start(program, emission, self._whole.draws, self._whole.wakes, self._whole.place, self._whole.counters)

    def _share_out(self, threads, events):
        """How many threads work, and which of them on which block: the largest blocks first, each to who has least."""
        targets = self.plan.targets
        worthwhile = int(events * self.window / _PER_THREAD)
        size = max(1, min(threads, len(targets), worthwhile)) if _jit.ENABLED else 1
        load, owner = np.zeros(size), np.zeros(len(targets), np.int64)
        for b in np.argsort(-targets.count, kind="stable"):
            owner[b] = np.argmin(load)
            load[owner[b]] += targets[b].count
        return size, owner

    @property
    def now(self):
        """All events before this time (ms) have happened."""
        return self._now

    @property
    def state(self):
        """The state at `now`."""
        self._catch_up()
        return self._whole if self._cut is None else self._cut

    def _catch_up(self):
        """Where `now` lies within a window, run a copy on to it, if that has not been done."""
        if self._cut is None and self._whole.clock[START] < self._now:
            self._cut, _ = self._run(copied(self._whole), self._now, whole=False)

    def advance(self, until, stop_at_spikes):
        """Go on until a time, a pause, or an instant with a spike."""
        if stop_at_spikes:
            return self._to_spike(until)
        self._cut = self._foreseen = self._before_rest = None
        status = self._commit(until)
        if status == kernels.PAUSED:
            self._now = max(self._now, float(self._whole.clock[START]))
            return Status.PAUSED
        if until == math.inf:
            return Status.SILENT
        self._stop_at(until)
        return Status.DONE

    def _stop_at(self, t):
        """Be at t, within the window that is next or at its edge; or, where that fails, as far as it had come."""
        before = self._now, self._cut
        self._now, self._cut, self._foreseen, self._before_rest = t, None, None, None
        try:
            self._catch_up()  # at once: what goes wrong is to go wrong here
        except BaseException:
            start = float(self._whole.clock[START])
            self._now, self._cut = before if before[0] > start else (start, None)
            raise

    def _to_spike(self, until):
        """Window by window up to the first instant at or after now that has a spike."""
        window, edge, tried_windows = self.window, self._now, 0
        while edge < until:
            if self._foreseen is None or self._foreseen[0] > until:
                first = _jit.timed(_kernel(kernels.next_event), *self._fixed, self._framed(self._whole))
                if first == math.inf and until == math.inf:
                    self._rest()
                    return Status.SILENT
                if first >= until:
                    break
                if first >= self.furthest:
                    raise SimulationError(
                        f"the predicate has not become true before {self.furthest!r} ms, the furthest time of the windowed engine; "
                        "Simulator(net, engine='sequential') goes further"
                    )
                start = max(edge, first)
                edge = min(max((windows_before(start, window) + 1.0) * window, math.nextafter(start, math.inf)), until)
                tried, _ = self._run(self._watched(), edge, whole=False)
                self._foreseen = edge, tried.spikes.time[: tried.counters[RECORDED]].copy(), _events(tried) > _events(self._whole)
            edge, times, eventful = self._foreseen
            later = times[times >= self._now]
            if len(later):  # a state is computed there only where it is asked for
                self._now, self._cut = math.nextafter(later[0], math.inf), None
                return Status.SPIKED
            if self._can_rest and (eventful or self._before_rest is None):
                self._before_rest = copied(self._whole), self._now, edge
            self._cut = self._foreseen = None
            self._commit(edge)
            self._now = edge
            tried_windows += 1
            if tried_windows >= _WINDOWS:
                return Status.PAUSED
        self._stop_at(until)
        return Status.DONE

    def _rest(self):
        """In silence: be behind the last event, and not at the edge of the window in which silence was noticed."""
        if self._before_rest is None:
            return
        self._whole, behind, later = self._before_rest
        self._cut = self._foreseen = self._before_rest = None
        there_are = _events(self._run(copied(self._whole), later, whole=False)[0])
        while behind < later:  # the earliest time before which all of them have happened
            middle = min(behind + 0.5 * (later - behind), math.nextafter(later, 0.0))
            if _events(self._run(copied(self._whole), middle, whole=False)[0]) == there_are:
                later = middle
            else:
                behind = math.nextafter(middle, math.inf)
        self._now = behind

    def _commit(self, until):
        """Have whole windows up to `until` happen; the status. Whatever goes wrong, `now` does not stay behind."""
        try:
            self._whole, status = self._run(self._whole, until, whole=True)
        except BaseException:
            self._now = max(self._now, float(self._whole.clock[START]))
            raise
        return status

    def _watched(self):
        """A copy that records all spikes, and those from now on only."""
        state = copied(self._whole)
        state.counters[RECORDED] = 0
        return state._replace(record=np.ones_like(state.record), spikes=records(SPIKE, 256))

    def _run(self, state, until, whole):
        """The state after windows up to `until`, and the status."""
        while True:
            status = self._advance(state, float(until), whole)
            if status == kernels.FULL:
                state = grown(state)
                if whole:  # at once, for counters, which are shared, already speak of what fits into longer arrays
                    self._whole = state
            elif status == kernels.NOT_A_NUMBER:
                raise NumericalError.at(self.program, int(state.counters[FAULT]), float(state.clock[START]))
            elif status == kernels.DONE or whole:
                return state, status
            elif status != kernels.PAUSED:
                raise InternalError(f"unknown status {status} at {state.clock[START]!r} ms")

    def _advance(self, state, until, whole):
        """Call the kernel, from all threads of the team."""
        meeting = np.zeros(team.SIZE, np.int64)
        fixed = *self._fixed, self._framed(state), self._calls, self.window, self._places, until, whole, _BUDGET, self._owner
        kernel = _kernel(kernels.advance)
        if self._size == 1:
            return _jit.timed(kernel, *fixed, 0, meeting, 1)
        _jit.prepare(kernel, *fixed, 0, meeting, 1)
        if self._helpers is None or self._process != os.getpid():  # threads do not survive a fork
            self._process = os.getpid()
            self._helpers = ThreadPoolExecutor(self._size - 1, thread_name_prefix="eventsim")
        others = [self._helpers.submit(functools.partial(kernel, *fixed, me, meeting, self._size)) for me in range(1, self._size)]
        status = kernel(*fixed, 0, meeting, self._size)
        for other in others:
            other.result()
        return status

    # -- states --------------------------------------------------------------------------------------------------------

    def _blocks(self, p, neurons):
        """(block, which of the neurons are in it, their places there) for local indices of population p."""
        neurons = np.asarray(neurons, np.int64)
        first = self.program.fabric.populations[p].first
        bits = self.program.fabric.block_bits[p]
        number = neurons >> bits
        for b in np.flatnonzero(self.plan.targets.population == p):
            t = self.plan.targets[b]
            here = np.flatnonzero(number == (t.first - t.origin) >> bits)
            if len(here):
                yield b, here, neurons[here] + first - t.first

    def read(self, p, neurons):
        """States of neurons (local indices) of population p just before now: float64 (len(neurons), fields of a state)."""
        state, plan = self.state, self.plan
        model = self._models[self.program.fabric.populations[p].kind]
        out = np.empty((len(neurons), len(model.state_type._fields)))
        for b, here, places in self._blocks(p, neurons):
            t, y = plan.targets[b], state.y[state.own[b, SIDE]]
            part = np.empty((len(here), out.shape[1]))
            constants = self.program.constants[t.constant :]
            dt = self._now - float(state.times[b, STANDS])
            room = np.zeros(out.shape[1])
            adapter = self._adapters[t.kind]["read"]
            adapter(dt, constants, int(t.constant_stride), y, state.held, int(t.first), places, room, part.ravel())
            out[here] = part
        return out

    def write(self, p, neurons, states):
        """Set the states of neurons of population p, as an event at now: the window is cut here."""
        most = float(np.abs(states).max(initial=0.0))
        if most > LARGEST:
            raise ParameterError(f"the windowed engine takes states up to {LARGEST:g}, got {most:g}; engine='sequential' takes any")
        self._whole, self._cut, self._foreseen, self._before_rest = self.state, None, None, None
        state, population = self._whole, self.program.fabric.populations[p]
        state.clock[START] = self._now
        everyone = self.read(p, np.arange(population.count))  # all of a block stand at one time
        everyone[neurons] = states
        for b, here, places in self._blocks(p, np.arange(population.count)):
            t = self.plan.targets[b]
            y, addresses = state.y[state.own[b, SIDE]], t.first + places
            refractory = y[0, addresses] == -np.inf
            state.held[addresses[refractory]] = everyone[here[refractory], 0]
            v = everyone[here, 0] - plan_v_inf(self.program, self.plan, self._models, b)
            y[0, addresses] = np.where(refractory, -np.inf, v)
            y[1 : t.width, addresses] = everyone[here, 1 : t.width].T
            state.times[b, [STANDS, EARLIEST]] = self._now

    def inject(self, spikes):
        """Add spikes of sources (SPIKE records) to those still to come."""
        s = self._whole
        train = to_come(s, spikes)
        s.counters[TRAIN] = 0
        self._whole = s._replace(train=train)
        self._stop_at(self._now)

    # -- results -------------------------------------------------------------------------------------------------------

    @property
    def record(self):
        """Whose spikes are recorded: uint8 (N,)."""
        return self._whole.record

    def record_from_now(self, addresses):
        """Record the spikes of these addresses too, from now on; the window in work may have begun before."""
        new = addresses[self.record[addresses] == 0]
        self._recorded_from[new] = self._now
        self.record[new] = 1

    def spikes(self):
        """What has been recorded so far (SPIKE records), in canonical order."""
        recorded = self.state.spikes[: self.state.counters[RECORDED]]
        if not self._recorded_from.any():
            return recorded
        return recorded[recorded.time >= self._recorded_from[recorded.address]]

    def counts(self):
        """Counters of the run."""
        c = self.state.counters
        return tally(c) | {
            "window_ms": self.window,
            "windows": int(c[WINDOWS]),
            "replayed": int(c[REPLAYED]),
            "blocks": len(self.plan.targets),
            "threads_used": self._size,
        }

    def arrays(self):
        """The whole state as a dict of arrays, for a checkpoint."""
        own = {name: getattr(self._whole, name) for name in kept(self._whole)}
        return {"now": np.array([self._now]), "recorded_from": self._recorded_from, **own}

    def restore(self, arrays):
        """Take over the state of a checkpoint."""
        own = {name: arrays[name] for name in kept(self._whole)}
        for name, array in own.items():
            like = getattr(self._whole, name)
            fixed = like.shape if name not in VARYING else like.shape[:-1]
            if array.shape[: len(fixed)] != fixed:
                raise FormatError(f"array state.{name} must have the shape {like.shape}, got {array.shape}")
        if own["following"].shape[-1] * IN_CHUNK < own["dealt"].shape[-1]:
            raise FormatError("array state.following is shorter than the chunks of state.dealt")
        if arrays["recorded_from"].shape != self._recorded_from.shape:
            raise FormatError(f"array state.recorded_from must have the shape {self._recorded_from.shape}")
        self._recorded_from = arrays["recorded_from"]
        self._whole = self._whole._replace(**{k: a.view(np.recarray) if a.dtype.names else a for k, a in own.items()})
        self._stop_at(float(arrays["now"][0]))


def _events(state):
    """How many events there have been."""
    return int(state.counters[[SPIKES, SOURCE_SPIKES, DELIVERIES, DRIVE_EVENTS]].sum())


@functools.cache
def _kernel(function):
    _jit.call_through_addresses(CALLS, signatures)
    return _jit.compiled(function)


@functools.cache
def _parts(driven, own_delays):
    """The addresses of the engine's own parts, as far as they are needed, and the parts."""
    _jit.call_through_addresses(CALLS, signatures)
    functions = {
        "call_work_on": kernels.work_on,
        "call_accumulate": kernels.accumulate,
        "call_draw": draw if driven else None,
        "call_deal_out": flights.deal_out if own_delays else None,
        "call_take_dealt": flights.take_dealt if own_delays else None,
        "call_next_dealt": flights.next_dealt if own_delays else None,
    }
    return _jit.parts(functions, signatures)
