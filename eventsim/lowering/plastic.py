"""Lowering of plastic projections: their rules, the rows of their synapses, and who keeps a history of spikes.

A plastic synapse has a row of float64 of its own. Which columns there are depends on what its rule asks for (`layout`).
"""

from typing import NamedTuple

import numpy as np

from ..network.changes import Scaling
from ..neurons.model import KEY
from ..numerics.epochs import STRIDE, table
from ..numerics.random import SYNAPSE, derive_key
from ..synapses.activity import ACTIVITY
from ..synapses.rule import Synapse
from .blocks import block_bits
from .filling import Filling
from .program import HISTORY, PLASTIC, Plastic, lowered, records, shared_or_own


class Layout(NamedTuple):
    """Where things lie in a synapse's row, and among the numbers of its rule; -1: they are not there."""

    seen: int  # number of postsynaptic spikes that have been taken into account
    anchor: int  # time at which the presynaptic trace stands, ms
    heard: int  # number of changes of the modulator's level that have been taken into account
    last: int  # time of the last event, at which the state stands, ms
    state: int  # the state begins
    trace: int  # the presynaptic trace begins
    width: int  # of a row
    entry: "Entry"
    epoch: int  # of the numbers: length of an epoch
    pre_rates: int  # where the rates of the presynaptic trace begin
    post_rates: int


class Entry(NamedTuple):
    """Where things lie in an entry of a neuron's history, which begins with the time at which a spike reaches the synapses."""

    begin: int  # when the epoch of that time begins, or that time itself where no trace decays with rates
    left: int  # what is left of the presynaptic trace since the beginning of the epoch
    before: int  # the postsynaptic trace just before the spike
    after: int  # the same after it; where it decays with rates, as it stands at `begin`
    width: int


def layout(rule):
    """The Layout of a rule's rows."""
    kept = [rule.listens, rule.pre_type is not None, rule.modulated, rule.flow is not None]
    seen, anchor, heard, last = (sum(kept[:k]) if kept[k] else -1 for k in range(4))
    state = sum(kept)
    trace = state + len(rule.state_type._fields)
    width = trace + _length(rule.pre_type)
    epoch = len(rule.constant_type._fields)
    pre_rates = epoch + 2
    return Layout(
        seen, anchor, heard, last, state, trace, width, _entry(rule), epoch, pre_rates, pre_rates + len(rule.pre_rates or ()) * STRIDE
    )


def _entry(rule):
    before = 2 + len(rule.pre_rates or ())
    after = before + _length(rule.post_type)
    return Entry(1, 2, before, after, (after + _length(rule.post_type)) if rule.listens else 0)


def _length(kind):
    return len(kind._fields) if kind else 0


def numbers_of(rule, c):
    """All numbers of a rule that engines look up: its constants, then what they need of the rates of its traces."""
    rates = [*(rule.rates(c, "pre") or ()), *(rule.rates(c, "post") or ())]
    return np.array([*c, *(table(rates) if rates else ())], np.float64)


def rules_of(network):
    """The rules of a network's plastic projections, in the order of their kinds."""
    rules = []
    for j in network.projections:
        if isinstance(j.synapse, Synapse) and j.synapse.rule not in rules:
            rules.append(j.synapse.rule)
    return rules + [ACTIVITY] * bool(_counting(network))


def _counting(network):
    """The changes of a network that depend on rates."""
    return [c for c in network.changes if isinstance(c, Scaling) and c.target_rate is not None]


