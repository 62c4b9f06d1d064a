"""Sources: populations that emit spikes and receive none."""

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..neurons.model import Parameter
from .distributions import Distribution, Normal

MAX_RATE = 1e9  # Hz; far above any neuron, far below what would never let time pass

MIN_RATE = 1e-200  # Hz; less counts as zero

MIN_PERIOD = 1e3 / MAX_RATE  # ms

MIN_SHAPE, MAX_SHAPE = 1e-3, 1e9  # of gamma processes; below, intervals are lost to rounding, above, their variation

_RATE = Parameter("rate", 0.0, "Hz", low=0.0)
_MAX_RATE = Parameter("max_rate", 0.0, "Hz", low=0.0)
_DEAD_TIME = Parameter("dead_time", 0.0, "ms", low=0.0)
_PERIOD = Parameter("period", 0.0, "ms", low=MIN_PERIOD)
_PHASE = Parameter("phase", 0.0, "ms", low=0.0)
_SHAPE = Parameter("shape", 1.0, "", low=MIN_SHAPE)


def check_rate(value, name, shape=None):
    """A rate in Hz: a float or a float64 array, in [0, MAX_RATE]."""
    if _cast.dimensions(value, name) == 0:
        rate = _cast.number(value, name, "Hz", low=0.0)
    else:
        rate = _cast.floats(value, name, "Hz", shape=shape, low=0.0)
        if rate.ndim != 1:
            raise ParameterError(f"{name} must be a number or one-dimensional, got shape {rate.shape}")
    _check_most(rate, name, MAX_RATE, "Hz")
    # What never emits in any run anybody can wait for must not overflow its mean interval either.
    if isinstance(rate, float):
        return rate if rate >= MIN_RATE else 0.0
    return np.where(rate < MIN_RATE, 0.0, rate)


def _check_most(value, name, most, unit=""):
    if np.max(value, initial=0.0) > most:
        raise ParameterError(f"{name} must be <= {most:g}{' ' + unit if unit else ''}, got {np.max(value):g}")


class Source:
    """Base of the sources: a name, and parameters by name, each a float, a float64 array (n,) or a distribution."""

    name = ""

    def __init__(self, **values):
        self.values = values
        known = [v for v in values.values() if isinstance(v, np.ndarray)]
        if not any(isinstance(v, Distribution) for v in values.values()) and len({v.shape for v in known}) <= 1:
            self._check_values(values)

    def _restore(self, values):
        """Be a source of these values, whose spikes a checkpoint knows."""
        self.values = values

    def _check_values(self, values, whose=""):
        """Refuse values (floats or arrays of one length) that are too large or contradict each other."""

    def _check_size(self, n, population):
        """Refuse a population of n, where a parameter that is no number per source says otherwise."""

    def __repr__(self):
        return f"{self.name}({', '.join(f'{k}={v!r}' for k, v in self.values.items())})"


def _first(wrong, values):
    """The index of the first source that is wrong, and its values in words."""
    k = int(np.argmax(wrong))
    return f"{', '.join(f'{name} = {np.broadcast_to(v, wrong.shape)[k]:g}' for name, v in values.items())} at source {k}"


class Poisson(Source):
    """Independent Poisson processes in continuous time, one per source; all targets of one source share its train.

    Parameters
    ----------
    rate : float, array (n,) or distribution, Hz, >= 0
        Mean rate, dead time included. Zero never emits.
    dead_time : float, array (n,) or distribution, ms, >= 0
        After each spike, for so long there is no other; beyond, intervals are exponential. Less than 1000 / rate.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> noise = net.population(100, es.Poisson(rate=20.0))
    >>> refractory = net.population(100, es.Poisson(rate=20.0, dead_time=2.0))
    """

    name = "Poisson"

    def __init__(self, rate, dead_time=0.0):
        rate = _rate(rate, "Poisson rate", _RATE)
        super().__init__(rate=rate, dead_time=_cast.check_parameter(dead_time, _DEAD_TIME, "Poisson"))

    def _check_values(self, values, whose=""):
        """Refuse rates that are too high, and dead times that leave no time to emit."""
        rate, dead_time = values["rate"], values["dead_time"]
        _check_most(rate, f"Poisson rate{whose}", MAX_RATE, "Hz")
        with np.errstate(divide="ignore"):
            wrong = np.atleast_1d((np.asarray(rate) >= MIN_RATE) & (np.divide(1000.0, rate) - dead_time <= 0.0))
        if wrong.any():
            raise ParameterError(f"Poisson dead_time must be < 1000 / rate ms, the mean interval, got {_first(wrong, values)}{whose}")


