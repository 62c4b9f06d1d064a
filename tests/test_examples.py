"""The examples run and show what they claim; the code in the user guide gives the output printed there."""

import doctest
import importlib.util
import math
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def example(name):
    """The module of a script in examples/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_first_spike_is_the_logarithm_it_has_to_be():
    time, v = example("first_spike").main()
    assert time == pytest.approx(4.700036292457356, rel=1e-15)  # 10 ln(40 / 25)
    assert v == pytest.approx(40.0 * (1.0 - math.exp(-0.4)), rel=1e-15)


def test_closed_loop_prolongs_the_interval_as_computed_by_hand():
    open_loop, closed_loop = example("closed_loop").main()
    # Rest 5 mV above threshold, reset 15 mV below rest, 2 ms refractory: 2 + 20 ln(15 / 5).
    assert open_loop == pytest.approx(2.0 + 20.0 * math.log(3.0), rel=1e-12)
    # The answer takes 4 mV, 3.5 ms after the spike, when the distance to rest is 15 exp(-1.5 / 20).
    assert closed_loop == pytest.approx(3.5 + 20.0 * math.log((15.0 * math.exp(-0.075) + 4.0) / 5.0), rel=1e-12)


def test_heterogeneous_network_responds_to_its_stimulus():
    sim = example("heterogeneous").main()
    exc = sim.network["exc"]
    spikes = sim.spikes.of(exc[:50])
    onset = 101.0  # the stimulus at 100 ms arrives after a delay of 1 ms
    after = ((spikes.time >= onset) & (spikes.time < onset + 5.0)).sum()
    before = ((spikes.time >= onset - 5.0) & (spikes.time < onset)).sum()
    assert after > 2 * before
    assert sim.stats["deliveries"] > 0
    assert sim.routing["synapses_with_own_delay"] == sim.routing["synapses"] - 2 * 50


def test_guide_shows_what_the_code_prints():
    failures, tried = doctest.testfile(str(ROOT / "docs" / "guide.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 40
    assert failures == 0
