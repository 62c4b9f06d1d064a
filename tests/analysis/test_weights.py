"""Weights: histograms, bimodality, averages and matrices against closed forms and sums done in another way."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import eventsim as es
from eventsim import analysis


@pytest.fixture(scope="module")
def run():
    """A hundred inputs onto three neurons, additive STDP; trajectories of all synapses of the first input."""
    net = es.Network(seed=3)
    inputs = net.population(100, es.Poisson(rate=20.0), name="inputs")
    cells = net.population(5, es.LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=10.0), name="cells")
    rule = es.STDP(es.Uniform(0.2, 0.9), 1.0, a_plus=0.02, a_minus=0.021, w_min=0.1, w_max=1.0)
    j = net.connect(inputs, cells[1:4], es.AllToAll(), synapse=rule)
    sim = es.Simulator(net)
    sampled = sim.record("weight", j, at=np.linspace(0.0, 500.0, 101))
    followed = sim.record("weight", j, synapses=[0, 1, 2, 150])
    sim.run(500.0)
    assert len(sim.spikes) > 50
    return sim, j, sampled, followed


weights = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=50)


@given(weights, st.integers(1, 20))
def test_every_weight_is_in_one_bin(values, bins):
    count, edges = analysis.weight_histogram(values, (0.0, 1.0), bins=bins)
    assert count.sum() == len(values)
    np.testing.assert_allclose(edges, np.arange(bins + 1) / bins, atol=1e-15)
    upper = np.array([np.sum(np.asarray(values) < edge) for edge in edges[1:-1]])
    np.testing.assert_array_equal(np.cumsum(count)[:-1], upper)


def test_bounds_of_a_histogram_are_those_of_the_rule(run):
    sim, j, _, _ = run
    count, edges = analysis.weight_histogram(sim.weights(j), j, bins=9)
    assert count.sum() == 300
    np.testing.assert_allclose(edges, np.linspace(0.1, 1.0, 10))


def test_inhibitory_bounds_are_in_order():
    net = es.Network()
    cells = net.population(2, es.LIF())
    j = net.connect(cells, cells, es.AllToAll(), synapse=es.STDP([-2.0, -1.0, -0.5, 0.0], 1.0, a_plus=0.1, a_minus=0.1, w_max=-2.0))
    count, edges = analysis.weight_histogram(es.Simulator(net).weights(j), j, bins=4)
    assert count.tolist() == [1, 0, 1, 2]
    assert (edges[0], edges[-1]) == (-2.0, 0.0)


@given(weights)
def test_fractions_of_all_weights_add_up(values):
    low, high = analysis.fractions_near_bounds(values, (0.0, 1.0), within=0.5)
    assert low + high == pytest.approx(1.0 + np.mean(np.asarray(values) == 0.5))
    assert analysis.fractions_near_bounds(values, (-10.0, 10.0)) == (0.0, 0.0)


@given(st.lists(st.integers(0, 100), min_size=4, max_size=60).filter(lambda v: len(set(v)) > 1), st.sampled_from((1.0, -3.0, 1e-9)))
def test_bimodality_is_that_of_scipys_moments_in_any_unit(values, unit):
    n = len(values)
    skewness, excess = stats.skew(values, bias=False), stats.kurtosis(values, bias=False)
    expected = (skewness**2 + 1.0) / (excess + 3.0 * (n - 1) ** 2 / ((n - 2) * (n - 3)))
    assert analysis.bimodality(np.asarray(values) * unit) == pytest.approx(expected, rel=1e-9)


def test_bimodality_of_distributions():
    """1 of two values, 5/9 of a uniform distribution, 1/3 of a normal one, (4 + 1) / (6 + 3) of an exponential one."""
    quantiles = (np.arange(200_000) + 0.5) / 200_000
    assert analysis.bimodality(np.round(quantiles)) == pytest.approx(1.0, abs=1e-4)
    assert analysis.bimodality(quantiles) == pytest.approx(5.0 / 9.0, abs=1e-4)
    assert analysis.bimodality(stats.norm.ppf(quantiles)) == pytest.approx(1.0 / 3.0, abs=1e-3)
    assert analysis.bimodality(-np.log(quantiles)) == pytest.approx(5.0 / 9.0, abs=3e-3)
    assert np.isnan(analysis.bimodality(np.full(10, 0.1)))


def test_mean_and_quantiles_over_time(run):
    _, _, sampled, _ = run
    mean, quantile = analysis.weights_over_time(sampled, (0.0, 0.5, 1.0))
    assert mean.shape == (101,)
    assert quantile.shape == (101, 3)
    for k in (0, 50, 100):
        ordered = np.sort(sampled.value[k])
        assert mean[k] == pytest.approx(sum(ordered) / 300)
        np.testing.assert_allclose(quantile[k], [ordered[0], 0.5 * (ordered[149] + ordered[150]), ordered[-1]])


def test_average_over_time_is_the_integral(run):
    """Riemann's sum over a fine grid comes as near as a jump within a step allows; parts add up to the whole exactly."""
    _, _, _, followed = run
    grid = np.linspace(100.0, 300.0, 200_001)
    average = analysis.time_average(followed, begin=100.0, end=300.0)
    np.testing.assert_allclose(average, followed.at(grid[1:]).mean(axis=0), rtol=1e-5)
    parts = [analysis.time_average(followed, begin=a, end=b) * (b - a) for a, b in ((100.0, 117.5), (117.5, 300.0))]
    np.testing.assert_allclose(average, sum(parts) / 200.0, rtol=1e-13)
    whole = analysis.time_average(followed)
    ends = [analysis.time_average(followed, begin=a, end=b) * (b - a) for a, b in ((0.0, 100.0), (100.0, 300.0), (300.0, 500.0))]
    np.testing.assert_allclose(whole, sum(ends) / 500.0, rtol=1e-13)


