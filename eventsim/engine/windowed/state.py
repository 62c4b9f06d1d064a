"""Everything that changes during a run of the windowed engine, as named tuples of flat arrays."""

from typing import NamedTuple

import numpy as np

from ...lowering.program import SPIKE, STATE, columns, records
from ..compiled.state import ARRIVING, FAULT, LANE, N_COUNTERS, WAKING, DriveState, drive_state

# Places in `counters` beyond those of the sequential engine, of which the ones of queues and of results are used here too.
(
    FROM_SOURCES,  # spikes of the window that have been sent
    ARRIVALS,  # slices that arrive in the window
    DRIVEN,  # drive events of the window
    COLLECTED,  # deliveries to hot neurons
    HOT,  # neurons to be replayed
    WINDOWS,  # windows in which anything happened
    REPLAYED,  # neurons replayed, summed over windows
    SHORT,  # which array is too short: its place in GROWING
    NEEDED,  # and how long it has to be
    FLIGHTS,  # spikes in flight through rows with individual delays
    N_ALL_COUNTERS,
) = range(N_COUNTERS, N_COUNTERS + 11)

# Places in `clock`: where the next window starts, and the next arrival through a row with individual delays, ms.
START, NEXT_OWN = 0, 1

SOURCES, GATHER, REPLAY, EMIT = range(4)

SLICE = columns(
    "source projection begin end own", "time"
)  # synapses of a row that deliver in the window; time of arrival, or, where delays are their own, of the spike
FLIGHT = columns(
    "source projection place until end", "time"
)  # a spike in flight through a row with individual delays; it has delivered up to place, and does up to `until` in the window
DRIVEN_EVENT = columns("address", "time weight")
COLLECT = columns("slot", "time weight")  # a delivery to the hot neuron number `slot`
HOT_NEURON = columns(
    "address begin", "x free held after after_free after_held"
)  # deliveries grouped[begin:]; state before, after the window
END = columns("head count")  # of a population's queue of ends of refractoriness


class WindowState(NamedTuple):
    """All of it."""

    clock: np.ndarray  # float64 (2,): START, NEXT_OWN
    counters: np.ndarray  # int64 (N_ALL_COUNTERS,)
    x: np.ndarray  # float64 (N,): v - v_inf at the time where the population stands; -inf in refractoriness
    received: np.ndarray  # float64 (N,): excitation of the window in work
    free: np.ndarray  # float64 (N,): end of the last refractory period, ms
    held: np.ndarray  # float64 (N,): v in refractoriness
    stands: np.ndarray  # float64 (P,): time at which a population's x stand
    moved: np.ndarray  # uint8 (P,): whether the window in work brings a population forward
    earliest: np.ndarray  # float64 (P,): no neuron reaches threshold by itself before, ms
    ends: np.recarray  # END (P,)
    ending: np.ndarray  # int64 (N,): neurons in refractoriness, in order of its end; a ring for each population
    lanes: np.recarray  # LANE (2 lanes,): spikes of neurons in flight, then spikes of sources
    rings: np.recarray  # ARRIVING (2 lanes, capacity)
    flights: np.recarray  # FLIGHT, in order of emission
    wakes: np.recarray  # WAKING: next emissions of Poisson sources, a binary heap
    place: np.ndarray  # int64 (N,)
    draws: np.ndarray  # int64 (S,)
    train: np.recarray  # SPIKE
    drive: DriveState
    driven: np.recarray  # DRIVEN_EVENT
    slices: np.recarray  # SLICE
    collected: np.recarray  # COLLECT
    grouped: np.recarray  # COLLECT: the same by neuron and time
    hot: np.recarray  # HOT_NEURON
    slot: np.ndarray  # int32 (N,): number of a hot neuron, else -1
    is_hot: np.ndarray  # uint8 (N,): whether it has a number
    found: np.ndarray  # int64: places in a row whose targets are hot
    bound: np.ndarray  # int64 (D + 1,): drive d's events of the window are driven[bound[d]:bound[d + 1]]
    fired: np.recarray  # SPIKE: of the window in work
    record: np.ndarray  # uint8 (N,): whose spikes are recorded
    spikes: np.recarray  # SPIKE: what has been recorded


