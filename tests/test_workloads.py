"""Networks that speed is measured on, and what is handed to other simulators."""

import shutil

import numpy as np
import pytest

import eventsim as es
from benchmarks.against import bounded, cases, compiled, peers, session, tables
from benchmarks.against.export import export, synapses
from benchmarks.network.scaling import fitted
from benchmarks.networks import NOISE_RATE, recurrent
from benchmarks.report import RESULTS, beside_others, latest, page
from eventsim.analysis import mean_rate
from eventsim.bench import measure
from eventsim.lowering import lower
from eventsim.published import potjans_diesmann2014, vogels_abbott2005
from eventsim.workloads import SHORT, many_delays, pulse_coupled, sparse_adex, sparse_hodgkin_huxley, stored, workloads


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


@pytest.mark.parametrize("name", ["AdEx", "AdEx10", "COBA", "HH"])
def test_workloads_of_bounded_models_fire_as_expected(name):
    result = measure(workloads(quick=True)[name])
    assert result["correct"], result["rate_hz"]
    assert result["deliveries"] > 0


@pytest.mark.parametrize(
    ("net", "inputs"),
    [(sparse_adex(100, 0.1), 10), (sparse_adex(100, 0.3), 30), (sparse_hodgkin_huxley(50, 20), 20)],
    ids=["10", "30", "HH"],
)
def test_sparse_networks_have_the_inputs_they_should_and_no_two_currents_alike(net, inputs):
    sim = es.Simulator(net)
    sums = []
    for post in net.populations:
        rows = [sim.weights(p) for p in net.projections if p.post.population is post]
        received = np.concatenate([r["post"] for r in rows])
        assert np.array_equal(np.bincount(received, minlength=post.n), np.full(post.n, inputs))
        sums.append([r["weight"].sum() / post.n for r in rows])
    assert sums[0] == pytest.approx(sums[1])  # both populations receive the same
    if net["exc"].model.model.name == "AdEx":
        assert sums[0] == pytest.approx([32.0, -32.0])  # nS, whatever the number of inputs: 80 % of 40, 20 % of 160
    currents = np.concatenate([p.get("i_offset") for p in net.populations])
    assert len(np.unique(currents)) == net.size


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
    with pytest.raises(peers.PeerFailed, match="not installed in"):
        peers.Standing(peers.PEERS["brian2"], "run_brian2_bounded.py", [])


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


def _run(trains):
    pairs = sorted((t, a) for a, train in enumerate(trains) for t in train)
    return bounded.Run(np.array([t for t, _ in pairs]), np.array([a for _, a in pairs]), 1.0)


def test_errors_of_isolated_neurons_are_those_of_all_spikes_but_the_last():
    case = bounded.Case("", None, 100.0, (), True)
    truth = _run([[10.0, 20.0, 97.0], [15.0]])
    assert sorted(bounded.errors(truth, _run([[10.5, 20.0], [14.75]]), case)) == [0.0, 0.25, 0.5]  # what is beyond 95 ms may be missing
    assert bounded.errors(truth, _run([[10.5], [14.75]]), case) is None
    assert bounded.errors(truth, _run([[10.5, 20.0], []]), case) is None


def test_errors_of_a_network_are_those_of_the_first_spikes_of_the_first_neurons():
    case = bounded.Case("", None, 100.0, ())
    truth = _run([[10.0 + k, 50.0] for k in range(20)])
    found = [[10.0 + k, 60.0] for k in range(20)]
    found[0][0], found[1][0], found[2][0] = 10.5, 10.75, 13.0  # a tenth of 20 neurons are the first two
    assert sorted(bounded.errors(truth, _run(found), case)) == [0.25, 0.5]


def test_equal_accuracy_is_the_loosest_tolerance_that_is_no_worse_in_both_errors():
    entries = [{"tolerance": t, "median_ms": m, "largest_ms": w} for t, m, w in ((1e-3, 1.0, 2.0), (1e-4, 0.1, 3.0), (1e-6, 0.05, 0.5))]
    other = {"median_ms": 0.1, "largest_ms": 2.0}
    assert bounded.no_worse(entries, other)["tolerance"] == 1e-6
    assert bounded.no_worse(entries, other | {"largest_ms": 3.0})["tolerance"] == 1e-4
    assert bounded.no_worse(entries, other | {"median_ms": 0.01}) is None
    assert bounded.no_worse([{"tolerance": 1e-3, "failed": "spikes are missing"}, *entries], other)["tolerance"] == 1e-6


def test_ratios_at_equal_accuracy_are_of_medians():
    accuracy = {"median_ms": 1e-3, "largest_ms": 2e-3}
    peer = {**accuracy, "method": "rk4", "step_ms": 0.01, "agrees": True, "equal": "0.001", "wall_s": [2.0, 9.0, 1.0]}
    peer["own_wall_s"] = {"0.001": [0.5, 0.5, 7.0], "1e-09": [4.0, 3.0, 5.0]}
    case = {"duration_ms": 500.0, "own": [{"tolerance": 1e-3, **accuracy}]}
    cells = tables._at_equal_accuracy(case, peer)
    assert [cells[k] for k in (1, 2, 4, 5, 6, 7)] == ["4", "0.001", "1", "4", "8", "0.5"]
    disagreeing = tables._at_equal_accuracy(case, peer | {"agrees": False, "equal": None})
    assert disagreeing[2:6] == ["rates disagree", "-", "-", "-"]
    assert tables._at_equal_accuracy(case, {"failed": "not installed"})[0] == "not installed"


def test_what_brian2_reads_is_the_network(tmp_path):
    net = bounded.cases()["HHbrette"].build(1e-4)
    bounded.export(net, tmp_path, 60.0)
    arrays = np.load(tmp_path / "arrays.npz")
    neurons = 400
    assert arrays["post"].max() < neurons <= arrays["pre"].max() < net.size
    assert np.array_equal(arrays["initial_m"], np.concatenate([net[name].get("m") for name in ("exc", "inh")]))
    # 50 neurons, 500 ticks of 0.1 ms, 0.03 each: 750, standard deviation 27; five of them
    assert abs(len(arrays["source"]) - 750) < 135
    ticks = arrays["source_time"] / bounded.GRID
    assert np.abs(ticks - np.rint(ticks)).max() < 1e-9
    assert len(np.unique(np.rint(ticks) + 1e6 * arrays["source"])) == len(ticks)


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