def _rate(value, name, parameter):
    """A rate that may be a distribution too."""
    if isinstance(value, Distribution):
        return _cast.check_parameter(value, parameter, name.split()[0])
    return check_rate(value, name)


class Regular(Source):
    """Regular spiking: spike k is at phase + k * period, multiplied and not added up; with a rate, at phase + 1000 k / rate.

    Parameters
    ----------
    rate : float, array (n,) or distribution, Hz, >= 0
        Zero never emits. Either rate or period is given.
    period : float, array (n,) or distribution, ms, >= 1e-6
    phase : float, array (n,) or distribution, ms, >= 0
        Time of the first spike.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> clock = net.population(1, es.Regular(period=25.0))
    >>> metronomes = net.population(10, es.Regular(rate=40.0, phase=es.Uniform(0.0, 25.0)))
    """

    name = "Regular"

    def __init__(self, rate=None, *, period=None, phase=0.0):
        if (rate is None) == (period is None):
            given = "neither" if rate is None else f"rate = {_cast.short(rate)} and period = {_cast.short(period)}"
            raise ParameterError(f"Regular takes rate= (Hz) or period= (ms), one of them, got {given}")
        phase = _cast.check_parameter(phase, _PHASE, "Regular")
        if rate is not None:
            super().__init__(rate=_rate(rate, "Regular rate", _RATE), phase=phase)
        else:
            super().__init__(period=_cast.check_parameter(period, _PERIOD, "Regular"), phase=phase)

    def _check_values(self, values, whose=""):
        """Refuse rates that are too high."""
        if "rate" in values:
            _check_most(values["rate"], f"Regular rate{whose}", MAX_RATE, "Hz")


class GammaProcess(Source):
    """Renewal processes whose intervals are gamma distributed, in equilibrium from time 0; one train per source.

    The coefficient of variation of the intervals is 1 / sqrt(shape): shape 1 is a Poisson process, more is more regular,
    less burstier. Of a shape far below 1 many intervals are below a time's last bit, which is what they then are.

    Parameters
    ----------
    rate : float, array (n,) or distribution, Hz, >= 0
        Mean rate. Zero never emits.
    shape : float, array (n,) or distribution, 1e-3 to 1e9

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> input = net.population(100, es.GammaProcess(rate=20.0, shape=4.0))
    """

    name = "GammaProcess"

    def __init__(self, rate, shape):
        rate = _rate(rate, "GammaProcess rate", _RATE)
        super().__init__(rate=rate, shape=_cast.check_parameter(shape, _SHAPE, "GammaProcess"))

    def _check_values(self, values, whose=""):
        """Refuse rates that are too high and shapes without variation."""
        _check_most(values["rate"], f"GammaProcess rate{whose}", MAX_RATE, "Hz")
        _check_most(values["shape"], f"GammaProcess shape{whose}", MAX_SHAPE)


