"""Sources: populations that emit spikes and receive none."""

import numpy as np

from .. import _cast
from ..errors import ParameterError

MAX_RATE = 1e9  # Hz; far above any neuron, far below what would never let time pass

MIN_RATE = 1e-200  # Hz; less counts as zero


def check_rate(value, name, shape=None):
    """A rate in Hz: a float or a float64 array, in [0, MAX_RATE]."""
    if _cast.dimensions(value, name) == 0:
        rate = _cast.number(value, name, "Hz", low=0.0)
    else:
        rate = _cast.floats(value, name, "Hz", shape=shape, low=0.0)
        if rate.ndim != 1:
            raise ParameterError(f"{name} must be a number or one-dimensional, got shape {rate.shape}")
    if np.max(rate, initial=0.0) > MAX_RATE:
        raise ParameterError(f"{name} must be <= {MAX_RATE:g} Hz, got {np.max(rate):g}")
    # What never emits in any run anybody can wait for must not overflow its mean interval either.
    if isinstance(rate, float):
        return rate if rate >= MIN_RATE else 0.0
    return np.where(rate < MIN_RATE, 0.0, rate)


class Poisson:
    """Independent Poisson processes in continuous time, one per source; all targets of one source share its train.

    Parameters
    ----------
    rate : float or array (n,), Hz, >= 0
        Zero never emits.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> noise = net.population(100, es.Poisson(rate=20.0))
    """

    name = "Poisson"

    def __init__(self, rate):
        self.rate = check_rate(rate, "Poisson rate")

    def __repr__(self):
        return f"Poisson(rate={self.rate!r})"


class SpikeSource:
    """Given spike trains, and the population that `Simulator.inject` feeds.

    Parameters
    ----------
    times : sequence of n sequences, ms, >= 0, optional
        One train per source, in any order; for a population of one a single train will do. None: silent.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network()
    >>> stim = net.population(2, es.SpikeSource(times=[[1.0, 5.0], [2.5]]))
    """

    name = "SpikeSource"

    def __init__(self, times=None):
        if times is None:
            self.trains = None
            return
        try:
            trains = None if isinstance(times, (str, bytes, dict, set)) else list(times)
        except TypeError:
            trains = None
        if trains is None:
            raise ParameterError(f"SpikeSource times must be a sequence of spike trains (ms), got {_cast.short(times)}")
        if all(_cast.dimensions(train, f"SpikeSource times[{k}]") == 0 for k, train in enumerate(trains)):
            trains = [trains]
        self.trains = [self._train(train, k) for k, train in enumerate(trains)]

    @staticmethod
    def _train(train, k):
        if _cast.dimensions(train, f"SpikeSource times[{k}]") == 0:
            raise ParameterError(f"SpikeSource times[{k}] must be a sequence of times (ms), got {_cast.short(train)}")
        array = _cast.floats(train, f"SpikeSource times[{k}]", "ms", low=0.0)
        if array.ndim != 1:
            raise ParameterError(f"SpikeSource times[{k}] must be one-dimensional, got shape {array.shape}")
        return np.sort(array)

    def __repr__(self):
        return f"SpikeSource({len(self.trains)} trains)" if self.trains is not None else "SpikeSource()"
