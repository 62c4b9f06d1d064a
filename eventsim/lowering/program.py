"""The Program: a network as flat C-contiguous arrays. Immutable; engines keep what changes elsewhere."""

from typing import NamedTuple

import numpy as np

# Kinds of population. Neuron populations have the index of their model instead, 0, 1, ...
SPIKE_SOURCE = -1
POISSON = -2

# A lane is a delay that many synapses share; a projection without one keeps a delay for each synapse.
NO_LANE = -1
MAX_LANES = 64

# A neuron's row of float64: these three, then its state variables.
LAST, FREE, WAKE, STATE = 0, 1, 2, 3
# LAST   time of the last event at the neuron, at which its state stands, ms
# FREE   end of its last refractory period, ms (-inf: never fired)
# WAKE   the engine looks at the neuron again at this time: never later than its next crossing, ms


class Populations(NamedTuple):
    """One entry per population."""

    first: np.ndarray  # int64 (P + 1,): first address; the last entry is the number of addresses
    kind: np.ndarray  # int64 (P,): index of the model, or a source
    width: np.ndarray  # int64 (P,): length of a neuron's row, 0 for sources
    row: np.ndarray  # int64 (P,): where the rows of its neurons begin
    constant: np.ndarray  # int64 (P,): where its constants begin
    constant_stride: np.ndarray  # int64 (P,): 0 where all neurons share them
    out: np.ndarray  # int64 (P + 1,): where its outgoing projections begin in out_projection
    out_projection: np.ndarray  # int64: projections leaving each population, in order of declaration
    of_address: np.ndarray  # int32 (N,): population of an address


class Synapses(NamedTuple):
    """Rows per projection and source, sorted by delay, then target, then given order."""

    pre_first: np.ndarray  # int64 (J,): address of the projection's first row
    pre_count: np.ndarray  # int64 (J,): number of rows
    post: np.ndarray  # int64 (J,): population of the targets
    port: np.ndarray  # int64 (J,): receptor, or -1 where the weight's sign decides
    lane: np.ndarray  # int64 (J,): lane of the shared delay, or NO_LANE
    row: np.ndarray  # int64 (J,): where the projection's row pointers begin in indptr
    indptr: np.ndarray  # int64: row r of projection j is target[indptr[row[j] + r] : indptr[row[j] + r + 1]]
    first: np.ndarray  # int64 (J + 1,): the projection's first synapse
    target: np.ndarray  # int32 (synapses,): local index in the population post
    weight: np.ndarray  # float64: shared weights once, individual ones per synapse
    weight_first: np.ndarray  # int64 (J,): weight of synapse s is weight[weight_first + (s - first) * weight_stride]
    weight_stride: np.ndarray  # int64 (J,): 0 shared, 1 individual
    delay: np.ndarray  # float64: as weight, ms
    delay_first: np.ndarray  # int64 (J,)
    delay_stride: np.ndarray  # int64 (J,)
    lane_delay: np.ndarray  # float64 (lanes,): distinct shared delays, ascending, ms


class Drives(NamedTuple):
    """Background drives, in blocks of 1,024 targets and bins of dyadic length (see lowering/drives.py)."""

    population: np.ndarray  # int64 (D,)
    port: np.ndarray  # int64 (D,)
    bin: np.ndarray  # float64 (D,): length of a bin, ms
    key: np.ndarray  # int64 (D, 2)
    member: np.ndarray  # int64 (D + 1,): where its members begin
    target: np.ndarray  # int32: local index of a member in its population
    weight: np.ndarray  # float64: of every member
    accept: np.ndarray  # float64: alias table of the members' rates within their block: probability to stay
    alias: np.ndarray  # int32: otherwise this member of the block
    block: np.ndarray  # int64 (D + 1,): where its blocks begin
    table: np.ndarray  # int64 (B,): where the block's cumulative distribution of event numbers begins
    table_size: np.ndarray  # int64 (B,)
    cumulative: np.ndarray  # float64: P(number of events <= k)


class Sources(NamedTuple):
    """What sources emit."""

    train_time: np.ndarray  # float64: all given trains, sorted by (time, address), ms
    train_address: np.ndarray  # int64
    poisson_address: np.ndarray  # int64 (S,): Poisson sources with a positive rate
    poisson_interval: np.ndarray  # float64 (S,): mean interval, ms
    poisson_key: np.ndarray  # int64 (S, 2)


class Program(NamedTuple):
    """A lowered network."""

    populations: Populations
    synapses: Synapses
    drives: Drives
    sources: Sources
    constants: np.ndarray  # float64: constants of the models, by population
    initial: np.ndarray  # float64: initial rows of all neurons

    @property
    def n_addresses(self):
        """Number of neurons and sources."""
        return int(self.populations.first[-1])

    @property
    def nbytes(self):
        """Bytes of all arrays."""
        parts = (*self.populations, *self.synapses, *self.drives, *self.sources, self.constants, self.initial)
        return sum(a.nbytes for a in parts)
