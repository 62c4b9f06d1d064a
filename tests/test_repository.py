"""The house rules of ARCHITECTURE.md, checked on the sources themselves."""

import ast
import doctest
import importlib
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import eventsim

PACKAGE = Path(eventsim.__file__).parent
ROOT = PACKAGE.parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in SOURCES}
MODULES = [m.name for m in pkgutil.walk_packages([str(PACKAGE)], "eventsim.") if not m.name.endswith("__main__")]


# -- imports ----------------------------------------------------------------------------------------------------------


def imports(name, inner=True):
    """Absolute names of the modules a file imports; without `inner`, only those that importing it imports."""
    parts = ["eventsim", *Path(name).with_suffix("").parts]
    found = set()
    for node in _nodes(TREES[name], inner):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: -node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" if _is_module(f"{module}.{alias.name}") else module for alias in node.names}
    return found


def _nodes(tree, inner):
    todo = list(tree.body)
    while todo:
        node = todo.pop()
        yield node
        if inner or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)


def _is_module(name):
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return name.startswith("eventsim.") and (path.is_dir() or path.with_suffix(".py").is_file())


def _below(name, *folders):
    return any(name == f"eventsim.{f}" or name.startswith(f"eventsim.{f}.") for f in folders)


def _files(*folders):
    return [name for name in TREES if name.startswith(tuple(f"{f}/" for f in folders))]


def test_the_walk_sees_imports():
    assert {"math", "eventsim.numerics.propagators", "eventsim.neurons.model"} <= imports("neurons/lif.py")
    assert "eventsim.errors" in imports("neurons/model.py")
    assert "eventsim._cast" in imports("neurons/model.py")
    assert "eventsim._cast" not in imports("neurons/model.py", inner=False)
    assert len(SOURCES) > 40


PURE = {"math", "typing", "collections", "collections.abc", "functools"}


@pytest.mark.parametrize("name", _files("numerics", "neurons", "synapses"))
def test_functions_of_models_import_mathematics_only(name):
    allowed = set(PURE)
    if name in ("neurons/model.py", "synapses/static.py"):
        allowed |= {"dataclasses", "inspect", "difflib", "eventsim.errors", "eventsim._cast"}
    if name == "synapses/rule.py":
        allowed |= {"dataclasses", "inspect", "difflib", "numpy"}
    if name.startswith("synapses/"):
        allowed |= {"eventsim.errors", "eventsim._cast"}  # within functions that take the user's parameters
    if name == "synapses/memristor.py":
        allowed |= {"eventsim.devices.device"}  # what the user gives it
    if name == "numerics/trajectory.py":
        allowed |= {"types"}  # to make a model's functions
    if name == "neurons/lif_biexp.py":
        allowed |= {"eventsim.errors"}  # within the function that takes the user's parameters
    if name == "neurons/injected.py":
        allowed |= {"dataclasses", "types", "eventsim.errors"}  # to make variants of models
    foreign = {m for m in imports(name) if not _below(m, "numerics", "neurons", "synapses")} - allowed
    assert not foreign


@pytest.mark.parametrize("name", _files("engine/reference"))
def test_reference_engine_knows_nothing_compiled(name):
    assert not {m for m in imports(name) if m.startswith("numba") or _below(m, "engine.compiled", "_jit", "aer")}


@pytest.mark.parametrize("name", _files("network"))
def test_description_knows_no_engine(name):
    assert not {m for m in imports(name) if _below(m, "engine", "aer", "recording", "_jit") or m.startswith("numba")}
    assert not {m for m in imports(name, inner=False) if _below(m, "lowering")}


@pytest.mark.parametrize("name", _files("engine/compiled"))
def test_compiled_engine_knows_no_other(name):
    assert not {m for m in imports(name) if _below(m, "engine.reference", "engine.api", "plots", "analysis")}


def test_numba_has_one_door():
    doors = {name for name in TREES if any(m.split(".")[0] in ("numba", "llvmlite") for m in imports(name, inner=False))}
    assert doors <= {"_jit.py", "_frames.py"}
    assert {name for name in TREES if any(m.startswith("eventsim._frames") for m in imports(name))} == {"_jit.py"}
    assert not any(m.startswith("eventsim._frames") for m in imports("_jit.py", inner=False))
    inner = {name for name in TREES if any(m.split(".")[0] in ("numba", "llvmlite") for m in imports(name))}
    signatures = {"engine/compiled/pointers.py", "engine/windowed/pointers.py"}
    assert inner <= {"_jit.py", "_intrinsics.py", "_frames.py", "cli.py", *signatures}


LEAVES = ("io", "interop", "plots")


@pytest.mark.parametrize("name", [n for n in TREES if not n.startswith((*LEAVES, "published/", "cli.py"))])
def test_leaves_hold_nothing_up(name):
    assert not {m for m in imports(name, inner=False) if _below(m, *LEAVES) or m.split(".")[0] in ("matplotlib", "scipy")}


@pytest.mark.parametrize("name", TREES)
def test_optional_packages_are_imported_where_they_are_used(name):
    assert not {m for m in imports(name, inner=False) if m.split(".")[0] in ("matplotlib", "scipy", "mpmath", "psutil", "pandas", "pytest")}


# -- what must not be in the sources ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TREES)
def test_no_assert_validates_and_no_fastmath(name):
    for node in ast.walk(TREES[name]):
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: an assertion vanishes with python -O"
        if isinstance(node, ast.keyword) and node.arg == "fastmath":
            assert node.value.value is False
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                assert not (isinstance(key, ast.Constant) and key.value == "fastmath") or value.value is False


