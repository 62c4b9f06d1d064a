"""The eight connection rules against their definitions: which pairs, how many of each.

Statistical tests are at fixed seeds, so they can not fail by chance from one run to the next; their level is the
probability that a correct generator would have failed at the seed chosen: 1e-4 each.
"""

import itertools

import numpy as np
import pytest
from scipy import stats

import eventsim as es

from .drawing import counted, drawn, pairs

LEVEL = 1e-4


# -- deterministic rules ----------------------------------------------------------------------------------------------


def test_all_to_all_is_every_pair_once():
    assert pairs(drawn(es.AllToAll())) == list(itertools.product(range(7), range(5)))


def test_all_to_all_without_autapses_leaves_out_the_diagonal_alone():
    expected = [(i, j) for i in range(6) for j in range(6) if i != j]
    assert pairs(drawn(es.AllToAll(autapses=False), 6, same=True)) == expected
    assert (3, 3) in pairs(drawn(es.AllToAll(), 6, same=True))


def test_autapses_are_a_matter_of_one_population_not_of_equal_indices():
    assert pairs(drawn(es.AllToAll(autapses=False), 3, 3)) == list(itertools.product(range(3), range(3)))


def test_one_to_one_pairs_by_place():
    assert pairs(drawn(es.OneToOne(), 5, 5)) == [(k, k) for k in range(5)]
    found = drawn(es.OneToOne(), 6, 6, pick_pre=[4, 0, 2], pick_post=[1, 5, 3])
    assert pairs(found) == [(0, 5), (2, 3), (4, 1)]


def test_explicit_is_what_is_given_multapses_included():
    pre, post = [3, 0, 3, 6, 3], [4, 1, 4, 0, 2]
    assert pairs(drawn(es.Explicit(pre, post))) == sorted(zip(pre, post, strict=True))


def test_csr_is_what_is_given():
    found = drawn(es.CSR([0, 2, 2, 5], [4, 0, 1, 1, 3]), 3, 5)
    assert pairs(found) == [(0, 0), (0, 4), (2, 1), (2, 1), (2, 3)]


def test_explicit_equals_csr_of_the_same_pairs():
    rng = np.random.default_rng(5)
    pre, post = np.sort(rng.integers(0, 7, 60)), rng.integers(0, 5, 60)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(pre, minlength=7))])
    weight, delay = rng.normal(size=60), rng.choice([0.5, 1.0, 2.0], 60)
    a = drawn(es.Explicit(pre, post), weight=weight, delay=delay)
    b = drawn(es.CSR(indptr, post), weight=weight, delay=delay)
    assert len(a) == 60
    assert (a == b).all()


@pytest.mark.parametrize(
    "rule", [es.Explicit([], []), es.CSR([0] * 8, []), es.FixedProbability(0.0), es.FixedInDegree(0), es.FixedTotalNumber(0)]
)
def test_a_rule_may_connect_nothing(rule):
    assert len(drawn(rule)) == 0


# -- fixed numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("multapses", [True, False])
@pytest.mark.parametrize("autapses", [True, False])
def test_in_degree_is_exact(autapses, multapses):
    counts = counted(drawn(es.FixedInDegree(9, autapses, multapses), 30, same=True), 30, 30)
    assert (counts.sum(axis=0) == 9).all()
    assert multapses == (counts.max() > 1)
    assert autapses == (np.trace(counts) > 0)


@pytest.mark.parametrize("multapses", [True, False])
@pytest.mark.parametrize("autapses", [True, False])
def test_out_degree_is_exact(autapses, multapses):
    counts = counted(drawn(es.FixedOutDegree(9, autapses, multapses), 30, same=True), 30, 30)
    assert (counts.sum(axis=1) == 9).all()
    assert multapses == (counts.max() > 1)
    assert autapses == (np.trace(counts) > 0)


@pytest.mark.parametrize("multapses", [True, False])
@pytest.mark.parametrize("autapses", [True, False])
def test_total_number_is_exact(autapses, multapses):
    counts = counted(drawn(es.FixedTotalNumber(400, autapses, multapses), 30, same=True), 30, 30)
    assert counts.sum() == 400
    assert multapses == (counts.max() > 1)
    assert autapses == (np.trace(counts) > 0)


@pytest.mark.parametrize(
    "rule", [es.FixedInDegree(29, False, False), es.FixedOutDegree(29, False, False), es.FixedTotalNumber(30 * 29, False, False)]
)
def test_the_largest_number_without_replacement_is_every_pair(rule):
    counts = counted(drawn(rule, 30, same=True), 30, 30)
    assert (counts == 1 - np.eye(30, dtype=int)).all()


def test_total_number_without_replacement_over_several_blocks_of_targets():
    found = drawn(es.FixedTotalNumber(5000, multapses=False), 3, 2500)
    assert len(found) == 5000
    assert counted(found, 3, 2500).max() == 1


# -- statistics of the random rules -----------------------------------------------------------------------------------


def _uniform(counts):
    """p of Pearson's chi-square test that every cell is as likely."""
    return stats.chisquare(np.ravel(counts)).pvalue


