"""Lowering of projections: draw the pairs, sort the rows, draw the values."""

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
from ..numerics.random import CONNECTIVITY, DELAY, TOTAL_NUMBER, WEIGHT, derive_key
from . import pairs, rows
from .blocks import block_bits
from .pairs import DEGREE_BLOCK
from .program import MAX_LANES, NO_LANE, PROJECTION, records

_NOTHING = np.empty(0)


def connect_all(network):
    """Arrays of all projections: (projections, indptr, target, weight, delay, lane_delay).

    A declared projection becomes one for each target block. Pairs are drawn twice, to count and to fill, so nothing
    is copied.
    """
    declared = network.projections
    bits = block_bits(network)
    plans = [_Plan(j, network.seed, bits[j.post.population.ordinal]) for j in declared]
    lane_delay = _lane_delays(declared)
    counts = np.array([p.indptr[-1] for p in plans], np.int64)
    first, row = _starts(counts), _starts([len(p.indptr) for p in plans])
    weight, weights, weight_stride = _value_array([j.weight for j in declared], counts)
    delay, delays, delay_stride = _value_array([j.delay for j in declared], counts)
    target = np.empty(first[-1], np.int32)
    indptr = np.empty(row[-1], np.int64)
    parts = []
    for k, (j, plan, n) in enumerate(zip(declared, plans, counts, strict=True)):
        plan.fill(
            target[first[k] : first[k] + n],
            weight[weights[k] : weights[k] + n] if weight_stride[k] else _NOTHING,
            delay[delays[k] : delays[k] + n] if delay_stride[k] else _NOTHING,
        )
        indptr[row[k] : row[k + 1]] = plan.indptr + first[k]
        part = records(PROJECTION, plan.blocks)
        begin = plan.indptr[plan.rows * np.arange(plan.blocks)]
        part.declared, part.block = k, np.arange(plan.blocks)
        part.first = first[k] + begin
        part.row = row[k] + plan.rows * np.arange(plan.blocks)
        part.pre_first, part.pre_count = plan.first_address, plan.rows
        part.post, part.port, part.lane = j.post.population.ordinal, j.port, _lane_of(j, lane_delay)
        part.weight, part.weight_stride = weights[k] + begin * weight_stride[k], weight_stride[k]
        part.delay, part.delay_stride = delays[k] + begin * delay_stride[k], delay_stride[k]
        parts.append(part)
    projections = np.concatenate(parts).view(np.recarray) if parts else records(PROJECTION, 0)
    return projections, indptr, target, weight, delay, lane_delay, np.array(bits, np.int64)


def _starts(counts):
    return np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))]).astype(np.int64)


def _lane_delays(projections):
    """The shared delays that get a lane: the commonest ones, ascending."""
    values, uses = np.unique([j.delay for j in projections if isinstance(j.delay, float)], return_counts=True)
    commonest = np.argsort(-uses, kind="stable")[:MAX_LANES]
    return np.sort(values[commonest]).astype(np.float64)


def _lane_of(projection, lane_delay):
    if not isinstance(projection.delay, float):
        return NO_LANE
    found = np.flatnonzero(lane_delay == projection.delay)
    return int(found[0]) if len(found) else NO_LANE


def _value_array(values, counts):
    """An array for shared values (one place each) and individual ones (a place per synapse), places and strides."""
    stride = np.array([0 if isinstance(v, float) else 1 for v in values], np.int64)
    sizes = np.where(stride, counts, 1)
    first = _starts(sizes)
    array = np.empty(first[-1])
    for v, at in zip(values, first, strict=False):
        if isinstance(v, float):
            array[at] = v
    return array, first[:-1], stride


