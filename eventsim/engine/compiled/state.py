"""Everything that changes during a run of the compiled engine, as named tuples of flat arrays."""

from typing import NamedTuple

import numpy as np

from ...aer.pool import LACKING, Pool, grown_pool, new_pool
from ...lowering.program import SPIKE, STATE, columns, records, shared_or_own
from ...lowering.regenerate import Room, new_room
from ...numerics.currents import change_time

# Places in `counters`.
(
    PHASE,  # READY for the next instant, or EMITTING spikes of the one in work
    MICRO,  # micro-step in work
    FIRED,  # spikes of the micro-step
    CURSOR,  # how many of them have been emitted
    EMISSION,  # spikes emitted so far, of sources too
    ATTENDED,  # neurons to be settled
    ZERO,  # slices to be delivered without delay in the next micro-step
    INSTANT_SPIKES,  # spikes of the instant in work
    SPIKES,
    SOURCE_SPIKES,
    DELIVERIES,
    DRIVE_EVENTS,
    INSTANTS,
    SLICES,  # entries in the heap of slices
    WAKES,  # entries in the heap of wakes
    QUEUED,  # entries in all queues
    QUEUE_PEAK,
    TRAIN,  # given spikes of sources that have happened
    CHUNK,  # chunk of drive events laid out
    EVENT,  # next drive event of it
    EVENTS,  # drive events of it
    RECORDED,
    FAULT,  # address of a neuron whose state is not finite, or -1
    FAR,  # looks filed in the calendar
    PAGE,  # its open page, or -1
    FREE_BLOCK,  # first of its free blocks
    CHANGES,  # of injected currents, at one neuron each
    UPDATES,  # of plastic synapses
    OVERFLOW,  # 1: a history of spikes has no room for another
    N_COUNTERS,
) = range(30)

# Places in `marks` of a Log: how many entries there are, and up to how many there may be before it is to be emptied.
COUNT, ENOUGH = 0, 1

# Places in `clock`: all events before NOW have happened; INSTANT is the one in work; an injected current changes next at CHANGE.
NOW, INSTANT, CHANGE = 0, 1, 2

READY, EMITTING = 0, 1


MOST_PAGES = 1024
LEVELS = 64  # changes of a modulator's level that are kept, a power of two
RING = 16  # entries of a neuron's history of spikes, to begin with
BATCH = 64  # deliveries made at a time, where the model has a flow without branches

LANE = columns("head count mark")  # of a ring; mark: last emission that has been put into the lane
ARRIVING = columns("source", "time")  # a spike in flight through rows with one delay; time of arrival, ms
SLICE = columns("source projection place row", "time spike")  # through a row with individual delays (of the pool: row); next arrival, spike
WAKING = columns("address", "time")  # look at an address at a time, ms
ARRIVAL = columns("source projection begin end row")  # synapses of a row (of the pool: row >= 0) delivered at the instant in work
BIN = columns("index cursor count first")  # a drive's current bin: its events are bin_events[first + cursor:first + count]
DRIVE_EVENT = columns("row constant port address run_end", "time weight")  # run_end: end of the run to one model's neurons
BIN_EVENT = columns("member drive", "time")
CALENDAR_PAGE = columns("block count")  # first block of its entries, or -1; entries in that block
CALENDAR_BLOCK = columns("next page")  # next block of the page, or of the free ones; the page it belongs to
OFFSET = columns("kind row constant", "patience")  # of a neuron: its model, its row, its constants
SIZE = 32  # entries of a block


class Queue(NamedTuple):
    """The priority queue (see queues.py)."""

    lanes: np.recarray  # LANE (lanes,)
    rings: np.recarray  # ARRIVING (lanes, capacity)
    slices: np.recarray  # SLICE, a binary heap
    wakes: np.recarray  # WAKING, a binary heap
    place: np.ndarray  # int64 (N,): place of an address in the heap of wakes, or -1
    pool: Pool  # rows in flight that are not stored
    room: Room  # where a row is regenerated, or one with float32 weights put as adapters take it


class Calendar(NamedTuple):
    """Looks beyond the edge (see calendar.py)."""

    span: np.ndarray  # float64 (4,)
    pages: np.recarray  # CALENDAR_PAGE; the last one takes what is beyond the others
    blocks: np.recarray  # CALENDAR_BLOCK
    entries: np.recarray  # WAKING (blocks * SIZE,)
    offsets: np.recarray  # OFFSET (SIZE,): of the entries of a block, while its page is opened


