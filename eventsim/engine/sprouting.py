"""Which new synapses sprout: random pairs that are a function of a key, drawn in numpy for all engines alike.

A pair is a number, owner * choices + choice: an owner is what a number of synapses is fixed for (a target, a source, or the projection), and its choices are its possible partners.
"""

import numpy as np

from ..lowering.changes import BY_PAIR, BY_SOURCE, BY_TARGET
from ..numerics.random import unit_number

_ROUNDS = 16  # of drawing again what may not be, before what is left is listed


def uniform(n, first, key):
    """Numbers first, first + 1, ... of a key's stream, uniform in [0, 1): float64 (n,)."""
    i = np.arange(first, first + n, dtype=np.int64)
    return unit_number(i, np.zeros_like(i), *key)


def sprouted(plan, source, target, key):
    """New synapses: sources and targets (int64 addresses), by source, then target.

    Parameters
    ----------
    plan : Rewiring of lowering/changes.py
    source, target : int64, addresses of the synapses that there are
    key : of this change's random pairs
    """
    pre, post = np.sort(plan.pre), np.sort(plan.post)
    m, q = np.searchsorted(pre, source), np.searchsorted(post, target)
    by_target = plan.sprout == BY_TARGET
    owners, choices = (len(post), len(pre)) if by_target else (len(pre), len(post))
    there = q * choices + m if by_target else m * choices + q
    forbidden = [] if plan.multapses else [there]
    if not plan.autapses:
        _, a, b = np.intersect1d(pre, post, assume_unique=True, return_indices=True)
        forbidden.append(b * choices + a if by_target else a * choices + b)
    forbidden = np.sort(np.concatenate([np.empty(0, np.int64), *forbidden]))
    if plan.sprout == BY_PAIR:
        pair = _hits(owners * choices, float(plan.amount), key)
        pair = pair[~_among(forbidden, pair)]
    else:
        held = np.bincount(q if by_target else m, minlength=owners)
        if plan.sprout in (BY_TARGET, BY_SOURCE):
            lacking, width = np.maximum(int(plan.amount) - held, 0), choices
        else:
            lacking, width = np.maximum([int(plan.amount) - len(source)], 0), owners * choices
        pair = _drawn(lacking, width, forbidden, bool(plan.multapses), key)
    owner, choice = (pair // choices, pair % choices) if choices else (pair, pair)
    new_source, new_target = (pre[choice], post[owner]) if by_target else (pre[owner], post[choice])
    order = np.lexsort((new_target, new_source))
    return new_source[order], new_target[order]


def _hits(n, p, key):
    """Which of the numbers below n are hit, each independently with probability p: by geometric gaps between them."""
    if p == 1.0:
        return np.arange(n)
    found, last, drawn = [np.empty(0, np.int64)], -1, 0
    while p > 0.0 and last < n - 1:
        more = int(p * (n - last) + 6.0 * np.sqrt(p * (n - last))) + 10
        gaps = np.floor(np.log1p(-uniform(more, drawn, key)) / np.log1p(-p))
        places = last + np.cumsum(1.0 + np.minimum(gaps, float(n)))
        found.append(places[places < n].astype(np.int64))
        last, drawn = int(min(places[-1], n)), drawn + more
    return np.concatenate(found)


def _drawn(lacking, choices, forbidden, again, key):
    """As many pairs for each owner as it lacks, drawn uniformly from those that are not forbidden; again: with replacement."""
    wanted = np.repeat(np.arange(len(lacking)), lacking)
    found, drawn = np.empty(0, np.int64), 0
    for _ in range(_ROUNDS):
        if not len(wanted):
            break
        pair = wanted * choices + _places(uniform(len(wanted), drawn, key), choices)
        drawn += len(wanted)
        fine = ~_among(forbidden, pair)
        if not again:
            order = np.argsort(pair, kind="stable")
            fine[order[1:][pair[order[1:]] == pair[order[:-1]]]] = False  # of equal ones the first remains
            fine &= ~_among(found, pair)
        found, wanted = np.sort(np.concatenate([found, pair[fine]])), wanted[~fine]
    listed = [found]
    for owner, n in zip(*np.unique(wanted, return_counts=True), strict=True):  # nearly all of its choices are taken
        free = np.ones(choices, bool)
        for taken in [forbidden] if again else [forbidden, found]:
            begin, end = np.searchsorted(taken, [owner * choices, (owner + 1) * choices])
            free[taken[begin:end] - owner * choices] = False
        free = owner * choices + np.flatnonzero(free)
        numbers = uniform(n if again else len(free), drawn, key)
        drawn += len(numbers)
        listed.append(free[_places(numbers, len(free)) if again else np.argsort(numbers, kind="stable")[:n]])
    return np.concatenate(listed)


def _places(numbers, n):
    """Whole numbers below n from uniform ones."""
    return np.minimum((numbers * n).astype(np.int64), n - 1)


def _among(values, asked):
    """Whether each number is among sorted values."""
    place = np.searchsorted(values, asked)
    return (place < len(values)) & (values[np.minimum(place, len(values) - 1)] == asked) if len(values) else np.zeros(len(asked), bool)
