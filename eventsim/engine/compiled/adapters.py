"""Adapters between a model's pure functions and the loop: they load a neuron's row, call the functions, store the row.

The functions below are written once, over names that stand for a model (`flow`, `State`, ...); `bind` makes the
compiled functions of one model from them. All adapters of one kind of work have one signature, so the loop calls
them through a table and is compiled once for every mix of models.
"""

import math

from ... import _jit
from ...lowering.program import BY_SIGN, FREE, LAST, STATE, WAKE, width_of_row
from ...numerics.memory import prefetch
from ...numerics.prediction import make_crossing_time, make_state_at, make_state_at_change
from ...numerics.trail import forget
from .pointers import signatures
from .state import BATCH

# Rows are asked for that many deliveries ahead: in a large network each is a wait for memory.
AHEAD = 12

# Shorter slices are not worth a batch.
FEW = 4

QUIET, FIRED, NOT_FINITE = 0, 1, 2

# Names that `bind` replaces by a model's own.
WIDTH = FIELDS = 0
BATCHES = INTEGRATED = ITERATIVE = TRAILING = False
Constants = State = load_constants = load_state = None
flow = flow_refractory = above = crossing_bound = nearly_crossing = postponed = short = flow_short = receive = receive_refractory = fire = (
    None
)
state_at = crossing_time = state_at_change = trail_at = None


def store(rows, o, s):
    """Write a state into its row."""
    for k in range(len(s)):
        rows[o + STATE + k] = s[k]


def forget_at(rows, o):
    """The state of the neuron at row o becomes another one, which no trail leads from yet."""
    if TRAILING:
        forget(rows, o + STATE + FIELDS)


def freed_bound(c, s, t, free):
    """A time before which a neuron cannot fire that is refractory until `free`, its state at t being s."""
    return free if INTEGRATED else free + crossing_bound(c, flow_refractory(c, s, free - t))


def receive_at(c, rows, o, t, port, w):
    """One delivery at t: bring the state forward, add the weight; the time before which the neuron cannot fire."""
    s = State(*load_state(rows, o + STATE))
    last, free = rows[o + LAST], rows[o + FREE]
    if port == BY_SIGN:
        port = 0 if w >= 0.0 else 1
    if t >= free:
        s = receive(c, state_at(c, s, last, free, t, *trail_at(rows, o)), port, w)
        forget_at(rows, o)
        if postponed(c, s, w, rows[o + WAKE]):
            earliest = math.inf
        else:
            earliest = t + crossing_bound(c, s, *trail_at(rows, o))
    else:
        s = receive_refractory(c, flow_refractory(c, s, t - last), port, w)
        forget_at(rows, o)
        earliest = freed_bound(c, s, t, free)
    store(rows, o, s)
    rows[o + LAST] = t
    return earliest


def deliver(t, rows, constants, stride, targets, weights, weight_stride, port, scratch, attention, n):
    """A slice of deliveries at t. Neurons that may fire before the engine would look again are put into attention."""
    c = Constants(*load_constants(constants, 0))
    if stride == 0 and BATCHES and targets.size >= FEW:
        dt, wakes, earliest, states = scratch[:BATCH], scratch[BATCH:], scratch[2 * BATCH :], scratch[3 * BATCH :]
        for first in range(0, targets.size, BATCH):
            m = min(BATCH, targets.size - first)
            reached, own = targets[first:], weights[first * weight_stride :]
            gather(c, t, rows, reached, dt, wakes, states, m)
            if weight_stride == 0:
                bring(c, port, own[0], own, 0, dt, states, m)
                soon = unsure(c, own[0], own, 0, wakes, states, m)
            else:
                bring(c, port, 0.0, own, 1, dt, states, m)
                soon = unsure(c, 0.0, own, 1, wakes, states, m)
            if soon > 0:
                limit(c, t, earliest, states, m)
            n = scatter(c, t, rows, reached, own, weight_stride, port, soon, scratch, attention, n, m)
        return n
    last = targets.size - 1
    for k in range(min(AHEAD, targets.size)):
        prefetch(rows, targets[k] * WIDTH)
    for k in range(targets.size):
        prefetch(rows, targets[min(k + AHEAD, last)] * WIDTH)
        j = targets[k]
        if stride != 0:
            c = Constants(*load_constants(constants, j * stride))
        earliest = receive_at(c, rows, j * WIDTH, t, port, weights[k * weight_stride])
        attention[n] = j
        # Written so that a state that is not a number demands attention, too.
        n += not (earliest >= rows[j * WIDTH + WAKE])
    return n


