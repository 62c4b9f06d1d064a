"""What is kept of a trajectory from one look to the next: where its last two steps began.

The steps of a trajectory follow from where it begins alone (trajectory.py), so whoever follows it again comes through the same states.
A neuron's trail, floats behind its state, lets him go on from one of them: a delivery or a look then takes one step where it would have
taken them all. No bit depends on it. A trail may be forgotten at any time; it must be when the state that it leads from changes.

    a trail: LATEST (1 or 2: which entry; 0: none), FREED (1: the next is known), the state at the end of refractoriness, two entries
    an entry: what is named below, then the state, where it has been still, and its slopes
"""

from .tuples import at, put

LATEST, FREED, HEAD = 0, 1, 2

# Of an entry: the time (NEVER: there is none), the potential where that has taken the place of time, the next step and how much longer the
# one after it may be, since when the state has been still, and the latest time that steps, refused ones too, have reached for. 1 or 0:
# whether the potential has taken the place of time, whether it may, whether crossings count.
TIME, POTENTIAL, STEP, MOST, SINCE, REACH, BY_POTENTIAL, MAY_EXCHANGE, ARMED, NUMBERS = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
NEVER = -1.0

# Sums of times are rounded: by this factor a time lies beyond another one without doubt.
_BEYOND = 1.0 + 2.0**-40

# A name that `make_trajectory` replaces by a model's own: how many variables a state has.
N = 0


def width_of_trail(n):
    """How many floats a trail is, n variables being integrated."""
    return HEAD + n + 2 * (NUMBERS + 3 * n)


def forget(trail, o):
    """The state that the trail at o leads from has changed."""
    trail[o + LATEST] = 0.0
    trail[o + FREED] = 0.0


def entry(trail, o, before):
    """Where the latest entry lies, or the one before."""
    second = (trail[o + LATEST] == 2.0) != before
    return o + HEAD + N + (NUMBERS + 3 * N if second else 0)


def known(trail, o, end, cut):
    """Where the entry lies from which to go on to `end`, or -1. It becomes the latest one.

    Who comes from the beginning goes through an entry if nothing before it depends on `end`: where a step is `cut`, none may have
    reached for `end`; else all began before it. A step that nobody cuts and that reached `end` has been made already.
    """
    if trail[o + LATEST] == 0.0:
        return -1
    latest, before = entry(trail, o, False), entry(trail, o, True)
    if end > _BEYOND * trail[latest + REACH] if cut else trail[latest + TIME] < end:
        return latest
    if trail[before + TIME] == NEVER or not (end > _BEYOND * trail[before + REACH] if cut else trail[before + TIME] < end):
        return -1
    if not cut:
        return latest
    trail[latest + TIME] = NEVER
    trail[o + LATEST] = 3.0 - trail[o + LATEST]
    return before


def begin(trail, o):
    """There is no entry yet, and none before the first."""
    trail[o + LATEST] = 2.0
    trail[entry(trail, o, False) + TIME] = NEVER


def go_on(trail, o):
    """Where the next entry is to be written; the latest one becomes the one before."""
    trail[o + LATEST] = 3.0 - trail[o + LATEST]
    return entry(trail, o, False)


def flag(yes):
    """1 or 0."""
    return 1.0 if yes else 0.0


def keep(trail, e, numbers, y, quiet, k):
    """Write entry e: its numbers as they are named above, and its arrays."""
    for m in range(NUMBERS):
        trail[e + m] = at(numbers, m)
    for m in range(N):
        trail[e + NUMBERS + m] = y[m]
        trail[e + NUMBERS + N + m] = quiet[m]
        trail[e + NUMBERS + 2 * N + m] = k[m]


def take(trail, e, y, quiet, k):
    """Read the arrays of entry e."""
    for m in range(N):
        y[m] = trail[e + NUMBERS + m]
        quiet[m] = trail[e + NUMBERS + N + m]
        k[m] = trail[e + NUMBERS + 2 * N + m]


def keep_freed(trail, o, s):
    """Write the state at the end of refractoriness."""
    for f in range(N):
        trail[o + HEAD + f] = s[f]
    trail[o + FREED] = 1.0


def take_freed(trail, o, s):
    """That state."""
    for f in range(N):
        s = put(s, f, trail[o + HEAD + f])
    return s
