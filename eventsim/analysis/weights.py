"""Weights of synapses: how they are distributed, how that goes on over time, and who is connected to whom."""

import numpy as np

from .. import _cast
from .._extras import imported
from ..engine.api import Simulator
from ..errors import CapacityError, ParameterError
from ..lowering.memory import available_bytes
from ..network.projection import Projection
from ..recording import Trace, Trajectories
from ..synapses import Synapse


def _values(weights):
    """Weights as a flat array of floats, at least one."""
    if isinstance(weights, np.ndarray) and weights.dtype.names and "weight" in weights.dtype.names:
        weights = weights["weight"]
    values = _cast.floats(weights, "weights").ravel()
    if len(values) == 0:
        raise ParameterError("weights must hold at least one weight, got none")
    return values


def limits_of(bounds):
    """The pair (low, high) of bounds, or of the rule of a projection."""
    if isinstance(bounds, Projection):
        limits = bounds.synapse.limits if isinstance(bounds.synapse, Synapse) else None
        if limits is None:
            raise ParameterError(f"bounds must be given as (low, high): weights of '{bounds.label}' have none")
        bounds = limits
    bounds = _cast.floats(bounds, "bounds")
    if bounds.shape != (2,) or not bounds[0] < bounds[1]:
        raise ParameterError(f"bounds must be a projection with bounds or (low, high) with low < high, got {bounds.tolist()}")
    return float(bounds[0]), float(bounds[1])


def _within(values, bounds):
    """The bounds, once all values have been found to lie within."""
    low, high = limits_of(bounds)
    outside = (values < low) | (values > high)
    if outside.any():
        raise ParameterError(
            f"weights must lie within bounds = ({low:g}, {high:g}), got {float(values[outside][0])!r}: it would be in no bin"
        )
    return low, high


def weight_histogram(weights, bounds=None, *, bins=40):
    """How many weights lie in each of so many bins of equal width.

    Parameters
    ----------
    weights : array, or the structured array of `sim.weights(projection)`
    bounds : Projection or (low, high), optional
        Where the first bin begins and the last one ends: those of the projection's rule, or numbers. By default the smallest and the
        largest weight.
    bins : int, >= 1
        The last one includes its upper edge.

    Returns
    -------
    count : int64 array (bins,)
        They add up to the number of weights.
    edges : float64 array (bins + 1,)

    Raises
    ------
    ParameterError
        Where a weight lies outside, or the bins are too narrow or too wide for float64.

    Examples
    --------
    >>> from eventsim.analysis import weight_histogram
    >>> count, edges = weight_histogram([0.0, 0.1, 0.9, 1.0, 1.0], (0.0, 1.0), bins=4)
    >>> count
    array([2, 0, 0, 3])
    """
    values, bins = _values(weights), _cast.integer(bins, "bins", low=1)
    low, high = (values.min(), values.max()) if bounds is None else _within(values, bounds)
    try:
        with np.errstate(over="raise"):
            count, edges = np.histogram(values, bins, (low, high))
    except (ValueError, FloatingPointError):
        raise ParameterError(
            f"bins must be such that float64 holds their edges, got {bins} from {float(low)!r} to {float(high)!r}"
        ) from None
    return count, edges


def fractions_near_bounds(weights, bounds, *, within=0.1):
    """Which parts of the weights lie near the lower and near the upper bound.

    Additive STDP drives weights apart, to both bounds (Song, Miller & Abbott 2000, doi 10.1038/78829, figure 1).

    Parameters
    ----------
    weights : array, or the structured array of `sim.weights(projection)`
    bounds : Projection or (low, high)
    within : float, 0 to 0.5
        Near is what is no farther away than this part of high - low.

    Returns
    -------
    low, high : float
        Between 0 and 1.

    Examples
    --------
    >>> from eventsim.analysis import fractions_near_bounds
    >>> fractions_near_bounds([0.0, 0.05, 0.5, 1.0], (0.0, 1.0))
    (0.5, 0.25)
    """
    values, within = _values(weights), _cast.number(within, "within", "", low=0.0, high=0.5)
    low, high = _within(values, bounds)
    near = within * (high - low)
    return float(np.mean(values <= low + near)), float(np.mean(values >= high - near))


def bimodality(weights):
    """Sarle's coefficient of bimodality, (g1**2 + 1) / (g2 + 3 (n - 1)**2 / ((n - 2) (n - 3))).

    g1 is the sample skewness, g2 the sample excess kurtosis, both corrected for bias.

    Parameters
    ----------
    weights : array, or the structured array of `sim.weights(projection)`
        At least four.

    Returns
    -------
    float
        For large n 1 where there are two values alone, 5/9 of a uniform distribution, 1/3 of a normal one; above 5/9 it suggests two modes, though skewness alone
        makes it large too. nan where all weights are equal.

    Notes
    -----
    SAS Institute 1990; Pfister, Schwarz, Janczyk, Dale & Freeman 2013, doi 10.3389/fpsyg.2013.00700, equation 1.

    Examples
    --------
    >>> from eventsim.analysis import bimodality
    >>> round(bimodality([0.0] * 500 + [1.0] * 500), 3), round(bimodality(np.linspace(0.0, 1.0, 1000)), 3)
    (0.995, 0.553)
    """
    values = _values(weights)
    n = len(values)
    if n < 4:
        raise ParameterError(f"weights must hold at least four weights, got {n}")
    centred = values - values.mean()
    if values.min() == values.max():
        return float("nan")
    centred /= np.abs(centred).max()
    m2, m3, m4 = (float(np.mean(centred**k)) for k in (2, 3, 4))
    skewness = np.sqrt(n * (n - 1.0)) / (n - 2.0) * m3 / m2**1.5
    excess = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * (m4 / m2**2 - 3.0) + 6.0)
    return float((skewness**2 + 1.0) / (excess + 3.0 * (n - 1.0) ** 2 / ((n - 2.0) * (n - 3.0))))


