"""The sweeps of a window over what reaches a block: bound, and accumulate.

What a delivery of weight 1 leaves at the window's end depends on the interval to it alone: a polynomial (plan.responses).
Excitation is added to the half of `y` that collects; a scan brings the other half to the window's end, adds what was
collected, and finds the hot neurons; the halves change roles; inhibition is added to what now are the variables.
"""

import math

from ...numerics.memory import prefetch
from .plan import CHUNK, FLAT_CHUNK

LINE = 16  # targets in a line of memory


def sweep_slices(fabric, plan, slices, n, sign, end, window, y, origin, stop):
    """Add the deliveries of one sign of a block's slices."""
    ways, response = plan.ways, plan.response
    for i in range(n):
        fetch_row(plan.target, slices, i + 2, n)
        piece = slices[i]
        way = ways[piece.way]
        if way.sign != sign:
            continue
        u = 2.0 * (end - piece.time) / window - 1.0
        left = value_at(response, way.response, way.degree, u)
        left_own = value_at(response, way.response + way.degree + 1, way.degree, u) if way.own > 0 else 0.0
        j = fabric.projections[piece.projection]
        target = plan.target[piece.begin : piece.end]
        onto = y[0, origin:stop]
        if j.weight_stride == 0:
            w = fabric.weight[j.weight]
            add_shared(target, w * left, onto)
            if way.own > 0:
                add_shared(target, w * left_own, y[way.own, origin:stop])
            continue
        weight = fabric.weight[j.weight + piece.begin - j.first : j.weight + piece.end - j.first]
        if piece.mixed:
            add_of_sign(target, weight, sign, left, onto)
            if way.own > 0:
                add_of_sign(target, weight, sign, left_own, y[way.own, origin:stop])
        else:
            add_own(target, weight, left, onto)
            if way.own > 0:
                add_own(target, weight, left_own, y[way.own, origin:stop])


def fetch_row(target, slices, i, n):
    """Fetch the targets of a slice that will be swept soon: rows of a large network come from far away."""
    if i < n:
        for place in range(slices[i].begin, min(slices[i].end, slices[i].begin + 16 * LINE), LINE):
            prefetch(target, place)


def add_shared(target, value, onto):
    """One value to all targets."""
    for k in range(target.size):
        onto[target[k]] += value


def add_own(target, weight, left, onto):
    """What is left of each target's own weight."""
    for k in range(target.size):
        onto[target[k]] += weight[k] * left


def add_of_sign(target, weight, sign, left, onto):
    """The same of the weights of one sign."""
    for k in range(target.size):
        w = weight[k]
        onto[target[k]] += left * (w if w * sign > 0.0 else 0.0)


def value_at(response, first, degree, u):
    """A polynomial at u, its coefficients being response[first:first + degree + 1]."""
    value = response[first]
    for k in range(first + 1, first + degree + 1):
        value = value * u + response[k]
    return value


def sweep_flat(plan, t, ends, sign, end, window, time, weight, target, left, y):
    """Add the flat events of one sign."""
    for w in range(t.ways, t.ways_end):
        way = plan.ways[w]
        begin, stop = ends[w - t.ways], ends[w - t.ways + 1]
        if way.sign != sign or begin == stop:
            continue
        for variable in range(2 if way.own > 0 else 1):
            onto = y[way.own if variable > 0 else 0, t.origin : t.first + t.count]
            coefficients = plan.response[way.response + variable * (way.degree + 1) : way.response + (variable + 1) * (way.degree + 1)]
            for a in range(begin, stop, FLAT_CHUNK):
                z = min(a + FLAT_CHUNK, stop)
                evaluate(coefficients, time[a:z], weight[a:z], end, 2.0 / window, left[: z - a])
                add_flat(target[a:z], left[: z - a], onto)


def evaluate(coefficients, time, weight, end, scale, left):
    """What is left of flat events: Horner's rule, for all of them at once."""
    n = time.size
    degree = coefficients.size - 1
    fill(left[:n], coefficients[0])
    k = 1
    while k + 1 <= degree:
        two_steps(left, time, end, scale, coefficients[k], coefficients[k + 1])
        k += 2
    last_step(left, time, weight, end, scale, coefficients[k] if k <= degree else 0.0, k <= degree)


def fill(left, value):
    """All to one value."""
    for i in range(left.size):
        left[i] = value


def two_steps(left, time, end, scale, a, b):
    """Two steps of Horner's rule."""
    for i in range(left.size):
        u = (end - time[i]) * scale - 1.0
        left[i] = (left[i] * u + a) * u + b


