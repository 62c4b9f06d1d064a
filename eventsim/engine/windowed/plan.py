"""What the windowed engine derives from a Program once, as flat arrays: blocks, what reaches them, and what is left of a delivery."""

import functools
import math
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev

from ...lowering.program import BY_SIGN, NO_LANE, columns, records
from ...numerics.drive import BLOCK as DRIVE_BLOCK
from .suits import constants_of, window_length

# Neurons that a scan takes at once, and flat events that are evaluated at once: they stay in the nearest cache.
CHUNK, FLAT_CHUNK = 256, 512

TARGETS = columns(  # a target block: what one thread works on
    "population origin first count kind "  # address of the first neuron of the population, and of its own
    "constant constant_stride width "  # its first neuron's constants; the variables of its model
    "limit limit_stride "  # its first neuron's limit; 0 where one stretch of CHUNK equal limits serves all
    "shifted "  # constants with v_inf = 0, for the propagator
    "route feed feed_end "  # routes[route + source population]; feeds[feed:feed_end]
    "ways ways_end "  # its ways in: WAY
    "events",  # the most drive events that a window can bring
    "gain pull",  # e^(window/tau) - 1; resistance
)
WAY = columns("port sign own response degree")  # a receptor and a sign of weights; `own`: the variable it adds to, beside v
ROUTE = columns("begin end")  # routed[begin:end]: projections from a population into a block that use lanes
FEED = columns("drive block inside port")  # a block of a drive that reaches a target block; whether all its targets lie inside

# Signs of the weights of a projection or drive.
POSITIVE, NEGATIVE, MIXED = 1, -1, 0


class Plan(NamedTuple):
    """The plan; P populations, B blocks, J projections, D drives."""

    targets: np.recarray  # TARGETS (B,)
    ways: np.recarray  # WAY
    response: np.ndarray  # float64: coefficients of polynomials (see `responses`)
    routes: np.recarray  # ROUTE (B * P,)
    routed: np.ndarray  # int64: projections
    feeds: np.recarray  # FEED
    block_of: np.ndarray  # int64 (J,): target block of a projection
    least_delay: np.ndarray  # float64 (J,): the smallest in a projection, ms
    sign: np.ndarray  # int64 (J,): of its weights
    drive_sign: np.ndarray  # int64 (D,)
    ignites: np.ndarray  # uint8 (P,): whether a population has projections with individual delays
    most_own: int  # the most of them between one population and one block
    limit: np.ndarray  # float64: x that makes a neuron hot, mV
    shifted: np.ndarray  # float64: constants of blocks with v_inf = 0
    target: np.ndarray  # uint32 view of the fabric's targets: an index without a sign needs no test


def make_plan(program, models, found):
    """The Plan of a Program that suits, of which `found` is the Survey, and the length of its windows (ms)."""
    window = window_length(program, models, found)
    fabric = program.fabric
    targets, ways, response, limit, shifted = [], [], [], [], []
    for ordinal, p in enumerate(fabric.populations):
        if p.kind < 0:
            continue
        model = models[p.kind]
        constants = constants_of(program, p, model)
        own_ways, own_response = _ways(model, constants[0], window, len(response))
        limits = _limits(model, constants)
        size = min(1 << int(fabric.block_bits[ordinal]), int(p.count))
        for first in range(0, p.count, max(size, 1)):
            t = records(TARGETS, 1)
            t.population, t.origin, t.first, t.count = ordinal, p.first, p.first + first, min(size, p.count - first)
            t.kind, t.width = p.kind, len(model.variables)
            t.constant, t.constant_stride = p.constant + first * p.constant_stride, p.constant_stride
            t.limit_stride = int(len(limits) > 1)
            t.limit = len(limit) + first * t.limit_stride
            t.shifted = len(shifted)
            t.ways, t.ways_end = len(ways), len(ways) + len(own_ways)
            tau, t.pull = model.membrane(model.constant_type(*constants[0]))
            t.gain = math.expm1(window / tau)
            targets.append(t)
        ways += own_ways
        response += own_response
        limit += list(limits) if len(limits) > 1 else [limits[0]] * CHUNK
        shifted += list(model.constant_type(*constants[0])._replace(v_inf=0.0))
    targets = np.concatenate(targets).view(np.recarray) if targets else records(TARGETS, 0)
    ways = np.array(ways, np.int64).reshape(-1, 5).view(WAY).ravel().view(np.recarray)
    place = {(t.population, (t.first - t.origin) >> fabric.block_bits[t.population]): b for b, t in enumerate(targets)}
    block_of = np.array([place.get((j.post, j.block), -1) for j in fabric.projections], np.int64)  # -1: onto nothing
    routes, routed = _routes(fabric, targets, block_of)
    feeds = _feeds(program, targets, lambda population, number: place[population, number], window)
    own = np.zeros((len(fabric.populations), max(1, len(targets))), np.int64)
    for k, p in enumerate(fabric.populations):
        for j in fabric.out[p.out : p.out_end]:
            own[k, block_of[j]] += fabric.projections[j].lane == NO_LANE
    return Plan(
        targets,
        ways,
        np.array(response),
        routes,
        routed,
        feeds,
        block_of,
        np.array(found.least_delay),
        np.array([_sign(w) for w in found.weights], np.int64),
        np.array([_sign(w) for w in found.drives], np.int64),
        (own.max(axis=1) > 0).astype(np.uint8),
        int(own.max(initial=0)),
        np.array(limit),
        np.array(shifted),
        fabric.target.view(np.uint32),
    ), window


