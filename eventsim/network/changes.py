"""Changes of synapses at given times, homeostatic and structural: data."""

import math

import numpy as np

from .. import _cast
from ..errors import ConnectivityError, DelayError, ParameterError
from ..synapses.rule import Synapse
from .distributions import Distribution, Uniform
from .projection import Projection, check_sign
from .rules import FixedInDegree, FixedOutDegree, FixedProbability, FixedTotalNumber

# ms; times that are less far apart become one time at the end of a long run.
SHORTEST = 1e-6

SPROUTING = (FixedInDegree, FixedOutDegree, FixedTotalNumber, FixedProbability)


class Change:
    """What befalls the synapses of a plastic projection at given times. `what` is its name in messages."""

    what = "a change"

    def __init__(self, projection, every, at, ordinal):
        if not isinstance(projection, Projection):
            raise ParameterError(f"projection of {self.what} must be what net.connect(...) gave, got {_cast.short(projection)}")
        if not isinstance(projection.synapse, Synapse):
            raise ConnectivityError(
                f"{self.what} needs plastic synapses, those of '{projection.label}' are static; es.STDP(weight, delay, a_plus=0.0, a_minus=0.0, w_max=...) is a rule that leaves weights alone"
            )
        self.projection = projection
        self.ordinal = ordinal
        self.of = f"{self.what} of '{projection.label}'"
        if every is None and at is None:
            raise ParameterError(f"{self.of} needs every= or at=, the times (ms) at which it is made")
        self.every = math.inf if every is None else _cast.number(every, f"every of {self.of}", "ms", SHORTEST)
        times = np.atleast_1d(_cast.floats([] if at is None else at, f"at of {self.of}", "ms", low=0.0))
        if times.ndim != 1:
            raise ParameterError(f"at of {self.of} must be one-dimensional, got shape {times.shape}")
        self.at = np.unique(times)

    def __repr__(self):
        return f"<{type(self).__name__} of '{self.projection.label}'>"


class Scaling(Change):
    """Synaptic scaling of a projection. Made by `Network.scale`."""

    what = "scaling"

    def __init__(self, projection, total, target_rate, gain, tau, every, at, ordinal):
        super().__init__(projection, every, at, ordinal)
        rule = projection.synapse.rule
        if not rule.free:
            raise ConnectivityError(f"{self.of}: a weight of {rule.name} follows from other variables of the synapse and can not be scaled")
        if (total is None) == (target_rate is None):
            given = "neither" if total is None else "both"
            raise ParameterError(f"{self.of} needs total= or target_rate=, one of them, got {given}")
        if (gain is None) != (target_rate is None):
            raise ParameterError(f"{self.of} needs gain= with target_rate=, and only there, got gain = {_cast.short(gain)}")
        self.total = None if total is None else self._of_neurons(total, "total", "", True)
        self.target_rate = None if target_rate is None else self._of_neurons(target_rate, "target_rate", "Hz", False)
        self.gain = 0.0 if gain is None else _cast.number(gain, f"gain of {self.of}", "", 0.0)
        self.tau = _cast.number(tau, f"tau of {self.of}", "ms", 0.0, low_open=True)

    def _of_neurons(self, value, name, unit, open_):
        """A float64 array, one number for each neuron of the population of the targets."""
        post, what = self.projection.post, f"{name} of {self.of}"
        if _cast.dimensions(value, what) == 0:
            return np.full(post.population.n, _cast.number(value, what, unit, 0.0, low_open=open_))
        out = np.zeros(post.population.n)
        out[post.index] = _cast.floats(value, what, unit, shape=(len(post),), low=0.0, low_open=open_)
        return out


class Rewiring(Change):
    """Pruning and sprouting of synapses of a projection. Made by `Network.rewire`."""

    what = "rewiring"

    def __init__(self, projection, below, turnover, sprout, weight, delay, every, at, ordinal):
        super().__init__(projection, every, at, ordinal)
        if below is None and turnover is None and sprout is None:
            raise ParameterError(f"{self.of} needs below= or turnover=, to prune, or sprout=, to grow")
        self.below = 0.0 if below is None else _cast.number(below, f"below of {self.of}", "", 0.0)
        self.turnover = 0.0 if turnover is None else _cast.number(turnover, f"turnover of {self.of}", "", 0.0, high=1.0)
        self.sprout = sprout
        if sprout is None:
            for name, value in (("weight", weight), ("delay", delay)):
                if value is not None:
                    raise ParameterError(f"{name} of {self.of} is that of new synapses, and goes with sprout=; got {_cast.short(value)}")
            return
        if type(sprout) not in SPROUTING:
            names = ", ".join(r.__name__ for r in SPROUTING)
            raise ConnectivityError(f"sprout of {self.of} must be one of {names}, such as es.FixedInDegree(100), got {_cast.short(sprout)}")
        sprout.check(projection.pre, projection.post)
        j = projection
        self.weight = self._law(j.weight if weight is None else weight, "weight")
        j.check_bounds(self.weight, f"weight of {self.of}")
        check_sign(self.weight, j.receptor, j.post.population, f"weight of {self.of}")
        self.delay = self._law(j.delay if delay is None else delay, "delay", DelayError)
        self.own = [self._law(j.own[p.name], p.name) for p in j.synapse.rule.own]
        low, high = self.delays
        if low < 0.0 or not math.isfinite(high):
            raise DelayError(
                f"delay of {self.of} must be >= 0 ms and finite, got {self.delay}, which may give {low:g} to {high:g}; give it low=0"
            )
        if isinstance(j.delay, float) and j.delay != self.delay:
            j.delay = Uniform(j.delay, j.delay)  # the same delay still, kept for each synapse by itself

    @property
    def delays(self):
        """Shortest and longest delay of new synapses, ms."""
        return self.delay.reach if isinstance(self.delay, Distribution) else (self.delay, self.delay)

    def _law(self, value, name, error=ParameterError):
        """A float or a distribution."""
        if isinstance(value, Distribution):
            return value
        what = f"{name} of {self.of}"
        if _cast.dimensions(value, what, error):
            raise error(f"{what} is that of new synapses, and must be a number or a distribution, got an array")
        return _cast.number(value, what, error=error)
