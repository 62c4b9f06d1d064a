"""The cortical microcircuit of Potjans & Diesmann 2014: four layers under a square millimetre of early sensory cortex.

77,169 neurons in eight populations and about 299 million synapses, whose numbers come from anatomy and physiology; the
rates differ between layers because the connections do. The most widely used benchmark of spiking simulators.

Source
    Potjans & Diesmann 2014, Cerebral Cortex 24, 785-806, doi 10.1093/cercor/bhs358; tables 4 and 5. Reduced sizes:
    van Albada, Helias & Diesmann 2015, PLoS Computational Biology 11, e1004490, doi 10.1371/journal.pcbi.1004490.
"""

import math

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..network import FixedTotalNumber, Network, Normal
from ..neurons import LIFExp

POPULATIONS = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = (20_683, 5_834, 21_915, 5_479, 4_850, 1_065, 14_395, 2_948)
EXTERNAL_INPUTS = (1_600, 1_500, 2_100, 1_900, 2_000, 1_900, 2_900, 2_100)  # a neuron
EXTERNAL_RATE = 8.0  # Hz, of each external input

# Probability that a pair has at least one synapse: a row for each population of targets, a column for each of sources.
PROBABILITIES = (
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    (0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443),
)

C_M, TAU_M, T_REF, TAU_SYN = 250.0, 10.0, 2.0, 0.5  # pF, ms, ms, ms
V_REST, V_THRESH, V_RESET = -65.0, -50.0, -65.0  # mV
V_MEAN, V_STD = -58.0, 10.0  # mV, of the initial potentials

WEIGHT, G, WEIGHT_SPREAD = 87.81, -4.0, 0.1  # pA (a potential of 0.15 mV), inhibition relative to it, relative standard deviation
DELAY_EXC, DELAY_INH, DELAY_SPREAD, SHORTEST_DELAY = 1.5, 0.75, 0.5, 0.1  # ms, ms, relative standard deviation, ms

# Mean rates at full size, Hz, by what the files that give them are set to: nest-simulator 2.20, Potjans_2014, and
# INM-6/microcircuit-PD14-model.
_RATES = {
    "poisson": (0.971, 2.868, 4.746, 5.396, 8.142, 9.078, 0.991, 7.523),
    "dc": (0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829),
}


def potjans_diesmann2014(seed=1, scale=1.0, drive="poisson"):
    """The microcircuit, in full or reduced in size.

    Parameters
    ----------
    seed : int
        Of the connections, weights, delays, initial potentials and drives.
    scale : float, in [0.01, 1]
        Factor on the numbers of neurons and of inputs per neuron, while weights grow by its inverse root and a constant
        current replaces the mean input that is lost: see Notes.
    drive : str
        The external input. "poisson": events at 8 Hz from each external synapse · "dc": their mean as a constant current.

    Returns
    -------
    Network
        With populations "L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I".

    Raises
    ------
    ParameterError
        Where the scale or the drive is out of range.

    Notes
    -----
    A pair of populations has a fixed number of synapses, drawn with replacement: K = ln(1 - C) / ln(1 - 1/(N_pre N_post))
    with C the probability of the table (equation 1 of the paper). Weights are normal, their signs kept; delays are normal
    and drawn again below 0.1 ms, which a time step of 0.1 ms made the shortest one. Here delays are real numbers, where
    the published implementations round them to the step. Inhibition has g = -4; L4E -> L23E has twice the weight.

    The external synapses of a neuron are one Poisson stream of their summed rate (`Network.drive`). As a constant current
    they give K_ext nu_ext tau_syn J, in pA.

    Reduced to a part s, a neuron has s K inputs of weight J / sqrt(s), which keeps the variance of its input, and the mean
    falls to sqrt(s) of what it was. A constant current restores it (van Albada et al., equations 9 to 12):
    (1 - sqrt(s)) tau_syn sum K J nu over all sources, with nu the rates at full size (`potjans_diesmann2014_rates`).
    Correlations grow as the network shrinks, so the rates agree less and less; and with drive="dc" nothing but the network
    itself keeps a reduced one firing, so that it falls silent when it is small (at 0.1 it does).

    Examples
    --------
    >>> from eventsim.published import potjans_diesmann2014
    >>> net = potjans_diesmann2014(scale=0.1)
    >>> net
    <Network: 8 populations, 7717 addresses, 55 projections, 8 drives>
    >>> net["L4E"]
    <Population 'L4E': 2192 LIFExp, addresses 2651..4842>
    """
    sizes = _sizes(scale)
    net = Network(seed=seed)
    for name, n, current in zip(POPULATIONS, sizes, constant_currents(scale, drive), strict=True):
        neuron = LIFExp(
            tau_m=TAU_M,
            c_m=C_M,
            v_rest=V_REST,
            v_thresh=V_THRESH,
            v_reset=V_RESET,
            t_ref=T_REF,
            tau_syn_exc=TAU_SYN,
            tau_syn_inh=TAU_SYN,
            i_offset=float(current),
        )
        net.population(n, neuron, name=name).set(v=Normal(V_MEAN, V_STD))
    root = math.sqrt(scale)
    for to, numbers in enumerate(synapse_numbers(scale)):
        for source, number in enumerate(numbers):
            if number:
                weight, delay = _weight(to, source) / root, _delay(source)
                net.connect(
                    net[POPULATIONS[source]], net[POPULATIONS[to]], FixedTotalNumber(int(number)), weight=_spread(weight), delay=delay
                )
    if drive == "poisson":
        for name, inputs in zip(POPULATIONS, EXTERNAL_INPUTS, strict=True):
            net.drive(net[name], rate=scale * inputs * EXTERNAL_RATE, weight=WEIGHT / root)
    return net


