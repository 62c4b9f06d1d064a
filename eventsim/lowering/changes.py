"""Lowering of changes of synapses: what is to be done, and when, as named tuples of arrays."""

from typing import NamedTuple

import numpy as np

from ..network.changes import SPROUTING
from ..network.changes import Rewiring as DescribedRewiring
from ..network.changes import Scaling as DescribedScaling
from ..network.distributions import Distribution
from ..network.rules import FixedProbability
from ..numerics.random import STRUCTURE, derive_key
from .program import lowered

# Rules by which synapses sprout.
NONE, BY_TARGET, BY_SOURCE, IN_TOTAL, BY_PAIR = range(5)


class Scaling(NamedTuple):
    """A synaptic scaling (engine/scaling.py)."""

    projection: np.ndarray  # int64 (): as declared
    every: np.ndarray  # float64 (), ms; inf: at no multiple of anything
    at: np.ndarray  # float64 (m,), ms, ascending
    bounds: np.ndarray  # float64 (2,): of weights
    total: np.ndarray  # float64 (n,), of each neuron of the population; or empty
    target: np.ndarray  # float64 (n,), Hz; or empty
    gain: np.ndarray  # float64 ()


class Rewiring(NamedTuple):
    """A structural change (engine/rewiring.py)."""

    projection: np.ndarray  # int64 (): as declared
    every: np.ndarray  # float64 (), ms
    at: np.ndarray  # float64 (m,), ms, ascending
    key: np.ndarray  # int64 (2,): of its random numbers
    below: np.ndarray  # float64 (): the magnitude below which weights are pruned
    turnover: np.ndarray  # float64 (): the probability of being pruned
    sprout: np.ndarray  # int64 (): one of the rules above
    amount: np.ndarray  # float64 (): its number of synapses, or its probability
    autapses: np.ndarray  # int64 (): whether there may be new ones
    multapses: np.ndarray  # int64 ()
    pre: np.ndarray  # int64: addresses among which sources are chosen
    post: np.ndarray  # int64: addresses among which targets are
    laws: np.ndarray  # float64 (2 + own parameters, 5): of weights, delays and own parameters: kind (0: a number), a, b, low, high


def lower_changes(network):
    """The changes of a network, in order of declaration."""
    return [_scaling(c) if isinstance(c, DescribedScaling) else _rewiring(c, network.seed) for c in network.changes]


def _scaling(c):
    bounds = c.projection.synapse.limits or (-np.inf, np.inf)
    parts = [c.every, c.at, bounds, [] if c.total is None else c.total, [] if c.target_rate is None else c.target_rate, c.gain]
    return Scaling(np.array(c.projection.ordinal), *(np.array(part, np.float64) for part in parts))


def _rewiring(c, seed):
    j, rule = c.projection, c.sprout
    key = np.array(derive_key(seed, STRUCTURE, c.ordinal), np.int64)
    kind = NONE if rule is None else 1 + SPROUTING.index(type(rule))
    amount = 0.0 if rule is None else rule.p if isinstance(rule, FixedProbability) else rule.k if hasattr(rule, "k") else rule.n
    laws = [] if rule is None else [_law(value) for value in (c.weight, c.delay, *c.own)]
    return Rewiring(
        np.array(j.ordinal),
        np.array(c.every),
        c.at,
        key,
        np.array(c.below),
        np.array(c.turnover),
        np.array(kind),
        np.array(amount, np.float64),
        np.array(int(getattr(rule, "autapses", True))),
        np.array(int(getattr(rule, "multapses", False))),
        j.pre.addresses.astype(np.int64),
        j.post.addresses.astype(np.int64),
        np.array(laws, np.float64).reshape(-1, 5),
    )


def _law(value):
    if isinstance(value, Distribution):
        return value.kind, value.a, value.b, value.low, value.high
    return 0, value, 0.0, 0.0, 0.0


def note_reach(network, projections, indptr, delay):
    """Note the longest delay that synapses may have, where they come and go."""
    for c in network.changes:
        if isinstance(c, DescribedRewiring):
            k = lowered(projections, c.projection.ordinal)[0]
            j = projections[k]
            n = int(indptr[j.row + j.pre_count] - indptr[j.row]) if j.delay_stride else 1
            longest = float(delay[j.delay : j.delay + n].max(initial=0.0))
            own = c.delays[1] if c.sprout is not None else 0.0
            projections.reach[k] = max(projections.reach[k], longest, own)
