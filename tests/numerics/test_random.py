"""Philox4x32-10 against its published known answers, and what is made of its words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsim import _jit
from eventsim.numerics.random import below, below_wide, derive_key, philox, unit

WORDS = st.integers(0, 2**32 - 1)

# Salmon, Moraes, Dror, Shaw 2011: Random123's kat_vectors, "philox4x32 10": counter, key, answer.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text):
    return tuple(int(word, 16) for word in text.split())


def many(rows, out):
    for k in range(rows.shape[0]):
        w = philox(rows[k, 0], rows[k, 1], rows[k, 2], rows[k, 3], rows[k, 4], rows[k, 5])
        for i in range(4):
            out[k, i] = w[i]


def compiled_philox(rows):
    """Answers of the compiled function: int64 (m, 4)."""
    rows = np.array(rows, np.int64)
    out = np.empty((len(rows), 4), np.int64)
    _jit.timed(_jit.compiled(many, key=None), rows, out)
    return out


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    assert philox(*words(counter), *words(key)) == words(answer)


def test_compiled_philox_gives_the_published_answers_and_those_of_the_plain_function():
    rng = np.random.default_rng(3)
    rows = [[*words(c), *words(k)] for c, k, _ in KNOWN_ANSWERS] + rng.integers(0, 2**32, (2000, 6)).tolist()
    answers = compiled_philox(rows).tolist()
    assert answers[:3] == [list(words(a)) for _, _, a in KNOWN_ANSWERS]
    assert answers == [list(philox(*row)) for row in rows]


@given(WORDS, WORDS)
def test_unit_numbers_lie_in_the_half_open_interval(high, low):
    u = unit(high, low)
    assert 0.0 <= u < 1.0
    assert u == ((high << 32 | low) >> 11) / 2**53


@given(st.integers(1, 2**31), WORDS, WORDS)
def test_integers_below_a_bound(n, high, low):
    assert below(n, high) == n * high // 2**32
    assert below_wide(n, high, low) == n * (high << 32 | low) // 2**64


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(1, 8), st.integers(0, 2**40), st.integers(1, 8), st.integers(0, 2**40)
)
def test_keys_of_different_things_differ(seed, other_seed, purpose, ordinal, other_purpose, other_ordinal):
    """Not provable (64 bits), but a key that ignored a part of what it is made of would fail."""
    a, b = (seed, purpose, ordinal), (other_seed, other_purpose, other_ordinal)
    assert (derive_key(*a) == derive_key(*b)) == (a == b)


@given(st.integers(0, 2**64 - 1), st.integers(1, 8), st.integers(0, 2**40), st.integers(0, 63))
def test_keys_depend_on_every_bit_of_the_seed_and_of_the_ordinal(seed, purpose, ordinal, bit):
    key = derive_key(seed, purpose, ordinal)
    assert derive_key(seed ^ (1 << bit), purpose, ordinal) != key
    assert derive_key(seed, purpose, ordinal ^ (1 << (bit % 40))) != key
