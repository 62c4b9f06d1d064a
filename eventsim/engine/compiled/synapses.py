"""Adapters between a rule's pure functions and the synapses of the compiled engine: they load a synapse's row, call the functions, store the row.

The functions are written over names that stand for a rule; `bind` makes the compiled functions of one rule from them. A synapse is brought up to date
when a spike of its source arrives (`arrive`), or when room is made in its neuron's history (`sweep`); that changes no bit: an event at a synapse
changes it in the same way whenever it is computed.
"""

import functools
import math

from ... import _jit
from ...lowering.plastic import layout
from ...numerics.epochs import STRIDE, beginning, left, over
from ...numerics.memory import fetch, lay, prefetch
from ...numerics.tuples import at, put
from ...synapses.modulator import level_at
from ...synapses.rule import NOTHING, Nothing, constant_state, unchanged
from .adapters import AHEAD
from .pointers import signatures
from .state import COUNT, LEVELS

# Histories of up to so many numbers are near the processor anyway.
NEAR = 1 << 16

# Names that `bind` replaces by a rule's own.
SEEN = ANCHOR = HEARD = LAST = SYNAPSE = TRACE = WIDTH = ENTRY = BEGIN = LEFT = BEFORE = AFTER = EPOCH = PRE_RATES = POST_RATES = 0
LISTENS = TRACED = MODULATED = FLOWS = FOLLOWED = PRE_DECAYS = POST_DECAYS = False
NO_PRE = NO_POST = NOTHING
Constants = State = Pre = Post = load_constants = load_state = load_pre = load_post = None
on_pre = on_post = flow = transmit = flow_pre = jump_pre = flow_post = jump_post = None


# -- traces -------------------------------------------------------------------------------------------------------------
# Those that decay with rates are kept as what they would have been at the beginning of an epoch, their anchor (numerics/epochs.py); others as what
# they are at their anchor, an event. `numbers` are the constants of the rule, and behind them what `epochs.table` has put there.


def epoch_of(numbers, t):
    """When the epoch of t begins; t itself where no trace of the rule decays with rates."""
    if PRE_DECAYS or POST_DECAYS:
        return beginning(t, fetch(numbers, EPOCH))
    return t


def shares(numbers, rates, share, into):
    """What is left of the variables of a trace, `into` ms after the beginning of an epoch; rates: where the first of them is."""
    for f in range(len(share)):
        share = put(share, f, left(fetch(numbers, rates + f * STRIDE), into))
    return share


def pre_shares(numbers, into):
    """The same of the presynaptic trace, where it decays with rates."""
    return shares(numbers, PRE_RATES, Pre(*NO_PRE), into) if PRE_DECAYS else Pre(*NO_PRE)


def post_shares(numbers, into):
    """The same of the postsynaptic trace."""
    return shares(numbers, POST_RATES, Post(*NO_POST), into) if POST_DECAYS else Post(*NO_POST)


def brought(numbers, rates, x, apart, share):
    """A trace that stands at the beginning of an epoch, brought to one `apart` ms later, and from there to where these shares are left."""
    epochs = apart * fetch(numbers, EPOCH + 1)
    for f in range(len(x)):
        x = put(x, f, at(x, f) * over(numbers, rates + f * STRIDE, epochs) * at(share, f))
    return x


def parted(x, share):
    """A trace as it would have been at the beginning of the epoch of which these shares are left."""
    for f in range(len(x)):
        x = put(x, f, at(x, f) / at(share, f))
    return x


def pre_at(c, numbers, x, anchor, t, begin, share):
    """The presynaptic trace x, that stands at `anchor`, at t, of which `begin` and `share` are those of its epoch."""
    return brought(numbers, PRE_RATES, x, begin - anchor, share) if PRE_DECAYS else flow_pre(c, x, t - anchor)


def post_at(c, numbers, y, anchor, t, begin, share):
    """The same of a postsynaptic trace."""
    return brought(numbers, POST_RATES, y, begin - anchor, share) if POST_DECAYS else flow_post(c, y, t - anchor)


def noted_shares(entries, e):
    """What is left of the presynaptic trace at a postsynaptic spike, from its entry; where it does not decay with rates, no room is kept for it."""
    return Pre(*load_pre(entries, e + LEFT)) if PRE_DECAYS else Pre(*NO_PRE)


