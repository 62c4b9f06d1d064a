"""Synapses of a projection go and come, in the state of the compiled engine."""

import numpy as np

from ...lowering.plastic import layout
from ...lowering.rewired import put, rewired
from .plastic import history_of
from .state import SLICES, room_for


def rewire(program, state, rule, k, kept, born, t):
    """Program and state after lowered projection k has lost all synapses but those `kept` (a mask) and got new ones, as an event at t.

    Synapses that are kept have to stand at t already (`read` in synapses.py).
    """
    fabric, learning = program.fabric, state.learning
    p = program.plastic.synapses[fabric.projections[k].plastic]
    begin, width = int(p.row), int(p.width)
    rows = learning.rows[begin : begin + len(kept) * width].reshape(-1, width)[kept]
    rows = np.concatenate([rows, _fresh(program, learning, rule, p, born, t)])
    after = rewired(program, k, kept, born)
    lived, _ = put(learning.rows, begin, after.before * width, after.after * width, rows[after.origin].ravel())
    state = state._replace(learning=learning._replace(rows=lived))
    _go_on(after.program.fabric, state.queue.slices, state.counters, k, t)
    return after.program, _with_room(after.program, state, k)


def _fresh(program, learning, rule, p, born, t):
    """Rows of new synapses: nothing has arrived at them, and their neurons' spikes are known as far as they have come back."""
    own, rows = layout(rule), born.rows.copy()
    if own.seen >= 0:
        rows[:, own.seen] = _reached(program, learning, int(p.history), t)[born.target]
    if own.heard >= 0:
        rows[:, own.heard] = learning.changed[p.modulator]
    for column in (own.anchor, own.last):
        if column >= 0:
            rows[:, column] = t
    return rows


def _reached(program, learning, history, t):
    """How many spikes of each neuron have reached its synapses before t: int64."""
    h, ring = program.plastic.histories[history], int(learning.ring[0])
    first, place = history_of(program.plastic, program.fabric.populations, ring, history)
    count = int(program.fabric.populations[h.population].count)
    noted, oldest = learning.noted[first : first + count], learning.oldest[first : first + count]
    times = learning.entries[place : place + count * ring * int(h.entry)].reshape(count, ring, int(h.entry))[:, :, 0]
    reached = noted.copy()
    for back in range(1, ring + 1):
        number = noted - back
        late = (number >= oldest) & (times[np.arange(count), number % ring] >= t)
        if not late.any():
            break
        reached -= late
    return reached


def _go_on(fabric, slices, counters, k, t):
    """Slices in flight through rows of projection k go on with the first synapse that they reach at t or later, or wait for such as may still come."""
    n = int(counters[SLICES])
    own = np.flatnonzero(slices.projection[:n] == k)
    if not len(own):
        return
    j = fabric.projections[k]
    row = int(j.row) + slices.source[own] - int(j.pre_first)
    low, high = fabric.indptr[row], fabric.indptr[row + 1]
    end, spike = high, slices.spike[own]
    while (low < high).any():  # a search by halves in all rows at once
        middle = (low + high) // 2
        inside = low < high
        late = inside & (_arrival(fabric, j, spike, middle, inside) >= t)
        low, high = np.where(inside & ~late, middle + 1, low), np.where(late, middle, high)
    slices.place[own] = low
    slices.time[own] = _arrival(fabric, j, spike, low, low < end)
    slices[:n] = slices[:n][np.argsort(slices.time[:n], kind="stable")]  # what is sorted is a heap


def _arrival(fabric, j, spike, place, there):
    """When spikes reach synapses at these places of projection j, ms; where there is none: when the last of those that may still come is reached."""
    delay = np.full(len(place), float(j.reach))
    delay[there] = fabric.delay[int(j.delay) + (place[there] - int(j.first)) * int(j.delay_stride)]
    return spike + delay


def _with_room(program, state, k):
    """The state with room for rows as long as those of projection k are now."""
    j = program.fabric.projections[k]
    longest = int(np.diff(program.fabric.indptr[j.row : j.row + j.pre_count + 1]).max(initial=0))
    if len(state.attention) < program.n_addresses + longest + 1:
        state = state._replace(attention=np.empty(program.n_addresses + 2 * longest + 1, np.int64))
    if len(state.queue.room.weight) < longest:
        state = state._replace(queue=state.queue._replace(room=room_for(program)))
    return state
