"""A scalar function and its compiled twin over many arguments."""

import functools
import math

import numpy as np

from eventsim import _jit

apply = None  # stands for the function in the loops below


def one(x, out):
    for k in range(x.shape[0]):
        out[k] = apply(x[k, 0])


def two(x, out):
    for k in range(x.shape[0]):
        out[k] = apply(x[k, 0], x[k, 1])


def three(x, out):
    for k in range(x.shape[0]):
        out[k] = apply(x[k, 0], x[k, 1], x[k, 2])


@functools.cache
def over_rows(function, n_arguments):
    """A compiled function (arguments (m, n), out) that applies `function` to each row."""
    return _jit.compiled((one, two, three)[n_arguments - 1], bind={"apply": function}, key=None)


def both(function, arguments):
    """Values of a function for the rows of an array of arguments, plain and compiled: two float64 arrays."""
    arguments = np.ascontiguousarray(arguments)
    compiled = np.empty(len(arguments))
    over_rows(function, arguments.shape[1])(arguments, compiled)
    plain = np.array([function(*row) for row in arguments.tolist()])
    return plain, compiled


def ulps(value, exact):
    """Distance between a float64 number and an mpmath number in units in the last place of the latter."""
    return float(abs(value - exact) / math.ulp(float(exact)))
