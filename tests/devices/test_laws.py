"""What pulses and time do to one device, beside 40-digit arithmetic and the binomial distribution."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import eventsim as es

from .pulses import AT, PERIOD, R_OFF, R_ON, SCALE, nominal, programmed, pulse_time, simulator, trajectory

ALARM = 1e-9  # probability with which a statistical test below fails although everything is right

PLAIN = {"r_on": R_ON, "r_off": R_OFF}


def clipped(x):
    return min(max(x, mpmath.mpf(0)), mpmath.mpf(1))


# Motion of a SET pulse and of a RESET pulse from a state x, from the papers' equations.
MOTIONS = {
    "linear": (es.devices.Linear(up=0.03, down=0.07, **PLAIN), lambda x: 0.03, lambda x: 0.07),
    "exponential": (
        es.devices.Exponential(up=0.2, down=0.1, beta_up=3.0, beta_down=2.5, **PLAIN),
        lambda x: 0.2 * mpmath.exp(-3 * x),
        lambda x: 0.1 * mpmath.exp(-2.5 * (1 - x)),
    ),
    "joglekar": (
        es.devices.Windowed(window="joglekar", order=3, up=0.3, down=0.2, **PLAIN),
        lambda x: 0.3 * (1 - (2 * x - 1) ** 6),
        lambda x: 0.2 * (1 - (2 * x - 1) ** 6),
    ),
    "biolek": (
        es.devices.Windowed(window="biolek", order=2, up=0.3, down=0.2, **PLAIN),
        lambda x: 0.3 * (1 - x**4),
        lambda x: 0.2 * (1 - (x - 1) ** 4),
    ),
}


@pytest.mark.parametrize("law", MOTIONS)
@given(st.text("SR", min_size=1, max_size=25), st.sampled_from((0.0, 0.3, 0.5, 1.0)))
@settings(max_examples=15)
def test_states_after_pulses_are_those_of_the_law(law, pulses, start):
    device, up, down = MOTIONS[law]
    found = trajectory(device, pulses, start=start)[:, 0]
    with mpmath.workdps(40):
        x = mpmath.mpf(start)
        for k, letter in enumerate(" " + pulses):
            x = clipped({" ": x, "S": x + up(x), "R": x - down(x)}[letter])
            assert abs(found[k] - x) < 1e-13  # the inverse of the weight that it began with costs a few bits


def test_a_joglekar_device_at_an_end_stays_there_and_a_biolek_device_does_not():
    joglekar, biolek = (es.devices.Windowed(window=w, up=0.25, down=0.25, **PLAIN) for w in ("joglekar", "biolek"))
    for start, pulses in ((0.0, "SSS"), (1.0, "RRR")):
        assert programmed(joglekar, pulses, start=start)["x"][0] == start
        assert abs(programmed(biolek, pulses, start=start)["x"][0] - start) > 0.5


@pytest.mark.parametrize("levels", [2, 3, 7, 50])
def test_a_linear_device_has_its_levels_and_no_others(levels):
    x = trajectory(es.devices.Linear(levels=levels, **PLAIN), "S" * levels + "R" * levels)[:, 0]
    ladder = np.arange(levels) / (levels - 1)
    np.testing.assert_array_equal(x[: levels + 1], [*ladder, 1.0])
    np.testing.assert_array_equal(x[levels:], [*ladder[::-1], 0.0])
    assert len(np.unique(x)) == levels


@pytest.mark.parametrize("levels", [2, 5, 16])
def test_a_phase_change_device_rises_by_levels_and_falls_at_once(levels):
    x = trajectory(es.devices.PhaseChange(levels=levels, **PLAIN), "S" * levels + "RSR")[:, 0]
    expected = [*np.arange(levels) / (levels - 1), 1.0, 0.0, 1.0 / (levels - 1), 0.0]
    np.testing.assert_array_equal(x, expected)


def test_a_synapse_begins_in_the_nearest_level():
    device = es.devices.Linear(levels=5, **PLAIN)
    for start, level in ((0.0, 0.0), (0.12, 0.0), (0.13, 0.25), (0.62, 0.5), (0.63, 0.75), (1.0, 1.0)):
        synapse = programmed(device, "", start=start)[0]
        assert synapse["x"] == level
        assert synapse["weight"] == pytest.approx(nominal(level), rel=1e-15)


# -- chance -----------------------------------------------------------------------------------------------------------


def binomial(n, p):
    """Bounds that a binomial number leaves with probability ALARM."""
    return stats.binom.ppf(ALARM / 2, n, p), stats.binom.isf(ALARM / 2, n, p)


@pytest.mark.parametrize(("pulses", "start", "p"), [("S", 0.0, 0.3), ("SSSS", 0.0, 1 - 0.7**4), ("R", 1.0, 0.2), ("RRR", 1.0, 1 - 0.8**3)])
def test_binary_devices_switch_as_often_as_they_should(pulses, start, p):
    n = 3000
    x = programmed(es.devices.Binary(p_set=0.3, p_reset=0.2, **PLAIN), pulses, n=n, start=start)["x"]
    assert set(x) <= {0.0, 1.0}
    low, high = binomial(n, p)
    assert low <= np.count_nonzero(x != start) <= high


def test_switching_of_neighbours_and_of_pulses_that_follow_is_independent():
    n, p = 2000, 0.5
    x = trajectory(es.devices.Binary(p_set=p, p_reset=p, **PLAIN), "SRSR", n=n)
    switched = np.diff(x, axis=0)
    low, high = binomial(n - 1, 0.25)
    assert low <= np.count_nonzero((switched[0, 1:] == 1.0) & (switched[0, :-1] == 1.0)) <= high
    low, high = binomial(n, p**4)
    assert low <= np.count_nonzero(np.all(np.abs(switched) == 1.0, axis=0)) <= high


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_probabilities_of_0_and_1_are_certainties(p):
    x = trajectory(es.devices.Binary(p_set=p, p_reset=p, **PLAIN), "SR", n=200)
    assert np.all(x[1] == p)
    assert np.all(x[2] == 0.0)


def test_each_binary_device_has_its_own_probability():
    factor = np.array([0.0, 1.0, 2.0, 3.0] * 500)
    x = programmed(es.devices.Binary(p_set=0.25, up_factor=factor, **PLAIN), "S", n=2000)["x"]
    for k in range(4):
        low, high = binomial(500, 0.25 * k)
        assert low <= x[factor == k].sum() <= high


def test_steps_vary_from_pulse_to_pulse_as_normal_numbers_do():
    n, up, cycle = 2000, 0.05, 0.4
    x = trajectory(es.devices.Linear(up=up, down=up, cycle=cycle, **PLAIN), "SSS", n=n, start=0.3)
    steps = np.diff(x, axis=0)
    assert stats.kstest(steps.ravel(), stats.norm(up, up * cycle).cdf).pvalue > ALARM
    correlation = np.corrcoef(steps)[np.triu_indices(3, 1)]
    assert np.all(np.abs(correlation) < stats.norm.isf(ALARM / 6) / np.sqrt(n))


# -- mismatch, drift, retention ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sequential", "reference"])
def test_devices_of_their_own_scale_conductances_and_steps(engine):
    gain, up, down = np.array([0.5, 1.0, 2.0]), np.array([1.0, 0.0, 3.0]), np.array([1.0, 2.0, 0.5])
    device = es.devices.Linear(up=0.2, down=0.1, gain=gain, up_factor=up, down_factor=down, **PLAIN)
    before = programmed(device, "", n=3, start=0.2, engine=engine)
    np.testing.assert_allclose(before["weight"], gain * nominal(0.2), rtol=1e-15)
    after = programmed(device, "SSR", n=3, start=0.2, engine=engine)
    x = np.clip(0.2 + 0.4 * up, 0.0, 1.0) - 0.1 * down
    np.testing.assert_allclose(after["x"], x, rtol=1e-13)
    np.testing.assert_allclose(after["weight"], gain * nominal(x), rtol=1e-13)


def test_gains_from_a_distribution_have_its_law():
    gain = programmed(es.devices.Linear(levels=4, gain=es.Normal(1.0, 0.1, low=0.0), **PLAIN), "", n=3000)["gain"]
    assert stats.kstest(gain, stats.norm(1.0, 0.1).cdf).pvalue > ALARM


@pytest.mark.parametrize("engine", ["sequential", "reference"])
def test_conductances_drift_by_the_power_law(engine):
    nu, t0 = np.array([0.0, 0.05, 0.1]), 2.0
    device = es.devices.PhaseChange(levels=3, drift=nu, t0=t0, **PLAIN)
    sim = simulator(device, "SS", n=3, engine=engine)
    last = pulse_time(1)
    times = [0.5, 5.0, 104.0, last + 1.0, last + 2.0, last + 3.0, last + 1e3, last + 1e6]
    trace = sim.record("weight", sim.network.projections[0], at=times)
    sim.run(until=times[-1] + 1.0)
    with mpmath.workdps(40):
        for row, t in zip(trace.value, times, strict=True):
            since, x = (t, 0) if t < AT else (t - AT, 0.5) if t < last else (t - last, 1)
            for k, exponent in enumerate(nu.tolist()):
                g = mpmath.mpf(nominal(x)) * (mpmath.mpf(max(since, t0)) / t0) ** -mpmath.mpf(exponent)
                assert abs(row[k] / g - 1) < 1e-14


def test_conductances_drift_alike_whoever_looks():
    device = es.devices.PhaseChange(levels=4, **PLAIN)
    often, once = simulator(device, "SSS"), simulator(device, "SSS")
    for t in np.linspace(1.0, 900.0, 50):
        often.run(until=t)
        often.weights(often.network.projections[0])
    once.run(until=900.0)
    np.testing.assert_array_equal(often.weights(often.network.projections[0]), once.weights(once.network.projections[0]))


@pytest.mark.parametrize("engine", ["sequential", "reference"])
def test_states_relax_exponentially(engine):
    tau = 150.0
    device = es.devices.Linear(up=0.4, down=0.1, retention=tau, **PLAIN)
    sim = simulator(device, "SR", start=0.5, engine=engine)
    times = [5.0, AT + 50.0, AT + 190.0, AT + 1490.0]
    trace = sim.record("x", sim.network.projections[0], at=times)
    sim.run(until=2000.0)
    with mpmath.workdps(40):

        def left(dt):
            return mpmath.exp(-mpmath.mpf(dt) / tau)

        first = 0.5 * left(AT) + 0.4
        second = first * left(PERIOD) - 0.1
        expected = [0.5 * left(5.0), first * left(50.0), second * left(90.0), second * left(1390.0)]
        for found, x in zip(trace.value[:, 0], expected, strict=True):
            assert abs(found / x - 1) < 1e-13
    assert sim.weights(sim.network.projections[0])["weight"][0] == pytest.approx(
        nominal(float(second * left(2000.0 - AT - PERIOD))), rel=1e-13
    )


def test_weights_are_the_read_voltage_times_conductances():
    assert nominal(1.0) == SCALE / R_ON
    assert programmed(es.devices.Linear(levels=2, **PLAIN), "S")["weight"][0] == pytest.approx(SCALE / R_ON, rel=1e-15)
