"""The Program: a network as flat C-contiguous arrays. Immutable; engines keep what changes elsewhere.

Things with several attributes are record arrays: one array, one attribute a column. Kernels then take few arrays,
which is what keeps their compilation short.
"""

from typing import NamedTuple

import numpy as np

from ..synapses.static import BY_SIGN as BY_SIGN

# Kinds of population. Neuron populations have the index of their model instead, 0, 1, ...
SPIKE_SOURCE = -1  # that spikes may be injected into
OTHER_SOURCE = -2

# A lane is a delay that many synapses share; a projection without one keeps a delay for each synapse.
NO_LANE = -1
MAX_LANES = 64

# A neuron's row of float64: these three, then its state variables, then the trail of a bounded model (numerics/trail.py).
LAST, FREE, WAKE, STATE = 0, 1, 2, 3
# LAST   time of the last event at the neuron, at which its state stands, ms
# FREE   end of its last refractory period, ms (-inf: never fired)
# WAKE   the engine looks at the neuron again at this time: never later than its next crossing, ms


def lowered(projections, declared):
    """Numbers of the lowered projections that a declared one has become, one for each target block: a list."""
    return np.flatnonzero(projections.declared == declared).tolist()


def width_of_row(model):
    """How many floats the row of a neuron of that model has."""
    return STATE + len(model.state_type._fields) + (model.trailing.width if model.trailing else 0)


def columns(integers="", floats=""):
    """The dtype of a record array: names of its int64 columns, then of its float64 ones, each divided by blanks."""
    return np.dtype([(n, np.int64) for n in integers.split()] + [(n, np.float64) for n in floats.split()])


POPULATION = columns(
    "first count "  # first address, number of members
    "kind "  # index of the model, or a source
    "width row "  # length of a neuron's row (0 for sources), where the rows of its neurons begin
    "constant constant_stride "  # where its constants begin; 0 where all neurons share them
    "out out_end "  # its outgoing projections: out[out:out_end]
    "history history_end "  # histories that its neurons keep for plastic synapses onto them
    "modulator "  # -1; or its number among the modulators, whose levels are kept
)
PROJECTION = columns(  # onto one target block (blocks.py) of a population
    "declared block "  # number of the projection as declared, and of the block
    "pre_first pre_count "  # address of its first row, number of rows
    "post port "  # population of the targets; receptor, or -1 where the weight's sign decides
    "lane "  # lane of the shared delay, or NO_LANE
    "row "  # its row r is the synapses indptr[row + r] to indptr[row + r + 1]
    "first places "  # its first synapse; for how many there is room, where they come and go (rewired.py)
    "weight weight_stride "  # weight of synapse s: weight[weight + (s - first) * weight_stride]; stride 0: shared
    "single "  # 1: its weights are individual and float32, in weight32 instead of weight
    "delay delay_stride "  # the same for its delay
    "plastic "  # -1; or its place among the plastic ones, and weight is what it begins with
    "procedure",  # -1; or its rows are not stored, `procedure` regenerates them (regenerate.py), and `row` means nothing
    "reach",  # -1; or its synapses come and go, and this is the longest delay that one of them may have, ms
)
DRIVE = columns(
    "population port member member_end block block_end key0 key1 "
    "first_target",  # member m of a block-wise plain drive is local index first_target + m, with no look at MEMBER; -1: look
    "bin weight",  # length of a bin, ms; the weight of a plain drive
)
MEMBER = columns("target alias", "weight accept")  # target: local index; alias table of rates within the block
BLOCK = columns("table length")  # cumulative[table:table + length] is the distribution of its number of events
SPIKE = columns("address", "time")  # time in ms
GENERATOR = columns(  # a source whose next emission is computed when it emits (numerics/emission.py)
    "address kind key0 key1 "
    "table length law "  # where its numbers begin and how many there are, where the law of its displacements begins, or -1
    "endless",  # 1: it never stops emitting
    "a b c",
)
CURRENT = columns(  # injected into neurons of one population (numerics/currents.py)
    "population kind "
    "place width "  # its variables in a neuron's row: row[place:place + width]
    "member member_end "  # its neurons: injected[member:member_end]
    "table columns own "  # where its numbers begin in levels, how many there are of each, 1: one for each neuron
    "length "  # how often it changes before its end
    "key0 key1",
    "start stop b c omega",
)
PLASTIC = columns(  # a plastic projection onto one target block (plastic.py)
    "projection kind "  # its number in the Fabric; its rule
    "width row "  # length of a synapse's row; that of synapse s begins at row + (s - first) * width
    "constant "  # where its constants begin
    "history "  # of spikes of its targets, or -1
    "modulator "  # whose level it feels, or -1
    "post_first",  # 1: at one time, postsynaptic spikes come before arrivals
)
HISTORY = columns(  # spikes of all neurons of a population, for one plastic projection
    "population kind constant "
    "change "  # -1; or the number of the scaling that it is for instead
    "first "  # of its neurons' counts
    "entry",  # length of an entry (plastic.py: Entry)
    "backprop",  # from a spike to the synapses, ms
)