# Arrays that may be too short for a window.
GROWING = ("rings", "slices", "driven", "collected", "grouped", "fired", "spikes", "flights")
RINGS, SLICES, DRIVEN_EVENTS, COLLECTIONS, GROUPS, FIRINGS, RECORDS, IN_FLIGHT = range(len(GROWING))

# Not copied with the rest: what only grows, and what the user switches.
_SHARED = ("record", "spikes", "train")


def new_state(program, plan, record, capacity=256):
    """The state at time 0."""
    n, lanes = program.n_addresses, len(program.fabric.lane_delay)
    populations = program.fabric.populations
    state = WindowState(
        clock=np.array([0.0, np.inf]),
        counters=np.zeros(N_ALL_COUNTERS, np.int64),
        x=np.zeros(n),
        received=np.zeros(n),
        free=np.full(n, -np.inf),
        held=np.zeros(n),
        stands=np.zeros(len(populations)),
        moved=np.zeros(len(populations), np.uint8),
        earliest=np.zeros(len(populations)),
        ends=records(END, len(populations)),
        ending=np.zeros(n, np.int64),
        lanes=records(LANE, 2 * lanes),
        rings=records(ARRIVING, (2 * lanes, capacity)),
        flights=records(FLIGHT, capacity),
        wakes=records(WAKING, n),
        place=np.full(n, -1, np.int64),
        draws=np.zeros(len(program.poisson), np.int64),
        train=program.train,
        drive=drive_state(program),
        driven=records(DRIVEN_EVENT, capacity),
        slices=records(SLICE, capacity),
        collected=records(COLLECT, capacity),
        grouped=records(COLLECT, capacity),
        hot=records(HOT_NEURON, n + 1),
        slot=np.full(n, -1, np.int32),
        is_hot=np.zeros(n, np.uint8),
        found=np.zeros(int(np.diff(program.fabric.indptr).max(initial=0)) + 1, np.int64),
        bound=np.zeros(len(program.drives.drives) + 1, np.int64),
        fired=records(SPIKE, 2 * n + 64),
        record=record,
        spikes=records(SPIKE, 4 * capacity),
    )
    for k, (frame, p) in enumerate(zip(plan.frames, populations, strict=True)):
        if p.kind >= 0:
            rows = program.initial[p.row : p.row + p.count * p.width].reshape(p.count, p.width)
            state.x[p.first : p.first + p.count] = rows[:, STATE] - frame.v_inf
        else:
            state.earliest[k] = np.inf
    state.counters[FAULT] = -1
    return state


def copied(state):
    """A copy that a window can be tried on."""
    return state._replace(
        drive=DriveState(*(a.copy() for a in state.drive)),
        **{k: v.copy() for k, v in zip(state._fields, state, strict=True) if k not in (*_SHARED, "drive")},
    )


def grown(state):
    """The same state with the array longer that was too short."""
    name, length = GROWING[state.counters[SHORT]], int(state.counters[NEEDED])
    if name == "rings":
        return state._replace(**_grown_rings(state, length))
    array = getattr(state, name)
    longer = records(array.dtype, max(length, 2 * len(array)))
    longer[: len(array)] = array
    return state._replace(**{name: longer})


def _grown_rings(state, length):
    capacity = state.rings.shape[1]
    unrolled = (state.lanes.head[:, None] + np.arange(capacity)) % capacity
    rings = records(ARRIVING, (len(state.lanes), max(length, 2 * capacity)))
    rings[:, :capacity] = np.take_along_axis(state.rings, unrolled, 1)
    lanes = state.lanes.copy()
    lanes.head = 0
    return {"rings": rings, "lanes": lanes}
