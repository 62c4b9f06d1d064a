"""Synaptic scaling against closed forms, and rates that come to their target."""

import mpmath
import numpy as np
import pytest

import eventsim as es

from .running import SILENT

EPS = np.finfo(float).eps
STILL = {"a_plus": 0.0, "a_minus": 0.0}  # weights that nothing but a change moves


def scaled(engine, n=40, rule=None, **scaling):
    """A simulator of n Poisson inputs onto five neurons that fire now and then, scaled; and the projection."""
    net = es.Network(seed=3)
    inputs = net.population(n, es.Poisson(rate=30.0), name="inputs")
    cells = net.population(5, es.LIF(v_thresh=-57.0), name="cells")
    synapse = rule or es.STDP(es.Uniform(0.1, 1.0), es.Uniform(0.5, 5.0), a_plus=0.05, a_minus=0.055, w_max=20.0)
    learning = net.connect(inputs, cells, es.FixedProbability(0.7), synapse=synapse)
    net.scale(learning, **scaling)
    return es.Simulator(net, engine=engine), learning


def sums(sim, learning):
    """Sums of the magnitudes of the weights onto each neuron."""
    weights = sim.weights(learning)
    return np.bincount(weights["post"], np.abs(weights["weight"]), minlength=5)


def test_normalisation_gives_every_neuron_its_total(engine):
    total = np.array([3.0, 5.0, 7.5, 1.0, 20.0])
    sim, learning = scaled(engine, total=total, at=[100.0, 200.0])
    sim.run(until=200.0)
    before = sim.weights(learning)
    assert len(sim.spikes) > 5
    assert (abs(sums(sim, learning) - total) > 1e-3).any()  # it has learnt since
    sim.run(until=np.nextafter(200.0, 300.0))
    after = sim.weights(learning)
    np.testing.assert_allclose(sums(sim, learning), total, rtol=40 * EPS, atol=0.0)
    with np.errstate(invalid="ignore"):
        ratio = after["weight"] / before["weight"]
    for k in range(5):
        own = ratio[(after["post"] == k) & (before["weight"] > 0.0)]
        assert len(own) > 10
        np.testing.assert_allclose(own, own[0], rtol=4 * EPS)


def test_normalisation_counts_magnitudes_and_leaves_zeros(engine):
    net = es.Network(seed=1)
    inputs = net.population(2, es.SpikeSource(), name="inputs")
    cells = net.population(3, es.LIF(), name="cells")
    negative = es.Hebb([-1.0, -2.0, 0.0, -3.0, -2.0, 0.0], 1.0, eta=0.0, w_max=-10.0)
    learning = net.connect(inputs, cells, es.AllToAll(), synapse=negative)
    net.scale(learning, total=[8.0, 2.0, 5.0], at=0.0)
    sim = es.Simulator(net, engine=engine)
    assert sim.weights(learning)["weight"].tolist() == [-1.0, -2.0, 0.0, -3.0, -2.0, 0.0]
    sim.run(1.0)
    assert sim.weights(learning)["weight"].tolist() == [-2.0, -1.0, 0.0, -6.0, -1.0, 0.0]


def test_bounds_hold(engine):
    sim, learning = scaled(engine, rule=es.STDP(es.Uniform(0.1, 1.0), 1.0, **STILL, w_min=0.05, w_max=1.5), total=25.0, at=10.0)
    before = sim.weights(learning)["weight"]
    share = before * 25.0 / sums(sim, learning)[sim.weights(learning)["post"]]
    assert (share > 1.5).any()
    assert (share < 1.5).any()
    sim.run(11.0)
    np.testing.assert_allclose(sim.weights(learning)["weight"], np.minimum(share, 1.5), rtol=60 * EPS)


@pytest.mark.parametrize("tau", [3.0, 1000.0])
def test_scaling_by_rate_is_the_integral_of_its_equation(engine, tau):
    """dw/dt = gain w (target - a), tau da/dt = -a + spikes: between changes and over several of them, in 40 digits."""
    trains = [[3.0, 17.25, 17.5, 40.0], [], [1.0, 50.0, 99.0]]
    net = es.Network(seed=1)
    teacher = net.population(3, es.SpikeSource(trains), name="teacher")
    inputs = net.population(2, es.SpikeSource(), name="inputs")
    cells = net.population(3, es.LIF(v_thresh=SILENT, t_ref=0.0), name="cells")
    net.connect(teacher, cells, es.OneToOne(), weight=100.0 * SILENT, delay=0.0)
    learning = net.connect(inputs, cells, es.AllToAll(), synapse=es.STDP(es.Uniform(0.5, 1.0), 1.0, **STILL, w_max=100.0))
    target = np.array([25.0, 10.0, 40.0])
    net.scale(learning, target_rate=target, gain=0.25, tau=tau, every=40.0, at=[50.0, 50.0, 99.0])
    sim = es.Simulator(net, engine=engine)
    before = sim.weights(learning)
    sim.run(until=120.0)  # the change at 120 is not in it
    assert len(sim.spikes) == 7
    after = sim.weights(learning)
    with mpmath.workdps(40):
        for one, other in zip(before, after, strict=True):
            spikes = [t for t in trains[one["post"]] if t < 99.0]  # at 99 the change came first
            integral = sum((1 - mpmath.exp(-(99 - mpmath.mpf(t)) / mpmath.mpf(tau)) for t in spikes), mpmath.mpf(0))
            exponent = mpmath.mpf(0.25) * (mpmath.mpf(target[one["post"]]) * mpmath.mpf("0.099") - integral)
            assert abs(other["weight"] / (one["weight"] * mpmath.exp(exponent)) - 1) < 20 * EPS


