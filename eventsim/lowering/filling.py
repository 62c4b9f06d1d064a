"""Filling one projection's rows: draw the pairs, sort the rows, draw the values."""

import copy
import functools
import math

import numpy as np

from .. import _jit
from ..errors import DelayError, NumericalError
from ..network.distributions import Distribution
from ..network.rules import (
    CSR,
    AllToAll,
    Explicit,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    OneToOne,
)
from ..numerics.random import CONNECTIVITY, DELAY, SYNAPSE_PARAMETER, TOTAL_NUMBER, WEIGHT, derive_key
from . import pairs, rows
from .pairs import DEGREE_BLOCK
from .parallel import cut, in_parts

# So many random numbers at most are drawn in plain Python: a tenth of a second, while compiling the same takes longer.
_FEW_DRAWS = 10_000

_NOTHING = np.empty(0)
_NO_TARGET = np.empty(0, np.int32)


class Filling:
    """One projection: `count` its rows, then `fill` them. Where sources or targets can be divided, by several threads."""

    def __init__(self, projection, seed, bits, threads):
        self.projection = projection
        self.seed = seed
        self.bits = bits
        self.threads = threads
        j = projection
        self.post = pairs.Members.of(j.post.index)
        low, high = (int(j.pre.index.min()), int(j.pre.index.max())) if len(j.pre) else (0, -1)
        self.first_address = j.pre.population.first + low
        self.pre_row = j.pre.index - low
        self.rows = high - low + 1
        self.blocks = (max(1, j.post.population.n) - 1 >> bits) + 1

    def count(self, indptr):
        """Write where rows begin and end: int64 (blocks * rows + 1,) of zeros."""
        self._run(False, indptr[1:], _NO_TARGET, _NOTHING, _NOTHING)
        np.cumsum(indptr, out=indptr)

    def values(self, indptr, value, which):
        """Own parameter number `which` of every synapse, in the order of the rows: float64 (synapses,), from a number, an array or a distribution."""
        n = int(indptr[-1])
        if isinstance(value, float):
            return np.full(n, value)
        twin = copy.copy(self)
        twin.projection = copy.copy(self.projection)
        twin.projection.weight = value
        out, own_delays = np.empty(n), not isinstance(self.projection.delay, float)
        twin.fill(indptr, np.empty(n, np.int32), out, np.empty(n if own_delays else 0), (SYNAPSE_PARAMETER, which))
        return out

    def fill(self, indptr, target, weight, delay, of_weight=(WEIGHT, 0)):
        """Write the projection's targets, and weights and delays where they are individual (else empty)."""
        j = self.projection
        self._run(True, indptr[:-1].copy(), target, weight, delay)
        if not self._drawn_in_order():
            self._sort(indptr, target, target, self._given(j.weight, weight), self._given(j.delay, delay))
        self._draw(indptr, j.weight, of_weight, target, weight, "weight" if of_weight[0] == WEIGHT else "a parameter")
        self._draw(indptr, j.delay, (DELAY, 0), target, delay, "delay")
        if delay.size:
            self._sort(indptr, delay, target, weight, delay)

    def _drawn_in_order(self):
        """Whether the rule fills every row by ascending target anyway."""
        ascending = self._ascending()
        by_target = (AllToAll, FixedProbability, FixedTotalNumber, OneToOne)
        rule = self.projection.rule
        return ascending and (isinstance(rule, by_target) or type(rule) is FixedInDegree)

    def _ascending(self):
        return bool(np.all(np.diff(self.projection.post.index) > 0))

    def _sort(self, indptr, key, target, weight, delay):
        longest = int(np.diff(indptr).max(initial=0))

        def sort(begin, end):
            order, other, kept = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest)
            _call(rows.sort_rows, begin, end, indptr, key, target, weight, delay, order, other, kept)

        in_parts(sort, cut(len(indptr) - 1, self.threads), self.threads)

    @staticmethod
    def _given(value, array):
        return array[:0] if isinstance(value, Distribution) else array

    def _draw(self, indptr, value, of, target, array, name):
        """of : the purpose, and its number where there are several."""
        if not isinstance(value, Distribution) or not array.size:
            return
        k0, k1 = derive_key(self.seed, of[0], self.projection.ordinal + (of[1] << 32))
        d = value
        law = d.kind, float(d.a), float(d.b), float(d.low), float(d.high)
        place = self.first_address, self.rows, indptr, target, k0, k1, array
        in_parts(lambda begin, end: _call(rows.draw_values, begin, end, *law, *place), cut(self.rows, self.threads), self.threads)
        label = self.projection.label
        low, high = float(array.min()), float(array.max())  # nan where one of them is
        if not (math.isfinite(low) and math.isfinite(high)):
            raise NumericalError(f"{name} of '{label}': {value} gave a number that is not finite")
        if name == "delay" and low < 0.0:
            k = int(np.argmin(array))
            raise DelayError(f"delay must be >= 0 ms, got {array[k]:g} at synapse {k} of '{label}', drawn from {value}; give it low=0")

    def _run(self, fill, cursor, target, weight, delay):
        j, rule = self.projection, self.projection.rule
        given = [v if isinstance(v, np.ndarray) else _NOTHING for v in (j.weight, j.delay)] if fill else [_NOTHING, _NOTHING]
        tail = (fill, cursor, self.rows, self.bits, target)
        values = (given[0], weight, given[1], delay)
        if isinstance(rule, FixedProbability):
            self._by_probability(tail)
        elif isinstance(rule, (FixedInDegree, FixedTotalNumber)):
            self._by_degree(tail)
        elif isinstance(rule, Explicit):
            pre, post = (np.ascontiguousarray(x, np.int64) for x in (rule.pre, rule.post))
            _call(pairs.by_pairs, pre, post, self.pre_row, self.post, *tail, *values)
        elif isinstance(rule, OneToOne):
            same = np.arange(len(j.pre))
            _call(pairs.by_pairs, same, same, self.pre_row, self.post, *tail, *values)
        elif isinstance(rule, CSR):
            indptr, indices = (np.ascontiguousarray(x, np.int64) for x in (rule.indptr, rule.indices))
            self._by_source(pairs.by_rows, indptr, indices, self.pre_row, self.post, *tail, *values)
        elif isinstance(rule, AllToAll):
            self._all_to_all(rule.autapses, tail, values)

    def _by_source(self, kernel, *arguments):
        """Run a kernel over all sources: their rows are their own."""
        edges = cut(len(self.pre_row), self.threads)
        in_parts(lambda begin, end: _call(kernel, begin, end, *arguments), edges, self.threads)

    def _all_to_all(self, autapses, tail, values):
        j = self.projection
        place = self_place(j.pre, j.post, autapses)
        left_out = np.concatenate([[0], np.cumsum(place >= 0)])

        def run(begin, end):
            first = begin * self.post.count - int(left_out[begin])
            _call(pairs.all_to_all, begin, end, first, place, self.pre_row, self.post, *tail, *values)

        in_parts(run, cut(len(self.pre_row), self.threads), self.threads)

    def _by_probability(self, tail):
        j, rule = self.projection, self.projection.rule
        if rule.p == 0.0:
            return
        if rule.p == 1.0:
            self._all_to_all(rule.autapses, tail, (_NOTHING,) * 4)
            return
        k0, k1 = derive_key(self.seed, CONNECTIVITY, j.ordinal)
        place = self_place(j.pre, j.post, rule.autapses)
        streams = math.log1p(-rule.p), self.pre_row, j.pre.addresses, place, self.post, k0, k1

        def run(begin, end):
            _call(pairs.by_probability, begin, end, *streams, np.empty(pairs.BATCH), *tail)

        draws = len(j.pre) * (pairs.BATCH + len(j.post) * rule.p)
        if draws <= _FEW_DRAWS:
            with np.errstate(over="ignore"):
                pairs.by_probability(0, len(j.pre), *streams, np.empty(pairs.BATCH), *tail)
            return
        in_parts(run, cut(len(self.pre_row), self.threads), self.threads)

    def _by_degree(self, tail):
        j, rule = self.projection, self.projection.rule
        outgoing = isinstance(rule, FixedOutDegree)
        fixed, chosen = (j.pre, j.post) if outgoing else (j.post, j.pre)
        if isinstance(rule, FixedTotalNumber):
            degree = _degrees_of_total(rule, j, self.seed)
        else:
            degree = np.full(len(fixed), rule.k, np.int64)
        place = self_place(fixed, chosen, rule.autapses)
        k0, k1 = derive_key(self.seed, CONNECTIVITY, j.ordinal)

        def run(begin, end):
            stamp = np.zeros(0 if rule.multapses else len(chosen), np.int64)
            how = degree, len(chosen), place, rule.multapses, outgoing, self.pre_row, self.post, stamp, k0, k1
            _call(pairs.by_degree, begin, end, *how, *tail)

        in_parts(run, cut(len(fixed), self.threads) if outgoing else self._edges_of_blocks(), self.threads)

    def _edges_of_blocks(self):
        """Edges of parts of the targets whose synapses lie in different places: whole target blocks."""
        if self.threads == 1 or not self._ascending():
            return [0, self.post.count]
        first_of_block = np.arange(1, self.blocks) << self.bits
        return [0, *np.searchsorted(self.projection.post.index, first_of_block).tolist(), self.post.count]


