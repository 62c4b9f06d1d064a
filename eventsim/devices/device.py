"""Descriptions of memristive devices: data that `Memristor` takes."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..network.distributions import Distribution
from ..synapses import device as laws

# What is the same for all devices of a projection, whatever their kind.
_SHARED = ("r_on", "r_off", "cycle", "retention", "t0")


@dataclass(frozen=True, kw_only=True, eq=False)
class Device:
    """What memristive devices have in common; make one of the kinds below.

    The conductance is gain (1/r_off + x (1/r_on - 1/r_off)), times (age / t0)**-drift from t0 after the last programming pulse on, for a state x in [0, 1].

    Parameters
    ----------
    r_on, r_off : float, GOhm, 0 < r_on < r_off
        Resistance in the states x = 1 and x = 0; 1e-5 GOhm are 10 kOhm.
    gain : float, array or distribution, >= 0
        Mismatch of the conductance from device to device.
    up_factor, down_factor : float, array or distribution, >= 0
        Mismatch of the steps (of a binary device: of the probabilities) of SET and RESET pulses. Where a RESET is complete (phase change, pairs), down_factor
        has no effect.
    cycle : float, >= 0
        Variation from pulse to pulse: the standard deviation of a step, relative to its mean. Where it is large, some pulses go backwards, as is measured. A device with
        levels comes to the nearest one, so less than half a level does nothing; binary devices vary by their probabilities alone.
    retention : float, ms, > 0 or inf
        Time constant with which the state relaxes to 0.
    drift : float, array or distribution, >= 0
        Exponent of the power law by which the conductance falls; 0.05 to 0.1 for amorphous phase-change material.
    t0 : float, ms, > 0
        Time after a pulse from which the conductance drifts.

    Arrays have one entry a synapse, as those of weights have. Each device of a pair draws its own from a distribution; arrays hold for both.
    """

    r_on: float = 1e-5
    r_off: float = 1e-3
    gain: Any = 1.0
    up_factor: Any = 1.0
    down_factor: Any = 1.0
    cycle: float = 0.0
    retention: float = math.inf
    drift: Any = 0.0
    t0: float = 1.0

    def __post_init__(self):
        kind = type(self).__name__
        for p in laws.PARAMETERS:
            if p.name in _SHARED:
                _cast.number(getattr(self, p.name), f"{kind} {p.name}", p.unit, p.low, p.low_open, high=p.high, far=p.far)
        if self.r_off <= self.r_on:
            raise ParameterError(f"{kind} r_off must be > r_on, got r_off={self.r_off:g} and r_on={self.r_on:g} GOhm")
        for p in laws.OWN:
            _cast.check_own(getattr(self, p.name), p, kind)

    def parameters(self):
        """What is the same for all devices of a projection, by the names of the rule's parameters: a dict."""
        return {name: getattr(self, name) for name in _SHARED} | self._switching()

    def own(self):
        """What devices may have their own of: a dict."""
        return {p.name: getattr(self, p.name) for p in laws.OWN}

    @property
    def changes(self):
        """Whether the conductance changes between pulses."""
        return isinstance(self.drift, Distribution) or bool(np.any(self.drift)) or self.retention != math.inf

    def _switching(self):
        raise ParameterError("Device is what devices have in common; make one of the kinds, such as es.devices.Linear(levels=16)")


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear(Device):
    """A device whose steps do not depend on its state.

    Parameters
    ----------
    levels : int >= 2, optional
        How many states there are, evenly spaced; any by default.
    up, down : float, > 0, optional
        Steps of a SET and of a RESET pulse; 1 / (levels - 1) by default, which leads to the next level.

    Others are those of `Device`.

    Raises
    ------
    ParameterError
        Without levels and steps, and where steps are too small to leave a level.

    Examples
    --------
    >>> import eventsim as es
    >>> es.devices.Linear(levels=5).up
    0.25
    """

    levels: int | None = None
    up: float | None = None
    down: float | None = None

    def __post_init__(self):
        super().__post_init__()
        if self.levels is None and (self.up is None or self.down is None):
            raise ParameterError("Linear needs levels=, or up= and down=, the steps of SET and RESET pulses")
        if self.levels is not None:
            object.__setattr__(self, "levels", _levels(self.levels, "Linear"))
        for name in ("up", "down"):
            step = getattr(self, name)
            what = f"Linear {name}"
            step = 1.0 / (self.levels - 1) if step is None else _cast.number(step, what, low=0.0, low_open=True)
            if self.levels is not None and step < 0.5 / (self.levels - 1):
                raise ParameterError(
                    f"{what} must be >= {0.5 / (self.levels - 1):g}, half the distance of {self.levels} levels, got {step:g}"
                )
            object.__setattr__(self, name, step)

    def _switching(self):
        return {"law": laws.LINEAR, "up": self.up, "down": self.down, "levels": float(self.levels or 0)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Exponential(Device):
    """A device whose steps become smaller exponentially on the way: soft bounds (Querlioz et al. 2011).

    Parameters
    ----------
    up, down : float, > 0
        Largest steps of a SET pulse (at x = 0) and of a RESET pulse (at x = 1).
    beta_up, beta_down : float, >= 0
        The steps on the other side are exp(-beta) times as large.

    Others are those of `Device`.
    """

    up: float = 0.01
    down: float = 0.005
    beta_up: float = 3.0
    beta_down: float = 3.0

    def _switching(self):
        return {"law": laws.EXPONENTIAL, "up": self.up, "down": self.down, "shape_up": self.beta_up, "shape_down": self.beta_down}


@dataclass(frozen=True, kw_only=True, eq=False)
class Windowed(Device):
    """A device whose steps a window makes smaller near the ends.

    Parameters
    ----------
    window : str
        "joglekar" (Joglekar & Wolf 2009): 1 - (2x - 1)**(2 order), no motion at either end: a device that is at one stays there;
        "biolek" (Biolek et al. 2009): no motion only at the end that the pulse leads to.
    order : int >= 1
        The larger, the steeper.
    up, down : float, > 0
        Largest steps.

    Others are those of `Device`.
    """

    window: str = "biolek"
    order: int = 1
    up: float = 0.05
    down: float = 0.05

    def __post_init__(self):
        super().__post_init__()
        _cast.choice(self.window, "Windowed window", ("joglekar", "biolek"))
        object.__setattr__(self, "order", _cast.integer(self.order, "Windowed order", low=1))

    def _switching(self):
        law = laws.JOGLEKAR if self.window == "joglekar" else laws.BIOLEK
        order = float(self.order)
        return {"law": law, "up": self.up, "down": self.down, "shape_up": order, "shape_down": order}


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseChange(Device):
    """A phase-change device: SET pulses crystallise it step by step, any RESET pulse makes it amorphous (x = 0).

    Parameters
    ----------
    levels : int >= 2
        Every SET pulse leads to the next level.

    Others are those of `Device`; drift is 0.05 by default, and t0 1 ms.
    """

    levels: int = 16
    drift: Any = 0.05

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "levels", _levels(self.levels, "PhaseChange"))

    def _switching(self):
        return {"law": laws.LINEAR, "up": 1.0 / (self.levels - 1), "abrupt": 1.0, "levels": float(self.levels)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Binary(Device):
    """A device with two states that pulses switch with some probability: conductive bridge, spin-transfer-torque memory.

    Parameters
    ----------
    p_set, p_reset : float, in [0, 1]
        Probability that a SET, a RESET pulse switches. With up_factor, down_factor each device has its own.

    Others are those of `Device`.
    """

    p_set: float = 0.1
    p_reset: float = 0.1

    def __post_init__(self):
        super().__post_init__()
        for name in ("p_set", "p_reset"):
            object.__setattr__(self, name, _cast.number(getattr(self, name), f"Binary {name}", low=0.0, high=1.0))

    def _switching(self):
        return {"law": laws.BINARY, "up": self.p_set, "down": self.p_reset, "levels": 2.0}


def _levels(value, owner):
    return _cast.integer(value, f"{owner} levels", low=2)
