"""Weights as pairs of conductances, and conductances as they turn out."""

from dataclasses import dataclass

import numpy as np

from .. import _cast
from ..errors import ParameterError


@dataclass(frozen=True)
class Mapping:
    """How weights in [-w_max, w_max] become differences of two conductances.

    weight = w_max (plus - minus) / (1/r_on - 1/r_off). The device of the weight's sign carries it, the other one is off.

    Parameters
    ----------
    w_max : float, > 0
        Largest weight, in any unit.
    r_on, r_off : float, GOhm, 0 < r_on < r_off
    levels : int >= 2, optional
        States of a device, evenly spaced from off to on; any by default. A weight then has 2 levels - 1 values.

    Raises
    ------
    ParameterError
        Where one is out of range.

    Examples
    --------
    >>> import eventsim as es
    >>> mapping = es.devices.Mapping(w_max=1.0, r_on=0.01, r_off=1.0, levels=3)
    >>> mapping.conductances([[0.6, -1.0]])  # plus and minus of 0.6, which becomes 0.5; plus and minus of -1
    array([[ 50.5,   1. ,   1. , 100. ]])
    >>> mapping.weights(mapping.conductances([[0.6, -1.0]]))
    array([[ 0.5, -1. ]])
    """

    w_max: float
    r_on: float = 1e-5
    r_off: float = 1e-3
    levels: int | None = None

    def __post_init__(self):
        for name, unit in (("w_max", ""), ("r_on", "GOhm"), ("r_off", "GOhm")):
            object.__setattr__(self, name, _cast.number(getattr(self, name), f"Mapping {name}", unit, 0.0, True))
        if self.r_off <= self.r_on:
            raise ParameterError(f"Mapping r_off must be > r_on, got r_off={self.r_off:g} and r_on={self.r_on:g} GOhm")
        if self.levels is not None:
            object.__setattr__(self, "levels", _cast.integer(self.levels, "Mapping levels", low=2))

    @property
    def _range(self):
        return 1.0 / self.r_on - 1.0 / self.r_off

    def conductances(self, weights):
        """The conductances of weights.

        Parameters
        ----------
        weights : array (rows, columns), in [-w_max, w_max]

        Returns
        -------
        float64 array (rows, 2 columns), nS
            Columns plus and minus side by side, as a `Crossbar` takes them.
        """
        weights = _cast.floats(weights, "weights of Mapping.conductances")
        if weights.ndim != 2:
            raise ParameterError(f"weights of Mapping.conductances must have shape (rows, columns), got shape {weights.shape}")
        large = np.abs(weights) > self.w_max
        if large.any():
            row, column = np.argwhere(large)[0].tolist()
            got = f"{weights[row, column]:g} at index {(row, column)}"
            raise ParameterError(f"weights of Mapping.conductances must lie within w_max = {self.w_max:g} of 0, got {got}")
        x = np.stack([np.maximum(weights, 0.0), np.maximum(-weights, 0.0)], axis=2) / self.w_max
        if self.levels is not None:
            x = np.floor(x * (self.levels - 1) + 0.5) / (self.levels - 1)
        return (1.0 / self.r_off + x * self._range).reshape(len(weights), -1)

    def weights(self, read):
        """The weights of conductances, or what currents say: the difference of neighbouring columns, in units of the weight.

        Parameters
        ----------
        read : array (..., 2 columns), nS or pA

        Returns
        -------
        float64 array (..., columns), unit of the weight, or times mV
        """
        read = _cast.floats(read, "conductances or currents of Mapping.weights")
        if read.ndim == 0 or read.shape[-1] % 2:
            raise ParameterError(f"conductances or currents of Mapping.weights must have shape (..., 2 columns), got shape {read.shape}")
        return self.w_max * (read[..., 0::2] - read[..., 1::2]) / self._range


def mismatched(conductance, std, seed):
    """Conductances as they turn out: each times a normal number of mean 1, drawn again where it is negative.

    Parameters
    ----------
    conductance : array, nS
    std : float, >= 0
        Standard deviation of the factor, at most 1.
    seed : int in [0, 2**64)

    Returns
    -------
    float64 array of the same shape, nS

    Examples
    --------
    >>> import eventsim as es
    >>> es.devices.mismatched([[2.0, 3.0]], 0.0, seed=1)
    array([[2., 3.]])
    """
    conductance = _cast.floats(conductance, "conductance of mismatched", "nS", low=0.0)
    std = _cast.number(std, "std of mismatched", low=0.0, high=1.0)
    generator = np.random.Generator(np.random.Philox(_cast.seed(seed)))
    factor = generator.normal(1.0, std, conductance.shape)
    while (factor < 0.0).any():
        factor[factor < 0.0] = generator.normal(1.0, std, np.count_nonzero(factor < 0.0))
    return conductance * factor
