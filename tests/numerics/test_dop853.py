"""The step of order 8, its dense output and its error, on equations whose solutions are known."""

import math
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsim.numerics import dop853
from eventsim.numerics.dop853 import COEFFICIENTS, ROWS, STAGES, combine, dense_output, error_of, first, first_reach, node, source, weight
from eventsim.numerics.trajectory import make_trajectory

START = (1.0, 0.5)


def logistic_and_spiral(t, y):
    """y0 grows to 2 (logistic), y1 follows its square: solved in closed form for y0."""
    return y[0] * (2.0 - y[0]), y[0] * y[0] - y[1]


def solution(t):
    """y0 of that."""
    e = math.exp(2.0 * t)
    return 2.0 * e / (1.0 + e)


def step(y, h):
    """One step: the new state and the stages, dense output's included."""
    k = [0.0] * (ROWS * 2)
    z = [0.0, 0.0]
    k[0:2] = logistic_and_spiral(0.0, y)
    for i in range(1, STAGES + 1):
        combine(i, 2, h, k, y, z, [0.0, 0.0])
        k[2 * i : 2 * i + 2] = logistic_and_spiral(0.0, z)
    new = list(z)
    for i in range(STAGES + 1, ROWS):
        combine(i, 2, h, k, y, z, [0.0, 0.0])
        k[2 * i : 2 * i + 2] = logistic_and_spiral(0.0, z)
    return new, k


def test_each_stage_is_evaluated_at_its_node():
    """The condition of order 1 of each row, and of order 2 of the step."""
    for i in range(1, ROWS):
        total = math.fsum(weight(p) for p in range(first(i), first(i + 1)))
        assert total == pytest.approx(node(i), abs=1e-14)
    for power in range(1, 8):
        moment = math.fsum(weight(p) * node(source(p)) ** power for p in range(first(STAGES), first(STAGES + 1)))
        assert moment == pytest.approx(1.0 / (power + 1), abs=1e-14)


def test_the_error_of_a_step_falls_with_the_ninth_power():
    """On a linear equation, whose solution each step multiplies by a polynomial: exp(h) up to h**8 / 8!."""
    errors = []
    for h in (1.0, 0.5):
        k, z = [0.0] * ROWS, [0.0]
        k[0] = 1.0
        for i in range(1, STAGES + 1):
            combine(i, 1, h, k, (1.0,), z, [0.0])
            k[i] = z[0]
        errors.append(abs(z[0] - math.exp(h)))
    assert 8.5 < math.log2(errors[0] / errors[1]) < 9.5


def test_the_estimate_is_near_the_error_and_above_it():
    for h in (1.2, 0.8, 0.4):
        new, k = step(START, h)
        estimate = error_of(2, h, k, START, new, 1.0, 1.0)
        assert abs(new[0] - solution(h)) < estimate


@pytest.mark.parametrize("x", [0.0, 0.1, 0.5, 0.77, 1.0])
def test_dense_output_has_order_seven(x):
    errors = []
    for h in (0.8, 0.4):
        new, k = step(START, h)
        p = [0.0] * COEFFICIENTS
        dense_output(2, h, k, START, new, p)
        errors.append(abs(np.polynomial.Polynomial(p)(x) - solution(x * h)))
    assert errors[1] < 2.0**-7 * errors[0] + 1e-15


@given(
    st.lists(st.floats(-3.0, 3.0).filter(lambda x: x == 0.0 or abs(x) > 1e-30), min_size=COEFFICIENTS, max_size=COEFFICIENTS),
    st.floats(1e-9, 3.0),
)
def test_first_reach_is_the_first_root(p, gap):
    threshold = p[0] + gap
    found = first_reach(p, threshold)
    roots = np.polynomial.Polynomial([p[0] - threshold, *p[1:]]).roots()
    real = sorted(r.real for r in roots if abs(r.imag) < 1e-9 and -1e-9 <= r.real <= 1.0 + 1e-9)
    x = np.linspace(0.0, min(found, 1.0), 500)
    values = np.polynomial.Polynomial(p)(x)
    assert (values[:-1] < threshold + 1e-12).all()
    if found <= 1.0:
        assert values[-1] == pytest.approx(threshold, abs=1e-12)
    elif not any(abs(np.polynomial.Polynomial(p).deriv()(r)) < 1e-4 for r in real):
        assert not [r for r in real if 1e-9 < r < 1.0 - 1e-9]


