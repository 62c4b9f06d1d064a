"""The other simulators: where they are installed, and running them."""

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

FOLDER = "EVENTSIM_PEERS"
RESULT = "RESULT "  # how the line begins in which a program answers
TIMEOUT = 240.0  # s, of one run with its building
AGREEING = 0.15  # relative difference of mean rates up to which speeds are compared (a grid alone makes 11 % in network C)


def say(text):
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


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
    command = _command(peer, peer.script, [network, peer.mode, warm_up, duration, spikes])
    limit = _limit(deadline)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit, env=_environment())
    except subprocess.TimeoutExpired:
        raise PeerFailed(f"took more than {limit:.0f} s") from None
    found = [line for line in done.stdout.splitlines() if line.startswith(RESULT)]
    if done.returncode or not found:
        raise PeerFailed(f"stopped: {_last_words(done.stderr or done.stdout)}")
    return json.loads(found[-1].removeprefix(RESULT))


class Standing:
    """A peer's program that builds once and then runs whenever it is told to, so that runs of others come in between.

    Parameters
    ----------
    peer : Peer
    script : str
        Reads lines from standard input; runs once for each, and answers with a line of JSON.
    arguments : list
    deadline : float, s
        Of `time.perf_counter()`.

    Raises
    ------
    PeerFailed
    """

    def __init__(self, peer, script, arguments, deadline=math.inf):
        command, self.limit = _command(peer, script, arguments), _limit(deadline)
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the program)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self.errors, text=True, env=_environment())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        self.errors.close()

    def again(self):
        """Run once, from the beginning; what the program answers, a dict."""
        timer = threading.Timer(self.limit, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write("run\n")
            self.process.stdin.flush()
            found = next((line for line in self.process.stdout if line.startswith(RESULT)), None)
        except BrokenPipeError:
            found = None
        finally:
            late = not timer.is_alive()
            timer.cancel()
        if found is None:
            if late:
                raise PeerFailed(f"took more than {self.limit:.0f} s")
            self.errors.seek(0)
            raise PeerFailed(f"stopped: {_last_words(self.errors.read())}")
        return json.loads(found.removeprefix(RESULT))


def _command(peer, script, arguments):
    if not installed(peer):
        raise PeerFailed(f"not installed in {folder()} (see benchmarks/against/README.md)")
    return [str(c) for c in (python(peer), Path(__file__).parent / script, *arguments)]


def _limit(deadline):
    remaining = deadline - time.perf_counter()
    if remaining <= 0.0:
        raise PeerFailed("left out: time is up")
    return min(TIMEOUT, remaining)


def _environment():
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}


def _last_words(text):
    lines = text.strip().splitlines() or ["said nothing"]
    return " ".join(lines[-3:])[-250:]
