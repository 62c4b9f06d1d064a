"""Injected currents that depend on time: constant between given times, piecewise linear, a sine, noise."""

import math
from typing import ClassVar

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..synapses.modulator import is_modulator

MIN_FREQUENCY, MAX_FREQUENCY = 1e-6, 1e6  # Hz: a sine is an event per neuron and period
MIN_INTERVAL = 1e-6  # ms, of noise

# Kinds of current as neurons know them: the variables they bring (neurons/injected.py).
LEVEL, RAMP, SINE = "L", "R", "S"


class Current:
    """Base of the injected currents: `kind` says which variables it brings to a neuron."""

    kind = LEVEL
    _each: ClassVar[dict] = {}  # dimensions of each value where it is given for each neuron

    def check_size(self, n, what):
        """Refuse a selection of n neurons for which values were not given."""
        for name, value in vars(self).items():
            given = np.shape(value)
            if name in self._each and len(given) == self._each[name] and given[-1] != n:
                shape = f"({n},)" if len(given) == 1 else f"({given[0]}, {n})"
                raise ParameterError(f"{what}: {name} must be shared or have shape {shape}, one for each neuron, got shape {given}")

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={_cast.short(v)}' for k, v in vars(self).items())})"


class _Piecewise(Current):
    """Values at given times."""

    _each: ClassVar = {"values": 2}

    def __init__(self, times, values):
        name = type(self).__name__
        self.times = np.atleast_1d(_cast.floats(times, f"{name} times", "ms", low=0.0))
        if self.times.ndim != 1 or not len(self.times) or not (np.diff(self.times) > 0.0).all():
            raise ParameterError(f"{name} times must be a sequence of ascending times (ms), got {_cast.short(times)}")
        self.values = np.atleast_1d(_cast.floats(values, f"{name} values", "pA"))
        m = len(self.times)
        if self.values.ndim not in (1, 2) or len(self.values) != m:
            raise ParameterError(f"{name} values must have shape ({m},) or ({m}, n), one for each of times, got shape {self.values.shape}")


class StepCurrent(_Piecewise):
    """A current that is constant between given times.

    Parameters
    ----------
    times : array (m,), ms, >= 0, ascending
        When it changes. Before times[0] it is 0, after times[-1] it stays.
    values : array (m,) or (m, n), pA
        From each of the times on, for all neurons or for each of the n.

    Raises
    ------
    ParameterError
        Where times are not ascending, or a value is not finite or of the wrong shape.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> cells = net.population(1, es.LIF(tau_m=10.0, r_m=0.04, v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    >>> net.inject_current(cells, es.StepCurrent(times=[100.0, 105.0], values=[1000.0, 0.0]))
    <Injection of StepCurrent into 'LIF0' as i_ext0>
    >>> sim = es.Simulator(net)
    >>> sim.run(200.0)
    >>> sim.spikes.time
    array([104.70003629])
    """


class RampCurrent(_Piecewise):
    """A current that is linear between given points.

    Parameters
    ----------
    times : array (m,), ms, >= 0, ascending
        Before times[0] the current is 0, after times[-1] it stays.
    values : array (m,) or (m, n), pA
        At these times, for all neurons or for each of the n.

    Raises
    ------
    ParameterError
        Where times are not ascending, or a value or a slope is not finite or of the wrong shape.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> cells = net.population(10, es.LIFExp())
    >>> net.inject_current(cells, es.RampCurrent(times=[0.0, 500.0], values=[0.0, 1000.0]))
    <Injection of RampCurrent into 'LIFExp0' as i_ext0>
    """

    kind = RAMP

    def __init__(self, times, values):
        super().__init__(times, values)
        with np.errstate(over="ignore"):
            wrong = ~np.isfinite(self.slopes())
        if wrong.any():
            raise ParameterError(f"RampCurrent values must rise by a finite slope (pA/ms) from time to time, got {_cast.short(values)}")

    def slopes(self):
        """From each point to the next, pA/ms, and 0 from the last on: like `values`."""
        rises = np.diff(self.values, axis=0)
        steps = np.diff(self.times).reshape(-1, *[1] * (self.values.ndim - 1))
        return np.concatenate([rises / steps, np.zeros_like(self.values[:1])])


