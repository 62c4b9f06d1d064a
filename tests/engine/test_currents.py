"""Injected currents in a run: both engines, bit for bit; splits, checkpoints; what semantics say of their changes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es

from ..injecting import MANY, MOVING, injected_cases
from ..strategies import BOUNDED, build
from .running import assert_same_spikes, assert_same_states, restored, run_bounded, simulator, states
from .test_bounded_equality import compare as compare_bounded
from .test_equality import compare

LIF = {"tau_m": 10.0, "r_m": 0.04, "v_rest": 0.0, "v_reset": 0.0, "v_thresh": 15.0, "t_ref": 2.0}


def one(current, n=1, seed=1, **values):
    """A network of n LIF neurons with a current."""
    net = es.Network(seed=seed)
    net.inject_current(net.population(n, es.LIF(**{**LIF, **values}), name="cells"), current)
    return net


def spikes(net, end, engine="sequential", **options):
    """Spikes up to `end`."""
    sim = simulator(net, engine, **options)
    sim.run(end)
    return sim.spikes


# -- guarantees -------------------------------------------------------------------------------------------------------------


@given(injected_cases(kinds=("LIF", "LIFExp"), loops=True))
@settings(max_examples=40)
def test_guarantee_3_sequential_equals_reference_under_steps_and_noise(case):
    compare(case)


@given(injected_cases(kinds=("LIF", "LIFExp"), currents=MOVING, max_groups=2, loops=True))
@settings(max_examples=40)
def test_guarantee_3_under_ramps_and_sines(case):
    compare(case)


@given(injected_cases(kinds=("LIFCond",), currents=MOVING, max_groups=1, max_n=2, drives=False))
@settings(max_examples=10)
def test_guarantee_3_of_bounded_neurons(case):
    compare_bounded(case)


@pytest.mark.slow
@given(injected_cases(kinds=("LIF", "LIFExp", "LIFExp3", "QIF", "IF", "LIFAdapt", "LIFBiexp"), loops=True))
@settings(max_examples=600)
def test_guarantee_3_under_steps_and_noise_at_length(case):
    compare(case)


@pytest.mark.slow
@given(injected_cases(kinds=("LIF", "LIFExp", "LIFExp3", "IF", "LIFAlpha"), currents=MANY, loops=True))
@settings(max_examples=600)
def test_guarantee_3_under_ramps_and_sines_at_length(case):
    compare(case)


@pytest.mark.slow
@given(injected_cases(kinds=tuple(kind for kind in BOUNDED if "Euler" not in kind), currents=MOVING, max_groups=2, max_n=2))
@settings(max_examples=100)
def test_guarantee_3_of_bounded_neurons_at_length(case):
    compare_bounded(case, 300)


@given(injected_cases(kinds=("LIF", "LIFExp"), currents=MOVING), st.lists(st.floats(0.0, 1.0), max_size=6), st.integers(0, 6))
@settings(max_examples=25)
def test_guarantee_1_splits_samples_and_checkpoints_change_no_bit(tmp_path_factory, case, fractions, saved_at):
    net = build(case)
    whole = simulator(net)
    end = run_bounded(whole, case.end)
    parts = simulator(net)
    neurons = [p for p in net.populations if not p.is_source]
    for p in neurons:
        parts.record("v", p, at=np.array(fractions) * end)
    for k, stop in enumerate(sorted(f * end for f in fractions)):
        parts.run(until=max(stop, parts.now))
        if k == saved_at:
            path = tmp_path_factory.mktemp("checkpoint") / "half.npz"
            parts.save(path)
            parts.run(until=end)
            parts = restored(path, net)
    parts.run(until=end)
    assert_same_spikes(parts.spikes, whole.spikes)
    assert_same_states(states(parts), states(whole))


# -- steps ------------------------------------------------------------------------------------------------------------------


def test_a_step_from_the_beginning_is_a_constant_current(engine):
    """To the last bit."""
    net = es.Network(seed=1)
    net.population(3, es.LIF(**LIF, i_offset=[400.0, 500.0, 1000.0]))
    constant = spikes(net, 100.0, engine)
    assert len(constant) > 20
    assert_same_spikes(spikes(one(es.StepCurrent([0.0], [[400.0, 500.0, 1000.0]]), 3), 100.0, engine), constant)


def test_steps_have_the_closed_form(engine):
    """From v = 0 under R I = 40 mV, v crosses 15 mV after 10 ln(40/25) ms; a step below threshold relaxes."""
    sim = simulator(one(es.StepCurrent([3.0, 9.0, 20.0], [1000.0, 250.0, 0.0])), engine)
    cells = sim.network["cells"]
    trace = sim.record("v", cells, at=[3.0, 9.0, 20.0, 30.0])
    current = sim.record("i_ext0", cells, at=[2.0, 3.0, 5.0, 9.0, 10.0, 20.0, 21.0])
    sim.run(40.0)
    spike = 3.0 + 10.0 * math.log(40.0 / 25.0)
    assert len(sim.spikes) == 1
    assert sim.spikes.time[0] == pytest.approx(spike, abs=1e-14)
    at_9 = 40.0 * -math.expm1(-0.1 * (9.0 - spike - 2.0)) if spike + 2.0 < 9.0 else 0.0
    at_20 = 10.0 + (at_9 - 10.0) * math.exp(-0.1 * (20.0 - max(9.0, spike + 2.0)))
    np.testing.assert_allclose(trace.value[:, 0], [0.0, at_9, at_20, at_20 * math.exp(-1.0)], rtol=1e-13, atol=1e-15)
    np.testing.assert_array_equal(current.value[:, 0], [0.0, 0.0, 1000.0, 1000.0, 250.0, 250.0, 0.0])  # left limits


def test_currents_add_up_and_reach_their_neurons_alone(engine):
    net = es.Network(seed=1)
    cells = net.population(4, es.LIF(**LIF), name="cells")
    net.inject_current(cells[[2, 0]], es.StepCurrent([1.0, 5.0], [[100.0, 200.0], [300.0, 400.0]]))
    net.inject_current(cells[1:], es.StepCurrent([2.0], [50.0]))
    sim = simulator(net, engine)
    sim.run(3.0)
    np.testing.assert_array_equal(sim.get(cells, "i_ext0"), [200.0, 0.0, 100.0, 0.0])
    np.testing.assert_array_equal(sim.get(cells, "i_ext1"), [0.0, 50.0, 50.0, 50.0])
    sim.run(until=6.0)
    np.testing.assert_array_equal(sim.get(cells, "i_ext0"), [400.0, 0.0, 300.0, 0.0])
    held = 0.04 * 50.0 * -math.expm1(-0.4) + 0.04 * 100.0 * (math.exp(-0.1) - math.exp(-0.5)) + 0.04 * 300.0 * -math.expm1(-0.1)
    assert sim.get(cells, "v")[2] == pytest.approx(held, rel=1e-13)
    assert sim.stats["current_changes"] == 2 * 2 + 3


def test_a_change_in_refractoriness_leaves_the_membrane_clamped(engine):
    """The neuron fires at its start, is refractory for 2 ms, and then feels what was injected meanwhile."""
    net = one(es.StepCurrent([1.0], [1000.0]), v_reset=5.0)
    net["cells"].set(v=15.0)
    found = spikes(net, 12.0, engine)
    assert len(found) == 3
    after = 10.0 * math.log(35.0 / 25.0)
    np.testing.assert_allclose(found.time, [0.0, 2.0 + after, 4.0 + 2.0 * after], rtol=1e-14)


def test_a_neuron_that_reaches_threshold_as_its_current_ends_fires(engine):
    """v(t) is the limit from the left: what happens to the current at t does not take the crossing back."""
    crossing = float(spikes(one(es.StepCurrent([0.0], [1000.0])), 10.0).time[0])
    for end in (crossing - 1e-9, crossing, math.nextafter(crossing, 99.0)):
        found = spikes(one(es.StepCurrent([0.0, end], [1000.0, -500.0])), 10.0, engine)
        assert len(found) == (0 if end < crossing else 1)
        assert (found.time == crossing).all()


def test_a_change_comes_before_deliveries_at_its_instant(engine):
    """The delivery of 15 mV at 5 ms finds what the current made of v until then; the current itself acts from 5 ms on."""
    net = one(es.StepCurrent([5.0], [-1e6]))
    source = net.population(1, es.SpikeSource([[4.0]]))
    net.connect(source, net["cells"], es.OneToOne(), weight=15.0, delay=1.0)
    found = spikes(net, 10.0, engine)
    assert (found.time == [4.0, 5.0]).all()


def test_set_holds_until_the_next_change(engine):
    sim = simulator(one(es.StepCurrent([5.0], [100.0])), engine)
    cells = sim.network["cells"]
    sim.set(cells, i_ext0=250.0)
    sim.run(4.0)
    assert sim.get(cells, "v")[0] == pytest.approx(10.0 * -math.expm1(-0.4), rel=1e-14)
    sim.run(until=6.0)
    assert sim.get(cells, "i_ext0")[0] == 100.0


def test_changes_are_events_for_a_run_with_a_predicate(engine):
    """Nothing else is queued: the run ends after the last change."""
    sim = simulator(one(es.StepCurrent([5.0, 8.0], [100.0, 0.0])), engine)
    with pytest.raises(es.SimulationError, match="nothing is queued"):
        sim.run(until=lambda sim: False)
    assert sim.now == math.nextafter(8.0, math.inf)


def test_a_current_declared_after_the_simulator_changes_nothing(engine):
    net = one(es.StepCurrent([1.0], [100.0]))
    sim = simulator(net, engine)
    net.inject_current(net["cells"], es.SineCurrent(100.0, 10.0))
    sim.set(net["cells"], v=3.0)
    sim.run(5.0)
    assert sim.get(net["cells"], "i_ext0")[0] == 100.0
    with pytest.raises(es.ParameterError, match="no state variable 'i_ext1'"):
        sim.get(net["cells"], "i_ext1")


# -- noise ------------------------------------------------------------------------------------------------------------------


def noise(n, steps, interval=0.5, seed=1, simulator_seed=None, **values):
    """Values of a noisy current of n neurons: (steps, n)."""
    net = one(es.NoisyCurrent(interval=interval, **values), n, seed, v_thresh=1e9)
    sim = simulator(net, seed=simulator_seed)
    trace = sim.record("i_ext0", net["cells"], at=(np.arange(steps) + 0.5) * interval)
    sim.run(steps * interval)
    return np.array(trace.value)


def test_noise_is_normal_and_independent():
    """False alarm: each statistic is within 5 standard errors, 6e-7 for each of about ten."""
    x = (noise(200, 500, mean=30.0, std=20.0) - 30.0) / 20.0
    m = x.size
    assert len(np.unique(x)) == m
    assert abs(x.mean()) < 5.0 / math.sqrt(m)
    assert abs(x.var() - 1.0) < 5.0 * math.sqrt(2.0 / m)
    assert abs((x**3).mean()) < 5.0 * math.sqrt(15.0 / m)
    assert abs((x**4).mean() - 3.0) < 5.0 * math.sqrt(96.0 / m)
    for lag in (1, 2, 7):
        assert abs((x[lag:] * x[:-lag]).mean()) < 5.0 / math.sqrt(m)  # of one neuron
        assert abs((x[:, lag:] * x[:, :-lag]).mean()) < 5.0 / math.sqrt(m)  # of neighbours


def test_noise_depends_on_the_seed_of_the_simulator():
    a, b, c = noise(3, 20, mean=0.0, std=1.0), noise(3, 20, mean=0.0, std=1.0), noise(3, 20, simulator_seed=7, mean=0.0, std=1.0)
    np.testing.assert_array_equal(a, b)
    assert not np.isin(a, c).any()


def test_two_noisy_currents_are_independent():
    net = one(es.NoisyCurrent(0.0, 1.0, 0.5), 50)
    net.inject_current(net["cells"], es.NoisyCurrent(0.0, 1.0, 0.5))
    sim = simulator(net)
    sim.run(10.0)
    assert not np.isin(sim.get(net["cells"], "i_ext0"), sim.get(net["cells"], "i_ext1")).any()


def test_noise_through_a_membrane_has_the_variance_of_an_ornstein_uhlenbeck_process():
    """var v = (R std)**2 (1 - a)/(1 + a), a = exp(-interval/tau): a first-order recursion. 5 standard errors over independent neurons."""
    n = 4000
    net = one(es.NoisyCurrent(0.0, 100.0, 1.0), n, v_thresh=1e9)
    sim = simulator(net)
    sim.run(100.0)
    v, a = sim.get(net["cells"], "v"), math.exp(-0.1)
    expected = 16.0 * (1.0 - a) / (1.0 + a)
    assert abs(v.var() - expected) < 5.0 * expected * math.sqrt(2.0 / n)
    assert abs(v.mean()) < 5.0 * math.sqrt(expected / n)


def test_noise_ends_at_stop(engine):
    sim = simulator(one(es.NoisyCurrent(10.0, 1.0, 0.3, start=1.0, stop=2.2), 2), engine)
    trace = sim.record("i_ext0", sim.network["cells"], at=[1.0, 1.2, 1.4, 1.8, 2.0, 2.2, 2.3, 9.0])
    sim.run(10.0)
    active = np.array(trace.value)[:, 0] != 0.0
    assert active.tolist() == [False, True, True, True, True, True, False, False]
    assert sim.stats["current_changes"] == 2 * (4 + 1)


# -- ramps and sines ----------------------------------------------------------------------------------------------------------


def test_a_ramp_is_linear_between_its_points_and_constant_outside(engine):
    sim = simulator(one(es.RampCurrent([2.0, 4.0, 7.0], [10.0, -20.0, 40.0])), engine)
    at = [1.0, 2.5, 3.0, 4.0, 5.5, 6.9, 7.5, 30.0]
    trace = sim.record("i_ext0", sim.network["cells"], at=at)
    sim.run(40.0)
    expected = np.where(np.array(at) < 2.0, 0.0, np.interp(at, [2.0, 4.0, 7.0], [10.0, -20.0, 40.0]))
    np.testing.assert_allclose(np.array(trace.value)[:, 0], expected, rtol=1e-14, atol=1e-14)
    assert sim.get(sim.network["cells"], "slope_ext0")[0] == 0.0


def test_the_phase_of_a_sine_is_right_after_a_million_milliseconds(engine):
    """Of t - start to a few units in the last place of the time, at a frequency without a round period."""
    start, frequency = 3.3, 7.0
    sim = simulator(one(es.SineCurrent([50.0, 80.0], frequency, phase=[0.0, 1.0], offset=20.0, start=start), 2), engine)
    end = 1e6 if engine == "sequential" else 2e4
    at = np.array([start + 0.1, 100.0, end - 77.7, end - 0.1])
    trace = sim.record("i_ext0", sim.network["cells"], at=at)
    sim.run(end)
    angle = 2e-3 * math.pi * frequency * (at - start)
    expected = 20.0 + np.array([50.0, 80.0]) * np.sin(angle[:, None] + [0.0, 1.0])
    np.testing.assert_allclose(trace.value, expected, rtol=0, atol=1e-9)


def test_a_sine_drives_a_membrane_by_its_transfer_function(engine):
    """|v| = R A / sqrt(1 + (omega tau)**2), after transients."""
    omega = 2e-3 * math.pi * 25.0
    sim = simulator(one(es.SineCurrent(100.0, 25.0)), engine)
    trace = sim.record("v", sim.network["cells"], at=np.linspace(400.0, 440.0, 81))
    sim.run(500.0)
    expected = 4.0 * np.sin(omega * trace.time - math.atan(omega * 10.0)) / math.sqrt(1.0 + (omega * 10.0) ** 2)
    np.testing.assert_allclose(np.array(trace.value)[:, 0], expected, rtol=0, atol=1e-12)


def test_a_sine_that_reaches_threshold_locks_the_neuron_to_it(engine):
    """What is left of the beginning decays to a sixteenth in each period; then spikes are a period apart."""
    found = spikes(one(es.SineCurrent(550.0, 25.0, offset=100.0)), 1200.0, engine)
    assert len(found) == 30
    np.testing.assert_allclose(np.diff(found.time[12:]), 40.0, rtol=0, atol=1e-11)


def test_a_sine_ends_at_stop(engine):
    sim = simulator(one(es.SineCurrent(100.0, 100.0, offset=5.0, start=2.0, stop=15.0)), engine)
    sim.run(until=15.0)
    assert sim.get(sim.network["cells"], "i_ext0")[0] == pytest.approx(5.0 + 100.0 * math.sin(2.6 * math.pi), rel=1e-12)
    sim.run(until=16.0)
    for variable in ("i_ext0", "quadrature_ext0", "offset_ext0", "omega_ext0"):
        assert sim.get(sim.network["cells"], variable)[0] == 0.0


# -- what does not take them --------------------------------------------------------------------------------------------------


def test_the_windowed_engine_refuses_them_with_the_reason():
    with pytest.raises(es.ParameterError, match="it takes constant currents, not injected ones that depend on time"):
        es.Simulator(one(es.StepCurrent([1.0], [1.0])), engine="windowed")
    assert es.Simulator(one(es.StepCurrent([1.0], [1.0]))).stats["engine"] == "sequential"


def test_an_audit_refuses_neurons_with_currents():
    pytest.importorskip("mpmath")
    with pytest.raises(es.ParameterError, match="into which currents that depend on time are injected"):
        es.Simulator(one(es.StepCurrent([1.0], [1.0])), audit=1)
