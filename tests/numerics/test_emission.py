"""When sources emit: the same bits compiled and plain, in order, and of the right rank; inversion against the integral."""

import functools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsim import _jit
from eventsim.lowering.program import GENERATOR, records
from eventsim.numerics import emission
from eventsim.numerics.random import SOURCE, derive_key

N = 400


def generator(kind, a=0.0, b=0.0, c=1.0, table=(), length=0, law=-1, seed=5):
    """One generator as record array, and its table."""
    record = records(GENERATOR, 1)
    record.kind, record.a, record.b, record.c, record.length, record.law = kind, a, b, c, length, law
    record.key0, record.key1 = derive_key(seed, SOURCE, 17)
    return record, np.array(table, float)


STEP_TABLE = [1.0, 2.0, 4.5, 50.0, 0.5, 0.0, 3.0, 0.25]
GENERATORS = {
    "poisson": generator(emission.POISSON, a=2.0),
    "dead time": generator(emission.POISSON, a=2.0, b=0.5),
    "dead time, nearly regular": generator(emission.POISSON, a=1e-3, b=5.0),
    "regular": generator(emission.REGULAR, a=0.3, b=1000.0, c=30.0),
    "gamma 0.05": generator(emission.GAMMA, a=0.05, b=10.0),
    "gamma 0.7": generator(emission.GAMMA, a=0.7, b=1.0),
    "gamma 9": generator(emission.GAMMA, a=9.0, b=0.3),
    "gamma 1e9": generator(emission.GAMMA, a=1e9, b=1e-9),
    "steps": generator(emission.STEPS, table=STEP_TABLE, length=4),
    "train": generator(emission.TRAIN, a=3.0, table=[0.0, 1.0, 1.0, 2.9], length=4),
    "normal": generator(emission.TRAIN, a=3.0, table=[0.0, 1.0, 1.0, 2.9, 2, 0.0, 0.4, -math.inf, math.inf, -3.44, 3.44], length=4, law=4),
    "uniform": generator(emission.TRAIN, a=3.0, table=[0.0, 1.0, 1.0, 2.9, 2, -7.0, 2.0, -7.0, 2.0, -7.0, 2.0], length=4, law=4),
}  # fmt: skip
# The kinds of distribution are 1 normal, 2 uniform.
GENERATORS["normal"][1][4] = 1.0


def emissions(record, table, n=N):
    """The first n emissions, by plain Python."""
    own = [SimpleNamespace(**dict(zip(record.dtype.names, record[0].tolist(), strict=True)))]
    out, t = [], 0.0
    for number in range(n):
        t = emission.EMISSIONS[own[0].kind](own, table.tolist(), 0, t, number)
        out.append(t)
        if t == math.inf:
            break
    return np.array(out)


function = None  # stands for that of a kind in the loop below


def emit(generators, table, out):
    t = 0.0
    for number in range(out.size):
        t = function(generators, table, 0, t, number)
        out[number] = t


@functools.cache
def compiled(kind):
    return _jit.compiled(emit, bind={"function": emission.EMISSIONS[kind]}, key=None)


@pytest.mark.parametrize("name", GENERATORS)
def test_compiled_emissions_are_the_plain_ones(name):
    record, table = GENERATORS[name]
    out = np.empty(N)
    _jit.timed(compiled(int(record.kind[0])), record, table, out)
    np.testing.assert_array_equal(out, emissions(record, table))


@pytest.mark.parametrize("name", GENERATORS)
def test_emissions_are_in_order(name):
    times = emissions(*GENERATORS[name])
    assert len(times) == N
    steps = np.diff(times)
    assert (steps >= 0.0).all() if GENERATORS[name][0].kind[0] == emission.TRAIN else (steps > 0.0).all()


@pytest.mark.parametrize("name", ["train", "normal", "uniform"])
def test_an_emission_of_a_train_is_the_spike_of_its_rank(name):
    """Against sorting all spikes, displaced one by one; in the middle, where none are missing."""
    record, table = GENERATORS[name]
    source = SimpleNamespace(**dict(zip(record.dtype.names, record[0].tolist(), strict=True)))
    of = emission.displaced if source.law >= 0 else emission.undisplaced
    every = np.sort([of(source, table.tolist(), i) for i in range(N + 100)])
    np.testing.assert_array_equal(emissions(record, table), every[:N])
    if name == "train":
        assert np.count_nonzero(np.diff(every) == 0.0) >= N // 4  # two spikes at one instant stay two


def test_steps_invert_the_integrated_rate():
    """Each emission is where the rate integrated from the one before is the exponential number that belongs to it."""
    record, table = GENERATORS["steps"]
    times = emissions(record, table)
    edges, rates = np.append(table[:4], np.inf), table[4:]
    for number, (t, later) in enumerate(zip(np.append(0.0, times), times, strict=False)):
        u = emission.uniform(number, 0, 0, int(record.key0[0]), int(record.key1[0]))
        integral = sum(r * max(0.0, min(later, b) - max(t, a)) for r, a, b in zip(rates, edges[:-1], edges[1:], strict=True))
        assert integral == pytest.approx(-math.log1p(-u), rel=1e-12, abs=1e-13)
        assert not 2.0 <= later < 4.5  # where the rate is 0


def test_a_rate_that_ends_at_zero_ends():
    record, table = generator(emission.STEPS, table=[0.0, 2.0, 5.0, 0.0], length=2)
    times = emissions(record, table)
    assert 2 <= len(times) < 40
    assert times[-1] == math.inf
    assert times[-2] < 2.0


@given(st.floats(1e-3, 30.0), st.integers(0, 2**53), st.integers(0, 2**32))
@settings(max_examples=200)
def test_gamma_numbers_are_finite_and_not_negative(shape, number, seed):
    x = emission.standard_gamma(shape, number, *derive_key(seed, SOURCE, 1))
    assert 0.0 <= x < 1e3


@given(st.floats(0.0, 1e9), st.floats(0.0, 10.0), st.floats(1e-6, 10.0), st.integers(1, 2**40))
@settings(max_examples=300)
def test_dead_time_is_kept_at_any_time(t, dead, mean, number):
    own = [SimpleNamespace(a=mean, b=dead, key0=1, key1=2)]
    later = emission.poisson(own, [], 0, t, number)
    assert later > t
    assert later - t >= dead
