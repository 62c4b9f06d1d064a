"""Plastic synapses in the reference engine: every event at every synapse when it happens.

A presynaptic spike arrives `delay` after it, a postsynaptic one `backprop_delay` after it. At one time, arrivals come first; with `post_first`
those postsynaptic spikes come first that have happened by then.
"""

from dataclasses import dataclass

import numpy as np
from sortedcontainers import SortedList

from ...lowering.plastic import constants_of, layout
from ...lowering.program import STATE
from ...lowering.rewired import rewired
from ...numerics.epochs import beginning, epoch_length, left, over, table_of
from ...synapses.modulator import level_at
from ...synapses.rule import NOTHING, unchanged


class Trace:
    """The trace of one side of a synapse. One that decays with rates is kept as what it would have been at the beginning of its epoch (numerics/epochs.py)."""

    def __init__(self, kind, flow, constants, rates, length):
        self.flow, self.constants, self.rates, self.length = flow, constants, rates, length
        self.tables = [table_of(rate, length) for rate in rates or ()]
        self.value = kind(*[0.0] * len(kind._fields)) if kind else NOTHING
        self.anchor = 0.0  # when `value` stands, ms

    def at(self, t):
        """The trace at t, not before it was set."""
        if self.rates is None:
            return self.flow(self.constants, self.value, t - self.anchor)
        begin = beginning(t, self.length)
        epochs = (begin - self.anchor) / self.length
        parts = zip(self.value, self.rates, self.tables, strict=True)
        return type(self.value)(*(x * over(table, 0, epochs) * left(rate, t - begin) for x, rate, table in parts))

    def set(self, x, t):
        """It is x at t."""
        self.value, self.anchor = x, t
        if self.rates is not None:
            self.anchor = beginning(t, self.length)
            self.value = type(x)(*(v / left(rate, t - self.anchor) for v, rate in zip(x, self.rates, strict=True)))


def traces(rule, constants):
    """The traces of both sides, silent."""
    pre, post = rule.rates(constants, "pre"), rule.rates(constants, "post")
    length = epoch_length((*(pre or ()), *(post or ())))
    return Trace(rule.pre_type, rule.flow_pre, constants, pre, length), Trace(rule.post_type, rule.flow_post, constants, post, length)


@dataclass
class PlasticSynapse:
    """One synapse: its state, and the trace of the arrivals at it."""

    rule: object
    constants: tuple
    state: tuple
    x: Trace
    target: int  # address
    level: object  # the Level of its modulator, or None
    last: float = 0.0  # time of the last event, when the state stands
    events: list | None = None  # of (time, state just after it), where they are followed

    def at(self, t, of_post):
        """The state at t >= last, of_post being the neuron's History."""
        if self.rule.flow is None or t <= self.last:
            return self.state
        x, y = self.x.at(self.last), of_post.y.at(self.last)
        z = level_at(self.constants, self.level.z, self.last - self.level.since) if self.level else 0.0
        return self.rule.flow(self.constants, self.state, x, y, z, t - self.last)

    def wait(self, t, of_post):
        """Bring the state forward to t."""
        self.become(self.at(t, of_post), t)

    def arrive(self, t, of_post):
        """A presynaptic spike arrives at t; what it delivers."""
        before, x = self.at(t, of_post), self.x.at(t)
        self.become(self.rule.on_pre(self.constants, before, x, of_post.y.at(t)), t)
        self.x.set(self.rule.jump_pre(self.constants, x), t)
        return self.rule.transmit(self.constants, before, self.state)

    def answer(self, t, y, of_post):
        """A postsynaptic spike, before which the neuron's trace was y, reaches the synapse at t."""
        on_post = self.rule.on_post or unchanged
        self.become(on_post(self.constants, self.at(t, of_post), self.x.at(t), y), t)

    def become(self, state, t):
        """An event at t leaves this state."""
        self.state, self.last = state, t
        if self.events is not None:
            self.events.append((t, state))


@dataclass
class Level:
    """The level of a modulator just after its last change."""

    z: float
    since: float = 0.0


class History:
    """The trace of a neuron's spikes as the synapses of one projection know it."""

    def __init__(self, rule, constants, backprop, post_first):
        self.rule, self.constants, self.backprop, self.post_first = rule, constants, backprop, post_first
        self.y = traces(rule, constants)[1]  # of the spikes that have reached the synapses
        self.ahead = traces(rule, constants)[1]  # of all spikes
        self.on_the_way = []  # (when it reaches the synapses, trace before) of spikes that have not

    def fire(self, t):
        """The neuron fires at t; when that reaches the synapses."""
        reaches = t + self.backprop
        before = self.ahead.at(reaches)
        self.on_the_way.append((reaches, before))
        self.ahead.set(self.rule.jump_post(self.constants, before), reaches)
        return reaches

    def reach(self):
        """The oldest spike that is on its way has reached the synapses."""
        reached, before = self.on_the_way.pop(0)
        self.y.set(self.rule.jump_post(self.constants, before), reached)


