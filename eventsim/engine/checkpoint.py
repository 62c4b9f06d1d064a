"""Checkpoints: a JSON header and the arrays of program and state in one .npz file. No pickle."""

import contextlib
import json
import os
import time
import uuid
import zipfile
from pathlib import Path

import numpy as np

from .. import _cast, _jit
from ..audit.kept import restored
from ..errors import FormatError, MissingFileError, ParameterError
from ..lowering import lower
from ..lowering.plastic import constants_of, layout, numbers_of
from ..lowering.program import Drives, Fabric, Plastic, Program
from ..network.network import Network
from ..network.sources import SOURCES, InhomogeneousPoisson
from ..neurons import named
from ..neurons.injected import with_currents
from ..neurons.model import Neuron, NeuronModel
from ..synapses import RULES, SynapseRule
from ..synapses.activity import ACTIVITY
from .changes import Changes
from .choice import check_engine, make_engine
from .thinning import Thinning

FORMAT = "eventsim checkpoint"
VERSION = 5


def save(sim, path):
    """Write a checkpoint of a simulator."""
    path = _path(path)
    if path.is_dir():
        raise ParameterError(f"path must be that of a file, got the folder {str(path)!r}")
    if not path.parent.is_dir():
        raise MissingFileError(f"path must lie in a folder that exists, got {str(path)!r}")
    header = {
        "format": FORMAT,
        "version": VERSION,
        "engine": sim._engine.name,
        "micro_limit": sim._engine.micro_limit,
        "seed": sim.seed,
        "network_seed": sim.network.seed,
        "populations": [_describe(p) for p in sim._described],
        "projections": list(sim._labels),
        "rules": [_identity(rule) for rule in sim._engine.rules],
        "thinned_until": sim._thinning.until,
        "changes": sim._changes.kinds(),
    }
    arrays = {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)}
    arrays |= {f"program.{k}": a for k, a in _program_arrays(sim._engine.program)}
    arrays |= {f"state.{k}": a for k, a in sim._engine.arrays().items()}
    for p in sim._described:
        arrays |= {f"values.{p.ordinal}.{k}": np.asarray(p._values(k)) for k in _own_values(p)}
    arrays |= sim._changes.arrays()
    if sim._kept is not None:
        arrays |= sim._kept.arrays()
    _write(path, {k: np.asarray(a) for k, a in arrays.items()})


def _write(path, arrays):
    """Write to a temporary file beside, then rename: the file of that name is always whole."""
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def load(cls, path, models, threads, rates=None, rules=()):
    """A simulator from a checkpoint."""
    begin, compiling = time.perf_counter(), _jit.seconds()
    known, known_rules = _known(models, NeuronModel, "models", "neuron models"), _known(rules, SynapseRule, "rules", "synapse rules")
    if rates is not None and not isinstance(rates, dict):
        raise ParameterError(f"rates must be a dict of functions by name of their population, got {_cast.short(rates)}")
    path = _path(path)
    header, arrays = _read(path)
    try:
        network = _network(header, arrays, known, {} if rates is None else rates)
        _check_layout(arrays, dict(_program_arrays(lower(Network())[0])), "program.")
        program = _program(arrays)
        found = []
        for p in network.populations:
            if isinstance(p.model, Neuron) and p.model.model not in found:
                found.append(p.model.model)
        check_engine(header["engine"])
        own = [_rule(identity, known_rules) for identity in header["rules"]]
        _check_rules(program.plastic, own)
        engine = make_engine(header["engine"], program, found, np.zeros(program.n_addresses, np.uint8), threads=threads, rules=own)
        engine.micro_limit = header["micro_limit"]
        _check_layout(arrays, engine.arrays(), "state.")
        engine.restore({k.removeprefix("state."): a for k, a in arrays.items() if k.startswith("state.")})
        sim = cls.__new__(cls)
        sim._adopt(network, header["projections"], restored=True)
        sim.seed, sim.threads, sim._engine = header["seed"], threads, engine
        sim._thinning = Thinning(sim._described, sim.seed, float(header["thinned_until"]))
        sim._changes = Changes.restored(header["changes"], arrays)
        kept = restored(arrays, sim._populations, program)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    except ParameterError:
        raise
    except KeyError as missing:
        raise FormatError(f"{path}: the checkpoint lacks {missing}") from None
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise FormatError(f"{path}: the checkpoint contradicts itself: {error}") from None
    sim._start(time.perf_counter() - begin, _jit.seconds() - compiling, kept)
    return sim


def _path(path):
    try:
        path = Path(os.fspath(path))
    except TypeError:
        raise ParameterError(f"path must be a string or a path, got {_cast.short(path)}") from None
    if "\0" in str(path) or not path.name:
        raise ParameterError(f"path must be that of a file, got {str(path)!r}")
    return path


def _known(given, kind, name, what):
    given = list(given) if isinstance(given, (list, tuple)) else [given]
    for m in given:
        if not isinstance(m, kind):
            raise ParameterError(f"{name} must be a list of {what}, got {_cast.short(m)}")
    return {_identity(m): m for m in given}


