"""Trails: with what is kept of a trajectory it is followed in fewer steps, through the same bits, whoever asked for what before."""

import math
import struct
from collections import namedtuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsim.neurons import ADEX, HODGKIN_HUXLEY, HODGKIN_HUXLEY_SQUID, IZHIKEVICH
from eventsim.numerics.trail import forget
from eventsim.numerics.trajectory import make_trajectory

MODELS = {m.name + str(m.variant): m for m in (ADEX, HODGKIN_HUXLEY, HODGKIN_HUXLEY_SQUID, IZHIKEVICH)}

TIMES = st.floats(2.0**-30, 20.0) | st.sampled_from([0.25, 0.5, 1.0, 3.0])
QUESTIONS = st.lists(
    st.tuples(st.sampled_from(["flow", "look", "bound"]), TIMES, st.sampled_from(["new", "last", "before", "after"])),
    min_size=2,
    max_size=8,
)


def constants_of(model, **given):
    values = {p.name: p.default for p in model.parameters} | given
    return model.prepare(model.parameter_type(*(values[name] for name in model.parameter_type._fields)))


def begun(model, v, current):
    """Constants and the state in which a membrane begins at v."""
    c = constants_of(model, i_offset=current, tolerance=1e-6)
    return c, model.start(c, v) if model.start else model.state_type(v, *[0.0] * (len(model.state_type._fields) - 1))


def bits(values):
    return struct.pack(f"{len(values)}d", *values)


@pytest.mark.parametrize("name", MODELS)
def test_no_bit_depends_on_what_was_asked_before(name):
    """Times answered before, to the bit and one bit beside, are among those that are asked for."""
    model = MODELS[name]
    own = model.trailing

    @given(st.floats(-80.0, -45.0), st.floats(-200.0, 1500.0) | st.sampled_from([0.0, 700.0]), QUESTIONS)
    @settings(max_examples=40)
    def run(v, current, questions):
        c, s = begun(model, v, current)
        kept, answer = [0.0] * own.width, 1.0
        for what, dt, near in questions:
            dt = {"new": dt, "last": answer, "before": math.nextafter(answer, 0.0), "after": math.nextafter(answer, math.inf)}[near]
            if what == "flow":
                assert bits(own.flow(c, s, dt, kept, 0)) == bits(model.flow(c, s, dt))
            elif what == "bound":
                assert bits([own.crossing_bound(c, s, kept, 0)]) == bits([model.crossing_bound(c, s)])
            else:
                look = own.next_look(c, s, dt, kept, 0)
                assert bits([look]) == bits([own.next_look(c, s, dt, [0.0] * own.width, 0)])
                answer = look if 0.0 < look < 100.0 else 1.0

    run()


Constants = namedtuple("Constants", "v_thresh tolerance")
State = namedtuple("State", "v w")


def counted():
    """sin and cos, and how often their slopes have been asked for."""
    count = [0]

    def swinging(c, s):
        count[0] += 1
        return State(s.w, -s.v)

    return make_trajectory(swinging, Constants, State), count


def test_looks_one_after_another_take_no_more_steps_than_one_that_goes_all_the_way():
    (whole, total), (parts, count) = counted(), counted()
    c, s = Constants(2.0, 1e-9), State(0.0, 1.0)
    end = whole.trailing.next_look(c, s, 30.0, [0.0] * whole.trailing.width, 0)
    kept, t, looks = [0.0] * parts.trailing.width, 0.0, 0
    while t < end:
        t = parts.trailing.next_look(c, s, t, kept, 0)
        looks += 1
    assert t == end
    assert looks > 10
    assert count == total


def test_a_delivery_after_a_look_takes_one_step():
    made, count = counted()
    c, s, kept = Constants(2.0, 1e-9), State(0.0, 1.0), [0.0] * made.trailing.width
    look = 0.0
    while look < 1.0:  # the second step, which is not refused
        before, look = look, made.trailing.next_look(c, s, look, kept, 0)
    count[0] = 0
    at = made.trailing.flow(c, s, 0.5 * (before + look), kept, 0)
    assert count[0] == 12
    assert at.v == pytest.approx(math.sin(0.5 * (before + look)), abs=1e-6)


def test_what_is_forgotten_is_not_used():
    made, _ = counted()
    c, kept = Constants(2.0, 1e-9), [0.0] * made.trailing.width
    made.trailing.next_look(c, State(0.0, 1.0), 5.0, kept, 0)
    forget(kept, 0)
    assert made.trailing.flow(c, State(1.0, 0.0), 6.0, kept, 0) == made.flow(c, State(1.0, 0.0), 6.0)


def test_the_end_of_refractoriness_is_reached_once():
    made, count = counted()
    c, s, kept = Constants(2.0, 1e-9), State(0.5, 1.0), [0.0] * made.trailing.width
    assert made.trailing.freed(c, s, 3.0, kept, 0) == made.flow_refractory(c, s, 3.0)
    count[0] = 0
    assert made.trailing.freed(c, s, 3.0, kept, 0) == made.flow_refractory(Constants(2.0, 1e-9), s, 3.0)
    once = count[0]
    made.flow_refractory(c, s, 3.0)
    assert count[0] == 2 * once
