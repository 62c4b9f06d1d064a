"""Everything that changes during a run of the compiled engine, as named tuples of flat arrays."""

from typing import NamedTuple

import numpy as np

from ...lowering.program import Program

# Places in `counters`.
PHASE, MICRO, FIRED_COUNT, CURSOR, EMISSION, ZERO_COUNT = 0, 1, 2, 3, 4, 5
SPIKES, SOURCE_SPIKES, DELIVERIES, DRIVE_EVENTS, QUEUED, QUEUE_PEAK, INSTANTS = 6, 7, 8, 9, 10, 11, 12
RECORDED, TRAIN, CHUNK, EVENT, EVENT_COUNT_, FAULT, SLICES, WAKES, INSTANT_SPIKES, ATTENDED = 13, 14, 15, 16, 17, 18, 19, 20, 21, 22
N_COUNTERS = 23

# Places in `clock`: all events before NOW have happened; INSTANT is the one in work.
NOW, INSTANT = 0, 1

READY, EMITTING = 0, 1


class Lanes(NamedTuple):
    """A first-in-first-out ring of spikes in flight per shared delay."""

    time: np.ndarray  # float64 (lanes, capacity): arrival, ms
    source: np.ndarray  # int64 (lanes, capacity)
    head: np.ndarray  # int64 (lanes,)
    count: np.ndarray  # int64 (lanes,)
    mark: np.ndarray  # int64 (lanes,): last emission that has been put into the lane


class Slices(NamedTuple):
    """A binary heap of spikes in flight through rows with individual delays, by next arrival."""

    time: np.ndarray  # float64: next arrival, ms
    spike: np.ndarray  # float64: time of the spike, ms
    source: np.ndarray  # int64
    projection: np.ndarray  # int64
    place: np.ndarray  # int64: next synapse


class Wakes(NamedTuple):
    """An indexed binary heap of the times at which to look at a neuron or Poisson source."""

    time: np.ndarray  # float64, ms
    address: np.ndarray  # int64
    place: np.ndarray  # int64 (N,): place of an address in the heap, or -1


class Arrivals(NamedTuple):
    """Slices of rows that are delivered at the instant in work."""

    source: np.ndarray  # int64
    projection: np.ndarray  # int64
    begin: np.ndarray  # int64: first synapse
    end: np.ndarray  # int64: after the last one


class DriveEvents(NamedTuple):
    """The drive events of the current chunk of time, sorted; and those of each drive's current bin."""

    time: np.ndarray  # float64, ms
    row: np.ndarray  # int64: row of the target
    constant: np.ndarray  # int64: constants of the target
    weight: np.ndarray  # float64
    port: np.ndarray  # int64
    address: np.ndarray  # int64
    run_end: np.ndarray  # int64: end of the run of events to neurons of one model
    bin: np.ndarray  # int64 (D,): index of a drive's current bin, -1 before the first
    cursor: np.ndarray  # int64 (D,): first event of the bin not yet handed over
    count: np.ndarray  # int64 (D,): events in the bin
    first: np.ndarray  # int64 (D,): where a drive's buffer begins
    bin_time: np.ndarray  # float64: buffers of all drives
    bin_member: np.ndarray  # int64
    scratch_time: np.ndarray  # float64: for sorting
    scratch_member: np.ndarray  # int64
    buckets: np.ndarray  # int64


class EngineState(NamedTuple):
    """All of it."""

    clock: np.ndarray  # float64 (2,)
    counters: np.ndarray  # int64 (N_COUNTERS,)
    rows: np.ndarray  # float64: rows of all neurons
    lanes: Lanes
    slices: Slices
    wakes: Wakes
    arrivals: Arrivals
    zero: Arrivals  # deliveries without delay, for the next micro-step
    drive: DriveEvents
    train_time: np.ndarray  # float64: given and injected spikes of sources still to come, sorted, ms
    train_address: np.ndarray  # int64
    draws: np.ndarray  # int64 (S,): intervals drawn so far by each Poisson source
    attention: np.ndarray  # int64: neurons to be settled
    attended: np.ndarray  # uint8 (N,): whether a neuron is in it
    flag: np.ndarray  # int64 (1,): the drive event after which a neuron demands attention, or -1
    fired: np.ndarray  # int64: spikes of the micro-step in work
    record: np.ndarray  # uint8 (N,): whose spikes are recorded
    spike_time: np.ndarray  # float64
    spike_address: np.ndarray  # int64


