"""The events of a background drive as a fixed function of (key, block, bin): the same in every engine."""

from .random import EVENT_COUNT, below, philox, unit

BLOCK = 1024  # targets in a block
_JUST_BELOW = 1.0 - 2.0**-53  # times a positive number is the float before it: a bin does not contain its end


def event_count(cumulative, size, block, index, k0, k1):
    """Number of events of a block in bin `index`: Poisson, by inversion of its cumulative distribution."""
    w0, w1, _, _ = philox(EVENT_COUNT, block, index & 0xFFFFFFFF, index >> 32, k0, k1)
    u = unit(w0, w1)
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) >> 1
        if u < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return low


def event(i, block, n, index, length, k0, k1):
    """Event i of a block of n targets in bin `index`: its time (ms), a target of the block, and a uniform number.

    Time and target are uniform; where rates differ, the number decides between the target and its alias.
    """
    w0, w1, w2, w3 = philox(i, block, index & 0xFFFFFFFF, index >> 32, k0, k1)
    return event_time(w0, w1, index, length), below(n, w2), alias_number(w3, w1)


def event_time(w0, w1, index, length):
    """A time uniform in bin `index`, ms."""
    return min((index + unit(w0, w1)) * length, (index + 1) * length * _JUST_BELOW)


def alias_number(w3, w1):
    """A number uniform in [0, 1), with 43 bits: a word, and what the time has left of another."""
    return ((w3 << 11) | (w1 & 0x7FF)) * 2.0**-43