@pytest.mark.parametrize("name", _files("numerics", "neurons", "synapses"))
def test_functions_of_models_use_no_powers_and_no_decorators(name):
    """x**2 and x*x differ in the last bit between CPython and compiled code; literals are folded by both."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            assert isinstance(node.left, ast.Constant), f"line {node.lineno}"
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                assert "jit" not in ast.unparse(decorator)


@pytest.mark.parametrize("path", [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))], ids=lambda p: str(p.relative_to(ROOT)))
def test_files_can_be_read(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 500
    for marker in ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"):
        assert marker not in text


# -- documentation ----------------------------------------------------------------------------------------------------


def _public():
    for name in eventsim.__all__:
        yield f"eventsim.{name}", getattr(eventsim, name)


def _functions_and_methods():
    """Every function a user calls: (name, function)."""
    for name, thing in _public():
        if inspect.isclass(thing):
            yield name, thing
            for method, function in vars(thing).items():
                if isinstance(function, property) or inspect.isfunction(function) or isinstance(function, classmethod):
                    yield f"{name}.{method}", getattr(function, "__func__", function)
        elif inspect.isfunction(thing):
            yield name, thing
        elif inspect.ismodule(thing):
            for inner in getattr(thing, "__all__", ()):
                if inspect.isfunction(getattr(thing, inner)):
                    yield f"{name}.{inner}", getattr(thing, inner)


FUNCTIONS = {name: function for name, function in _functions_and_methods() if not name.rsplit(".", 1)[1].startswith("_")}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_say_what_they_take(name):
    """Functions beside each other may share: what one of them explains, the others need not."""
    function = FUNCTIONS[name]
    assert inspect.getdoc(function)
    if isinstance(function, property) or (inspect.isclass(function) and issubclass(function, Exception)):
        return
    called = function.__init__ if inspect.isclass(function) else function
    taken = [p for p in inspect.signature(called).parameters if p not in ("self", "cls")]
    if inspect.isclass(function) and called is object.__init__:
        taken = []
    made_by_us = function in (
        eventsim.Spikes,
        eventsim.Trace,
        eventsim.Trajectories,
        eventsim.AuditReport,
        eventsim.NeuronModel,
        eventsim.SynapseRule,
        eventsim.Synapse,
    )
    small = {"expected", "check", "at", "support", "next_time", "take", "parameter"}
    if taken and not made_by_us and name.rsplit(".", 1)[1] not in small:
        text = inspect.getdoc(function)
        if inspect.isfunction(function) and function.__qualname__ == function.__name__:
            text = "\n".join(filter(None, map(inspect.getdoc, vars(sys.modules[function.__module__]).values())))
        assert "Parameters\n----------" in text
        assert all(p in text for p in taken), f"{name} takes {taken}"


@pytest.mark.parametrize("name", TREES)
def test_modules_and_public_definitions_have_docstrings(name):
    if not (PACKAGE / name).read_text().strip():
        return
    assert ast.get_docstring(TREES[name])
    for node in TREES[name].body:
        if (
            isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and not name.startswith(("neurons/", "synapses/"))
        ):
            assert ast.get_docstring(node) or _is_plain_tuple(node), f"{node.name}, line {node.lineno}"


def _is_plain_tuple(node):
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "NamedTuple" for base in node.bases)


@pytest.mark.parametrize("module", ["eventsim", *MODULES])
def test_docstrings_show_what_the_code_gives(module):
    failed, _ = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert failed == 0


def test_there_are_docstring_examples():
    tried = sum(
        len(t.examples)
        for m in ("eventsim.network.network", "eventsim.engine.api")
        for t in doctest.DocTestFinder().find(importlib.import_module(m))
    )
    assert tried >= 8


def test_readme_shows_what_the_code_gives():
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 0
    assert failed == 0


# -- start-up ---------------------------------------------------------------------------------------------------------

_IMPORT = """
import json, sys, time
begin = time.perf_counter()
import numpy
middle = time.perf_counter()
import eventsim
end = time.perf_counter()
print(json.dumps({"numpy": middle - begin, "eventsim": end - middle, "modules": sorted({m.split(".")[0] for m in sys.modules})}))
"""


def _started():
    done = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def test_import_is_light():
    loaded = set(_started()["modules"])
    assert not loaded & {"numba", "llvmlite", "matplotlib", "scipy", "pandas", "pytest"}


def test_import_takes_no_time():
    """0.3 s, NumPy's own import included; where the machine is slow or busy, no more than NumPy takes twice."""
    runs = [_started() for _ in range(5)]
    numpy, own = (min(r[k] for r in runs) for k in ("numpy", "eventsim"))  # other work on the machine only adds to it
    assert numpy + own < 0.3 or own < 2.0 * numpy


def test_results_page_has_a_section_for_each_group_that_was_measured():
    results = ROOT / "benchmarks" / "results"
    page = (results / "README.md").read_text()
    groups = {json.loads(path.read_text())["group"] for path in results.glob("*.json")}
    assert groups >= {"network", "memory", "micro", "startup", "against"}
    for group in groups:
        assert f"## {'Beside other simulators' if group == 'against' else group.capitalize()}\n" in page


def test_package_survives_optimised_python():
    done = subprocess.run(
        [sys.executable, "-OO", "-c", "import eventsim as es; es.LIF(tau_m=-1.0)"], capture_output=True, text=True, cwd=ROOT
    )
    assert "tau_m must be > 0 ms" in done.stderr
    assert os.path.basename(sys.executable) in ("python", "python3") or done.returncode == 1