def _rule(identity, known):
    for rule in (*known.values(), *RULES, ACTIVITY):
        if _identity(rule) == identity:
            return rule
    raise FormatError(f"the checkpoint contains synapses of rule {identity!r}; hand the rule over: Simulator.load(path, rules=[...])")


def _check_rules(plastic, rules):
    """A rule of one's own that has changed since the checkpoint was written must not reach compiled code: rows would be read as what they are not."""
    widths = [(p, p.width, layout(rules[p.kind]).width) for p in plastic.synapses]
    widths += [(h, h.entry, layout(rules[h.kind]).entry.width) for h in plastic.histories]
    for part, stored, expected in widths:
        rule = rules[part.kind]
        numbers = numbers_of(rule, constants_of(rule, plastic, part.constant))
        known = plastic.constants[part.constant : part.constant + len(numbers)]
        # not their bits: another machine's exponentials may differ in the last one
        if stored != expected or len(known) < len(numbers) or not np.allclose(known, numbers, rtol=1e-9, atol=0.0, equal_nan=True):
            raise FormatError(f"synapses of rule {rule.name} have other variables or rates in the checkpoint than in this rule")


def _check_layout(arrays, expected, prefix):
    """The arrays of another version of eventsim, or of another engine, must not reach compiled code."""
    for name, like in expected.items():
        array = arrays[prefix + name]
        if array.dtype != like.dtype or array.ndim != like.ndim:
            raise FormatError(
                f"array {prefix + name} must have {like.ndim} dimensions of {like.dtype}, got {array.ndim} of {array.dtype}; "
                "was it written by another version of eventsim?"
            )


def _read(path):
    if not path.exists():
        raise MissingFileError(f"path must be that of a checkpoint, there is no file {str(path)!r}")
    if not zipfile.is_zipfile(path):
        raise FormatError(f"{path} is not a whole eventsim checkpoint: not an archive, or not the end of one")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("header").tobytes())
    except KeyError:
        raise FormatError(f"{path} is not an eventsim checkpoint: the archive has no header") from None
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, RuntimeError, AttributeError) as error:
        raise FormatError(f"{path} is not a whole eventsim checkpoint: {error}") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise FormatError(f"{path} is not an eventsim checkpoint")
    if header.get("version") != VERSION:
        raise FormatError(f"{path} has version {header.get('version')} of the checkpoint format, this eventsim reads version {VERSION}")
    return header, arrays


# -- the network, as far as it is needed to name its parts -------------------------------------------------------------


def _identity(model):
    return f"{model.name}/{model.variant}"


def _describe(p):
    out = {"name": p.name, "n": p.n}
    if isinstance(p.model, Neuron):
        model = p.model.model.base or p.model.model
        return out | {"kind": "neuron", "model": _identity(model), "ports": list(model.ports), "currents": p.model.model.currents}
    return out | {"kind": p.model.name, "function": getattr(p.model, "functions", None) is not None}


def _own_values(p):
    return tuple(p.values)


def _network(header, arrays, known, rates):
    network = Network(header["network_seed"])
    network.restored = True
    for ordinal, p in enumerate(header["populations"]):
        prefix = f"values.{ordinal}."
        values = {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}
        values = {k: float(a[0]) if np.all(a == a[0]) else a for k, a in values.items()}
        model = _model(p, known) if p["kind"] == "neuron" else _source(p, values, rates)
        network.population(p["n"], model, p["name"])
        network.populations[-1].values.update(values)
    return network


def _source(p, values, rates):
    """A source as far as it can still be asked about; what it emits is in the Program, but for functions."""
    if p["function"]:
        if p["name"] not in rates:
            raise FormatError(
                f"the rates of {p['name']!r} are functions, which a checkpoint does not keep; hand them over: Simulator.load(path, rates={{{p['name']!r}: function}})"
            )
        return InhomogeneousPoisson(rates[p["name"]], max_rate=values["max_rate"])
    model = next(s for s in SOURCES if s.name == p["kind"])
    source = model.__new__(model)
    source._restore(values)
    return source


def _model(p, known):
    for model in (*known.values(), *named(p["model"].partition("/")[0], p["ports"])):
        if _identity(model) == p["model"]:
            return with_currents(model, p["currents"])()
    raise FormatError(f"the checkpoint contains neurons of model {p['model']!r}; hand the model over: Simulator.load(path, models=[...])")


# -- the program -------------------------------------------------------------------------------------------------------


def _program_arrays(program):
    for name, part in zip(program._fields, program, strict=True):
        if isinstance(part, np.ndarray):
            yield name, part
        else:
            yield from ((f"{name}.{k}", a) for k, a in zip(part._fields, part, strict=True))


def _program(arrays):
    def part(kind, prefix):
        return kind(*(_as_records(arrays[f"{prefix}{k}"]) for k in kind._fields))

    single = [_as_records(arrays[f"program.{k}"]) for k in Program._fields[3:]]
    return Program(part(Fabric, "program.fabric."), part(Drives, "program.drives."), part(Plastic, "program.plastic."), *single)


def _as_records(array):
    return array.view(np.recarray) if array.dtype.names else array
