"""The two C programs: a scatter-add over the same rows, and event-based simulation with a heap of phases."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np

from .peers import PeerFailed, scratch

FLAGS = ("-O3", "-march=native")


def program(name):
    """Compile a C file beside this one; the executable."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise PeerFailed("no C compiler")
    source, target = Path(__file__).parent / f"{name}.c", scratch() / name
    done = subprocess.run([compiler, *FLAGS, source, "-o", target, "-lm"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerFailed(f"{source.name} does not compile: {done.stderr[-300:]}")
    return target


def roofline(network, addresses, repeats=3):
    """Deliveries per second of nothing but the additions that a list of spikes asks for, in the order of the spikes.

    Parameters
    ----------
    network : Path
        As `export.export` wrote it.
    addresses : int array
        Who spiked, in order.

    Returns
    -------
    dict
        Deliveries/s by "shared" (one weight a source) and "own" (a weight a synapse).
    """
    executable = program("roofline")
    pre, post, weight = (np.load(network / f"{name}.npy") for name in ("pre", "post", "weight"))
    n = len(np.load(network / "v.npy", mmap_mode="r"))
    rows = np.concatenate([[0], np.cumsum(np.bincount(pre, minlength=n))])
    files = []
    for name, array, kind in (
        ("rows", rows, np.int64),
        ("post", post, np.int32),
        ("weight", weight, np.float64),
        ("spikes", addresses, np.int32),
    ):
        files.append(scratch() / f"{name}.bin")
        array.astype(kind).tofile(files[-1])
    return _result([executable, str(n), *files, str(repeats)])


def heap(n, outputs, spikes, seed=1):
    """The algorithm of Engelken 2023 on the network of `eventsim.workloads.pulse_coupled`; a dict with its speed and rate."""
    return _result([program("sparse_heap"), str(n), str(outputs), str(spikes), str(seed)])


def _result(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, timeout=240.0)
    if done.returncode:
        raise PeerFailed(f"{Path(command[0]).name} stopped with {done.returncode}: {done.stderr[-300:]}")
    return json.loads(done.stdout)