def gather(c, t, rows, targets, dt, wakes, states, m):
    """Copy the rows of a batch side by side. An interval of -1 marks a delivery that has to be made by itself.

    LAST is infinite in between, so that a second delivery of the batch to the same neuron is seen: it needs the state after the first.
    """
    last_target = targets.size - 1
    for k in range(m):
        prefetch(rows, targets[min(k + AHEAD, last_target)] * WIDTH)
        o = targets[k] * WIDTH
        last, free = rows[o + LAST], rows[o + FREE]
        z = t - last
        easy = z >= 0.0 and last >= free and short(c, z)
        dt[k] = z if easy else -1.0
        if easy:
            rows[o + LAST] = math.inf
        wakes[k] = rows[o + WAKE]
        s = load_state(rows, o + STATE)
        for f in range(len(s)):
            states[k * FIELDS + f] = s[f]


def bring(c, port, shared, weights, weight_stride, dt, states, m):
    """Bring the states of a batch forward and add the weights: a loop without branches, which is vectorised."""
    for k in range(m):
        s = State(*load_state(states, k * FIELDS))
        w = shared if weight_stride == 0 else weights[k]
        s = receive(c, flow_short(c, s, dt[k]), (0 if w >= 0.0 else 1) if port == BY_SIGN else port, w)
        for f in range(len(s)):
            states[k * FIELDS + f] = s[f]


def unsure(c, shared, weights, weight_stride, wakes, states, m):
    """How many of a batch may now fire sooner than agreed: where it is 0, as with inhibition, no bound is needed."""
    n = 0
    for k in range(m):
        w = shared if weight_stride == 0 else weights[k]
        n += not postponed(c, State(*load_state(states, k * FIELDS)), w, wakes[k])
    return n


def limit(c, t, earliest, states, m):
    """Lower bounds on when the neurons of a batch may fire."""
    for k in range(m):
        earliest[k] = t + crossing_bound(c, State(*load_state(states, k * FIELDS)))


def scatter(c, t, rows, targets, weights, weight_stride, port, soon, scratch, attention, n, m):
    """Copy the states of a batch back to their rows, and make the other deliveries; flag who demands attention."""
    for k in range(m):
        j = targets[k]
        o = j * WIDTH
        earliest = scratch[2 * BATCH + k] if soon > 0 else math.inf
        if scratch[k] >= 0.0:
            store(rows, o, load_state(scratch, 3 * BATCH + k * FIELDS))
            rows[o + LAST] = t
        else:
            earliest = receive_at(c, rows, o, t, port, weights[k * weight_stride])
        attention[n] = j
        n += not (earliest >= scratch[BATCH + k])
    return n


def drive(events, begin, end, stop, rows, constants, flag):
    """Drive events begin..end before `stop`, up to the first that demands attention; the place after the last one."""
    for k in range(begin, end):
        t = events[k].time
        if t >= stop:
            return k
        o = events[k].row
        c = Constants(*load_constants(constants, events[k].constant))
        earliest = receive_at(c, rows, o, t, events[k].port, events[k].weight)
        if not (earliest >= rows[o + WAKE]):
            flag[0] = k
            return k + 1
    return end


def agreed(c, s, last, free, t, patience, *trail):
    """When to look next at a neuron whose state s stands at `last`: not after its next crossing; nan where that is unknown.

    Agreeing on the crossing itself would mean a new agreement at every exciting delivery; on the bound, few. Where
    deliveries only delay (patience 0), the crossing needs the fewest looks. Where the state has to be integrated, a bound
    costs as much as a look, which goes no farther than is needed.
    """
    if patience > 0.0 and not INTEGRATED:
        now = state_at(c, s, last, free, t)
        bound = max(t, free) + crossing_bound(c, now)
        if bound - t > t - last:  # farther away than the last event: no need to know the crossing yet
            return bound
        if ITERATIVE and t >= free:
            near = t + nearly_crossing(c, now)
            if near - t > t - last:
                return near
        crossing = crossing_time(c, s, last, free, t)
        if not ITERATIVE and bound - t < patience * (crossing - t) and bound > t and crossing < math.inf:
            return bound
        return crossing
    return crossing_time(c, s, last, free, t, *trail)


