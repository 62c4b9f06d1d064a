"""The one operation on tuples that loops over receptors need and Python has no word for."""


def put(t, index, value):
    """A copy of the named tuple t with the element at index replaced (compiled code has its own version in `_jit`)."""
    return t._make((*t[:index], value, *t[index + 1 :]))
