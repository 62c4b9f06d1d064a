"""The reference engine: docs/semantics.md in plain Python. Slow, and meant to be read.

It shares with the compiled engine the Program, the models' functions and the random numbers; nothing else.
"""

import math
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from sortedcontainers import SortedList

from ...errors import NumericalError, ZeroDelayLoopError
from ...lowering.program import BY_SIGN, SPIKE, STATE, records, weight_of
from ...lowering.regenerate import new_room, row
from ...numerics.currents import WIDTH, change_time, change_to
from ...numerics.drive import BLOCK, event, event_count
from ...numerics.emission import EMISSIONS
from ...numerics.prediction import make_crossing_time, make_state_at, make_state_at_change
from ..status import Status
from .plastic import Plasticity

# Instants between two looks at the keyboard and the progress bar.
_BUDGET = 1000

_COUNTED = ("spikes", "source_spikes", "deliveries", "drive_events", "current_changes", "neuron_updates", "queue_peak")

# Events of one instant in the order in which they act; deliveries go on with (source, projection, place).
DELIVERY, BACKGROUND = 0, 1


@dataclass
class Cell:
    """One neuron: its state, and the time of the last event at it, at which the state stands."""

    model: object
    constants: tuple
    state: tuple
    last: float = 0.0
    free: float = -math.inf  # end of the last refractory period
    crossing: float = math.inf  # when it fires if nothing more arrives, or when to look again

    def at(self, t):
        """The state at t >= last."""
        state_at = make_state_at(self.model.flow, self.model.flow_refractory)
        return state_at(self.constants, self.state, self.last, self.free, t)

    def changed(self, t, place, values):
        """The state at t with some of its variables, those of an injected current, replaced."""
        m = self.model
        crossed = self.crossing <= t and self.next_spike(t) <= t
        state_at_change = make_state_at_change(m.flow, m.flow_refractory, m.above)
        state = state_at_change(self.constants, self.state, self.last, self.free, t, crossed)
        return m.state_type(*state[:place], *values, *state[place + len(values) :])

    def next_spike(self, t):
        """When it fires if nothing more arrives, ms; inf: never. A bounded model may only know a time after t before which it does not."""
        m = self.model
        crossing_time = make_crossing_time(m.flow_refractory, m.above, m.next_crossing, m.next_look)
        return crossing_time(self.constants, self.state, self.last, self.free, t)


