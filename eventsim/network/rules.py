"""Connection rules: which pairs are connected. Data and checks; the pairs are drawn at lowering."""

from dataclasses import dataclass

import numpy as np

from .. import _cast
from ..errors import ConnectivityError


def _same(pre, post):
    """How many members two selections share: the number of possible autapses."""
    if pre.population is not post.population:
        return 0
    if len(pre) == pre.population.n or len(post) == post.population.n:
        return min(len(pre), len(post))
    return len(np.intersect1d(pre.index, post.index, assume_unique=True))


def _clean_flags(rule):
    for name in ("autapses", "multapses"):
        if hasattr(rule, name):
            object.__setattr__(rule, name, _cast.flag(getattr(rule, name), f"{type(rule).__name__} {name}"))


def _count(value, name):
    result = _cast.integer(value, name, low=0, error=ConnectivityError)
    if result >= 2**62:
        raise ConnectivityError(f"{name} must be < 2**62, got {result}")
    return result


class Rule:
    """Base of the rules."""

    deterministic = False  # whether its pairs are given, so that arrays can belong to them

    def expected(self, pre, post):
        """Number of synapses between two selections; for random rules the mean."""

    def check(self, pre, post):
        """Raise where the rule can not be carried out between two selections."""


@dataclass(frozen=True)
class AllToAll(Rule):
    """Every pre to every post. Arrays of weights or delays go by pre, then post; shape (pre, post) also does.

    Parameters
    ----------
    autapses : bool
        Whether a neuron may connect to itself; without, arrays leave those pairs out.
    """

    autapses: bool = True
    deterministic = True

    def __post_init__(self):
        _clean_flags(self)

    def expected(self, pre, post):
        return len(pre) * len(post) - (0 if self.autapses else _same(pre, post))


@dataclass(frozen=True)
class OneToOne(Rule):
    """The k-th pre to the k-th post; both of one length."""

    deterministic = True

    def expected(self, pre, post):
        return len(pre)

    def check(self, pre, post):
        if len(pre) != len(post):
            raise ConnectivityError(f"OneToOne needs as many pre as post, got {len(pre)} of {pre.name!r} and {len(post)} of {post.name!r}")


@dataclass(frozen=True)
class FixedProbability(Rule):
    """Every pair independently with probability p.

    Parameters
    ----------
    p : float, in [0, 1]
    autapses : bool
    """

    p: float
    autapses: bool = True

    def __post_init__(self):
        _clean_flags(self)
        p = _cast.number(self.p, "FixedProbability p", error=ConnectivityError)
        if not 0.0 <= p <= 1.0:
            raise ConnectivityError(f"FixedProbability p must be in [0, 1], got {self.p!r}")
        object.__setattr__(self, "p", p)

    def expected(self, pre, post):
        return self.p * AllToAll(self.autapses).expected(pre, post)


@dataclass(frozen=True)
class FixedInDegree(Rule):
    """k synapses onto every post, from pre drawn uniformly, with replacement unless multapses=False.

    Parameters
    ----------
    k : int, >= 0
    autapses, multapses : bool
    """

    k: int
    autapses: bool = True
    multapses: bool = True

    def __post_init__(self):
        _clean_flags(self)
        object.__setattr__(self, "k", _count(self.k, f"{type(self).__name__} k"))

    def expected(self, pre, post):
        return self.k * len(post)

    def check(self, pre, post):
        self._check_choice(pre, post, "pre")

    def _check_choice(self, chosen, fixed, side):
        available = len(chosen) - (0 if self.autapses or not _same(chosen, fixed) else 1)
        if self.k and len(fixed) and (available < 1 or (not self.multapses and self.k > available)):
            raise ConnectivityError(
                f"{type(self).__name__}({self.k}) can not choose {self.k} {side} of {available} in {chosen.name!r} (autapses={self.autapses}, multapses={self.multapses})"
            )


