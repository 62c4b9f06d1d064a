"""Background drives are independent Poisson processes in continuous time, one per target.

Seen from outside: neurons whose threshold is just below the weight, without refractoriness, fire with each event.
Seen from within: `numerics.drive`, whose blocks and bins must leave no trace. For ALPHA see test_poisson_statistics.py.
"""

import math

import numpy as np
import pytest
from scipy import stats

import eventsim as es
from eventsim.lowering import lower
from eventsim.lowering.drives import poisson_cumulative
from eventsim.numerics.drive import BLOCK, event, event_count
from eventsim.numerics.random import DRIVE, derive_key

from .test_poisson_statistics import ALPHA, assert_poisson_counts, assert_total, counts


def every_event():
    """Neurons that fire with each event of a weight of 10 mV."""
    return es.LIF(tau_m=1.0, v_rest=0.0, v_reset=0.0, v_thresh=9.99, t_ref=0.0)


def driven(rate, n, duration, seed=30, engine="sequential", view=None):
    """Spikes of n neurons that fire with each drive event."""
    net = es.Network(seed=seed)
    neurons = net.population(n, every_event())
    net.drive(neurons if view is None else neurons[view], rate=rate, weight=10.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(duration)
    assert len(sim.spikes) == sim.stats["drive_events"]
    return sim.spikes


N, RATE, DURATION = 200, 100.0, 1000.0


@pytest.fixture(scope="module", params=["reference", "sequential"])
def spikes(request):
    """Drive events of N neurons of one rate."""
    return driven(RATE, N, DURATION, engine=request.param)


def test_the_number_of_events(spikes):
    assert_total(len(spikes), N * RATE * DURATION / 1000.0)


def test_intervals_are_exponential(spikes):
    intervals = []
    for k in range(N):
        own = spikes.time[spikes.local == k]
        assert len(own) > 50
        intervals.append(np.diff(own[:50], prepend=0.0))
    assert stats.kstest(np.concatenate(intervals), stats.expon(scale=1000.0 / RATE).cdf).pvalue > ALPHA


def test_times_are_uniform_and_on_no_grid(spikes):
    """The bins are dyadic: their length and its parts must not be seen."""
    assert stats.kstest(spikes.time / DURATION, "uniform").pvalue > ALPHA
    for grid in (8.0, 2.0, 1.0, 0.5, 0.1, 2.0**-10):
        assert stats.kstest(np.mod(spikes.time, grid) / grid, "uniform").pvalue > ALPHA
    assert len(np.unique(spikes.time)) == len(spikes)


@pytest.mark.parametrize("bins", [25, 100, 400])
def test_counts_are_poisson(spikes, bins):
    assert_poisson_counts(counts(spikes, N, bins).ravel(), RATE * DURATION / bins / 1000.0)


def test_targets_get_equally_many(spikes):
    assert stats.chisquare(np.bincount(spikes.local, minlength=N)).pvalue > ALPHA


def test_targets_are_independent(spikes):
    """They share a block, which draws one number of events for all: their counts must not show it."""
    counted = counts(spikes, N, 200)
    assert stats.spearmanr(counted[:-1].ravel(), counted[1:].ravel()).pvalue > ALPHA
    r = np.corrcoef(counted)[np.triu_indices(N, 1)]
    z = (np.sum(r**2) * 199 - len(r)) / np.sqrt(2.0 * len(r))
    assert abs(z) < stats.norm.isf(ALPHA / 2)
    # Correlated counts would make the variance of the total differ from its mean.
    total = counted.sum(axis=0)
    dispersion = np.sum((total - total.mean()) ** 2) / total.mean()
    assert ALPHA / 2 < stats.chi2.sf(dispersion, len(total) - 1) < 1.0 - ALPHA / 2


def test_neighbouring_bins_are_independent(spikes):
    counted = counts(spikes, N, 500).sum(axis=0)
    assert stats.spearmanr(counted[:-1], counted[1:]).pvalue > ALPHA


def test_rates_may_differ():
    """From nothing to 5 kHz within a block, with a target in the last, partial block."""
    n = BLOCK + 200
    rates = np.tile([0.0, 3.0, 30.0, 300.0, 600.0, 5.0, 0.0, 900.0], n // 8)
    rates[-1] = 5000.0
    spikes = driven(rates, n, 200.0, seed=31)
    counted = np.bincount(spikes.local, minlength=n)
    assert (counted[rates == 0.0] == 0).all()
    for rate in np.unique(rates)[1:]:
        assert_total(counted[rates == rate].sum(), np.sum(rates == rate) * rate * 0.2)
    assert_poisson_counts(counted[rates == 300.0], 60.0)
    own = spikes.time[spikes.local == n - 1]
    assert stats.kstest(np.diff(own, prepend=0.0), stats.expon(scale=0.2).cdf).pvalue > ALPHA


def test_blocks_are_independent():
    n = 3 * BLOCK
    spikes = driven(20.0, n, 400.0, seed=32)
    assert_total(len(spikes), n * 20.0 * 0.4)
    per_block = np.stack([np.histogram(spikes.time[spikes.local // BLOCK == b], 200, (0.0, 400.0))[0] for b in range(3)])
    for a, b in ((0, 1), (1, 2), (0, 2)):
        assert stats.spearmanr(per_block[a], per_block[b]).pvalue > ALPHA
    in_block = np.stack([np.bincount(spikes.local[spikes.local // BLOCK == b] % BLOCK, minlength=BLOCK) for b in range(2)])
    assert stats.spearmanr(*in_block).pvalue > ALPHA


def test_two_drives_of_one_population_are_independent_and_add():
    net = es.Network(seed=33)
    neurons = net.population(100, every_event())
    for rate in (150.0, 50.0):
        net.drive(neurons, rate=rate, weight=10.0)
    sim = es.Simulator(net)
    sim.run(1000.0)
    assert_total(len(sim.spikes), 100 * 200.0)
    own = np.concatenate([np.diff(sim.spikes.time[sim.spikes.local == k][:100], prepend=0.0) for k in range(100)])
    assert stats.kstest(own, stats.expon(scale=5.0).cdf).pvalue > ALPHA


def test_a_drive_of_a_view_reaches_its_members_only():
    members = np.array([7, 3, 11])
    spikes = driven([1000.0, 0.0, 200.0], 20, 1000.0, seed=34, view=members)
    counted = np.bincount(spikes.local, minlength=20)
    assert set(np.flatnonzero(counted)) == {7, 11}
    assert_total(counted[7], 1000.0)
    assert_total(counted[11], 200.0)


# -- from within ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.3, 5.0, 40.0, 64.0])
def test_the_number_of_events_of_a_bin_is_poisson(mean):
    cumulative = poisson_cumulative(mean)
    np.testing.assert_allclose(cumulative, stats.poisson.cdf(np.arange(len(cumulative)), mean), rtol=0.0, atol=1e-14)
    key = derive_key(1, DRIVE, 0)
    table = cumulative.tolist()
    numbers = np.array([event_count(table, len(table), 0, index, *key) for index in range(5000)])
    assert_poisson_counts(numbers, mean)


def test_events_of_a_bin_lie_in_it_and_are_uniform():
    key = derive_key(2, DRIVE, 0)
    n, length = 37, 0.25
    for index in (0, 3, 2**33 + 5):
        events = [event(i, 2, n, index, length, *key) for i in range(4000)]
        times, targets, numbers = (np.array(x) for x in zip(*events, strict=True))
        begin, end = index * length, (index + 1) * length
        assert times.min() >= begin
        assert times.max() < end
        if index < 2**20:  # later the spacing of float64 numbers is seen
            assert stats.kstest((times - begin) / length, "uniform").pvalue > ALPHA
        assert stats.chisquare(np.bincount(targets, minlength=n)).pvalue > ALPHA
        assert stats.kstest(numbers, "uniform").pvalue > ALPHA
        assert stats.spearmanr(times, numbers).pvalue > ALPHA
        assert stats.spearmanr(times, targets).pvalue > ALPHA


def test_a_bin_does_not_contain_its_end():
    """Even where the uniform number rounds up: late in a long run, and with a number next to 1."""
    key = derive_key(3, DRIVE, 0)
    index, length = 2**51 + 1, 2.0**-10
    times = np.array([event(i, 0, 1, index, length, *key)[0] for i in range(2000)])
    assert times.min() >= index * length
    assert times.max() < (index + 1) * length


def test_alias_tables_give_each_target_its_rate():
    """The probability that an event of a block goes to a target, summed over the table, is its share of the rate."""
    rates = np.concatenate([np.random.default_rng(1).exponential(100.0, BLOCK), [0.0, 0.0, 5.0], np.arange(300.0)])
    net = es.Network()
    net.drive(net.population(len(rates), es.LIF()), rate=rates, weight=1.0)
    drives = lower(net)[0].drives
    members = drives.members
    for begin in range(0, len(rates), BLOCK):
        own = members[begin : begin + BLOCK]
        share = own.accept.copy()
        np.add.at(share, own.alias, 1.0 - own.accept)
        expected = rates[begin : begin + BLOCK]
        np.testing.assert_allclose(share / len(own), expected / expected.sum(), rtol=1e-12, atol=1e-16)
        assert (share[expected == 0.0] == 0.0).all()


def test_bins_are_dyadic_and_come_from_the_rate_alone():
    lengths = set()
    for n, rate in ((1, 100.0), (5000, 100.0)):
        net = es.Network()
        net.drive(net.population(n, es.LIF()), rate=rate, weight=1.0)
        lengths.add(float(lower(net)[0].drives.drives[0].bin))
    assert len(lengths) == 1
    assert math.frexp(lengths.pop())[0] == 0.5
