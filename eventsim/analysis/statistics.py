"""Statistics of spike trains, vectorised over neurons.

Every function takes spikes (anything with arrays `time`, ms, and `address`), the neurons they are about (a population, a
view, a list of them, or an array of addresses: the silent ones count too) and the time window [begin, end) in ms. Where
the window is what is averaged over, it must not reach beyond what was simulated.
"""

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..recording.spikes import Spikes

# By how much the end of many short runs may fall short of the sum that was meant.
_SUMMED_UP = 1.0 + 1e-9


def addresses_of(neurons):
    """Addresses of a population, a view, a list of them, or an array of addresses: int64 (n,)."""
    if hasattr(neurons, "addresses"):
        return neurons.addresses
    if isinstance(neurons, (list, tuple)) and neurons and all(hasattr(p, "addresses") for p in neurons):
        return np.concatenate([p.addresses for p in neurons])
    addresses = _cast.indices(neurons, "neurons", np.iinfo(np.int64).max)
    if len(addresses) == 0:
        raise ParameterError("neurons must hold at least one neuron, got none")
    if len(np.unique(addresses)) != len(addresses):
        raise ParameterError("neurons must hold each address once, got repeated addresses")
    return addresses


def simulated_until(spikes):
    """How far the run had come when the spikes were read, ms; inf for spikes that do not say."""
    return getattr(spikes, "until", np.inf)


def _window(spikes, begin, end):
    begin, end = _cast.number(begin, "begin", "ms"), _cast.number(end, "end", "ms")
    if not begin < end:
        raise ParameterError(f"end must be > begin, got begin = {begin:g} ms, end = {end:g} ms")
    if end > simulated_until(spikes) * _SUMMED_UP:
        raise ParameterError(
            f"end must be <= {simulated_until(spikes)!r} ms, up to which these spikes were simulated, got {end!r}: "
            "time without a simulation would count as silence"
        )
    return begin, end


def _bins(begin, end, width, name):
    """Number of whole bins in the window; at least one."""
    width = _cast.number(width, name, "ms", low=0.0, low_open=True)
    n = int(np.floor((end - begin) / width * (1.0 + 1e-12)))  # so that 0.3 ms holds three bins of 0.1 ms
    if n < 1:
        raise ParameterError(f"{name} must be <= end - begin = {end - begin:g} ms, got {width:g}")
    return n, width


def _select(spikes, neurons, begin, end):
    """Times in the window and, for each, the place of its neuron among `neurons`; ordered by neuron, then time."""
    addresses = addresses_of(neurons)
    if isinstance(spikes, Spikes):
        spikes.require(addresses, "some of these")
    time, address = np.asarray(spikes.time), np.asarray(spikes.address)
    size = max(int(addresses.max()), int(address.max(initial=0))) + 1
    place = np.full(size, -1, np.int64)
    place[addresses] = np.arange(len(addresses))
    keep = (time >= begin) & (time < end) & (place[address] >= 0)
    time, neuron = time[keep], place[address[keep]]
    order = np.lexsort((time, neuron))
    return time[order], neuron[order], len(addresses)


def firing_rates(spikes, neurons, *, end, begin=0.0):
    """Rate of every neuron, Hz.

    Parameters
    ----------
    spikes : Spikes
    neurons : Population, view, list of them, or int array (n,) of addresses
    begin, end : float, ms
        The window [begin, end); not beyond sim.now.

    Returns
    -------
    float64 array (n,)

    Raises
    ------
    ParameterError
        Where the window is empty, or ends after what was simulated.
    """
    begin, end = _window(spikes, begin, end)
    _, neuron, n = _select(spikes, neurons, begin, end)
    return np.bincount(neuron, minlength=n) / (end - begin) * 1e3


def mean_rate(spikes, neurons, *, end, begin=0.0):
    """Rate averaged over neurons, Hz; parameters as in `firing_rates`.

    Examples
    --------
    >>> import eventsim as es
    >>> from eventsim.analysis import mean_rate
    >>> net = es.Network()
    >>> stim = net.population(2, es.SpikeSource(times=[[1.0, 5.0], [2.5]]), name="stim")
    >>> sim = es.Simulator(net, record_spikes=[stim])
    >>> sim.run(10.0)
    >>> mean_rate(sim.spikes, stim, end=10.0)
    150.0
    """
    return float(firing_rates(spikes, neurons, begin=begin, end=end).mean())


def intervals(spikes, neurons, *, end=np.inf, begin=-np.inf):
    """Interspike intervals of all neurons.

    Returns
    -------
    interval : float64 array (m,), ms
    neuron : int64 array (m,)
        Which of `neurons` (by place) each belongs to; ascending.
    """
    time, neuron, _ = _select(spikes, neurons, begin, end)
    same = neuron[1:] == neuron[:-1]
    return np.diff(time)[same], neuron[1:][same]


