"""Two operations on tuples in loops over receptors. Compiled code has its own versions: numba's would be a branch for each element."""


def at(t, index):
    """The element of the tuple t at index, 0 <= index < len(t)."""
    return t[index]


def put(t, index, value):
    """A copy of the named tuple t with the element at index replaced."""
    return t._make((*t[:index], value, *t[index + 1 :]))