class DriveState(NamedTuple):
    """Where the background drive stands (see background.py)."""

    bins: np.recarray  # BIN (D,)
    events: np.recarray  # DRIVE_EVENT: those of the chunk of time in work, sorted
    bin_events: np.recarray  # BIN_EVENT: those of each drive's current bin, sorted
    chunk_events: np.recarray  # BIN_EVENT: those of the chunk, sorted
    scratch: np.recarray  # BIN_EVENT: for drawing
    words: np.ndarray  # int64 (4, events of a block): for drawing
    buckets: np.ndarray  # int64: for sorting
    flag: np.ndarray  # int64 (1,): the event after which a neuron demands attention, or -1


class Log(NamedTuple):
    """Events at synapses that are followed, written by whoever brings a synapse up to date (see following.py)."""

    chosen: np.ndarray  # uint8: which synapses of the Fabric are followed; empty where none is
    entries: np.ndarray  # float64 (room, fields): number of the synapse, time (ms), state just after the event
    marks: np.ndarray  # int64 (2,)


class Learning(NamedTuple):
    """Plastic synapses, and the spikes of their targets that they may not have taken into account yet (see plastic.py)."""

    rows: np.ndarray  # float64: rows of all plastic synapses
    entries: np.ndarray  # float64: rings of entries, of every neuron that keeps a history
    noted: np.ndarray  # int64: how many spikes of a neuron have been noted in its history
    oldest: np.ndarray  # int64: the number of the first that is still there
    ring: np.ndarray  # int64 (1,): entries of a neuron's ring, a power of two
    levels: np.ndarray  # float64: rings of LEVELS changes of each modulator's level: time, level after it
    changed: np.ndarray  # int64 (modulators,): how many there have been
    kept: np.ndarray  # int64 (modulators,): the number of the first that is still there
    log: Log


class EngineState(NamedTuple):
    """All of it."""

    clock: np.ndarray  # float64 (3,)
    counters: np.ndarray  # int64 (N_COUNTERS,)
    rows: np.ndarray  # float64: rows of all neurons
    queue: Queue
    calendar: Calendar
    patience: np.ndarray  # float64 (P,): how a look's distance is chosen (see `agreed` in adapters.py)
    arrivals: np.recarray  # ARRIVAL: what is delivered at the instant in work
    zero: np.recarray  # ARRIVAL: what is delivered without delay, in its next micro-step
    drive: DriveState
    train: np.recarray  # SPIKE: given and injected spikes of sources, sorted
    draws: np.ndarray  # int64 (S,): emissions of each generator so far, the next one included
    changes: np.ndarray  # int64 (C,): changes of each injected current so far
    scratch: np.ndarray  # float64: a batch of deliveries
    attention: np.ndarray  # int64: neurons to be settled
    attended: np.ndarray  # uint8 (N,): whether a neuron is among them
    fired: np.ndarray  # int64: addresses of the spikes of the micro-step in work
    record: np.ndarray  # uint8 (N,): whose spikes are recorded
    spikes: np.recarray  # SPIKE: what has been recorded
    learning: Learning


def new_state(program, record, capacity=256):
    """The state at time 0."""
    n = program.n_addresses
    n_lanes = len(program.fabric.lane_delay)
    expanded = capacity * most_projections(program)
    state = EngineState(
        clock=np.array([0.0, 0.0, first_change(program)]),
        counters=np.zeros(N_COUNTERS, np.int64),
        rows=program.initial.copy(),
        queue=Queue(
            lanes=records(LANE, n_lanes),
            rings=records(ARRIVING, (n_lanes, capacity)),
            slices=records(SLICE, expanded),
            wakes=records(WAKING, n),
            place=np.full(n, -1, np.int64),
            pool=new_pool(),
            room=room_for(program),
        ),
        calendar=new_calendar(program),
        patience=patience(program),
        arrivals=records(ARRIVAL, expanded * (n_lanes + 1)),
        zero=records(ARRIVAL, expanded),
        drive=drive_state(program),
        train=program.train,
        draws=np.zeros(len(program.generators), np.int64),
        changes=np.zeros(len(program.currents), np.int64),
        scratch=np.zeros(BATCH * (4 + int(program.fabric.populations.width.max(initial=0)))),
        attention=np.empty(n + longest_row(program) + 1, np.int64),
        attended=np.zeros(n, np.uint8),
        fired=np.empty(most_fired(program, program.train), np.int64),
        record=record,
        spikes=records(SPIKE, 4 * capacity),
        learning=new_learning(program),
    )
    state.counters[[CHUNK, FAULT]] = -1
    state.counters[PAGE] = len(state.calendar.pages) - 2
    return state