def test_rates_come_to_their_target():
    """Forty neurons with weights from 0.05 to 1 mV, hence with rates from 0 to more than 100 Hz, come to 10 Hz each."""
    net = es.Network(seed=5)
    inputs = net.population(300, es.Poisson(rate=20.0), name="inputs")
    cells = net.population(40, es.LIF(t_ref=2.0), name="cells")
    start = np.repeat(np.linspace(0.05, 1.0, 40)[None], 300, 0)
    learning = net.connect(inputs, cells, es.AllToAll(), synapse=es.STDP(start, 1.0, **STILL, w_max=10.0))
    net.scale(learning, target_rate=10.0, gain=0.02, tau=500.0, every=100.0)
    sim = es.Simulator(net)
    sim.run(20_000.0)
    early = es.analysis.firing_rates(sim.spikes, cells, begin=0.0, end=500.0)
    late = es.analysis.firing_rates(sim.spikes, cells, begin=10_000.0, end=20_000.0)
    assert early.min() == 0.0
    assert early.max() > 60.0
    assert abs(late.mean() - 10.0) < 0.2
    assert late.min() > 9.0
    assert late.max() < 11.0


def test_a_change_comes_before_what_happens_at_its_time(engine):
    """The arrival at 10 ms finds the weight after the change; samples and weights at 10 ms are those before."""
    net = es.Network(seed=1)
    source = net.population(1, es.SpikeSource([[8.0]]), name="source")
    cell = net.population(1, es.LIF(), name="cell")
    learning = net.connect(source, cell, es.OneToOne(), synapse=es.STDP(1.0, 2.0, **STILL, w_max=10.0))
    net.scale(learning, total=4.0, at=10.0)
    sim = es.Simulator(net, engine=engine)
    early = sim.record("weight", learning, at=[10.0, np.nextafter(10.0, 11.0)])
    sim.run(until=10.0)
    assert sim.weights(learning)["weight"][0] == 1.0
    late = sim.record("weight", learning, at=[10.0])
    sim.run(until=np.nextafter(10.0, 11.0))
    assert sim.get(net["cell"], "v")[0] == -65.0 + 4.0
    assert sim.weights(learning)["weight"][0] == 4.0
    sim.run(until=11.0)
    assert early.value[:, 0].tolist() == [1.0, 4.0]
    assert late.value[:, 0].tolist() == [1.0]


def test_changes_at_one_time_are_made_in_order_of_declaration(engine):
    net = es.Network(seed=1)
    source = net.population(2, es.SpikeSource(), name="source")
    cell = net.population(1, es.LIF(), name="cell")
    learning = net.connect(source, cell, es.AllToAll(), synapse=es.STDP(1.0, 2.0, **STILL, w_max=10.0))
    net.scale(learning, total=4.0, every=5.0)
    net.scale(learning, total=7.0, at=[10.0])
    sim = es.Simulator(net, engine=engine)
    sim.run(until=6.0)
    assert sum(sim.weights(learning)["weight"]) == 4.0
    sim.run(until=11.0)
    assert sum(sim.weights(learning)["weight"]) == 7.0
    sim.run(until=16.0)
    assert sum(sim.weights(learning)["weight"]) == 4.0


def test_weights_without_bounds_that_explode_are_refused(engine):
    net = es.Network(seed=1)
    source = net.population(2, es.SpikeSource(), name="source")
    cells = net.population(2, es.LIF(), name="cells")
    learning = net.connect(source, cells, es.AllToAll(), synapse=es.Oja(1.0, 2.0, eta=0.1))
    net.scale(learning, target_rate=[0.0, 1000.0], gain=1e5, every=100.0)
    sim = es.Simulator(net, engine=engine)
    with pytest.raises(es.NumericalError, match=r"scaling at 100\.0 ms .* smaller gain \(neuron 1 of 'cells'\)"):
        sim.run(200.0)
    assert sim.now == 100.0


def test_a_sum_beyond_all_numbers_is_refused():
    net = es.Network()
    stim, cell = net.population(4, es.SpikeSource()), net.population(1, es.LIF())
    learning = net.connect(stim, cell, es.AllToAll(), synapse=es.STDP(1e308, 1.0, a_plus=0.1, a_minus=0.1, w_max=1.5e308))
    net.scale(learning, total=1.0, at=5.0)
    sim = es.Simulator(net, engine="reference")
    with pytest.raises(es.NumericalError, match="smaller weights"):
        sim.run(10.0)
