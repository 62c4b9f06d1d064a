"""Weights of float32: half the memory, rounded once, and the same on every engine."""

import numpy as np
import pytest

import eventsim as es

from ..engine.running import assert_same_spikes, assert_same_states, simulator, states

RULES = {
    "FixedProbability": es.FixedProbability(0.3),
    "FixedInDegree": es.FixedInDegree(12),
    "FixedOutDegree": es.FixedOutDegree(12),
    "FixedTotalNumber": es.FixedTotalNumber(500),
    "AllToAll": es.AllToAll(autapses=False),
}


WEIGHT, DELAY = es.Normal(1.7, 0.5), es.Uniform(0.5, 3.0)


def network(weight_dtype, weight=WEIGHT, delay=DELAY, rules=None):
    net = es.Network(seed=6)
    a = net.population(40, es.LIF(t_ref=1.0), name="a")
    for rule in rules or RULES.values():
        net.connect(a, a, rule, weight=weight, delay=delay, weight_dtype=weight_dtype)
    net.drive(a, rate=1000.0, weight=4.0)
    return net


@pytest.mark.parametrize("delay", [1.5, es.Uniform(0.5, 3.0)], ids=["shared", "own"])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_weights_are_the_rounded_ones(rule, delay):
    single, double = (network(dtype, delay=delay, rules=[rule]) for dtype in (np.float32, np.float64))
    found, full = (es.Simulator(net, engine="sequential").weights(net.projections[0]) for net in (single, double))
    assert len(found) > 400
    assert found["weight"].dtype == np.float64
    assert found["weight"].tolist() == full["weight"].astype(np.float32).tolist()
    assert found["weight"].tolist() != full["weight"].tolist()
    for name in ("pre", "post", "delay"):
        assert (found[name] == full[name]).all()


def test_engines_agree_bit_for_bit():
    runs = [simulator(network("float32"), engine) for engine in ("sequential", "reference")]
    for sim in runs:
        sim.run(30.0)
    assert len(runs[0].spikes) > 100
    assert_same_spikes(runs[0].spikes, runs[1].spikes)
    assert_same_states(*map(states, runs))


def test_given_and_shared_weights_are_rounded_too():
    net = es.Network()
    a = net.population(3, es.LIF())
    synapse = es.Static(weight=[0.1, 0.2, 0.3], delay=1.0, weight_dtype=np.float32)
    own = net.connect(a, a, es.OneToOne(), synapse=synapse)
    shared = net.connect(a, a, es.OneToOne(), weight=0.1, delay=1.0, weight_dtype="float32")
    sim = es.Simulator(net)
    assert sim.weights(own)["weight"].tolist() == np.float32([0.1, 0.2, 0.3]).tolist()
    assert sim.weights(shared)["weight"].tolist() == [float(np.float32(0.1))] * 3


def test_a_synapse_takes_eight_bytes():
    program = {dtype: es.Simulator(network(dtype, delay=1.5))._engine.program for dtype in ("float32", "float64")}
    fabric = program["float32"].fabric
    n = len(fabric.target)
    assert fabric.target.nbytes + fabric.weight32.nbytes == 8 * n
    assert len(fabric.weight) == 0
    assert program["float64"].nbytes - program["float32"].nbytes == 4 * n


def test_both_precisions_stand_beside_each_other():
    net = network("float32")
    a = net["a"]
    net.connect(a, a, es.FixedInDegree(5), weight=es.Normal(0.5, 0.1), delay=2.0)
    net.connect(a, a, es.FixedInDegree(5), weight=-0.7, delay=2.0)
    runs = [simulator(net, engine) for engine in ("sequential", "reference")]
    for sim in runs:
        sim.run(30.0)
    assert_same_spikes(runs[0].spikes, runs[1].spikes)
    assert not (runs[0].weights(net.projections[-2])["weight"] == np.float32(runs[0].weights(net.projections[-2])["weight"])).any()
    assert set(runs[0].weights(net.projections[-1])["weight"].tolist()) == {-0.7}


def test_a_distribution_that_leaves_float32_is_refused():
    with pytest.raises(es.NumericalError, match="not finite"):
        es.Simulator(network("float32", weight=es.Uniform(1e38, 1e39)))
