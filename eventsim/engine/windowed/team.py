"""Threads that work on the same windows: they meet before and after each, and nothing else is shared while they work.

They wait by looking again and again: a window lasts some microseconds, less than it takes to fall asleep and be woken.
"""

SPINS = 20000  # looks before a waiting thread lets others have its processor
PATIENCE = 2000  # times it does so before it sleeps in between: where processors are few, the one it waits for needs one

# Places in the team's array, a cache line apart: threads that have arrived; meetings that are over; what to do next.
ARRIVED, MEETINGS, COMMAND, SIZE = 0, 8, 16, 24
STOP, WORK = 0, 1


def meet(team, size):
    """Wait until all threads of the team are here."""
    if size == 1:
        return
    meeting = atomic_get(team, MEETINGS)
    if atomic_add(team, ARRIVED, 1) == size - 1:
        team[ARRIVED] = 0
        atomic_add(team, MEETINGS, 1)
        return
    spins = 0
    while atomic_get(team, MEETINGS) == meeting:
        spins += 1
        if spins > SPINS + PATIENCE:
            rest()
        elif spins > SPINS:
            give_way()


def atomic_add(array, index, value):
    """Add to an element in one step that no thread can interrupt; the value before (compiled: see _intrinsics.py)."""
    before = array[index]
    array[index] = before + value
    return before


def atomic_get(array, index):
    """An element as it is now, whoever stored it (compiled: see _intrinsics.py)."""
    return array[index]


def give_way():
    """Let another thread have this one's processor (compiled: see _intrinsics.py)."""
    return 0


def rest():
    """Sleep for some ten microseconds (compiled: see _intrinsics.py)."""
    return 0
