"""The sequential compiled engine: one queue, one neuron at a time, the reference's bits."""

import functools
import math

import numpy as np

from ... import _jit
from ...aer.router import arrivals_at, keep_rows, route, zero_arrivals
from ...errors import InternalError, NumericalError, ZeroDelayLoopError
from ...lowering.plastic import layout
from ...lowering.program import LAST, STATE, WAKE
from ...lowering.regenerate import Room
from ...numerics.epochs import STRIDE, beginning, left, over
from ...synapses.activity import ACTIVITY
from ..status import Status
from ..synapses import targets_of
from . import loop
from .adapters import BY_ADDRESS, bind, change
from .background import next_chunk
from .calendar import file_looks, new_year
from .currents import change_currents
from .following import Following
from .generators import emissions, start
from .plastic import heed, history_of, learn, note, reaching
from .pointers import CALLS, signatures
from .rewire import rewire
from .state import (
    CHANGES,
    DELIVERIES,
    DRIVE_EVENTS,
    FAR,
    FAULT,
    INSTANT,
    NOW,
    RECORDED,
    TRAIN,
    UPDATES,
    ZERO,
    Log,
    generator_places,
    grown,
    most_fired,
    most_projections,
    new_state,
    tally,
    to_come,
)
from .synapses import adapters as adapters_of_rule
from .unstored import prepare

# As many neurons at most are agreed on in plain Python at the start, and so many entries of the calendar are moved in
# all to new years: less than a tenth of a second, while compiling the same takes longer.
_FEW_NEURONS = 256
_FEW_MOVES = 2000

# Deliveries between two looks at the keyboard and the progress bar: some tens of milliseconds.
_BUDGET = 2_000_000

_STATUS = {
    loop.DONE: Status.DONE,
    loop.PAUSED: Status.PAUSED,
    loop.SPIKED: Status.SPIKED,
    loop.SILENT: Status.SILENT,
    loop.YEAR_OVER: Status.PAUSED,
}


