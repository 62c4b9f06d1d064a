"""Audits of runs: right ones pass on every engine, and whatever is made wrong on purpose is found."""

import dataclasses
import sys

import numpy as np
import pytest
from hypothesis import event, given, settings

import eventsim as es
from eventsim.neurons import LIF
from eventsim.published import brunel2000

from ..engine.running import assert_same_spikes, run_bounded
from ..engine.test_checkpoint import eventful
from ..strategies import build, cases, crowds, window_cases

ALL = ("reference", "sequential", "windowed")


def dyadic(seed=1):
    """Jumps of 5 mV that meet at multiples of 1/8 ms, threshold being three of them: exact touches everywhere."""
    net = es.Network(seed=seed)
    rng = np.random.default_rng(seed)
    neuron = es.LIF(tau_m=8.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=2.0)
    cells = net.population(30, neuron, name="cells")
    sources = net.population(60, es.SpikeSource([np.sort(rng.integers(1, 320, 12)) / 8.0 for _ in range(60)]), name="sources")
    net.connect(sources, cells, es.FixedOutDegree(6), weight=5.0, delay=0.5)
    net.connect(cells, cells, es.FixedInDegree(3), weight=5.0, delay=0.125)
    return net


def currents():
    """Exponential currents of both signs, own delays, constant current and drive."""
    net = es.Network(seed=2)
    cell = es.LIFExp(tau_m=20.0, c_m=250.0, tau_syn_exc=5.0, tau_syn_inh=10.0, t_ref=2.0, i_offset=es.Uniform(150.0, 200.0))
    cells = net.population(40, cell, name="cells")
    cells.set(v=es.Uniform(-65.0, -50.0))
    net.connect(cells[:30], cells, es.FixedProbability(0.3, autapses=False), weight=30.0, delay=es.Uniform(0.5, 4.0))
    net.connect(cells[30:], cells, es.FixedProbability(0.3, autapses=False), weight=-60.0, delay=1.0)
    net.drive(cells, 500.0, 20.0)
    return net


def audited(net, engine="sequential", until=40.0, audit=None, **options):
    """A simulator that has run and audits all neurons, or those asked for."""
    sim = es.Simulator(net, engine=engine, audit=[p for p in net.populations if not p.is_source] if audit is None else audit, **options)
    sim.run(until)
    return sim


def certified(sim, error=1e-11):
    """The report of a run, which has to pass."""
    report = sim.audit()
    assert (report.missed, report.invented) == ((), ())
    assert report.largest_error <= error
    assert report.passed
    return report


# -- right runs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ALL)
def test_touching_threshold_on_a_dyadic_grid(engine):
    sim = audited(dyadic(), engine)
    report = certified(sim, error=0.0)
    assert report.undecided > 10  # exact touches, in which the engine and 40 digits agree
    assert report.overruled == 0
    assert f"{report.undecided} decisions nearer to threshold than rounding can tell, 0 of them made otherwise." in str(report)
    assert report.margin == 0.0
    assert report.spikes == sim.stats["spikes"] > 50
    assert report.deliveries == sim.stats["deliveries"]


@pytest.mark.parametrize("engine", ["reference", "sequential"])
def test_currents(engine):
    sim = audited(currents(), engine, 100.0)
    report = certified(sim)
    assert report.largest_error > 0.0
    assert report.spikes == sim.stats["spikes"] > 50
    assert (report.deliveries, report.drive_events) == (sim.stats["deliveries"], sim.stats["drive_events"])
    assert report.undecided == 0


@pytest.mark.parametrize("engine", ["sequential", "windowed"])
def test_brunel(engine):
    """Everything that anybody received is found again, and every spike."""
    sim = audited(brunel2000("C", scale=0.04), engine, 60.0)
    report = certified(sim)
    assert (report.neurons, report.spikes) == (500, sim.stats["spikes"])
    assert (report.deliveries, report.drive_events) == (sim.stats["deliveries"], sim.stats["drive_events"])


