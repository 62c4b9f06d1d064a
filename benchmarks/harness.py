"""What all benchmarks share: checks, medians, the machine, results as JSON."""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

import eventsim as es
from eventsim import cli
from eventsim.engine.windowed.suits import examined
from eventsim.lowering import lower

RESULTS = Path(__file__).parent / "results"


class CheckFailed(Exception):
    """A benchmark's network does not do what it has to: its speed would mean nothing."""


def check(condition, message):
    """Stop the benchmark unless a condition holds."""
    if not condition:
        raise CheckFailed(message)


def check_close(value, expected, relative, what):
    """Stop the benchmark unless a value is as expected."""
    check(abs(value - expected) <= relative * abs(expected), f"{what} is {value:g}, expected {expected:g} within {100 * relative:g} %")


def check_poisson(count, mean, what):
    """Stop the benchmark unless a number of events is within six standard deviations of its mean."""
    check(abs(count - mean) <= 6.0 * mean**0.5, f"{what}: {count} events, expected {mean:.0f} +- {mean**0.5:.0f}")


def agree_with_reference(net, duration):
    """Stop the benchmark unless the compiled engines give the reference's spikes and potentials; the number of spikes.

    The sequential engine has to give its bits; the windowed one, where it takes the network, its spikes to 1e-9 ms.
    """
    compiled, reference = (es.Simulator(net, engine=engine) for engine in ("sequential", "reference"))
    for sim in (compiled, reference):
        sim.run(duration)
    a, b = compiled.spikes, reference.spikes
    check(len(a) == len(b), f"compiled engine: {len(a)} spikes, reference: {len(b)}")
    check(np.array_equal(a.time, b.time) and np.array_equal(a.address, b.address), "spikes differ from the reference's")
    for p in net.populations:
        if not p.is_source:
            check(np.array_equal(compiled.get(p, "v"), reference.get(p, "v")), f"potentials of {p.name!r} differ from the reference's")
    if examined(*lower(net))[0] is None:
        windowed = es.Simulator(net, engine="windowed")
        windowed.run(duration)
        c = windowed.spikes
        check(len(c) == len(b), f"windowed engine: {len(c)} spikes, reference: {len(b)}")
        close = np.array_equal(c.address, b.address) and np.allclose(c.time, b.time, rtol=0.0, atol=1e-9)
        check(close, "spikes of the windowed engine differ from the reference's")
    return len(a)


@dataclass
class Figure:
    """One measured quantity: the median of its runs."""

    name: str
    unit: str
    runs: list
    checked: str  # what was checked before, in words
    detail: dict = field(default_factory=dict)

    @property
    def value(self):
        """The median."""
        return statistics.median(self.runs)

    def line(self):
        """One line for the terminal."""
        spread = f"({min(self.runs):.4g} to {max(self.runs):.4g}, {len(self.runs)} runs)" if len(self.runs) > 1 else ""
        return f"{self.name:<46} {self.value:>10.4g} {self.unit:<24} {spread}"


def stretches(sim, duration, runs, warm_up=0.0):
    """Run on for several stretches; per stretch what it added to the counters, its wall and processor seconds: a list of dicts."""
    if warm_up:
        sim.run(warm_up)
    out = []
    before = sim.stats
    for _ in range(runs):
        begin = time.process_time()
        sim.run(duration)
        processor = time.process_time() - begin
        after = sim.stats
        keys = ("spikes", "source_spikes", "deliveries", "drive_events", "wall_s")
        out.append({key: after[key] - before[key] for key in keys} | {"processor_s": processor})
        before = after
    return out


def machine():
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load": [round(x, 2) for x in os.getloadavg()],
    }


def _processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions():
    """Of everything that decides a figure."""
    changed = "+" if _git("status", "--porcelain", "eventsim") else ""
    return {**cli.versions(), "commit": _git("rev-parse", "--short", "HEAD") + changed}


def _git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def main(group, benchmarks):
    """Run a group of benchmarks from the command line.

    Parameters
    ----------
    group : str
    benchmarks : dict from a name to a function (quick, runs) -> list of Figure
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{group}")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(benchmarks)}; default: all")
    parser.add_argument("--runs", type=int, default=5, help="runs per figure, of which the median counts (default 5)")
    parser.add_argument("--quick", action="store_true", help="small instances, to see that all is well; nothing is saved")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in benchmarks]
    if unknown:
        parser.error(f"no benchmark named {unknown[0]!r}; there are {', '.join(benchmarks)}")
    load_before, figures = machine(), []
    for name in options.names or benchmarks:
        try:
            measured = benchmarks[name](options.quick, max(1, options.runs))
        except CheckFailed as failure:
            sys.exit(f"{group} {name}: check failed: {failure}")
        for figure in measured:
            print(figure.line(), flush=True)
        figures += measured
    if not options.quick:
        print(f"written to {save(group, figures, load_before)}")


def save(group, figures, described):
    """Add figures to today's file of a group, replacing those of the same name; the file's name."""
    date = datetime.date.today().isoformat()
    path = RESULTS / f"{date}-{group}.json"
    kept = []
    if path.exists():
        new = {f.name for f in figures}
        kept = [f for f in json.loads(path.read_text())["figures"] if f["name"] not in new]
    entries = kept + [{**asdict(f), "value": f.value, **versions(), "machine": described} for f in figures]
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps({"group": group, "date": date, "figures": entries}, indent=1) + "\n")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
