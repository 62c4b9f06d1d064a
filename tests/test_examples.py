"""The examples run and show what they claim; the code in the user guide gives the output printed there."""

import doctest
import importlib.util
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example as tried
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import eventsim as es

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


def test_every_neuron_of_the_fi_curve_has_the_rate_of_the_closed_form():
    curve = example("fi_curve")
    spikes, rates = curve.main()
    assert len(rates) == 100
    firing = 0
    for k, drive in enumerate(curve.DRIVE):
        times = spikes.time[spikes.address == k]
        if drive <= 15.0:
            assert len(times) == rates[k] == 0
            continue
        firing += 1
        rise = 30.0 * math.log(drive / (drive - 15.0))  # ms from rest, which is also reset, to threshold
        expected = np.arange(rise, 2000.0, rise + 5.0)
        assert len(times) == len(expected)
        np.testing.assert_allclose(times, expected, rtol=1e-12)
        assert rates[k] == pytest.approx(1e3 / (5.0 + rise), rel=1e-12)
        assert curve.closed_form(drive) == pytest.approx(1e3 / (5.0 + rise), rel=1e-12)
    assert firing == 85


def highest(weight, lag, number, period=50.0, tau=20.0):
    """Potential above rest (mV) after each of a number of jumps that alternate between two gaps."""
    v, reached = 0.0, []
    for k in range(number):
        gap = lag if k % 2 else period - lag
        v = v * math.exp(-gap / tau) + weight
        reached.append(v)
    return np.array(reached)


def test_three_regimes_fire_and_fall_silent_as_they_should():
    regimes = example("three_regimes")
    spikes = regimes.main()
    # Out of phase, jumps of w every 25 ms: w (1 - q^n)/(1 - q) after the n-th; 11 mV reach 15 mV with the third, so of 16 jumps
    # five fire (none is lost in the 2 ms of refractoriness).
    q = math.exp(-25.0 / 20.0)
    assert 11.0 * (1.0 - q**2) / (1.0 - q) < 15.0 < 11.0 * (1.0 - q**3) / (1.0 - q)
    assert 9.0 / (1.0 - q) < 15.0  # whatever n
    # In phase, jumps of 2 w every 50 ms: every second pair fires, of eight.
    q = math.exp(-50.0 / 20.0)
    assert 2.0 * 7.2 < 15.0 < 2.0 * 7.2 * (1.0 + q)
    assert spikes == {"out of phase": 16 // 3, "out of phase, weaker": 0, "in phase, weaker still": 8 // 2}


def test_boundaries_between_the_regimes_are_geometric_sums():
    weakest = example("three_regimes").weakest
    assert weakest(25.0) == pytest.approx(15.0 * (1.0 - math.exp(-25.0 / 20.0)), rel=1e-14)
    assert weakest(0.0) == weakest(50.0) == pytest.approx(15.0 / 2.0 * (1.0 - math.exp(-50.0 / 20.0)), rel=1e-14)


@settings(max_examples=20, deadline=None)
@given(lag=st.floats(0.5, 49.5), closeness=st.sampled_from([1e-3, 1e-6, 1e-9]))
@tried(lag=25.0, closeness=1e-9)
@tried(lag=0.0, closeness=1e-9)
def test_simulation_fires_just_above_the_boundary_and_not_just_below(lag, closeness):
    regimes = example("three_regimes")
    weight = regimes.weakest(lag)
    below, _ = regimes.run(weight * (1.0 - closeness), lag, duration=2000.0)
    assert len(below.spikes.of(below.network["neuron"])) == 0
    above, _ = regimes.run(weight * (1.0 + closeness), lag, duration=2000.0)
    times = above.spikes.of(above.network["neuron"]).time
    jumps = highest(weight * (1.0 + closeness), lag, 80)
    if lag == 0.0:
        jumps[::2] = 0.0  # both arrive before the threshold is tested
    first = int(np.argmax(jumps >= 15.0))
    assert len(times) >= 1
    assert times[0] == pytest.approx(1.0 + 50.0 * (first // 2) + lag * (first % 2), rel=1e-15)


def test_guide_shows_what_the_code_prints():
    failures, tried = doctest.testfile(str(ROOT / "docs" / "guide.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 40
    assert failures == 0


def test_page_of_devices_shows_what_the_code_prints():
    failures, tried = doctest.testfile(str(ROOT / "docs" / "devices.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 20
    assert failures == 0


def test_tutorial_shows_the_code_of_its_example_and_what_it_prints(monkeypatch):
    text = (ROOT / "docs" / "tutorial_own_model.md").read_text()
    script = (ROOT / "examples" / "own_model.py").read_text()
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if not block.startswith(">>>")]
    assert len(blocks) == 5
    assert all(block in script for block in blocks)
    monkeypatch.syspath_prepend(ROOT / "examples")
    failures, tried = doctest.testfile(str(ROOT / "docs" / "tutorial_own_model.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 15
    assert failures == 0


def morris_lecar(current, g_ca=4.0, half=12.0, width=17.4, phi=0.067):
    """Upward crossings of 0 mV within 600 ms from rest, by another integrator, from the equations as Rinzel & Ermentrout give them."""

    def slope(t, y):
        v, w = y
        m = (1.0 + np.tanh((v + 1.2) / 18.0)) / 2.0
        rest = (1.0 + np.tanh((v - half) / width)) / 2.0
        currents = -g_ca * m * (v - 120.0) - 8.0 * w * (v + 84.0) - 2.0 * (v + 60.0)
        return (currents + current) / 20.0, phi * np.cosh((v - half) / (2.0 * width)) * (rest - w)

    def crossing(t, y):
        return y[0]

    crossing.direction = 1.0
    start = (-60.0, (1.0 + math.tanh((-60.0 - half) / width)) / 2.0)
    return solve_ivp(slope, (0.0, 600.0), start, method="DOP853", rtol=1e-12, atol=1e-12, events=crossing).t_events[0]


@pytest.mark.parametrize(
    ("kind", "current"), [("class 1", 38.0), ("class 1", 45.0), ("class 1", 90.0), ("class 2", 80.0), ("class 2", 100.0)]
)
def test_own_model_fires_where_another_integrator_finds_crossings(kind, current):
    own = example("own_model")
    other = {"class 1": {}, "class 2": {"g_ca": 4.4, "half": 2.0, "width": 30.0, "phi": 0.04}}[kind]
    net = es.Network()
    net.population(1, own.MorrisLecar(i_offset=current, **own.KINDS[kind]))
    sim = es.Simulator(net)
    sim.run(600.0)
    expected = morris_lecar(current, **other)
    assert len(sim.spikes) == len(expected)
    np.testing.assert_allclose(sim.spikes.time, expected, atol=1e-5)
    if (kind, current) in (("class 1", 90.0), ("class 2", 100.0)):
        assert len(expected) >= 6


def test_own_model_has_two_kinds_of_curves():
    own = example("own_model")
    currents, found = own.main(number=21)
    first = {kind: rate[rate > 0.0][0] for kind, rate in found.items()}
    onset = {kind: currents[rate > 0.0][0] for kind, rate in found.items()}
    assert first["class 1"] < 5.0 < 9.0 < first["class 2"]
    assert (onset["class 1"], onset["class 2"]) == (40.0, 90.0)
