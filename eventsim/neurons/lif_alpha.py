"""Leaky integrate-and-fire neuron with alpha currents.

    tau_m dv/dt = (v_rest - v) + (tau_m / c_m) (i_offset + sum_k i_k)

A delivery of weight w to receptor k makes the current w e (t/tau_syn_k) exp(-t/tau_syn_k), which peaks at w after tau_syn: the weight
is the peak of the current in pA. Two receptors by default, "exc" and "inh", chosen by the sign of the weight; `tau_syn=[...]` gives any
number of them, chosen by `receptor=`. In refractoriness the membrane is clamped while currents go on.

State variables, equations and functions are those of `LIFBiexp` with equal rise and decay times: each receptor has a current i and the
variable `rise` that feeds it (s = e/tau_syn), to which a delivery adds.

Exactness class: exact (see `lif_biexp`).

Source
    Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1. Defaults: PyNN's IF_curr_alpha
    (units here: ms, mV, pA, pF).
"""

from functools import cache

from .lif_biexp import family
from .model import Parameter, chosen_receptors


@cache
def _model(receptors):
    """The model with receptors of these names."""
    taus = tuple(Parameter(f"tau_syn_{r}", 0.5, "ms", low=0.0, low_open=True) for r in receptors)
    source = "Rotter & Diesmann 1999, doi 10.1007/s004220050570, section 3.1"
    return family("LIFAlpha", __doc__, source, receptors, taus, lambda given: (given, given))


LIF_ALPHA = _model(("exc", "inh"))


def LIFAlpha(*unnamed, tau_syn=None, **parameters):
    """A leaky integrate-and-fire neuron with alpha currents.

    Parameters
    ----------
    *unnamed
        Refused: parameters are given by name.
    tau_syn : sequence of float, array (n,) or distribution, ms, > 0, optional
        Time constants of any number of receptors, addressed by index; without it there are two, "exc" and "inh".
    tau_syn_exc, tau_syn_inh : float, array (n,) or distribution, ms, > 0
        Time constants of the two default receptors (0.5 ms).
    tau_m, c_m, v_rest, v_reset, v_thresh, t_ref, i_offset
        Membrane time constant (20 ms), capacitance (1000 pF), resting, reset and threshold potential
        (-65, -65, -50 mV), refractory period (0.1 ms), constant current (0 pA).

    Returns
    -------
    Neuron
        The description to hand to `Network.population`. Weights are peaks of the current in pA.

    Raises
    ------
    ParameterError
        Where a parameter is unknown, out of range or given without its name.

    Examples
    --------
    >>> import eventsim as es
    >>> es.LIFAlpha(tau_syn_exc=2.0).model.variables
    ('v', 'i_exc', 'i_inh', 'rise_exc', 'rise_inh')
    >>> es.LIFAlpha(tau_syn=[1.0, 5.0, 50.0]).model.ports
    ('0', '1', '2')
    """
    return chosen_receptors(LIF_ALPHA, _model, tau_syn, unnamed, parameters)