def self_place(fixed, chosen, autapses):
    """For every member of one side its place on the other, where it must not connect to itself; else -1."""
    place = np.full(len(fixed), -1, np.int64)
    if not autapses and fixed.population is chosen.population:
        of_local = np.full(fixed.population.n, -1, np.int64)
        of_local[chosen.index] = np.arange(len(chosen))
        place = of_local[fixed.index]
    return place


def _degrees_of_total(rule, projection, seed):
    """How many of n synapses each target gets: over blocks of targets, then within a block, each from its own stream.

    The numbers are multinomial with replacement and hypergeometric without; NumPy draws them.
    """
    pre, post = projection.pre, projection.post
    possible = np.full(len(post), len(pre), np.int64)
    if not rule.autapses and pre.population is post.population:
        possible -= np.isin(post.index, pre.index)
    starts = range(0, len(post), DEGREE_BLOCK)
    blocks = np.array([possible[s : s + DEGREE_BLOCK].sum() for s in starts], np.int64)
    key = derive_key(seed, TOTAL_NUMBER, projection.ordinal)
    totals = _split(_generator(key, 0), rule.n, blocks, rule.multapses)
    parts = [_split(_generator(key, 1 + b), totals[b], possible[s : s + DEGREE_BLOCK], rule.multapses) for b, s in enumerate(starts)]
    return np.concatenate(parts).astype(np.int64) if parts else np.empty(0, np.int64)


def _generator(key, block):
    return np.random.Generator(np.random.Philox(key=np.array([key[0] << 32 | key[1], block], np.uint64)))


def _split(generator, n, capacity, replace):
    if n == 0 or capacity.sum() == 0:
        return np.zeros(len(capacity), np.int64)
    if replace:
        return generator.multinomial(n, capacity / capacity.sum())
    if len(capacity) == 1:
        return np.array([n])
    return generator.multivariate_hypergeometric(capacity, n, method="marginals")


@functools.cache
def _kernel(function):
    return _jit.compiled(function)


def _call(function, *arguments):
    return _jit.timed(_kernel(function), *arguments)
