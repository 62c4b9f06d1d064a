"""Checkpoints: bit for bit, whole at any moment, and nothing in them that could be run."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import eventsim as es
from eventsim.neurons import ALL_MODELS, RANDOM_MODELS

from ..learning import RESTLESS
from .running import assert_same_spikes, assert_same_states, simulator, states


def eventful(seed=3):
    """A network with everything a checkpoint has to hold: see the assertions in `test_moment_is_eventful`."""
    net = es.Network(seed=seed)
    a = net.population(30, es.LIF(tau_m=es.Uniform(8.0, 20.0), t_ref=3.0, v_rest=es.Normal(-51.0, 1.0)), name="a")
    b = net.population(20, es.LIFExp(t_ref=2.0, i_offset=600.0), name="b")
    c = net.population(5, es.LIFExp(tau_syn=[1.0, 5.0, 20.0], i_offset=700.0), name="c")
    a.set(v=es.Uniform(-60.0, -50.0))
    noise = net.population(10, es.Poisson(80.0), name="noise")
    stim = net.population(4, es.SpikeSource([[1.0, 30.0], [12.5], [], [45.0]]), name="stim")
    net.connect(a, b, es.FixedProbability(0.3), weight=es.Normal(80.0, 40.0), delay=es.Uniform(0.5, 25.0))
    net.connect(b, a, es.FixedInDegree(4), weight=-1.0, delay=1.5)
    net.connect(noise, a, es.FixedOutDegree(5), weight=2.0, delay=10.0)
    net.connect(b, c, es.AllToAll(), weight=30.0, delay=es.Exponential(8.0), receptor=2)
    net.connect(stim, b, es.AllToAll(), weight=500.0, delay=0.0, label="stimulus")
    net.drive(a, 400.0, 0.8)
    net.drive(b[5:], np.linspace(0.0, 900.0, 15), 60.0)
    return net


def prepared(engine, until=20.0):
    """A simulator in the midst of things, with spikes from outside still to come."""
    sim = simulator(eventful(), engine=engine)
    sim.inject([21.0, 33.0], sim.network["stim"].addresses[2:])
    sim.run(until=until)
    sim.set(sim.network["a"][:3], v=[-50.5, -40.0, -55.0])
    return sim


def test_moment_is_eventful():
    sim = prepared("reference")
    kept = sim._engine.arrays()
    assert len(kept["events"]) > 50  # in flight
    assert len(kept["emissions"]) > 10  # given, injected and drawn spikes of sources
    assert (kept["cells"][:, 2] > 20.0).sum() > 3  # refractory
    assert kept["bins"].min() > 0  # drives have begun
    assert len(sim.spikes) > 30


def test_restored_simulator_goes_on_bit_for_bit(engine, tmp_path):
    straight = simulator(eventful(), engine=engine)
    straight.inject([21.0, 33.0], straight.network["stim"].addresses[2:])
    straight.run(until=20.0)
    straight.set(straight.network["a"][:3], v=[-50.5, -40.0, -55.0])
    saved = prepared(engine)
    saved.save(tmp_path / "run.npz")
    restored = es.Simulator.load(tmp_path / "run.npz")
    assert restored.now == 20.0
    assert_same_states(states(restored), states(saved))
    assert_same_spikes(restored.spikes, saved.spikes)
    for sim in (straight, saved, restored):
        sim.run(until=60.0)
    assert len(straight.spikes) > 150
    for sim in (saved, restored):
        assert_same_spikes(sim.spikes, straight.spikes)
        assert_same_states(states(sim), states(straight))
    for counter in ("spikes", "source_spikes", "deliveries", "drive_events", "neuron_updates"):
        assert restored.stats[counter] == straight.stats[counter]


def test_both_engines_checkpoints_lead_to_the_same_spikes(tmp_path):
    ends = []
    for engine in ("reference", "sequential"):
        prepared(engine).save(tmp_path / engine)
        sim = es.Simulator.load(tmp_path / engine)
        assert sim.stats["engine"] == engine
        sim.run(until=50.0)
        ends.append(sim.spikes)
    assert_same_spikes(*ends)


def test_checkpoints_between_any_two_milliseconds_change_nothing(engine, tmp_path):
    straight = prepared(engine, until=4.0)
    sim = prepared(engine, until=4.0)
    for stop in np.linspace(5.0, 40.0, 12):
        straight.run(until=stop)
        sim.run(until=stop)
        sim.save(tmp_path / "again")
        sim = es.Simulator.load(tmp_path / "again")
    assert len(sim.spikes) > 100
    assert_same_spikes(sim.spikes, straight.spikes)
    assert_same_states(states(sim), states(straight))


def test_restored_simulator_can_do_what_the_saved_one_could(engine, tmp_path):
    saved = prepared(engine)
    net = saved.network
    saved.save(tmp_path / "run")
    restored = es.Simulator.load(tmp_path / "run")
    for name in ("tau_m", "v_rest", "t_ref"):
        assert restored.get(net["a"], name).tolist() == saved.get(net["a"], name).tolist()
    for projection in net.projections:
        assert len(saved.weights(projection)) >= 50
        assert (restored.weights(projection) == saved.weights(projection)).all()
    for sim in (saved, restored):
        sim.inject(25.0, net["stim"].addresses[0])
        sim.set(net["b"][::2], v=-52.0, i_exc=300.0)
        trace = sim.record("v", net["c"], at=[22.0, 26.0])
        sim.run(until=lambda sim: sim.now > 30.0)
        assert np.isfinite(trace.value).all()
    assert restored.now == saved.now
    assert_same_spikes(restored.spikes.of(net["b"]), saved.spikes.of(net["b"]))
    assert restored.spikes.of(restored.network["stim"]).local.tolist() == saved.spikes.of(net["stim"]).local.tolist()


def test_a_predicate_may_save(engine, tmp_path):
    sim = simulator(eventful(), engine=engine)
    sim.run(until=lambda sim: sim.save(tmp_path / "run") or sim.now > 10.0)
    restored = es.Simulator.load(tmp_path / "run")
    assert restored.now == sim.now
    for one in (sim, restored):
        one.run(until=40.0)
    assert_same_spikes(restored.spikes, sim.spikes)


def test_parameters_as_saved_not_as_later_set(tmp_path):
    net = eventful()
    sim = simulator(net, engine="reference")
    before = sim.get(net["a"], "tau_m").tolist()
    net["a"].set(tau_m=1.0)
    net.population(3, es.LIF(), name="late")
    sim.save(tmp_path / "run")
    restored = es.Simulator.load(tmp_path / "run")
    assert restored.get(restored.network["a"], "tau_m").tolist() == before
    assert [p.name for p in restored.network.populations] == ["a", "b", "c", "noise", "stim"]


_PLAIN = {**os.environ, "EVENTSIM_JIT": "0"}


# -- the file ---------------------------------------------------------------------------------------------------------


def test_no_pickle_in_the_file(engine, tmp_path):
    prepared(engine).save(tmp_path / "run")
    with zipfile.ZipFile(tmp_path / "run") as archive:
        assert archive.testzip() is None
        members = archive.namelist()
        assert "header.npy" in members
        for member in members:
            data = archive.read(member)
            assert data.startswith(b"\x93NUMPY")  # the format of plain arrays
            assert not np.load(io.BytesIO(data), allow_pickle=False).dtype.hasobject


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.99, 0.9999])
def test_truncated_file_is_refused(share, tmp_path):
    path = tmp_path / "run"
    prepared("reference").save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(es.FormatError, match="not a whole eventsim checkpoint"):
        es.Simulator.load(path)


def test_flipped_bits_are_refused_or_harmless(tmp_path):
    path = tmp_path / "run"
    sim = prepared("reference")
    sim.save(path)
    sim.run(until=25.0)
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    refused = 0
    for at in rng.integers(0, len(whole), 60):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            restored = es.Simulator.load(path)
        except es.FormatError:
            refused += 1
            continue
        restored.run(until=25.0)  # the bit was in padding, or in a field of the archive that nobody reads
        assert_same_spikes(restored.spikes, sim.spikes)
    assert refused > 40


def test_another_layout_is_refused_by_name(tmp_path):
    path = tmp_path / "run"
    prepared("sequential").save(path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["state.counters"] = arrays["state.counters"].astype(np.int32)
    with open(path, "wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(es.FormatError, match=r"state\.counters must have 1 dimensions of int64, got 1 of int32"):
        es.Simulator.load(path)


def test_another_version_is_refused(tmp_path):
    path = tmp_path / "run"
    prepared("sequential").save(path)
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(arrays["header"].tobytes())
    arrays["header"] = np.frombuffer(json.dumps(header | {"version": 3}).encode(), np.uint8)
    with open(path, "wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(es.FormatError, match=rf"has version 3 of the checkpoint format, this eventsim reads version {header['version']}"):
        es.Simulator.load(path)


@pytest.mark.parametrize("rates", [{"pre_rates": ("slow", "fast")}, {"pre_rates": ("fast", None)}, {"pre_rates": None}, {"flow": None}])
def test_a_rule_that_has_changed_is_refused(rates, tmp_path):
    net = es.Network(seed=1)
    cells = net.population(2, es.LIF(), name="cells")
    net.connect(cells, cells, es.AllToAll(), synapse=RESTLESS(1.0, 1.0))
    es.Simulator(net, engine="sequential").save(tmp_path / "run")
    es.Simulator.load(tmp_path / "run", rules=[RESTLESS])
    with pytest.raises(es.FormatError, match="synapses of rule Restless have other variables or rates in the checkpoint than in this rule"):
        es.Simulator.load(tmp_path / "run", rules=[replace(RESTLESS, **rates)])


def test_saving_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "run.checkpoint"
    sim = prepared("reference")
    sim.save(str(path))
    first = path.stat().st_size
    sim.run(until=60.0)
    sim.save(path)
    assert os.listdir(tmp_path) == ["run.checkpoint"]
    assert path.stat().st_size != first
    assert es.Simulator.load(path).now == 60.0


def test_a_failure_on_the_way_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "run"
    sim = prepared("reference")
    sim.save(path)
    old = path.read_bytes()
    sim.run(until=30.0)

    def full(*arguments, **keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        sim.save(path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["run"]


# Without compiled code the child starts soon.
_SAVE_FOR_EVER = """
import sys
import numpy as np
import eventsim as es
from eventsim.neurons import ALL_MODELS
net = es.Network(seed=1)
a = net.population(200, es.LIF(), name="a")
net.connect(a, a, es.AllToAll(), weight=np.arange(40000.0), delay=1.0)
sim = es.Simulator(net, engine="reference")
sim.run(until=1.0)
sim.save(sys.argv[1])
print("saved", flush=True)
while True:
    sim.run(1.0)
    sim.save(sys.argv[1])
