"""Firing patterns of the adaptive exponential neuron: Naud, Marcille, Clopath & Gerstner 2008.

Eight sets of parameters, each with a step of current from time 0 on, each with a pattern of its own.

Source
    Naud et al. 2008, doi 10.1007/s00422-008-0264-7, table 1 and figure 4. Eight sets as in Brian2's example
    `Naud_et_al_2008_adex_firing_patterns.py`, which says of its values that P. Mueller adjusted them to match the paper's figures.
"""

from typing import NamedTuple

from .. import _cast
from ..network.network import Network
from ..neurons import AdEx


class Pattern(NamedTuple):
    """Parameters of one pattern; capacitance pF, conductances nS, potentials mV, times ms, currents pA."""

    c_m: float
    g_leak: float
    v_rest: float
    a: float
    tau_w: float
    b: float
    v_reset: float
    current: float


PATTERNS = {
    "tonic spiking": Pattern(200.0, 10.0, -70.0, 2.0, 30.0, 0.0, -58.0, 500.0),
    "adaptation": Pattern(200.0, 12.0, -70.0, 2.0, 300.0, 60.0, -58.0, 500.0),
    "initial burst": Pattern(130.0, 18.0, -58.0, 4.0, 150.0, 120.0, -50.0, 400.0),
    "regular bursting": Pattern(200.0, 10.0, -58.0, 2.0, 120.0, 100.0, -46.0, 210.0),
    "delayed accelerating": Pattern(200.0, 12.0, -70.0, -10.0, 300.0, 0.0, -58.0, 300.0),
    "delayed regular bursting": Pattern(100.0, 10.0, -65.0, -10.0, 90.0, 30.0, -47.0, 110.0),
    "transient spiking": Pattern(100.0, 10.0, -65.0, 10.0, 90.0, 100.0, -47.0, 180.0),
    "irregular spiking": Pattern(100.0, 12.0, -60.0, -11.0, 130.0, 30.0, -48.0, 160.0),
}

V_THRESH, DELTA_T, V_SPIKE = -50.0, 2.0, 0.0  # mV, the same for all


def naud2008(pattern, tolerance=1e-9):
    """A network of one adaptive exponential neuron, population "cell", that fires in a pattern of Naud et al. 2008.

    Parameters
    ----------
    pattern : str
        "tonic spiking", "adaptation", "initial burst", "regular bursting", "delayed accelerating", "delayed regular bursting",
        "transient spiking" or "irregular spiking".
    tolerance : float
        Of a step of the integration, 1e-13 to 1e-3.

    Returns
    -------
    Network
        Its neuron begins at v_rest, with w = 0; the current is there from time 0 on.

    Raises
    ------
    ParameterError
        Where there is no such pattern.

    Examples
    --------
    >>> import eventsim as es
    >>> sim = es.Simulator(es.published.naud2008("transient spiking"), engine="reference")
    >>> sim.run(400.0)
    >>> sim.spikes.time.round(3)
    array([30.29])
    """
    p = PATTERNS[_cast.choice(pattern, "pattern", PATTERNS)]
    net = Network()
    net.population(
        1,
        AdEx(
            c_m=p.c_m,
            tau_m=p.c_m / p.g_leak,
            v_rest=p.v_rest,
            v_thresh=V_THRESH,
            delta_t=DELTA_T,
            v_spike=V_SPIKE,
            a=p.a,
            tau_w=p.tau_w,
            b=p.b,
            v_reset=p.v_reset,
            t_ref=0.0,
            i_offset=p.current,
            tolerance=tolerance,
        ),
        name="cell",
    )
    return net
