"""`sim.routing`: fan-out and delay statistics against brute force over all synapses."""

import numpy as np
import pytest

import eventsim as es


def _mixed():
    net = es.Network(seed=4)
    a = net.population(30, es.LIF(), name="a")
    b = net.population(20, es.LIFExp(), name="b")
    stim = net.population(5, es.SpikeSource(), name="stim")
    return net, [
        net.connect(a, b, es.FixedProbability(0.3), weight=1.0, delay=1.5),
        net.connect(b, a, es.FixedInDegree(4), weight=1.0, delay=es.Uniform(0.5, 4.0)),
        net.connect(stim, a, es.AllToAll(), weight=1.0, delay=0.0),
        net.connect(a[::2], a, es.FixedOutDegree(3), weight=1.0, delay=1.5),
        net.connect(stim, b, es.Explicit([0, 0, 4], [1, 1, 2]), weight=1.0, delay=[0.0, 2.0, 0.0]),
        net.connect(a, b, es.FixedTotalNumber(0), weight=1.0, delay=77.0),
    ]


def test_statistics_are_those_of_all_synapses():
    net, projections = _mixed()
    sim = es.Simulator(net, engine="reference")
    found = [sim.weights(p) for p in projections]
    delay = np.concatenate([s["delay"] for s in found])
    source = np.concatenate([p.pre.population.first + s["pre"] for p, s in zip(projections, found, strict=True)])
    degree = np.bincount(source, minlength=net.size)
    routing = sim.routing
    assert routing["synapses"] == len(delay) > 300
    assert routing["fan_out_min"] == degree.min()
    assert routing["fan_out_max"] == degree.max()
    assert routing["fan_out_mean"] == pytest.approx(degree.mean(), rel=1e-14)
    assert routing["delay_min"] == delay.min() == 0.0
    assert routing["delay_max"] == delay.max() < 4.0
    assert routing["delay_mean"] == pytest.approx(delay.mean(), rel=1e-13)
    assert routing["zero_delay_synapses"] == (delay == 0.0).sum() == 5 * 30 + 2
    assert routing["synapses_with_own_delay"] == len(found[1]) + len(found[4])


def test_deliveries_of_one_spike_are_its_fan_out(engine):
    net, projections = _mixed()
    sim = es.Simulator(net, engine=engine)
    out = sum(int((sim.weights(p)["pre"] == 0).sum()) for p in (projections[2], projections[4]))
    sim.inject(1.0, net["stim"].addresses[0])
    sim.run(20.0)
    assert sim.stats["source_spikes"] == 1
    assert sim.stats["spikes"] == 0
    assert sim.stats["deliveries"] == out == 32


def test_a_network_without_synapses_has_statistics_too():
    net = es.Network()
    net.population(3, es.LIF())
    routing = es.Simulator(net, engine="reference").routing
    assert routing["synapses"] == routing["fan_out_max"] == 0
    assert np.isnan(routing["delay_mean"])