class _Lasting(Current):
    """A current from a time on, up to another."""

    def _take_times(self, start, stop):
        name = type(self).__name__
        self.start = _cast.number(start, f"{name} start", "ms", low=0.0)
        self.stop = math.inf if stop is None else _cast.number(stop, f"{name} stop", "ms")
        if self.stop <= self.start:
            raise ParameterError(f"{name} stop must be > start = {self.start:g} ms, got {self.stop:g}")

    def _value(self, value, what, unit, low=-math.inf):
        name = f"{type(self).__name__} {what}"
        if _cast.dimensions(value, name) == 0:
            return _cast.number(value, name, unit, low=low)
        array = _cast.floats(value, name, unit, low=low)
        if array.ndim != 1:
            raise ParameterError(f"{name} must be a number or have shape (n,), one for each neuron, got shape {array.shape}")
        return array


class SineCurrent(_Lasting):
    """offset + amplitude sin(2 pi frequency (t - start) + phase) from start to stop, and 0 before and after.

    The phase is that of t - start, so no error of it grows with the run.

    Parameters
    ----------
    amplitude : float or array (n,), pA
    frequency : float, Hz, 1e-6 to 1e6
        Shared by all neurons.
    phase : float or array (n,), radians
    offset : float or array (n,), pA
    start : float, ms, >= 0
    stop : float, ms, > start, optional

    Raises
    ------
    ParameterError
        Where a value is not finite, out of range or of the wrong shape.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> cells = net.population(10, es.LIFExp())
    >>> net.inject_current(cells, es.SineCurrent(amplitude=300.0, frequency=10.0, offset=600.0))
    <Injection of SineCurrent into 'LIFExp0' as i_ext0>
    """

    kind = SINE
    _each: ClassVar = {"amplitude": 1, "phase": 1, "offset": 1}

    def __init__(self, amplitude, frequency, phase=0.0, offset=0.0, start=0.0, stop=None):
        self.amplitude = self._value(amplitude, "amplitude", "pA")
        self.frequency = _cast.number(frequency, "SineCurrent frequency", "Hz", low=MIN_FREQUENCY, high=MAX_FREQUENCY)
        self.phase = self._value(phase, "phase", "radians")
        self.offset = self._value(offset, "offset", "pA")
        self._take_times(start, stop)


class NoisyCurrent(_Lasting):
    """Gaussian noise: a new normal value for each neuron every interval, from start to stop; 0 before and after.

    A neuron's values are independent of each other and of its neighbours'. For intervals much shorter than the membrane's
    time constant it acts as white noise of intensity std**2 * interval. `Simulator(seed=...)` varies it.

    Parameters
    ----------
    mean : float or array (n,), pA
    std : float or array (n,), pA, >= 0
    interval : float, ms, >= 1e-6
        The k-th value holds from start + k * interval on.
    start : float, ms, >= 0
    stop : float, ms, > start, optional

    Raises
    ------
    ParameterError
        Where a value is not finite, out of range or of the wrong shape.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> cells = net.population(10, es.LIF())
    >>> net.inject_current(cells, es.NoisyCurrent(mean=10.0, std=30.0, interval=0.5))
    <Injection of NoisyCurrent into 'LIF0' as i_ext0>
    """

    _each: ClassVar = {"mean": 1, "std": 1}

    def __init__(self, mean, std, interval, start=0.0, stop=None):
        self.mean = self._value(mean, "mean", "pA")
        self.std = self._value(std, "std", "pA", low=0.0)
        self.interval = _cast.number(interval, "NoisyCurrent interval", "ms", low=MIN_INTERVAL)
        self._take_times(start, stop)


CURRENTS = (StepCurrent, RampCurrent, SineCurrent, NoisyCurrent)


class Injection:
    """A current and the neurons it is injected into. Made by `Network.inject_current`.

    Attributes
    ----------
    post : Population or view
    current : StepCurrent, RampCurrent, SineCurrent or NoisyCurrent
    variable : str
        The state variable of the neurons that is the current, pA: "i_ext0", "i_ext1", ... by population.
    """

    def __init__(self, post, current, ordinal):
        what = f"current into {post.name!r}"
        if not isinstance(current, CURRENTS):
            names = ", ".join(c.__name__ for c in CURRENTS)
            raise ParameterError(f"{what} must be one of {names}, such as es.StepCurrent([10.0], [500.0]), got {_cast.short(current)}")
        if post.population.is_source:
            raise ParameterError(f"{what}: {post.population.name!r} is a source and receives nothing")
        if is_modulator(post.population.model):
            raise ParameterError(f"{what}: a modulator takes no current; connect sources to it")
        current.check_size(len(post), what)
        self.post, self.current, self.ordinal = post, current, ordinal
        self.number = post.population.take_current(current.kind)
        self.variable = f"i_ext{self.number}"

    def __repr__(self):
        return f"<Injection of {type(self.current).__name__} into {self.post.name!r} as {self.variable}>"