def check(case, engine):
    """Run a case, audit all of its neurons."""
    net = build(case)
    sim = es.Simulator(net, engine=engine, audit=[p for p in net.populations if not p.is_source], micro_steps=30)
    run_bounded(sim, case.end, most=500)
    report = certified(sim, error=1e-9)
    event(f"undecided: {min(report.undecided, 1)}")
    assert report.spikes == sim.stats["spikes"]
    assert (report.deliveries, report.drive_events) == (sim.stats["deliveries"], sim.stats["drive_events"])


@given(cases(source_zero_delay_only=True))
@settings(max_examples=30)
def test_networks_drawn_at_random(case):
    check(case, "sequential")


@given(window_cases())
@settings(max_examples=30)
def test_networks_drawn_at_random_in_windows(case):
    check(case, "windowed")


@pytest.mark.slow
@given(cases(source_zero_delay_only=True) | crowds())
@settings(max_examples=1000)
def test_networks_drawn_at_random_at_length(case):
    check(case, "sequential")


@pytest.mark.slow
@given(window_cases(max_groups=5, max_n=12))
@settings(max_examples=1000)
def test_networks_drawn_at_random_in_windows_at_length(case):
    check(case, "windowed")


def test_runs_that_are_cut_set_and_fed():
    """Predicates, samples, inject and set, in refractoriness too, are replayed."""
    net = eventful()
    a, b, stim = net["a"], net["b"], net["stim"]
    sim = es.Simulator(net, engine="sequential", audit=[a, b, net["c"]])
    sim.inject([21.0, 33.0], stim.addresses[2:])
    sim.run(until=lambda sim: len(sim.spikes) >= 5)
    fired = int(sim.spikes.address[-1])
    sim.set((a if fired < 30 else b)[[fired if fired < 30 else fired - 30]], v=-20.0)  # refractory: it fires at the end of that
    sim.run(20.0)
    sim.set(a[:3], v=[-50.5, -40.0, -55.0])
    sim.set(b, v=-56.0, i_exc=np.linspace(0.0, 800.0, 20))
    sim.set(b[:4], i_inh=-100.0)
    sim.record("v", a, at=np.arange(30.0, 60.0, 0.7))
    sim.run(60.0)
    report = certified(sim)
    assert report.spikes == sim.stats["spikes"]
    assert report.end == sim.now


def test_a_set_that_is_not_replayed_would_be_noticed():
    sim = audited(currents())
    sim.set(sim.network["cells"], v=-51.0)
    sim.run(40.0)
    assert sim.audit().passed
    sim._kept.sets.clear()
    assert not sim.audit().passed


@pytest.mark.parametrize("engine", ["sequential", "windowed"])
def test_a_checkpoint_goes_on_being_audited(engine, tmp_path):
    net = brunel2000("C", scale=0.02)
    sim = audited(net, engine, 20.0, audit=30, record_spikes=[net["inh"]])
    sim.set(net["exc"], v=15.0)
    sim.save(tmp_path / "half.npz")
    again = es.Simulator.load(tmp_path / "half.npz")
    for s in (sim, again):
        s.run(20.0)
    assert_same_spikes(sim.spikes, again.spikes)
    assert sim.audit() == again.audit()
    assert certified(again).end == 40.0
    with pytest.raises(es.RecordingError):
        again.spikes.of(again.network["exc"])
    plain = es.Simulator(net)
    plain.save(tmp_path / "plain.npz")
    with pytest.raises(es.RecordingError, match="audit=20"):
        es.Simulator.load(tmp_path / "plain.npz").audit()


