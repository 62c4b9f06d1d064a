"""Everything that changes during a run of the windowed engine, as a named tuple of flat arrays.

Arrays with a first dimension of B have a row for each target block, which only the thread that owns the block touches.
"""

import copy
from typing import NamedTuple

import numpy as np

from ...lowering.memory import available_bytes
from ...lowering.program import SPIKE, STATE, columns, records
from ..compiled.state import ARRIVING, FAULT, LANE, N_COUNTERS, WAKING
from .plan import CHUNK, FLAT_CHUNK

# Places in `counters` beyond those of the sequential engine, of which the ones of queues and of results are used here too.
(
    FROM_SOURCES,  # spikes of sources in the window
    ARRIVALS,  # spikes that arrive in the window through lanes
    WINDOWS,  # windows that have been worked on
    REPLAYED,  # neurons replayed, summed over windows
    SHORT,  # which array is too short: its place in GROWING
    NEEDED,  # and how long it has to be
    N_ALL_COUNTERS,
) = range(N_COUNTERS, N_COUNTERS + 7)

# Places in a block's own counters.
(
    STAGE,  # of the window in work: where to go on
    SIDE,  # which half of `y` holds its variables; the other collects excitation
    HOT,  # neurons to be replayed
    SLICES,  # slices that arrive through lanes
    FLAT,  # flat events
    COLLECTED,  # deliveries to hot neurons
    BLOCK_FIRED,  # spikes of its neurons in the window
    FLIGHTS,  # spikes in flight whose rows have individual delays and have not been dealt out to their end
    FAR,  # those of them that have been dealt out as far as the ring of windows reaches
    HORIZON,  # the first window to which none has been dealt out
    CHUNKS,  # chunks of the pool that have ever been used
    FREE,  # the first that is free again, or -1
    FREED,  # how many are
    REFRACTORY,  # neurons in refractoriness
    HEAD,  # the first of them in its ring
    BLOCK_DELIVERIES,
    BLOCK_DRIVEN,
    BLOCK_REPLAYED,
    BLOCK_SHORT,  # as SHORT and NEEDED; -1 where nothing is
    BLOCK_NEEDED,
    BLOCK_FAULT,  # address of a neuron whose state is not finite, or -1
    N_OWN,
) = range(22)

# Stages of a block within a window.
BEGIN, COLLECT, REPLAY, READY = range(4)

# Phases of a window.
SOURCES, LANES, BLOCKS, CLOSE = range(4)

RING = 16  # windows to come that deliveries with individual delays are dealt out to
IN_CHUNK = 64  # deliveries in a chunk

# Places in `clock`: where the next window, or the one in work, starts and ends, ms.
START, END = 0, 1

# Places in a block's own clock, ms: where its variables stand; no neuron fires by itself before; next arrival through a
# row with individual delays; the interval for which its propagator has been computed.
STANDS, EARLIEST, NEXT_OWN, SPAN, N_CLOCK = range(5)

ARRIVAL = columns("source population lane", "time")
SLICE = columns("source projection begin end way mixed", "time")  # mixed: only weights of the way's sign count
FLIGHT = columns("projection place end", "spike next")  # synapses place:end are to be dealt out, the first of which is passed at `next`
DEALT = columns("target", "time weight")  # a delivery; target: local index in the population
CHAIN = columns("chunk count")  # the deliveries of a window through a way: its last chunk, or -1, and their number
COLLECT_ENTRY = columns("slot source projection place port", "time weight")  # a delivery to the hot neuron number `slot`
HOT_NEURON = columns("address begin", "free held after_free after_held")  # deliveries grouped[begin:]; before, after the window


