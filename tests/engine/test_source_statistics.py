"""Sources have the distributions they claim: dead time, gamma processes, rates that change, jitter.

Seeds are fixed, so a test passes always or never. ALPHA is the chance with which one comparison would have failed for a
right implementation before the seed was looked at; with some forty of them here, one seed in twenty-five would fail one.
"""

import numpy as np
import pytest
from scipy import stats

import eventsim as es

ALPHA = 1e-3


def trains(source, n, duration, seed=30):
    """The spike times of n sources: a list of arrays."""
    net = es.Network(seed=seed)
    population = net.population(n, source)
    sim = es.Simulator(net, engine="sequential", record_spikes=[population])
    sim.run(duration)
    return [sim.spikes.time[sim.spikes.local == k] for k in range(n)]


def first_intervals(times, number):
    """The first `number` intervals of each train (n, number), after its first spike; what a run's end cuts off would bias."""
    assert min(len(t) for t in times) > number
    return np.array([np.diff(t[: number + 1]) for t in times])


def assert_follows(sample, distribution):
    """Kolmogorov and Smirnov's test."""
    assert len(sample) > 100
    assert stats.kstest(sample, distribution).pvalue > ALPHA


def assert_total(observed, mean):
    """A Poisson number of the given mean: two-sided exact test."""
    tail = min(stats.poisson.cdf(observed, mean), stats.poisson.sf(observed - 1, mean))
    assert 2.0 * tail > ALPHA


def assert_independent(numbers):
    """Each number of a matrix and the next in its row, and in its column, by Spearman's rank correlation."""
    assert stats.spearmanr(numbers[:, :-1].ravel(), numbers[:, 1:].ravel()).pvalue > ALPHA
    assert stats.spearmanr(numbers[:-1].ravel(), numbers[1:].ravel()).pvalue > ALPHA


# -- dead time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "dead"), [(50.0, 5.0), (100.0, 9.9), (20.0, 0.1)])
def test_intervals_with_dead_time(rate, dead):
    """Exponential beyond the dead time, which is never undercut; the time to the first spike has the density of the time left."""
    times = trains(es.Poisson(rate, dead_time=dead), 500, 60.0 * 1000.0 / rate)
    mean = 1000.0 / rate
    intervals = first_intervals(times, 30)
    assert intervals.min() >= dead
    assert_follows(intervals.ravel() - dead, stats.expon(scale=mean - dead).cdf)
    assert_follows(
        [t[0] for t in times], lambda x: np.where(x < dead, x, mean - (mean - dead) * np.exp(-(x - dead) / (mean - dead))) / mean
    )
    assert_independent(intervals)


def test_dead_time_is_never_undercut_however_late():
    """Where the times' last bit is 1e-10 ms, sums that are rounded down would be found."""
    net = es.Network(seed=31)
    source = net.population(20, es.Poisson(5e8, dead_time=1.9999e-6))
    sim = es.Simulator(net, engine="sequential", record_spikes=[source])
    sim._engine.state.queue.wakes.time[:] += 1e6  # as if they had been silent for so long
    sim.run(until=1e6 + 0.005)
    assert len(sim.spikes) > 10_000
    assert min(np.diff(sim.spikes.time[sim.spikes.local == k]).min() for k in range(20)) >= 1.9999e-6


def test_dead_time_is_in_equilibrium_from_the_start():
    """In bins shorter than the dead time, a source spikes once at most, with the same probability in each: binomial numbers."""
    n, rate, dead = 5000, 100.0, 6.0
    times = np.concatenate(trains(es.Poisson(rate, dead_time=dead), n, 20.0))
    counted = np.histogram(times, np.arange(21.0))[0]
    assert min(stats.binomtest(int(k), n, rate * 1e-3).pvalue for k in counted) > ALPHA / len(counted)


# -- gamma processes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [0.1, 0.5, 1.0, 2.5, 40.0, 1e6])
def test_gamma_intervals(shape):
    rate, n = 100.0, 200
    times = trains(es.GammaProcess(rate, shape), n, 3000.0)
    intervals = first_intervals(times, 60)
    mean, cv = 1000.0 / rate, shape**-0.5
    # Intervals below a time's last bit (1e-12 ms here) are that bit, and of shape 0.1 one in thirty is: compared from 1e-9 ms on.
    own, seen = stats.gamma(shape, scale=mean / shape), intervals[intervals > 1e-9]
    assert stats.binomtest(seen.size, intervals.size, own.sf(1e-9)).pvalue > ALPHA
    assert_follows(seen, lambda x: (own.cdf(x) - own.cdf(1e-9)) / own.sf(1e-9))
    # Mean and coefficient of variation within the standard errors that hold for gamma distributed numbers.
    z = stats.norm.isf(ALPHA / 2.0)
    assert abs(intervals.mean() / mean - 1.0) < z * cv / intervals.size**0.5
    assert abs(intervals.std() / intervals.mean() / cv - 1.0) < z * ((1.0 + cv * cv) / (2.0 * intervals.size)) ** 0.5
    assert_independent(intervals)


