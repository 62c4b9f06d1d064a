"""Poisson sources are Poisson processes in continuous time, independent of each other.

Seeds are fixed, so a test passes always or never. ALPHA is the chance with which one comparison would have failed for a
right implementation before the seed was looked at; with some seventy of them here and for drives, one seed in fourteen would fail one.
"""

import numpy as np
import pytest
from scipy import stats

import eventsim as es

ALPHA = 1e-3

N, RATE, DURATION = 200, 100.0, 1000.0  # sources, Hz, ms: about 20,000 spikes


@pytest.fixture(scope="module", params=["reference", "sequential"])
def spikes(request):
    """Spikes of N sources of one rate."""
    net = es.Network(seed=20)
    sources = net.population(N, es.Poisson(rate=RATE))
    sim = es.Simulator(net, engine=request.param, record_spikes=[sources])
    sim.run(DURATION)
    return sim.spikes


def counts(spikes, n, bins, duration=DURATION):
    """Number of spikes of each source in each of some equal bins of time: (n, bins)."""
    edges = np.arange(n + 1) - 0.5, np.linspace(0.0, duration, bins + 1)
    return np.histogram2d(spikes.local, spikes.time, edges)[0]


def assert_poisson_counts(counted, mean):
    """Chi-square of the frequencies of counts against Poisson(mean), neighbouring counts being joined to 5 expected at least."""
    edges = [-1]
    for k in range(int(stats.poisson.isf(1e-9, mean)) + 2):
        expected = len(counted) * (stats.poisson.cdf(k, mean) - stats.poisson.cdf(edges[-1], mean))
        if expected >= 5.0 and len(counted) * stats.poisson.sf(k, mean) >= 5.0:
            edges.append(k)
    probability = np.diff([*stats.poisson.cdf(edges, mean), 1.0])
    observed = np.histogram(counted, [*(np.array(edges) + 0.5), np.inf])[0]
    assert len(probability) >= 3
    assert stats.chisquare(observed, probability * len(counted)).pvalue > ALPHA


def assert_total(observed, mean):
    """A Poisson number of the given mean: two-sided exact test."""
    tail = min(stats.poisson.cdf(observed, mean), stats.poisson.sf(observed - 1, mean))
    assert 2.0 * tail > ALPHA


def test_the_number_of_spikes(spikes):
    assert_total(len(spikes), N * RATE * DURATION / 1000.0)


def test_intervals_are_exponential(spikes):
    """The first one, from time 0, included; intervals that a run's end cuts off would bias, so the first 50 of each source."""
    intervals = []
    for k in range(N):
        own = spikes.time[spikes.local == k]
        assert len(own) > 50
        intervals.append(np.diff(own[:50], prepend=0.0))
    assert stats.kstest(np.concatenate(intervals), stats.expon(scale=1000.0 / RATE).cdf).pvalue > ALPHA
    first = np.array([own[0] for own in intervals])
    assert stats.kstest(first, stats.expon(scale=1000.0 / RATE).cdf).pvalue > ALPHA


def test_times_are_uniform_and_on_no_grid(spikes):
    assert stats.kstest(spikes.time / DURATION, "uniform").pvalue > ALPHA
    for grid in (1.0, 0.1, 2.0**-10):
        assert stats.kstest(np.mod(spikes.time, grid) / grid, "uniform").pvalue > ALPHA
    assert len(np.unique(spikes.time)) == len(spikes)


def test_counts_are_poisson(spikes):
    assert_poisson_counts(counts(spikes, N, 100).ravel(), RATE * DURATION / 100 / 1000.0)


def test_successive_intervals_are_independent(spikes):
    pairs = [np.diff(spikes.time[spikes.local == k]) for k in range(N)]
    before, after = (np.concatenate([x[a:b] for x in pairs]) for a, b in ((0, -1), (1, None)))
    assert stats.spearmanr(before, after).pvalue > ALPHA


def test_sources_are_independent(spikes):
    """Correlation of the counts of neighbouring addresses, and of all pairs: the sum of squares is chi-square of N (N - 1) / 2."""
    counted = counts(spikes, N, 200)
    neighbours = stats.spearmanr(counted[:-1].ravel(), counted[1:].ravel())
    assert neighbours.pvalue > ALPHA
    r = np.corrcoef(counted)[np.triu_indices(N, 1)]
    # Under independence the correlation of 200 bins has variance 1/199 about, and kurtosis near 3.
    z = (np.sum(r**2) * 199 - len(r)) / np.sqrt(2.0 * len(r))
    assert abs(z) < stats.norm.isf(ALPHA / 2)


def test_rates_may_differ():
    rates = np.array([0.0, 1.0, 10.0, 100.0, 1000.0, 5000.0])
    net = es.Network(seed=21)
    sources = net.population(len(rates), es.Poisson(rate=rates))
    sim = es.Simulator(net, record_spikes=[sources])
    sim.run(4000.0)
    counted = np.bincount(sim.spikes.local, minlength=len(rates))
    assert counted[0] == 0
    for count, rate in zip(counted[1:], rates[1:], strict=True):
        assert_total(count, rate * 4.0)
    for k, rate in enumerate(rates[3:], 3):
        own = sim.spikes.time[sim.spikes.local == k]
        assert stats.kstest(np.diff(own), stats.expon(scale=1000.0 / rate).cdf).pvalue > ALPHA


def test_different_seeds_give_independent_trains():
    times = []
    for seed in (1, 2):
        net = es.Network(seed=seed)
        sources = net.population(20, es.Poisson(rate=500.0))
        sim = es.Simulator(net, record_spikes=[sources])
        sim.run(1000.0)
        times.append(counts(sim.spikes, 20, 200).ravel())
    assert np.array_equal(*times) is False
    assert stats.spearmanr(*times).pvalue > ALPHA
