"""Inhibitory plasticity (Vogels et al. 2011): where the rule is at rest, one neuron whose inhibition becomes tuned, and the network that comes to its target rate."""

import math

import numpy as np
import pytest

import eventsim as es
from eventsim.analysis import mean_cv, mean_rate
from eventsim.published import vogels2011, vogels2011_neuron, vogels2011_signals
from eventsim.published.vogels2011 import BASE, DEAD_TIME, GRID, NORMAL, PEAK, SIGNALS, TAU, TAU_SIGNAL, UNIT_EXC, UNIT_INH


def test_network_is_that_of_the_paper():
    net = vogels2011(seed=3, scale=0.05)
    assert [len(net[name]) for name in ("exc", "inh")] == [400, 100]
    sim = es.Simulator(net)
    counts = [len(sim.weights(p)) for p in net.projections]
    expected = np.array([100 * 400, 400 * 400, 400 * 100, 100 * 100]) * 0.4  # 0.02 at full size
    assert np.all(np.abs(counts - expected) < 5.0 * np.sqrt(expected))
    assert [len(vogels2011()[name]) for name in ("exc", "inh")] == [8000, 2000]
    assert {p.rule.p for p in vogels2011().projections} == {0.02}
    assert [(p.pre.name, p.post.name) for p in net.projections] == [("inh", "exc"), ("exc", "exc"), ("exc", "inh"), ("inh", "inh")]


@pytest.mark.parametrize("rate", [2.0, 5.0, 15.0])
def test_drift_of_independent_spikes_is_in_closed_form(rate):
    """2 eta tau r_pre (r_post - target): up, at rest and down. False alarms: 4.5 standard errors over 300 synapses, 7e-6 each."""
    n, eta, target, pre_rate, duration = 300, 0.01, 5.0, 10.0, 20_000.0
    net = es.Network(seed=4)
    pre = net.population(n, es.Poisson(rate=pre_rate), name="pre")
    noise = net.population(n, es.Poisson(rate=rate), name="noise")
    post = net.population(n, es.LIF(t_ref=0.0, v_thresh=1000.0), name="post")
    rule = es.InhibitorySTDP(-50.0, 1.0, eta=eta, target_rate=target, tau=TAU, w_max=-100.0)
    plastic = net.connect(pre, post, es.OneToOne(), synapse=rule)
    net.connect(noise, post, es.OneToOne(), weight=1e6, delay=0.0)
    sim = es.Simulator(net)
    sim.run(duration)
    gain = -50.0 - sim.weights(plastic)["weight"]
    expected = 2.0 * eta * TAU * pre_rate * (rate - target) * 1e-6 * duration
    assert abs(gain.mean() - expected) < 4.5 * gain.std() / math.sqrt(n)
    assert np.sign(expected) == np.sign(rate - target)


@pytest.mark.parametrize("start", [0.0, -12.0])
@pytest.mark.parametrize("target", [4.0, 12.0])
def test_a_neuron_comes_to_its_target_rate_from_both_sides(start, target):
    """Exact class (currents): excitation that makes it fire at some 70 Hz without inhibition, or inhibition that silences it, to begin with.

    Correlations leave something: spikes come where inhibition happens to be weak, so pairs are rarer than of independent spikes and the rate is above the target.
    """
    net = es.Network(seed=5)
    neuron = es.LIFExp(tau_m=20.0, c_m=200.0, v_rest=-60.0, v_reset=-60.0, v_thresh=-50.0, t_ref=5.0, tau_syn_exc=5.0, tau_syn_inh=10.0)
    cell = net.population(1, neuron, name="cell")
    inh = net.population(200, es.Poisson(rate=10.0), name="inh")
    net.drive(cell, rate=2_000.0, weight=25.0)
    rule = es.InhibitorySTDP(start, 0.0, eta=0.1, target_rate=target, tau=TAU, w_max=-100.0)
    net.connect(inh, cell, es.AllToAll(), synapse=rule)
    sim = es.Simulator(net)
    sim.run(50_000.0)
    rates = [mean_rate(sim.spikes, cell, begin=b, end=e) for b, e in ((0.0, 500.0), (25_000.0, 50_000.0))]
    assert rates[0] > 30.0 if start == 0.0 else rates[0] == 0.0
    assert rates[1] == pytest.approx(target, rel=0.15)