@pytest.mark.parametrize("shape", [0.2, 1.0, 5.0, 100.0])
def test_gamma_processes_are_in_equilibrium_from_the_start(shape):
    """The time to the first spike has the density (1 - F) / mean of the time left; F(x) - x (1 - F(x)) is by parts."""
    rate, mean = 50.0, 20.0
    first = np.array([t[0] for t in trains(es.GammaProcess(rate, shape), 2000, 2000.0 if shape < 1.0 else 200.0)])
    own, longer = stats.gamma(shape, scale=mean / shape), stats.gamma(shape + 1.0, scale=mean / shape)
    assert_follows(first, lambda x: x / mean * own.sf(x) + longer.cdf(x))


def test_a_gamma_process_of_shape_one_is_poisson():
    counted = [len(t) for t in trains(es.GammaProcess(80.0, 1.0), 400, 500.0)]
    assert_total(sum(counted), 400 * 40.0)
    assert (
        stats.kstest(
            stats.poisson(40.0).cdf(counted) - stats.uniform.rvs(size=400, random_state=1) * stats.poisson(40.0).pmf(counted), "uniform"
        ).pvalue
        > ALPHA
    )


# -- rates that change ----------------------------------------------------------------------------------------------------


def assert_rescaled(times, integrated, duration):
    """The time-rescaling theorem: the integrated rate between successive spikes is exponential of mean 1, and where the
    spikes of a train lie on the scale of the integrated rate is uniform."""
    total = integrated(duration)
    few = int(0.4 * total)
    assert min(len(t) for t in times) >= few
    intervals = np.array([np.diff(integrated(t[:few]), prepend=0.0) for t in times])
    assert_follows(intervals.ravel(), stats.expon.cdf)
    every = np.concatenate(times)
    assert_follows(integrated(every) / total, stats.uniform.cdf)
    assert_total(len(every), len(times) * total)
    assert_independent(intervals)


EDGES, RATES = np.array([10.0, 50.0, 60.0, 200.0, 300.0]), np.array([40.0, 1000.0, 0.0, 300.0, 100.0])


def integrated_steps(t):
    """The integral of the rate that begins at EDGES[0] with RATES."""
    edges = np.append(EDGES, 1e9)
    passed = np.clip(np.asarray(t)[..., None], edges[:-1], edges[1:]) - edges[:-1]
    return 1e-3 * passed @ RATES


def test_steps_of_rates():
    times = trains(es.InhomogeneousPoisson(RATES, times=EDGES), 300, 1000.0)
    assert_rescaled(times, integrated_steps, 1000.0)
    every = np.concatenate(times)
    assert every.min() >= EDGES[0]
    assert not ((every >= 60.0) & (every < 200.0)).any()
    for begin, end in zip(EDGES, [*EDGES[1:], 1000.0], strict=True):
        assert_total(((every >= begin) & (every < end)).sum(), 300 * float(integrated_steps(end) - integrated_steps(begin)))


def test_steps_of_each_source():
    rates = np.array([[0.0, 200.0, 0.0], [500.0, 0.0, 50.0], [0.0, 0.0, 0.0]])
    times = trains(es.InhomogeneousPoisson(rates, times=[0.0, 500.0, 900.0]), 3, 3000.0)
    for t, row in zip(times, rates, strict=True):
        counted = np.histogram(t, [0.0, 500.0, 900.0, 3000.0])[0]
        for number, rate, length in zip(counted, row, (500.0, 400.0, 2100.0), strict=True):
            assert_total(number, 1e-3 * rate * length)


def wave(t):
    return 100.0 + 80.0 * np.sin(t / 30.0)


def integrated_wave(t):
    return 0.1 * np.asarray(t) + 2.4 * (1.0 - np.cos(np.asarray(t) / 30.0))


@pytest.mark.parametrize("max_rate", [180.0, 1000.0])
def test_a_function_of_time(max_rate):
    times = trains(es.InhomogeneousPoisson(wave, max_rate=max_rate), 300, 700.0)
    assert_rescaled(times, integrated_wave, 700.0)


def test_functions_and_bounds_of_each_source():
    slow, fast = (lambda t: 20.0 + 0.0 * t), (lambda t: 2.0 * t)
    times = trains(es.InhomogeneousPoisson([slow, fast, slow], max_rate=[20.0, 2000.0, 5000.0]), 3, 1000.0, seed=32)
    for t, mean in zip(times, (20.0, 1000.0, 20.0), strict=True):
        assert_total(len(t), mean)
    assert_follows((times[1] / 1000.0) ** 2, stats.uniform.cdf)


# -- jitter ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", [None, 100.0])
@pytest.mark.parametrize(
    ("jitter", "law"),
    [(1.5, stats.norm(0.0, 1.5)), (es.Uniform(-3.0, 1.0), stats.uniform(-3.0, 4.0)), (es.Exponential(2.0), stats.expon(scale=2.0))],
)
def test_displacements_have_their_distribution(jitter, law, period):
    """Spikes so far apart that they keep their order."""
    n = 40
    given = np.arange(50.0, 5000.0, 100.0)
    source = es.SpikeSource([given] * n, jitter=jitter) if period is None else es.SpikeSource([[50.0]] * n, period=period, jitter=jitter)
    times = trains(source, n, 5000.0)
    assert all(len(t) == 50 for t in times)
    off = np.array(times) - given
    assert_follows(off.ravel(), law.cdf)
    assert_independent(off)
