"""Sources whose rate is a Python function: their spikes are drawn by thinning, ahead of the engine, and handed to it as given ones.

Candidates of a Poisson process of the rate that the function never exceeds are a fixed function of (seed, address,
bin of time), as the events of a drive are; a uniform number decides which are kept. So the spikes of any stretch of time
can be drawn by themselves, all engines take the same, and no cut of a run changes one.
"""

import math

import numpy as np

from ..errors import ParameterError
from ..lowering.drives import poisson_cumulative
from ..lowering.program import SPIKE, records
from ..network.sources import MIN_RATE, InhomogeneousPoisson, rates_at
from ..numerics.random import EVENT_COUNT, SOURCE, derive_key, philox, unit

_MASK = 0xFFFFFFFF

# Length of a bin: dyadic, such that between half as many candidates and as many are expected in it.
_EVENTS = 64.0
_LONGEST = 2.0**20  # ms

# Candidates drawn at a time, where the end of the run is known and where it is not.
_AHEAD, _AHEAD_OF_PREDICATE = 1e5, 1e3

# Bins looked at together, of all sources; of those that hardly ever emit most bins are empty.
_BINS = 1e6


class Thinning:
    """The sources of a network whose rates are functions.

    Parameters
    ----------
    populations : sequence of Population
    seed : int
    until : float, ms
        Up to where their spikes have been handed over.
    """

    def __init__(self, populations, seed, until=0.0):
        self.until = until
        self._populations = [p for p in populations if isinstance(p.model, InhomogeneousPoisson) and p.model.functions is not None]
        rates = [p._values("max_rate") for p in self._populations]
        self._rate = np.concatenate([np.empty(0), *(np.where(r < MIN_RATE, 0.0, r) for r in rates)])
        self._address = np.concatenate([np.empty(0, np.int64), *(p.addresses for p in self._populations)])
        keys = [derive_key(seed, SOURCE, address) for address in self._address.tolist()]
        self._key = np.array(keys, np.int64).reshape(-1, 2)
        self._function, self._asked = [], []  # the functions, and of which sources each is asked
        self._group()
        with np.errstate(divide="ignore"):
            self._bin = np.minimum(np.exp2(np.floor(np.log2(1e3 * _EVENTS / self._rate))), _LONGEST)
        self._cumulative = {r: poisson_cumulative(1e-3 * r * b) for r, b in set(zip(self._rate.tolist(), self._bin.tolist(), strict=True))}

    def _group(self):
        """Find the sources of each function, so that it is called once for all of them."""
        place = 0
        for p in self._populations:
            groups = {}
            for k in range(p.n):
                function = p.model._function_of(k)
                groups.setdefault(id(function), (function, []))[1].append(place + k)
            place += p.n
            self._function += [(function, p.name) for function, _ in groups.values()]
            self._asked += [np.array(sources) for _, sources in groups.values()]

    def reach(self, engine, stop):
        """Hand the engine all spikes up to where it can go now, `stop` at the latest: that time, ms."""
        if stop <= self.until or not self._rate.any() or self.until >= engine.furthest:
            return stop
        ahead = _AHEAD if stop < math.inf else _AHEAD_OF_PREDICATE
        length = min(1e3 * ahead / self._rate.sum(), _LONGEST * max(1.0, _BINS / len(self._rate)))
        end = min(stop, max(self.until + length, math.nextafter(self.until, math.inf)), engine.furthest)
        spikes = self.spikes(self.until, end)
        if len(spikes):
            engine.inject(spikes)
        self.until = end
        return end

    def spikes(self, begin, end):
        """All spikes in [begin, end), ms: SPIKE records.

        Raises
        ------
        ParameterError
            Where a function gives what is no rate, or exceeds max_rate.
        """
        source, time, number = self._candidates(begin, end)
        kept = np.zeros(len(time), bool)
        for (function, name), asked in zip(self._function, self._asked, strict=True):
            at = np.flatnonzero(np.isin(source, asked))
            if len(at) == 0:
                continue
            rate, most = rates_at(function, time[at], repr(name)), self._rate[source[at]]
            if (rate > most).any():
                k = int(np.argmax(rate > most))
                raise ParameterError(
                    f"rate of {name!r} must be <= max_rate = {most[k]:g} Hz at all times, got {rate[k]:g} at {time[at][k]!r} ms; give a larger max_rate"
                )
            kept[at] = number[at] * most < rate
        spikes = records(SPIKE, int(kept.sum()))
        spikes.time, spikes.address = time[kept], self._address[source[kept]]
        return spikes

    def _candidates(self, begin, end):
        """All candidates in [begin, end): which source, its time (ms), and a uniform number."""
        active = np.flatnonzero(self._rate)
        first = np.floor(begin / self._bin[active])
        bins = np.maximum(np.ceil(end / self._bin[active]) - first, 0.0).astype(np.int64)
        source, index = np.repeat(active, bins), _places(bins) + np.repeat(first, bins).astype(np.int64)
        w0, w1, _, _ = self._words(np.full(len(source), EVENT_COUNT), source, index)
        counts, level = np.zeros(len(source), np.int64), unit(w0, w1)
        for rate, cumulative in self._cumulative.items():
            own = self._rate[source] == rate
            counts[own] = np.searchsorted(cumulative, level[own], side="right")
        source, index, i = np.repeat(source, counts), np.repeat(index, counts), _places(counts)
        w0, w1, w2, w3 = self._words(i, source, index)
        time = np.minimum((index + unit(w0, w1)) * self._bin[source], np.nextafter((index + 1) * self._bin[source], 0.0))
        inside = (time >= begin) & (time < end)
        return source[inside], time[inside], unit(w2, w3)[inside]

    def _words(self, i, source, index):
        return philox(i, np.zeros_like(i), index & _MASK, index >> 32, self._key[source, 0], self._key[source, 1])


def _places(counts):
    """0, 1, ... within each of consecutive groups of so many: int64."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
