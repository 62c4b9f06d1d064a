"""A neuron as an analyser of principal components: Oja 1982, with spikes.

Twelve inputs fire at rates that are mixtures of three sources, which are on now and then, each by itself; all have the same mean rate. One neuron adds them up: a perfect integrator, whose spikes are
the sum of its inputs, weighted, over the threshold. So its trace y is on average sum_j w_j x_j / v_thresh, the linear neuron that the paper presupposes, and the weights follow

    dw/dt = eta (C w / v_thresh - alpha <y y> w)      with C_ij = <x_i x_j>

which has the first principal component of C as its only stable direction. C is not what a program measures, but known in closed form (`oja1982_correlations`).

Source
    Oja 1982, doi 10.1007/BF00275687, equation 3 and theorem. Inputs and numbers are ours: the paper has no simulation with spikes.
"""

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..network import AllToAll, Network
from ..network.sources import InhomogeneousPoisson
from ..neurons import IF
from ..synapses import Oja

# What a source of mean 1 adds to the mean rate of each input, Hz.
MIXTURE = np.array(
    [
        [24.0, 0.0, 22.0, 0.0, 20.0, 0.0, 18.0, 0.0, 16.0, 0.0, 14.0, 0.0],
        [0.0, 14.0, 0.0, 0.0, 0.0, 6.0, 0.0, 14.0, 6.0, 6.0, 10.0, 10.0],
        [0.0, 0.0, 0.0, 16.0, 0.0, 12.0, 0.0, 6.0, 0.0, 14.0, 0.0, 10.0],
    ]
)
RATE = 30.0  # Hz: mean of each input
ON, INTERVAL = 0.1, 20.0  # a source is on (1 / ON) with this probability, drawn anew after each interval (ms), else 0
TAU, ALPHA, V_THRESH = 10.0, 1.0, 10.0  # ms, 1, mV


def oja1982(seed=1, duration=5_000_000.0, eta=1e-5):
    """Twelve inputs with correlated rates (population "inputs"), synapses with Oja's rule, and a neuron that adds them up (population "cell").

    Parameters
    ----------
    seed : int
        Of sources, spikes and the weights to begin with, uniform between 0 and 1.8 mV.
    duration : float, ms, >= 20
        For which rates are drawn; they stay as they are then.
    eta : float, 1/ms, >= 0
        Rate of learning. Weights come near with the time constant v_thresh / (eta (first - second eigenvalue)), 750 s by default, and fluctuate the less the smaller it is.

    Returns
    -------
    Network
        Its first projection is the plastic one.

    Raises
    ------
    ParameterError
        Where a number is out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> es.published.oja1982(duration=1000.0)
    <Network: 2 populations, 13 addresses, 1 projections, 0 drives>
    """
    duration = _cast.number(duration, "duration", "ms", INTERVAL)
    rng = np.random.default_rng(_cast.seed(seed))
    times = np.arange(np.ceil(duration / INTERVAL)) * INTERVAL
    sources = (rng.random((len(MIXTURE), len(times))) < ON) / ON
    rates = MIXTURE.T @ sources + (RATE - MIXTURE.sum(axis=0))[:, None]
    net = Network(seed=seed)
    inputs = net.population(MIXTURE.shape[1], InhomogeneousPoisson(rates, times), name="inputs")
    cell = net.population(1, IF(v_rest=0.0, v_reset=0.0, v_thresh=V_THRESH, t_ref=0.0), name="cell")
    weights = rng.uniform(0.0, 1.8, MIXTURE.shape[1])
    net.connect(inputs, cell, AllToAll(), synapse=Oja(weights, 0.0, eta=eta, alpha=ALPHA, tau=TAU))
    return net


def oja1982_correlations():
    """The matrix of correlations that the rule sees: the mean of x_i x_j over time, x being the inputs' traces.

    Returns
    -------
    array (12, 12)
        tau**2 r r' from the mean rates r; from the sources, whose covariance falls linearly from its variance to 0 in one interval D, that times tau**2 (1 - tau/D (1 - exp(-D/tau)));
        and tau/2 r on the diagonal, from a spike with itself.

    Examples
    --------
    >>> import numpy as np
    >>> import eventsim as es
    >>> np.linalg.eigvalsh(es.published.oja1982_correlations())[-3:].round(3)
    array([0.334, 0.868, 2.196])
    """
    inputs = MIXTURE.shape[1]
    mean, mixture = np.full(inputs, RATE * 1e-3), MIXTURE * 1e-3  # 1/ms
    variance = 1.0 / ON - 1.0
    lasting = 1.0 - TAU / INTERVAL * -np.expm1(-INTERVAL / TAU)
    return TAU**2 * (np.outer(mean, mean) + variance * lasting * mixture.T @ mixture) + np.diag(0.5 * TAU * mean)


def oja1982_angle(weights):
    """How far weights are from the first principal component of `oja1982_correlations`.

    Parameters
    ----------
    weights : array (12,)

    Returns
    -------
    float, degrees

    Raises
    ------
    ParameterError
        Where there are not twelve finite weights, or all are 0.

    Examples
    --------
    >>> import numpy as np
    >>> import eventsim as es
    >>> round(es.published.oja1982_angle(np.ones(12)), 3)  # the direction of the mean rates
    14.373
    """
    weights = _cast.floats(weights, "weights", shape=(MIXTURE.shape[1],))
    if not weights.any():
        raise ParameterError("weights must not all be 0")
    component = np.linalg.eigh(oja1982_correlations())[1][:, -1]
    along = abs(component @ weights)
    return float(np.degrees(np.arctan2(np.linalg.norm(weights - component * (component @ weights)), along)))
