"""Memory: bytes a synapse, threads that build, and a billion synapses, stored or drawn again; each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from ..harness import Figure, check, check_close, check_poisson
from .measure import CASES, DEGREE

BYTES = {"shared": 4, "float32 weights": 8, "float64 weights": 12, "float64 weights and delays": 20}


def storing(quick, runs):
    """Bytes a synapse, final and at the peak, and seconds to build 10**8 synapses, by what is individual and by threads."""
    neurons = 10_000 if quick else 100_000
    figures = []
    for case, expected in BYTES.items():
        for threads in (1, 2):
            measured = [_measured(case, neurons, threads, 0.0) for _ in range(min(runs, 3))]
            n = measured[0]["stored"]
            check_poisson(n, DEGREE * neurons, f"{case}: synapses")
            check(all(m["stored"] == n for m in measured), f"{case}: runs differ in their synapses")
            checked = "number of synapses; bytes a synapse but for what goes with neurons"
            name = f"10^{len(str(DEGREE * neurons)) - 1} synapses, {case}, {threads} thread{'s' if threads > 1 else ''}"
            figures.append(Figure(f"building {name}", "s", [m["build_s"] for m in measured], checked))
            if threads == 1:
                own = (measured[0]["final"] - 200.0 * neurons) / n
                check(own < expected, f"{case}: {own:.2f} bytes a synapse, expected {expected}")
                figures.append(Figure(f"{name}: final", "bytes/synapse", [m["final"] / n for m in measured], checked))
                figures.append(Figure(f"{name}: peak", "bytes/synapse", [(m["peak"] - m["before"]) / n for m in measured], checked))
    return figures


def billion(quick, runs):
    """A million neurons with a billion synapses that share weights and delays by type."""
    return _billion("shared", quick, 8.0)


def billion_procedural(quick, runs):
    """The same, drawn again whenever their source spikes."""
    return _billion("procedural", quick, 1.0)


def _billion(case, quick, most):
    neurons, duration = (20_000, 300.0) if quick else (1_000_000, 300.0)
    m = _measured(case, neurons, 2, duration)
    check_close(m["rate_hz"], 1.19, 0.3 if quick else 0.1, f"{case}: mean rate (Hz)")
    check_close(m["deliveries"], m["rate_hz"] * 1e-3 * duration * neurons * DEGREE, 0.05, f"{case}: deliveries")
    check(m["peak"] <= most * 2**30, f"{case}: {m['peak'] / 2**30:.2f} GiB at the peak, at most {most:g} expected")
    name, checked = f"{neurons:,} neurons, {m['synapses']:.0e} synapses, {case}", "mean rate; number of deliveries; peak"
    return [
        Figure(f"{name}: building, 2 threads", "s", [m["build_s"]], checked, m),
        Figure(f"{name}: peak", "GiB", [m["peak"] / 2**30], checked),
        Figure(f"{name}: wall per simulated second", "s", [m["run_s"] / duration * 1e3], checked),
    ]


def _measured(case, neurons, threads, duration):
    """What `measure` prints, in a process of its own."""
    check(case in CASES, f"no case named {case!r}")
    root = Path(__file__).parent.parent.parent
    arguments = [case, str(neurons), str(threads), str(duration)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory.measure", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    check(done.returncode == 0, f"{case}: {done.stderr.strip()}")
    return json.loads(done.stdout)


BENCHMARKS = {"storing": storing, "billion": billion, "billion_procedural": billion_procedural}
