"""The other simulators: where they are installed, and running them."""

import json
import math
import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

FOLDER = "EVENTSIM_PEERS"
TIMEOUT = 240.0  # s, of one run with its building


class Peer(NamedTuple):
    """Another simulator in one of its modes."""

    label: str
    environment: str  # folder of its virtual environment
    script: str
    mode: str
    exact: bool  # whether its spike times lie off the grid


PEERS = {
    "nest_ps": Peer("NEST, precise times", "nest", "run_nest.py", "ps", True),
    "nest_grid": Peer("NEST, 0.1 ms grid", "nest", "run_nest.py", "grid", False),
    "brian2": Peer("Brian2 C++, 0.1 ms grid", "brian2", "run_brian2.py", "grid", False),
}


class PeerFailed(Exception):
    """A peer is not installed, stopped with an error, or took too long: what to report in place of a figure."""


def folder():
    """Where the environments are."""
    return Path(os.environ.get(FOLDER) or Path.home() / ".cache" / "eventsim-peers")


def scratch():
    """Where compiled programs and exported networks go."""
    path = folder() / "scratch"
    path.mkdir(parents=True, exist_ok=True)
    return path


def python(peer):
    """The interpreter of a peer's environment."""
    return folder() / peer.environment / "bin" / "python"


def installed(peer):
    """Whether a peer can be run."""
    return python(peer).exists()


def run(peer, network, warm_up, duration, spikes="-", deadline=math.inf):
    """Run a peer on an exported network.

    Parameters
    ----------
    peer : Peer
    network : Path
        As `export.export` wrote it.
    warm_up, duration : float, ms
    spikes : Path or "-"
        Where to write the spikes.
    deadline : float, s
        Of `time.perf_counter()`: what would go on after it is left out.

    Returns
    -------
    dict
        With version, build_s, wall_s (list), cpu_s and spikes.

    Raises
    ------
    PeerFailed
    """
    if not installed(peer):
        raise PeerFailed(f"not installed in {folder()} (see benchmarks/against/README.md)")
    remaining = deadline - time.perf_counter()
    if remaining <= 0.0:
        raise PeerFailed("left out: time is up")
    command = [python(peer), Path(__file__).parent / peer.script, network, peer.mode, str(warm_up), str(duration), spikes]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}
    limit = min(TIMEOUT, remaining)
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, timeout=limit, env=environment)
    except subprocess.TimeoutExpired:
        raise PeerFailed(f"took more than {limit:.0f} s") from None
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not found:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["said nothing"]
        last = " ".join(lines[-3:])[-250:]
        raise PeerFailed(f"stopped: {last}")
    return json.loads(found[-1].removeprefix("RESULT "))
