"""Weights and delays: scalars, arrays by the stated order, distributions."""

import numpy as np
import pytest
from scipy import stats

import eventsim as es

from .drawing import drawn, synapses

LEVEL = 1e-4  # of each statistical test, at fixed seeds


def _by_pair(found):
    return {(int(s["pre"]), int(s["post"])): (float(s["weight"]), float(s["delay"])) for s in found}


# -- arrays -----------------------------------------------------------------------------------------------------------


def test_explicit_entry_i_belongs_to_pair_i():
    pre, post = [2, 0, 1], [1, 0, 3]
    found = _by_pair(drawn(es.Explicit(pre, post), 3, 4, weight=[10.0, 20.0, 30.0], delay=[3.0, 2.0, 1.0]))
    assert found == {(2, 1): (10.0, 3.0), (0, 0): (20.0, 2.0), (1, 3): (30.0, 1.0)}


def test_csr_entry_i_belongs_to_index_i():
    found = _by_pair(drawn(es.CSR([0, 2, 3], [3, 1, 0]), 2, 4, weight=[1.0, 2.0, 3.0], delay=[5.0, 4.0, 0.0]))
    assert found == {(0, 3): (1.0, 5.0), (0, 1): (2.0, 4.0), (1, 0): (3.0, 0.0)}


@pytest.mark.parametrize("flat", [True, False])
def test_all_to_all_goes_by_pre_then_post(flat):
    weight, delay = np.arange(6.0).reshape(2, 3), 1.0 + np.arange(6.0)[::-1].reshape(2, 3)
    given = (weight.ravel(), delay.ravel()) if flat else (weight, delay)
    found = _by_pair(drawn(es.AllToAll(), 2, 3, weight=given[0], delay=given[1]))
    assert found == {(i, j): (weight[i, j], delay[i, j]) for i in range(2) for j in range(3)}


@pytest.mark.parametrize("flat", [True, False])
def test_all_to_all_without_autapses_takes_one_entry_a_pair(flat):
    weight = np.arange(9.0).reshape(3, 3)
    given = weight[~np.eye(3, dtype=bool)] if flat else weight
    found = _by_pair(drawn(es.AllToAll(autapses=False), 3, same=True, weight=given))
    assert found == {(i, j): (weight[i, j], 1.0) for i in range(3) for j in range(3) if i != j}


def test_one_to_one_goes_by_place():
    found = _by_pair(drawn(es.OneToOne(), 4, 4, pick_pre=[3, 0, 2], pick_post=[1, 0, 3], weight=[1.0, 2.0, 3.0], delay=[0.0, 1.0, 2.0]))
    assert found == {(3, 1): (1.0, 0.0), (0, 0): (2.0, 1.0), (2, 3): (3.0, 2.0)}


def test_integers_and_views_of_arrays_are_taken():
    strided = np.arange(20)[::2]
    found = drawn(es.OneToOne(), 10, 10, weight=strided, delay=strided.astype(np.float32))
    assert found["weight"].tolist() == strided.tolist() == found["delay"].tolist()


def test_what_the_user_does_to_his_arrays_afterwards_has_no_effect():
    net = es.Network()
    pre, post, weight = np.array([0, 1]), np.array([1, 0]), np.array([1.0, 2.0])
    tau, train = np.array([10.0, 20.0]), np.array([1.0, 2.0])
    a = net.population(2, es.LIF(tau_m=tau), name="a")
    stim = net.population(1, es.SpikeSource([train]))
    projection = net.connect(a, a, es.Explicit(pre, post), weight=weight, delay=1.0)
    net.connect(stim, a, es.AllToAll(), weight=30.0, delay=0.5)
    pre[:], post[:], weight[:], tau[:], train[:] = 10**9, -5, np.nan, -1.0, np.nan
    assert _by_pair(synapses(net, projection)) == {(0, 1): (1.0, 1.0), (1, 0): (2.0, 1.0)}
    assert a.get("tau_m").tolist() == [10.0, 20.0]
    sim = es.Simulator(net, engine="reference")
    sim.run(10.0)
    assert len(sim.spikes) == 4
    assert sim.spikes.time.tolist() == [1.5, 1.5, 2.5, 2.5]


def test_weights_are_a_copy():
    net = es.Network()
    a = net.population(2, es.LIF())
    projection = net.connect(a, a, es.AllToAll(), weight=1.0, delay=1.0)
    sim = es.Simulator(net, engine="reference")
    sim.weights(projection)["weight"] = 9.0
    assert sim.weights(projection)["weight"].tolist() == [1.0] * 4


def test_static_synapse_is_the_same_as_weight_and_delay():
    net = es.Network()
    a = net.population(3, es.LIF())
    one = net.connect(a, a, es.AllToAll(), weight=[1.0] * 9, delay=0.5)
    other = net.connect(a, a, es.AllToAll(), synapse=es.Static(weight=[1.0] * 9, delay=0.5))
    assert (synapses(net, one) == synapses(net, other)).all()