def new_learning(program):
    """Synapses as they begin, histories without spikes."""
    plastic, counts = program.plastic, program.fabric.populations.count
    populations = program.fabric.populations
    modulating = np.sort(populations[populations.modulator >= 0], order="modulator")
    modulators = len(modulating)
    levels = np.zeros((modulators, LEVELS, 2))
    levels[:, 0, 1] = program.initial[modulating["row"] + STATE]  # the first is where it begins
    neurons = int(counts[plastic.histories.population].sum())
    widths = int((counts[plastic.histories.population] * plastic.histories.entry).sum())
    return Learning(
        rows=plastic.rows.copy(),
        entries=np.zeros(RING * widths),
        noted=np.zeros(neurons, np.int64),
        oldest=np.zeros(neurons, np.int64),
        ring=np.array([RING]),
        levels=levels.ravel(),
        changed=np.ones(modulators, np.int64),
        kept=np.zeros(modulators, np.int64),
        log=Log(np.zeros(0, np.uint8), np.zeros((0, 3)), np.zeros(2, np.int64)),
    )


def first_change(program):
    """When an injected current changes for the first time, ms."""
    return min((change_time(program.currents, program.levels, k, 0) for k in range(len(program.currents))), default=np.inf)


def most_fired(program, train):
    """Room for all spikes of a micro-step: two of a neuron, given ones, and as many of a source as its train repeats."""
    return 2 * program.n_addresses + len(train) + len(program.table) + 1


def longest_row(program):
    """Number of synapses that a row may have."""
    fabric = program.fabric
    stored = fabric.projections[fabric.projections.procedure < 0]
    rows = (int(np.diff(fabric.indptr[j.row : j.row + j.pre_count + 1]).max(initial=0)) for j in stored)
    return max(int(fabric.procedures.most.max(initial=0)), *rows, 0)


def room_for(program):
    """Room for any row that is regenerated, and for the weights of any that are float32."""
    fabric = program.fabric
    procedures = fabric.procedures
    targets = procedures.n_post[(procedures.degree > 0) & (procedures.multapses == 0)].max(initial=0)
    own = len(fabric.weight32) or len(program.plastic.synapses)
    return new_room(procedures.most.max(initial=0), targets, longest_row(program) if own else 0)


