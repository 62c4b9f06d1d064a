"""Changes of synapses for hypothesis to draw, for the networks of `learning.py`."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import eventsim as es

from .learning import build_learning


@dataclass(frozen=True)
class Alteration:
    """A change of the plastic projection number `of` (modulo how many there are): "total", "rate" or "rewire", with options and times."""

    of: int
    kind: str
    options: dict
    every: float | None
    at: tuple


def build_changing(case, alterations):
    """The network of a LearningCase with changes."""
    net = build_learning(case)
    plastic = [j for j in net.projections if isinstance(j.synapse, es.Synapse)]
    for a in alterations:
        j = plastic[a.of % len(plastic)]
        times = {"every": a.every, "at": list(a.at)}
        if a.kind == "rewire":
            rewire(net, j, a.options, times)
        elif j.synapse.rule.free and a.kind == "total":
            net.scale(j, total=a.options["total"] * largest(j), **times)
        elif j.synapse.rule.free:
            net.scale(j, target_rate=a.options["rate"], gain=a.options["gain"], tau=a.options["tau"], **times)
    return net


def largest(j):
    """A magnitude that weights of a projection have."""
    return max(map(abs, bounds(j)))


def bounds(j):
    """Finite bounds between which weights of a projection may lie."""
    low, high = j.synapse.limits or (0.0, 1.0)
    return max(low, -1.0) if np.isinf(low) else low, min(high, 1.0) if np.isinf(high) else high


def rewire(net, j, options, times):
    """Rewire a projection; where its selections are too small for the number drawn, by probability."""
    sprout, values = options["sprout"], {}
    below = None if options["below"] is None else options["below"] * largest(j)
    if sprout is not None:
        weight = es.Uniform(*bounds(j)) if options["own_weight"] or isinstance(j.weight, np.ndarray) else None
        delay = 0.7 if options["delay"] is None and isinstance(j.delay, np.ndarray) else options["delay"]
        values = {"weight": weight, "delay": es.Uniform(*delay) if isinstance(delay, tuple) else delay}
        try:
            sprout.check(j.pre, j.post)
        except es.ConnectivityError:
            sprout = es.FixedProbability(0.3)
    if below is None and sprout is None and options["turnover"] is None:
        below = 0.3 * largest(j)
    net.rewire(j, below=below, turnover=options["turnover"], sprout=sprout, **values, **times)


@st.composite
def sproutings(draw):
    """A rule by which synapses sprout, or None."""
    kind = draw(st.sampled_from((es.FixedInDegree, es.FixedOutDegree, es.FixedTotalNumber, es.FixedProbability, None)))
    if kind is None:
        return None
    if kind is es.FixedProbability:
        return kind(draw(st.sampled_from((0.0, 0.2, 1.0))), autapses=draw(st.booleans()))
    return kind(draw(st.integers(0, 9 if kind is es.FixedTotalNumber else 4)), autapses=draw(st.booleans()), multapses=draw(st.booleans()))


OPTIONS = {
    "total": st.fixed_dictionaries({"total": st.sampled_from((0.5, 2.0))}),
    "rate": st.fixed_dictionaries(
        {"rate": st.sampled_from((0.0, 50.0)), "gain": st.sampled_from((0.0, 0.3)), "tau": st.sampled_from((2.0, 100.0))}
    ),
    "rewire": st.fixed_dictionaries(
        {
            "below": st.sampled_from((None, 0.0, 0.3, 0.6)),
            "turnover": st.sampled_from((None, 0.3, 1.0)),
            "sprout": sproutings(),
            "own_weight": st.booleans(),
            "delay": st.sampled_from((None, None, 0.0, 0.5, 3.0, (0.0, 4.0), (0.5, 20.0))),
        }
    ),
}


KINDS = ("total", "rate", "rewire", "rewire", "rewire")


@st.composite
def alterations(draw, most=4, kinds=KINDS):
    """Some changes, at times of a grid, where they coincide with events, and anywhere."""
    out = []
    for _ in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(kinds))
        at = draw(st.lists(st.one_of(st.sampled_from((0.0, 0.5, 1.0, 5.0)), st.floats(0.0, 15.0)), max_size=3))
        every = draw(st.sampled_from((None, 0.5, 1.3, 4.0)))
        out.append(Alteration(draw(st.integers(0, 3)), kind, draw(OPTIONS[kind]), every, tuple(at)))
    return tuple(out)