def fire_at(c, s, rows, o, t, patience):
    """The neuron fires at t, its state being s."""
    s = fire(c, s)
    free = t + c.t_ref
    store(rows, o, s)
    forget_at(rows, o)
    rows[o + LAST] = t
    rows[o + FREE] = free
    if patience > 0.0:
        rows[o + WAKE] = max(freed_bound(c, s, t, free), math.nextafter(t, math.inf))
    else:
        wake = crossing_time(c, s, t, free, t, *trail_at(rows, o))
        rows[o + WAKE] = wake if wake > t else math.nextafter(t, math.inf)
    return FIRED


def settle(t, rows, o, constants, co, patience):
    """After all deliveries at t to the neuron at row o: fire, or see when to look at it again."""
    c = Constants(*load_constants(constants, co))
    s = State(*load_state(rows, o + STATE))
    free = rows[o + FREE]
    for k in range(len(s)):
        if not math.isfinite(s[k]):
            return NOT_FINITE
    if t >= free:
        if above(c, s):
            return fire_at(c, s, rows, o, t, patience)
        earliest = t + crossing_bound(c, s, *trail_at(rows, o))
    else:
        earliest = freed_bound(c, s, t, free)
    rows[o + WAKE] = min(rows[o + WAKE], max(earliest, math.nextafter(t, math.inf)))
    return QUIET


def due(t, rows, o, constants, co, patience):
    """The engine looks at the neuron at row o as agreed for t: it fires, or a later look is agreed."""
    c = Constants(*load_constants(constants, co))
    s = State(*load_state(rows, o + STATE))
    last, free = rows[o + LAST], rows[o + FREE]
    wake = agreed(c, s, last, free, t, patience, *trail_at(rows, o))
    if math.isnan(wake):
        return NOT_FINITE
    if wake <= t:
        return fire_at(c, state_at(c, s, last, free, t, *trail_at(rows, o)), rows, o, t, patience)
    rows[o + WAKE] = wake
    return QUIET


def plan(t, rows, constants, offsets, begin, end):
    """Look at neurons ahead of the times agreed, which are t or later: looks at t or later are agreed.

    Where going on along a trail is one step, that is what would be done at the time agreed: it is done now.
    """
    for k in range(begin, end):
        o = offsets[k].row
        c = Constants(*load_constants(constants, offsets[k].constant))
        s = State(*load_state(rows, o + STATE))
        last, free = rows[o + LAST], rows[o + FREE]
        if offsets[k].patience == 0.0 and last >= free:
            wake = last + nearly_crossing(c, s, *trail_at(rows, o))
        else:
            now = max(t, last, rows[o + WAKE]) if TRAILING else max(t, last)
            wake = agreed(c, s, last, free, now, offsets[k].patience, *trail_at(rows, o))
        rows[o + WAKE] = wake if wake > t else t  # what is not a number: the engine looks at it and refuses it
    return end


def change(t, rows, o, constants, co, at, width, values):
    """An injected current of the neuron at row o changes at t: rows[at:at + width] become the first of `values`."""
    c = Constants(*load_constants(constants, co))
    s = State(*load_state(rows, o + STATE))
    last, free = rows[o + LAST], rows[o + FREE]
    crossed = rows[o + WAKE] <= t and crossing_time(c, s, last, free, t) <= t
    s = state_at_change(c, s, last, free, t, crossed)
    store(rows, o, s)
    rows[o + LAST] = t
    for k in range(width):
        rows[at + k] = values[k]
    s = State(*load_state(rows, o + STATE))
    for k in range(len(s)):
        if not math.isfinite(s[k]):
            return NOT_FINITE
    if t < free:
        earliest = freed_bound(c, s, t, free)
    elif above(c, s):
        earliest = t
    else:
        earliest = max(t + crossing_bound(c, s), math.nextafter(t, math.inf))
    rows[o + WAKE] = earliest
    return QUIET


def agree(rows, constants, stride, neurons):
    """When to look at neurons again whose state has been set from outside."""
    for k in range(neurons.size):
        c = Constants(*load_constants(constants, neurons[k] * stride))
        o = neurons[k] * WIDTH
        s = State(*load_state(rows, o + STATE))
        rows[o + WAKE] = crossing_time(c, s, rows[o + LAST], rows[o + FREE], rows[o + LAST])
    return 0


