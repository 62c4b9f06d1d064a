"""The sweeps of a window over the slices that arrive in it, and what is left for the replay (see kernels.py)."""

import math

from ...numerics.propagators import relaxed, remaining
from ..compiled.state import FIRED
from .state import ARRIVALS, COLLECTED, DRIVEN, HOT, REPLAYED


def integrate(program, frames, state, counters, end):
    """Bring all populations that have anything to do to the window's end, but for the hot neurons, which are collected."""
    fabric, slices, driven = program.fabric, state.slices, state.driven
    hot, slot = state.hot, state.slot
    counters[HOT] = 0
    for p in range(frames.size):
        frame = frames[p]
        if frame.kind < 0:
            continue
        first, stop = frame.first, frame.first + frame.count
        busy = False
        for i in range(counters[ARRIVALS]):
            busy |= fabric.projections[slices[i].projection].post == p
        for d in range(program.drives.drives.size):
            busy |= program.drives.drives[d].population == p and state.bound[d] < state.bound[d + 1]
        before = counters[HOT]
        end_refractoriness(frame, state, counters, p, end)
        if not busy and counters[HOT] == before and state.earliest[p] >= end:
            continue
        state.moved[p] = 1
        for i in range(counters[ARRIVALS]):
            j = fabric.projections[slices[i].projection]
            if j.post == p:
                sweep(slices[i], j, fabric, frame, end, state.received[first:stop], 1.0)
        for d in range(program.drives.drives.size):
            if program.drives.drives[d].population == p:
                excite_driven(driven[state.bound[d] : state.bound[d + 1]], frame, end, state.received)
        z = (end - state.stands[p]) / frame.tau
        scan(frame, state.x, state.received, remaining(z, relaxed(z)), hot, slot, state.is_hot, state.free, counters)
        for i in range(counters[ARRIVALS]):
            j = fabric.projections[slices[i].projection]
            if j.post == p:
                sweep(slices[i], j, fabric, frame, end, state.x[first:stop], -1.0)
        for d in range(program.drives.drives.size):
            if program.drives.drives[d].population == p and not program.drives.drives[d].weight > 0.0:
                inhibit_driven(driven[state.bound[d] : state.bound[d + 1]], frame, end, state.x)
        state.earliest[p] = end if busy and frame.v_inf > frame.v_thresh else next_by_itself(frame, state.x, end)
    counters[COLLECTED] = 0
    if counters[HOT] > 0:
        collect(fabric, state, counters)
        group(hot, counters[HOT], state.collected, counters[COLLECTED], state.grouped)


def end_refractoriness(frame, state, counters, p, end):
    """Neurons whose refractoriness ends before `end` are hot."""
    ends, first = state.ends, frame.first
    while ends[p].count > 0:
        address = state.ending[first + ends[p].head]
        if state.free[address] >= end:
            break
        ends[p].head = ends[p].head + 1 if ends[p].head + 1 < frame.count else 0
        ends[p].count -= 1
        make_hot(state.hot, state.slot, state.is_hot, counters, address, -math.inf, state.free[address])
        state.hot[counters[HOT] - 1].held = state.held[address]


def make_hot(hot, slot, is_hot, counters, address, x, free):
    """Put a neuron on the list of those to be replayed."""
    k = counters[HOT]
    counters[HOT] = k + 1
    slot[address] = k
    is_hot[address] = 1
    hot[k].address = address
    hot[k].x = x
    hot[k].free = free
    hot[k].held = 0.0


def sweep(piece, j, fabric, frame, end, onto, sign):
    """Add the deliveries of one sign of a slice, decayed to the window's end."""
    if piece.begin == piece.end:
        return
    target = fabric.target[piece.begin : piece.end]
    weight = fabric.weight[j.weight + (piece.begin - j.first) * j.weight_stride :]
    if j.weight_stride == 0 and not weight[0] * sign > 0.0:
        return
    if piece.own:
        delay = fabric.delay[j.delay + piece.begin - j.first :]
        sweep_own(target, weight, j.weight_stride, delay, piece.time, frame.tau, end, onto, sign)
        return
    z = (end - piece.time) / frame.tau
    decay = remaining(z, relaxed(z))
    if j.weight_stride == 0:
        w = weight[0] * decay
        for k in range(target.size):
            onto[target[k]] += w
    else:
        for k in range(target.size):
            w = weight[k]
            onto[target[k]] += decay * (w if w * sign > 0.0 else 0.0)


def sweep_own(target, weight, stride, delay, spike, tau, end, onto, sign):
    """The same where every synapse has a delay of its own."""
    for k in range(target.size):
        w = weight[k * stride]
        z = (end - (spike + delay[k])) / tau
        onto[target[k]] += remaining(z, relaxed(z)) * (w if w * sign > 0.0 else 0.0)


def excite_driven(driven, frame, end, onto):
    """Add drive events of positive weight."""
    for i in range(driven.size):
        w = driven[i].weight
        if w > 0.0:
            onto[driven[i].address] += w * (1.0 - relaxed((end - driven[i].time) / frame.tau))


def inhibit_driven(driven, frame, end, onto):
    """Add drive events of negative weight."""
    for i in range(driven.size):
        w = driven[i].weight
        if w < 0.0:
            onto[driven[i].address] += w * (1.0 - relaxed((end - driven[i].time) / frame.tau))


