"""What a kernel tells the processor about memory beforehand. No result depends on it."""


def prefetch(array, index):
    """Have the line that holds array[index] fetched while other work goes on; the index need not exist."""
