"""Lowering of changes of synapses: what is to be done, and when, as named tuples of arrays."""

from typing import NamedTuple

import numpy as np


class Scaling(NamedTuple):
    """A synaptic scaling (engine/scaling.py)."""

    projection: np.ndarray  # int64 (): as declared
    every: np.ndarray  # float64 (), ms; inf: at no multiple of anything
    at: np.ndarray  # float64 (m,), ms, ascending
    bounds: np.ndarray  # float64 (2,): of weights
    total: np.ndarray  # float64 (n,), of each neuron of the population; or empty
    target: np.ndarray  # float64 (n,), Hz; or empty
    gain: np.ndarray  # float64 ()


def lower_changes(network):
    """The changes of a network, in order of declaration."""
    return [_scaling(c) for c in network.changes]


def _scaling(c):
    bounds = c.projection.synapse.limits or (-np.inf, np.inf)
    parts = [c.every, c.at, bounds, [] if c.total is None else c.total, [] if c.target_rate is None else c.target_rate, c.gain]
    return Scaling(np.array(c.projection.ordinal), *(np.array(part, np.float64) for part in parts))
