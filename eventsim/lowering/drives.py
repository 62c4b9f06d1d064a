"""Lowering of background drives: bins, event-number distributions and alias tables."""

import functools
import math

import numpy as np

from .. import _jit
from ..numerics.drive import BLOCK as BLOCK_SIZE
from ..numerics.random import DRIVE as DRIVE_STREAM
from ..numerics.random import derive_key
from .program import BLOCK, DRIVE, MEMBER, Drives, records

# The length of a bin gives a full block at the largest rate of the drive between 32 and 64 events.
_EVENTS = 64.0


def lower_drives(drives, seed):
    """Drives of a network as arrays; those that are never active are left out."""
    parts = [_lower(d, seed) for d in drives if len(d.post) and np.max(d.rate) > 0.0]
    lowered = Drives(
        drives=records(DRIVE, len(parts)),
        members=_joined([members for _, members, _, _ in parts], records(MEMBER, 0)),
        blocks=_joined([blocks for _, _, blocks, _ in parts], records(BLOCK, 0)),
        cumulative=_joined([cumulative for _, _, _, cumulative in parts], np.empty(0)),
    )
    member = block = table = 0
    for at, (drive, members, blocks, cumulative) in enumerate(parts):
        drive.member, drive.member_end = member, member + len(members)
        drive.block, drive.block_end = block, block + len(blocks)
        lowered.drives[at] = drive[0]
        lowered.blocks.table[block : block + len(blocks)] += table
        member, block, table = member + len(members), block + len(blocks), table + len(cumulative)
    return lowered


def _joined(parts, nothing):
    return np.concatenate(parts).view(type(nothing)) if parts else nothing


def bin_length(rate):
    """Dyadic length (ms) of the bins of a drive whose largest rate is `rate` (Hz)."""
    exponent = math.floor(math.log2(_EVENTS / (BLOCK_SIZE * rate * 1e-3)))
    return 2.0 ** min(exponent, 20)


def _lower(drive, seed):
    n = len(drive.post)
    rate = np.broadcast_to(drive.rate, (n,)).astype(np.float64)
    length = bin_length(rate.max())
    accept, alias = np.ones(n), np.zeros(n, np.int32)
    if rate.min() < rate.max():
        _jit.timed(_alias_kernel(), rate, accept, alias, np.empty(2 * BLOCK_SIZE, np.int64))
    means = [rate[b : b + BLOCK_SIZE].sum() * 1e-3 * length for b in range(0, n, BLOCK_SIZE)]
    tables, start = {}, 0
    for mean in means:
        if mean not in tables:
            cumulative = poisson_cumulative(mean)
            tables[mean] = start, cumulative
            start += len(cumulative)
    lowered = records(DRIVE, 1)
    lowered.population = drive.post.population.ordinal
    lowered.port = drive.port
    lowered.bin = length
    lowered.key0, lowered.key1 = derive_key(seed, DRIVE_STREAM, drive.ordinal)
    index = drive.post.index
    plain = rate.min() == rate.max() and isinstance(drive.weight, float) and np.array_equal(index, index[0] + np.arange(n))
    lowered.first_target = index[0] if plain else -1
    lowered.weight = drive.weight if plain else np.nan
    members = records(MEMBER, n)
    members.target, members.weight, members.accept, members.alias = drive.post.index, drive.weight, accept, alias
    blocks = records(BLOCK, len(means))
    blocks.table = [tables[mean][0] for mean in means]
    blocks.length = [len(tables[mean][1]) for mean in means]
    return lowered, members, blocks, np.concatenate([cumulative for _, cumulative in tables.values()])


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


def fill_alias(rate, accept, alias, stack):
    """Walker's alias table (Vose 1991, doi 10.1109/32.92917) of the rates within every block; stack : int64 (2 blocks,), room to work in."""
    for begin in range(0, rate.size, BLOCK_SIZE):
        n = min(BLOCK_SIZE, rate.size - begin)
        mean = rate[begin : begin + n].sum() / n
        small, large = 0, 0
        for m in range(n):
            accept[begin + m] = rate[begin + m] / mean if mean > 0.0 else 1.0
            alias[begin + m] = m
            if accept[begin + m] < 1.0:
                stack[small] = m
                small += 1
            else:
                stack[BLOCK_SIZE + large] = m
                large += 1
        while small > 0 and large > 0:
            small -= 1
            low, high = stack[small], stack[BLOCK_SIZE + large - 1]
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
            accept[begin + stack[BLOCK_SIZE + k]] = 1.0