CHUNK = 256


def scan(frame, x, received, decay, hot, slot, is_hot, free, counters):
    """Bring x to the window's end, excitation included; neurons at the limit are hot."""
    limit, stop = frame.limit, frame.first + frame.count
    for first in range(frame.first, stop, CHUNK):
        own_x, own_received = x[first : min(first + CHUNK, stop)], received[first : min(first + CHUNK, stop)]
        if bring(own_x, own_received, decay, limit) > 0:
            for k in range(own_x.size):
                if not own_received[k] < limit:
                    make_hot(hot, slot, is_hot, counters, first + k, own_x[k], free[first + k])
        for k in range(own_x.size):
            own_x[k] = own_received[k]
            own_received[k] = 0.0


def bring(x, received, decay, limit):
    """x at the window's end, into `received`; how many are not below the limit. A loop of its own: as such it is vectorised."""
    hits = 0
    for k in range(x.size):
        after = x[k] * decay + received[k]
        received[k] = after
        hits += not after < limit
    return hits


def next_by_itself(frame, x, end):
    """A time before which no neuron of a population reaches threshold by itself, ms."""
    distance = frame.v_thresh - frame.v_inf
    if distance >= 0.0:
        return math.inf
    highest = -math.inf
    for address in range(frame.first, frame.first + frame.count):
        highest = max(highest, x[address])
    if highest == -math.inf:
        return math.inf
    if highest >= distance:
        return end
    return end + frame.tau * math.log(highest / distance) * (1.0 - 2.0**-20)


def collect(fabric, state, counters):
    """What hot neurons receive: recurrent deliveries in canonical order, then drive events."""
    collected, slot, is_hot, found, n = state.collected, state.slot, state.is_hot, state.found, 0
    for i in range(counters[ARRIVALS]):
        piece = state.slices[i]
        j = fabric.projections[piece.projection]
        p = fabric.populations[j.post]
        target = fabric.target[piece.begin : piece.end]
        hits = find(target, is_hot[p.first : p.first + p.count], found)
        for h in range(hits):
            k = found[h]
            collected[n].slot = slot[p.first + target[k]]
            delay = fabric.delay[j.delay + piece.begin + k - j.first] if piece.own else 0.0
            collected[n].time = piece.time + delay
            collected[n].weight = fabric.weight[j.weight + (piece.begin + k - j.first) * j.weight_stride]
            n += 1
    for i in range(counters[DRIVEN]):
        address = state.driven[i].address
        if is_hot[address]:
            collected[n].slot = slot[address]
            collected[n].time = state.driven[i].time
            collected[n].weight = state.driven[i].weight
            n += 1
    counters[COLLECTED] = n


def find(target, is_hot, found):
    """Places of hot targets in a row; their number. Without a branch, for almost none is."""
    n = 0
    for k in range(target.size):
        found[n] = k
        n += is_hot[target[k]]
    return n


def group(hot, n_hot, collected, n, grouped):
    """Sort what was collected by neuron and time, keeping the order of equal ones."""
    for k in range(n_hot + 1):
        hot[k].begin = 0
    for i in range(n):
        hot[collected[i].slot].begin += 1
    total = 0
    for k in range(n_hot + 1):
        count = hot[k].begin
        hot[k].begin = total
        total += count
    for i in range(n):
        k = collected[i].slot
        grouped[hot[k].begin] = collected[i]
        hot[k].begin += 1
    for k in range(n_hot, 0, -1):  # each now points behind its last: the beginning of the next
        hot[k].begin = hot[k - 1].begin
    hot[0].begin = 0
    for k in range(n_hot):
        for i in range(hot[k].begin + 1, hot[k + 1].begin):
            t, w = grouped[i].time, grouped[i].weight
            at = i
            while at > hot[k].begin and grouped[at - 1].time > t:
                grouped[at] = grouped[at - 1]
                at -= 1
            grouped[at].time = t
            grouped[at].weight = w


def commit(fabric, frames, state, counters, end):
    """Take over what the replay found, and where the populations stand."""
    for p in range(frames.size):
        if state.moved[p]:
            state.stands[p] = end
            state.moved[p] = 0
    for k in range(counters[HOT]):
        neuron = state.hot[k]
        state.x[neuron.address] = neuron.after
        state.free[neuron.address] = neuron.after_free
        state.held[neuron.address] = neuron.after_held
    for i in range(counters[FIRED]):
        address = state.fired[i].address
        p = fabric.of_address[address]
        if frames[p].kind >= 0 and state.x[address] == -math.inf and state.fired[i].time + frames[p].t_ref == state.free[address]:
            at = state.ends[p].head + state.ends[p].count
            state.ending[frames[p].first + (at if at < frames[p].count else at - frames[p].count)] = address
            state.ends[p].count += 1
    for k in range(counters[HOT]):
        address = state.hot[k].address
        state.slot[address] = -1
        state.is_hot[address] = 0
        p = fabric.of_address[address]
        if frames[p].v_inf > frames[p].v_thresh:
            state.earliest[p] = end
    counters[REPLAYED] += counters[HOT]
    counters[HOT] = 0