"""


@pytest.mark.parametrize("times", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_kill_at_any_moment_leaves_a_whole_file(times, tmp_path):
    path = tmp_path / "run"
    rng = np.random.default_rng(4)
    for _ in range(times):
        child = subprocess.Popen([sys.executable, "-c", _SAVE_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True, env=_PLAIN)
        assert child.stdout.readline() == "saved\n"
        time.sleep(rng.uniform(0.0, 0.15))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        sim = es.Simulator.load(path)
        assert sim.now == int(sim.now) >= 1.0
        sim.run(1.0)


def test_files_of_another_folder_and_relative_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sim = prepared("reference")
    sim.save("here")
    assert es.Simulator.load(Path("here")).now == sim.now


def test_the_network_of_a_loaded_simulator_is_not_simulated_again(tmp_path):
    """It names populations, but has no connections: a second simulator of it would be silent without a word."""
    net = es.Network()
    net.population(2, es.LIF())
    es.Simulator(net).save(tmp_path / "run.npz")
    with pytest.raises(es.ParameterError, match="loaded simulator"):
        es.Simulator(es.Simulator.load(tmp_path / "run.npz").network)


@pytest.mark.parametrize("model", ALL_MODELS + RANDOM_MODELS, ids=lambda m: f"{m.name}-{len(m.ports)}")
def test_every_model_is_known_by_its_name(model, tmp_path):
    net = es.Network()
    net.population(2, model(i_offset=1000.0))
    sim = es.Simulator(net, engine="reference")
    sim.run(50.0)
    sim.save(tmp_path / "a.npz")
    restored = es.Simulator.load(tmp_path / "a.npz")
    sim.run(50.0)
    restored.run(50.0)
    assert len(sim.spikes) == len(restored.spikes) >= 2
    np.testing.assert_array_equal(sim.spikes.time, restored.spikes.time)