class WindowState(NamedTuple):
    """All of it; N addresses, B blocks, V variables of the model that has most."""

    clock: np.ndarray  # float64 (2,): START, END
    counters: np.ndarray  # int64 (N_ALL_COUNTERS,)
    own: np.ndarray  # int64 (B, N_OWN padded): counters of blocks
    times: np.ndarray  # float64 (B, N_CLOCK padded)
    y: np.ndarray  # float64 (2, V, N): v - v_inf (-inf in refractoriness) and the other variables; excitation received
    free: np.ndarray  # float64 (N,): end of refractoriness, ms, while in it
    held: np.ndarray  # float64 (N,): v in refractoriness
    refractory: np.ndarray  # int64 (N,): neurons in refractoriness, in order of its end; a ring for each block
    lanes: np.recarray  # LANE (2 lanes,): spikes of neurons in flight, then spikes of sources
    rings: np.recarray  # ARRIVING (2 lanes, capacity)
    flights: np.recarray  # FLIGHT (B, capacity), in order of emission
    chains: np.recarray  # CHAIN (B, RING, ways)
    dealt: np.recarray  # DEALT (B, capacity): deliveries dealt out, in chunks of IN_CHUNK
    following: np.ndarray  # int64 (B, capacity / IN_CHUNK): the next chunk of its chain, or of the free ones, or -1
    wakes: np.recarray  # WAKING: next emissions of generators, a binary heap
    place: np.ndarray  # int64 (N,)
    draws: np.ndarray  # int64 (S,)
    train: np.recarray  # SPIKE
    record: np.ndarray  # uint8 (N,): whose spikes are recorded
    spikes: np.recarray  # SPIKE: what has been recorded
    fired: np.recarray  # SPIKE: of the window in work
    propagator: np.ndarray  # float64 (B, 2 V): of the interval times[:, SPAN]; see adapters.propagate
    # Room to work in: meaningless between windows.
    arrivals: np.recarray  # ARRIVAL
    slices: np.recarray  # SLICE (B, capacity)
    flat_time: np.ndarray  # float64 (B, capacity): flat events, which are drive events and deliveries with individual delays
    flat_weight: np.ndarray  # float64 (B, capacity)
    flat_target: np.ndarray  # uint32 (B, capacity): local indices in the population
    flat_left: np.ndarray  # float64 (B, FLAT_CHUNK): what is left of some of them at the window's end
    way_ends: np.ndarray  # int64 (B, ways + 1): flat events by way
    words: np.ndarray  # int64 (B, 4, events): for drawing
    collected: np.recarray  # COLLECT_ENTRY (B, capacity)
    grouped: np.recarray  # COLLECT_ENTRY (B, capacity): the same by neuron and time
    hot: np.recarray  # HOT_NEURON (N + B + 1,): of block b from its first address + b on
    start: np.ndarray  # float64 (N + B + 1) x 2 V, flat: their states before the window, residues (0) included
    after: np.ndarray  # float64, the same shape: after it
    slot: np.ndarray  # int32 (N,): number of a hot neuron
    is_hot: np.ndarray  # uint8 (N,): whether it is one
    found: np.ndarray  # int64 (B, longest): places whose targets are hot
    buckets: np.ndarray  # int64, as long as `fired` and one more: for sorting
    block_replayed: np.recarray  # SPIKE (B, capacity): spikes as the replay finds them
    block_fired: np.recarray  # SPIKE (B, capacity): the same in order of time
    block_buckets: np.ndarray  # int64 (B, capacity + 1): for sorting
    mask: np.ndarray  # uint8 (B, CHUNK): which neurons of a chunk are hot
    mask_words: np.ndarray  # uint64 (B, CHUNK / 8): the same memory
    before: np.ndarray  # float64 (B,): where the states of hot neurons stand, ms
    width: int  # 2 V
    room: np.ndarray  # float64 (B, CHUNK): for the scan and for adapters

    def __deepcopy__(self, memo):
        own = {name: copy.deepcopy(getattr(self, name), memo) for name in self._fields}
        return WindowState(**own | {"mask_words": own["mask"].view(np.uint64)})  # which are the same memory


# Arrays that may be too short for a window; the flat ones grow together.
GROWING = ("rings", "flights", "arrivals", "slices", "flat_time", "collected", "block_fired", "fired", "spikes", "dealt")
RINGS, IN_FLIGHT, ARRIVED, SLICED, FLATTENED, COLLECTIONS, BLOCK_FIRINGS, FIRINGS, RECORDS, POOLED = range(len(GROWING))
_TOGETHER = {
    "flat_time": ("flat_time", "flat_weight", "flat_target", "found"),
    "collected": ("collected", "grouped"),
    "block_fired": ("block_replayed", "block_fired", "block_buckets"),
    "fired": ("fired", "buckets"),
}

