"""The only door for numbers and arrays from outside: dtype, shape, finiteness, range. Inside are only clean arrays."""

import numbers

import numpy as np

from .errors import ParameterError


def number(value, name, unit="", low=-np.inf, low_open=False):
    """A finite float in range."""
    if isinstance(value, (bool, np.bool_)) or isinstance(value, (str, bytes)):
        raise ParameterError(f"{name} must be a number{_in(unit)}, got {value!r}")
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(f"{name} must be a number{_in(unit)}, got {value!r}") from None
    if not np.isfinite(result):
        raise ParameterError(f"{name} must be finite{_in(unit)}, got {value!r}")
    if result < low or (low_open and result == low):
        raise ParameterError(f"{name} must be {'>' if low_open else '>='} {low:g}{' ' + unit if unit else ''}, got {value!r}")
    return result


def integer(value, name, low=None):
    """An int, not a rounded float."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Integral, np.integer)):
        as_float = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
        if not (as_float and float(value).is_integer()):
            raise ParameterError(f"{name} must be a whole number, got {value!r}")
    result = int(value)
    if low is not None and result < low:
        raise ParameterError(f"{name} must be >= {low}, got {result}")
    return result


def seed(value):
    """A seed in [0, 2**64)."""
    result = integer(value, "seed", low=0)
    if result >= 2**64:
        raise ParameterError(f"seed must be < 2**64, got {result}")
    return result


def floats(values, name, unit="", shape=None, low=-np.inf, low_open=False):
    """A C-contiguous float64 array, finite and in range; shape (n,) where n is given."""
    try:
        raw = np.asarray(values)
        if raw.dtype == bool or raw.dtype.kind not in "fiu":
            raise TypeError
        array = np.ascontiguousarray(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be numbers{_in(unit)}, got {_short(values)}") from None
    if shape is not None and array.shape != shape:
        raise ParameterError(f"{name} must have shape {shape}, got {array.shape}")
    wrong = ~np.isfinite(array)
    if wrong.any():
        raise ParameterError(f"{name} must be finite{_in(unit)}, got {array[wrong][0]} at index {_first(wrong)}")
    wrong = (array <= low) if low_open else (array < low)
    if wrong.any():
        sign = ">" if low_open else ">="
        raise ParameterError(f"{name} must be {sign} {low:g}{' ' + unit if unit else ''}, got {array[wrong][0]:g} at index {_first(wrong)}")
    return array


def indices(values, name, size):
    """An int64 array of indices in [0, size)."""
    raw = np.asarray(values)
    if raw.size == 0:
        raw = raw.astype(np.int64)
    if raw.dtype.kind not in "iu":
        raise ParameterError(f"{name} must be whole numbers, got {_short(values)}")
    if raw.ndim != 1:
        raise ParameterError(f"{name} must be one-dimensional, got shape {raw.shape}")
    wrong = (raw < 0) | (raw >= size)
    if wrong.any():
        raise ParameterError(f"{name} must be in [0, {size}), got {raw[wrong][0]} at index {_first(wrong)}")
    return np.ascontiguousarray(raw, dtype=np.int64)


def check_parameter(value, parameter, owner):
    """A neuron parameter as a float, a float64 array (n,) or a distribution, in its range."""
    from .network.distributions import Distribution

    name = f"{owner} {parameter.name}"
    if isinstance(value, Distribution):
        if value.support[0] < parameter.low or (parameter.low_open and value.support[0] <= parameter.low and value.attains_low):
            raise ParameterError(f"{name} must be {parameter.describe_range()}, but {value} can be less; give it low=")
        return value
    if isinstance(value, numbers.Number) or np.ndim(value) == 0:
        return number(value, name, parameter.unit, parameter.low, parameter.low_open)
    array = floats(value, name, parameter.unit, low=parameter.low, low_open=parameter.low_open)
    if array.ndim != 1:
        raise ParameterError(f"{name} must be a number or one-dimensional, got shape {array.shape}")
    return array


def _in(unit):
    return f" ({unit})" if unit else ""


def _first(mask):
    index = np.argwhere(mask)[0]
    return int(index[0]) if len(index) == 1 else tuple(int(i) for i in index)


def _short(values):
    text = repr(values)
    return text if len(text) <= 60 else text[:57] + "..."