@dataclass(frozen=True)
class FixedOutDegree(FixedInDegree):
    """k synapses from every pre, to post drawn uniformly, with replacement unless multapses=False.

    Parameters
    ----------
    k : int, >= 0
    autapses, multapses : bool
    """

    def expected(self, pre, post):
        return self.k * len(pre)

    def check(self, pre, post):
        self._check_choice(post, pre, "post")


@dataclass(frozen=True)
class FixedTotalNumber(Rule):
    """n synapses, their pairs drawn uniformly, with replacement unless multapses=False.

    Parameters
    ----------
    n : int, >= 0
    autapses, multapses : bool
    """

    n: int
    autapses: bool = True
    multapses: bool = True

    def __post_init__(self):
        _clean_flags(self)
        object.__setattr__(self, "n", _count(self.n, "FixedTotalNumber n"))

    def expected(self, pre, post):
        return self.n

    def check(self, pre, post):
        pairs = AllToAll(self.autapses).expected(pre, post)
        if self.n and (pairs < 1 or (not self.multapses and self.n > pairs)):
            raise ConnectivityError(
                f"FixedTotalNumber({self.n}) exceeds the {pairs} pairs of {pre.name!r} -> {post.name!r} (autapses={self.autapses}, multapses={self.multapses})"
            )


@dataclass(frozen=True, eq=False)
class Explicit(Rule):
    """Given pairs.

    Parameters
    ----------
    pre, post : array (m,) of int
        Indices local to the two selections that are connected.
    """

    pre: np.ndarray
    post: np.ndarray
    deterministic = True

    def __post_init__(self):
        for name in ("pre", "post"):
            object.__setattr__(self, name, _cast.integers(getattr(self, name), f"Explicit {name}", ConnectivityError))
        if len(self.pre) != len(self.post):
            raise ConnectivityError(f"Explicit pre and post must have one length, got {len(self.pre)} and {len(self.post)}")

    def expected(self, pre, post):
        return len(self.pre)

    def check(self, pre, post):
        _check_range(self.pre, f"Explicit pre ({pre.name!r})", len(pre))
        _check_range(self.post, f"Explicit post ({post.name!r})", len(post))


@dataclass(frozen=True, eq=False)
class CSR(Rule):
    """Given rows: indices[indptr[i]:indptr[i + 1]] are the post of pre i.

    Parameters
    ----------
    indptr : array (n_pre + 1,) of int, ascending from 0
    indices : array (m,) of int
        Local to the selection that is connected.
    """

    indptr: np.ndarray
    indices: np.ndarray
    deterministic = True

    def __post_init__(self):
        for name in ("indptr", "indices"):
            object.__setattr__(self, name, _cast.integers(getattr(self, name), f"CSR {name}", ConnectivityError))
        indptr, m = self.indptr, len(self.indices)
        if len(indptr) == 0 or indptr[0] != 0 or indptr[-1] != m or np.any(indptr[1:] < indptr[:-1]):
            raise ConnectivityError(f"CSR indptr must ascend from 0 to {m}, the number of indices, got {_cast.short(indptr)}")

    def expected(self, pre, post):
        return len(self.indices)

    def check(self, pre, post):
        _check_range(self.indices, f"CSR indices ({post.name!r})", len(post))
        if len(self.indptr) != len(pre) + 1:
            raise ConnectivityError(
                f"CSR indptr must have shape ({len(pre) + 1},) for {len(pre)} of {pre.name!r}, got shape ({len(self.indptr)},)"
            )


def _check_range(index, name, size):
    if len(index) and (index.min() < 0 or index.max() >= size):
        k = int(np.argmax((index < 0) | (index >= size)))
        raise ConnectivityError(f"{name} must be in [0, {size}), got {index[k]} at index {k}")


# Rules whose pairs are drawn source by source.
PROCEDURAL = (FixedProbability, FixedOutDegree, AllToAll, OneToOne)

RULES = (AllToAll, OneToOne, FixedProbability, FixedInDegree, FixedOutDegree, FixedTotalNumber, Explicit, CSR)