class ReferenceEngine:
    """Runs a Program one event at a time."""

    name = "reference"
    furthest = math.inf  # ms; it goes to whatever time is asked for

    def __init__(self, program, models, record, micro_limit=1000, rules=()):
        self.program, self.rules = program, rules
        self.record = record
        self.micro_limit = program.n_addresses + micro_limit
        self.now = 0.0
        self.events = SortedList()  # (time, DELIVERY, source, projection, place, target, port, weight) and drive events
        self.emissions = SortedList()  # (time, address, generator): next spikes of generators, and given ones (generator -1)
        self.crossings = SortedList()  # (time, address): predicted spikes of neurons
        self.spikes_ = []  # (time, address)
        self.tally = dict.fromkeys(_COUNTED, 0)
        self.margin = math.inf
        self.cells = {}
        self.bins = [0] * len(program.drives.drives)  # next bin of each drive
        self.generators = [_plain(g) for g in program.generators]
        self.table = program.table.tolist()
        self.draws = [0] * len(self.generators)  # emissions of each so far, the next one included
        self.currents, self.levels = [_plain(c) for c in program.currents], program.levels.tolist()
        self.changes = [0] * len(self.currents)  # of each injected current so far
        procedures = program.fabric.procedures
        self._room = new_room(procedures.most.max(initial=0), procedures.n_post.max(initial=0))
        self.plasticity = Plasticity(program, rules)
        self._longest = float(program.fabric.projections.reach.max(initial=-1.0))  # delay of synapses that come and go; -1: there are none
        self._recent = deque()  # (time, address) of spikes that may still arrive at such
        self._populate(models)

    # -- the loop ----------------------------------------------------------------------------------------------------

    def advance(self, until, stop_at_spikes):
        """Go on until a time, a pause, or an instant with a spike."""
        done = 0
        while True:
            t = self._next_time(until)
            if t >= until:
                if until == math.inf:
                    return Status.SILENT
                self.now = until
                return Status.DONE
            before, events = self.now, self._events()
            self.now = t  # here, for an instant that fails
            spiked = self._instant(t)
            # An instant at which there was only a look at a bounded neuron is no event.
            self.now = before if self._events() == events else math.nextafter(t, math.inf)
            if spiked and stop_at_spikes:
                return Status.SPIKED
            done += 1
            if done == _BUDGET:
                return Status.PAUSED

    def _events(self):
        """The number of spikes, deliveries and changes of currents so far."""
        return sum(self.tally[k] for k in ("spikes", "source_spikes", "deliveries", "drive_events", "current_changes"))

    def _next_time(self, until):
        """Time of the next event, once the drive is drawn as far as it can matter."""
        while True:
            t = min([queue[0][0] for queue in (self.events, self.emissions, self.crossings) if queue], default=math.inf)
            t = min([t, self.plasticity.next_time(), *(self._next_change(k) for k in range(len(self.currents)))])
            begins = [k * drive.bin for k, drive in zip(self.bins, self.program.drives.drives, strict=True)]
            due = [d for d, begin in enumerate(begins) if begin <= t and begin < until]
            if not due:
                return t
            for d in due:
                self._draw_bin(d)

    def _instant(self, t):
        """Everything that happens at t; whether there was a spike."""
        for k in range(len(self.currents)):  # 0 injected currents change
            while self._next_change(k) == t:
                self._change(k, t)
        self.plasticity.answer(t, before_arrivals=True)
        fired = []
        while emitted := _taken(self.emissions, t):  # 1 sources emit ...
            for _, address, generator in emitted:
                fired.append(address)
                if generator >= 0:
                    self._generate(generator, t)
        for _, address in list(_until(self.crossings, t)):  # ... and crossings fire
            if self._predict(address, t) <= t:
                self._fire(address, t)
                fired.append(address)
        arriving = _taken(self.events, t)  # sorted: canonical order, drive last
        spiked = False
        for _ in range(self.micro_limit + 1):
            for address in self._deliver(arriving, t):  # 2 is in `Cell.at`, 3
                if self._above(address, t):  # 4
                    self._fire(address, t)
                    fired.append(address)
            spiked = spiked or bool(fired)
            arriving = sorted(self._emit(sorted(fired), t))  # 5
            if not arriving:
                self.plasticity.answer(t)
                return spiked
            fired = []
        raise ZeroDelayLoopError.at(self.program, sorted({d[2] for d in arriving}), t, self.micro_limit)

    def _next_change(self, k):
        return change_time(self.currents, self.levels, k, self.changes[k])

    def _change(self, k, t):
        """Injected current k changes at t."""
        current = self.currents[k]
        first = int(self.program.fabric.populations[current.population].first)
        for m, j in enumerate(self.program.injected[current.member : current.member_end].tolist()):
            values = [0.0] * WIDTH
            change_to(self.currents, self.levels, k, self.changes[k], m, values)
            self._commit(first + j, self.cells[first + j].changed(t, current.place - STATE, values[: current.width]), t)
            self._predict(first + j)
            self.tally["current_changes"] += 1
        self.changes[k] += 1

    def _deliver(self, arriving, t):
        """Add deliveries to states one after another; the addresses touched."""
        touched = {}
        for _, kind, _, projection, place, address, port, weight in arriving:
            cell = self.cells[address]
            if kind == DELIVERY:
                weight = self.plasticity.arrive(projection, place, t, weight)
            if port == BY_SIGN:
                port = 0 if weight >= 0.0 else 1
            receive = cell.model.receive if t >= cell.free else cell.model.receive_refractory
            self._commit(address, receive(cell.constants, cell.at(t), port, weight), t)
            self.tally["deliveries" if kind == DELIVERY else "drive_events"] += 1
            touched[address] = True
        for address in touched:
            self.plasticity.modulate(address, self.cells[address].state[0], t)
            self._predict(address)
        return list(touched)

    def _above(self, address, t):
        cell = self.cells[address]
        if t < cell.free:
            return False
        self.margin = min(self.margin, abs(cell.state[0] - cell.constants.v_thresh))
        return cell.model.above(cell.constants, cell.state)

    def _fire(self, address, t):
        cell = self.cells[address]
        self._commit(address, cell.model.fire(cell.constants, cell.at(t)), t)
        cell.free = t + cell.constants.t_ref
        self._predict(address)

    def _commit(self, address, state, t):
        cell = self.cells[address]
        if t > cell.last:
            self.margin = min(self.margin, t - cell.last)
        cell.state, cell.last = state, t
        self.tally["neuron_updates"] += 1
        if not all(math.isfinite(x) for x in state):
            raise NumericalError.at(self.program, address, t, cell.model, state)

    def _predict(self, address, t=None):
        """Enter when a neuron will fire if nothing more arrives, or, where that is not known at t, when to look again."""
        cell = self.cells[address]
        if cell.crossing < math.inf:
            self.crossings.remove((cell.crossing, address))
        cell.crossing = cell.next_spike(cell.last if t is None else t)
        if math.isnan(cell.crossing):
            raise NumericalError.at(self.program, address, cell.last if t is None else t, cell.model, cell.state)
        if cell.crossing < math.inf:
            self.crossings.add((cell.crossing, address))
        return cell.crossing

    def _emit(self, fired, t):
        """Record spikes and send them on; what they deliver at t itself."""
        without_delay = []
        for address in fired:
            self.tally["spikes" if address in self.cells else "source_spikes"] += 1
            if self.record[address]:
                self.spikes_.append((t, address))
            self.plasticity.fire(address, t)
            if self._longest >= 0.0:
                self._remember(t, address)
            for delay, *delivery in self._synapses_of(address):
                if t + delay == t:
                    without_delay.append((t, DELIVERY, *delivery))
                else:
                    self.events.add((t + delay, DELIVERY, *delivery))
        self.plasticity.answer(t, before_arrivals=True)
        queued = len(self.events) + len(self.emissions) + len(self.crossings)
        self.tally["queue_peak"] = max(self.tally["queue_peak"], queued)
        return without_delay

    # -- what the Program says -----------------------------------------------------------------------------------------

    def _populate(self, models):
        program = self.program
        for p in program.fabric.populations:
            if p.kind < 0:
                continue
            model = models[p.kind]
            width = len(model.constant_type._fields)
            for j in range(p.count):
                c, r = int(p.constant + j * p.constant_stride), int(p.row + j * p.width)
                constants = model.constant_type(*program.constants[c : c + width].tolist())
                state = model.state_type(*program.initial[r + STATE : r + STATE + len(model.state_type._fields)].tolist())
                address = int(p.first) + j
                self.cells[address] = Cell(model, constants, state)
                self._predict(address)
        for time, address in zip(program.train.time.tolist(), program.train.address.tolist(), strict=True):
            self.emissions.add((time, address, -1))
        for k in range(len(self.generators)):
            self._generate(k, 0.0)

    def _generate(self, k, t):
        """Enter the next emission of a generator, the one before being at t."""
        generator = self.generators[k]
        while True:
            t = EMISSIONS[generator.kind](self.generators, self.table, k, t, self.draws[k])
            self.draws[k] += 1
            if t >= 0.0:  # what would have been before 0 has not been
                break
        if t < math.inf:
            self.emissions.add((t, generator.address, k))

    def _synapses_of(self, address):
        """(delay, source, projection, place, target address, port, weight) of all synapses of an address."""
        for projection, j in enumerate(self.program.fabric.projections):
            if j.procedure >= 0 and j.pre_first <= address < j.pre_first + j.pre_count:
                yield from self._regenerated(projection, j, address)
            else:
                yield from self._row(projection, j, address)

    def _row(self, projection, j, address):
        """The same of a projection that is stored."""
        fabric = self.program.fabric
        if not j.pre_first <= address < j.pre_first + j.pre_count:
            return
        row = j.row + address - j.pre_first
        for place in range(fabric.indptr[row], fabric.indptr[row + 1]):
            delay = float(fabric.delay[j.delay + (place - j.first) * j.delay_stride])
            weight = float(weight_of(j, fabric.weight, fabric.weight32, place))
            target = int(fabric.populations[j.post].first + fabric.target[place])
            yield delay, address, projection, int(place), target, int(j.port), weight

    def _regenerated(self, projection, j, address):
        """The same of a procedural projection."""
        fabric, room = self.program.fabric, self._room
        own = fabric.procedures[j.procedure], fabric.laws[2 * j.procedure], fabric.laws[2 * j.procedure + 1]
        p, weights, delays = (_plain(r) for r in own)
        first, targets = int(fabric.populations[j.post].first), int(fabric.populations[j.post].count)
        for place in range(row(p, weights, delays, fabric.tables, address, 0, targets, room)):
            delay = float(room.delay[place] if delays.kind else fabric.delay[j.delay])
            weight = float(room.weight[place] if weights.kind else fabric.weight[j.weight])
            yield delay, address, projection, place, first + int(room.target[place]), int(j.port), weight

    def _draw_bin(self, d):
        """Enter the events of the next bin of drive d."""
        lowered = self.program.drives
        drive, index = lowered.drives[d], self.bins[d]
        self.bins[d] = index + 1
        key = int(drive.key0), int(drive.key1)
        first_address = int(self.program.fabric.populations[drive.population].first)
        for b in range(drive.block_end - drive.block):
            block = lowered.blocks[drive.block + b]
            first = int(drive.member) + b * BLOCK
            size = min(BLOCK, int(drive.member_end) - first)
            table = lowered.cumulative[block.table : block.table + block.length].tolist()
            for i in range(event_count(table, len(table), b, index, *key)):
                t, m, u = event(i, b, size, index, float(drive.bin), *key)
                if u >= lowered.members[first + m].accept:
                    m = int(lowered.members[first + m].alias)
                member = lowered.members[first + m]
                target = first_address + int(member.target)
                self.events.add((t, BACKGROUND, d, b, i, target, int(drive.port), float(member.weight)))

    # -- reading, writing, checkpoints -----------------------------------------------------------------------------------

    def _cell(self, p, j):
        return self.cells[int(self.program.fabric.populations[p].first) + int(j)]

    def read(self, p, neurons):
        """States of neurons (local indices) of population p just before now: float64 (len(neurons), fields of a state)."""
        fields = self._cell(p, 0).model.state_type._fields
        return np.array([self._cell(p, j).at(self.now) for j in neurons], np.float64).reshape(len(neurons), len(fields))

    def synapses(self, projection):
        """States of the synapses of plastic lowered projection number `projection` just before now: float64 (synapses, fields)."""
        p = self.program.plastic.synapses[self.program.fabric.projections.plastic[projection]]
        states = self.plasticity.read(projection, self.now)
        return np.array(states, np.float64).reshape(-1, len(self.rules[p.kind].state_type._fields))

    def follow(self, kind, numbers):
        """Keep from now on what happens at plastic synapses; numbers: int64, which of the Fabric's synapses."""
        self.plasticity.follow(set(numbers.tolist()))

    def followed(self, numbers):
        """All events at synapses that are followed: float64 (m, 2 + fields), number of the synapse, time (ms), state after it; those of one in order."""
        return self.plasticity.followed(set(numbers.tolist()))

    def set_weights(self, projection, weights):
        """Set the weights of plastic lowered projection number `projection`, as an event at now."""
        self.plasticity.set_weights(projection, weights, self.now)

    def rewire(self, projection, kept, born):
        """Take away all synapses but those `kept` (a mask) of a plastic lowered projection, and add those that are born, as an event at now."""
        self.plasticity.rewire(projection, kept, born, self.now)
        self.program = self.plasticity.program
        j = self.program.fabric.projections[projection]
        self.events = SortedList(e for e in self.events if e[1] != DELIVERY or e[3] != projection)
        for t, address in self._recent:
            for delay, *delivery in self._row(projection, j, address):
                if t + delay >= self.now:
                    self.events.add((t + delay, DELIVERY, *delivery))

    def _remember(self, t, address):
        """Keep a spike at t as long as a synapse that is not there yet may be when it arrives, and no longer."""
        while self._recent and self._recent[0][0] + self._longest < t:
            self._recent.popleft()
        self._recent.append((t, address))

    def activity(self, change):
        """Of the neurons whose spikes scaling number `change` asks for: their number and trace just before now, float64 (n, 2)."""
        return np.array(self.plasticity.activity(change, self.now), np.float64).reshape(-1, 2)

    def write(self, p, neurons, states):
        """Set the states of neurons of population p, as an event at now."""
        for j, state in zip(neurons, states, strict=True):
            cell = self._cell(p, j)
            cell.state, cell.last = cell.model.state_type(*state.tolist()), self.now
            self.plasticity.modulate(int(self.program.fabric.populations[p].first) + int(j), cell.state[0], self.now)
            self._predict(int(self.program.fabric.populations[p].first) + int(j))

    def inject(self, spikes):
        """Add spikes of sources (SPIKE records) to those still to come."""
        self.emissions.update((t, a, -1) for t, a in zip(spikes.time.tolist(), spikes.address.tolist(), strict=True))

    def record_from_now(self, addresses):
        """Record the spikes of these addresses too, from now on."""
        self.record[addresses] = 1

    def spikes(self):
        """What has been recorded so far (SPIKE records), in canonical order."""
        out = records(SPIKE, len(self.spikes_))
        if self.spikes_:
            out.time, out.address = zip(*self.spikes_, strict=True)
        return out

    def counts(self):
        """Counters of the run."""
        return dict(self.tally, plastic_updates=self.plasticity.updates, margin=self.margin)

    def arrays(self):
        """The whole state as a dict of arrays, for a checkpoint. Integers up to 2**53 pass through float64 unharmed."""
        width = max((len(c.state) for c in self.cells.values()), default=0)
        return {
            "clock": np.array([self.now, self.margin]),
            "cells": np.array([(a, c.last, c.free, *c.state, *[0.0] * (width - len(c.state))) for a, c in self.cells.items()]).reshape(
                -1, 3 + width
            ),
            "events": np.array([tuple(map(float, e)) for e in self.events]).reshape(-1, 8),
            "emissions": np.array(list(self.emissions), np.float64).reshape(-1, 3),
            "recent": np.array(self._recent, np.float64).reshape(-1, 2),
            "spikes": np.array(self.spikes_, np.float64).reshape(-1, 2),
            "tally": np.array(list(self.tally.values()), np.int64),
            "bins": np.array(self.bins, np.int64),
            "draws": np.array(self.draws, np.int64),
            "changes": np.array(self.changes, np.int64),
            "record": self.record,
            **self.plasticity.arrays(),
        }

    def restore(self, arrays):
        """Take over the state of a checkpoint."""
        self.now, self.margin = arrays["clock"].tolist()
        self.crossings.clear()
        for address, last, free, *state in arrays["cells"].tolist():
            cell = self.cells[int(address)]
            cell.state, cell.last, cell.free = cell.model.state_type(*state[: len(cell.state)]), last, free
            cell.crossing = math.inf
            self._predict(int(address), max(self.now, last))
        self.events = SortedList((t, *map(int, key), weight) for t, *key, weight in arrays["events"].tolist())
        self.emissions = SortedList((t, int(a), int(k)) for t, a, k in arrays["emissions"].tolist())
        self._recent = deque((t, int(a)) for t, a in arrays["recent"].tolist())
        self.spikes_ = [(t, int(a)) for t, a in arrays["spikes"].tolist()]
        self.tally = dict(zip(self.tally, arrays["tally"].tolist(), strict=True))
        self.bins = arrays["bins"].tolist()
        self.draws = arrays["draws"].tolist()
        self.changes = arrays["changes"].tolist()
        self.record = arrays["record"]
        self.plasticity.restore(arrays)


def _plain(record):
    """A record with attributes of plain Python numbers."""
    return SimpleNamespace(**dict(zip(record.dtype.names, record.tolist(), strict=True)))


def _until(queue, t):
    """The entries of a sorted list up to time t."""
    return queue.irange(maximum=(t, math.inf))


def _taken(queue, t):
    """Take the entries up to time t out of a sorted list."""
    entries = list(_until(queue, t))
    del queue[: len(entries)]
    return entries
