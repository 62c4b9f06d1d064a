"""The seconds a simulator reports."""

import time

from eventsim import _jit


def test_compiling_within_compiling_is_counted_once():
    """Otherwise compile_s is more than the time that passed, and build_s, the rest, negative."""
    before, begin = _jit.seconds(), time.perf_counter()
    with _jit._compiling():
        time.sleep(0.01)
        for _ in range(3):
            with _jit._compiling():
                time.sleep(0.02)
    passed = time.perf_counter() - begin
    assert 0.07 <= _jit.seconds() - before <= passed
