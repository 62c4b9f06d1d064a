"""Networks that speed is measured on, and what is handed to other simulators."""

import shutil

import numpy as np
import pytest

import eventsim as es
from benchmarks.against import cases, compiled, peers, session
from benchmarks.against.export import export, synapses
from benchmarks.network.scaling import fitted
from benchmarks.networks import NOISE_RATE, recurrent
from benchmarks.report import RESULTS, beside_others, latest, page
from eventsim.analysis import mean_rate
from eventsim.lowering import lower
from eventsim.published import potjans_diesmann2014, vogels_abbott2005
from eventsim.workloads import SHORT, many_delays, pulse_coupled, stored, workloads


def test_there_is_a_short_list_of_known_workloads():
    assert set(SHORT) <= set(workloads()) == set(workloads(quick=True))
    for w in workloads().values():
        assert w.lowest <= w.highest
        assert w.basis


def test_delays_on_a_grid_are_multiples_of_it():
    sim = es.Simulator(many_delays(200, 50, grid=0.1))
    delays = np.concatenate([sim.weights(p)["delay"] for p in sim.network.projections])
    assert len(delays) == 200 * 50
    assert delays.min() == pytest.approx(0.5)
    assert delays.max() == pytest.approx(5.0)
    assert np.abs(delays * 10.0 - np.rint(delays * 10.0)).max() < 1e-12


def test_pulse_coupled_neurons_fire_at_the_rate_of_another_program():
    # 3.41 Hz with 100 outputs at any size, by a heap of phases; 7,000 spikes in anti-correlated trains: well within 2 %.
    net = pulse_coupled(2_000)
    sim = es.Simulator(net)
    sim.run(1_200.0)
    assert mean_rate(sim.spikes, net.populations, begin=200.0, end=1_200.0) == pytest.approx(3.411, rel=0.02)


def test_stored_synapses_are_stored():
    sim = es.Simulator(stored(10_000, n=100))
    assert sim.routing["synapses"] == 10_000


@pytest.mark.parametrize("rate", [1.0, 50.0])
def test_imposed_rate(rate):
    net = cases.imposed(1_000, 100, rate)
    sim = es.Simulator(net)
    duration = 5e3 / rate
    sim.run(duration)
    # 5,000 spikes: five standard deviations of a Poisson process
    assert mean_rate(sim.spikes, net.populations, begin=0.0, end=duration) == pytest.approx(rate, rel=0.07)


@pytest.mark.parametrize(("rate", "tolerance"), [(10.0, 0.3), (20.0, 0.15)])
def test_recurrent_network_fires_at_the_rate_of_theory(rate, tolerance):
    net = recurrent(2_000, 400, rate)
    sim = es.Simulator(net)
    sim.run(800.0)
    # Of three draws of this small network: 0.83 to 0.94 and 0.95 to 0.99 of it. Half the current, and it would be silent.
    assert mean_rate(sim.spikes, net.populations, begin=200.0, end=800.0) == pytest.approx(rate, rel=tolerance)


def test_recurrent_network_without_current_is_silent_and_without_noise_nothing_happens():
    driven, still = (es.Simulator(recurrent(500, 50, 0.0, noise)) for noise in (NOISE_RATE, 0.0))
    for sim in (driven, still):
        sim.run(200.0)
        assert len(sim.spikes) == 0
    assert driven.stats["drive_events"] == pytest.approx(500 * NOISE_RATE * 0.2, rel=0.05)  # 7 standard deviations
    assert still.stats["drive_events"] == still.stats["neuron_updates"] == 0


def test_line_goes_through_points_of_a_line_and_is_relative():
    x = np.array([1e6, 3e6, 1e7, 1e8])
    assert fitted(x, 0.1 + 3e-9 * x) == pytest.approx((0.1, 3e-9))
    # A tenth too much at either end changes both as much, relative to the line: what is small counts as much as what is large.
    intercept, slope = fitted([1.0, 1e3], [2.2, 1.1e3])
    assert intercept + slope == pytest.approx(2.2)
    assert intercept + 1e3 * slope == pytest.approx(1.1e3)


def test_results_page_is_made_of_the_newest_results():
    text = (RESULTS / "README.md").read_text()
    assert text == page(latest()) + beside_others()
    assert "## Time against rate\n" in text


@pytest.mark.parametrize("net", [vogels_abbott2005(scale=0.05), potjans_diesmann2014(scale=0.01)], ids=["shared", "individual"])
def test_exported_synapses_are_those_of_the_simulator(net):
    exported = np.rec.fromarrays(synapses(lower(net)[0]), names="pre,post,weight,delay")
    assert np.all(np.diff(exported.pre) >= 0)
    sim = es.Simulator(net)
    expected = []
    for p in net.projections:
        rows = sim.weights(p)
        expected.append(
            np.rec.fromarrays(
                [rows["pre"] + p.pre.first, rows["post"] + p.post.first, rows["weight"], rows["delay"]], names="pre,post,weight,delay"
            )
        )
    expected = np.concatenate(expected)
    assert len(exported) == len(expected)
    order = [np.lexsort((a["weight"], a["delay"], a["post"], a["pre"])) for a in (exported, expected)]
    for name in ("pre", "post", "weight", "delay"):
        assert np.array_equal(exported[name][order[0]], expected[name][order[1]])


def test_the_constant_current_is_part_of_the_exported_resting_potential(tmp_path):
    net = es.Network()
    net.population(3, es.LIFExp(tau_m=10.0, c_m=250.0, v_rest=-65.0, i_offset=100.0)).set(v=[-1.0, -2.0, -3.0])
    assert list(export(net, tmp_path)) == [0, 0, 0]
    assert '"v_rest": -61.0' in (tmp_path / "network.json").read_text()
    assert list(np.load(tmp_path / "v.npy")) == [-1.0, -2.0, -3.0]


def test_a_peer_that_is_missing_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv(peers.FOLDER, str(tmp_path))
    for peer in peers.PEERS.values():
        with pytest.raises(peers.PeerFailed, match="not installed in"):
            peers.run(peer, tmp_path, 0.0, 1.0)


def test_agreement_counts_until_the_first_error():
    class Spikes:
        time = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
        address = np.array([0, 1, 0, 1, 0])

    def agreement(times, addresses=Spikes.address):
        return session._agreement(Spikes, np.array(times), np.array(addresses), 0.1)["before_first_error"]

    assert agreement(Spikes.time) == 5
    assert agreement([1.0, 2.05, 3.0, 4.2, 5.0]) == 3  # late
    assert agreement([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1]) == 4  # one is missing
    assert agreement([1.0, 2.0, 2.5, 3.0, 4.0, 5.0], [0, 1, 1, 0, 1, 0]) == 2  # one too many


@pytest.mark.skipif(shutil.which("cc") is None and shutil.which("gcc") is None, reason="no C compiler")
def test_the_programs_in_c(monkeypatch, tmp_path):
    monkeypatch.setenv(peers.FOLDER, str(tmp_path))
    net = vogels_abbott2005(scale=0.05)
    out_degree = export(net, tmp_path / "network")
    addresses = np.array([0, 199, 5, 199])
    found = compiled.roofline(tmp_path / "network", addresses, repeats=1)
    assert found["deliveries"] == out_degree[addresses].sum()
    weights = np.where(addresses < 160, 0.25, -2.25)
    assert found["sum"] == pytest.approx(2.0 * (weights * out_degree[addresses]).sum())  # once with one weight, once with own
    assert compiled.heap(1_000, 100, 20_000)["rate_hz"] == pytest.approx(3.41, rel=0.02)
