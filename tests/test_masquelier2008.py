"""Masquelier, Guyonneau & Thorpe 2008: the neuron is the paper's, the stimulus has the statistics that are given, and the pattern is found."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import eventsim as es
from eventsim import _jit
from eventsim.neurons.leaky import fire
from eventsim.published import masquelier2008, masquelier2008_latencies, masquelier2008_outcome, masquelier2008_stimulus
from eventsim.published.masquelier2008 import AFFERENTS, PATTERN, REPEATING, SRM

DOCS = Path(__file__).parent.parent / "docs"
TAU_M, TAU_S = 10.0, 2.5


# -- the neuron: sums of kernels -----------------------------------------------------------------------------------------


def decays(t):
    return np.exp(-t / TAU_M), np.exp(-t / TAU_S)


LATEST = np.log(TAU_M / TAU_S) / (1.0 / TAU_S - 1.0 / TAU_M)  # when a response peaks, ms
PEAK = 1.0 / np.subtract(*decays(LATEST))


def potential(t, last, arrivals, weights, threshold):
    """The paper's sum at times t, of what arrived after the last spike (-inf: there was none) and of what that left."""
    total = np.zeros(np.shape(t))
    if last > -np.inf:
        slow, fast = decays(t - last)
        total += threshold * (2.0 * slow - 4.0 * (slow - fast))
    for arrival, weight in zip(arrivals, weights, strict=True):
        if arrival > last:
            slow, fast = decays(np.maximum(t - arrival, 0.0))
            total += weight * PEAK * (slow - fast)
    return total


def replayed(arrivals, weights, threshold, end):
    """Spikes: upward crossings that a fine grid brackets, from 1 ms after the last spike on."""
    spikes, last = [], -np.inf
    while True:
        grid = np.arange(max(last + 1.0, 0.0), end, 0.002)
        above = potential(grid, last, arrivals, weights, threshold) >= threshold
        if not above.any():
            return np.array(spikes)
        k = int(np.argmax(above))
        assert k > 0  # it is not above threshold where that begins to count
        last = brentq(lambda t, last=last: potential(t, last, arrivals, weights, threshold) - threshold, grid[k - 1], grid[k], xtol=1e-13)
        spikes.append(last)


def test_neuron_is_the_sum_of_kernels():
    rng = np.random.default_rng(1)
    arrivals, weights, threshold = np.sort(rng.uniform(0.0, 200.0, 250)), rng.uniform(0.0, 1.0, 250), 5.0
    expected = replayed(arrivals, weights, threshold, 200.0)
    net = es.Network()
    source = net.population(250, es.SpikeSource(arrivals[:, None]), name="source")
    c_m = TAU_M * TAU_S / (TAU_M - TAU_S) / PEAK
    cell = net.population(1, SRM(tau_m=TAU_M, c_m=c_m, tau_syn_0=TAU_S, v_rest=0.0, v_thresh=threshold, t_ref=1.0), name="cell")
    net.connect(source, cell, es.AllToAll(), weight=weights, delay=0.0, receptor=0)
    sim = es.Simulator(net)
    at = np.arange(0.05, 200.0, 0.37)
    trace = sim.record("v", cell, at=at)
    sim.run(200.0)
    assert len(expected) > 10
    assert len(sim.spikes) == len(expected)
    np.testing.assert_allclose(sim.spikes.time, expected, atol=1e-9)
    lasts = np.append(expected, -np.inf)[np.searchsorted(expected, at) - 1]
    found = [float(potential(t, last, arrivals[arrivals < t], weights[arrivals < t], threshold)) for t, last in zip(at, lasts, strict=True)]
    np.testing.assert_allclose(trace.value[:, 0], found, atol=1e-9)


def test_code_that_is_kept_knows_what_the_neuron_does():
    """The neuron is no model of eventsim/neurons, whose sources the digest of the package covers: its own source is in its name."""
    name = _jit.model_digest(SRM)
    assert name != _jit.model_digest(replace(SRM, fire=fire))
    assert _jit.model_digest(es.LIFExp(tau_syn=[1.0]).model) == "LIFExp_1"


def test_response_of_weight_1_has_peak_1():
    """In the network itself, to the only spike there is."""
    trains = [np.array([])] * AFFERENTS
    trains[7] = np.array([3.0])
    stimulus = masquelier2008_stimulus(period=1000.0)._replace(trains=trains)
    net = masquelier2008(stimulus, weight=1.0)
    sim = es.Simulator(net)
    trace = sim.record("v", net["neuron"], at=[3.0 + LATEST, 503.0])
    sim.run(510.0)
    assert trace.value[0, 0] == pytest.approx(1.0, rel=1e-12)
    assert len(sim.spikes) == 0


