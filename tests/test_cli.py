"""The command line: what it prints, writes and returns."""

import json
import os
import signal
import subprocess
import sys

import pytest

import eventsim as es
from eventsim import bench, cli
from eventsim.published import vogels_abbott2005
from eventsim.workloads import ABOUT, SHORT, Workload, workloads

SMALL = ["--scale", "0.05", "--duration", "40"]


def command(*arguments, **options):
    """Run `python -m eventsim` in a process of its own."""
    return subprocess.run([sys.executable, "-m", "eventsim", *arguments], capture_output=True, text=True, timeout=300, **options)


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"], ["bench", "--help"], ["info", "--help"]])
def test_help_comes_with_examples(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "usage: eventsim" in text
    assert "examples:\n  eventsim" in text


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"eventsim {es.__version__}\n"


def test_the_command_line_imports_neither_compiler_nor_matplotlib():
    code = "import sys, eventsim.cli; print([m for m in ('numba', 'llvmlite', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"


def test_info_shows_versions_cache_and_cores():
    done = command("info")
    assert done.returncode == 0
    assert done.stderr == ""
    found = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith(" "))
    assert found["eventsim"] == es.__version__
    assert found["python"] == sys.version.split()[0]
    for name in ("numpy", "numba", "llvmlite", "sortedcontainers", "cores", "threads", "compiler", "cache"):
        assert found[name]


def test_info_without_compiler():
    done = command("info", env={**os.environ, "EVENTSIM_JIT": "0"})
    assert done.returncode == 0
    assert "off (EVENTSIM_JIT=0)" in done.stdout


def test_demo_prints_rates_and_draws(tmp_path):
    done = command("demo", *SMALL, "--output", "picture.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "picture.png").stat().st_size > 20_000
    rows = [line.split() for line in done.stdout.splitlines()]
    assert any(row[:2] == ["Brunel", "2000"] and "mean" in row and "field" in row for row in rows)
    assert any(row[:2] == ["Vogels-Abbott", "windowed"] and "9.4-9.6" in row for row in rows)
    assert any(row[:4] == ["Brunel", "2000", "C", "sequential"] for row in rows)
    assert "seconds of wall time per second of model time" in done.stdout
    assert "Picture: picture.png" in done.stdout


def test_demo_announces_compilation_where_it_is_waited_for(monkeypatch, capsys):
    """On the line of the run, and of the engine that is not compiled; not where a network is built."""
    monkeypatch.setattr(cli, "_is_compiled", lambda engine: engine == "sequential")
    assert cli.main(["demo", *SMALL, "--no-plot"]) == 0
    lines = capsys.readouterr().out.splitlines()
    building, running = ([line for line in lines if line.startswith(f"  {word}")] for word in ("building", "running"))
    assert len(building) == len(running) == 2
    assert not any("half a minute" in line for line in building)
    assert ["half a minute" in line for line in running] == ["windowed engine" in line for line in running]
    assert "windowed engine" in running[1]


def test_demo_is_the_same_for_the_same_seed(capsys):
    def table(seed):
        assert cli.main(["demo", *SMALL, "--no-plot", "--seed", seed]) == 0
        lines = capsys.readouterr().out.splitlines()
        row = next(line.split() for line in lines if line.startswith("Brunel 2000 C  "))
        return row[:10]  # up to the number of spikes; then come times

    assert table("1") == table("1") != table("2")


def test_demo_without_plot_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["demo", *SMALL, "--no-plot"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert "Picture" not in capsys.readouterr().out


def test_demo_without_matplotlib_names_the_extra(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert cli.main(["demo", *SMALL]) == 0
    assert "pip install matplotlib" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["demo", "--output", "/nowhere/at/all.png"], "--output must be a file in an existing folder that can be written"),
        (["demo", "--output", "picture.txt"], "--output must end in one of ."),
        (["demo", "--output", "."], "--output must be a file"),
        (["bench", "--json", "/nowhere/at/all.json"], "--json must be '-' or a file in an existing folder"),
    ],
)
def test_errors_are_one_line_and_come_before_the_work(arguments, message, capsys):
    assert cli.main(arguments) == 2
    text = capsys.readouterr()
    assert text.out == ""
    assert text.err.startswith(f"eventsim: error: {message}")
    assert text.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["demo", "--panel", "E"], "invalid choice: 'E'"),
        (["demo", "--duration", "-1"], "must be a time of 10 ms or more, got '-1'"),
        (["demo", "--duration", "nan"], "must be a time of 10 ms or more, got 'nan'"),
        (["demo", "--seed", "1.5"], "must be a whole number in [0, 2**64), got '1.5'"),
        (["demo", "--scale", "2"], "must be between 0.01 and 1, got '2'"),
        (["bench", "--threads", "1,0"], "must be whole numbers from 1 on, such as 1,2, got '0'"),
    ],
)
def test_wrong_usage_exits_with_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_the_process_reports_errors_without_traceback():
    done = command("demo", "--output", "/nowhere/at/all.png")
    assert done.returncode == 2
    assert done.stderr.startswith("eventsim: error: --output")
    assert "Traceback" not in done.stderr