class Plasticity:
    """All plastic synapses of a Program."""

    def __init__(self, program, rules):
        self.program, self.rules = program, rules
        self.synapses = {}  # by projection and place
        self.histories = {}  # by projection as declared and address
        self.levels = {}  # of modulators, by address
        self.incoming = {}  # the synapses that a History concerns
        self.on_the_way = SortedList()  # (time, order, declared projection, address): postsynaptic spikes
        self.order = 0
        self.updates = 0
        for h in program.plastic.histories[program.plastic.histories.change >= 0]:
            self._count(h)
        for p in program.plastic.synapses:
            self._populate(p)

    def _count(self, h):
        """Keep the histories that a scaling asks for."""
        population, rule = self.program.fabric.populations[h.population], self.rules[h.kind]
        c = constants_of(rule, self.program.plastic, h.constant)
        for address in range(int(population.first), int(population.first + population.count)):
            self.histories[_scaling(h.change), address] = History(rule, c, 0.0, False)

    def _populate(self, p):
        fabric, plastic = self.program.fabric, self.program.plastic
        j = fabric.projections[p.projection]
        rows = plastic.rows[p.row :].reshape(-1)
        post = fabric.populations[j.post]
        if j.reach >= 0.0:  # any neuron may get synapses
            for address in range(int(post.first), int(post.first + post.count)):
                self._history(int(j.declared), address, p)
        if self.rules[p.kind].modulated:
            self._level(p.modulator)
        for place in range(int(j.first), int(fabric.indptr[j.row + j.pre_count])):
            row = rows[(place - int(j.first)) * int(p.width) :][: int(p.width)]
            self._add(p, place, self._synapse(p, row, int(post.first + fabric.target[place])))

    def _constants(self, p):
        """The rule of a lowered plastic projection, and its constants."""
        rule = self.rules[p.kind]
        return rule, constants_of(rule, self.program.plastic, p.constant)

    def _history(self, declared, address, p):
        """The History of a neuron as synapses of a projection know it."""
        if (declared, address) not in self.histories:
            backprop = float(self.program.plastic.histories[p.history].backprop) if p.history >= 0 else 0.0
            self.histories[declared, address] = History(*self._constants(p), backprop, bool(p.post_first))

    def _synapse(self, p, row, target, t=0.0):
        """A synapse that begins at t with a row."""
        rule, c = self._constants(p)
        own = layout(rule)
        x = traces(rule, c)[0]
        x.anchor = t
        level = self._level(p.modulator) if rule.modulated else None
        return PlasticSynapse(rule, c, rule.state_type(*row[own.state : own.trace].tolist()), x, target, level, t)

    def _add(self, p, place, synapse):
        """Put a synapse where the Program has it."""
        declared = int(self.program.fabric.projections.declared[p.projection])
        self.synapses[int(p.projection), place] = synapse
        self._history(declared, synapse.target, p)
        self.incoming.setdefault((declared, synapse.target), []).append(synapse)

    def _level(self, modulator):
        populations = self.program.fabric.populations
        own = populations[populations.modulator == modulator][0]
        return self.levels.setdefault(int(own.first), Level(float(self.program.initial[own.row + STATE])))

    def modulate(self, address, z, t):
        """The level of a modulator has changed to z at t (of any other address: nothing)."""
        level = self.levels.get(address)
        if level is None:
            return
        for (projection, _), synapse in self.synapses.items():
            if synapse.level is level:
                synapse.wait(t, self.of(projection, synapse))
        level.z, level.since = z, t

    def of(self, projection, synapse):
        """The History of a synapse's target."""
        return self.histories[int(self.program.fabric.projections.declared[projection]), synapse.target]

    def arrive(self, projection, place, t, weight):
        """What a presynaptic spike delivers through a synapse, of which `weight` is the weight where it is static."""
        synapse = self.synapses.get((projection, place))
        if synapse is None:
            return weight
        self.updates += 1
        return synapse.arrive(t, self.of(projection, synapse))

    def fire(self, address, t):
        """A neuron fires at t."""
        for key, history in self.histories.items():
            if key[1] == address and history.rule.listens:
                self.on_the_way.add((history.fire(t), self.order, *key))
                self.order += 1

    def next_time(self):
        """When a postsynaptic spike reaches synapses next, ms."""
        return self.on_the_way[0][0] if self.on_the_way else float("inf")

    def answer(self, t, before_arrivals=False):
        """The postsynaptic spikes that reach synapses up to t; before_arrivals: of those at t only such as come before arrivals."""
        for entry in [e for e in self.on_the_way if e[0] <= t]:
            time, _, *key = entry
            history = self.histories[tuple(key)]
            if before_arrivals and time == t and not history.post_first:
                continue
            self.on_the_way.remove(entry)
            for synapse in self.incoming.get(tuple(key), ()):
                synapse.answer(time, history.on_the_way[0][1], history)
                self.updates += 1
            history.reach()

    def read(self, projection, t):
        """States of the synapses of a lowered projection just before t."""
        own = {place: s for (k, place), s in self.synapses.items() if k == projection}
        return [own[place].at(t, self.of(projection, own[place])) for place in sorted(own)]

    def follow(self, numbers):
        """Keep from now on what happens at synapses, given by their numbers among the Fabric's."""
        for (_, place), synapse in self.synapses.items():
            if place in numbers and synapse.events is None:
                synapse.events = []

    def followed(self, numbers):
        """What has happened at synapses that are followed: float64 (m, 2 + fields), number, time and state of each event; those of one in order."""
        fields = 2 + max((len(rule.state_type._fields) for rule in self.rules), default=1)
        return _table(
            [(place, t, *s) for (_, place), synapse in self.synapses.items() if place in numbers for t, s in synapse.events], fields
        )

    def set_weights(self, projection, weights, t):
        """Set the weights of a lowered projection, as an event at t."""
        own = {place: s for (k, place), s in self.synapses.items() if k == projection}
        for place, w in zip(sorted(own), weights.tolist(), strict=True):
            synapse = own[place]
            synapse.become(synapse.at(t, self.of(projection, synapse))._replace(w=w), t)

    def rewire(self, projection, kept, born, t):
        """Take synapses of a lowered projection away and add new ones, as an event at t. The Program goes on as another one."""
        old = [s for key, s in sorted(self.synapses.items()) if key[0] == projection]
        for synapse in old:
            synapse.wait(t, self.of(projection, synapse))
        after = rewired(self.program, projection, kept, born)
        self.program, fabric = after.program, after.program.fabric
        j = fabric.projections[projection]
        p, first = after.program.plastic.synapses[j.plastic], int(fabric.populations[j.post].first)
        new = [self._synapse(p, row, first + int(target), t) for row, target in zip(born.rows, born.target, strict=True)]
        both = [s for s, k in zip(old, kept, strict=True) if k] + new
        others = {key: s for key, s in self.synapses.items() if key[0] != projection}
        self.synapses = {key: s for key, s in others.items() if key[0] < projection}
        self.incoming = {key: own for key, own in self.incoming.items() if key[0] != j.declared}
        for place, origin in enumerate(after.origin.tolist(), int(j.first)):
            self._add(p, place, both[origin])
        self.synapses |= others

    def activity(self, change, t):
        """Number and trace of the spikes that scaling number `change` asks for, just before t."""
        return [history.y.at(t) for key, history in self.histories.items() if key[0] == _scaling(change)]

    # -- checkpoints ---------------------------------------------------------------------------------------------------

    def arrays(self):
        """Everything that changes, as a dict of arrays."""
        reaching = [(k, t, *y) for k, h in enumerate(self.histories.values()) for t, y in h.on_the_way]
        return {
            "plastic.synapses": _table([(s.x.anchor, s.last, *s.state, *s.x.value) for s in self.synapses.values()]),
            "plastic.histories": _table([(h.y.anchor, *h.y.value, h.ahead.anchor, *h.ahead.value) for h in self.histories.values()]),
            "plastic.reaching": _table(reaching),
            "plastic.on_the_way": _table(list(self.on_the_way)),
            "plastic.levels": _table([(level.z, level.since) for level in self.levels.values()]),
            "plastic.counts": np.array([self.order, self.updates], np.int64),
        }

    def restore(self, arrays):
        """Take over what `arrays` gave."""
        for s, (anchor, last, *values) in zip(self.synapses.values(), arrays["plastic.synapses"].tolist(), strict=True):
            n, m = len(s.state), len(s.x.value)
            s.state, s.last = type(s.state)(*values[:n]), last
            s.x.value, s.x.anchor = type(s.x.value)(*values[n : n + m]), anchor
        histories = list(self.histories.values())
        for h, row in zip(histories, arrays["plastic.histories"].tolist(), strict=True):
            n = len(h.y.value)
            for trace, (anchor, *values) in ((h.y, row[: 1 + n]), (h.ahead, row[1 + n : 2 + 2 * n])):
                trace.value, trace.anchor = type(trace.value)(*values), anchor
            h.on_the_way = []
        for k, t, *y in arrays["plastic.reaching"].tolist():
            h = histories[int(k)]
            h.on_the_way.append((t, type(h.y.value)(*y[: len(h.y.value)])))
        self.on_the_way = SortedList((t, int(o), int(d), int(a)) for t, o, d, a in arrays["plastic.on_the_way"].tolist())
        for level, (z, since) in zip(self.levels.values(), arrays["plastic.levels"].tolist(), strict=True):
            level.z, level.since = z, since
        self.order, self.updates = arrays["plastic.counts"].tolist()


def _scaling(change):
    """What stands for a scaling where histories have the number of a projection."""
    return -1 - int(change)


def _table(rows, least=1):
    """Rows of numbers as an array of at least so many columns, short ones filled up with zeros."""
    width = max((len(r) for r in rows), default=least)
    return np.array([(*r, *[0.0] * (width - len(r))) for r in rows], np.float64).reshape(-1, width)