def test_probability_gives_a_binomial_number_of_each_pair_independently():
    n, p, repeats = 20, 0.3, 400
    total = np.zeros((n, n), np.int64)
    sizes = []
    for seed in range(repeats):
        counts = counted(drawn(es.FixedProbability(p), n, n, seed=seed), n, n)
        assert counts.max() <= 1
        total += counts
        sizes.append(counts.sum())
    # Every pair: binomial over the seeds, so the sum of squared deviations is chi-square with n*n degrees of freedom.
    deviation = (total - repeats * p) ** 2 / (repeats * p * (1 - p))
    assert LEVEL < stats.chi2.sf(deviation.sum(), n * n) < 1 - LEVEL
    # The number of synapses: binomial too, which it would not be if pairs were not independent.
    spread = ((np.array(sizes) - n * n * p) ** 2 / (n * n * p * (1 - p))).sum()
    assert LEVEL < stats.chi2.sf(spread, repeats) < 1 - LEVEL


def test_out_degrees_of_a_probability_are_binomial_in_a_large_population():
    n_post, p = 70_000, 0.01  # more than one block of targets
    degree = np.bincount(drawn(es.FixedProbability(p), 200, n_post)["pre"], minlength=200)
    spread = ((degree - n_post * p) ** 2 / (n_post * p * (1 - p))).sum()
    assert LEVEL < stats.chi2.sf(spread, 200) < 1 - LEVEL


def test_gaps_between_targets_are_geometric():
    p = 0.05
    found = drawn(es.FixedProbability(p), 1, 60_000)
    gaps = np.diff(found["post"])
    assert 2700 < len(gaps) < 3300
    edges = np.arange(1, 61)
    expected = np.append(stats.geom.pmf(edges, p), stats.geom.sf(60, p)) * len(gaps)
    seen = np.append(np.bincount(np.minimum(gaps, 61), minlength=62)[1:61], (gaps > 60).sum())
    assert stats.chisquare(seen, expected).pvalue > LEVEL


@pytest.mark.parametrize("multapses", [True, False])
def test_in_degree_chooses_sources_uniformly(multapses):
    counts = counted(drawn(es.FixedInDegree(10, multapses=multapses), 40, 4000), 40, 4000)
    assert _uniform(counts.sum(axis=1)) > LEVEL


def test_out_degree_chooses_targets_uniformly():
    assert _uniform(counted(drawn(es.FixedOutDegree(1000), 50, 100), 50, 100)) > LEVEL


def test_in_degree_without_replacement_chooses_every_subset_alike():
    counts = counted(drawn(es.FixedInDegree(2, multapses=False), 5, 20_000), 5, 20_000)
    subsets = np.array([0b00001, 0b00010, 0b00100, 0b01000, 0b10000]) @ counts
    seen = np.array([(subsets == (1 << a | 1 << b)).sum() for a, b in itertools.combinations(range(5), 2)])
    assert seen.sum() == 20_000
    assert _uniform(seen) > LEVEL


@pytest.mark.parametrize("multapses", [True, False])
def test_total_number_is_uniform_over_pairs(multapses):
    total = sum(counted(drawn(es.FixedTotalNumber(60, multapses=multapses), 12, 10, seed=s), 12, 10) for s in range(300))
    assert total.sum() == 60 * 300
    if multapses:
        assert _uniform(total) > LEVEL
    else:  # half of the pairs each time: the numbers vary less than a multinomial's, by the part that is not taken
        spread = ((total - 150.0) ** 2).sum() / (300 * 0.5 * 0.5) * (119 / 120)
        assert LEVEL < stats.chi2.sf(spread, 119) < 1 - LEVEL


@pytest.mark.parametrize(
    "rule", [es.FixedInDegree(3, False), es.FixedOutDegree(3, False), es.FixedTotalNumber(200, False), es.FixedProbability(0.3, False)]
)
def test_leaving_out_autapses_favours_nobody(rule):
    total = sum(counted(drawn(rule, 9, same=True, seed=s), 9, 9) for s in range(200))
    assert np.trace(total) == 0
    off = total[~np.eye(9, dtype=bool)]
    if not isinstance(rule, es.FixedProbability):
        assert off.sum() == 200 * {es.FixedTotalNumber: 200}.get(type(rule), 27)
        assert _uniform(off) > LEVEL
    else:
        assert stats.chi2.sf(((off - 60.0) ** 2 / 42.0).sum(), 72) > LEVEL


# -- order ------------------------------------------------------------------------------------------------------------

RANDOM_RULES = [es.FixedProbability(0.4), es.FixedInDegree(11), es.FixedOutDegree(13), es.FixedTotalNumber(300)]


@pytest.mark.parametrize("rule", [es.AllToAll(), es.OneToOne(), *RANDOM_RULES], ids=repr)
@pytest.mark.parametrize("delay", [1.0, es.Uniform(0.5, 3.0)], ids=["shared", "own"])
def test_rows_are_sorted_by_delay_then_target(rule, delay):
    found = drawn(rule, 25, 25, delay=delay)
    assert len(found) >= 25
    keys = list(zip(found["pre"], found["delay"], found["post"], strict=True))
    assert keys == sorted(keys)


def test_equal_delay_and_target_keep_the_given_order():
    n = 200
    rng = np.random.default_rng(3)
    pre, post = rng.integers(0, 3, n), rng.integers(0, 3, n)
    delay = rng.choice([0.0, 0.5, 2.0], n)
    given = np.arange(n, dtype=float)  # the weight tells which entry it was
    found = drawn(es.Explicit(pre, post), 3, 3, weight=given, delay=delay)
    order = np.lexsort((given, post, delay, pre))
    assert found["weight"].tolist() == given[order].tolist()
    assert found["delay"].tolist() == delay[order].tolist()
    assert found["post"].tolist() == post[order].tolist()
