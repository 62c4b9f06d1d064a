"""What only another process shows: Ctrl-C, the progress bar, plain Python, and the cache of compiled code."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import eventsim as es

from ..learning import busy_synapses
from .test_running import busy

ROOT = Path(es.__file__).parent.parent


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "EVENTSIM_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def python(code, folder=ROOT, **variables):
    """What code prints in a fresh process that imports the package of a folder: (the JSON of its last line, stderr)."""
    variables = environment(**{"PYTHONPATH": str(folder), **variables})
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, env=variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


# -- Ctrl-C -----------------------------------------------------------------------------------------------------------

_INTERRUPTED = """
import sys, time
from tests.engine.running import *
from tests.engine.test_running import busy
engine, how = sys.argv[1:]
sim = simulator(busy(), engine=engine)
sim.run(1.0)
print("running", flush=True)
try:
    if how == "duration":
        sim.run(1e9)
    else:
        sim.run(until=lambda sim: False)
except KeyboardInterrupt:
    print("stopped", flush=True)
    other = simulator(busy(), engine=engine)
    other.run(until=sim.now)
    assert 1.0 < sim.now < 1e9
    assert len(sim.spikes) > 10
    assert_same_spikes(sim.spikes, other.spikes)
    for one in (sim, other):
        one.run(until=one.now + 10.0)
    assert_same_spikes(sim.spikes, other.spikes)
    assert_same_states(states(sim), states(other))
    print("equal", flush=True)