def test_engines_agree():
    stimulus = masquelier2008_stimulus(period=1000.0)
    found = {}
    for engine in ("reference", "sequential"):
        sim = es.Simulator(masquelier2008(stimulus), engine=engine)
        sim.run(40.0)
        found[engine] = sim.spikes.time, sim.weights(sim.network.projections[0])["weight"]
    assert len(found["reference"][0]) >= 2
    for one, other in zip(*found.values(), strict=True):
        np.testing.assert_array_equal(one, other)


# -- the stimulus --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stimulus():
    return masquelier2008_stimulus(seed=3, period=10_000.0, jitter=0.0)


def within(stimulus, start, afferents):
    """Spikes of some afferents in the slot that begins at start, as (afferent, time since then)."""
    found = set()
    for k in afferents:
        train = stimulus.trains[k]
        found |= {(k, round(t - start, 6)) for t in train[(train >= start) & (train < start + PATTERN)]}
    return found


def test_rates_are_those_of_the_paper(stimulus):
    """54 Hz between 0 and 90 Hz with a spike at least every 50 ms, and 10 Hz: 64 Hz; the same for afferents of the pattern and others."""
    numbers = np.array([len(train) for train in stimulus.trains]) / 10.0
    assert numbers.mean() == pytest.approx(64.0, rel=0.01)
    assert numbers[:REPEATING].mean() == pytest.approx(numbers[REPEATING:].mean(), rel=0.02)
    assert max(np.diff(train).max() for train in stimulus.trains[REPEATING:]) <= 51.0
    slots = np.histogram(np.concatenate(stimulus.trains), np.arange(0.0, 10_001.0, PATTERN))[0]
    assert slots.std() / slots.mean() < 0.03  # the population rate tells nothing of the pattern
    shown = np.isin(np.arange(200), stimulus.starts / PATTERN)
    assert slots[shown].mean() == pytest.approx(slots[~shown].mean(), rel=0.03)


def test_pattern_is_shown_for_a_quarter_of_the_time(stimulus):
    assert len(stimulus.starts) == 50
    assert np.diff(stimulus.starts).min() >= 2 * PATTERN


def test_pattern_repeats_itself_but_for_noise(stimulus):
    first, second, third = (within(stimulus, start, range(0, REPEATING, 10)) for start in stimulus.starts[:3])
    common = first & second
    assert len(common) == pytest.approx(100 * 54.0 * 0.05, rel=0.15)
    assert common == first & third
    assert len(first - common) == pytest.approx(100 * 10.0 * 0.05, rel=0.4)
    others = [within(stimulus, start, range(REPEATING, AFFERENTS, 10)) for start in stimulus.starts[:2]]
    assert not others[0] & others[1]


def test_jitter_displaces_the_spikes_of_the_pattern():
    """The same seed with and without: differences are normal with that standard deviation."""
    still, moved = (masquelier2008_stimulus(seed=3, period=1000.0, jitter=jitter) for jitter in (0.0, 2.0))
    np.testing.assert_array_equal(still.starts, moved.starts)
    assert all(np.array_equal(a, b) for a, b in zip(still.trains[REPEATING:], moved.trains[REPEATING:], strict=True))
    sums = np.array([b.sum() - a.sum() for a, b in zip(still.trains[:REPEATING], moved.trains[:REPEATING], strict=True)])
    number = len(still.starts) * 54.0 * 0.05  # spikes of a train that are displaced
    assert np.sqrt(np.mean(np.clip(sums, -100.0, 100.0) ** 2) / number) == pytest.approx(2.0, rel=0.15)


# -- what is found -------------------------------------------------------------------------------------------------------


def test_pattern_is_found():
    """Here the stimulus repeats itself after 5 s, which makes no difference to what is found first: within 20 s of the beginning the neuron answers the pattern alone, and early."""
    stimulus = masquelier2008_stimulus(seed=2, period=5000.0)
    sim = es.Simulator(masquelier2008(stimulus))
    sim.run(25_000.0)
    times = sim.spikes.time
    assert 60 <= (times < 1000.0).sum() <= 66  # 63 Hz to begin with (Hathway & Goodman 2018)
    outcome = masquelier2008_outcome(times, stimulus, 20_000.0, 25_000.0)
    assert outcome.succeeded
    before = masquelier2008_latencies(times[times < 5000.0], stimulus)
    assert np.isnan(before).mean() > 0.6  # to begin with it fires at any time
    weights = sim.weights(sim.network.projections[0])["weight"]
    assert (weights[:REPEATING] > 0.5).sum() > 2 * (weights[REPEATING:] > 0.5).sum()


