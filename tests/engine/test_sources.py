"""Sources emit at the times they say, the same ones in every engine, however a run is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es

from ..strategies import Bundle, Case, Group, build, gate, sources, wave
from .running import assert_same_spikes, simulator

ENGINES = ("reference", "sequential", "windowed")


def emitted(source, n, end, engine="sequential", start=0.0):
    """The spikes of n sources."""
    net = es.Network(seed=6)
    population = net.population(n, source)
    sim = es.Simulator(net, engine=engine, record_spikes=False)
    sim.run(until=start)
    sim.record("spikes", population)
    sim.run(until=end)
    return sim.spikes


# -- equality ---------------------------------------------------------------------------------------------------------------


@st.composite
def source_cases(draw):
    """Sources of any kind that reach one neuron."""
    step = draw(st.sampled_from((0.5, 0.1, None)))
    groups = [Group("LIF", 1, {})] + draw(st.lists(sources(step, 20.0), min_size=1, max_size=4))
    bundles = [Bundle(k, None, 0, None, ("AllToAll", ()), 0.1, 1.0, None) for k in range(1, len(groups))]
    return Case(draw(st.integers(0, 2**32)), tuple(groups), tuple(bundles), (), 20.0)


def only_sources(net):
    return net.populations[1:]


@given(source_cases(), st.lists(st.floats(0.0, 20.0), max_size=5))
@settings(max_examples=60)
def test_guarantee_3_all_engines_emit_the_very_same_spikes(case, cuts):
    """Bit for bit, in windows too, and whether the run is cut or not."""
    net = build(case)
    runs = []
    for engine in ENGINES:
        sim = es.Simulator(net, engine=engine, record_spikes=only_sources(net))
        for stop in [*sorted(cuts), 20.0] if engine != "reference" else [20.0]:
            sim.run(until=stop)
        runs.append(sim)
    for sim in runs[1:]:
        assert_same_spikes(sim.spikes, runs[0].spikes)
        assert sim.stats["source_spikes"] == runs[0].stats["source_spikes"] == len(runs[0].spikes)


@pytest.mark.slow
@given(source_cases(), st.lists(st.floats(0.0, 20.0), max_size=5))
@settings(max_examples=2000)
def test_guarantee_3_sources_at_length(case, cuts):
    test_guarantee_3_all_engines_emit_the_very_same_spikes.hypothesis.inner_test(case, cuts)


def everything():
    """Every kind of source, with parameters of each."""
    net = es.Network(seed=8)
    cell = net.population(3, es.LIF(v_rest=-60.0), name="cell")
    times = [[0.0, 1.0, 1.0, 7.0], [3.0]]
    for name, n, source in (
        ("poisson", 2, es.Poisson([200.0, 300.0], dead_time=es.Uniform(0.0, 3.0))),
        ("regular", 2, es.Regular(rate=es.Normal(100.0, 10.0, low=50.0), phase=[0.0, 5.0])),
        ("gamma", 2, es.GammaProcess(300.0, shape=[0.3, 4.0])),
        ("steps", 2, es.InhomogeneousPoisson([0.0, 800.0, 100.0], times=[0.0, 10.0, 30.0])),
        ("wave", 3, es.InhomogeneousPoisson([wave, gate, wave], max_rate=[500.0, 500.0, 700.0])),
        ("pattern", 2, es.SpikeSource(times, period=es.Uniform(8.0, 9.0), jitter=2.0)),
        ("once", 2, es.SpikeSource(times, jitter=es.Exponential(2.0))),
    ):
        net.connect(net.population(n, source, name=name), cell, es.AllToAll(), weight=0.5, delay=1.0)
    return net


RATES = {"wave": [wave, gate, wave]}


@pytest.mark.parametrize("engine", ENGINES)
def test_checkpoints_keep_every_kind(engine, tmp_path):
    straight = simulator(everything(), engine)
    cut = simulator(everything(), engine)
    for stop in (0.0, 3.3, 17.0, 31.5):
        cut.run(until=stop)
        cut.save(tmp_path / "half")
        cut = es.Simulator.load(tmp_path / "half", rates=RATES)
        assert cut.get(cut.network["poisson"], "dead_time").tolist() == straight.get(straight.network["poisson"], "dead_time").tolist()
    cut.inject([33.0, 33.0], cut.network["pattern"].addresses)
    cut.run(until=lambda sim: sim.now > 40.0)
    cut.run(until=60.0)
    straight.inject([33.0, 33.0], straight.network["pattern"].addresses)
    straight.run(until=60.0)
    assert all(len(straight.spikes.of(p)) > 4 for p in straight.network.populations)
    assert_same_spikes(cut.spikes, straight.spikes)


def test_functions_are_handed_over_to_load(tmp_path):
    sim = es.Simulator(everything(), engine="reference")
    sim.save(tmp_path / "half")
    with pytest.raises(es.FormatError, match=r"the rates of 'wave' are functions.*rates=\{'wave': function\}"):
        es.Simulator.load(tmp_path / "half")
    with pytest.raises(es.ParameterError, match="rates must be a dict"):
        es.Simulator.load(tmp_path / "half", rates=wave)
    with pytest.raises(es.ParameterError, match="needs 3 functions, or one for all, got 2"):
        es.Simulator.load(tmp_path / "half", rates={"wave": [wave, gate]})


def test_the_seed_of_the_simulator_varies_random_sources_only():
    """What is drawn as a parameter is the network's; what is drawn as time goes on is noise."""
    net = everything()
    a, b = (simulator(net, seed=seed) for seed in (1, 2))
    for sim in (a, b):
        sim.run(50.0)
    assert_same_spikes(a.spikes.of(net["regular"]), b.spikes.of(net["regular"]))
    for name in ("poisson", "gamma", "steps", "wave", "pattern", "once"):
        assert not set(a.spikes.of(net[name]).time) & set(b.spikes.of(net[name]).time)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_audit_follows_every_kind(engine):
    """A replay in 40 digits from what the neurons received finds the same spikes."""
    pytest.importorskip("mpmath")
    net = everything()
    net["cell"].set(v_rest=-51.0)
    sim = es.Simulator(net, engine=engine, audit=3)
    sim.run(60.0)
    assert len(sim.spikes) > 5
    assert sim.audit().passed