def test_matrix_has_the_weights_in_their_places(run):
    sim, j, _, _ = run
    dense = analysis.weight_matrix(sim, j)
    assert dense.shape == (100, 5)
    assert (dense[:, [0, 4]] == 0.0).all()
    for pre, post, weight, _ in sim.weights(j).tolist():
        assert dense[pre, post] == weight
    sparse = analysis.weight_matrix(sim, j, sparse=True)
    assert sparse.nnz == 300
    np.testing.assert_array_equal(sparse.toarray(), dense)


def test_synapses_of_one_pair_add_up():
    net = es.Network(seed=1)
    cells = net.population(4, es.LIF())
    j = net.connect(cells, cells, es.FixedOutDegree(50), weight=es.Uniform(0.0, 1.0), delay=1.0)
    sim = es.Simulator(net)
    synapses = sim.weights(j)
    expected = [[synapses["weight"][(synapses["pre"] == a) & (synapses["post"] == b)].sum() for b in range(4)] for a in range(4)]
    for sparse in (False, True):
        matrix = analysis.weight_matrix(sim, j, sparse=sparse)
        np.testing.assert_allclose(matrix.toarray() if sparse else matrix, expected, rtol=1e-14)
    np.testing.assert_allclose(analysis.weight_matrix(sim, j, variable="delay").sum(), 200.0)


def test_sparse_matrices_need_scipy(run, monkeypatch):
    sim, j, _, _ = run
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(es.MissingExtraError, match=r"pip install scipy .the extra 'sparse'"):
        analysis.weight_matrix(sim, j, sparse=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a, run: a.weight_histogram([]), "weights must hold at least one weight"),
        (lambda a, run: a.weight_histogram([np.nan]), "weights must be finite"),
        (lambda a, run: a.weight_histogram([1.5], (0.0, 1.0)), "weights must lie within bounds = .0, 1., got 1.5"),
        (lambda a, run: a.weight_histogram([0.5], (1.0, 0.0)), "low < high"),
        (lambda a, run: a.weight_histogram([0.5], bins=0), "bins must be >= 1"),
        (lambda a, run: a.fractions_near_bounds([0.5], (0.0, 1.0), within=0.6), "within must be"),
        (lambda a, run: a.bimodality([1.0, 2.0, 3.0]), "at least four weights, got 3"),
        (lambda a, run: a.weights_over_time([1.0, 2.0]), "shape .times, synapses."),
        (lambda a, run: a.weights_over_time([[1.0]], [1.5]), "quantiles must be numbers from 0 to 1"),
        (lambda a, run: a.time_average(run[2]), "trajectories must be those"),
        (lambda a, run: a.time_average(run[3], begin=5.0, end=5.0), "end must be > begin"),
        (lambda a, run: a.time_average(run[3], end=600.0), "to 500.0 ms, got 600.0"),
        (lambda a, run: a.weight_matrix(run[0], run[1], variable="wait"), "no variable 'wait'"),
        (lambda a, run: a.weight_matrix(None, run[1]), "sim must be a Simulator"),
    ],
)
def test_wrong_arguments_say_what_is_right(run, call, message):
    with pytest.raises(es.EventsimError, match=message):
        call(analysis, run)


def test_static_weights_have_no_bounds():
    net = es.Network()
    cells = net.population(2, es.LIF())
    j = net.connect(cells, cells, es.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(es.EventsimError, match=r"weights of .* have none"):
        analysis.weight_histogram([1.0], j)


def test_a_trace_that_is_not_complete_is_refused():
    net = es.Network()
    cells = net.population(2, es.LIF())
    j = net.connect(cells, cells, es.AllToAll(), synapse=es.STDP(0.5, 1.0, a_plus=0.1, a_minus=0.1, w_max=1.0))
    trace = es.Simulator(net).record("weight", j, at=[1.0])
    with pytest.raises(es.EventsimError, match="trace must be complete"):
        analysis.weights_over_time(trace)