class SequentialEngine:
    """Runs a Program by one global queue, with the models' own functions, compiled."""

    name = "sequential"
    furthest = math.inf  # ms; it goes to whatever time is asked for

    def __init__(self, program, models, record, micro_limit=1000, rules=()):
        self.program, self._models, self.rules = program, models, rules
        self.micro_limit = program.n_addresses + micro_limit
        self._most_out = most_projections(program)
        self._places = generator_places(program)
        self._adapters = [_adapters(m) for m in models]
        slots = self._adapters or [_adapters(_stand_in())]
        self._tables = tuple(_jit.addresses([a.get(f.__name__) for a in slots]) for f in (*BY_ADDRESS, change))
        self._rules = [adapters_of_rule(r) for r in rules]
        self._tables += _tables_of(self._rules)
        self._following = Following(program, rules)
        self._moved = 0  # entries of the calendar, by new years
        self._paused, self._received_before = False, 0  # what neurons had received before the run in work
        parts = program.fabric.procedures, program.fabric.weight32, program.drives.drives, program.currents, program.plastic.synapses
        self._functions = _functions(*(len(part) > 0 for part in parts))
        self._chunk = float(program.drives.drives.bin.min(initial=math.inf))
        self.state = new_state(program, record)
        self._framed_program, self._framed = _jit.framing(), _jit.framing()
        for p, population in enumerate(program.fabric.populations):
            if population.kind >= 0:
                self._agree(p, np.arange(population.count), plain=program.n_addresses <= _FEW_NEURONS)
        self._emission = emissions(program)
        start(program, self._emission, self.state.draws, self.state.queue.wakes, self.state.queue.place, self.state.counters)

    @property
    def now(self):
        """All events before this time (ms) have happened."""
        return float(self.state.clock[NOW])

    def advance(self, until, stop_at_spikes):
        """Go on until a time, a pause, or an instant with a spike."""
        if not self._paused:
            self._received_before = self._received()
        self._paused = False
        while True:
            status = _jit.timed(
                _kernel(loop.advance),
                self._framed_program(self.program),
                self._framed(self.state),
                *self._tables,
                self._emission,
                *self._functions[0],
                self._places,
                self._most_out,
                self.micro_limit,
                self._chunk,
                float(until),
                stop_at_spikes,
                _BUDGET,
            )
            if status == loop.FULL:
                if not self._following.relieved(self.state.learning.log):
                    self.state = self._following.with_room(grown(self.state, self.program))
            elif status in _STATUS:
                if status == loop.YEAR_OVER:
                    self._new_year()
                elif status == loop.SILENT and self._received() > self._received_before:
                    self.state.clock[NOW] = math.nextafter(self._last_event(), math.inf)
                self._paused = _STATUS[status] is Status.PAUSED
                return _STATUS[status]
            else:
                self._raise(status)

    def _new_year(self):
        """Begin a new year of the calendar: in plain Python, until it has been worth compiling."""
        s = self.state
        self._moved += int(s.counters[FAR])
        if self._moved <= _FEW_MOVES:
            with np.errstate(over="ignore"):
                new_year(s.calendar, s.queue.place, s.counters)
        else:
            _jit.timed(_kernel(new_year), s.calendar, s.queue.place, s.counters)

    def _received(self):
        return self.state.counters[DELIVERIES] + self.state.counters[DRIVE_EVENTS] + self.state.counters[CHANGES]

    def _last_event(self):
        """Time of the last event at any neuron, ms."""
        neurons = [p for p in self.program.fabric.populations if p.kind >= 0]
        return max(float(_rows_of(p, self.state.rows[p.row :])[:, LAST].max()) for p in neurons)

    def _raise(self, status):
        t = float(self.state.clock[INSTANT])
        self.state.clock[NOW] = t
        if status == loop.NOT_A_NUMBER:
            address = int(self.state.counters[FAULT])
            raise NumericalError.at(self.program, address, t, *self._model_and_state(address))
        if status == loop.ZERO_DELAY_LOOP:
            sources = self.state.zero.source[: self.state.counters[ZERO]]
            raise ZeroDelayLoopError.at(self.program, np.unique(sources), t, self.micro_limit)
        raise InternalError(f"unknown status {status} at {t!r} ms")

    def _model_and_state(self, address):
        """The model of a neuron and the state in its row."""
        p = self.program.fabric.populations[self.program.fabric.of_address[address]]
        at = int(p.row + (address - p.first) * p.width)
        model = self._models[p.kind]
        return model, self.state.rows[at + STATE : at + STATE + len(model.state_type._fields)].tolist()

    # -- states ------------------------------------------------------------------------------------------------------

    def _part(self, p):
        """Population p, and its rows and constants as adapters take them."""
        population = self.program.fabric.populations[p]
        rows, constants = self.state.rows[population.row :], self.program.constants[population.constant :]
        return population, (rows, constants, int(population.constant_stride))

    def read(self, p, neurons):
        """States of neurons (local indices) of population p just before now: float64 (len(neurons), fields of a state)."""
        population, part = self._part(p)
        out = np.empty((len(neurons), len(self._models[population.kind].state_type._fields)))
        _jit.timed(self._adapters[population.kind]["read"], self.now, *part, neurons, out.ravel())
        return out

    def write(self, p, neurons, states):
        """Set the states of neurons of population p, as an event at now."""
        population, (rows, _, _) = self._part(p)
        own = _rows_of(population, rows)
        own[neurons, LAST] = self.now
        end = STATE + states.shape[1]
        own[neurons, STATE:end] = states
        own[neurons, end:] = 0.0  # no trail leads from there yet
        self._agree(p, neurons)
        if population.modulator >= 0:
            s, sweeps = self.state, self._tables[-2]
            self._following.relieved(s.learning.log)
            at = int(population.modulator), int(population.row), self.now
            _jit.timed(_kernel(heed), self.program.fabric, self.program.plastic, s.learning, s.counters, sweeps, s.rows, *at)

    def _agree(self, p, neurons, plain=False):
        """When to look again at neurons whose state has been set; plain: without compiling it."""
        population, part = self._part(p)
        neurons = np.ascontiguousarray(neurons, np.int64)
        adapters = self._adapters[population.kind]
        if plain:
            adapters["agree_plainly"](*part, neurons)
        else:
            _jit.timed(adapters["agree"], *part, neurons)
        own = _rows_of(population, part[0])
        wake = own[neurons, WAKE]
        queue = self.state.queue
        concerned = (wake < math.inf) | (queue.place[population.first + neurons] != -1)
        if concerned.any():
            addresses = population.first + neurons[concerned]
            arguments = self.state.calendar, queue.wakes, queue.place, self.state.counters, addresses, wake[concerned]
            if plain:
                with np.errstate(over="ignore"):  # what is beyond any page may be infinitely many pages away
                    file_looks(*arguments)
            else:
                _jit.timed(_kernel(file_looks), *arguments)

    def synapses(self, projection):
        """States of the synapses of plastic lowered projection number `projection` just before now: float64 (synapses, fields)."""
        return self._standing(projection, False)[0]

    def set_weights(self, projection, weights):
        """Set the weights of plastic lowered projection number `projection`, as an event at now."""
        _, p, rows = self._standing(projection, True)
        own = layout(self.rules[p.kind])
        each = rows[: len(weights) * p.width].reshape(-1, p.width)
        each[:, own.state] = weights
        self._following.change(p, each[:, own.state : own.trace], self.now)

    def rewire(self, projection, kept, born):
        """Take away all synapses but those `kept` (a mask) of a plastic lowered projection, and add those that are born, as an event at now."""
        _, p, _ = self._standing(projection, True)
        self.program, self.state = rewire(self.program, self.state, self.rules[p.kind], projection, kept, born, self.now)

    def _standing(self, projection, commits):
        """States of the synapses of a plastic lowered projection just before now, on copies or committed; its PLASTIC record; its rows."""
        learning, targets = self.state.learning, targets_of(self, projection)
        p = self.program.plastic.synapses[self.program.fabric.projections[projection].plastic]
        out = np.empty((len(targets), len(self.rules[p.kind].state_type._fields)))
        part = learning.rows[p.row :], targets, *reaching(self.program, learning, p)
        if commits:  # what is committed is not computed again, so it is logged now
            self.state.counters[UPDATES] += self._following.catch_up(p, part, learning.log, self._rules, self.now)
        updates = _jit.timed(self._rules[p.kind]["read"], self.now, *part, learning.log, commits, out)
        if commits:
            self.state.counters[UPDATES] += updates
        return out, p, part[0]

    def activity(self, change):
        """Of the neurons whose spikes scaling number `change` asks for: their number and trace just before now, float64 (n, 2)."""
        plastic, learning, populations = self.program.plastic, self.state.learning, self.program.fabric.populations
        k = int(np.flatnonzero(plastic.histories.change == change)[0])
        h, ring = plastic.histories[k], int(learning.ring[0])
        first, place = history_of(plastic, populations, ring, k)
        own = layout(ACTIVITY)
        numbers = plastic.constants[h.constant :]
        begin = beginning(self.now, float(numbers[own.epoch]))
        rates = [own.post_rates + f * STRIDE for f in range(len(ACTIVITY.post_rates))]  # where they stand among the numbers
        share = [left(float(numbers[rate]), self.now - begin) for rate in rates]
        out = np.zeros((int(populations[h.population].count), 2))
        for n, number in enumerate(learning.noted[first : first + len(out)].tolist()):
            if number > 0:
                at = place + (n * ring + (number - 1) % ring) * int(h.entry)
                epochs = (begin - float(learning.entries[at + own.entry.begin])) * float(numbers[own.epoch + 1])
                kept = [over(numbers, rate, epochs) for rate in rates]
                out[n] = learning.entries[at + own.entry.after : at + own.entry.width] * kept * share
        return out

    def follow(self, kind, numbers):
        """Log from now on what happens at synapses of rule `kind`; numbers: int64, ascending, which of the Fabric's synapses."""
        self.state = self._following.add(numbers, self.state)
        self._rules[kind] = adapters_of_rule(self.rules[kind], following=True)
        self._tables = *self._tables[:-3], *_tables_of(self._rules)

    def followed(self, numbers):
        """All events before now at synapses that are followed: float64 (m, 2 + fields), number of the synapse, time (ms), state after it; those of one in order."""
        return self._following.events(numbers, self.state.learning, self._rules, self.now)

    def inject(self, spikes):
        """Add spikes of sources (SPIKE records) to those still to come."""
        s = self.state
        train = to_come(s, spikes)
        fired = np.empty(most_fired(self.program, train), np.int64)
        self.state = s._replace(train=train, fired=fired)
        s.counters[TRAIN] = 0

    # -- results -----------------------------------------------------------------------------------------------------

    @property
    def record(self):
        """Whose spikes are recorded: uint8 (N,)."""
        return self.state.record

    def record_from_now(self, addresses):
        """Record the spikes of these addresses too, from now on."""
        self.record[addresses] = 1

    def spikes(self):
        """What has been recorded so far (SPIKE records), in canonical order."""
        return self.state.spikes[: self.state.counters[RECORDED]]

    def counts(self):
        """Counters of the run."""
        return tally(self.state.counters)

    def arrays(self):
        """The whole state as a dict of arrays, for a checkpoint."""
        return dict(flattened(self.state, ""))

    def restore(self, arrays):
        """Take over the state of a checkpoint."""
        self.state = filled(self.state, arrays, "")