# -- regular spiking --------------------------------------------------------------------------------------------------------


def test_guarantee_6_regular_spikes_do_not_drift():
    """After 1e6 ms intervals and phases are as exact as the times' last bit."""
    spikes = emitted(es.Regular(period=[1.1, 10.0 / 3.0, 7.3], phase=[0.0, 0.05, 2.0]), 3, 1e6, start=1e6 - 100.0)
    for k, (period, phase) in enumerate(((1.1, 0.0), (10.0 / 3.0, 0.05), (7.3, 2.0))):
        own = spikes.time[spikes.local == k]
        number = np.round((own - phase) / period)
        assert np.abs(own - (phase + number * period)).max() <= 2e-10
        assert np.abs(np.diff(own) - period).max() <= 4e-10
        assert len(own) == np.sum(
            (phase + np.arange(int(1e6 / period) + 2) * period >= 1e6 - 100.0) & (phase + np.arange(int(1e6 / period) + 2) * period < 1e6)
        )


def test_a_regular_rate_hits_whole_seconds(engine):
    """30 Hz: spike 30 k lies at k seconds exactly, though a thirtieth of a second is no float64."""
    time = emitted(es.Regular(rate=30.0), 1, 10_000.5, engine).time
    assert len(time) == 301
    assert time[::30].tolist() == [1000.0 * k for k in range(11)]


# -- given trains -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_repeated_trains(engine):
    spikes = emitted(es.SpikeSource([[5.0, 1.0, 1.0], [0.0], []], period=[8.0, 0.7, 3.0]), 3, 24.0, engine)
    assert spikes.time[spikes.local == 0].tolist() == [1.0, 1.0, 5.0, 9.0, 9.0, 13.0, 17.0, 17.0, 21.0]
    assert spikes.time[spikes.local == 1].tolist() == [0.7 * k for k in range(35)]
    assert 2 not in spikes.local


def test_spikes_displaced_to_before_zero_do_not_happen(engine):
    for period in (None, 10.0):
        spikes = emitted(es.SpikeSource([[0.5, 2.0]] * 50, period=period, jitter=es.Uniform(-1.0, 0.0)), 50, 9.0, engine)
        first = spikes.time[spikes.time <= 0.5]
        assert 10 < len(first) < 40  # one of two, of 50
        assert len(spikes) - len(first) == 50
        assert spikes.time.min() >= 0.0


def test_jitter_of_nothing_changes_nothing(engine):
    times = [[0.0, 1.0, 1.0, 3.5]]
    for period in (None, 4.0):
        plain, jittered = (emitted(es.SpikeSource(times, period=period, jitter=j), 1, 20.0, engine) for j in (None, 0.0))
        assert_same_spikes(plain, jittered)


