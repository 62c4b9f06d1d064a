"""Wrong calls that have to do with checkpoints, for tests/test_errors.py: call, error, what the message has to say."""

import numpy as np

import eventsim as es
from eventsim.engine.checkpoint import VERSION

FILES = [
    ("sim.save(5)", es.ParameterError, "path", "5", "string or a path"),
    ("sim.save(folder)", es.ParameterError, "path", "folder"),
    ("sim.save(folder / 'missing' / 'run.npz')", es.errors.MissingFileError, "path", "missing", "a folder that exists"),
    ("es.Simulator.load(folder / 'none.npz')", es.errors.MissingFileError, "path", "none.npz", "no file"),
    ("es.Simulator.load(folder)", es.FormatError, "not a whole eventsim checkpoint"),
    ("es.Simulator.load(empty)", es.FormatError, "empty", "not a whole eventsim checkpoint"),
    ("es.Simulator.load(truncated)", es.FormatError, "truncated", "not a whole eventsim checkpoint"),
    ("es.Simulator.load(flipped)", es.FormatError, "flipped", "not a whole eventsim checkpoint"),
    ("es.Simulator.load(text)", es.FormatError, "text", "not a whole eventsim checkpoint"),
    ("es.Simulator.load(array)", es.FormatError, "array", "not a whole eventsim checkpoint"),
    ("es.Simulator.load(foreign_archive)", es.FormatError, "foreign", "not an eventsim checkpoint"),
    ("es.Simulator.load(later)", es.FormatError, "later", "version 99", f"reads version {VERSION}"),
    ("es.Simulator.load(lacking)", es.FormatError, "lacking", "state.clock"),
    ("es.Simulator.load(whole, models=['LIF'])", es.ParameterError, "models", "'LIF'", "neuron models"),
]


def checkpoints(sim, folder):
    """A whole checkpoint and spoiled ones."""
    names = ("whole", "empty", "truncated", "flipped", "text", "array", "foreign_archive", "later", "lacking")
    paths = {name: folder / f"{name}.npz" for name in names}
    sim.save(paths["whole"])
    whole = paths["whole"].read_bytes()
    paths["empty"].write_bytes(b"")
    paths["truncated"].write_bytes(whole[: len(whole) // 2])
    at = whole.index(b"eventsim checkpoint")
    paths["flipped"].write_bytes(whole[:at] + b"E" + whole[at + 1 :])
    paths["text"].write_text("spikes\n1.0 2.0\n")
    with open(paths["array"], "wb") as file:
        np.save(file, np.arange(3))
    np.savez(paths["foreign_archive"], x=np.arange(3))
    with np.load(paths["whole"]) as file:
        arrays = dict(file)
    np.savez(paths["later"], **{**arrays, "header": _edited(arrays["header"], f'"version": {VERSION}'.encode(), b'"version": 99')})
    np.savez(paths["lacking"], **{k: a for k, a in arrays.items() if k != "state.clock"})
    return paths


def _edited(header, old, new):
    assert old in header.tobytes()
    return np.frombuffer(header.tobytes().replace(old, new), np.uint8)