# Arrays of a checkpoint whose last dimension depends on the run.
VARYING = ("rings", "flights", "dealt", "following", "train", "spikes", "fired")

# What a copy shares with its original: what only grows, what the user switches, and room to work in.
_SHARED = ("record", "spikes", "train", *WindowState._fields[WindowState._fields.index("arrivals") :])


def new_state(program, plan, models, record, capacity=256):
    """The state at time 0."""
    n, lanes, blocks = program.n_addresses, len(program.fabric.lane_delay), len(plan.targets)
    variables = max([len(m.variables) for m in models], default=1)
    longest = int(np.diff(program.fabric.indptr).max(initial=0))
    flat = max(capacity, int(plan.targets.events.max(initial=0)) + 1)
    most_ways = int((plan.targets.ways_end - plan.targets.ways).max(initial=0))
    chains = records(CHAIN, (blocks, RING, most_ways) if plan.ignites.any() else (blocks, 0, 0))
    chains.chunk[:] = -1
    pooled = 2 * RING * most_ways * IN_CHUNK if plan.ignites.any() else 0
    mask = np.zeros((blocks, CHUNK), np.uint8)
    state = WindowState(
        clock=np.zeros(2),
        counters=np.zeros(N_ALL_COUNTERS, np.int64),
        own=np.zeros((blocks, N_OWN + 10), np.int64),
        times=np.zeros((blocks, N_CLOCK + 12)),
        y=np.zeros((2, variables, n)),
        free=np.full(n, -np.inf),
        held=np.zeros(n),
        refractory=np.zeros(n, np.int64),
        lanes=records(LANE, 2 * lanes),
        rings=records(ARRIVING, (2 * lanes, capacity)),
        flights=records(FLIGHT, (blocks, capacity if plan.ignites.any() else 0)),
        chains=chains,
        dealt=records(DEALT, (blocks, pooled)),
        following=np.full((blocks, pooled // IN_CHUNK), -1),
        wakes=records(WAKING, n),
        place=np.full(n, -1, np.int64),
        draws=np.zeros(len(program.generators), np.int64),
        train=program.train,
        record=record,
        spikes=records(SPIKE, 4 * capacity),
        fired=records(SPIKE, 4 * capacity),
        propagator=np.zeros((blocks, 2 * variables)),
        arrivals=records(ARRIVAL, capacity),
        slices=records(SLICE, (blocks, capacity)),
        flat_time=np.empty((blocks, flat)),
        flat_weight=np.empty((blocks, flat)),
        flat_target=np.zeros((blocks, flat), np.uint32),
        flat_left=np.empty((blocks, FLAT_CHUNK)),
        way_ends=np.zeros((blocks, most_ways + 1), np.int64),
        words=np.empty((blocks, 4, int(program.drives.blocks.length.max(initial=0))), np.int64),
        collected=records(COLLECT_ENTRY, (blocks, capacity)),
        grouped=records(COLLECT_ENTRY, (blocks, capacity)),
        hot=records(HOT_NEURON, n + blocks + 1),
        start=np.zeros((n + blocks + 1) * 2 * variables),
        after=np.zeros((n + blocks + 1) * 2 * variables),
        slot=np.full(n, -1, np.int32),
        is_hot=np.zeros(n, np.uint8),
        found=np.zeros((blocks, max(longest, flat) + 1), np.int64),
        buckets=np.zeros(4 * capacity + 1, np.int64),
        block_replayed=records(SPIKE, (blocks, capacity)),
        block_fired=records(SPIKE, (blocks, capacity)),
        block_buckets=np.zeros((blocks, capacity + 1), np.int64),
        mask=mask,
        mask_words=mask.view(np.uint64),
        before=np.zeros(blocks),
        width=2 * variables,
        room=np.zeros((blocks, max(CHUNK, 2 * variables))),
    )
    for b, t in enumerate(plan.targets):
        p = program.fabric.populations[t.population]
        rows = program.initial[p.row : p.row + p.count * p.width].reshape(p.count, p.width)
        rows = rows[t.first - p.first : t.first - p.first + t.count, STATE : STATE + t.width]
        state.y[0, : t.width, t.first : t.first + t.count] = rows.T
        state.y[0, 0, t.first : t.first + t.count] -= plan_v_inf(program, plan, models, b)
    state.times[:, NEXT_OWN] = np.inf
    state.times[:, SPAN] = np.nan
    state.own[:, [BLOCK_FAULT, BLOCK_SHORT, FREE]] = -1
    state.counters[[FAULT, SHORT]] = -1
    return state


def plan_v_inf(program, plan, models, b):
    """v_inf of the neurons of a block: one number, or one for each."""
    t = plan.targets[b]
    fields = models[t.kind].constant_type._fields
    at = t.constant + fields.index("v_inf")
    if not t.constant_stride:
        return program.constants[at]
    return program.constants[at : at + t.count * t.constant_stride : t.constant_stride]


class Pool(NamedTuple):
    """A block's deliveries with individual delays that have been dealt out: views of the state's arrays."""

    chains: np.recarray
    dealt: np.recarray
    following: np.ndarray


def pool_of(state, b):
    """The pool of block b."""
    return Pool(state.chains[b], state.dealt[b], state.following[b])


def note_short(counters, array, needed):
    """Note which array is too short; False, for there is no room."""
    counters[SHORT] = array
    counters[NEEDED] = needed
    return False


def note_block_short(own, array, needed):
    """The same for a block."""
    own[BLOCK_SHORT] = array
    own[BLOCK_NEEDED] = needed
    return False


def copied(state):
    """A copy that a window can be tried on."""
    return state._replace(**{name: getattr(state, name).copy() for name in state._fields if name not in _SHARED})


def kept(state):
    """What a checkpoint has to hold: all but the room to work in."""
    return state._fields[: state._fields.index("arrivals")]


def grown(state):
    """The same state with the arrays longer that were too short."""
    shorts = {int(k): int(n) for k, n in state.own[:, [BLOCK_SHORT, BLOCK_NEEDED]] if k >= 0}
    for k, n in state.own[:, [BLOCK_SHORT, BLOCK_NEEDED]]:
        if k >= 0:
            shorts[int(k)] = max(shorts[int(k)], int(n))
    if state.counters[SHORT] >= 0:
        shorts[int(state.counters[SHORT])] = int(state.counters[NEEDED])
    state.own[:, BLOCK_SHORT] = state.counters[SHORT] = -1
    for k, needed in shorts.items():
        name = GROWING[k]
        if name == "rings":
            state = state._replace(**_grown_rings(state, needed))
            continue
        if name == "dealt":
            size = state.dealt.shape[1]
            needed = -(-max(needed, 2 * size if size < 1 << 18 else size * 5 // 4) // IN_CHUNK) * IN_CHUNK
            state = state._replace(following=_longer(state.following, needed // IN_CHUNK))
            needed -= 1
        state = state._replace(**{own: _longer(getattr(state, own), needed + 1) for own in _TOGETHER.get(name, (name,))})
    return state


def _longer(array, needed):
    """An array longer in its last dimension, with the same content."""
    from ...errors import CapacityError

    length = max(needed, array.shape[-1] * 2 if array.shape[-1] < 1 << 16 else array.shape[-1] * 5 // 4)
    shape = (*array.shape[:-1], length)
    size = int(np.prod(shape)) * array.dtype.itemsize
    if size > available_bytes():
        raise CapacityError(
            f"events in flight and in a window need {size / 2**30:.1f} GiB more, {available_bytes() / 2**30:.1f} GiB are free"
        )
    longer = records(array.dtype, shape) if array.dtype.names else np.zeros(shape, array.dtype)
    longer[..., : array.shape[-1]] = array
    return longer


def _grown_rings(state, length):
    capacity = state.rings.shape[1]
    unrolled = (state.lanes.head[:, None] + np.arange(capacity)) % capacity
    rings = records(ARRIVING, (len(state.lanes), max(length, 2 * capacity)))
    rings[:, :capacity] = np.take_along_axis(state.rings, unrolled, 1)
    lanes = state.lanes.copy()
    lanes.head = 0
    return {"rings": rings, "lanes": lanes}