# -- functions --------------------------------------------------------------------------------------------------------------


def test_a_function_is_asked_within_the_run_only(engine):
    asked = []

    def rate(t):
        asked.append(t)
        return np.full_like(t, 500.0)

    net = es.Network(seed=1)
    source = net.population(4, es.InhomogeneousPoisson(rate, max_rate=500.0))
    sim = es.Simulator(net, engine=engine, record_spikes=[source])
    asked.clear()
    for stop in (10.0, 10.5, 35.0):
        sim.run(until=stop)
        assert max(t.max() for t in asked) < stop
    every = np.sort(np.concatenate(asked))
    np.testing.assert_array_equal(every, np.sort(sim.spikes.time))  # each candidate once, and all are kept


def test_a_function_is_asked_for_all_its_sources_at_once():
    calls = []

    def rate(t):
        calls.append(len(t))
        return 50.0 + 0.0 * t

    net = es.Network(seed=1)
    net.population(1000, es.InhomogeneousPoisson(rate, max_rate=100.0))
    sim = es.Simulator(net, engine="sequential")
    calls.clear()
    sim.run(100.0)
    assert len(calls) == 1
    assert sum(calls) == pytest.approx(10_000, abs=500)  # five standard deviations


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (lambda t: 1.0 + 20.0 * t, "rate of 'source' must be <= max_rate = 100 Hz at all times, got"),
        (lambda t: np.where(t > 5.0, -1.0, 1.0), "must be >= 0 Hz, got -1"),
        (lambda t: np.where(t > 5.0, np.nan, 1.0), "must be finite"),
        (lambda t: 1.0 if t.max() == 0.0 else t[:-1], "must have shape"),
        (lambda t: 1.0 if t.max() == 0.0 else 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_what_is_no_rate_stops_the_run_where_it_began(engine, rate, words):
    net = es.Network(seed=1)
    net.population(20, es.InhomogeneousPoisson(rate, max_rate=100.0), name="source")
    sim = es.Simulator(net, engine=engine)
    with pytest.raises(es.ParameterError, match=words):
        sim.run(20.0)
    assert sim.now == 0.0


def test_a_predicate_waits_for_a_function_that_is_silent_for_long(engine):
    net = es.Network(seed=1)
    source = net.population(3, es.InhomogeneousPoisson(lambda t: np.where(t < 5000.0, 0.0, 100.0), max_rate=100.0))
    sim = es.Simulator(net, engine=engine, record_spikes=[source])
    sim.run(until=lambda sim: True)
    assert len(sim.spikes) == 1
    assert sim.now == np.nextafter(sim.spikes.time[0], np.inf)
    assert 5000.0 < sim.now < 5100.0


@pytest.mark.parametrize("engine", ENGINES)
def test_silence_behind_sources_that_end(engine):
    """Steps that end at zero and trains that end leave silence, in which a predicate is never asked again."""
    net = es.Network(seed=1)
    cell = net.population(1, es.LIF(), name="cell")
    steps = net.population(2, es.InhomogeneousPoisson([500.0, 0.0], times=[0.0, 20.0]))
    net.connect(steps, cell, es.AllToAll(), weight=0.1, delay=1.5)
    sim = es.Simulator(net, engine=engine, record_spikes=[steps])
    with pytest.raises(es.SimulationError, match="nothing is queued"):
        sim.run(until=lambda sim: False)
    assert sim.now == np.nextafter(sim.spikes.time[-1] + 1.5, np.inf)


# -- parameters -------------------------------------------------------------------------------------------------------------


def test_parameters_of_sources_can_be_read():
    net = everything()
    assert net["gamma"].get("shape").tolist() == [0.3, 4.0]
    rates = net["regular"].get("rate")
    assert (rates > 50.0).all()
    assert rates[0] != rates[1]
    assert es.Simulator(net, engine="reference").get(net["regular"][1:], "rate").tolist() == [rates[1]]
    with pytest.raises(es.ParameterError, match="parameters of the source 'gamma' are given when it is made"):
        net["gamma"].set(shape=2.0)


def test_parameters_that_were_drawn_are_checked():
    net = es.Network(seed=1)
    net.population(50, es.Poisson(es.Uniform(10.0, 100.0), dead_time=20.0), name="noise")
    with pytest.raises(es.ParameterError, match=r"dead_time must be < 1000 / rate ms, the mean interval, got rate = .* of 'noise'"):
        es.Simulator(net)
