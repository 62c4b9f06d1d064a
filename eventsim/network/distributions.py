"""Distributions that parameters, initial states, weights and delays can be drawn from: data, drawn at lowering."""

import math
from dataclasses import dataclass

from .. import _cast
from ..errors import ParameterError

# Kinds as the compiled drawing function knows them (numerics/distributions.py).
NORMAL, UNIFORM, LOG_NORMAL, EXPONENTIAL = 1, 2, 3, 4

_FARTHEST = 8.6  # standard deviations that a normal number from one of 53 bits can lie off: sqrt(-2 log(2**-53)) is less


class Distribution:
    """Base of the distributions: `kind`, two numbers `a`, `b`, and the interval [low, high] draws are repeated into."""

    kind = 0
    low = -math.inf
    high = math.inf
    attains_low = True

    @property
    def a(self):
        """The first number of the law (of the normal ones: the mean)."""

    @property
    def b(self):
        """The second number (of the normal ones: the standard deviation)."""

    @property
    def support(self):
        """The interval in which every draw lies."""
        return self.low, self.high

    @property
    def reach(self):
        """The interval in which every draw from a number of 53 bits lies (numerics/distributions.py)."""
        return self.support


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal distribution, drawn again where it falls outside [low, high].

    Parameters
    ----------
    mean, std : float, std >= 0
    low, high : float, optional
        Bounds; at least one draw in a thousand has to fall between them.

    Examples
    --------
    >>> import eventsim as es
    >>> es.Normal(1.5, 0.75, low=0.1).support
    (0.1, inf)
    """

    mean: float
    std: float
    low: float | None = None
    high: float | None = None
    kind = NORMAL

    def __post_init__(self):
        _set(self, mean=_cast.number(self.mean, "Normal mean"), std=_cast.number(self.std, "Normal std", low=0.0))
        low = -math.inf if self.low is None else _cast.number(self.low, "Normal low")
        high = math.inf if self.high is None else _cast.number(self.high, "Normal high")
        _set(self, low=low, high=high)
        if low > high:
            raise ParameterError(f"Normal low must be <= high, got [{low:g}, {high:g}]")
        if self._inside() < 1e-3:
            raise ParameterError(
                f"Normal({self.mean:g}, {self.std:g}) hardly ever lies in [{low:g}, {high:g}] (probability {self._inside():.2g})"
            )

    def _inside(self):
        if self.std == 0.0:
            return float(self.low <= self.mean <= self.high)
        scale = self.std * math.sqrt(2.0)
        return 0.5 * (math.erf((self.high - self.mean) / scale) - math.erf((self.low - self.mean) / scale))

    @property
    def reach(self):
        low, high = self.support
        return max(low, self.mean - _FARTHEST * self.std), min(high, self.mean + _FARTHEST * self.std)

    @property
    def a(self):
        return self.mean

    @property
    def b(self):
        return self.std


@dataclass(frozen=True)
class Uniform(Distribution):
    """Uniform distribution on [low, high).

    Parameters
    ----------
    low, high : float, low <= high
    """

    low: float
    high: float
    kind = UNIFORM

    def __post_init__(self):
        _set(self, low=_cast.number(self.low, "Uniform low"), high=_cast.number(self.high, "Uniform high"))
        if self.low > self.high:
            raise ParameterError(f"Uniform low must be <= high, got [{self.low:g}, {self.high:g}]")
        if math.isinf(self.high - self.low):
            raise ParameterError(f"Uniform high - low must be finite, got [{self.low:g}, {self.high:g}]")

    @property
    def a(self):
        return self.low

    @property
    def b(self):
        return self.high


@dataclass(frozen=True)
class LogNormal(Distribution):
    """exp of a normal distribution with mean mu and standard deviation sigma (of the logarithm).

    Parameters
    ----------
    mu, sigma : float, sigma >= 0
    """

    mu: float
    sigma: float
    kind = LOG_NORMAL
    low = 0.0
    attains_low = False

    def __post_init__(self):
        _set(self, mu=_cast.number(self.mu, "LogNormal mu"), sigma=_cast.number(self.sigma, "LogNormal sigma", low=0.0))
        if abs(self.mu) + 10.0 * self.sigma > 600.0:
            raise ParameterError(f"LogNormal({self.mu:g}, {self.sigma:g}) leaves the range of numbers; mu and sigma are of the logarithm")

    @property
    def reach(self):
        return 0.0, math.exp(self.mu + _FARTHEST * self.sigma)

    @property
    def a(self):
        return self.mu

    @property
    def b(self):
        return self.sigma


@dataclass(frozen=True)
class Exponential(Distribution):
    """Exponential distribution of the given mean.

    Parameters
    ----------
    mean : float, > 0
    """

    mean: float
    kind = EXPONENTIAL
    low = 0.0
    a = 0.0

    def __post_init__(self):
        _set(self, mean=_cast.number(self.mean, "Exponential mean", low=0.0, low_open=True))

    @property
    def reach(self):
        return 0.0, 37.0 * self.mean  # -log(2**-53) is less

    @property
    def b(self):
        return self.mean


def _set(instance, **values):
    for name, value in values.items():
        object.__setattr__(instance, name, value)
