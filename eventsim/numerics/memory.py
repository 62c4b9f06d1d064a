"""What a kernel tells the processor about memory beforehand, and room to work in. No result depends on it."""


def prefetch(array, index):
    """Have the line that holds array[index] fetched while other work goes on; the index need not exist."""


def room(n):
    """Room for n numbers (n a constant), to be written before they are read: compiled, on the stack of the function that asks."""
    return [0.0] * n
