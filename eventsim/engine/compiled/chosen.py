"""The drive events of a few chosen neurons alone, drawn again from their streams after a run, for the audit.

A drive is a function of its key, block and bin, so nothing has to be kept during the run. A whole block has to be drawn to
learn which of its events are for a chosen neuron; blocks without one are left out.
"""

from ...lowering.program import BY_SIGN, columns
from ...numerics.drive import BLOCK, event_count, event_time
from .background import draw_words, member_of

CHOSEN = columns("place port", "time weight")  # place: which of the chosen neurons

# Places in `progress`: the next bin to draw, and the number of events found so far.
BIN, FOUND = 0, 1


def draw_chosen(fabric, drives, d, wanted, place, until, words, found, progress, room):
    """Append the events of drive d before `until` that are for chosen neurons; False where `found` is too short to go on.

    Parameters
    ----------
    wanted : uint8 (blocks,), whether a block has a chosen neuron
    place : int32 (N,), place of an address among the chosen neurons, or -1
    words : int64 (4, events of a block), room to draw in
    found : CHOSEN
    progress : int64 (2,), where it stands; it may be called again with a longer `found`
    room : the largest number of events that a bin can have
    """
    drive = drives.drives[d]
    first_address = fabric.populations[drive.population].first
    while progress[BIN] * drive.bin < until:
        if progress[FOUND] + room > found.size:
            return False
        index, n = progress[BIN], progress[FOUND]
        for block in range(drive.block_end - drive.block):
            if wanted[drive.block + block] == 0:
                continue
            first = drive.member + block * BLOCK
            size = min(BLOCK, drive.member_end - first)
            own = drives.blocks[drive.block + block]
            count = event_count(drives.cumulative[own.table :], own.length, block, index, drive.key0, drive.key1)
            w0, w1, w2, w3 = words[0][:count], words[1][:count], words[2][:count], words[3][:count]
            draw_words(count, block, index, drive.key0, drive.key1, w0, w1, w2, w3)
            for i in range(count):
                member = drives.members[member_of(drives, drive, first, size, w1[i], w2[i], w3[i])]
                at = place[first_address + member.target]
                if at < 0:
                    continue
                t = event_time(w0[i], w1[i], index, drive.bin)
                if t < until:
                    found[n].place = at
                    found[n].port = drive.port if drive.port != BY_SIGN else (0 if member.weight >= 0.0 else 1)
                    found[n].time = t
                    found[n].weight = member.weight
                    n += 1
        progress[BIN] = index + 1
        progress[FOUND] = n
    return True