# -- what is asked for, and what is shown ---------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sequential", "windowed"])
def test_an_audit_changes_no_spike_and_shows_none(engine):
    net = brunel2000("C", scale=0.02)
    for asked in (True, False, [net["inh"]], [net["exc"][:7]]):
        with_audit = audited(net, engine, 30.0, audit=10, record_spikes=asked)
        without = es.Simulator(net, engine=engine, record_spikes=asked)
        without.run(30.0)
        assert_same_spikes(with_audit.spikes, without.spikes)
    assert len(with_audit.spikes) > 5


def test_recording_that_begins_late_shows_nothing_earlier():
    net = brunel2000("C", scale=0.02)
    sims = [es.Simulator(net, record_spikes=[net["inh"]], audit=audit) for audit in (None, 5)]
    for sim in sims:
        sim.run(20.0)
        sim.record("spikes", net["exc"])
        sim.run(20.0)
    assert_same_spikes(sims[0].spikes, sims[1].spikes)
    assert sims[1].spikes.of(net["exc"]).time.min() >= 20.0
    assert len(sims[1]._engine.spikes()) > len(sims[1].spikes)


def test_neurons_can_be_chosen():
    net = brunel2000("C", scale=0.02)
    exc, inh = net["exc"], net["inh"]
    assert audited(net, audit=inh).audit().addresses == tuple(inh.addresses)
    assert audited(net, audit=[inh[:3], exc[2:4], exc[3:5]]).audit().addresses == (2, 3, 4, *inh[:3].addresses)
    sim = audited(net, audit=20)
    every = set(sim.audit().addresses)
    some = sim.audit(neurons=5, seed=1)
    assert len(every) == 20
    assert set(some.addresses) < every
    assert sim.audit(neurons=5, seed=1) == some != sim.audit(neurons=5, seed=2)
    assert set(audited(net, audit=20).audit().addresses) == every


def test_the_report_can_be_put_under_a_figure():
    report = audited(currents(), audit=2).audit()
    assert [line.split(" ")[0] for line in str(report).splitlines()] == ["Audit", "2", "0", "Largest", "Smallest"]
    assert "passed" in str(report)
    assert repr(report).startswith("<AuditReport of 2 neurons, ")
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.spikes = 0
    silent = es.Network()
    silent.population(1, es.LIF())
    sim = audited(silent)
    assert "Largest timing error 0 ms." in str(sim.audit())
    assert sim.audit().margin == np.inf


# -- wrong runs -----------------------------------------------------------------------------------------------------------


