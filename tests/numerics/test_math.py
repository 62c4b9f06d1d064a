"""The foundation of "equal bit for bit": on this machine, CPython and compiled code agree on every function models may use."""

import math

import numpy as np
import pytest

from .compiling import both

N = 20_000


def arguments(name):
    """Arguments over all the decades that occur."""
    rng = np.random.default_rng(7)
    magnitude = 10.0 ** rng.uniform(-20.0, 2.5, N)
    if name in ("log", "sqrt"):
        return magnitude
    if name == "log1p":
        return np.concatenate([magnitude, -rng.random(N)])
    return magnitude * rng.choice([-1.0, 1.0], N)


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos"])
def test_a_function_of_the_library_is_the_same_compiled(name):
    plain, compiled = both(getattr(math, name), arguments(name)[:, None])
    np.testing.assert_array_equal(plain, compiled)


def test_the_angle_of_a_vector_is_the_same_compiled():
    plain, compiled = both(math.atan2, np.stack([arguments("atan2"), arguments("atan2")[::-1]], axis=1))
    np.testing.assert_array_equal(plain, compiled)


@pytest.mark.parametrize("operation", ["a + b * c", "(a - b) / c", "a * b * c - a / b", "min(a, b) + max(b, c)", "abs(a - b) // abs(c)"])
def test_arithmetic_is_the_same_compiled(operation):
    """No operation is contracted (a fused multiply-add would round once instead of twice) or reordered."""
    scope = {}
    exec(f"def f(a, b, c):\n    return {operation}\n", scope)
    rng = np.random.default_rng(8)
    plain, compiled = both(scope["f"], rng.normal(size=(N, 3)) * 10.0 ** rng.uniform(-3.0, 3.0, (N, 3)))
    np.testing.assert_array_equal(plain, compiled)


def next_up(x):
    return math.nextafter(x, math.inf)


def next_down(x):
    return math.nextafter(x, 0.0)


@pytest.mark.parametrize("function", [next_up, next_down])
def test_the_next_float_is_the_same_compiled(function):
    corners = np.array([0.0, 5e-324, 2.0**-1022, 1.0, 2.0 - 2.0**-52, 2.0, 1e6, 1.7976931348623157e308])
    x = np.concatenate([corners, np.abs(arguments("exp"))])
    plain, compiled = both(function, x[:, None])
    np.testing.assert_array_equal(plain, compiled)
    assert (plain[1:] != x[1:]).all()
