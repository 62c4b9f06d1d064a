"""The only door for numbers and arrays from outside: dtype, shape, finiteness, range. Inside are only clean arrays.

What comes in is copied, so a later change of the user's own array can not bring in what was refused here.
"""

import difflib
import math
import numbers

import numpy as np

from .errors import ParameterError


def dimensions(value, name, error=ParameterError):
    """Number of dimensions: 0 for a number (or for something that will be refused as one)."""
    try:
        return np.ndim(value)
    except (TypeError, ValueError):
        raise error(f"{name} must be a number or an array of numbers, got {short(value)}") from None


def number(value, name, unit="", low=-math.inf, low_open=False, error=ParameterError, high=math.inf, far=None):
    """A finite float in range; where `far` is given, it stands for infinity."""
    if not _is_real(value):
        raise error(f"{name} must be a number{_in(unit)}, got {short(value)}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if far is not None and math.isinf(result):
        result = math.copysign(far, result)
    if not math.isfinite(result):
        raise error(f"{name} must be finite{_in(unit)}, got {short(value)}")
    if result < low or (low_open and result == low):
        raise error(f"{name} must be {'>' if low_open else '>='} {low:g}{' ' + unit if unit else ''}, got {short(value)}")
    if result > high:
        raise error(f"{name} must be <= {high:g}{' ' + unit if unit else ''}, got {short(value)}")
    return result


def integer(value, name, low=None, error=ParameterError):
    """An int, not a rounded float."""
    whole = isinstance(value, numbers.Integral) or (_is_real(value) and math.isfinite(value) and int(value) == value)
    if not whole or isinstance(value, bool):
        raise error(f"{name} must be a whole number{'' if low is None else f' >= {low}'}, got {short(value)}")
    result = int(value)
    if low is not None and result < low:
        raise error(f"{name} must be >= {low}, got {result}")
    return result


def flag(value, name):
    """True or False, and nothing that only counts as one of them."""
    if not isinstance(value, (bool, np.bool_)):
        raise ParameterError(f"{name} must be True or False, got {short(value)}")
    return bool(value)


def precision(value, name):
    """The dtype of numbers: np.float32 or np.float64."""
    try:
        dtype = None if value is None else np.dtype(value)
    except (TypeError, ValueError):
        dtype = None
    if dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ParameterError(f"{name} must be np.float32 or np.float64, got {short(value)}")
    return dtype


def text(value, name):
    """A string."""
    if not isinstance(value, str) or not value.strip():
        raise ParameterError(f"{name} must be a string that is not empty, got {short(value)}")
    return value


def choice(value, name, choices):
    """One of several names."""
    if not isinstance(value, str) or value not in choices:
        raise ParameterError(f"{name} must be one of {', '.join(map(repr, choices))}, got {short(value)}")
    return value


def seed(value):
    """A seed in [0, 2**64)."""
    result = integer(value, "seed", low=0)
    if result >= 2**64:
        raise ParameterError(f"seed must be < 2**64, got {result}")
    return result


def floats(values, name, unit="", shape=None, low=-math.inf, low_open=False, error=ParameterError, far=None):
    """A C-contiguous float64 array of its own, finite and in range; of the shape where one is given. `far` stands for infinity."""
    try:
        raw = np.asarray(values)
        if raw.dtype.kind not in "fiu" or isinstance(values, np.ma.MaskedArray):
            raise TypeError
        array = np.array(raw, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise error(f"{name} must be numbers{_in(unit)}, got {short(values)}") from None
    if shape is not None and array.shape != shape:
        raise error(f"{name} must have shape {shape}, got shape {array.shape}")
    if far is not None:
        array[np.isinf(array)] = np.copysign(far, array[np.isinf(array)])
    wrong = ~np.isfinite(array)
    if wrong.any():
        raise error(f"{name} must be finite{_in(unit)}, got {array[wrong][0]}{_place(wrong)}")
    wrong = (array <= low) if low_open else (array < low)
    if wrong.any():
        sign = ">" if low_open else ">="
        raise error(f"{name} must be {sign} {low:g}{' ' + unit if unit else ''}, got {array[wrong][0]:g}{_place(wrong)}")
    return array


def integers(values, name, error=ParameterError):
    """A C-contiguous int64 array (m,) of its own."""
    try:
        raw = np.asarray(values)
    except (TypeError, ValueError):
        raise error(f"{name} must be whole numbers, got {short(values)}") from None
    if raw.size == 0 and raw.dtype.kind == "f":  # numpy's idea of an empty list
        raw = raw.astype(np.int64)
    if raw.dtype.kind not in "iu" or isinstance(values, np.ma.MaskedArray):
        raise error(f"{name} must be whole numbers, got {short(values)}")
    if raw.ndim != 1:
        raise error(f"{name} must be one-dimensional, got shape {raw.shape}")
    if raw.dtype == np.uint64 and raw.max(initial=0) >= 2**63:
        raise error(f"{name} must be < 2**63, got {raw.max()}")
    return np.array(raw, dtype=np.int64, order="C")


def indices(values, name, size, error=ParameterError):
    """An int64 array (m,) of indices in [0, size)."""
    array = integers(values, name, error)
    wrong = (array < 0) | (array >= size)
    if wrong.any():
        raise error(f"{name} must be in [0, {size}), got {array[wrong][0]}{_place(wrong)}")
    return array


def check_parameter(value, parameter, owner):
    """A neuron parameter as a float, a float64 array (n,) or a distribution, in its range."""
    from .network.distributions import Distribution

    name = f"{owner} {parameter.name}"
    if isinstance(value, Distribution):
        if value.support[0] < parameter.low or (parameter.low_open and value.support[0] <= parameter.low and value.attains_low):
            raise ParameterError(f"{name} must be {parameter.describe_range()}, but {value} can be less; give it low=")
        if value.support[1] > parameter.high:
            raise ParameterError(f"{name} must be {parameter.describe_range()}, but {value} can be more; give it high=")
        return value
    if dimensions(value, name) == 0:
        return number(value, name, parameter.unit, parameter.low, parameter.low_open, high=parameter.high, far=parameter.far)
    array = floats(value, name, parameter.unit, low=parameter.low, low_open=parameter.low_open, far=parameter.far)
    if array.ndim != 1:
        raise ParameterError(f"{name} must be a number or one-dimensional, got shape {array.shape}")
    wrong = array > parameter.high
    if wrong.any():
        raise ParameterError(f"{name} must be {parameter.describe_range()}, got {array[wrong][0]:g}{_place(wrong)}")
    return array


def check_own(value, parameter, owner):
    """Refuse values of single synapses that are out of range; their shape is checked where the projection is known."""
    flat = np.ravel(value) if dimensions(value, f"{owner} {parameter.name}") else value
    check_parameter(flat, parameter, owner)


def meant(name, known):
    """A half-sentence on what an unknown name may have been meant to be, and on what there is."""
    known = [k for k in known if isinstance(k, str)]
    near = difflib.get_close_matches(name, known, 1) if isinstance(name, str) else []
    there_is = f"is {', '.join(map(repr, known)) or 'none'}"
    return f"did you mean {near[0]!r}? There {there_is}" if near else f"there {there_is}"


def _is_real(value):
    """Whether a value is a real number: of Python, of NumPy, or an array without dimensions; no bool, no text."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "fiu" and not isinstance(value, np.ma.MaskedArray)
    return isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))


def _in(unit):
    return f" ({unit})" if unit else ""


def _place(mask):
    """Where the first of a mask is, in words."""
    index = tuple(int(i) for i in np.argwhere(mask)[0])
    return f" at index {index[0] if len(index) == 1 else index}" if index else ""


def short(value):
    """How a value is shown in a message."""
    try:
        shown = repr(value)
    except Exception:  # somebody else's repr: the message about the value matters more
        shown = f"an object of type {type(value).__name__}"
    return shown if len(shown) <= 60 else shown[:57] + "..."
