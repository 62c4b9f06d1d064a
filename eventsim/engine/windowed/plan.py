"""Which networks the windowed engine takes, and how long its windows are: functions of the Program alone."""

import math
from typing import NamedTuple

import numpy as np

from ...lowering.program import columns, records, shared_or_own
from ...neurons import LIF

# Times of windows' edges are multiples of this, so that they are exact for weeks of simulated time.
SHORTEST = 2.0**-20

# Sums of potentials and weights up to this never leave the finite numbers, so -inf can mean refractoriness.
LARGEST = 1e100

# A window is so short that the excitation expected in it is this part of the way from reset to threshold.
_PART = 1.0 / 32.0
_EXPECTED_RATE = 20.0  # Hz, of neurons whose rate is not known beforehand

FRAME = columns("first count kind", "tau v_inf v_thresh v_reset t_ref limit")


# Events that a window has to hold on average, so that its sweeps pay.
_WORTHWHILE = 300.0


class Plan(NamedTuple):
    """What the windowed engine derives from a Program once."""

    frames: np.recarray  # FRAME (P,): parameters that all neurons of a population share
    window: float  # length of a window, ms


def unsuited(program, models):
    """Why the windowed engine cannot take a Program, in words; None: it can."""
    fabric = program.fabric
    for p in fabric.populations:
        if p.kind >= 0 and models[p.kind] is not LIF:
            return f"{models[p.kind].name} is not among its models (LIF)"
        if p.kind >= 0 and p.constant_stride:
            return "it takes populations whose neurons share their parameters"
    if fabric.projections.single.any() or len(fabric.procedures):
        return "it takes stored synapses with float64 weights"
    values = (program.constants, fabric.weight, program.drives.members.weight, program.initial[np.isfinite(program.initial)])
    if any(np.abs(v).max(initial=0.0) > LARGEST for v in values):
        return f"it takes values up to {LARGEST:g}, whose sums stay finite"
    for j in fabric.projections:
        if smallest_delay(fabric, j) < SHORTEST:
            return f"it takes delays of {SHORTEST:.3g} ms and more"
    return None


def suits(program, models):
    """Whether the windowed engine can take a Program and is the faster one."""
    if unsuited(program, models) is not None:
        return False
    fabric, drives = program.fabric, program.drives
    synapses = sum(_synapses(fabric, j) for j in fabric.projections)
    driven = sum(_events(drives, d) for d in drives.drives)
    return window_length(program) * (synapses * _EXPECTED_RATE * 1e-3 + driven) >= _WORTHWHILE


def make_plan(program):
    """The Plan of a Program that suits."""
    populations, constants = program.fabric.populations, program.constants
    frames = records(FRAME, len(populations))
    window = window_length(program)
    for frame, p in zip(frames, populations, strict=True):
        frame.first, frame.count, frame.kind = p.first, p.count, p.kind
        if p.kind < 0:
            continue
        frame.tau, frame.v_inf, frame.v_thresh, frame.v_reset, frame.t_ref = constants[p.constant : p.constant + 5]
        distance = frame.v_thresh - frame.v_inf
        lowest = distance * math.exp(-window / frame.tau) if distance > 0.0 else distance
        # A sum that rounds may lie this much off; what is nearer to threshold goes to the exact replay.
        frame.limit = lowest - 1e-12 * (abs(distance) + abs(frame.v_thresh - frame.v_reset) + abs(frame.v_thresh))
    return Plan(frames, window)


def window_length(program):
    """Dyadic length of a window, ms: no longer than any delay from a neuron, short enough that few neurons come near threshold."""
    fabric, drives = program.fabric, program.drives.drives
    longest = 1.0
    excitation = np.zeros(len(fabric.populations))  # expected, mV/ms for each neuron
    for j in fabric.projections:
        source = fabric.populations[fabric.of_address[j.pre_first]] if j.pre_count else None
        if source is None:
            continue
        synapses = _synapses(fabric, j)
        if source.kind >= 0:
            longest = min(longest, smallest_delay(fabric, j))
        weights = fabric.weight[j.weight : j.weight + (synapses if j.weight_stride else min(synapses, 1))]
        mean = float(np.maximum(weights, 0.0).mean()) if len(weights) else 0.0
        count = max(1, int(fabric.populations[j.post].count))
        excitation[j.post] += synapses / count * mean * _EXPECTED_RATE * 1e-3
    for d in drives:
        weights = program.drives.members.weight[d.member : d.member_end]
        events = _events(program.drives, d)
        count = max(1, int(fabric.populations[d.population].count))
        excitation[d.population] += events / count * float(np.maximum(weights, 0.0).mean())
    for p, rate in zip(fabric.populations, excitation, strict=True):
        if p.kind >= 0 and rate > 0.0:
            _, _, v_thresh, v_reset, _ = program.constants[p.constant : p.constant + 5]
            longest = min(longest, _PART * (v_thresh - v_reset) / rate)
    return max(2.0 ** math.floor(math.log2(longest)), SHORTEST)


def smallest_delay(fabric, j):
    """Smallest delay of a projection, ms; inf without synapses."""
    return float(shared_or_own(fabric.delay, j.delay, j.delay_stride, _synapses(fabric, j)).min(initial=np.inf))


def _synapses(fabric, j):
    """Number of synapses of a projection."""
    return int(fabric.indptr[j.row + j.pre_count] - fabric.indptr[j.row])


def _events(drives, d):
    """Mean number of events of a drive in a millisecond."""
    return sum(_mean(drives, block) for block in range(d.block, d.block_end)) / d.bin


def _mean(drives, block):
    """Mean of a distribution that is given as P(N <= k)."""
    b = drives.blocks[block]
    return float((1.0 - drives.cumulative[b.table : b.table + b.length]).sum())