class InhomogeneousPoisson(Source):
    """Poisson processes whose rate depends on time: constant between given times, or any function of time that is bounded.

    Steps are exact by inversion of the integrated rate, a function is by thinning: candidates of a Poisson process of
    max_rate are kept with probability rate(t) / max_rate.

    Parameters
    ----------
    rate : array (m,) or (n, m), Hz, >= 0; or a function, or n functions
        Rates from each of the times on, for all sources or for each; before times[0] it is zero, and the last one stays.
        A function is called with an array of times (ms) and returns the rates there (Hz); its values must depend on each
        time alone. It is asked for times before the end of the run only.
    times : array (m,), ms, >= 0, ascending
        When the rate changes; without a function.
    max_rate : float, array (n,) or distribution, Hz, >= 0
        What the function never exceeds; with a function. The nearer, the fewer candidates.

    Examples
    --------
    >>> import numpy as np
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> pulse = net.population(50, es.InhomogeneousPoisson([5.0, 80.0, 5.0], times=[0.0, 100.0, 150.0]))
    >>> wave = net.population(50, es.InhomogeneousPoisson(lambda t: 20.0 + 15.0 * np.sin(0.05 * t), max_rate=35.0))
    """

    name = "InhomogeneousPoisson"

    def __init__(self, rate, times=None, max_rate=None):
        self.functions = _functions(rate)
        self.times = self.rates = None
        if self.functions is None:
            self._take_steps(rate, times, max_rate)
            super().__init__()
            return
        if times is not None or max_rate is None:
            raise ParameterError(
                "InhomogeneousPoisson takes rate=function with max_rate= (Hz), which it never exceeds, or rate=array with times= (ms), "
                f"got a function with times = {_cast.short(times)}, max_rate = {_cast.short(max_rate)}"
            )
        super().__init__(max_rate=_rate(max_rate, "InhomogeneousPoisson max_rate", _MAX_RATE))
        for function in {id(f): f for f in self.functions}.values():  # each once, hashable or not
            rates_at(function, np.zeros(2), "InhomogeneousPoisson")

    def _take_steps(self, rate, times, max_rate):
        if times is None or max_rate is not None:
            raise ParameterError(
                "InhomogeneousPoisson takes rate=array with times= (ms), from which on each of the rates holds, or rate=function with max_rate=, "
                f"got rate = {_cast.short(rate)}, times = {_cast.short(times)}, max_rate = {_cast.short(max_rate)}"
            )
        self.times = _cast.floats(times, "InhomogeneousPoisson times", "ms", low=0.0)
        if self.times.ndim != 1 or not len(self.times) or not (np.diff(self.times) > 0.0).all():
            raise ParameterError(f"InhomogeneousPoisson times must be a sequence of ascending times (ms), got {_cast.short(times)}")
        rates = _cast.floats(rate, "InhomogeneousPoisson rate", "Hz", low=0.0)
        if rates.ndim not in (1, 2) or rates.shape[-1] != len(self.times):
            m = len(self.times)
            raise ParameterError(
                f"InhomogeneousPoisson rate must have shape ({m},) or (n, {m}), one for each of times, got shape {rates.shape}"
            )
        _check_most(rates, "InhomogeneousPoisson rate", MAX_RATE, "Hz")
        self.rates = np.where(rates < MIN_RATE, 0.0, rates)

    def _restore(self, values):
        """The same."""
        super()._restore(values)
        self.functions = self.times = self.rates = None

    def _check_values(self, values, whose=""):
        """Refuse rates that are too high."""
        if "max_rate" in values:
            _check_most(values["max_rate"], f"InhomogeneousPoisson max_rate{whose}", MAX_RATE, "Hz")

    def _check_size(self, n, population):
        """There must be one row of rates, or one function, for all sources or for each."""
        given = n if self.rates is None or self.rates.ndim == 1 else len(self.rates)
        if self.functions is not None and len(self.functions) > 1:
            given = len(self.functions)
        if given != n:
            what = "rows of rates" if self.functions is None else "functions"
            raise ParameterError(f"InhomogeneousPoisson of population {population!r} needs {n} {what}, or one for all, got {given}")

    def _function_of(self, k):
        """The rate function of source k."""
        return self.functions[k if len(self.functions) > 1 else 0]


def _functions(rate):
    """The functions of a rate, or None where it is an array."""
    if callable(rate):
        return [rate]
    if isinstance(rate, (list, tuple)) and len(rate) and all(callable(r) for r in rate):
        return list(rate)
    return None


def rates_at(function, times, whose):
    """What a rate function gives for an array of times (ms): float64, of its shape, finite and >= 0.

    Raises
    ------
    ParameterError
    """
    try:
        given = function(times.copy())
    except Exception as error:
        raise ParameterError(
            f"rate of {whose} must be a function of an array of times (ms), such as lambda t: 5.0 + np.sin(t); called with one it raised "
            f"{type(error).__name__}: {' '.join(str(error).split())}"
        ) from error
    if _cast.dimensions(given, f"rate of {whose}") == 0:
        return np.full(times.shape, _cast.number(given, f"what the rate function of {whose} returns", "Hz", low=0.0))
    return _cast.floats(given, f"what the rate function of {whose} returns", "Hz", shape=times.shape, low=0.0)