@pytest.mark.parametrize("pairing", ["all", "nearest"])
def test_other_pairings_end_in_silence(pairing):
    """Within a second, as the replication of Hathway & Goodman 2018 found."""
    sim = es.Simulator(masquelier2008(masquelier2008_stimulus(period=1000.0), pairing=pairing))
    sim.run(3000.0)
    assert len(sim.spikes) > 0
    assert sim.spikes.time.max() < 1000.0


@pytest.mark.slow
def test_full_length():
    """450 s as in the paper: found after some 700 discharges and 13.5 s in the original program (Hathway & Goodman 2018), and kept."""
    stimulus = masquelier2008_stimulus(seed=2)
    sim = es.Simulator(masquelier2008(stimulus))
    sim.run(450_000.0)
    times = sim.spikes.time
    outcome = masquelier2008_outcome(times, stimulus, 300_000.0, 450_000.0)
    assert outcome.succeeded
    assert outcome.latency < 6.0
    weights = sim.weights(sim.network.projections[0])["weight"]
    assert (weights[:REPEATING] > 0.5).sum() > 250
    assert (weights[REPEATING:] > 0.5).sum() == 0  # what is strong belongs to the pattern alone
    last = np.flatnonzero(np.isnan(masquelier2008_latencies(times, stimulus)))[-1]
    assert 500 < last < 1000
    assert 10_000.0 < times[last] < 20_000.0


def test_outcome_counts():
    stimulus = masquelier2008_stimulus(period=1000.0)._replace(starts=np.array([0.0, 700.0]))
    every = [4.0, 705.0, 706.0, 1004.0, 1705.0]
    assert masquelier2008_outcome(every, stimulus, 0.0, 2000.0) == (1.0, 0, pytest.approx(4.8), True)
    assert masquelier2008_outcome([*every, 600.0], stimulus, 0.0, 2000.0)[:2] == (1.0, 1)
    assert not masquelier2008_outcome([*every, 600.0], stimulus, 0.0, 2000.0).succeeded
    assert masquelier2008_outcome([*every, 600.0], stimulus, 1000.0, 2000.0).succeeded
    assert masquelier2008_outcome(every[1:], stimulus, 0.0, 2000.0).hit_rate == 0.75
    assert np.isnan(masquelier2008_outcome([], stimulus, 0.0, 1000.0).latency)
    with pytest.raises(es.ParameterError, match=r"a pattern must begin between begin and end, got 100 and 200 ms"):
        masquelier2008_outcome(every, stimulus, 100.0, 200.0)


def test_what_is_wrong_is_refused():
    with pytest.raises(es.ParameterError, match=r"period must be >= 1000 ms, got 100"):
        masquelier2008_stimulus(period=100.0)
    with pytest.raises(es.ParameterError, match=r"period must be a multiple of 50 ms, got 1010"):
        masquelier2008_stimulus(period=1010.0)
    with pytest.raises(es.ParameterError, match=r"jitter must be >= 0 ms, got -1"):
        masquelier2008_stimulus(jitter=-1.0)
    with pytest.raises(es.ParameterError, match=r"stimulus must be what masquelier2008_stimulus returns, got 3"):
        masquelier2008(3)
    with pytest.raises(es.ParameterError, match=r"weight must be <= 1, got 2"):
        masquelier2008(masquelier2008_stimulus(period=1000.0), weight=2.0)
    with pytest.raises(es.ParameterError, match=r"times must be >= 0 ms"):
        masquelier2008_latencies([-1.0], masquelier2008_stimulus(period=1000.0))


def test_summary_on_the_page_is_that_of_the_runs():
    pytest.importorskip("matplotlib")
    spec = importlib.util.spec_from_file_location("masquelier_figure", DOCS / "figures" / "masquelier2008.py")
    figure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(figure)
    held = json.loads(figure.RESULTS.read_text())
    assert figure.summary(held["runs"]) in (DOCS / "published.md").read_text(encoding="utf-8")
    assert len({run["seed"] for run in held["runs"]}) == len(held["runs"]) >= 10
    for run in held["runs"]:
        assert run["succeeded"] == (run["hit_rate"] > 0.98 and run["false_alarms"] == 0 and run["latency_ms"] < 10.0)
        assert 60 <= run["first_second"] <= 66
