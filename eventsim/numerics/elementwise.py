"""Functions of numbers, applied to numbers or to the rows of arrays: models derive constants of one neuron or of many."""


def each(function, *arguments):
    """function(*arguments), or the list of its values where the arguments are arrays (n,)."""
    if hasattr(arguments[0], "__len__"):
        return [function(*row) for row in zip(*(a.tolist() for a in arguments), strict=True)]
    return function(*arguments)
