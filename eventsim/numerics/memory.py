"""Memory that will be needed soon."""


def prefetch(array, index):
    """Ask for the cache line of array[index] without waiting for it; does nothing in plain Python (`_jit` has the compiled version).

    An index out of bounds is harmless: nothing is read.
    """
