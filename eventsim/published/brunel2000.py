"""The sparsely connected network of excitatory and inhibitory neurons of Brunel 2000, model A.

Source
    Brunel 2000, Journal of Computational Neuroscience 8, 183-208, doi 10.1023/A:1008925309027; figure 8.
"""

import math
from typing import NamedTuple

from .. import _cast
from ..analysis.meanfield import self_consistent_rate, siegert_rate
from ..network import FixedInDegree, Network, Uniform
from ..neurons import LIF

N_EXC, N_INH = 10_000, 2_500
C_EXC, C_INH = 1_000, 250  # inputs from the network per neuron, and as many external ones as excitatory ones
TAU_M, V_THRESH, V_RESET, T_REF = 20.0, 20.0, 10.0, 2.0  # ms, mV, mV, ms; rest at 0 mV
J, DELAY = 0.1, 1.5  # mV, ms


class Panel(NamedTuple):
    """One panel of figure 8."""

    g: float  # strength of inhibition relative to excitation
    eta: float  # external rate relative to the one that holds the mean at threshold
    state: str


PANELS = {
    "A": Panel(3.0, 2.0, "synchronous regular"),
    "B": Panel(6.0, 4.0, "synchronous irregular, fast oscillation"),
    "C": Panel(5.0, 2.0, "asynchronous irregular"),
    "D": Panel(4.5, 0.9, "synchronous irregular, slow oscillation"),
}


def brunel2000(panel="C", seed=1, scale=1.0):
    """Brunel's network of 10,000 excitatory and 2,500 inhibitory neurons in one of the four states of figure 8.

    Every neuron receives 1,000 excitatory synapses of J = 0.1 mV and 250 inhibitory ones of -g J from the network, with a
    delay of 1.5 ms, and the events of 1,000 external Poisson inputs of J.

    Parameters
    ----------
    panel : str
        "A" synchronous regular (g 3, eta 2) · "B" fast oscillation (g 6, eta 4) · "C" asynchronous irregular
        (g 5, eta 2) · "D" slow oscillation (g 4.5, eta 0.9).
    seed : int
        Of the connections, initial states and drives.
    scale : float, >= 0.01
        Factor on the numbers of neurons and of inputs per neuron, while J grows by its inverse: the mean input and
        the sparseness of 10 % stay, and the four states with them; fluctuations, and so the rates, are larger.

    Returns
    -------
    Network
        With populations "exc" and "inh".

    Raises
    ------
    ParameterError
        Where the panel is unknown or the scale too small.

    Notes
    -----
    The paper draws the inputs "randomly" from the other neurons; here without autapses and without multapses (many
    reimplementations, such as NEST's `brunel_delta_nest.py`, draw with replacement and reset to 0 mV). The external
    input of a neuron is one Poisson stream of rate C_E nu_ext (`Network.drive`), which is the same process as the sum
    of C_E streams; nu_ext = eta nu_thr, nu_thr = theta / (J C_E tau_m), 10 Hz. Membranes start uniformly between rest
    and threshold, which shortens the transient.

    Examples
    --------
    >>> from eventsim.published import brunel2000
    >>> brunel2000("C", scale=0.2)
    <Network: 2 populations, 2500 addresses, 4 projections, 2 drives>
    """
    chosen, size = _panel(panel), _size(scale)
    net = Network(seed=seed)
    neuron = LIF(tau_m=TAU_M, v_rest=0.0, v_reset=V_RESET, v_thresh=V_THRESH, t_ref=T_REF)
    exc = net.population(size.n_exc, neuron, name="exc")
    inh = net.population(size.n_inh, neuron, name="inh")
    for population in (exc, inh):
        population.set(v=Uniform(0.0, V_THRESH))
        for pre, inputs, weight in ((exc, size.c_exc, size.j), (inh, size.c_inh, -chosen.g * size.j)):
            rule = FixedInDegree(inputs, autapses=False, multapses=False)
            net.connect(pre, population, rule, weight=weight, delay=DELAY)
        net.drive(population, rate=external_rate(panel, scale), weight=size.j)
    return net


def external_rate(panel="C", scale=1.0):
    """Rate of all external inputs of a neuron together, Hz: C_E eta nu_thr.

    Parameters
    ----------
    panel, scale
        As in `brunel2000`.

    Examples
    --------
    >>> from eventsim.published.brunel2000 import external_rate
    >>> external_rate("C")
    20000.0
    """
    return _panel(panel).eta * 1e3 * V_THRESH / (_size(scale).j * TAU_M)


def brunel2000_mean_field(panel="C", scale=1.0):
    """Mean-field rate of Brunel's network: the largest self-consistent solution of the stationary state.

    Parameters
    ----------
    panel, scale
        As in `brunel2000`.

    Returns
    -------
    float
        Hz. In the oscillating states (A, B, D) a guide only: the theory is that of the asynchronous state.

    Examples
    --------
    >>> from eventsim.published import brunel2000_mean_field
    >>> round(brunel2000_mean_field("C"), 2)
    37.95
    """
    g, size, outside = _panel(panel).g, _size(scale), external_rate(panel, scale)

    def response(rate):
        mean = size.j * (outside + rate * (size.c_exc - g * size.c_inh)) * 1e-3 * TAU_M
        variance = size.j**2 * (outside + rate * (size.c_exc + g**2 * size.c_inh)) * 1e-3 * TAU_M
        return siegert_rate(mean, math.sqrt(variance), tau_m=TAU_M, v_thresh=V_THRESH, v_reset=V_RESET, t_ref=T_REF)

    return self_consistent_rate(response, 1e3 / T_REF)


def _panel(name):
    return PANELS[_cast.choice(name, "panel", PANELS)]


class _Size(NamedTuple):
    n_exc: int
    n_inh: int
    c_exc: int
    c_inh: int
    j: float  # mV


def _size(scale):
    scale = _cast.number(scale, "scale", low=0.01)
    return _Size(round(scale * N_EXC), round(scale * N_INH), round(scale * C_EXC), round(scale * C_INH), J / scale)