def post_trace(entries, base, mask, seen):
    """The postsynaptic trace after the last of `seen` spikes, as it is kept, and its anchor."""
    if LISTENS and seen > 0:
        e = base + ((seen - 1) & mask) * ENTRY
        return Post(*load_post(entries, e + AFTER)), fetch(entries, e + BEGIN if POST_DECAYS else e)
    return Post(*NO_POST), 0.0


def entry(t, entries, base, mask, number, numbers, backprop):
    """Write the entry of a neuron's spike number `number`, at t."""
    c = Constants(*load_constants(numbers, 0))
    t += backprop
    begin = epoch_of(numbers, t)
    share = post_shares(numbers, t - begin)
    y, anchor = post_trace(entries, base, mask, number)
    before = post_at(c, numbers, y, anchor, t, begin, share)
    after = jump_post(c, before)
    if POST_DECAYS:
        after = parted(after, share)
    e = base + (number & mask) * ENTRY
    lay(entries, e, t)
    lay(entries, e + BEGIN, begin)
    if PRE_DECAYS:
        share = pre_shares(numbers, t - begin)
        for f in range(len(share)):
            lay(entries, e + LEFT + f, share[f])
    if AFTER > BEFORE:
        for f in range(len(before)):
            lay(entries, e + BEFORE + f, before[f])
            lay(entries, e + AFTER + f, after[f])
    return 0


# -- synapses -----------------------------------------------------------------------------------------------------------


def begun_at(rows, o):
    """The anchor of the presynaptic trace."""
    return fetch(rows, o + ANCHOR) if TRACED else 0.0


def flowed(c, numbers, s, x, anchor, y, since, z, last, t):
    """The state at t, from `last` on without an event; x stands at `anchor`, y at `since`, z at `last`."""
    if FLOWS and t > last:
        begin = epoch_of(numbers, last)
        into = last - begin
        x = pre_at(c, numbers, x, anchor, last, begin, pre_shares(numbers, into))
        y = post_at(c, numbers, y, since, last, begin, post_shares(numbers, into))
        return flow(c, s, x, y, z, t - last)
    return s


def level(c, levels, heard, last):
    """The modulator's level at `last`, `heard` changes having come before; the first of them is where it begins."""
    if MODULATED:
        place = 2 * ((heard - 1) & (LEVELS - 1))
        return level_at(c, fetch(levels, place + 1), last - fetch(levels, place))
    return 0.0


def logged(log, number, t, s):
    """Log the state of a synapse just after an event at t; number: which synapse it is, or -1 where it is not followed."""
    if FOLLOWED and number >= 0:
        k = log.marks[COUNT]
        log.entries[k, 0] = number
        log.entries[k, 1] = t
        for f in range(len(s)):
            log.entries[k, 2 + f] = s[f]
        log.marks[COUNT] = k + 1


def followed(log, number):
    """The number of a synapse where it is followed, else -1."""
    if FOLLOWED and fetch(log.chosen, number) != 0:
        return number
    return -1


def caught_up(c, numbers, rows, o, entries, base, mask, noted, until, levels, changed, t, log, number):
    """The synapse at row o after what has reached it before t, but for arrivals: postsynaptic spikes before `until`, changes of level.

    Its state, the time of its last event, the numbers of postsynaptic spikes and of changes of the modulator's level so far.
    """
    s = State(*load_state(rows, o + SYNAPSE))
    last = fetch(rows, o + LAST) if FLOWS else 0.0
    seen = int(fetch(rows, o + SEEN)) if LISTENS else 0
    heard = int(fetch(rows, o + HEARD)) if MODULATED else 0
    if (LISTENS and seen < noted) or (MODULATED and heard < changed):
        x, anchor = Pre(*load_pre(rows, o + TRACE)), begun_at(rows, o)
        while True:
            e = base + (seen & mask) * ENTRY
            spike = fetch(entries, e) if LISTENS and seen < noted else math.inf
            late = not spike < until
            if MODULATED and heard < changed:
                change = fetch(levels, 2 * (heard & (LEVELS - 1)))
                if change < t and (late or change <= spike):
                    y, since = post_trace(entries, base, mask, seen)
                    s = flowed(c, numbers, s, x, anchor, y, since, level(c, levels, heard, last), last, change)
                    last = change
                    heard += 1
                    logged(log, number, change, s)
                    continue
            if late:
                break
            if FLOWS:
                y, since = post_trace(entries, base, mask, seen)
                s = flowed(c, numbers, s, x, anchor, y, since, level(c, levels, heard, last), last, spike)
            arrivals = pre_at(c, numbers, x, anchor, spike, fetch(entries, e + BEGIN), noted_shares(entries, e))
            s = on_post(c, s, arrivals, Post(*load_post(entries, e + BEFORE)))
            last = spike
            seen += 1
            logged(log, number, spike, s)
    return s, last, seen, heard


