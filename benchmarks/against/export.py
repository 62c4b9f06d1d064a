"""A lowered network as files that another simulator reads: addresses of both ends, weight and delay of every synapse."""

import json
from pathlib import Path

import numpy as np

from eventsim.lowering import lower


def synapses(program):
    """All synapses of a Program: pre, post (addresses), weight, delay, sorted by pre."""
    fabric = program.fabric
    columns = [[], [], [], []]
    for j in fabric.projections:
        rows = fabric.indptr[j.row : j.row + j.pre_count + 1]
        n = int(rows[-1] - rows[0])
        pre = np.repeat(np.arange(j.pre_first, j.pre_first + j.pre_count, dtype=np.int32), np.diff(rows))
        post = fabric.target[rows[0] : rows[-1]] + np.int32(fabric.populations[j.post].first)
        for column, values in zip(columns, (pre, post, *(_values(fabric, j, name, n) for name in ("weight", "delay"))), strict=True):
            column.append(values)
    joined = [np.concatenate(c) if c else np.empty(0) for c in columns]
    order = np.argsort(joined[0], kind="stable")
    return [c[order] for c in joined]


def _values(fabric, j, name, n):
    stored, first = getattr(fabric, name), getattr(j, name)
    return stored[first : first + n] if getattr(j, f"{name}_stride") else np.full(n, stored[first] if n else 0.0)


def export(net, folder):
    """Write a network of LIF or LIFExp populations into a folder.

    Parameters
    ----------
    net : Network
    folder : Path

    Returns
    -------
    out_degree : int64 array (neurons,)
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    program, _ = lower(net)
    pre, post, weight, delay = synapses(program)
    initial = [program.initial[p.row : p.row + p.count * p.width].reshape(p.count, -1)[:, 3] for p in program.fabric.populations]
    for name, array in (("pre", pre), ("post", post), ("weight", weight), ("delay", delay), ("v", np.concatenate(initial))):
        np.save(folder / f"{name}.npy", array)
    (folder / "network.json").write_text(json.dumps({"populations": [_described(p, net) for p in net.populations]}, indent=1))
    return np.bincount(pre.astype(np.int64), minlength=net.size)


def _described(population, net):
    """Parameters as all simulators take them: the constant current is part of the resting potential."""
    values = dict(population.model.values)
    kind = population.model.model.name
    resistance = values["r_m"] if kind == "LIF" else values["tau_m"] / values["c_m"]
    values["v_rest"] += resistance * values.pop("i_offset")
    drives = [{"rate": float(d.rate), "weight": float(d.weight)} for d in net.drives if d.post.population is population]
    return {"name": population.name, "first": population.first, "n": population.n, "model": kind, "drives": drives, **values}
