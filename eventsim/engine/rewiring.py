"""Structural changes: synapses are pruned, and new ones sprout.

What is pruned and what sprouts is a function of the states at the time of the change and of (seed, rewiring, number of the change), so all engines do the same.
"""

import numpy as np

from ..errors import NumericalError
from ..lowering.changes import NONE
from ..lowering.draw import draw_law
from ..lowering.plastic import begun, constants_of
from ..lowering.program import lowered
from ..lowering.rewired import Born
from ..numerics.random import CONNECTIVITY, DELAY, STRUCTURE, SYNAPSE_PARAMETER, WEIGHT, derive_key
from .sprouting import sprouted, uniform
from .synapses import targets_of

_NUMBERS = 2**40  # synapses that one rewiring can make, so that no two draw the same random numbers


class Rewirer:
    """A structural change, and how far it is: when it was made last (ms), how often, and how many synapses it has made."""

    def __init__(self, number, plan, last=-1.0, times=0, made=0):
        self.number, self.plan, self.last, self.times, self.made = number, plan, last, times, made

    def state(self):
        """What changes, as a dict of arrays."""
        return {"last": np.array(self.last), "times": np.array(self.times), "made": np.array(self.made)}

    def make(self, engine, t):
        """Prune and sprout, as an event at t."""
        (k,) = lowered(engine.program.fabric.projections, self.plan.projection)
        fabric = engine.program.fabric
        j = fabric.projections[k]
        degree = np.diff(fabric.indptr[j.row : j.row + j.pre_count + 1])
        source = int(j.pre_first) + np.repeat(np.arange(j.pre_count), degree)
        target = int(fabric.populations[j.post].first) + targets_of(engine, k).astype(np.int64)
        kept = self._kept(engine.synapses(k)[:, 0])
        engine.rewire(k, kept, self._born(engine, k, source[kept], target[kept], t))
        self.times += 1

    def _key(self, purpose, which=0):
        """The key of the numbers that this change draws for a purpose."""
        change = derive_key(_seed(self.plan.key.tolist()), STRUCTURE, self.times)
        return derive_key(_seed(change), purpose, which)

    def _kept(self, weights):
        """Which synapses are not pruned."""
        kept = np.abs(weights) >= self.plan.below
        if self.plan.turnover > 0.0:
            kept &= uniform(len(weights), 0, self._key(STRUCTURE)) >= self.plan.turnover
        return kept

    def _born(self, engine, k, source, target, t):
        """The synapses that sprout beside those that are left."""
        if self.plan.sprout == NONE:
            source = target = np.empty(0, np.int64)
        else:
            source, target = sprouted(self.plan, source, target, self._key(CONNECTIVITY))
        n, program = len(source), engine.program
        j = program.fabric.projections[k]
        p = program.plastic.synapses[j.plastic]
        rule = engine.rules[p.kind]
        c = constants_of(rule, program.plastic, p.constant)
        purposes = [(WEIGHT, 0), (DELAY, 0), *((SYNAPSE_PARAMETER, which) for which in range(len(rule.own)))]
        values = [self._values(law, n, *of, t) for law, of in zip(self.plan.laws, purposes, strict=False)] or [np.empty(0)] * len(purposes)
        numbers = (1 + self.number) * _NUMBERS + self.made + np.arange(n)
        self.made += n
        row, local = source - int(j.pre_first), target - int(program.fabric.populations[j.post].first)
        return Born(row, local, values[0], values[1], begun(rule, c, values[0], values[2:], numbers))

    def _values(self, law, n, purpose, which, t):
        """A number for each new synapse."""
        if law[0] == 0.0:
            return np.full(n, law[1])
        values = draw_law(law, n, *self._key(purpose, which))
        if not np.isfinite(values).all():
            raise NumericalError(f"rewiring at {t!r} ms: the distribution of a value of new synapses gave a number that is not finite")
        return values


def _seed(key):
    """A key as the seed of further ones."""
    return key[0] << 32 | key[1]