"""


@pytest.mark.parametrize("how", ["duration", "predicate"])
def test_interrupt_stops_between_events_and_nothing_is_lost(engine, how):
    command = [sys.executable, "-c", _INTERRUPTED, engine, how]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment())
    assert child.stdout.readline() == "running\n"
    time.sleep(0.4)
    pressed = time.perf_counter()
    child.send_signal(signal.SIGINT)
    assert child.stdout.readline() == "stopped\n"
    assert time.perf_counter() - pressed < 2.0
    out, errors = child.communicate()
    assert out == "equal\n", errors
    assert child.returncode == 0


def test_interrupt_handler_is_the_users_again_afterwards():
    before = signal.getsignal(signal.SIGINT)
    sim = es.Simulator(busy(), engine="reference")
    sim.run(1.0)
    with pytest.raises(es.SimulationError):
        sim.run(until=lambda sim: sim.run(1.0))
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupt_from_within_a_predicate_is_heard(engine):
    sim = es.Simulator(busy(), engine=engine)

    def press(sim):
        signal.raise_signal(signal.SIGINT)
        return False

    with pytest.raises(KeyboardInterrupt):
        sim.run(until=press)
    now = sim.now
    assert len(set(sim.spikes.time.tolist())) == 1
    sim.run(5.0)
    assert sim.now == now + 5.0


# -- progress ---------------------------------------------------------------------------------------------------------


def test_progress_is_drawn_on_standard_error_and_wiped_away(capsys):
    sim = es.Simulator(busy(), engine="reference")
    sim.run(until=lambda sim: time.sleep(0.02) or sim.now > 15.0, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.split("\r")
    shown = [line for line in lines if line.strip()]
    assert shown
    assert all(" ms, " in line for line in shown)
    assert not lines[-2].strip()
    assert err.endswith("\r")


def test_progress_towards_an_end_grows(capsys):
    sim = es.Simulator(busy(), engine="reference")
    sim.run(60.0, progress=True)
    shares = [int(line.split("]")[1].split("%")[0]) for line in capsys.readouterr().err.split("\r") if "[" in line]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 100


def test_nothing_is_drawn_unasked(capsys):
    es.Simulator(busy(), engine="reference").run(20.0)
    assert capsys.readouterr() == ("", "")


# -- plain Python -----------------------------------------------------------------------------------------------------

_SPIKES = """
import json, sys
import eventsim as es
from tests.engine.test_running import busy
net = busy()
sim = es.Simulator(net, record_spikes=net.populations)
sim.run(15.0)
print(json.dumps([[t.hex() for t in sim.spikes.time.tolist()], sim.spikes.address.tolist(), "numba" in sys.modules]))
"""


def test_plain_python_gives_the_compiled_spikes():
    net = busy()
    sim = es.Simulator(net, record_spikes=net.populations)
    sim.run(15.0)
    (times, addresses, numba), _ = python(_SPIKES, EVENTSIM_JIT="0")
    assert not numba
    assert len(times) == len(sim.spikes) > 30
    assert addresses == sim.spikes.address.tolist()
    assert times == [t.hex() for t in sim.spikes.time.tolist()]


_WEIGHTS = """
import json
import eventsim as es
from tests.learning import busy_synapses
net = busy_synapses()
sim = es.Simulator(net, engine="sequential")
sim.run(60.0)
print(json.dumps([[w.hex() for w in sim.weights(j)["weight"].tolist()] for j in net.projections]))
"""


def test_plain_python_gives_the_compiled_weights():
    plain, _ = python(_WEIGHTS, EVENTSIM_JIT="0")
    net = busy_synapses()
    for engine in ("sequential", "reference"):
        sim = es.Simulator(net, engine=engine)
        sim.run(60.0)
        assert len(sim.spikes) > 20
        assert plain == [[w.hex() for w in sim.weights(j)["weight"].tolist()] for j in net.projections]


# -- the cache of compiled code ---------------------------------------------------------------------------------------

_DRAWN = """
import json
import eventsim as es
net = es.Network(seed=1)
a = net.population(500, es.LIF())  # fewer would be drawn in plain Python
j = net.connect(a, a, es.FixedProbability(0.01), weight=1.0, delay=1.0)
print(json.dumps(es.Simulator(net, engine="reference").weights(j)[["pre", "post"]].tolist()))
"""
_FIRST_SPIKE = """
import json
import eventsim as es
net = es.Network(seed=1)
net.population(1, es.LIF(tau_m=10.0, r_m=0.04, i_offset=1000.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0))
sim = es.Simulator(net)
sim.run(6.0)
trace = sim.spikes.time.tolist() + sim.get(net.populations[0], "v").tolist()
print(json.dumps(trace))
"""


def copied(folder):
    """A copy of the package without anything cached."""
    shutil.copytree(ROOT / "eventsim", folder / "eventsim", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def unwritable(folder):
    """Make every place in which numba would keep compiled code impossible, for root too: files where folders should be."""
    for path in [folder / "eventsim", *(folder / "eventsim").rglob("*")]:
        if path.is_dir():
            (path / "__pycache__").write_text("")
    nowhere = folder / "nowhere"
    nowhere.write_text("")
    return {name: str(nowhere / "x") for name in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR")}


def edited(folder, name, old, new):
    path = folder / "eventsim" / name
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("code", [_DRAWN, pytest.param(_FIRST_SPIKE, marks=pytest.mark.slow)])
def test_unwritable_cache_is_survived(code, tmp_path):
    folder = copied(tmp_path)
    found, errors = python(code, folder, **unwritable(folder))
    expected, _ = python(code)
    assert len(expected) > 1
    assert found == expected
    assert "NUMBA_CACHE_DIR" in errors  # it says so, and what helps


@pytest.mark.parametrize(
    ("code", "name", "old", "new"),
    [
        (_DRAWN, "numerics/random.py", "_TO_UNIT = 2.0**-53", "_TO_UNIT = 2.0**-54"),
        pytest.param(_FIRST_SPIKE, "numerics/propagators.py", "return z - z2 * (a", "return 2.0 * z - z2 * (a", marks=pytest.mark.slow),
        pytest.param(_FIRST_SPIKE, "neurons/lif.py", "return c.tau_m * math.log1p(", "return 2.0 * c.tau_m * math.log1p(", marks=pytest.mark.slow),
    ],
    ids=["random", "propagators", "model"],
)  # fmt: skip
def test_edited_sources_are_compiled_anew(code, name, old, new, tmp_path):
    """numba's own cache does not see edits in files that a function calls into, and would return the old results."""
    folder = copied(tmp_path)
    before, _ = python(code, folder)
    assert python(code, folder)[0] == before
    edited(folder, name, old, new)
    after, _ = python(code, folder)
    assert after != before
    edited(folder, name, new, old)
    assert python(code, folder)[0] == before


@pytest.mark.parametrize("engine", ["sequential", "reference"])
def test_ctrl_c_is_heard_in_a_driven_run_without_spikes(engine):
    """Background drive is applied in runs that may never end in a spike: they pause too."""
    net = es.Network(seed=1)
    neurons = net.population(50, es.LIF())
    net.drive(neurons, 1000.0, 0.001)
    whole = es.Simulator(net, engine=engine)
    whole.run(1.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(1.0)
    begin = time.perf_counter()
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        sim.run(1e7)
    assert time.perf_counter() - begin < 10.0
    assert 1.0 < sim.now < 1e7
    end = math.ceil(sim.now) + 1.0
    for each in (sim, whole):
        each.run(until=end)
    np.testing.assert_array_equal(sim.get(neurons, "v"), whole.get(neurons, "v"))