def test_ctrl_c_is_quiet():
    arguments = [sys.executable, "-m", "eventsim", "demo", "--scale", "0.05", "--duration", "1e6", "--no-plot"]
    # A job in the background of a shell is started with Ctrl-C ignored; here it must not be.
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    seen = ""
    while "running" not in seen:
        character = process.stdout.read(1)
        assert character, process.stderr.read()
        seen += character
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors.strip() == ""


@pytest.mark.parametrize("arguments", [["info"], ["--help"]])
def test_a_closed_pipe_is_quiet(arguments):
    process = subprocess.Popen([sys.executable, "-m", "eventsim", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()  # long before anything is written: Python is still starting
    errors = process.stderr.read()
    process.stderr.close()
    # As a death by SIGPIPE; argparse keeps the failure to itself where Python's output is not buffered.
    assert process.wait(timeout=120) in ((141,) if arguments == ["info"] else (141, 0))
    assert errors == ""


def _two_small_workloads(quick):
    right, wrong = ((4.0, 20.0), (100.0, 200.0))
    build = vogels_abbott2005
    return {"A": Workload("right", build, 50.0, *right), "B": Workload("wrong", build, 50.0, *wrong)}


def test_bench_prints_no_figure_for_a_wrong_rate(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(bench, "workloads", _two_small_workloads)
    assert cli.main(["bench", "--json", str(tmp_path / "results.json")]) == 1
    right, wrong = (line for line in capsys.readouterr().out.splitlines() if line.startswith(("A ", "B ")))
    assert "wrong rate, expected 100.0 to 200.0 Hz" in wrong
    assert "wrong rate" not in right
    results = json.loads((tmp_path / "results.json").read_text())["results"]
    assert [r["correct"] for r in results] == [True, False]
    assert "deliveries_per_s" in results[0]
    assert "deliveries_per_s" not in results[1]


def test_bench_takes_names_and_threads(monkeypatch, capsys):
    monkeypatch.setattr(bench, "workloads", _two_small_workloads)
    assert cli.main(["bench", "A", "--threads", "1,2"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("A ")]
    assert [row[2:4] for row in rows] == [["windowed", "1"], ["windowed", "2"]]
    assert rows[0][5] == rows[1][5]  # the rate: the number of threads changes no result


@pytest.mark.parametrize("quick", [False, True])
def test_bench_explains_each_workload_in_a_line(quick, capsys):
    with pytest.raises(SystemExit):
        cli.main(["bench", "--help"])
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    explained = {line[0]: line[1] for line in lines if len(line) == 2}
    for name in workloads(quick):
        assert len(explained[name]) > 20
        assert explained[name].endswith(" *") == (name not in SHORT)
    assert list(ABOUT) == list(workloads(quick))


def test_bench_names_the_workloads_there_are(capsys):
    assert cli.main(["bench", "A", "Q"]) == 2
    assert "there is no workload 'Q'; there are A, A40k," in capsys.readouterr().err


def test_quick_bench_as_json_on_standard_output():
    done = command("bench", "--quick", "--json", "-")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["versions"]["eventsim"] == es.__version__
    results = {r["workload"]: r for r in document["results"]}
    assert tuple(results) == SHORT
    for result in results.values():
        assert result["correct"]
        low, high = result["rate_between_hz"]
        assert low <= result["rate_hz"] <= high
    silent = results.pop("Z")
    assert (silent["neurons"], silent["spikes"], silent["deliveries"]) == (1_000_000, 0, 0)
    assert all(r["deliveries_per_s"] > 0.0 for r in results.values())
