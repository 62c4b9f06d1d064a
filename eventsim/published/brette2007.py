"""The four networks by which Brette et al. 2007 compare simulators.

4,000 neurons, 80 % excitatory, connected with probability 0.02. Benchmarks 2 and 4 (currents, voltage jumps) are those of
`vogels_abbott2005`; 1 and 3 are here: synaptic conductances, on leaky integrate-and-fire and on Hodgkin-Huxley neurons. These rest
below threshold, and 50 ms of input to a few of them start an activity that goes on by itself.

Source
    Brette et al. 2007, doi 10.1007/s10827-007-0038-6, appendix 2. Stimulus: the scripts of NEST for the benchmarks.
"""

from .. import _cast
from ..errors import ParameterError
from ..network import InhomogeneousPoisson, OneToOne, Uniform
from ..neurons import HodgkinHuxley, LIFCond
from .vogels_abbott2005 import balanced, vogels_abbott2005, vogels_abbott2005_currents

BENCHMARKS = {
    1: "conductances, leaky integrate-and-fire (COBA)",
    2: "exponential currents, leaky integrate-and-fire (CUBA)",
    3: "conductances, Hodgkin-Huxley (HH COBA)",
    4: "voltage jumps, leaky integrate-and-fire",
}

C_M, G_LEAK = 200.0, 10.0  # pF, nS: 1 uF/cm2 and 0.05 mS/cm2 on 20,000 um2
E_LEAK, V_THRESH, T_REF = -60.0, -50.0, 5.0  # mV, mV, ms
WEIGHT_EXC, WEIGHT_INH = 6.0, -67.0  # nS; the sign chooses the receptor
SYNAPSES = {"tau_syn_exc": 5.0, "tau_syn_inh": 10.0, "e_rev_exc": 0.0, "e_rev_inh": -80.0}  # ms, mV
STIMULATED, STIMULUS_RATE, STIMULUS_END = 50, 300.0, 50.0  # excitatory neurons, Hz, ms


def brette2007(benchmark, seed=1, scale=1.0, delay=0.1):
    """One of the four benchmarks.

    Parameters
    ----------
    benchmark : int
        1 conductances (`LIFCond`) · 2 exponential currents (`LIFExp`) · 3 conductances, Hodgkin-Huxley neurons with the rates
        of Traub & Miles (`HodgkinHuxley`) · 4 voltage jumps (`LIF`).
    seed : int
        Of the connections and the initial states.
    scale : float, > 0
        Factor on the number of neurons; the mean number of inputs stays 80 (at scale 1 the published probability 0.02).
    delay : float, ms, >= 0
        Of all synapses. The benchmarks leave it open (0 or one time step).

    Returns
    -------
    Network
        With populations "exc" and "inh", the potentials uniform between -60 mV and threshold; and "stimulus" in 1 and 3.

    Raises
    ------
    ParameterError
        Where there is no such benchmark, or the scale leaves fewer neurons than inputs.
    DelayError
        Where the delay is negative.

    Notes
    -----
    In 1 and 3, excitation is +6 nS with 5 ms towards 0 mV, inhibition 67 nS with 10 ms towards -80 mV, on a leak of 10 nS at -60 mV
    and 200 pF; each of 50 excitatory neurons has an excitatory Poisson input of its own, of 300 Hz until 50 ms. The scripts of
    ModelDB start the networks in several ways; random initial conductances, as in one of them, often end in silence at once.
    Hodgkin-Huxley neurons fire where they cross -20 mV upwards, and not again within 3 ms.

    Examples
    --------
    >>> from eventsim.published import brette2007
    >>> brette2007(3)
    <Network: 3 populations, 4050 addresses, 5 projections, 0 drives>
    """
    if isinstance(benchmark, bool) or not isinstance(benchmark, int) or benchmark not in BENCHMARKS:
        raise ParameterError(f"benchmark must be 1, 2, 3 or 4, got {_cast.short(benchmark)}")
    if benchmark == 2:
        return vogels_abbott2005_currents(seed, scale, delay)
    if benchmark == 4:
        return vogels_abbott2005(seed, scale, delay)
    if benchmark == 1:
        neuron = LIFCond(tau_m=C_M / G_LEAK, c_m=C_M, v_rest=E_LEAK, v_reset=E_LEAK, v_thresh=V_THRESH, t_ref=T_REF, **SYNAPSES)
    else:
        neuron = traub_neuron()
    net = balanced(neuron, WEIGHT_EXC, WEIGHT_INH, {"v": Uniform(E_LEAK, V_THRESH)}, seed, scale, delay)
    stimulus = net.population(STIMULATED, InhomogeneousPoisson([STIMULUS_RATE, 0.0], times=[0.0, STIMULUS_END]), name="stimulus")
    net.connect(stimulus, net["exc"][:STIMULATED], OneToOne(), weight=WEIGHT_EXC, delay=delay)
    return net


def traub_neuron(**others):
    """The Hodgkin-Huxley neuron of benchmark 3.

    Parameters
    ----------
    **others
        Other parameters of `HodgkinHuxley`, such as i_offset (pA) or tolerance, or in place of the benchmark's.

    Returns
    -------
    Neuron

    Examples
    --------
    >>> from eventsim.published.brette2007 import traub_neuron
    >>> traub_neuron(i_offset=50.0).values["e_rev_leak"]
    -60.0
    """
    own = {"c_m": C_M, "g_leak": G_LEAK, "e_rev_leak": E_LEAK, "v_rest": E_LEAK, "v_thresh": -20.0, "t_ref": 3.0}
    return HodgkinHuxley(**own | SYNAPSES | others)