def last_step(left, time, weight, end, scale, a, one_more):
    """A last step, if there is one, and the weights."""
    if one_more:
        for i in range(left.size):
            left[i] = (left[i] * ((end - time[i]) * scale - 1.0) + a) * weight[i]
    else:
        for i in range(left.size):
            left[i] *= weight[i]


def add_flat(target, left, onto):
    """Add to targets."""
    for i in range(target.size):
        onto[target[i]] += left[i]


# -- scan -------------------------------------------------------------------------------------------------------------------


def scan(t, y, side, propagator, limits, room, mask, words, hot, start, width, slot, is_hot, n_hot):
    """Bring a block's variables to the window's end, excitation included, into the other half of y; the number of hot neurons.

    Until the end T of the window, x(t) is at most x(T) + max(0, x(T) - L) (exp(window/tau) - 1), where L is the least
    potential that the currents hold: x - L, would the current be L throughout, grows by exp when followed backwards.

    mask : uint8 (CHUNK,), room to mark hot neurons in; words: the same memory as uint64
    """
    for begin in range(0, t.count, CHUNK):
        a, n = t.first + begin, min(CHUNK, t.count - begin)
        limit = limits[t.limit + begin * t.limit_stride : t.limit + begin * t.limit_stride + n]
        after = y[1 - side, 0, a : a + n]
        n_words = (n + 7) // 8
        words[n_words - 1] = 0  # the last of them may be longer than the chunk
        x = y[side, 0, a : a + n]
        if t.width == 1:
            bring(x, after, propagator[0], t.gain, limit, mask)
        elif t.width == 3:
            one, other = y[side, 1, a : a + n], y[side, 2, a : a + n]
            one_after, other_after = y[1 - side, 1, a : a + n], y[1 - side, 2, a : a + n]
            bring_with_two(x, after, one, one_after, other, other_after, propagator, t.gain, t.pull, limit, mask)
        else:
            least = room[:n]
            relax(x, after, propagator[0], least)
            for v in range(1, t.width):
                current = y[side, v, a : a + n]
                charge(current, after, y[1 - side, v, a : a + n], propagator[v], propagator[t.width + v], least)
            mark(after, least, t.pull, t.gain, limit, mask)
        for i in range(n_words):
            if words[i] == 0:
                continue
            for k in range(8 * i, min(8 * i + 8, n)):
                if mask[k] != 0:
                    make_hot(y, side, t.width, hot, start, width, slot, is_hot, n_hot, a + k)
                    n_hot += 1
        for v in range(t.width):
            fill(y[side, v, a : a + n], 0.0)
    return n_hot


def bring(x, after, left, gain, limit, mask):
    """A membrane without currents; which may reach the limit. A loop of its own: as such it is vectorised."""
    for k in range(x.size):
        value = x[k] * left + after[k]
        after[k] = value
        mask[k] = not value + max(0.0, value) * gain < limit[k]


def bring_with_two(x, after, one, one_after, other, other_after, propagator, gain, pull, limit, mask):
    """A membrane with two currents, as most have: what `relax`, `charge` and `mark` do, in one loop."""
    left, left_one, left_other, charged_one, charged_other = propagator[0], propagator[1], propagator[2], propagator[4], propagator[5]
    for k in range(x.size):
        a, b = one[k], other[k]
        a_left, b_left = a * left_one, b * left_other
        one_after[k] += a_left
        other_after[k] += b_left
        value = after[k] + x[k] * left + a * charged_one + b * charged_other
        after[k] = value
        least = min(a, a_left) + min(b, b_left)
        mask[k] = not value + max(0.0, value - least * pull) * gain < limit[k]


def relax(x, after, left, least):
    """A membrane before its currents."""
    for k in range(x.size):
        after[k] += x[k] * left
        least[k] = 0.0


def charge(current, after, current_after, left, charged, least):
    """What a current does to the membrane and what is left of it; the least it is in the window."""
    for k in range(current.size):
        i = current[k]
        remains = i * left
        after[k] += i * charged
        current_after[k] += remains
        least[k] += min(i, remains)


def mark(after, least, pull, gain, limit, mask):
    """Which may reach the limit."""
    for k in range(after.size):
        mask[k] = not after[k] + max(0.0, after[k] - least[k] * pull) * gain < limit[k]


def make_hot(y, side, variables, hot, start, width, slot, is_hot, n, address):
    """Put a neuron that is not refractory on the list of those to be replayed, as number n."""
    slot[address] = n
    is_hot[address] = 1
    hot[n].address = address
    hot[n].free = -math.inf
    for v in range(variables):
        start[n * width + v] = y[side, v, address]
