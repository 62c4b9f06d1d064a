"""Lowering of procedural projections: what it takes to regenerate their rows (regenerate.py)."""

import math

import numpy as np

from ..network.distributions import Distribution
from ..network.rules import AllToAll, FixedOutDegree, FixedProbability
from ..numerics.random import CONNECTIVITY, DELAY, WEIGHT, derive_key
from .filling import self_place
from .program import PROJECTION, records
from .regenerate import ALL, BY_DEGREE, BY_PROBABILITY, LAW, ONE, PROCEDURE


class Procedures:
    """The procedures of a network: `add` makes the projection of one; `arrays` gives what a Fabric holds of all."""

    def __init__(self, seed):
        self.seed = seed
        self.procedures = []
        self.laws = []
        self.tables = []
        self.size = 0

    def add(self, projection):
        """A procedural projection as one PROJECTION record, without its lane and its shared values."""
        j = projection
        low, high = (int(j.pre.index.min()), int(j.pre.index.max())) if len(j.pre) else (0, -1)
        lowered, p = records(PROJECTION, 1), records(PROCEDURE, 1)
        lowered.block, lowered.reach = -1, -1.0  # all of them
        lowered.declared, lowered.procedure = j.ordinal, len(self.procedures)
        lowered.pre_first = p.pre_first = j.pre.population.first + low
        lowered.pre_count = high - low + 1
        lowered.post, lowered.port = j.post.population.ordinal, j.port
        p.n_post = len(j.post)
        p.key0, p.key1 = derive_key(self.seed, CONNECTIVITY, j.ordinal)
        p.ascending = bool(np.all(np.diff(j.post.index) > 0))
        self._set_rule(p, j.rule)
        rows = j.pre.index - low
        p.member = -1 if np.array_equal(rows, np.arange(len(rows))) else self._table(rows, np.arange(len(rows)), high - low + 1)
        place = self_place(j.pre, j.post, getattr(j.rule, "autapses", True))
        p.place = self._table(rows, place, high - low + 1) if (place >= 0).any() else -1
        p.post_first = j.post.index[0] if len(j.post) else 0
        if np.array_equal(j.post.index, int(p.post_first[0]) + np.arange(len(j.post))):
            p.post = -1
        else:
            p.post = self._append(j.post.index)
        self.procedures.append(p)
        self.laws += [self._law(j.weight, WEIGHT, j), self._law(j.delay, DELAY, j)]
        self.laws[-2].single = j.weight_dtype == np.float32
        return lowered

    def arrays(self):
        """Procedures, laws and tables, as a Fabric holds them."""
        tables = np.concatenate(self.tables) if self.tables else np.empty(0, np.int32)
        return _joined(self.procedures, PROCEDURE), _joined(self.laws, LAW), tables

    def _set_rule(self, p, rule):
        p.most = p.n_post
        if isinstance(rule, FixedProbability) and 0.0 < rule.p < 1.0:
            p.rule, p.log_q = BY_PROBABILITY, math.log1p(-rule.p)
        elif isinstance(rule, FixedOutDegree):
            p.rule, p.degree, p.multapses, p.most = BY_DEGREE, rule.k, rule.multapses, rule.k
        elif isinstance(rule, AllToAll) or (isinstance(rule, FixedProbability) and rule.p == 1.0):
            p.rule = ALL
        elif isinstance(rule, FixedProbability):  # nobody
            p.rule, p.multapses, p.most = BY_DEGREE, 1, 0
        else:
            p.rule, p.most = ONE, 1

    def _table(self, rows, values, n_rows):
        """Append the map from rows to values, -1 for rows without one; where it begins."""
        table = np.full(n_rows, -1, np.int32)
        table[rows] = values
        return self._append(table)

    def _append(self, table):
        self.tables.append(np.asarray(table, np.int32))
        self.size += len(table)
        return self.size - len(table)

    def _law(self, value, purpose, j):
        law = records(LAW, 1)
        if isinstance(value, Distribution):
            law.kind, law.a, law.b, law.low, law.high = value.kind, value.a, value.b, value.low, value.high
            law.key0, law.key1 = derive_key(self.seed, purpose, j.ordinal)
        return law


def _joined(parts, dtype):
    return np.concatenate(parts).view(np.recarray) if parts else records(dtype, 0)
