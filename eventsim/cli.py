"""The command line: `eventsim demo`, `eventsim bench`, `eventsim info`; the same as `python -m eventsim`.

What is slow to import (numba, matplotlib) is imported by the command that needs it.
"""

import argparse
import math
import os
import platform
import sys
import warnings
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from . import __version__
from ._extras import installation
from .errors import EventsimError, ParameterError

ERROR, INTERRUPTED, BROKEN_PIPE = 2, 130, 141  # the last two as a shell reports a death by SIGINT and SIGPIPE
WALL_PER_MODEL_TIME = "Wall/model time: seconds of wall time per second of model time."


def main(arguments=None):
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        Exit code: 0, 1 where a benchmark's check fails, 2 on an error, 130 on Ctrl-C.
    """
    before = warnings.showwarning
    warnings.showwarning = lambda message, *_, **__: print(f"eventsim: warning: {message}", file=sys.stderr)
    try:
        try:
            options = _parser().parse_args(arguments)
            return options.command(options)
        finally:
            sys.stdout.flush()  # here, where a closed pipe is expected, not at the exit of the interpreter
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read has gone; the interpreter must not try to flush into the pipe once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (EventsimError, OSError) as error:
        print(f"eventsim: error: {error}", file=sys.stderr)
        return ERROR
    finally:
        warnings.showwarning = before


def _parser():
    parser = argparse.ArgumentParser(
        prog="eventsim",
        description="Exact, event-driven simulation of spiking neural networks.",
        epilog="examples:\n  eventsim demo\n  eventsim bench --quick --json results.json\n  eventsim info",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"eventsim {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    demo = _command(
        commands,
        "demo",
        run_demo,
        "run two published networks and draw them",
        "Run Brunel's network of 12,500 neurons and the Vogels-Abbott network of 4,000, compare their rates with what is expected, "
        "and draw rasters.",
        "eventsim demo\n  eventsim demo --panel B --duration 300 --output fast.png\n  eventsim demo --scale 0.2 --no-plot",
    )
    demo.add_argument("--panel", choices="ABCD", default="C", help="state of Brunel's network, figure 8 of the paper (default: C)")
    demo.add_argument("--duration", type=_duration, default=200.0, metavar="MS", help="of Brunel's network, ms (default: 200)")
    demo.add_argument("--scale", type=_scale, default=1.0, metavar="X", help="size of Brunel's network, 0.01 to 1 (default: 1)")
    demo.add_argument("--seed", type=_seed, default=1, help="of connections, initial states and noise (default: 1)")
    demo.add_argument(
        "--output", type=Path, default=Path("eventsim-demo.png"), metavar="FILE", help="picture (default: ./eventsim-demo.png)"
    )
    demo.add_argument("--no-plot", action="store_true", help="draw nothing")

    bench = _command(
        commands,
        "bench",
        run_bench,
        "measure the speed on this machine",
        "Run a few workloads and print their speed. The rates are checked first: a run that is wrong gets no figure, and the exit code is 1.",
        "eventsim bench\n  eventsim bench --quick\n  eventsim bench A400k S1M --threads 1,2\n  eventsim bench --json - | python -m json.tool",
    )
    bench.epilog = f"workloads:\n{_workloads()}\n\n{bench.epilog}"
    bench.add_argument("names", nargs="*", metavar="NAME", help="workloads, such as A B C D S P Z (default: those)")
    bench.add_argument("--threads", type=_threads, default=[1], metavar="N[,N]", help="numbers of threads, such as 1,2 (default: 1)")
    bench.add_argument("--quick", action="store_true", help="smaller and shorter: a few seconds each")
    bench.add_argument("--seed", type=_seed, default=1, help="of connections, initial states and noise (default: 1)")
    bench.add_argument("--json", metavar="FILE", help="write the results as JSON; '-': to standard output, instead of the table")

    _command(
        commands,
        "info",
        run_info,
        "show versions, the cache of compiled code, cores",
        "Show what this installation consists of: paste it into a bug report.",
        "eventsim info\n  NUMBA_CACHE_DIR=/tmp/cache eventsim info",
    )
    return parser


def _workloads():
    from .workloads import ABOUT, SHORT

    width = max(map(len, ABOUT))
    return "\n".join(f"  {name:<{width}}  {about}{'' if name in SHORT else ' *'}" for name, about in ABOUT.items()) + (
        "\n  * only where it is named; with --quick all are smaller or shorter"
    )


def _command(commands, name, function, summary, description, examples):
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=f"examples:\n  {examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=function)
    return parser


def _argument(kind, low, high, what):
    """A converter for argparse, which words the message."""

    def convert(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be {what}, got {text!r}")
        return value

    return convert


_duration = _argument(float, 10.0, 1e7, "a time of 10 ms or more")
_scale = _argument(float, 0.01, 1.0, "between 0.01 and 1")
_thread = _argument(int, 1, 1024, "whole numbers from 1 on, such as 1,2")
_seed = _argument(int, 0, 2**64 - 1, "a whole number in [0, 2**64)")


def _threads(text):
    return [_thread(part) for part in text.split(",")]


# -- demo --------------------------------------------------------------------------------------------------------------


class Result(NamedTuple):
    """A network that has been run for the demo."""

    name: str
    network: object
    spikes: object
    duration: float  # ms
    rate: float  # Hz
    expected: str
    cv: float
    stats: dict


def run_demo(options):
    """Two published networks: build, run, compare, draw."""
    from .published import brunel2000, brunel2000_mean_field, vogels_abbott2005

    draw = None if options.no_plot else _drawing(options.output)
    print(f"eventsim {__version__}: two published networks, exact spike times, no time step\n")
    results = [
        _run(
            f"Brunel 2000 {options.panel}",
            brunel2000(options.panel, seed=options.seed, scale=options.scale),
            options.duration,
            f"{brunel2000_mean_field(options.panel, options.scale):.2f} mean field",
        ),
        _run("Vogels-Abbott", vogels_abbott2005(seed=options.seed), 2.5 * options.duration, "9.4-9.6 other simulators"),
    ]
    rows = [
        (
            r.name,
            r.stats["engine"],
            f"{r.rate:.2f}",
            r.expected,
            f"{r.cv:.2f}",
            f"{r.stats['spikes']:,}",
            large(r.stats["deliveries"]),
            large(r.stats["drive_events"]),
            large((r.stats["deliveries"] + r.stats["drive_events"]) / r.stats["wall_s"]),
            f"{r.stats['wall_s'] / (1e-3 * r.duration):.2f}",
        )
        for r in results
    ]
    header = ("network", "engine", "rate Hz", "expected", "CV", "spikes", "deliveries", "background", "events/s", "wall/model time")
    print("\n" + table(header, rows))
    print("\nRate and CV (of the interspike intervals) after the first fifth; a CV from few spikes per neuron comes out too small.")
    print("Events: deliveries of spikes and background events.")
    print(WALL_PER_MODEL_TIME)
    if options.no_plot:
        return 0
    if draw is None:
        print(f"No picture: matplotlib is not installed. To get one: {installation('matplotlib')}")
        return 0
    draw(results)
    print(f"Picture: {options.output}")
    return 0


def _run(name, network, duration, expected):
    """Build, compile and run a network, and say so as it goes."""
    from .analysis import mean_cv, mean_rate
    from .engine.api import Simulator

    synapses = sum(projection.rule.expected(projection.pre, projection.post) for projection in network.projections)
    print(f"{name}: {network.size:,} neurons, {large(synapses)} synapses")
    _say("  building ...")
    sim = Simulator(network)
    print(f" {sim.stats['build_s']:.1f} s{_compiling(sim.stats['compile_s'])}")
    building, engine, bar = sim.stats["compile_s"], sim.stats["engine"], sys.stderr.isatty()
    notice = "" if _is_compiled(engine) else " (compiled first: half a minute, once)"
    line = f"  running {duration:g} ms, {engine} engine{notice} ..."  # short, for where it wraps it can not be drawn again
    _say(line)
    try:
        sim.run(duration, progress=bar)
    except KeyboardInterrupt:
        print(f" stopped at {sim.now:.1f} ms", end="")
        raise
    if bar:  # which was drawn over the line
        _say(f"\r{line}")
    stats = sim.stats
    print(f" {stats['wall_s']:.1f} s{_compiling(stats['compile_s'] - building)}")
    neurons = network.populations
    begin = 0.2 * duration
    rate = mean_rate(sim.spikes, neurons, begin=begin, end=duration)
    return Result(name, network, sim.spikes, duration, rate, expected, mean_cv(sim.spikes, neurons, begin=begin, end=duration), stats)


def _compiling(seconds):
    return f" (and {seconds:.1f} s to get compiled code)" if seconds > 0.05 else ""


def _drawing(output):
    """The function that will draw the results, None without matplotlib; raises now where it could not be written then."""
    check_writable(output, "--output", "a file")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    figure = Figure(figsize=(12.0, 5.5), dpi=130, layout="constrained")
    kinds = figure.canvas.get_supported_filetypes()
    if output.suffix[1:].lower() not in kinds:
        raise ParameterError(f"--output must end in one of {', '.join('.' + k for k in sorted(kinds))}, got '{output}'")

    def draw(results):
        from . import plots

        for part, result in zip(figure.subfigures(1, 2), results, strict=True):
            dots, rates = part.subplots(2, 1, sharex=True, height_ratios=[3, 1])
            end = result.duration
            begin = max(0.2 * end, end - 200.0)
            title = f"{result.name}: {result.rate:.1f} Hz, CV {result.cv:.2f}"
            plots.raster(result.spikes, result.network.populations, begin=begin, end=end, ax=dots, title=title)
            dots.set_xlabel("")
            plots.rate(result.spikes, result.network.populations, begin=begin, end=end, ax=rates)
        figure.savefig(output)

    return draw


# -- bench -------------------------------------------------------------------------------------------------------------


def run_bench(options):
    """A table of speeds, each behind a check of the rate."""
    from .bench import run_bench

    return run_bench(options)


# -- info --------------------------------------------------------------------------------------------------------------


def run_info(options):
    """Versions, cache, cores."""
    from . import _jit

    lines = [*versions().items(), *machine().items()]
    lines.append(("compiler", "on" if _jit.ENABLED else "off (EVENTSIM_JIT=0): plain Python, slow"))
    if _jit.ENABLED:
        folder = cache_folder()
        if folder is None:
            lines.append(("cache", "no writable folder: every start compiles again; set NUMBA_CACHE_DIR to one"))
        else:
            lines.append(("cache", f"{folder} (writable)"))
            for engine in ("sequential", "windowed"):
                state = "compiled" if _is_compiled(engine) else "not compiled yet (about half a minute, once)"
                lines.append(("", f"the {engine} engine is {state}"))
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {'not installed' if value is None else value}")
    return 0


def versions():
    """Versions of eventsim and what it stands on; None where something is not installed."""
    found = {"eventsim": __version__, "python": platform.python_version()}
    for package in ("numpy", "numba", "llvmlite", "sortedcontainers", "matplotlib", "mpmath"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


def machine():
    """Platform, cores and threads."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "platform": platform.platform(),
        "cores": usable,
        "threads": "1 by default; Simulator(threads=...) for building and the windowed engine",
    }


