"""Lowering of background drives: bins, event-number distributions and alias tables."""

import functools
import math

import numpy as np

from .. import _jit
from ..numerics.drive import BLOCK
from ..numerics.random import DRIVE, derive_key
from .program import Drives

# The length of a bin gives a full block at the largest rate of the drive between 32 and 64 events.
_EVENTS = 64.0


def lower_drives(drives, seed):
    """Drives of a network as arrays; those that are never active are left out."""
    parts = [_lower(d, seed) for d in drives if len(d.post) and np.max(d.rate) > 0.0]

    def joined(name, dtype):
        return np.concatenate([np.asarray(p[name], dtype) for p in parts]) if parts else np.empty(0, dtype)

    def pointers(name):
        return np.cumsum([0, *(len(p[name]) for p in parts)], dtype=np.int64)

    table_base = pointers("cumulative")[:-1]
    for part, base in zip(parts, table_base, strict=True):
        part["table"] = np.asarray(part["table"], np.int64) + base
    return Drives(
        population=joined("population", np.int64),
        port=joined("port", np.int64),
        bin=joined("bin", np.float64),
        key=joined("key", np.int64).reshape(-1, 2),
        member=pointers("target"),
        target=joined("target", np.int32),
        weight=joined("weight", np.float64),
        accept=joined("accept", np.float64),
        alias=joined("alias", np.int32),
        block=pointers("table"),
        table=joined("table", np.int64),
        table_size=joined("table_size", np.int64),
        cumulative=joined("cumulative", np.float64),
    )


def bin_length(rate):
    """Dyadic length (ms) of the bins of a drive whose largest rate is `rate` (Hz)."""
    exponent = math.floor(math.log2(_EVENTS / (BLOCK * rate * 1e-3)))
    return 2.0 ** min(exponent, 20)


def _lower(drive, seed):
    n = len(drive.post)
    rate = np.broadcast_to(drive.rate, (n,)).astype(np.float64)
    length = bin_length(rate.max())
    accept, alias = np.ones(n), np.zeros(n, np.int32)
    if rate.min() < rate.max():
        _jit.timed(_alias_kernel(), rate, accept, alias)
    means = [rate[b : b + BLOCK].sum() * 1e-3 * length for b in range(0, n, BLOCK)]
    tables, start = {}, 0
    for mean in means:
        if mean not in tables:
            cumulative = poisson_cumulative(mean)
            tables[mean] = start, cumulative
            start += len(cumulative)
    return {
        "population": [drive.post.population.ordinal],
        "port": [drive.port],
        "bin": [length],
        "key": [derive_key(seed, DRIVE, drive.ordinal)],
        "target": drive.post.index,
        "weight": np.broadcast_to(drive.weight, (n,)),
        "accept": accept,
        "alias": alias,
        "table": [tables[mean][0] for mean in means],
        "table_size": [len(tables[mean][1]) for mean in means],
        "cumulative": np.concatenate([cumulative for _, cumulative in tables.values()]),
    }


def poisson_cumulative(mean):
    """P(N <= k) for k = 0, 1, ... until it is 1 to the last bit, for a Poisson number of mean <= 100."""
    term, total, k = math.exp(-mean), math.exp(-mean), 0
    cumulative = [total]
    while k < mean or term > 2.0**-60:
        k += 1
        term *= mean / k
        total += term
        cumulative.append(total)
    cumulative[-1] = 1.0
    return np.minimum(np.array(cumulative), 1.0)


@functools.cache
def _alias_kernel():
    return _jit.compiled(fill_alias)


def fill_alias(rate, accept, alias):
    """Walker's alias table (Vose 1991, doi 10.1109/32.92917) of the rates within every block."""
    stack = np.empty(2 * BLOCK, np.int64)
    for begin in range(0, rate.size, BLOCK):
        n = min(BLOCK, rate.size - begin)
        mean = rate[begin : begin + n].sum() / n
        small, large = 0, 0
        for m in range(n):
            accept[begin + m] = rate[begin + m] / mean if mean > 0.0 else 1.0
            alias[begin + m] = m
            if accept[begin + m] < 1.0:
                stack[small] = m
                small += 1
            else:
                stack[BLOCK + large] = m
                large += 1
        while small > 0 and large > 0:
            small -= 1
            low, high = stack[small], stack[BLOCK + large - 1]
            alias[begin + low] = high
            accept[begin + high] -= 1.0 - accept[begin + low]
            if accept[begin + high] < 1.0:
                large -= 1
                stack[small] = high
                small += 1
        for k in range(small):  # left over by rounding; a member without rate must stay without events
            m = stack[k]
            accept[begin + m] = 1.0 if rate[begin + m] > 0.0 else 0.0
            if rate[begin + m] == 0.0:
                alias[begin + m] = np.argmax(rate[begin : begin + n])
        for k in range(large):
            accept[begin + stack[BLOCK + k]] = 1.0