# -- distributions ----------------------------------------------------------------------------------------------------

DISTRIBUTIONS = {
    "Normal": (es.Normal(1.5, 0.5), stats.norm(1.5, 0.5)),
    "Normal in bounds": (es.Normal(0.0, 1.0, low=-0.5, high=2.0), stats.truncnorm(-0.5, 2.0)),
    "Uniform": (es.Uniform(-2.0, 3.0), stats.uniform(-2.0, 5.0)),
    "LogNormal": (es.LogNormal(0.3, 0.7), stats.lognorm(0.7, scale=np.exp(0.3))),
    "Exponential": (es.Exponential(2.5), stats.expon(scale=2.5)),
}


@pytest.mark.parametrize(("distribution", "law"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS.keys())
def test_weights_follow_their_distribution(distribution, law):
    found = drawn(es.FixedProbability(0.5), 80, 500, weight=distribution)
    assert len(found) > 15_000
    assert stats.kstest(found["weight"], law.cdf).pvalue > LEVEL
    low, high = distribution.support
    assert low <= found["weight"].min()
    assert found["weight"].max() <= high
    assert len(np.unique(found["weight"])) == len(found)


@pytest.mark.parametrize(
    "rule",
    [
        es.AllToAll(),
        es.FixedInDegree(100),
        es.FixedOutDegree(100),
        es.FixedTotalNumber(5000),
        es.Explicit(*np.divmod(np.arange(5000), 100)),
    ],
    ids=lambda r: type(r).__name__,
)
def test_delays_of_every_rule_follow_their_distribution(rule):
    found = drawn(rule, 50, 100, delay=es.Normal(1.5, 0.5, low=0.1))
    assert len(found) >= 5000
    assert found["delay"].min() >= 0.1
    assert stats.kstest(found["delay"], stats.truncnorm(-2.8, np.inf, 1.5, 0.5).cdf).pvalue > LEVEL


def test_weights_and_delays_are_independent_and_so_are_rows():
    found = drawn(es.AllToAll(), 100, 100, weight=es.Normal(0.0, 1.0), delay=es.Exponential(1.0))
    assert stats.spearmanr(found["weight"], found["delay"]).pvalue > LEVEL
    in_place = found[np.lexsort((found["post"], found["pre"]))]["weight"].reshape(100, 100)
    correlation = np.corrcoef(in_place)[np.triu_indices(100, 1)]
    assert stats.kstest(np.arctanh(correlation) * np.sqrt(97), "norm").pvalue > LEVEL


@pytest.mark.parametrize(("distribution", "law"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS.keys())
def test_initial_states_follow_their_distribution(distribution, law):
    net = es.Network(seed=2)
    cells = net.population(10_000, es.LIF())
    cells.set(v=distribution)
    assert stats.kstest(cells.get("v"), law.cdf).pvalue > LEVEL
    sim = es.Simulator(net, engine="reference")
    assert (sim.get(cells, "v") == cells.get("v")).all()


def test_parameters_follow_their_distribution_and_are_independent():
    net = es.Network(seed=2)
    cells = net.population(
        10_000, es.LIFExp(tau_m=es.Uniform(10.0, 30.0), tau_syn_exc=es.LogNormal(1.0, 0.2), v_rest=es.Normal(-65.0, 2.0))
    )
    assert stats.kstest(cells.get("tau_m"), stats.uniform(10.0, 20.0).cdf).pvalue > LEVEL
    assert stats.kstest(cells.get("tau_syn_exc"), stats.lognorm(0.2, scale=np.e).cdf).pvalue > LEVEL
    for other in ("tau_syn_exc", "v_rest"):
        assert stats.spearmanr(cells.get("tau_m"), cells.get(other)).pvalue > LEVEL


def test_a_distribution_on_a_view_reaches_the_view_alone():
    net = es.Network(seed=3)
    cells = net.population(1000, es.LIF())
    cells[:500].set(v=es.Uniform(-60.0, -50.0), t_ref=es.Exponential(2.0))
    v = cells.get("v")
    assert (v[500:] == -65.0).all()
    assert stats.kstest(v[:500], stats.uniform(-60.0, 10.0).cdf).pvalue > LEVEL
    assert (cells.get("t_ref")[500:] == 0.1).all()


def test_no_spread_is_a_constant():
    assert set(drawn(es.AllToAll(), weight=es.Normal(2.5, 0.0), delay=es.Uniform(1.0, 1.0))["weight"].tolist()) == {2.5}
    assert set(drawn(es.AllToAll(), weight=es.LogNormal(0.0, 0.0), delay=es.Uniform(1.0, 1.0))["delay"].tolist()) == {1.0}
