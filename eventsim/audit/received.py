"""What chosen neurons received: synapses found in the fabric, deliveries from recorded spikes, drive events from their streams."""

import functools

import numpy as np

from .. import _jit
from ..aer.synapses import rows_of
from ..engine.compiled.chosen import BIN, CHOSEN, FOUND, draw_chosen
from ..errors import SimulationError
from ..lowering.program import BY_SIGN, columns, records
from ..numerics.drive import BLOCK
from .replay import FIRST, WITHOUT_DELAY

SYNAPSE = columns("place source projection port", "weight delay")  # place: which of the chosen neurons

_CHUNK = 1 << 24  # targets looked at together: a mask of them stays small


def synapses_onto(program, addresses):
    """All synapses onto chosen neurons.

    Parameters
    ----------
    program : Program
    addresses : int64 (n,), sorted

    Returns
    -------
    record array SYNAPSE
        Sorted by place, else in order of projection, source, place in the row.
    """
    fabric = program.fabric
    place = places(program, addresses)
    parts = []
    for number, j in enumerate(fabric.projections):
        post = fabric.populations[j.post]
        own = place[post.first : post.first + post.count]
        if not (own >= 0).any():
            continue
        for rows in rows_of(program, number):  # those of procedural projections are drawn again
            ends = np.cumsum(rows.degree)
            for begin in range(0, len(rows.target), _CHUNK):
                reached = own[rows.target[begin : begin + _CHUNK]]
                at = np.flatnonzero(reached >= 0)
                part = records(SYNAPSE, len(at))
                part.place = reached[at]
                synapse = begin + at
                part.source = rows.first + np.searchsorted(ends, synapse, side="right")
                part.projection = number
                part.weight = rows.weight[synapse if j.weight_stride else 0]
                part.delay = rows.delay[synapse if j.delay_stride else 0]
                part.port = j.port if j.port != BY_SIGN else (part.weight < 0.0)
                parts.append(part)
    found = np.concatenate(parts) if parts else records(SYNAPSE, 0)
    return found[np.argsort(found["place"], kind="stable")].view(np.recarray)


def places(program, addresses):
    """For every address its place among chosen ones, or -1: int32 (N,)."""
    place = np.full(program.n_addresses, -1, np.int32)
    place[addresses] = np.arange(len(addresses))
    return place


def trains_of(spikes):
    """The spike times of all addresses, one after the other, and where those of an address begin and end.

    Parameters
    ----------
    spikes : record array SPIKE, sorted by time

    Returns
    -------
    (float64 (m,), callable (addresses) -> (begins, ends))
    """
    order = np.argsort(spikes.address, kind="stable")
    address = spikes.address[order]

    def bounds(addresses):
        return np.searchsorted(address, addresses, side="left"), np.searchsorted(address, addresses, side="right")

    return np.asarray(spikes.time[order]), bounds


def deliveries(program, synapses, trains, until):
    """What the synapses of one neuron delivered before `until`.

    Parameters
    ----------
    synapses : record array SYNAPSE
    trains : as `trains_of` gives them
    until : float, ms

    Returns
    -------
    time, micro, port, weight : arrays (m,)

    Raises
    ------
    SimulationError
        Where a delay of a synapse between neurons is lost in the sum with the time: micro-steps are not recorded.
    """
    times, bounds = trains
    begins, ends = bounds(synapses.source)
    counts = ends - begins
    of = np.repeat(np.arange(len(synapses)), counts)
    emitted = times[np.repeat(begins - np.cumsum(counts) + counts, counts) + np.arange(len(of))]
    time = emitted + synapses.delay[of]
    swallowed = time == emitted
    from_neurons = swallowed & (program.fabric.populations.kind[program.fabric.of_address[synapses.source[of]]] >= 0)
    if from_neurons.any():
        k = int(np.argmax(from_neurons))
        raise SimulationError(
            f"the audit cannot follow a delay between neurons that is lost in the sum with the time: "
            f"{float(synapses.delay[of[k]])!r} ms from address {synapses.source[of[k]]} at {float(emitted[k])!r} ms"
        )
    keep = time < until
    of = of[keep]
    return time[keep], np.where(swallowed, WITHOUT_DELAY, FIRST)[keep], synapses.port[of], synapses.weight[of]


def drive_events(program, addresses, until):
    """All drive events of chosen neurons before `until`.

    Parameters
    ----------
    program : Program
    addresses : int64 (n,), sorted
    until : float, ms

    Returns
    -------
    record array CHOSEN, sorted by place
    """
    fabric, drives = program.fabric, program.drives
    place = places(program, addresses)
    wanted = np.zeros(len(drives.blocks), np.uint8)
    words = np.empty((4, int(drives.blocks.length.max(initial=0))), np.int64)
    found, progress = records(CHOSEN, 1 << 14), np.zeros(2, np.int64)
    for d, drive in enumerate(drives.drives):
        first_address = fabric.populations[drive.population].first
        chosen = np.flatnonzero(place[first_address + drives.members.target[drive.member : drive.member_end]] >= 0)
        if len(chosen) == 0:
            continue
        wanted[drive.block + chosen // BLOCK] = 1
        own = slice(drive.block, drive.block_end)
        room = int(drives.blocks.length[own][wanted[own] == 1].sum())
        progress[BIN] = 0
        while not _jit.timed(_kernel(), fabric, drives, d, wanted, place, until, words, found, progress, room):
            found = np.concatenate([found, np.zeros(len(found) + room, CHOSEN)]).view(np.recarray)
    found = found[: progress[FOUND]]
    return found[np.argsort(found.place, kind="stable")]


@functools.cache
def _kernel():
    return _jit.compiled(draw_chosen)
