"""Networks that speed is measured on, and what is handed to other simulators."""

import shutil

import numpy as np
import pytest

import eventsim as es
from benchmarks.against import cases, compiled, peers, session
from benchmarks.against.export import export, synapses
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