class SpikeSource(Source):
    """Given spike trains, once or repeated, as they are or jittered; and the population that `Simulator.inject` feeds.

    Parameters
    ----------
    times : sequence of n sequences, ms, >= 0, optional
        One train per source, in any order; for a population of one a single train will do. None: silent.
    period : float, array (n,) or distribution, ms, optional
        Repeat the trains: each spike is at its time + k * period, k = 0, 1, ... All times must be less.
    jitter : float, ms, or distribution, optional
        Displace each spike by a number of its own: normal with this standard deviation, or of the distribution. Spikes
        displaced to before 0 do not happen.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network()
    >>> stim = net.population(2, es.SpikeSource(times=[[1.0, 5.0], [2.5]]))
    >>> pattern = net.population(2, es.SpikeSource(times=[[1.0, 5.0], [2.5]], period=50.0, jitter=0.2))
    """

    name = "SpikeSource"

    def __init__(self, times=None, *, period=None, jitter=None):
        self.trains = None if times is None else _trains(times)
        self.jitter = None if jitter is None else _jitter(jitter)
        super().__init__(**({} if period is None else {"period": _cast.check_parameter(period, _PERIOD, "SpikeSource")}))

    def _restore(self, values):
        """The same."""
        super()._restore(values)
        self.trains = self.jitter = None

    def _check_values(self, values, whose=""):
        """Refuse periods that are shorter than their trains."""
        if "period" not in values or self.trains is None:
            return
        last = np.array([train[-1] if len(train) else 0.0 for train in self.trains])
        if isinstance(values["period"], np.ndarray) and len(values["period"]) != len(last):
            return  # which another message says better
        wrong = np.asarray(values["period"]) <= last
        if wrong.any():
            k = int(np.argmax(wrong))
            period = float(np.broadcast_to(values["period"], last.shape)[k])
            raise ParameterError(
                f"SpikeSource period must be > all times of the train, got {period!r} ms and a spike at {float(last[k])!r} ms of train {k}{whose}"
            )

    def _check_size(self, n, population):
        """There must be a train for each source."""
        if self.trains is not None and len(self.trains) != n:
            raise ParameterError(
                f"SpikeSource of population {population!r} needs {n} trains, got {len(self.trains)}; a flat list of times is one train"
            )

    def __repr__(self):
        options = [f"{k}={v!r}" for k, v in self.values.items()] + ([] if self.jitter is None else [f"jitter={self.jitter!r}"])
        return f"SpikeSource({', '.join([f'{len(self.trains)} trains'] * (self.trains is not None) + options)})"


def _trains(times):
    """A float64 array of sorted times for each train."""
    try:
        trains = None if isinstance(times, (str, bytes, dict, set)) else list(times)
    except TypeError:
        trains = None
    if trains is None:
        raise ParameterError(f"SpikeSource times must be a sequence of spike trains (ms), got {_cast.short(times)}")
    if all(_cast.dimensions(train, f"SpikeSource times[{k}]") == 0 for k, train in enumerate(trains)):
        trains = [trains]
    return [_train(train, k) for k, train in enumerate(trains)]


def _train(train, k):
    if _cast.dimensions(train, f"SpikeSource times[{k}]") == 0:
        raise ParameterError(f"SpikeSource times[{k}] must be a sequence of times (ms), got {_cast.short(train)}")
    array = _cast.floats(train, f"SpikeSource times[{k}]", "ms", low=0.0)
    if array.ndim != 1:
        raise ParameterError(f"SpikeSource times[{k}] must be one-dimensional, got shape {array.shape}")
    return np.sort(array)


def _jitter(jitter):
    """The distribution of what spikes are displaced by, ms."""
    if not isinstance(jitter, Distribution):
        return Normal(0.0, _cast.number(jitter, "SpikeSource jitter", "ms", low=0.0))
    low, high = jitter.reach
    if not np.isfinite(high - low):
        raise ParameterError(f"SpikeSource jitter must displace by finite times (ms), {jitter} may give {low:g} to {high:g}")
    return jitter


SOURCES = (Poisson, Regular, GammaProcess, InhomogeneousPoisson, SpikeSource)
