"""How kernels work with memory: what they tell the processor beforehand, numbers without a look at the end they are counted from, room to work in.

No result depends on it.
"""


def prefetch(array, index):
    """Have the line that holds array[index] fetched while other work goes on; the index need not exist."""


def room(n):
    """Room for n numbers (n a constant), to be written before they are read: compiled, on the stack of the function that asks."""
    return [0.0] * n


def fetch(array, index):
    """array[index], index >= 0; compiled code of numba's own would first look whether to count from the end."""
    return array[index]


def lay(array, index, value):
    """array[index] = value, index >= 0."""
    array[index] = value