def _rows_of(population, rows):
    """The rows of a population, which begin where `rows` does: a view (count, width)."""
    return rows[: population.count * population.width].reshape(population.count, population.width)


def _tables_of(rules):
    """What the loop calls for plastic synapses, by rule: tables of `arrive`, `sweep` and `entry`."""
    return tuple(_jit.addresses([a[name] for a in rules]) for name in ("arrive", "sweep", "entry"))


@functools.cache
def _kernel(function):
    _jit.call_through_addresses(CALLS, signatures)
    return _jit.compiled(function)


@functools.cache
def _functions(procedural, single, driven, injected, plastic):
    """The router, the background and injected currents, compiled by themselves and called through their addresses."""
    _jit.call_through_addresses(CALLS, signatures)
    functions = {
        "call_route": route,
        "call_arrivals": arrivals_at,
        "call_zero": zero_arrivals,
        "call_keep": keep_rows if procedural else None,
        "call_prepare": prepare if procedural or single else None,
        "call_chunk": next_chunk if driven else None,
        "call_currents": change_currents if injected else None,
        "call_learn": learn if plastic else None,
        "call_note": note if plastic else None,
        "call_heed": heed if plastic else None,
    }
    return _jit.parts(functions, signatures)


_bound = {}


def _adapters(model):
    """Adapters of a model, made once in a process."""
    if model not in _bound:
        with _jit.compiling_for(f"model {model.name}"):
            _bound[model] = bind(model)
    return _bound[model]


def _stand_in():
    """A model to fill the tables of a network without neurons."""
    from ...neurons import LIF

    return LIF


def flattened(value, prefix):
    """The arrays of nested named tuples, as (name, array), but for room to work in and for what is only recorded."""
    for name, item in zip(value._fields, value, strict=True):
        if isinstance(item, np.ndarray):
            yield prefix + name, item
        elif not isinstance(item, (Room, Log)):
            yield from flattened(item, f"{prefix}{name}.")


def filled(value, arrays, prefix):
    """The same nested named tuples with these arrays."""
    parts = {}
    for name, item in zip(value._fields, value, strict=True):
        if isinstance(item, np.ndarray):
            array = arrays[prefix + name]
            parts[name] = array.view(np.recarray) if array.dtype.names else array
        elif isinstance(item, (Room, Log)):
            parts[name] = item
        else:
            parts[name] = filled(item, arrays, f"{prefix}{name}.")
    return type(value)(**parts)