def potjans_diesmann2014_rates(drive="poisson"):
    """Mean rates of the eight populations at full size, as NEST gives them on a grid of 0.1 ms.

    Parameters
    ----------
    drive : str
        As in `potjans_diesmann2014`.

    Returns
    -------
    dict
        Hz, by name of population. One long run of one draw each: other draws differ by some per cent, and more in the
        layers that fire little. "dc" is what a file gives that is set to a constant current; simulations of several draws
        (docs/published.md) say that it was found with Poisson input.

    Examples
    --------
    >>> from eventsim.published import potjans_diesmann2014_rates
    >>> potjans_diesmann2014_rates("dc")["L5I"]
    8.633
    """
    return dict(zip(POPULATIONS, _RATES[_cast.choice(drive, "drive", _RATES)], strict=True))


def synapse_numbers(scale=1.0):
    """Number of synapses of each pair of populations.

    Parameters
    ----------
    scale : float
        As in `potjans_diesmann2014`. Neurons and inputs shrink, so the numbers fall with its square.

    Returns
    -------
    int64 array (8, 8)
        A row for each population of targets, a column for each of sources.

    Examples
    --------
    >>> from eventsim.published.potjans_diesmann2014 import synapse_numbers
    >>> int(synapse_numbers().sum())
    298880970
    """
    scale = _checked(scale)
    sizes = np.array(SIZES, np.float64)
    pairs = sizes[:, None] * sizes
    return np.rint(scale**2 * np.log1p(-np.array(PROBABILITIES)) / np.log1p(-1.0 / pairs)).astype(np.int64)


def constant_currents(scale=1.0, drive="poisson"):
    """Constant current into each population: the external input where it is one, and what a reduced network lacks.

    Parameters
    ----------
    scale, drive
        As in `potjans_diesmann2014`.

    Returns
    -------
    float64 array (8,)
        pA.
    """
    missing = 1.0 - math.sqrt(_checked(scale))
    rates = np.array(list(potjans_diesmann2014_rates(drive).values()))
    weights = np.array([[_weight(to, source) for source in range(8)] for to in range(8)])
    inputs = synapse_numbers() / np.array(SIZES)[:, None]
    recurrent = (inputs * weights) @ rates
    external = np.array(EXTERNAL_INPUTS) * EXTERNAL_RATE * WEIGHT
    return 1e-3 * TAU_SYN * (missing * recurrent + (external if drive == "dc" else missing * external))


def _checked(scale):
    scale = _cast.number(scale, "scale", low=0.01)
    if scale > 1.0:
        raise ParameterError(f"scale must be <= 1, got {scale:g}")
    return scale


def _sizes(scale):
    return [round(_checked(scale) * n) for n in SIZES]


def _weight(to, source):
    """Mean weight of a pair at full size, pA."""
    if source % 2:
        return G * WEIGHT
    return WEIGHT * (2.0 if (POPULATIONS[source], POPULATIONS[to]) == ("L4E", "L23E") else 1.0)


def _spread(weight):
    """Normal weights that keep their sign."""
    bound = {"low": 0.0} if weight > 0.0 else {"high": 0.0}
    return Normal(weight, WEIGHT_SPREAD * abs(weight), **bound)


def _delay(source):
    mean = DELAY_INH if source % 2 else DELAY_EXC
    return Normal(mean, DELAY_SPREAD * mean, low=SHORTEST_DELAY)