def read(t, rows, constants, stride, neurons, out):
    """The states of neurons just before t, brought forward on a copy, into out (neurons x fields of a state, flat)."""
    for k in range(neurons.size):
        c = Constants(*load_constants(constants, neurons[k] * stride))
        o = neurons[k] * WIDTH
        s = state_at(c, State(*load_state(rows, o + STATE)), rows[o + LAST], rows[o + FREE], t)
        for variable in range(len(s)):
            out[k * len(s) + variable] = s[variable]
    return 0


def _never_short(c, dt):
    return False


def _never_postponed(c, s, w, crossing):
    return False


def own_names(model):
    """What a model has for the names that all adapters are written over, those of the windows too."""
    names = ("flow", "flow_refractory", "above", "crossing_bound", "receive", "receive_refractory", "fire")
    return {name: getattr(model, name) for name in names} | {
        "Constants": model.constant_type,
        "State": model.state_type,
        "load_constants": _jit.float_tuple_loader(len(model.constant_type._fields)),
        "load_state": _jit.float_tuple_loader(len(model.state_type._fields)),
        "state_at": make_state_at(model.flow, model.flow_refractory),
        "crossing_time": make_crossing_time(model.flow_refractory, model.above, model.next_crossing, model.next_look),
    }


def trailing_names(model):
    """What stands for the model's functions where neurons keep a trail behind their states."""
    kept = model.trailing
    if kept is None:
        return {"trail_at": no_trail}
    return {
        "flow": kept.flow,
        "crossing_bound": kept.crossing_bound,
        "nearly_crossing": kept.crossing_bound,
        "state_at": make_state_at(kept.flow, model.flow_refractory, kept.freed),
        "crossing_time": make_crossing_time(kept.freed, model.above, model.next_crossing, kept.next_look),
        "trail_at": trail_behind(STATE + len(model.state_type._fields)),
    }


def no_trail(rows, o):
    """Of a model that keeps none."""
    return ()


def trail_behind(offset):
    """A function (rows, o) -> the trail of the neuron at row o, as functions take it."""

    def trail_at(rows, o):
        return rows, o + offset

    return trail_at


def bind(model):
    """The adapters of a model: a dict from the names of the functions above to compiled functions."""
    fields = len(model.state_type._fields)
    plain = own_names(model) | {"WIDTH": width_of_row(model), "FIELDS": fields}
    bound = plain | {
        "TRAILING": model.trailing is not None,
        "BATCHES": model.flow_short is not None,
        "INTEGRATED": model.next_look is not None,
        "ITERATIVE": model.iterative,
        "nearly_crossing": model.nearly_crossing or (model.next_crossing if model.next_look is None else model.crossing_bound),
        "postponed": model.postponed or _never_postponed,
        "state_at_change": make_state_at_change(model.flow, model.flow_refractory, model.above),
        "short": model.short or _never_short,
        "flow_short": model.flow_short or model.flow,
        **trailing_names(model),
    }
    for helper in (store, forget_at, freed_bound, receive_at, gather, bring, unsure, limit, scatter, agreed, fire_at):
        bound[helper.__name__] = _jit.rebound(helper, bound)
    key = _jit.model_digest(model)
    inner = {
        f.__name__: _jit.compiled(f, _signature(f), bind=bound, key=key, from_python=False)
        for f in BY_ADDRESS + ((change,) if model.currents else ())
    }
    outer = {f.__name__: _jit.compiled(f, bind=plain, key=key) for f in (agree, read)}  # many runs call neither
    loaders = {
        "load_constants": _jit.plain_float_tuple_loader(len(model.constant_type._fields)),
        "load_state": _jit.plain_float_tuple_loader(fields),
    }
    return inner | outer | {"agree_plainly": _jit.rebound(agree, plain | loaders)}


BY_ADDRESS = (deliver, drive, settle, due, plan)


def _signature(adapter):
    if not _jit.ENABLED:
        return None
    calls = {
        "deliver": "call_deliver",
        "drive": "call_drive",
        "settle": "call_look",
        "due": "call_look",
        "plan": "call_plan",
        "change": "call_change",
    }
    return signatures()[calls[adapter.__name__]]