class _Plan:
    """One projection: counted when made, filled later."""

    def __init__(self, projection, seed, bits):
        self.projection = projection
        self.seed = seed
        self.bits = bits
        j = projection
        self.post_target = j.post.index
        low = int(j.pre.index.min()) if len(j.pre) else 0
        high = int(j.pre.index.max()) if len(j.pre) else -1
        self.first_address = j.pre.population.first + low
        self.pre_row = j.pre.index - low
        self.rows = high - low + 1
        self.blocks = (max(1, j.post.population.n) - 1 >> bits) + 1
        self.indptr = np.zeros(self.blocks * self.rows + 1, np.int64)
        self._run(False, self.indptr[1:], np.empty(0, np.int32), _NOTHING, _NOTHING)
        np.cumsum(self.indptr, out=self.indptr)

    def fill(self, target, weight, delay):
        """Write the projection's targets, and weights and delays where they are individual."""
        j = self.projection
        self._run(True, self.indptr[:-1].copy(), target, weight, delay)
        if not self._drawn_in_order():
            self._sort(target, target, self._given(j.weight, weight), self._given(j.delay, delay))
        self._draw(j.weight, WEIGHT, target, weight, "weight")
        self._draw(j.delay, DELAY, target, delay, "delay")
        if delay.size:
            self._sort(delay, target, weight, delay)

    def _drawn_in_order(self):
        """Whether the rule fills every row by ascending target anyway."""
        ascending = bool(np.all(np.diff(self.post_target) > 0))
        by_target = (AllToAll, FixedProbability, FixedTotalNumber, OneToOne)
        rule = self.projection.rule
        return ascending and (isinstance(rule, by_target) or type(rule) is FixedInDegree)

    def _sort(self, key, target, weight, delay):
        longest = int(np.diff(self.indptr).max(initial=0))
        order, other, kept = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest)
        _call(rows.sort_rows, self.indptr, key, target, weight, delay, order, other, kept)

    @staticmethod
    def _given(value, array):
        return _NOTHING if isinstance(value, Distribution) else array

    def _draw(self, value, purpose, target, array, name):
        if not isinstance(value, Distribution) or not array.size:
            return
        k0, k1 = derive_key(self.seed, purpose, self.projection.ordinal)
        d = value
        _call(
            rows.draw_values,
            d.kind,
            float(d.a),
            float(d.b),
            float(d.low),
            float(d.high),
            self.first_address,
            self.rows,
            self.indptr,
            target,
            k0,
            k1,
            array,
        )
        label = self.projection.label
        if not np.isfinite(array).all():
            raise NumericalError(f"{name} of '{label}': {value} gave a number that is not finite")
        if name == "delay" and array.min() < 0.0:
            k = int(np.argmin(array))
            raise DelayError(f"delay must be >= 0 ms, got {array[k]:g} at synapse {k} of '{label}', drawn from {value}; give it low=0")

    def _run(self, fill, cursor, target, weight, delay):
        j, rule = self.projection, self.projection.rule
        given = [v if isinstance(v, np.ndarray) else _NOTHING for v in (j.weight, j.delay)]
        if not fill:
            given = [_NOTHING, _NOTHING]
        tail = (fill, cursor, self.rows, self.bits, target)
        values = (given[0], weight, given[1], delay)
        if isinstance(rule, FixedProbability):
            self._by_probability(tail)
        elif isinstance(rule, (FixedInDegree, FixedTotalNumber)):
            self._by_degree(tail)
        elif isinstance(rule, Explicit):
            pre, post = (np.ascontiguousarray(x, np.int64) for x in (rule.pre, rule.post))
            _call(pairs.by_pairs, pre, post, self.pre_row, self.post_target, *tail, *values)
        elif isinstance(rule, OneToOne):
            same = np.arange(len(j.pre))
            _call(pairs.by_pairs, same, same, self.pre_row, self.post_target, *tail, *values)
        elif isinstance(rule, CSR):
            indptr, indices = (np.ascontiguousarray(x, np.int64) for x in (rule.indptr, rule.indices))
            _call(pairs.by_rows, indptr, indices, self.pre_row, self.post_target, *tail, *values)
        elif isinstance(rule, AllToAll):
            place = self._self_place(j.pre, j.post, rule.autapses)
            _call(pairs.all_to_all, place, self.pre_row, self.post_target, *tail, *values)

    @staticmethod
    def _self_place(fixed, chosen, autapses):
        """For every member of one side its place on the other, where it must not connect to itself; else -1."""
        place = np.full(len(fixed), -1, np.int64)
        if not autapses and fixed.population is chosen.population:
            of_local = np.full(fixed.population.n, -1, np.int64)
            of_local[chosen.index] = np.arange(len(chosen))
            place = of_local[fixed.index]
        return place

    def _by_probability(self, tail):
        j, rule = self.projection, self.projection.rule
        if rule.p == 0.0:
            return
        if rule.p == 1.0:
            place = self._self_place(j.pre, j.post, rule.autapses)
            nothing = (_NOTHING,) * 4
            _call(pairs.all_to_all, place, self.pre_row, self.post_target, *tail, *nothing)
            return
        k0, k1 = derive_key(self.seed, CONNECTIVITY, j.ordinal)
        place = self._self_place(j.pre, j.post, rule.autapses)
        _call(pairs.by_probability, math.log1p(-rule.p), self.pre_row, j.pre.addresses, place, self.post_target, k0, k1, *tail)

    def _by_degree(self, tail):
        j, rule = self.projection, self.projection.rule
        outgoing = isinstance(rule, FixedOutDegree)
        fixed, chosen = (j.pre, j.post) if outgoing else (j.post, j.pre)
        if isinstance(rule, FixedTotalNumber):
            degree = _degrees_of_total(rule, j, self.seed)
        else:
            degree = np.full(len(fixed), rule.k, np.int64)
        place = self._self_place(fixed, chosen, rule.autapses)
        stamp = np.zeros(0 if rule.multapses else len(chosen), np.int64)
        k0, k1 = derive_key(self.seed, CONNECTIVITY, j.ordinal)
        _call(pairs.by_degree, degree, len(chosen), place, rule.multapses, outgoing, self.pre_row, self.post_target, stamp, k0, k1, *tail)


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