def new_state(program: Program, record, capacity=256):
    """The state at time 0."""
    n = program.n_addresses
    syn = program.synapses
    row_lengths = np.diff(syn.indptr)
    widest = int(row_lengths.max()) if row_lengths.size else 0
    n_lanes = len(syn.lane_delay)
    most_out = most_projections(program)
    state = EngineState(
        clock=np.zeros(2),
        counters=np.zeros(N_COUNTERS, np.int64),
        rows=program.initial.copy(),
        lanes=Lanes(
            np.empty((n_lanes, capacity)),
            np.empty((n_lanes, capacity), np.int64),
            *(np.zeros(n_lanes, np.int64) for _ in range(3)),
        ),
        slices=Slices(np.empty(capacity), np.empty(capacity), *(np.empty(capacity, np.int64) for _ in range(3))),
        wakes=Wakes(np.empty(n), np.empty(n, np.int64), np.full(n, -1, np.int64)),
        arrivals=_arrivals(capacity * (n_lanes + 1) * most_out),
        zero=_arrivals(capacity * most_out),
        drive=_drive_events(program),
        train_time=program.sources.train_time,
        train_address=program.sources.train_address,
        draws=np.zeros(len(program.sources.poisson_address), np.int64),
        attention=np.empty(n + widest + 1, np.int64),
        attended=np.zeros(n, np.uint8),
        flag=np.zeros(1, np.int64),
        fired=np.empty(2 * n + len(program.sources.train_time) + 1, np.int64),
        record=record,
        spike_time=np.empty(4 * capacity),
        spike_address=np.empty(4 * capacity, np.int64),
    )
    state.counters[CHUNK] = -1
    state.counters[FAULT] = -1
    return state


def most_projections(program):
    """The largest number of projections that leave one population, at least 1."""
    return max(1, int(np.diff(program.populations.out).max(initial=0)))


def grown(state):
    """The same state with twice the room for events in flight and records."""
    return state._replace(
        lanes=_grown_lanes(state.lanes),
        slices=Slices(*(_twice(a) for a in state.slices)),
        arrivals=Arrivals(*(_twice(a) for a in state.arrivals)),
        zero=Arrivals(*(_twice(a) for a in state.zero)),
        spike_time=_twice(state.spike_time),
        spike_address=_twice(state.spike_address),
    )


def _twice(array):
    return np.concatenate([array, np.empty_like(array)])


def _grown_lanes(lanes):
    capacity = lanes.time.shape[1]
    order = (lanes.head[:, None] + np.arange(capacity)) % capacity
    room = np.empty_like(lanes.time)
    return lanes._replace(
        time=np.concatenate([np.take_along_axis(lanes.time, order, 1), room], axis=1),
        source=np.concatenate([np.take_along_axis(lanes.source, order, 1), room.astype(np.int64)], axis=1),
        head=np.zeros_like(lanes.head),
    )


def _arrivals(capacity):
    return Arrivals(*(np.empty(capacity, np.int64) for _ in range(4)))


def _drive_events(program):
    """Buffers as large as the largest number of events the distributions allow: they can not overflow."""
    drives = program.drives
    n = len(drives.bin)
    # A block never has more events in a bin than its table has entries.
    largest = np.array([drives.table_size[drives.block[d] : drives.block[d + 1]].sum() for d in range(n)], np.int64)
    first = np.concatenate([[0], np.cumsum(largest)]).astype(np.int64)
    total = int(first[-1])
    biggest = int(largest.max(initial=0))
    return DriveEvents(
        time=np.empty(total),
        row=np.empty(total, np.int64),
        constant=np.empty(total, np.int64),
        weight=np.empty(total),
        port=np.empty(total, np.int64),
        address=np.empty(total, np.int64),
        run_end=np.empty(total, np.int64),
        bin=np.full(n, -1, np.int64),
        cursor=np.zeros(n, np.int64),
        count=np.zeros(n, np.int64),
        first=first[:-1],
        bin_time=np.empty(total),
        bin_member=np.empty(total, np.int64),
        scratch_time=np.empty(max(total, biggest)),
        scratch_member=np.empty(max(total, biggest), np.int64),
        buckets=np.empty(total + 2, np.int64),
    )


def poisson_places(program):
    """For every address its place among the Poisson sources (meaningless for others): int64 (N,)."""
    places = np.zeros(program.n_addresses, np.int64)
    places[program.sources.poisson_address] = np.arange(len(program.sources.poisson_address))
    return places

