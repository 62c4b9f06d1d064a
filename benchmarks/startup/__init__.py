"""What a user waits for: the import, the first result on a cold cache and on a warm one."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..harness import Figure, check

IMPORT = "import time; begin = time.perf_counter(); import eventsim; print(time.perf_counter() - begin)"


def importing(quick, runs):
    """Seconds that `import eventsim` takes."""
    seconds = [float(_python("-c", IMPORT)[0]) for _ in range(runs)]
    numba_free = _python("-c", "import sys, eventsim; print('numba' in sys.modules, 'matplotlib' in sys.modules)")[0]
    check(numba_free.split() == ["False", "False"], "importing eventsim imports numba or matplotlib")
    return [Figure("import eventsim", "s", seconds, "imports neither numba nor matplotlib")]


def first_result(quick, runs):
    """Seconds from starting Python to the spikes of a small network, compiled code being there or not."""
    cold, warm = [], []
    for _ in range(1 if quick else min(runs, 3)):
        with tempfile.TemporaryDirectory() as cache:
            results = {_small(cache, cold), *(_small(cache, warm) for _ in range(runs))}
            check(len(results) == 1, f"runs differ: {results}")
    first, spikes, equal = next(iter(results)).split()
    check(first == "4.700036292457356", f"first spike at {first} ms, expected 4.700036292457356")
    check(int(spikes) > 0 and equal == "True", "the compiled engine's spikes differ from the reference's")
    checked = "closed-form first spike; a random network's spikes equal to the reference's; the same in every run"
    return [Figure("first result, cold cache", "s", cold, checked), Figure("first result, warm cache", "s", warm, checked)]


def _small(cache, seconds):
    """Run the small network with compiled code kept in a folder; note the seconds (without the check); what it printed."""
    out, wall = _python("-m", "benchmarks.startup.small", NUMBA_CACHE_DIR=cache)
    result, checking = out.rsplit(maxsplit=1)
    seconds.append(wall - float(checking))
    return result


def _python(*arguments, **environment):
    """What a new interpreter printed, and its wall seconds."""
    root = Path(__file__).parent.parent.parent
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    wall = time.perf_counter() - begin
    check(done.returncode == 0, done.stderr.strip())
    return done.stdout.strip(), wall


BENCHMARKS = {"import": importing, "first_result": first_result}
