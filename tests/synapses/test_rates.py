"""Rules that change weights all the time, Hebb's, Oja's and that of calcium, against integrals in 40 digits, and what they converge to."""

import numpy as np
import pytest

import eventsim as es

from . import brute
from .running import END, delays, run, trains


def compare(engine, rule, by_hand, seed, weights, backprop=0.0, post_first=False, pairs=None, end=END, **options):
    """All synapses of a run against brute force; their weights."""
    pairs = pairs or trains(seed)
    apart = delays(len(pairs))
    sim, j = run(engine, pairs, rule(weights, apart, backprop_delay=backprop, post_first=post_first, **options), end)
    got = sim.weights(j)["weight"]
    assert len(got) == len(pairs)
    expected = []
    for (pre, post), delay, w in zip(pairs, apart, np.broadcast_to(weights, len(pairs)), strict=True):
        train = brute.until(brute.ordered(pre, post, delay, backprop, post_first), end)
        expected.append(float(by_hand(train, w, end, **options)))
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=0.0)
    return got


@pytest.mark.parametrize(("tau_pre", "tau_post"), [(20.0, 20.0), (3.0, 70.0)])
@pytest.mark.parametrize("backprop", [0.0, 3.0, 1.3])
def test_hebb(engine, tau_pre, tau_post, backprop):
    for sign in (1.0, -1.0):
        weights = np.linspace(1.0, 2.0, 12) * sign
        got = compare(engine, es.Hebb, brute.hebb, 50, weights, backprop, eta=1e-3, w_max=8.0 * sign, tau_pre=tau_pre, tau_post=tau_post)
        assert np.all(np.abs(got) > np.abs(weights))
        assert np.all(np.abs(got) < 8.0)


def test_hebb_stops_at_its_bounds(engine):
    weights = np.linspace(1.0, 1.6, 12)
    up = compare(engine, es.Hebb, brute.hebb, 51, weights, eta=1e-3, w_max=2.0)
    down = compare(engine, es.Hebb, brute.hebb, 51, weights, eta=-1e-3, w_max=2.0, w_min=0.9)
    assert 0 < np.count_nonzero(up == 2.0) < 12
    assert 0 < np.count_nonzero(down == 0.9) < 12


@pytest.mark.parametrize(("eta", "alpha"), [(1e-3, 1.0), (0.2, 0.5), (1e-3, 0.0)])
@pytest.mark.parametrize("backprop", [0.0, 3.0])
def test_oja(engine, eta, alpha, backprop):
    pairs = [(pre[:8], post[:8]) for pre, post in trains(60, n=6)]
    got = compare(engine, es.Oja, brute.oja, 60, np.linspace(0.0, 2.0, 6), backprop, pairs=pairs, eta=eta, alpha=alpha, tau=17.0)
    assert np.all(got > 0.0)


@pytest.mark.parametrize("w_max", [4.0, -4.0])
@pytest.mark.parametrize(("theta_p", "backprop"), [(1.3, 0.0), (0.6, 3.0), (2.5, 1.3)])
def test_calcium(engine, theta_p, backprop, w_max):
    """Thresholds in either order; tau so short that weights go far."""
    weights = np.linspace(0.3, 0.9, 12) * w_max
    options = {"theta_p": theta_p, "w_max": w_max, "w_min": 0.25 * w_max, "tau": 5000.0, "tau_ca": 17.0}
    got = compare(engine, es.GraupnerBrunel, brute.calcium, 62, weights, backprop, **options)
    assert np.all(np.abs(got) > 1.0)
    assert np.all(np.abs(got) < 4.0)


def test_calcium_leads_where_the_times_above_the_thresholds_say():
    """Pairs 200 ms apart, for hours: w goes to the ratio of potentiation to both, each as long as calcium is above its threshold."""
    lag, period, tau_ca = 5.0, 200.0, 20.0
    peak = 1.0 * np.exp(-lag / tau_ca) + 2.0
    above_d = tau_ca * np.log(peak / 1.0)  # the arrival alone just reaches theta_d
    above_p = tau_ca * np.log(peak / 1.3)
    expected = 321.808 * above_p / (321.808 * above_p + 200.0 * above_d)
    times = np.arange(1.0, 40_000.0, period)
    rule = es.GraupnerBrunel(0.2, 0.0, w_max=1.0, tau=50_000.0)
    sim, j = run("sequential", [(times, times + lag)], rule, end=40_000.0)
    assert sim.weights(j)["weight"][0] == pytest.approx(
        expected, abs=0.01
    )  # the ratio is that of means; the last part of a pair is depression


def test_the_order_of_a_tie_makes_no_difference_to_rules_of_rates(engine):
    for rule in (es.Hebb(2.0, 3.0, eta=0.01, w_max=9.0), es.Oja(2.0, 3.0, eta=0.01), es.GraupnerBrunel(2.0, 3.0, w_max=9.0)):
        found = []
        for post_first in (False, True):
            again = rule.rule(rule.weight, rule.delay, backprop_delay=3.0, post_first=post_first, **rule.values)
            sim, j = run(engine, [([10.0, 30.0], [10.0, 30.0])], again)
            found.append(sim.weights(j)["weight"][0])
        assert found[0] == found[1] != 2.0


def test_weights_do_not_depend_on_where_they_are_looked_at(engine):
    """A look between events is a copy: the same bits at the end."""
    pairs = trains(61, n=4)
    for rule in (es.Hebb(1.0, 1.0, eta=0.001, w_max=9.0), es.Oja(1.0, 1.0, eta=0.001)):
        once, j = run(engine, pairs, rule)
        often, k = run(engine, pairs, rule, end=20.3)
        for stop in (20.7, 55.1, END):
            often.weights(k)
            often.run(until=stop)
        np.testing.assert_array_equal(once.weights(j), often.weights(k))


def test_oja_finds_the_ratio_of_traces(engine):
    """Spikes of both sides at regular times that coincide: x = y, and the weight goes to 1/alpha whatever it was."""
    times = np.arange(1.0, 150.0, 2.0)
    sim, j = run(engine, [(times, times)] * 3, es.Oja(np.array([0.0, 0.3, 5.0]), 0.0, eta=0.1, alpha=2.0), end=150.0)
    np.testing.assert_allclose(sim.weights(j)["weight"], 0.5, rtol=1e-12)


def test_oja_takes_weights_that_are_not_negative():
    net = es.Network()
    pre, post = net.population(1, es.SpikeSource([[1.0]])), net.population(1, es.LIF())
    with pytest.raises(es.ParameterError, match=r"must lie between 0 and inf, the bounds of Oja, got -1"):
        net.connect(pre, post, es.OneToOne(), synapse=es.Oja(-1.0, 1.0, eta=0.1))
    with pytest.raises(es.ParameterError, match=r"Oja eta must be >= 0"):
        es.Oja(1.0, 1.0, eta=-0.1)