def new_calendar(program):
    """A calendar without looks, whose year is over: the first one begins with what is filed first."""
    neurons = int(program.fabric.populations.count[program.fabric.populations.kind >= 0].sum())
    n_pages = 1 + min(max(neurons // 16, 1), MOST_PAGES)
    pages = records(CALENDAR_PAGE, n_pages)
    pages.block = -1
    blocks = records(CALENDAR_BLOCK, neurons // SIZE + n_pages + 2)
    blocks.next = np.arange(1, len(blocks) + 1)
    return Calendar(
        span=np.array([0.0, -np.inf, 1.0, 1.0]),
        pages=pages,
        blocks=blocks,
        entries=records(WAKING, len(blocks) * SIZE),
        offsets=records(OFFSET, SIZE),
    )


def patience(program):
    """0 for populations that only receive inhibition, so that a crossing can only be delayed, and 1/2 for others."""
    fabric = program.fabric
    out = np.zeros(len(fabric.populations))
    for j in fabric.projections:
        if out[j.post] == 0.0 and may_excite(fabric, j):
            out[j.post] = 0.5
    out[program.drives.drives.population] = 0.5
    return out


def may_excite(fabric, j):
    """Whether a weight of projection j may be positive; of one that is drawn again, whether its law allows it."""
    if j.plastic >= 0:
        return True
    if j.procedure >= 0 and j.weight_stride:
        return bool(fabric.laws[2 * j.procedure].high > 0.0)
    n = 1 if j.procedure >= 0 else int(fabric.indptr[j.row + j.pre_count] - fabric.indptr[j.row])
    weight = fabric.weight32 if j.single else fabric.weight
    return bool((shared_or_own(weight, j.weight, j.weight_stride, n) > 0.0).any())


def most_projections(program):
    """The largest number of projections that leave one population, at least 1."""
    populations = program.fabric.populations
    return max(1, int((populations.out_end - populations.out).max(initial=0)))


def grown(state, program):
    """The same state with twice the room for what has run out of it: histories, records, rows in flight, or events in flight."""
    if state.counters[OVERFLOW]:
        state.counters[OVERFLOW] = 0
        return state._replace(learning=_longer_rings(state.learning, program))
    if state.counters[RECORDED] >= len(state.spikes):
        return state._replace(spikes=_twice(state.spikes))
    q = state.queue
    if q.pool.marks[LACKING]:
        return state._replace(queue=q._replace(pool=grown_pool(q.pool)))
    capacity = q.rings.shape[1]
    unrolled = (q.lanes.head[:, None] + np.arange(capacity)) % capacity
    rings = np.concatenate([np.take_along_axis(q.rings, unrolled, 1), q.rings], axis=1).view(np.recarray)
    lanes = q.lanes.copy()
    lanes.head = 0
    return state._replace(
        queue=q._replace(lanes=lanes, rings=rings, slices=_twice(q.slices)),
        arrivals=_twice(state.arrivals),
        zero=_twice(state.zero),
    )


def _longer_rings(learning, program):
    """Histories with twice the room for each neuron; the entry of spike number i stands at i modulo the ring's length."""
    ring = int(learning.ring[0])
    entries = np.zeros(2 * len(learning.entries))
    place = 0
    for h in program.plastic.histories:
        n, width = int(program.fabric.populations.count[h.population]), int(h.entry)
        old = learning.entries[place : place + n * ring * width].reshape(n, ring, width)
        new = entries[2 * place : 2 * (place + n * ring * width)].reshape(n, 2 * ring, width)
        oldest = learning.oldest[h.first : h.first + n, None] + np.arange(ring)
        np.put_along_axis(new, (oldest % (2 * ring))[:, :, None], np.take_along_axis(old, (oldest % ring)[:, :, None], 1), 1)
        place += n * ring * width
    return learning._replace(entries=entries, ring=np.array([2 * ring]))


def _twice(array):
    # Zeros that are not written take no time and no memory.
    out = np.zeros(2 * len(array), array.dtype).view(np.recarray)
    out[: len(array)] = array
    return out


def drive_state(program):
    """Buffers as large as the largest number of events the distributions allow: they can not overflow."""
    lowered = program.drives
    bins = records(BIN, len(lowered.drives))
    bins.index = -1
    total = 0
    for at, drive in zip(bins, lowered.drives, strict=True):
        at.first = total
        # A block never has more events in a bin than its table has entries.
        total += int(lowered.blocks.length[drive.block : drive.block_end].sum())
    return DriveState(
        bins=bins,
        events=records(DRIVE_EVENT, total),
        bin_events=records(BIN_EVENT, total),
        chunk_events=records(BIN_EVENT, total),
        scratch=records(BIN_EVENT, 2 * total),
        words=np.empty((4, int(lowered.blocks.length.max(initial=0))), np.int64),
        buckets=np.empty(total + 2, np.int64),
        flag=np.zeros(1, np.int64),
    )


def to_come(state, spikes):
    """The given spikes of sources that have not happened yet, and more of them (SPIKE records), in order."""
    train = np.concatenate([state.train[state.counters[TRAIN] :], spikes]).view(np.recarray)
    return train[np.lexsort((train.address, train.time))]


def tally(counters):
    """What has been counted of a run, as a dict."""
    spikes, deliveries, drive_events = int(counters[SPIKES]), int(counters[DELIVERIES]), int(counters[DRIVE_EVENTS])
    changes = int(counters[CHANGES])
    return {
        "spikes": spikes,
        "source_spikes": int(counters[SOURCE_SPIKES]),
        "deliveries": deliveries,
        "drive_events": drive_events,
        "current_changes": changes,
        "neuron_updates": deliveries + drive_events + changes + spikes,
        "plastic_updates": int(counters[UPDATES]),
        "queue_peak": int(counters[QUEUE_PEAK]),
    }


def generator_places(program):
    """For every address its place among the generators (meaningless for others): int64 (N,)."""
    places = np.zeros(program.n_addresses, np.int64)
    places[program.generators.address] = np.arange(len(program.generators))
    return places
