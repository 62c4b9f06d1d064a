"""All synapses of a lowered projection as arrays, whether they are stored or have to be regenerated."""

import functools
from typing import NamedTuple

import numpy as np

from .. import _jit
from ..lowering.program import lowered, shared_or_own
from ..lowering.regenerate import new_room
from .router import regenerated

_CHUNK = 1 << 20  # synapses that are regenerated at a time

SYNAPSE = np.dtype([("pre", np.int64), ("post", np.int64), ("weight", np.float64), ("delay", np.float64)])


class Rows(NamedTuple):
    """Some consecutive rows of a projection: weight and delay have one entry where they are shared."""

    first: int  # address of the first row
    degree: np.ndarray  # int64 (rows,)
    target: np.ndarray  # int32 (synapses,)
    weight: np.ndarray
    delay: np.ndarray


def rows_of(program, projection):
    """The rows of a lowered projection, as `Rows`, a part of them at a time."""
    fabric = program.fabric
    j = fabric.projections[projection]
    if j.procedure < 0:
        indptr = fabric.indptr[j.row : j.row + j.pre_count + 1]
        n = int(indptr[-1] - indptr[0])
        weight = shared_or_own(fabric.weight32 if j.single else fabric.weight, j.weight, j.weight_stride, n)
        delay = shared_or_own(fabric.delay, j.delay, j.delay_stride, n)
        yield Rows(int(j.pre_first), np.diff(indptr), fabric.target[j.first : j.first + n], weight, delay)
        return
    p = fabric.procedures[j.procedure]
    most = max(_CHUNK, int(p.most))
    room = new_room(p.most, p.n_post)
    degree = np.empty(j.pre_count, np.int64)
    begin = 0
    while begin < j.pre_count:
        target, weight = np.empty(most, np.int32), np.empty(most if j.weight_stride else 0)
        delay = np.empty(most if j.delay_stride else 0)
        end = _jit.timed(_kernel(), fabric, room, projection, begin, degree, target, weight, delay)
        n = int(degree[begin:end].sum())
        yield Rows(
            int(j.pre_first) + begin,
            degree[begin:end],
            target[:n],
            weight[:n] if j.weight_stride else fabric.weight[j.weight : j.weight + min(n, 1)],
            delay[:n] if j.delay_stride else fabric.delay[j.delay : j.delay + min(n, 1)],
        )
        begin = end


@functools.cache
def _kernel():
    return _jit.compiled(regenerate_rows)


def regenerate_rows(fabric, room, projection, begin, degree, target, weight, delay):
    """Regenerate rows from `begin` on, as many as there is room for; the row after the last one."""
    j = fabric.projections[projection]
    most = fabric.procedures[j.procedure].most
    n = 0
    for r in range(begin, degree.size):
        if n + most > target.size:
            return r
        degree[r] = regenerated(fabric, room, projection, j.pre_first + r)
        for k in range(degree[r]):
            target[n + k] = room.target[k]
            if weight.size:
                weight[n + k] = room.weight[k]
            if delay.size:
                delay[n + k] = room.delay[k]
        n += degree[r]
    return degree.size


def synapses_of(engine, declared, first_address):
    """Synapses of a declared projection in canonical order: SYNAPSE array, pre and post local to their populations.

    Those of plastic ones have the other variables of their state as further fields, all of them as they are now.

    first_address : of the population of its sources
    """
    parts, program = [], engine.program
    numbers = lowered(program.fabric.projections, declared)
    variables = _variables(engine, numbers)
    dtype = np.dtype(SYNAPSE.descr + [(name, np.float64) for name in variables[1:]])
    for k in numbers:
        for rows in rows_of(program, k):
            part = np.empty(len(rows.target), dtype)
            part["pre"] = np.repeat(rows.first - first_address + np.arange(len(rows.degree)), rows.degree)
            part["post"], part["weight"], part["delay"] = rows.target, rows.weight, rows.delay
            parts.append(part)
        if variables:
            for name, values in zip(("weight", *variables[1:]), engine.synapses(k).T, strict=True):
                parts[-1][name] = values
    if not parts:
        return np.empty(0, dtype)
    out = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return out if len(numbers) == 1 else out[_canonical(out["pre"], out["delay"], out["post"])]


def numbers_of(program, declared):
    """Where the synapses of a declared projection, in canonical order, are among the Fabric's stored ones: int64 (m,)."""
    fabric, columns = program.fabric, []
    for k in lowered(program.fabric.projections, declared):
        own = fabric.projections[k]
        for rows in rows_of(program, k):
            pre = np.repeat(rows.first + np.arange(len(rows.degree)), rows.degree)
            columns.append((own.first + np.arange(len(pre)), pre, np.broadcast_to(rows.delay, pre.shape), rows.target))
    number, pre, delay, post = (np.concatenate(c) for c in zip(*columns, strict=True))
    return number if len(columns) == 1 else number[_canonical(pre, delay, post)]


def _canonical(pre, delay, post):
    return np.lexsort((post, delay, pre))


def _variables(engine, numbers):
    """The names of the variables of plastic synapses, those of static ones having none."""
    projections = engine.program.fabric.projections
    plastic = int(projections.plastic[numbers[0]]) if len(numbers) else -1
    return () if plastic < 0 else engine.rules[engine.program.plastic.synapses.kind[plastic]].state_type._fields


def routing_statistics(program):
    """Fan-out and delay figures of a lowered network. Procedural rows are regenerated for it, all of them.

    Returns
    -------
    dict
        synapses, fan_out_min / mean / max, delay_min / mean / max (ms, nan without synapses), delay_lanes (shared
        delays that have a queue of their own), synapses_with_own_delay, zero_delay_synapses.
    """
    fabric = program.fabric
    degree = np.zeros(program.n_addresses, np.int64)
    synapses = own = zero = 0
    low, high, total = [], [], 0.0
    for k, j in enumerate(fabric.projections):
        for rows in rows_of(program, k):
            n = len(rows.target)
            degree[rows.first : rows.first + len(rows.degree)] += rows.degree
            if n:
                delay = rows.delay
                synapses += n
                own += n if j.delay_stride else 0
                zero += int(np.count_nonzero(delay == 0.0)) * (n // len(delay))
                low.append(float(delay.min()))
                high.append(float(delay.max()))
                total += float(delay.mean()) * n
    return {
        "synapses": synapses,
        "fan_out_min": int(degree.min()) if degree.size else 0,
        "fan_out_mean": float(degree.mean()) if degree.size else 0.0,
        "fan_out_max": int(degree.max(initial=0)),
        "delay_min": min(low, default=float("nan")),
        "delay_mean": total / synapses if synapses else float("nan"),
        "delay_max": max(high, default=float("nan")),
        "delay_lanes": len(fabric.lane_delay),
        "synapses_with_own_delay": own,
        "zero_delay_synapses": zero,
    }
