"""Sources: populations that emit spikes and receive none."""

import numpy as np

from .. import _cast
from ..errors import ParameterError


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
        if np.ndim(rate) == 0:
            self.rate = _cast.number(rate, "Poisson rate", "Hz", low=0.0)
        else:
            self.rate = _cast.floats(rate, "Poisson rate", "Hz", low=0.0)
            if self.rate.ndim != 1:
                raise ParameterError(f"Poisson rate must be a number or one-dimensional, got shape {self.rate.shape}")

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
        if isinstance(times, (str, bytes)) or not hasattr(times, "__len__"):
            raise ParameterError(f"SpikeSource times must be a sequence of spike trains (ms), got {times!r}")
        if len(times) and all(np.ndim(train) == 0 for train in times):
            times = [times]
        self.trains = [self._train(train, k) for k, train in enumerate(times)]

    @staticmethod
    def _train(train, k):
        if np.ndim(train) == 0:
            raise ParameterError(f"SpikeSource times[{k}] must be a sequence of times (ms), got {train!r}")
        if len(train) == 0:
            return np.empty(0)
        array = _cast.floats(train, f"SpikeSource times[{k}]", "ms", low=0.0)
        if array.ndim != 1:
            raise ParameterError(f"SpikeSource times[{k}] must be one-dimensional, got shape {array.shape}")
        return np.sort(array)

    def __repr__(self):
        return f"SpikeSource({len(self.trains)} trains)" if self.trains is not None else "SpikeSource()"