def store_synapse(rows, o, s, last, seen, heard):
    """Write a synapse back to its row, but for its presynaptic trace."""
    for k in range(len(s)):
        lay(rows, o + SYNAPSE + k, s[k])
    if LISTENS:
        lay(rows, o + SEEN, seen)
    if MODULATED:
        lay(rows, o + HEARD, heard)
    if FLOWS:
        lay(rows, o + LAST, last)


def arrive(t, rows, o, targets, numbers, entries, noted, mask, post_first, levels, changed, log, first, out):
    """A spike arrives at t at synapses whose rows begin at o: out becomes what they deliver. How many updates that was.

    first : number of the first of them among all synapses
    """
    c = Constants(*load_constants(numbers, 0))
    until = math.nextafter(t, math.inf) if post_first != 0 else t  # postsynaptic spikes at t itself come before, or after
    begin = epoch_of(numbers, t)
    pre_share, post_share = pre_shares(numbers, t - begin), post_shares(numbers, t - begin)
    updates = targets.size
    last_target, distant = targets.size - 1, entries.size > NEAR
    for k in range(targets.size):
        if LISTENS and distant:  # the entries that will be asked for
            ahead = fetch(targets, min(k + AHEAD, last_target))
            prefetch(entries, (ahead * (mask + 1) + ((fetch(noted, ahead) - 1) & mask)) * ENTRY)
        j = fetch(targets, k)
        base = j * (mask + 1) * ENTRY
        before = int(fetch(rows, o + SEEN)) if LISTENS else 0
        n, number = fetch(noted, j) if LISTENS else 0, followed(log, first + k)
        s, last, seen, heard = caught_up(c, numbers, rows, o, entries, base, mask, n, until, levels, changed, t, log, number)
        x, anchor = Pre(*load_pre(rows, o + TRACE)), begun_at(rows, o)
        y, since = post_trace(entries, base, mask, seen)
        s = flowed(c, numbers, s, x, anchor, y, since, level(c, levels, heard, last), last, t)
        x = pre_at(c, numbers, x, anchor, t, begin, pre_share)
        after = on_pre(c, s, x, post_at(c, numbers, y, since, t, begin, post_share))
        lay(out, k, transmit(c, s, after))
        store_synapse(rows, o, after, t, seen, heard)
        logged(log, number, t, after)
        if TRACED:
            x = jump_pre(c, x)
            if PRE_DECAYS:
                x = parted(x, pre_share)
            for f in range(len(x)):
                lay(rows, o + TRACE + f, x[f])
            lay(rows, o + ANCHOR, begin if PRE_DECAYS else t)
        updates += seen - before
        o += WIDTH
    return updates


def sweep(t, rows, targets, numbers, entries, noted, mask, post_first, levels, changed, log, first):
    """Bring all synapses of a projection up to date, but for what reaches them at t or later. How many updates that was.

    first : number of the first of them among all synapses
    """
    c = Constants(*load_constants(numbers, 0))
    updates = 0
    for k in range(targets.size):
        j, o = fetch(targets, k), k * WIDTH
        base = j * (mask + 1) * ENTRY
        before = int(fetch(rows, o + SEEN)) if LISTENS else 0
        n, number = fetch(noted, j) if LISTENS else 0, followed(log, first + k)
        s, last, seen, heard = caught_up(c, numbers, rows, o, entries, base, mask, n, t, levels, changed, t, log, number)
        store_synapse(rows, o, s, last, seen, heard)
        updates += seen - before
    return updates


def standing(c, numbers, rows, o, entries, base, mask, noted, levels, changed, t, log):
    """The state at t of the synapse at row o, after all that has reached it before, and the numbers of what has reached it."""
    s, last, seen, heard = caught_up(c, numbers, rows, o, entries, base, mask, noted, t, levels, changed, t, log, -1)
    x = Pre(*load_pre(rows, o + TRACE))
    y, since = post_trace(entries, base, mask, seen)
    s = flowed(c, numbers, s, x, begun_at(rows, o), y, since, level(c, levels, heard, last), last, t)
    return s, seen, heard


