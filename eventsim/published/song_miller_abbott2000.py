"""Synapses that compete: Song, Miller & Abbott 2000, one neuron whose inputs learn by the times of spikes.

A neuron receives Poisson spikes of 1,000 excitatory afferents through synapses with additive plasticity of all pairs, and of 200 inhibitory ones. Depression outweighs potentiation a little, so synapses
whose spikes do not help the neuron to fire are weakened, and those whose spikes do are strengthened: in the end most are near 0 or near the maximum, and so many are near the maximum that the neuron
fires irregularly, at a rate that depends little on that of the afferents. Where changes depend on the weight (van Rossum et al. 2000, Rubin et al. 2001), all weights gather around one value.

Source
    Song, Miller & Abbott 2000, doi 10.1038/78829. Weights that depend on themselves: van Rossum, Bi & Turrigiano 2000, doi 10.1523/JNEUROSCI.20-23-08812.2000;
    Rubin, Lee & Sompolinsky 2001, doi 10.1103/PhysRevLett.86.364. The inhibitory conductance is that of scripts for Brian 1.
"""

from .. import _cast
from ..network import AllToAll, Network, Uniform
from ..network.sources import Poisson
from ..neurons import LIFCond
from ..synapses import STDP

N_EXC, N_INH = 1000, 200
RATE_INH = 10.0  # Hz
TAU_M, V_REST, V_THRESH, V_RESET = 20.0, -70.0, -54.0, -60.0  # ms, mV
E_EXC, E_INH, TAU_SYN = 0.0, -70.0, 5.0  # mV, mV, ms
G_MAX, G_INH = 0.015, 0.05  # of the leak
A_PLUS, RATIO, TAU_STDP = 0.005, 1.05, 20.0  # of G_MAX, A-/A+, ms

# How changes depend on the weight: the power of the way to the bound that they lead to.
DEPENDENCES = {"additive": 0.0, "multiplicative": 1.0}


def song_miller_abbott2000(rate=20.0, dependence="additive", scale=1.0, seed=1, tolerance=1e-6):
    """One neuron that receives excitation through plastic synapses, and inhibition.

    Parameters
    ----------
    rate : float, Hz, > 0
        Of each excitatory afferent; 10 to 40 Hz in the paper.
    dependence : str
        Of changes on the weight: "additive", none, as in the paper; "multiplicative", proportional to the way to the bound that they lead to (Rubin et al. 2001).
    scale : float, >= 0.01
        Factor on the numbers of afferents, while conductances grow by its inverse: the same mean input with more noise, in less time.
    seed : int
        Of the afferents' spikes and of the weights to begin with, which are uniform between 0 and the maximum.
    tolerance : float
        Of the integration (`LIFCond`).

    Returns
    -------
    Network
        Populations "exc", "inh" and "cell"; the first projection is the plastic one. Conductances are in units of the leak: the capacitance is such that 1 nS is the leak. The largest weight is 0.015 / scale.

    Raises
    ------
    ParameterError
        Where there is no such dependence, or a number is out of range.

    Notes
    -----
    Synapses are without delay. Weights settle after some 20,000 spikes of each afferent: 2,000 s at 10 Hz.

    Examples
    --------
    >>> import eventsim as es
    >>> es.published.song_miller_abbott2000(rate=10.0)
    <Network: 3 populations, 1201 addresses, 2 projections, 0 drives>
    """
    rate = _cast.number(rate, "rate", "Hz", 0.0, low_open=True)
    mu = DEPENDENCES[_cast.choice(dependence, "dependence", DEPENDENCES)]
    scale = _cast.number(scale, "scale", low=0.01)
    g_max = G_MAX / scale
    net = Network(seed=seed)
    exc = net.population(round(scale * N_EXC), Poisson(rate=rate), name="exc")
    inh = net.population(round(scale * N_INH), Poisson(rate=RATE_INH), name="inh")
    membrane = {"tau_m": TAU_M, "c_m": TAU_M, "v_rest": V_REST, "v_reset": V_RESET, "v_thresh": V_THRESH, "t_ref": 0.0}
    synapses = {"tau_syn_exc": TAU_SYN, "tau_syn_inh": TAU_SYN, "e_rev_exc": E_EXC, "e_rev_inh": E_INH}
    cell = net.population(1, LIFCond(**membrane, **synapses, tolerance=tolerance), name="cell")
    amounts = {"a_plus": A_PLUS * g_max, "a_minus": RATIO * A_PLUS * g_max, "w_max": g_max, "mu_plus": mu, "mu_minus": mu}
    net.connect(exc, cell, AllToAll(), synapse=STDP(Uniform(0.0, g_max), 0.0, TAU_STDP, TAU_STDP, **amounts))
    net.connect(inh, cell, AllToAll(), weight=-G_INH / scale, delay=0.0)
    return net