def cache_folder(engine="sequential"):
    """Where compiled code of an engine is kept, or None where no folder can be written."""
    import numba

    from .engine.compiled import loop
    from .engine.windowed import kernels

    try:
        return Path(numba.njit(cache=True)((kernels if engine == "windowed" else loop).advance).stats.cache_path)
    except RuntimeError:  # numba: "cannot cache function ...: no locator available"
        return None


def _is_compiled(engine):
    """Whether a start finds the compiled loop of an engine, so that nobody has to be warned of the wait."""
    from . import _jit

    if not _jit.ENABLED or engine == "reference":
        return True
    folder = cache_folder(engine)
    return folder is not None and any(folder.glob(f"*.advance-*{_jit.package_digest()}*.nbi"))


# -- text --------------------------------------------------------------------------------------------------------------


def check_writable(path, option, what):
    """Refuse a file that could not be written, before any work is done."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ParameterError(f"{option} must be {what} in an existing folder that can be written, got '{path}'")


def _say(text):
    print(text, end="", flush=True)


def large(value):
    """A number with three digits: 12.3 M."""
    if value < 1000:
        return f"{value:.0f}"
    power = min(int(math.log10(value)) // 3, 4)
    return f"{value / 1000**power:.3g} {' kMGT'[power]}"


def table(header, rows):
    """Columns, aligned: words to the left, numbers to the right."""
    widths = [max(len(row[k]) for row in (header, *rows)) for k in range(len(header))]
    lines = [
        "  ".join(f"{cell:<{w}}" if k == 0 else f"{cell:>{w}}" for k, (cell, w) in enumerate(zip(row, widths, strict=True)))
        for row in (header, *rows)
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