def read(t, rows, targets, numbers, entries, noted, mask, post_first, levels, changed, log, commits, out):
    """The states of all synapses of a projection just before t into out (synapses, fields), and how many updates that was.

    On copies; or, where it commits, so that the synapses stand at t, as by an event there: what reaches them at t or later is still to come.
    """
    c = Constants(*load_constants(numbers, 0))
    updates = 0
    for k in range(targets.size):
        j, o = fetch(targets, k), k * WIDTH
        before = int(fetch(rows, o + SEEN)) if LISTENS else 0
        number = fetch(noted, j) if LISTENS else 0
        s, seen, heard = standing(c, numbers, rows, o, entries, j * (mask + 1) * ENTRY, mask, number, levels, changed, t, log)
        for f in range(len(s)):
            out[k, f] = s[f]
        if commits:
            store_synapse(rows, o, s, t, seen, heard)
        updates += seen - before
    return updates


def load_nothing(array, offset):
    """The trace of a side that the rule does not listen to."""
    return (0.0,)


# In the order in which they call each other.
HELPERS = (
    *(epoch_of, pre_shares, post_shares, brought, pre_at, post_at, noted_shares, post_trace),
    *(begun_at, flowed, level, logged, followed, caught_up, standing, store_synapse),
)


def bind(rule, following=False):
    """The compiled functions of a rule: a dict by name; following: those that log events at synapses that are followed."""
    own, loader = layout(rule), _jit.float_tuple_loader
    pre, post = rule.pre_type or Nothing, rule.post_type or Nothing
    names = ("on_pre", "transmit", "flow_pre", "jump_pre", "flow_post", "jump_post")
    bound = {name: getattr(rule, name) for name in names} | {
        "SEEN": own.seen,
        "ANCHOR": own.anchor,
        "HEARD": own.heard,
        "LAST": own.last,
        "SYNAPSE": own.state,
        "TRACE": own.trace,
        "WIDTH": own.width,
        "ENTRY": own.entry.width,
        "BEGIN": own.entry.begin,
        "LEFT": own.entry.left,
        "BEFORE": own.entry.before,
        "AFTER": own.entry.after,
        "EPOCH": own.epoch,
        "PRE_RATES": own.pre_rates,
        "POST_RATES": own.post_rates,
        "LISTENS": rule.listens,
        "TRACED": rule.pre_type is not None,
        "MODULATED": rule.modulated,
        "FLOWS": rule.flow is not None,
        "FOLLOWED": following,
        "PRE_DECAYS": rule.pre_rates is not None,
        "POST_DECAYS": rule.post_rates is not None,
        "NO_PRE": (0.0,) * len(pre._fields),
        "NO_POST": (0.0,) * len(post._fields),
        "Constants": rule.constant_type,
        "State": rule.state_type,
        "Pre": pre,
        "Post": post,
        "load_constants": loader(len(rule.constant_type._fields)),
        "load_state": loader(len(rule.state_type._fields)),
        "load_pre": loader(len(rule.pre_type._fields)) if rule.pre_type else load_nothing,
        "load_post": loader(len(rule.post_type._fields)) if rule.post_type else load_nothing,
        "on_post": rule.on_post or unchanged,
        "flow": rule.flow or constant_state,
    }
    for helper in HELPERS:
        bound[helper.__name__] = _jit.rebound(helper, bound)
    key = _jit.model_digest(rule)
    given = signatures() if _jit.ENABLED else {}

    def called(function, from_python=False):
        return _jit.compiled(function, given.get(f"call_{function.__name__}"), bind=bound, key=key, from_python=from_python)

    if following:
        key = key and f"{key}_followed"
        return {"arrive": called(arrive), "sweep": called(sweep, from_python=True)}
    return {"arrive": called(arrive), "sweep": called(sweep), "entry": called(entry), "read": _jit.compiled(read, bind=bound, key=key)}


@functools.cache
def adapters(rule, following=False):
    """The compiled functions of a rule, made once in a process."""
    with _jit.compiling_for(f"rule {rule.name}"):
        return adapters(rule) | bind(rule, following=True) if following else bind(rule)
