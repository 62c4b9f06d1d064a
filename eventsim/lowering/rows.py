"""Kernels that put rows into the canonical order and draw values for their synapses."""

import numpy as np

from ..numerics.distributions import draw
from .pairs import TARGET_BLOCK


def sort_by_target(indptr, target, weight, delay):
    """Sort every row by target, keeping the given order of equal ones; weight and delay (or empty) go along."""
    for row in range(indptr.size - 1):
        a, b = indptr[row], indptr[row + 1]
        in_order = True
        for s in range(a + 1, b):
            if target[s] < target[s - 1]:
                in_order = False
                break
        if in_order:
            continue
        if weight.size == 0 and delay.size == 0:
            target[a:b] = np.sort(target[a:b])
            continue
        order = np.argsort(target[a:b], kind="mergesort")
        target[a:b] = target[a:b][order]
        if weight.size:
            weight[a:b] = weight[a:b][order]
        if delay.size:
            delay[a:b] = delay[a:b][order]


def sort_by_delay(indptr, target, weight, delay):
    """Sort every row by delay, keeping the order of equal ones."""
    for row in range(indptr.size - 1):
        a, b = indptr[row], indptr[row + 1]
        order = np.argsort(delay[a:b], kind="mergesort")
        delay[a:b] = delay[a:b][order]
        target[a:b] = target[a:b][order]
        if weight.size:
            weight[a:b] = weight[a:b][order]


def draw_values(kind, a, b, low, high, first_address, indptr, target, k0, k1, values):
    """A number for every synapse, rows being sorted by target: stream per source and block of targets."""
    for row in range(indptr.size - 1):
        block = 0
        ordinal = 0
        for s in range(indptr[row], indptr[row + 1]):
            if target[s] // TARGET_BLOCK != block:
                block = target[s] // TARGET_BLOCK
                ordinal = 0
            values[s] = draw(kind, a, b, low, high, ordinal, block, first_address + row, k0, k1)
            ordinal += 1