def records(dtype, n):
    """A record array of zeros."""
    return np.zeros(n, dtype).view(np.recarray)


class Fabric(NamedTuple):
    """Who is where and who is connected to whom. Rows are sorted by delay, then target, then given order."""

    populations: np.recarray  # POPULATION (P,)
    of_address: np.ndarray  # int32 (N,): population of an address
    out: np.ndarray  # int64: projections leaving each population, in order of declaration
    projections: np.recarray  # PROJECTION (J,)
    indptr: np.ndarray  # int64: where rows begin and end
    target: np.ndarray  # int32 (synapses,): local index in the population of the targets
    weight: np.ndarray  # float64: shared weights once, individual ones per synapse
    weight32: np.ndarray  # float32: individual weights of that precision, per synapse
    delay: np.ndarray  # float64: the same, ms
    lane_delay: np.ndarray  # float64 (lanes,): distinct shared delays, ascending, ms
    block_bits: np.ndarray  # int64 (P,): log2 of the size of a population's target blocks
    procedures: np.recarray  # PROCEDURE: how rows are regenerated
    laws: np.recarray  # LAW: of a procedure's weights, then of its delays
    tables: np.ndarray  # int32: maps that procedures need


class Drives(NamedTuple):
    """Background drives, in blocks of 1,024 targets and bins of dyadic length (see lowering/drives.py)."""

    drives: np.recarray  # DRIVE (D,)
    members: np.recarray  # MEMBER
    blocks: np.recarray  # BLOCK
    cumulative: np.ndarray  # float64: P(number of events <= k), one table after the other


class Plastic(NamedTuple):
    """Plastic synapses as they are in the beginning."""

    synapses: np.recarray  # PLASTIC
    histories: np.recarray  # HISTORY, by population
    constants: np.ndarray  # float64: constants of the rules
    rows: np.ndarray  # float64: initial rows of all synapses


class Program(NamedTuple):
    """A lowered network."""

    fabric: Fabric
    drives: Drives
    plastic: Plastic
    train: np.recarray  # SPIKE: all given spike trains, sorted by (time, address)
    generators: np.recarray  # GENERATOR (S,): sources that may emit, in order of address
    table: np.ndarray  # float64: rates, trains and laws of generators
    constants: np.ndarray  # float64: constants of the models, by population
    initial: np.ndarray  # float64: initial rows of all neurons
    currents: np.recarray  # CURRENT (C,): injected currents that depend on time
    injected: np.ndarray  # int64: the neurons of currents, local indices
    levels: np.ndarray  # float64: times and values of currents

    @property
    def n_addresses(self):
        """Number of neurons and sources."""
        return len(self.fabric.of_address)

    @property
    def nbytes(self):
        """Bytes of all arrays."""
        return sum(a.nbytes for a in (*self.fabric, *self.drives, *self.plastic, *self[3:]))


def weight_of(j, weight, weight32, synapse):
    """Weight of a synapse of projection j."""
    place = j.weight + (synapse - j.first) * j.weight_stride
    return weight32[place] if j.single else weight[place]


def shared_or_own(values, first, stride, n):
    """The values of n synapses: all of them where individual, else the shared one."""
    return values[first : first + (n if stride else min(n, 1))]