def corrupted(sim, monkeypatch, change, address):
    """The report on a run whose record of spikes has been tampered with, at a spike of this neuron in the middle of the run."""
    spikes = sim._engine.spikes().copy()
    own = np.flatnonzero(spikes.address == address)
    changed = change(spikes, int(own[len(own) // 2]))
    changed = changed[np.lexsort((changed.address, changed.time))].view(np.recarray)
    monkeypatch.setattr(sim._engine, "spikes", lambda: changed)
    return sim.audit()


def removed(spikes, k):
    """One spike less."""
    return np.delete(spikes, k).view(np.recarray)


def added(spikes, k):
    """One spike more, 6.1 ms after another one."""
    more = spikes[k : k + 1].copy()
    more["time"] += 6.1
    return np.concatenate([spikes, more]).view(np.recarray)


def shifted(by):
    """One spike moved."""

    def change(spikes, k):
        spikes.time[k] += by
        return spikes

    return change


NETWORKS = {
    "jumps": (lambda: dyadic(), "sequential", 40.0),
    "currents": (lambda: currents(), "sequential", 100.0),
    "brunel": (lambda: brunel2000("C", scale=0.04), "windowed", 60.0),
}
CHANGES = {"removed": removed, "added": added, "late": shifted(1e-6), "early": shifted(-1e-6)}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("network", NETWORKS)
def test_a_corrupted_spike_is_found(network, change, monkeypatch):
    """Even where the audit is of that neuron alone, so that nobody else tells."""
    make, engine, until = NETWORKS[network]
    net = make()
    rates = np.bincount(audited(net, engine, until, audit=1).spikes.address)
    address = int(np.argmax(rates))
    view = net.populations[0][[address]] if address < net.populations[0].n else net.populations[1][[address - net.populations[0].n]]
    sim = audited(net, engine, until, audit=[view])
    assert sim.audit().passed
    report = corrupted(sim, monkeypatch, CHANGES[change], address)
    assert not report.passed
    counts = len(report.missed), len(report.invented)
    expected = {"removed": (1, 0), "added": (0, 1), "late": (0, 0), "early": (0, 0)}[change]
    assert counts == expected
    if "shifted" in CHANGES[change].__qualname__:
        assert 0.999e-6 < report.largest_error < 2e-6  # of that spike, or of the next, which is predicted from it
        assert report.largest_error_at.neuron == view.index[0]
        assert "NOT PASSED" in str(report)
    else:
        assert ("Missed: neuron" if counts[0] else "Invented: neuron") in str(report)


def test_a_touch_that_does_not_fire_is_told(monkeypatch):
    """Rounding may decide it, so it is no mistake; but the replay would have decided otherwise, and that is counted."""
    net = es.Network()
    cell = net.population(1, es.LIF(tau_m=10.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0), name="cell")
    net.connect(net.population(3, es.SpikeSource([[1.0]] * 3)), cell, es.AllToAll(), weight=5.0, delay=0.5)
    sim = audited(net)
    assert (sim.audit().spikes, sim.audit().undecided, sim.audit().overruled) == (1, 1, 0)
    spikes = sim._engine.spikes()
    monkeypatch.setattr(sim._engine, "spikes", lambda: spikes[spikes.address > 0])
    report = sim.audit()
    assert report.passed
    assert (report.spikes, report.undecided, report.overruled) == (0, 1, 1)


def test_windows_that_overlook_neurons_are_found():
    """The windowed engine replays neurons from a limit on; where that is too high, it misses spikes."""
    sim = es.Simulator(brunel2000("C", scale=0.04), engine="windowed", audit=100)
    sim._engine.plan.limit[:] += 2.0
    sim.run(60.0)
    report = sim.audit()
    assert not report.passed
    assert report.missed


def test_a_wrong_engine_is_found():
    """Constants that are wrong in their tenth digit, and a weight that is."""
    for spoil in ("constants", "weight"):
        net = currents()
        sim = es.Simulator(net, engine="sequential", audit=20)
        program = sim._engine.program
        if spoil == "constants":
            program.constants[0::8] *= 1.0 + 1e-9  # tau_m of each neuron
        else:
            sim._kept.synapses.weight *= 1.0 + 1e-9
        sim.run(100.0)
        assert not sim.audit().passed


# -- errors (more in tests/test_errors.py) ---------------------------------------------------------------------------------


def test_a_model_without_exact_replay_is_refused():
    net = es.Network()
    net.population(2, dataclasses.replace(LIF, name="Mine", above=lambda c, s: s.v > c.v_thresh)(), name="mine")
    with pytest.raises(es.ParameterError, match=r"model 'Mine' \(population 'mine'\).*LIF and LIFExp"):
        es.Simulator(net, engine="reference", audit=1)


def test_a_delay_that_is_lost_in_the_sum_is_refused():
    net = es.Network()
    a = net.population(2, es.LIF(v_rest=-45.0), name="a")
    net.connect(a[:1], a[1:], es.AllToAll(), weight=1.0, delay=1e-20)
    sim = audited(net, "reference")
    with pytest.raises(es.SimulationError, match="1e-20 ms from address 0"):
        sim.audit()


def test_without_mpmath_the_extra_is_named(monkeypatch):
    sim = audited(currents(), audit=1)
    monkeypatch.setitem(sys.modules, "mpmath", None)
    with pytest.raises(es.MissingExtraError, match=r"eventsim\[audit\]"):
        sim.audit()