def weights_over_time(trace, quantiles=(0.05, 0.25, 0.5, 0.75, 0.95)):
    """Mean and quantiles over synapses at each time of a trace.

    Parameters
    ----------
    trace : Trace or array (m, n)
        From `sim.record("weight", projection, at=...)` after the run, or `trajectories.at(times)`.
    quantiles : array (k,), 0 to 1

    Returns
    -------
    mean : float64 array (m,)
    quantile : float64 array (m, k)

    Raises
    ------
    ParameterError
        Where the run has not come to all times.

    Examples
    --------
    >>> from eventsim.analysis import weights_over_time
    >>> mean, quantile = weights_over_time([[0.0, 1.0, 5.0], [2.0, 2.0, 2.0]], quantiles=[0.5])
    >>> mean, quantile[:, 0]
    (array([2., 2.]), array([1., 2.]))
    """
    values = trace.value if isinstance(trace, Trace) else trace
    if isinstance(trace, Trace) and np.isnan(values).any():
        raise ParameterError(f"trace must be complete, got {trace!r}; run the simulation up to its times first")
    values = _cast.floats(values, "trace")
    if values.ndim != 2 or values.shape[1] == 0:
        raise ParameterError(f"trace must have the shape (times, synapses) with a synapse at least, got {values.shape}")
    quantiles = np.atleast_1d(_cast.floats(quantiles, "quantiles"))
    if quantiles.ndim != 1 or ((quantiles < 0.0) | (quantiles > 1.0)).any():
        raise ParameterError(f"quantiles must be numbers from 0 to 1, got {_cast.short(quantiles.tolist())}")
    return values.mean(axis=1), np.quantile(values, quantiles, axis=1).T


def time_average(trajectories, *, begin=None, end=None):
    """Average of each synapse over time, exactly: every value counts for as long as it lasts.

    Parameters
    ----------
    trajectories : Trajectories
        Of a rule that changes nothing between events.
    begin, end : float, ms, optional
        By default those of the trajectories; begin < end.

    Returns
    -------
    float64 array (n,)

    Raises
    ------
    RecordingError
        Where the rule changes weights between events.
    ParameterError
        Where the window is empty, or reaches beyond what was recorded.
    """
    if not isinstance(trajectories, Trajectories):
        raise ParameterError(f"trajectories must be those of sim.record('weight', projection), got {_cast.short(trajectories)}")
    begin = trajectories.begin if begin is None else _cast.number(begin, "begin", "ms")
    end = trajectories.until if end is None else _cast.number(end, "end", "ms")
    if not begin < end:
        raise ParameterError(f"end must be > begin, got begin = {begin:g} ms, end = {end:g} ms")
    trajectories.at([begin, end])  # refuses what was not recorded
    out = np.empty(len(trajectories))
    for k, (time, value) in enumerate(zip(trajectories.time, trajectories.value, strict=True)):
        first, after = np.searchsorted(time, begin, "right") - 1, np.searchsorted(time, end, "left")
        edges = np.concatenate([[begin], time[first + 1 : after], [end]])
        out[k] = np.diff(edges) @ value[first:after] / (end - begin)
    return out


def synapses_of(sim, projection):
    """`sim.weights(projection)`, once `sim` has been found to be a Simulator."""
    if not isinstance(sim, Simulator):
        raise ParameterError(f"sim must be a Simulator, got {_cast.short(sim)}")
    return sim.weights(projection)


def weight_matrix(sim, projection, *, variable="weight", sparse=False):
    """Weights as a matrix; several synapses of one pair are added up.

    Parameters
    ----------
    sim : Simulator
    projection : Projection
    variable : str
        "weight", or another variable of plastic synapses.
    sparse : bool
        Give a sparse array in compressed rows (scipy.sparse.csr_array; scipy is the extra `sparse`).

    Returns
    -------
    float64 array or sparse array (sources, targets)
        By index in the populations of both sides, whole populations also where the projection is between parts of them. Without a synapse: 0.

    Raises
    ------
    CapacityError
        Where there is no memory for the dense matrix.
    MissingExtraError
        Without scipy, for sparse=True.

    Examples
    --------
    >>> import eventsim as es
    >>> from eventsim.analysis import weight_matrix
    >>> net = es.Network()
    >>> cells = net.population(3, es.LIF())
    >>> j = net.connect(cells, cells, es.Explicit([0, 0, 2], [1, 1, 0]), weight=[1.0, 0.5, 2.0], delay=1.0)
    >>> weight_matrix(es.Simulator(net), j)
    array([[0. , 1.5, 0. ],
           [0. , 0. , 0. ],
           [2. , 0. , 0. ]])
    """
    synapses, sparse = synapses_of(sim, projection), _cast.flag(sparse, "sparse")
    known = [name for name in synapses.dtype.names if name not in ("pre", "post")]
    if variable not in known:
        raise ParameterError(f"synapses of '{projection.label}' have no variable {_cast.short(variable)}; {_cast.meant(variable, known)}")
    shape = projection.pre.population.n, projection.post.population.n
    place = synapses["pre"], synapses["post"]
    if sparse:
        return imported("scipy.sparse", "sparse matrices").coo_array((synapses[variable], place), shape).tocsr()
    if 8 * shape[0] * shape[1] > available_bytes():
        raise CapacityError(f"a matrix of {shape[0]:,} by {shape[1]:,} weights does not fit into memory; ask for sparse=True")
    out = np.zeros(shape)
    np.add.at(out, place, synapses[variable])
    return out
