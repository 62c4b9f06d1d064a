"""The self-sustained irregular networks of Vogels & Abbott 2005, as the benchmarks of Brette et al. 2007 define them.

4,000 neurons, 80 % excitatory, connected with probability 0.02: 80 inputs a neuron. The drive is a resting potential
one millivolt above threshold; there is no noise.

Source
    Vogels & Abbott 2005, doi 10.1523/JNEUROSCI.3508-05.2005; Brette et al. 2007, doi 10.1007/s10827-007-0038-6,
    appendix 2, benchmarks 2 and 4.
"""

from .. import _cast
from ..errors import ParameterError
from ..network import FixedProbability, Network, Uniform
from ..neurons import LIF, LIFExp

N, EXCITATORY, INPUTS = 4_000, 0.8, 80
TAU_M, T_REF = 20.0, 5.0  # ms
V_REST, V_THRESH, V_RESET = -49.0, -50.0, -60.0  # mV


def vogels_abbott2005(seed=1, scale=1.0, delay=0.8):
    """Benchmark 4: voltage jumps of +0.25 and -2.25 mV.

    Parameters
    ----------
    seed : int
        Of the connections and the initial potentials.
    scale : float, > 0
        Factor on the number of neurons; the mean number of inputs stays 80 (at scale 1 the published probability 0.02).
    delay : float, ms, >= 0
        Of all synapses. The benchmark leaves it open (0 or one time step).

    Returns
    -------
    Network
        With populations "exc" and "inh", the potentials uniform between reset and threshold.

    Notes
    -----
    Brette et al. publish no rate. With a delay of 0.8 ms, NEST (precise spike times), NEURON (event-driven) and Brian2
    (0.1 ms grid) give 9.4 to 9.6 Hz over ten seconds on one draw of the connections.

    Examples
    --------
    >>> from eventsim.published import vogels_abbott2005
    >>> vogels_abbott2005()
    <Network: 2 populations, 4000 addresses, 4 projections, 0 drives>
    """
    neuron = LIF(tau_m=TAU_M, v_rest=V_REST, v_thresh=V_THRESH, v_reset=V_RESET, t_ref=T_REF)
    return balanced(neuron, 0.25, -2.25, {"v": Uniform(V_RESET, V_THRESH)}, seed, scale, delay)


def vogels_abbott2005_currents(seed=1, scale=1.0, delay=0.8):
    """Benchmark 2 (CUBA): exponential currents, time constants 5 and 10 ms.

    The benchmark writes synaptic currents as the potential they would hold, jumping by +1.62 and -9 mV:
    tau_m dv/dt = (v_rest - v) + g_e + g_i. The capacitance of 20 pF makes the resistance tau_m / c_m = 1 GOhm, so
    that the same numbers are currents in pA and the equations are those of the benchmark.

    Parameters
    ----------
    seed, scale, delay
        As in `vogels_abbott2005`.

    Returns
    -------
    Network
        With populations "exc" and "inh", the potentials uniform between reset and threshold.

    Notes
    -----
    Brette et al. publish no rate. With a delay of 0.8 ms, NEST (precise spike times), ANNarchy and Brian2 (0.1 ms grid)
    give 5.7 to 5.8 Hz over ten seconds on one draw of the connections. Other draws give 5.3 to 5.8 Hz: where excitation and
    inhibition balance, a few synapses more or less of one kind count.

    Examples
    --------
    >>> from eventsim.published import vogels_abbott2005_currents
    >>> vogels_abbott2005_currents()["exc"]
    <Population 'exc': 3200 LIFExp, addresses 0..3199>
    """
    neuron = LIFExp(
        tau_m=TAU_M, c_m=TAU_M, v_rest=V_REST, v_thresh=V_THRESH, v_reset=V_RESET, t_ref=T_REF, tau_syn_exc=5.0, tau_syn_inh=10.0
    )
    return balanced(neuron, 1.62, -9.0, {"v": Uniform(V_RESET, V_THRESH)}, seed, scale, delay)


def balanced(neuron, weight_exc, weight_inh, initial, seed=1, scale=1.0, delay=0.8):
    """What the benchmarks have in common: 4,000 neurons of one kind, 80 % excitatory, 80 inputs each on average.

    Parameters
    ----------
    neuron : Neuron
    weight_exc, weight_inh : float
        Of the synapses of excitatory and of inhibitory neurons, in the neuron's unit.
    initial : dict
        Initial values of state variables, by name.
    seed, scale, delay
        As in `vogels_abbott2005`.

    Returns
    -------
    Network
        With populations "exc" and "inh".
    """
    n = round(_cast.number(scale, "scale", low=0.0, low_open=True) * N)
    if n <= INPUTS:
        raise ParameterError(f"scale must give more than {INPUTS} neurons, the number of inputs of each; {scale:g} gives {n}")
    n_exc = round(EXCITATORY * n)
    net = Network(seed=seed)
    exc = net.population(n_exc, neuron, name="exc")
    inh = net.population(n - n_exc, neuron, name="inh")
    for pre, weight in ((exc, weight_exc), (inh, weight_inh)):
        for post in (exc, inh):
            net.connect(pre, post, FixedProbability(INPUTS / n, autapses=False), weight=weight, delay=delay)
    for population in (exc, inh):
        population.set(**initial)
    return net