def test_signals_have_the_mean_of_rectified_noise():
    """sigma / sqrt(2 pi) times the scale, above 5 Hz. False alarm: 4.5 standard errors, with one independent value per 2 tau."""
    duration = 100_000.0
    found = vogels2011_signals(duration, seed=6)
    assert found.shape == (SIGNALS, 100_000)
    rate = found / (1.0 - found * DEAD_TIME / 1000.0)
    kept = math.exp(-GRID / TAU_SIGNAL)
    deviation = PEAK / NORMAL * math.sqrt((1.0 - kept) / (1.0 + kept) / 12.0)
    error = deviation / math.sqrt(SIGNALS * duration / (2.0 * TAU_SIGNAL))
    assert abs(rate.mean() - (BASE + deviation / math.sqrt(2.0 * math.pi))) < 4.5 * error
    assert rate.min() == pytest.approx(BASE)
    assert abs(np.mean(rate > BASE + 1e-9) - 0.5) < 4.5 * 0.5 / math.sqrt(SIGNALS * duration / (2.0 * TAU_SIGNAL))


def test_inhibition_of_one_neuron_becomes_tuned_as_excitation_is():
    """Ten times the learning rate, so that 20 s are enough."""
    duration = 20_000.0
    net = vogels2011_neuron(duration, seed=7, eta=0.01 * UNIT_INH)
    exc, inh = ([p for p in net.projections if p.label.startswith(kind)] for kind in ("exc", "inh"))
    sim = es.Simulator(net)
    tuning = np.array([sim.weights(p)["weight"].mean() for p in exc])
    np.testing.assert_allclose(tuning / UNIT_EXC, 0.35 + 1.1 / (1.0 + (np.arange(1, 9) - 5.0) ** 4), atol=0.015)
    assert {w for p in inh for w in sim.weights(p)["weight"]} == {0.1 * UNIT_INH}
    sim.run(duration)
    rates = [mean_rate(sim.spikes, net["cell"], begin=b, end=e) for b, e in ((0.0, 1_000.0), (10_000.0, duration))]
    weights = np.array([sim.weights(p)["weight"].mean() for p in inh])
    assert rates[0] > 25.0
    assert rates[1] == pytest.approx(6.25, rel=0.25)
    assert np.argmax(weights) == 4
    assert np.corrcoef(tuning, weights)[0, 1] > 0.95


@pytest.mark.slow
def test_network_comes_to_its_target_rate_and_fires_irregularly():
    """Five times the learning rate; small networks with as many inputs oscillate, and the last hertz takes long."""
    net = vogels2011(seed=1, scale=0.05, eta=0.05)
    exc, sim, weights = net["exc"], es.Simulator(net), [0.0]
    for _ in range(4):
        sim.run(5_000.0)
        weights.append(sim.weights(net.projections[0])["weight"].mean())
    rates = [mean_rate(sim.spikes, exc, begin=b, end=e) for b, e in ((0.0, 50.0), (15_000.0, 20_000.0))]
    assert rates[0] > 100.0
    assert abs(rates[1] - 3.0) < 1.0
    assert mean_cv(sim.spikes, exc, begin=0.0, end=100.0) < 0.5
    assert mean_cv(sim.spikes, exc, begin=15_000.0, end=20_000.0) > 0.6
    changes = np.diff(weights)
    assert abs(changes[-1]) < 0.05 * changes[0]


def test_what_is_not_there_is_refused():
    with pytest.raises(es.ParameterError, match=r"scale must be >= 0.02, got 0.01"):
        vogels2011(scale=0.01)
    with pytest.raises(es.ParameterError, match=r"InhibitorySTDP target_rate must be >= 0 Hz, got -1"):
        vogels2011(target_rate=-1.0)
    with pytest.raises(es.ParameterError, match=r"duration must be >= 1 ms, got 0"):
        vogels2011_neuron(0.0)
    with pytest.raises(es.ParameterError, match=r"seed must be >= 0, got -1"):
        vogels2011_signals(10.0, seed=-1)
