"""Synapses that are pruned and sprout: who has them, what goes through them, and what they know."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es

from .running import SILENT

STILL = {"a_plus": 0.0, "a_minus": 0.0}  # weights that nothing moves
RULES = {
    "FixedInDegree": es.FixedInDegree(6, autapses=False, multapses=False),
    "FixedOutDegree": es.FixedOutDegree(6, autapses=False, multapses=False),
    "FixedTotalNumber": es.FixedTotalNumber(200, autapses=False, multapses=False),
    "FixedProbability": es.FixedProbability(0.1, autapses=False),
}


def recurrent(engine="sequential", connected=None, n=30, weight=None, **rewiring):
    """A simulator of n silent neurons connected among each other, to be rewired at 1, 2, ... ms; and the projection."""
    net = es.Network(seed=7)
    cells = net.population(n, es.LIF(), name="cells")
    synapse = es.STDP(weight or es.Uniform(0.0, 1.0), es.Uniform(0.5, 3.0), **STILL, w_max=1.0)
    j = net.connect(cells, cells, connected or es.FixedInDegree(8, autapses=False, multapses=False), synapse=synapse)
    net.rewire(j, every=1.0, **rewiring)
    return es.Simulator(net, engine=engine), j


def after(sim, j, t):
    """The synapses just after the change at t."""
    sim.run(until=np.nextafter(t, math.inf))
    return sim.weights(j)


def pairs(synapses):
    """The pairs that synapses connect, sorted."""
    return sorted(zip(synapses["pre"].tolist(), synapses["post"].tolist(), strict=True))


def test_what_is_weak_is_pruned_and_nothing_else(engine):
    sim, j = recurrent(engine, below=0.4)
    before = sim.weights(j)
    left = after(sim, j, 1.0)
    assert 40 < (before["weight"] < 0.4).sum() < 150
    np.testing.assert_array_equal(left, before[before["weight"] >= 0.4])


@pytest.mark.parametrize("name", RULES)
def test_synapses_sprout_up_to_their_number_without_autapses_and_multapses(name, engine):
    connected = es.FixedTotalNumber(100, autapses=False, multapses=False)
    sim, j = recurrent(engine, connected, below=0.5, sprout=RULES[name], weight=es.Uniform(0.0, 1.0))
    for t in (1.0, 2.0, 3.0):
        before, now = sim.weights(j), after(sim, j, t)
        assert len(set(pairs(now))) == len(now)
        assert not (now["pre"] == now["post"]).any()
        survived = before[before["weight"] >= 0.5]
        assert set(pairs(survived)) <= set(pairs(now))
        side = {"FixedInDegree": "post", "FixedOutDegree": "pre"}.get(name)
        if side:
            assert np.bincount(now[side], minlength=30).tolist() == np.maximum(6, np.bincount(survived[side], minlength=30)).tolist()
        elif name == "FixedTotalNumber":
            assert len(now) == 200
        else:
            free = 30 * 29 - len(survived)
            assert abs(len(now) - len(survived) - 0.1 * free) < 5.0 * math.sqrt(0.09 * free)  # fails once in a million


def test_rows_stay_in_canonical_order(engine):
    sim, j = recurrent(engine, turnover=0.5, sprout=es.FixedProbability(0.5))
    for t in (1.0, 2.0, 3.0):
        now = after(sim, j, t)
        assert len(now) > 300
        np.testing.assert_array_equal(np.lexsort((now["post"], now["delay"], now["pre"])), np.arange(len(now)))


def test_turnover_prunes_with_its_probability():
    sim, j = recurrent(connected=es.AllToAll(), n=100, turnover=0.25)
    left = len(after(sim, j, 1.0))
    assert abs(left - 7500) < 5.0 * math.sqrt(10_000 * 0.25 * 0.75)  # fails once in a million
    assert len(after(sim, j, 2.0)) < left


def test_partners_are_uniform():
    """Chi square of 400 possible partners over many changes that replace every synapse: within 4.8 standard deviations."""
    sim, j = recurrent(connected=es.FixedInDegree(5), n=20, turnover=1.0, sprout=es.FixedInDegree(5, multapses=False))
    counts = np.zeros((20, 20))
    for t in range(1, 201):
        now = after(sim, j, float(t))
        assert len(now) == 100
        np.add.at(counts, (now["pre"], now["post"]), 1)
    expected = 200 * 5 / 20
    chi = ((counts - expected) ** 2 / (expected * (1 - 5 / 20))).sum()
    assert abs(chi - 380) < 4.8 * math.sqrt(2 * 380)


def test_a_row_that_is_nearly_full_is_filled():
    sim, j = recurrent(n=12, below=0.9, sprout=es.FixedInDegree(11, autapses=False, multapses=False))
    now = after(sim, j, 1.0)
    assert pairs(now) == [(a, b) for a, b in itertools.product(range(12), repeat=2) if a != b]


def test_changes_are_functions_of_seed_and_number():
    """The third change draws the same whether the run was cut or not; another seed and another rewiring draw others."""
    options = {"turnover": 1.0, "sprout": es.FixedInDegree(6), "weight": es.Uniform(0.0, 1.0)}
    one, j = recurrent(**options)
    other, k = recurrent(**options)
    at_once = after(one, j, 3.0)
    for t in (0.5, 1.0, 1.5, 2.0, 2.9999):
        other.run(until=t)
        other.weights(k)
    np.testing.assert_array_equal(at_once, after(other, k, 3.0))
    assert pairs(at_once) != pairs(after(one, j, 4.0))


# -- spikes on their way ------------------------------------------------------------------------------------------------


@st.composite
def traffic(draw):
    """Trains of three sources, times of changes, delays of old and of new synapses: on a grid, where arrivals and changes tie, or anywhere."""
    time = st.integers(0, 40).map(lambda k: 0.25 * k) if draw(st.booleans()) else st.floats(0.0, 10.0)
    trains = [sorted(draw(st.lists(time, max_size=6, unique=True))) for _ in range(3)]
    changes = sorted(draw(st.lists(time, min_size=1, max_size=4, unique=True)))
    laws = [draw(st.one_of(time.map(lambda d: 0.5 * d), st.just(es.Uniform(0.0, 6.0)))) for _ in range(2)]
    return trains, changes, laws, draw(st.sampled_from((es.FixedInDegree(3), es.FixedProbability(0.5)))), draw(st.booleans())


@given(traffic(), st.sampled_from(("sequential", "reference")))
@settings(max_examples=25)
def test_every_spike_goes_once_through_each_synapse_that_is_there_when_it_arrives(case, engine):
    """Membranes that only add up, weights that are powers of two: what arrived is read off the potentials, and no delivery is lost or made twice."""
    trains, changes, (old, new), sprout, same = case
    net = es.Network(seed=11)
    sources = net.population(3, es.SpikeSource(trains), name="sources")
    cells = net.population(4, es.IF(v_rest=0.0, v_reset=0.0, v_thresh=1e9), name="cells")
    j = net.connect(sources, cells, es.FixedProbability(0.6), synapse=es.STDP(1.0, old, **STILL, w_max=128.0))
    net.rewire(j, turnover=0.5, sprout=sprout, weight=64.0, delay=None if same else new, at=changes)
    sim = es.Simulator(net, engine=engine)
    expected, deliveries = np.zeros(4), 0
    for begin, end in itertools.pairwise([-1.0, *changes, 30.0]):
        there = sim.weights(j) if begin < 0.0 else after(sim, j, begin)
        for s in there:
            for t in trains[s["pre"]]:
                if begin <= t + s["delay"] < end:
                    expected[s["post"]] += s["weight"]
                    deliveries += 1
        sim.run(until=end)
    assert sim.stats["deliveries"] == deliveries
    np.testing.assert_array_equal(sim.get(cells, "v"), expected)


def test_a_new_synapse_knows_its_neurons_spikes_but_no_earlier_arrivals(engine):
    """w - a_minus y at an arrival, y from spikes before the synapse was there; w + a_plus x at a spike, x from arrivals since."""
    net = es.Network(seed=1)
    source = net.population(1, es.SpikeSource([[1.0, 12.0]]), name="source")
    teacher = net.population(1, es.SpikeSource([[8.0, 15.0]]), name="teacher")
    cell = net.population(1, es.LIF(v_thresh=SILENT, t_ref=0.0), name="cell")
    net.connect(teacher, cell, es.OneToOne(), weight=100.0 * SILENT, delay=0.0)
    rule = es.STDP(1.0, 0.5, a_plus=0.3, a_minus=0.2, tau_plus=10.0, tau_minus=20.0, w_max=4.0)
    j = net.connect(source, cell, es.OneToOne(), synapse=rule)
    net.rewire(j, turnover=1.0, sprout=es.FixedInDegree(1), weight=2.0, at=10.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=10.0)
    assert sim.weights(j)["weight"][0] == pytest.approx(1.0 + 0.3 * math.exp(-6.5 / 10.0), rel=1e-15)
    sim.run(until=20.0)
    assert len(sim.spikes) == 2
    expected = 2.0 - 0.2 * math.exp(-4.5 / 20.0) + 0.3 * math.exp(-2.5 / 10.0)
    assert sim.weights(j)["weight"][0] == pytest.approx(expected, rel=1e-15)


def test_a_spike_on_its_way_back_reaches_the_new_synapse(engine):
    net = es.Network(seed=1)
    source = net.population(1, es.SpikeSource([[9.0]]), name="source")
    teacher = net.population(1, es.SpikeSource([[7.0]]), name="teacher")
    cell = net.population(1, es.LIF(v_thresh=SILENT, t_ref=0.0), name="cell")
    net.connect(teacher, cell, es.OneToOne(), weight=100.0 * SILENT, delay=0.0)
    rule = es.STDP(1.0, 2.0, a_plus=0.3, a_minus=0.2, tau_plus=10.0, tau_minus=20.0, w_max=4.0, backprop_delay=6.0)
    j = net.connect(source, cell, es.OneToOne(), synapse=rule)
    net.rewire(j, turnover=1.0, sprout=es.FixedInDegree(1), weight=2.0, at=10.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=20.0)  # arrival at 11, spike back at 13
    assert sim.weights(j)["weight"][0] == pytest.approx(2.0 + 0.3 * math.exp(-2.0 / 10.0), rel=1e-15)


def test_random_devices_that_sprout_draw_numbers_of_their_own(engine):
    """New devices are told apart from all that have been."""
    net = es.Network(seed=2)
    source = net.population(4, es.Poisson(rate=100.0), name="source")
    cells = net.population(4, es.LIF(), name="cells")
    j = net.connect(source, cells, es.AllToAll(), synapse=es.Memristor(0.5, 1.0, es.devices.Binary(r_on=1.0, r_off=10.0), 1.0))
    net.rewire(j, turnover=0.5, sprout=es.FixedProbability(1.0), every=10.0)
    sim = es.Simulator(net, engine=engine)
    numbers, ever = set(range(16)), set(range(16))
    for t in (10.0, 20.0, 30.0):
        now = set(after(sim, j, t)["number"].astype(int).tolist())
        assert len(now) == 16
        assert not (now - numbers) & ever
        numbers, ever = now, ever | now
    assert len(ever) > 30


@pytest.mark.parametrize("delay", [2.0, [2.0]], ids=["shared", "individual"])
def test_what_arrives_at_the_very_time_of_a_change_goes_through_old_and_new(engine, delay):
    """A spike at 8 ms, delays of 2 ms, a change at 10 ms."""
    net = es.Network(seed=1)
    source = net.population(1, es.SpikeSource([[8.0]]), name="source")
    cell = net.population(1, es.LIF(), name="cell")
    j = net.connect(source, cell, es.OneToOne(), synapse=es.STDP(1.0, delay, **STILL, w_max=8.0))
    net.rewire(j, sprout=es.FixedInDegree(2), weight=4.0, delay=2.0, at=10.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=np.nextafter(10.0, 11.0))
    assert sim.get(cell, "v")[0] == -65.0 + 1.0 + 4.0
    assert sim.stats["deliveries"] == 2
