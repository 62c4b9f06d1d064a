"""Procedural projections: nothing stored, and the very spikes of the stored ones."""

from types import SimpleNamespace

import numpy as np
import pytest

import eventsim as es
from eventsim.aer import pool
from eventsim.lowering import lower, regenerate

from .running import assert_same_spikes, assert_same_states, simulator, states

RULES = {
    "FixedProbability": es.FixedProbability(0.2),
    "FixedProbability, not oneself": es.FixedProbability(0.2, autapses=False),
    "everybody": es.FixedProbability(1.0, autapses=False),
    "nobody": es.FixedProbability(0.0),
    "FixedOutDegree": es.FixedOutDegree(9),
    "FixedOutDegree, each once": es.FixedOutDegree(9, multapses=False, autapses=False),
    "AllToAll": es.AllToAll(autapses=False),
    "OneToOne": es.OneToOne(),
}
WEIGHTS = {"shared": 0.9, "own": es.Normal(0.9, 0.3)}
DELAYS = {"shared": 1.5, "own": es.Uniform(0.0, 4.0), "none": 0.0}


def network(procedural, rules=tuple(RULES), weights=tuple(WEIGHTS), delays=tuple(DELAYS)):
    """Every rule with every kind of values, from whole populations and parts in any order."""
    net = es.Network(seed=3)
    a = net.population(40, es.LIF(t_ref=1.0, v_rest=-55.0), name="a")
    b = net.population(50, es.LIFExp(t_ref=1.0), name="b")
    noise = net.population(30, es.Poisson(100.0), name="noise")
    mixed = [30, 2, 17, 5, 39, 11, 12, 13, 0, 8, 20, 21]
    for name in rules:
        for weight in weights:
            for delay in delays:
                values = {"weight": WEIGHTS[weight], "delay": DELAYS[delay], "procedural": procedural}
                net.connect(a, a, RULES[name], **values)
                net.connect(a[mixed], b[[2 * k for k in mixed if k < 25] + [1, 3] + [7, 9] + [11]][:12], RULES[name], **values)
                net.connect(a[::-1], b[10:], RULES[name], weight_dtype="float32", **values)
                net.connect(noise, a[5:35], RULES[name], **values)
    net.drive(a, 500.0, 3.0)
    net.drive(b, 500.0, 60.0)
    return net


def test_the_synapses_are_those_that_would_be_stored():
    stored, drawn = (es.Simulator(network(p)) for p in (False, True))
    assert len(drawn._engine.program.fabric.target) == 0
    seen = 0
    for one, other in zip(stored.network.projections, drawn.network.projections, strict=True):
        found = drawn.weights(other)
        np.testing.assert_array_equal(found, stored.weights(one), err_msg=other.label)
        seen += len(found)
    assert seen > 50_000
    assert stored.routing == pytest.approx(drawn.routing, rel=1e-12)


def test_the_spikes_are_the_same(engine):
    few = ["FixedProbability, not oneself", "FixedOutDegree", "OneToOne"]
    runs = [simulator(network(p, rules=few), engine) for p in (False, True)]
    for sim in runs:
        sim.run(5.0)
    assert len(runs[0].spikes) > 100
    assert_same_spikes(runs[0].spikes, runs[1].spikes)
    assert_same_states(*map(states, runs))
    for counter in ("spikes", "source_spikes", "deliveries", "drive_events", "neuron_updates"):
        assert runs[0].stats[counter] == runs[1].stats[counter]


def test_every_rule_gives_the_same_spikes():
    for name in RULES:
        runs = [simulator(network(p, rules=[name])) for p in (False, True)]
        for sim in runs:
            sim.run(20.0)
        assert len(runs[0].spikes) > 100
        assert_same_spikes(runs[0].spikes, runs[1].spikes)


def test_rows_in_flight_are_given_back_and_the_pool_grows(monkeypatch):
    monkeypatch.setattr(pool.new_pool, "__defaults__", (2, 16))
    runs = [simulator(network(p, rules=["FixedOutDegree", "AllToAll"])) for p in (False, True)]
    largest = 0
    for sim in runs:
        for stop in np.arange(1.0, 60.0):
            sim.run(until=float(stop))
            largest = max(largest, len(sim._engine.state.queue.pool.target))
    assert_same_spikes(runs[0].spikes, runs[1].spikes)
    kept = runs[1]._engine.state.queue.pool
    assert kept.marks[pool.END] > 3 * largest > 1000  # the ring has gone round
    assert len(kept.rows) > 2