def cv_of_intervals(spikes, neurons, *, end=np.inf, begin=-np.inf):
    """Coefficient of variation (standard deviation / mean) of every neuron's interspike intervals.

    0 for a regular train, 1 for a Poisson process.

    Parameters
    ----------
    spikes, neurons
        As in `firing_rates`.
    begin, end : float, ms, optional

    Returns
    -------
    float64 array (n,)
        nan for neurons with fewer than three spikes.

    Notes
    -----
    A window of length T favours short intervals: for few spikes per neuron the CV comes out too small.
    """
    n = len(addresses_of(neurons))
    interval, neuron = intervals(spikes, neurons, begin=begin, end=end)
    count = np.bincount(neuron, minlength=n)
    cv = np.full(n, np.nan)
    enough = count >= 2
    mean = np.bincount(neuron, interval, minlength=n) / np.maximum(count, 1)
    squares = np.bincount(neuron, (interval - mean[neuron]) ** 2, minlength=n)
    cv[enough] = np.sqrt(squares[enough] / (count[enough] - 1)) / mean[enough]
    return cv


def mean_cv(spikes, neurons, *, end=np.inf, begin=-np.inf):
    """CV of interspike intervals, averaged over the neurons with three spikes or more; nan if there are none."""
    cv = cv_of_intervals(spikes, neurons, begin=begin, end=end)
    known = cv[~np.isnan(cv)]
    return float(known.mean()) if len(known) else float("nan")


def _population_counts(spikes, neurons, begin, end, bin, name="bin"):
    """Spikes of all neurons together in each whole bin; the bins' edges; the number of neurons."""
    begin, end = _window(spikes, begin, end)
    bins, width = _bins(begin, end, bin, name)
    edges = begin + width * np.arange(bins + 1)
    time, _, n = _select(spikes, neurons, begin, edges[-1])
    return np.histogram(time, edges)[0], edges, n


def population_rate(spikes, neurons, *, end, begin=0.0, bin=1.0):
    """Rate of a population over time, Hz per neuron.

    Parameters
    ----------
    spikes, neurons, begin, end
        As in `firing_rates`.
    bin : float, ms, > 0
        Width of a bin; a rest of the window that is shorter than a bin is left out.

    Returns
    -------
    rate : float64 array (m,), Hz
    edges : float64 array (m + 1,), ms
    """
    counts, edges, n = _population_counts(spikes, neurons, begin, end, bin)
    return counts / (n * bin) * 1e3, edges


def synchrony(spikes, neurons, *, end, begin=0.0, bin=1.0):
    """Variance / mean of the population's spike count per bin.

    1 for independent Poisson neurons, below for regular ones, and up to the number of neurons (and beyond) where all fire
    together. nan without spikes. Parameters as in `population_rate`.
    """
    counts, _, _ = _population_counts(spikes, neurons, begin, end, bin)
    return float(counts.var() / counts.mean()) if counts.any() else float("nan")


def fano_factor(spikes, neurons, *, end, begin=0.0, window=100.0):
    """Fano factor of single neurons: variance / mean of a neuron's spike counts in successive windows, averaged.

    Parameters
    ----------
    spikes, neurons, begin, end
        As in `firing_rates`.
    window : float, ms, > 0
        At least two must fit.

    Returns
    -------
    float
        1 for Poisson processes, 0 for counts that never vary; over neurons that fire; nan if none does.
    """
    begin, end = _window(spikes, begin, end)
    windows, width = _bins(begin, end, window, "window")
    if windows < 2:
        raise ParameterError(f"window must be <= (end - begin) / 2 = {(end - begin) / 2:g} ms, got {window:g}")
    time, neuron, n = _select(spikes, neurons, begin, begin + windows * width)
    which = np.minimum(((time - begin) / width).astype(np.int64), windows - 1)
    counts = np.bincount(neuron * windows + which, minlength=n * windows).reshape(n, windows)
    counts = counts[counts.any(axis=1)]
    return float((counts.var(axis=1, ddof=1) / counts.mean(axis=1)).mean()) if len(counts) else float("nan")


def power_spectrum(spikes, neurons, *, end, begin=0.0, bin=0.5, segment=200.0):
    """Power spectrum of the population rate (Welch's method: Hann windows that overlap by half).

    Parameters
    ----------
    spikes, neurons, begin, end
        As in `firing_rates`.
    bin : float, ms, > 0
        The highest frequency is 500 / bin Hz.
    segment : float, ms
        The resolution is 1000 / segment Hz; shorter than end - begin.

    Returns
    -------
    frequency : float64 array (m,), Hz
    power : float64 array (m,), Hz**2 / Hz

    Notes
    -----
    Independent Poisson neurons of rate r give a flat spectrum of height 2 r / n: one-sided, integrating to the variance.
    """
    rate, _ = population_rate(spikes, neurons, begin=begin, end=end, bin=bin)
    length, _ = _bins(0.0, segment, bin, "bin")
    if length < 4 or length > len(rate):
        raise ParameterError(f"segment must be between 4 bins = {4 * bin:g} ms and end - begin = {end - begin:g} ms, got {segment:g}")
    # Periodic Hann window: its shifts by half add up to a constant.
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
    starts = range(0, len(rate) - length + 1, max(1, length // 2))
    pieces = np.array([rate[s : s + length] for s in starts])
    transform = np.fft.rfft((pieces - rate.mean()) * window, axis=1)
    density = (np.abs(transform) ** 2).mean(axis=0) * 2.0 * (bin * 1e-3) / (window**2).sum()
    density[0] *= 0.5  # zero and the highest frequency have no mirror image
    if length % 2 == 0:
        density[-1] *= 0.5
    return np.fft.rfftfreq(length, bin * 1e-3), density