def lower_plastic(network, seed, populations, projections, indptr, weight):
    """The Plastic of a network; notes in `populations` which histories its neurons keep, and in `projections` their place in it."""
    synapses, histories, constants, rows, rules = [], [], [], [], rules_of(network)
    projections.plastic = populations.modulator = -1
    modulators = sorted({j.synapse.modulator.ordinal for j in network.projections if getattr(j.synapse, "modulator", None)})
    populations.modulator[modulators] = np.arange(len(modulators))
    row = constant = first = 0
    for declared, j in enumerate(network.projections):
        if not isinstance(j.synapse, Synapse):
            continue
        rule, own = j.synapse.rule, layout(j.synapse.rule)
        c = j.synapse.constants
        if rule.random:
            c = c._replace(**dict(zip(KEY, map(float, derive_key(seed, SYNAPSE, j.ordinal)), strict=True)))
        history = -1
        if rule.listens:
            history = len(histories)
            histories.append(_history(j.post.population, rules.index(rule), constant, own, first, backprop=j.synapse.backprop_delay))
            first += j.post.population.n
        blocks = lowered(projections, declared)
        begun = _begun(network, j, c, projections[blocks], indptr, weight)
        begin = int(projections.first[blocks[0]])
        for k in blocks:
            s = records(PLASTIC, 1)
            s.projection, s.kind, s.width, s.constant, s.history = k, rules.index(rule), own.width, constant, history
            s.row = row + (projections.first[k] - begin) * own.width
            s.post_first = j.synapse.post_first
            s.modulator = modulators.index(j.synapse.modulator.ordinal) if rule.modulated else -1
            projections.plastic[k] = len(synapses)
            synapses.append(s)
        rows.append(begun.ravel())
        row += begun.size
        constants.append(numbers_of(rule, c))
        constant += len(constants[-1])
    for scaling in _counting(network):
        c, post = ACTIVITY.prepare(ACTIVITY.parameter_type(scaling.tau)), scaling.projection.post.population
        histories.append(_history(post, rules.index(ACTIVITY), constant, layout(ACTIVITY), first, scaling.ordinal))
        constants.append(numbers_of(ACTIVITY, c))
        first, constant = first + post.n, constant + len(constants[-1])
    histories = _by_population(histories, synapses, populations)
    return Plastic(_joined(synapses, PLASTIC), histories, _floats(constants), _floats(rows))


def _history(population, kind, constant, own, first, change=-1, backprop=0.0):
    """The HISTORY of a population's spikes, whose counts begin at `first`."""
    h = records(HISTORY, 1)
    h.population, h.kind, h.constant, h.entry, h.first = population.ordinal, kind, constant, own.entry.width, first
    h.change, h.backprop = change, backprop
    return h


def _begun(network, j, c, blocks, indptr, weight):
    """Rows of all synapses of a declared projection (n, width) to begin with; `blocks` are the projections it has become, one for each block."""
    rule = j.synapse.rule
    first, rows = int(blocks.first[0]), int(blocks.pre_count[0])
    at = indptr[blocks.row[0] : blocks.row[0] + rows * len(blocks) + 1] - first
    n = int(at[-1])
    weights = shared_or_own(weight, blocks.weight[0], blocks.weight_stride[0], n)
    filling = Filling(j, network.seed, block_bits(network)[j.post.population.ordinal], 1)
    values = [filling.values(at, j.own[p.name], which) for which, p in enumerate(rule.own)]
    return begun(rule, c, weights, values, np.arange(n))


def constants_of(rule, plastic, place):
    """The constants of a rule that stand at a place of a Program."""
    return rule.constant_type(*plastic.constants[place : place + len(rule.constant_type._fields)].tolist())


def begun(rule, c, weights, values, numbers):
    """Rows of synapses to begin with (n, width).

    Parameters
    ----------
    rule, c : SynapseRule and its constants
    weights : float64 (n,), or (1,) where they are shared
    values : of each parameter that synapses have of their own, float64 (n,)
    numbers : int64 (n,), which tell apart what synapses draw
    """
    own = layout(rule)
    out = np.zeros((len(numbers), own.width))
    states = out[:, own.state : own.trace]
    if rule.start is None:
        states[:, 0] = weights
    else:
        shared = np.unique(weights)
        starts = np.array([rule.start(c, w) for w in shared.tolist()]).reshape(len(shared), len(rule.state_type._fields))
        states[:] = starts[np.searchsorted(shared, np.broadcast_to(weights, (len(out),)))]
    for p, own_values in zip(rule.own, values, strict=True):
        states[:, rule.state_type._fields.index(p.name)] = own_values
    if rule.modulated:
        out[:, own.heard] = 1.0  # the level that the modulator begins with
    if rule.random:
        states[:, rule.state_type._fields.index("number")] = numbers
    if rule.settle is not None:
        for k, state in enumerate(states.tolist()):
            states[k] = rule.settle(c, rule.state_type(*state))
    return out


def _by_population(histories, synapses, populations):
    """Histories in the order of their populations, which note where theirs are."""
    ordered = _joined(histories, HISTORY)
    order = np.argsort(ordered.population, kind="stable")
    ordered = ordered[order]
    place = np.argsort(order)
    for s in synapses:
        if s.history[0] >= 0:
            s.history = place[s.history[0]]
    populations.history = np.searchsorted(ordered.population, np.arange(len(populations)), side="left")
    populations.history_end = np.searchsorted(ordered.population, np.arange(len(populations)), side="right")
    return ordered.view(np.recarray)


def _joined(parts, dtype):
    return np.concatenate(parts).view(np.recarray) if parts else records(dtype, 0)


def _floats(parts):
    return np.concatenate(parts) if parts else np.empty(0)