def test_a_pool_is_empty_once_everything_is_delivered():
    net = es.Network(seed=1)
    stim = net.population(20, es.SpikeSource(times=[np.linspace(1.0, 9.0, 50)] * 20), name="stim")
    cells = net.population(100, es.LIF(), name="cells")
    net.connect(stim, cells, es.FixedOutDegree(30), weight=0.01, delay=es.Exponential(0.5), procedural=True)
    sim = simulator(net)
    sim.run(5.0)
    marks = sim._engine.state.queue.pool.marks
    assert marks[pool.NEXT] > marks[pool.OLDEST] > 0
    sim.run(200.0)
    marks = sim._engine.state.queue.pool.marks  # it may have grown
    assert marks[pool.NEXT] == marks[pool.OLDEST] == 1000
    assert sim.stats["deliveries"] == 30 * 1000


def test_checkpoints_and_splits_change_nothing(engine, tmp_path):
    few = {"rules": ["FixedProbability", "FixedOutDegree, each once"], "weights": ["own"]}
    straight, sim = (simulator(network(p, **few), engine) for p in (False, True))
    straight.run(4.0)
    for stop in (0.7, 1.3, 2.9, 4.0):
        sim.run(until=stop)
        sim.save(tmp_path / "run")
        sim = es.Simulator.load(tmp_path / "run")
    assert len(straight.spikes) > 50
    assert_same_spikes(straight.spikes, sim.spikes)
    assert_same_states(states(straight), states(sim))
    for one, other in zip(straight.network.projections, network(True, **few).projections, strict=True):
        np.testing.assert_array_equal(straight.weights(one), sim.weights(other))


def test_memory_does_not_go_with_synapses():
    def bytes_of(p):
        net = es.Network(seed=1)
        a = net.population(20_000, es.LIF(), name="a")
        net.connect(a, a, es.FixedProbability(p), weight=es.Normal(1.0, 0.1), delay=es.Uniform(1.0, 2.0), procedural=True)
        return lower(net)[0].nbytes

    assert bytes_of(0.5) == bytes_of(0.001) < 20_000 * 100


def test_delays_beyond_the_lanes_are_kept():
    def spikes(procedural):
        net = es.Network(seed=1)
        a = net.population(20, es.LIF(t_ref=0.5), name="a")
        for k in range(70):
            net.connect(a, a, es.FixedOutDegree(3), weight=0.5, delay=0.5 + k / 64.0, procedural=procedural)
        net.drive(a, 1000.0, 4.0)
        sim = simulator(net)
        sim.run(30.0)
        return sim.spikes

    assert len(spikes(True)) > 100
    assert_same_spikes(spikes(True), spikes(False))


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("name", RULES)
def test_a_row_can_be_drawn_by_parts(name, delay, monkeypatch):
    """The targets of a block alone are the part of the whole row that reaches it, also within a stretch of a stream."""
    net = es.Network(seed=5)
    a = net.population(300, es.LIF(), name="a")
    net.connect(a, a, RULES[name], weight=es.Normal(0.0, 1.0), delay=DELAYS[delay], procedural=True)
    fabric = lower(net)[0].fabric
    room = regenerate.new_room(300, 300)
    p, weight, delays = (
        SimpleNamespace(**dict(zip(r.dtype.names, r.tolist(), strict=True))) for r in (fabric.procedures[0], fabric.laws[0], fabric.laws[1])
    )

    def row(source, low, high):
        n = regenerate.row(p, weight, delays, fabric.tables, source, low, high, room)
        own = room.delay[:n].tolist() if delays.kind else [0.0] * n
        return list(zip(own, room.target[:n].tolist(), room.weight[:n].tolist(), strict=True))

    for stretch in (65536, 64):
        monkeypatch.setattr(regenerate, "TARGET_BLOCK", stretch)
        for source in (0, 150, 299):
            whole = row(source, 0, 300)
            assert whole == sorted(whole, key=lambda s: s[:2])
            for low in range(0, 300, 100):
                assert row(source, low, low + 100) == [s for s in whole if low <= s[1] < low + 100]


@pytest.mark.parametrize(("options", "reason"), [({"procedural": True}, "procedural=True"), ({"weight_dtype": "float32"}, "float32")])
def test_the_windowed_engine_leaves_them_to_the_sequential_one(options, reason):
    net = es.Network()
    a = net.population(5000, es.LIF(), name="a")
    net.connect(a, a, es.FixedProbability(0.1), weight=es.Normal(1.0, 0.1), delay=1.0, **options)
    assert es.Simulator(net).stats["engine"] == "sequential"
    with pytest.raises(es.ParameterError, match=f"{reason}.*engine='auto'"):
        es.Simulator(net, engine="windowed")