def test_tables_are_constants_of_the_module():
    """Compiled code takes each table from the one name that its function reads."""
    for name in ("first", "source", "weight", "node", "fifth", "third", "between"):
        (table,) = getattr(dop853, name).__code__.co_names
        assert isinstance(getattr(dop853, table), tuple)


# -- trajectories --------------------------------------------------------------------------------------------------------

Constants = namedtuple("Constants", "v_thresh tolerance rate")
State = namedtuple("State", "v w")


def follow(derivative, **options):
    return make_trajectory(derivative, Constants, State, **options)._asdict()


def swinging(c, s):
    """v = sin(rate t), w = cos(rate t)."""
    return State(c.rate * s.w, -c.rate * s.v)


@pytest.mark.parametrize("threshold", [0.5, 0.99, 0.999999, 1.0 - 1e-9, 1.0 + 1e-6])
def test_crossings_are_found_up_to_the_very_top(threshold):
    """A maximum that pokes over threshold for a moment, far within a step, is found; one that stays below is not taken for one."""
    c = Constants(threshold, 1e-11, 0.2)
    look = follow(swinging)["next_look"](c, State(0.0, 1.0), 20.0)
    if threshold > 1.0:
        assert look > 20.0
    else:
        slope = 0.2 * math.sqrt(1.0 - threshold * threshold)
        assert look == pytest.approx(math.asin(threshold) / 0.2, abs=1e-9 / slope)


def test_a_crossing_does_not_depend_on_the_interval_asked_for():
    c = Constants(0.9, 1e-9, 0.7)
    looks = {follow(swinging)["next_look"](c, State(0.0, 1.0), dt) for dt in (1.0, 1.5, 2.0, 5.0, 40.0)}
    assert len(looks) == 1


def exploding(c, s):
    """v is infinite after 1 / (rate v(0))."""
    return State(c.rate * s.v * s.v, -s.w)


@pytest.mark.parametrize("threshold", [1e3, 1e9, 1e15])
def test_an_upstroke_takes_few_steps_and_ends_at_threshold(threshold):
    count = [0]

    def counted(c, s):
        count[0] += 1
        return exploding(c, s)

    c = Constants(threshold, 1e-11, 0.5)
    functions = follow(counted)
    crossing = functions["next_crossing"](c, State(1.0, 1.0))
    assert crossing == pytest.approx(2.0 - 2.0 / threshold, abs=1e-9)
    assert count[0] < 2000
    at = functions["flow"](c, State(1.0, 1.0), 10.0)
    assert at.v == threshold
    assert at.w == pytest.approx(math.exp(-crossing), abs=1e-9)


def test_what_comes_to_rest_is_said_to_stay():
    def relaxing(c, s):
        return State(c.rate * (0.25 - s.v), -s.w)

    functions = follow(relaxing)
    c = Constants(1.0, 1e-9, 1.0)
    assert functions["next_crossing"](c, State(0.0, 0.0)) == math.inf
    assert functions["flow"](c, State(0.0, 0.0), 1e9).v == pytest.approx(0.25, abs=1e-7)


def test_a_step_that_fails_gives_no_number():
    def broken(c, s):
        return State(1.0 if s.v <= 0.5 else math.nan, 0.0)

    functions = follow(broken)
    c = Constants(1.0, 1e-9, 1.0)
    assert math.isnan(functions["next_crossing"](c, State(0.0, 0.0)))
    assert math.isnan(functions["flow"](c, State(0.0, 0.0), 2.0).v)
    assert functions["flow"](c, State(0.0, 0.0), 0.25).v == pytest.approx(0.25)


def test_clamped_the_potential_stays_and_the_others_go_on():
    at = follow(swinging)["flow_refractory"](Constants(2.0, 1e-9, 0.5), State(1.0, 3.0), 4.0)
    assert at.v == 1.0
    assert at.w == pytest.approx(3.0 - 0.5 * 4.0)