def _sign(weights):
    """Sign of many weights; zero counts as positive."""
    if weights.least >= 0.0:
        return POSITIVE
    return NEGATIVE if weights.most < 0.0 else MIXED


def _limits(model, constants):
    """v_thresh - v_inf less a guard, for sums that round: what is nearer to threshold goes to the exact replay."""
    v = {name: constants[:, model.constant_type._fields.index(name)] for name in ("v_inf", "v_thresh", "v_reset")}
    distance = v["v_thresh"] - v["v_inf"]
    return distance - 1e-12 * (np.abs(distance) + np.abs(v["v_thresh"] - v["v_reset"]) + np.abs(v["v_thresh"]))


def way_of(t, port, sign):
    """The way in that a weight of a sign takes."""
    if port == BY_SIGN:
        port = 0 if sign == POSITIVE else 1
    return t.ways + 2 * port + (0 if sign == POSITIVE else 1)


# -- what is left of a delivery at the end of its window ------------------------------------------------------------------


def _ways(model, constants, window, first):
    """The ways into a model and the coefficients of their responses, which begin at `first`."""
    ways, coefficients = [], []
    for port in range(len(model.ports)):
        own, degree, values = responses(model, constants, port, window)
        for sign in (POSITIVE, NEGATIVE):
            ways.append((port, sign, own, first + len(coefficients), degree))
        coefficients += values
    return ways, coefficients


def responses(model, constants, port, window):
    """Polynomials for what a delivery of weight 1 leaves after dt: of v, and of the variable that the receptor adds to.

    Returns that variable (0: v itself, and one polynomial), the degree, and the coefficients of powers of
    u = 2 dt/window - 1, the highest first: of v, then of the variable. They interpolate the model's own `flow` at
    Chebyshev's points; what is cut off is below 2**-56 of the largest value.
    """
    c = model.constant_type(*constants)._replace(v_inf=0.0)
    zero = model.state_type(*np.zeros(len(model.state_type._fields)))
    variables = len(model.variables)
    raised = model.receive(c, zero, port, 1.0)
    own = next((k for k in range(1, variables) if raised[k] != 0.0), 0)

    def left(k, u):
        return np.array([_sum(model.flow(c, raised, (x + 1.0) * 0.5 * window), k, variables) for x in u])

    series = [chebyshev.chebinterpolate(functools.partial(left, k), 20) for k in ((0, own) if own else (0,))]
    degree = max(_degree(s) for s in series)
    powers = [np.pad(chebyshev.cheb2poly(s[: degree + 1]), (0, degree + 1))[: degree + 1] for s in series]
    return own, degree, [x for p in powers for x in p[::-1].tolist()]


def _sum(state, k, variables):
    """Variable k of a state, its residue included."""
    return state[k] + (state[variables + k] if variables + k < len(state) else 0.0)


def _degree(series):
    """How many terms of a Chebyshev series matter."""
    tail = np.cumsum(np.abs(series)[::-1])[::-1]
    floor = max(2.0**-56 * np.abs(series).sum(), 4.0 * np.abs(series[-3:]).max())
    return max(1, int(np.flatnonzero(tail > floor).max(initial=1)))


# -- who reaches which block ---------------------------------------------------------------------------------------------


def _routes(fabric, targets, block_of):
    """For each block and source population, the projections between them that use lanes, in order."""
    routes, routed = records(ROUTE, len(targets) * len(fabric.populations)), []
    at, by_pair = 0, {}
    for p, population in enumerate(fabric.populations):
        for j in fabric.out[population.out : population.out_end]:
            if fabric.projections[j].lane != NO_LANE and block_of[j] >= 0:
                by_pair.setdefault((int(block_of[j]), p), []).append(int(j))
    for b in range(len(targets)):
        targets[b].route = at
        for p in range(len(fabric.populations)):
            routes[at].begin = len(routed)
            routed += by_pair.get((b, p), [])
            routes[at].end = len(routed)
            at += 1
    return routes, np.array(routed, np.int64)


def _feeds(program, targets, block_of_drive, window):
    """The blocks of drives that reach each target block; notes their range and the most events in `targets`."""
    drives, block_bits = program.drives, program.fabric.block_bits
    found = [[] for _ in targets]
    for d, drive in enumerate(drives.drives):
        bins = int(max(1.0, window / drive.bin)) + 1
        for k in range(drive.block_end - drive.block):
            begin = drive.member + k * DRIVE_BLOCK
            members = drives.members.target[begin : min(begin + DRIVE_BLOCK, drive.member_end)]
            reached = {block_of_drive(drive.population, number) for number in np.unique(members >> block_bits[drive.population])}
            for b in reached:
                found[b].append((d, k, int(len(reached) == 1), int(drive.port)))
                targets[b].events += bins * drives.blocks.length[drive.block + k]
    feeds = [feed for of_block in found for feed in of_block]
    ends = np.cumsum([len(f) for f in found], dtype=np.int64)
    targets.feed[:], targets.feed_end[:] = ends - [len(f) for f in found], ends
    return np.array(feeds, np.int64).reshape(-1, 4).view(FEED).ravel().view(np.recarray)
