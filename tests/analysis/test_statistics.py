"""Statistics against closed forms: Poisson, gamma and regular trains, and trains small enough to do by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import eventsim as es
from eventsim import analysis


def trains(*times):
    """Spikes of neurons 0, 1, ... in order of time."""
    time = np.concatenate([np.asarray(t, float) for t in times])
    address = np.repeat(np.arange(len(times)), [len(t) for t in times])
    order = np.argsort(time, kind="stable")
    return SimpleNamespace(time=time[order], address=address[order])


def renewal(shape, n=40, spikes=500, mean=10.0, seed=0):
    """Gamma renewal processes: the CV of their intervals is 1 / sqrt(shape)."""
    gaps = np.random.default_rng(seed).gamma(shape, mean / shape, (n, spikes))
    return trains(*np.cumsum(gaps, axis=1))


def poisson(n, rate, duration, seed=0):
    rng = np.random.default_rng(seed)
    return trains(*[np.sort(rng.uniform(0.0, duration, rng.poisson(rate * duration * 1e-3))) for _ in range(n)])


@pytest.mark.parametrize("shape", [1.0, 4.0, 16.0])
def test_cv_of_gamma_trains(shape):
    # 20,000 intervals: the standard error of the CV is below 0.01 of it.
    assert analysis.mean_cv(renewal(shape), np.arange(40)) == pytest.approx(1.0 / math.sqrt(shape), rel=0.04)


def test_cv_of_regular_trains_is_zero():
    spikes = trains(7.0 * np.arange(100), 3.0 + 11.0 * np.arange(50))
    assert analysis.cv_of_intervals(spikes, np.arange(2)) == pytest.approx([0.0, 0.0], abs=1e-12)


def test_cv_by_hand():
    # Intervals 1 and 3: mean 2, standard deviation sqrt(2). Two spikes have no CV, nor has a silent neuron.
    cv = analysis.cv_of_intervals(trains([0.0, 1.0, 4.0], [1.0, 2.0], []), np.arange(3))
    assert cv[0] == pytest.approx(math.sqrt(2.0) / 2.0)
    assert np.isnan(cv[1:]).all()
    assert math.isnan(analysis.mean_cv(trains([1.0, 2.0]), np.arange(1)))


def test_intervals_never_join_neurons():
    interval, neuron = analysis.intervals(trains([1.0, 5.0], [2.0, 4.0, 9.0]), np.array([1, 0]))
    assert interval.tolist() == [2.0, 5.0, 4.0]
    assert neuron.tolist() == [0, 0, 1]  # places among those asked for


def test_rates_count_silent_neurons_and_a_half_open_window():
    spikes = trains([0.0, 10.0, 99.0, 100.0], [50.0], [])
    assert analysis.firing_rates(spikes, np.arange(3), end=100.0).tolist() == [30.0, 10.0, 0.0]
    assert analysis.mean_rate(spikes, np.arange(3), begin=10.0, end=60.0) == pytest.approx(2 / 3 / 0.05)


def test_populations_and_lists_of_them():
    net = es.Network()
    a = net.population(2, es.SpikeSource(times=[[1.0], [2.0, 3.0]]), name="a")
    b = net.population(1, es.SpikeSource(times=[[4.0]]), name="b")
    sim = es.Simulator(net, record_spikes=[a, b])
    sim.run(10.0)
    assert analysis.firing_rates(sim.spikes, [b, a], end=10.0).tolist() == [100.0, 100.0, 200.0]
    assert analysis.mean_rate(sim.spikes, a[1:], end=10.0) == 200.0


@pytest.mark.parametrize("average", ["firing_rates", "mean_rate", "population_rate", "synchrony", "fano_factor", "power_spectrum"])
def test_time_that_was_not_simulated_is_not_averaged_over(average):
    net = es.Network()
    stim = net.population(1, es.SpikeSource(times=[np.arange(1.0, 2000.0, 7.3)]), name="stim")
    sim = es.Simulator(net, record_spikes=[stim], engine="reference")
    for _ in range(3000):
        sim.run(0.1)  # ends a little beside 300 ms, which is what is meant
    assert sim.now != 300.0
    average = getattr(analysis, average)
    average(sim.spikes, stim, begin=50.0, end=300.0)
    for spikes in (sim.spikes, sim.spikes.of(stim)):
        with pytest.raises(es.ParameterError, match=rf"end must be <= {sim.now!r} ms, .* got 301\.0"):
            average(spikes, stim, begin=50.0, end=301.0)
    analysis.mean_cv(sim.spikes, stim, end=1000.0)  # an average over intervals between spikes


def test_population_rate_by_hand():
    rate, edges = analysis.population_rate(trains([0.0, 0.9, 1.0], [2.5]), np.arange(2), end=3.5, bin=1.0)
    assert rate.tolist() == [1000.0, 500.0, 500.0]
    assert edges.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_window_of_whole_bins_keeps_its_last_bin():
    rate, _ = analysis.population_rate(trains([0.05, 0.15, 0.25]), np.arange(1), end=0.3, bin=0.1)
    assert len(rate) == 3


def test_synchrony_is_one_for_poisson_and_half_the_number_for_all_at_once():
    # 5,000 bins: the standard error of variance / mean is about sqrt(2 / 5000) = 0.02.
    assert analysis.synchrony(poisson(50, 20.0, 5000.0), np.arange(50), end=5000.0) == pytest.approx(1.0, abs=0.1)
    together = trains(*[2.0 * np.arange(100) + 0.5] * 30)  # counts 30, 0, 30, 0: variance 225, mean 15
    assert analysis.synchrony(together, np.arange(30), end=200.0) == pytest.approx(15.0)


def test_fano_factor_is_one_for_poisson_and_zero_for_regular():
    # 200 neurons, 50 windows: the standard error is about sqrt(2 / (200 * 50)) = 0.014.
    assert analysis.fano_factor(poisson(200, 50.0, 5000.0), np.arange(200), end=5000.0) == pytest.approx(1.0, abs=0.06)
    assert analysis.fano_factor(trains(5.0 + 10.0 * np.arange(100)), np.arange(1), end=1000.0) == 0.0
    # Counts 2 and 0: mean 1, variance 2.
    assert analysis.fano_factor(trains([1.0, 2.0]), np.arange(1), end=20.0, window=10.0) == pytest.approx(2.0)


def test_spectrum_of_poisson_trains_is_flat():
    n, rate = 100, 20.0
    frequency, power = analysis.power_spectrum(poisson(n, rate, 20_000.0), np.arange(n), end=20_000.0)
    inner = power[2:-1]
    assert frequency[1] == pytest.approx(5.0)
    assert frequency[-1] == pytest.approx(1000.0)
    assert inner.mean() == pytest.approx(2.0 * rate / n, rel=0.05)
    assert inner.max() < 2.0 * inner.mean()


def test_spectrum_shows_an_oscillation():
    beats = trains(*[np.arange(0.0, 2000.0, 12.5)] * 5)  # all at 80 Hz
    frequency, power = analysis.power_spectrum(beats, np.arange(5), end=2000.0, bin=2.5)
    low = frequency < 120.0
    assert frequency[low][np.argmax(power[low])] == pytest.approx(80.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: analysis.mean_rate(s, [0], begin=5.0, end=5.0), "end must be > begin"),
        (lambda s: analysis.mean_rate(s, [], end=5.0), "at least one neuron"),
        (lambda s: analysis.mean_rate(s, [0, 0], end=5.0), "repeated"),
        (lambda s: analysis.population_rate(s, [0], end=5.0, bin=0.0), "bin must be > 0"),
        (lambda s: analysis.population_rate(s, [0], end=5.0, bin=6.0), "bin must be <= end - begin"),
        (lambda s: analysis.fano_factor(s, [0], end=5.0, window=3.0), "window must be <= "),
        (lambda s: analysis.power_spectrum(s, [0], end=5.0, segment=50.0), "segment must be between"),
        (lambda s: analysis.siegert_rate(0.0, 0.0), "sigma must be > 0"),
        (lambda s: analysis.siegert_rate(0.0, 1.0, v_reset=20.0), "v_reset must be < v_thresh"),
    ],
)
def test_wrong_arguments_say_what_is_right(call, message):
    with pytest.raises(es.EventsimError, match=message):
        call(trains([1.0, 2.0]))


def test_spikes_that_are_not_recorded_are_no_silence():
    net = es.Network()
    source = net.population(2, es.Poisson(100.0), name="source")
    sim = es.Simulator(net)
    sim.run(100.0)
    with pytest.raises(es.RecordingError, match="not recorded"):
        analysis.firing_rates(sim.spikes, source, end=100.0)
