"""Synapses by brute force: sums over spikes, pairs and triplets in 40 digits, from the papers' definitions. Shares no code with the rules.

A train is a list of events at a synapse in the order in which they happen there: (time, ARRIVAL or ANSWER), an ANSWER being a postsynaptic spike.
"""

from functools import partial
from itertools import pairwise

import mpmath
from mpmath import mp, mpf

ARRIVAL, ANSWER = 0, 1


def digits(function):
    """The same function in 40 digits."""

    def precise(*args, **kwargs):
        with mp.workdps(40):
            return function(*args, **kwargs)

    return precise


def ordered(pre, post, delay, backprop, post_first):
    """The train of a synapse: times are float64 sums, arrivals first at one time unless an earlier postsynaptic spike is to be."""
    answers_first = (
        post_first and backprop > 0.0
    )  # without backprop_delay a spike at this time is yet to be fired when the arrival is delivered
    events = [(t + delay, ARRIVAL) for t in pre] + [(t + backprop, ANSWER) for t in post]
    return sorted(events, key=lambda e: (e[0], -e[1] if answers_first else e[1]))


def until(train, end):
    """The part of a train before `end`."""
    return [e for e in train if e[0] < end]


def others(train, n, pairing):
    """Times of the events of the other side with which event n pairs as the later one, from the words of Morrison et al. 2008."""
    kind = train[n][1]
    before = [(k, time) for k, (time, side) in enumerate(train[:n]) if side != kind]
    own = [k for k, (_, side) in enumerate(train[:n]) if side == kind]
    since = [time for k, time in before if not own or k > own[-1]]  # of the other side, none of this side between
    if pairing == "all":
        return [time for _, time in before]
    if pairing == "nearest":
        return [time for _, time in before[-1:]]
    if pairing == "presynaptic":  # all arrivals since the last answer have their first answer now; an arrival has one last answer
        return since if kind == ANSWER else [time for _, time in before[-1:]]
    return since[-1:]


def decayed(times, t, tau):
    """Sum of exp(-(t - s)/tau) over times s."""
    return mpmath.fsum(mpmath.exp(-(mpf(t) - mpf(s)) / mpf(tau)) for s in times)


@digits
def stdp(train, w, a_plus, a_minus, w_max, w_min=0.0, tau_plus=20.0, tau_minus=20.0, mu_plus=0.0, mu_minus=0.0, pairing="all"):
    """Weight of pair STDP after a train; amounts are signed towards w_max."""
    w, low, span = mpf(w), mpf(w_min), mpf(w_max) - mpf(w_min)
    part = (w - low) / span  # 0 at w_min, 1 at w_max, where amounts are positive
    for n, (t, kind) in enumerate(train):
        tau, a, mu = (tau_plus, a_plus, mu_plus) if kind == ANSWER else (tau_minus, -a_minus, mu_minus)
        change = mpf(a) * decayed(others(train, n, pairing), t, tau) / abs(span)
        room = 1 - part if change > 0 else part
        part = min(max(part + change * (room ** mpf(mu) if mu else 1), mpf(0)), mpf(1))
    return low + part * span


@digits
def triplets(
    train, w, a2_plus, a3_plus, a2_minus, a3_minus, w_max, w_min=0.0, tau_plus=16.8, tau_x=101.0, tau_minus=33.7, tau_y=125.0, pairing="all"
):
    """Weight of the triplet rule after a train, each triplet by itself."""
    sign, low, high = mpf(1 if w_max > w_min else -1), mpf(min(w_min, w_max)), mpf(max(w_min, w_max))
    w, last = mpf(w), -1 if pairing == "nearest" else None
    for n, (t, kind) in enumerate(train):
        opposite = [s for s, k in train[:n] if k != kind][last:]
        same = [s for s, k in train[:n] if k == kind][last:]
        a2, a3, pair, triple = (a2_plus, a3_plus, tau_plus, tau_y) if kind == ANSWER else (-a2_minus, -a3_minus, tau_minus, tau_x)
        change = mpmath.fsum(mpf(a2) * decayed([s], t, pair) for s in opposite)
        change += mpmath.fsum(mpf(a3) * decayed([s], t, pair) * decayed([r], t, triple) for s in opposite for r in same)
        w = min(max(w + sign * change, low), high)
    return w


@digits
def many_triplets(train, w, a2_plus, a3_plus, a2_minus, a3_minus, taus):
    """Weight of the triplet rule far from its bounds after a long train, by recursion; taus: tau_plus, tau_x, tau_minus, tau_y."""
    w, sums, last = mpf(w), [mpf(0)] * 4, mpf(0)
    for t, kind in train:
        r1, r2, o1, o2 = (s * mpmath.exp(-(mpf(t) - last) / mpf(tau)) for s, tau in zip(sums, taus, strict=True))
        last = mpf(t)
        w += r1 * (mpf(a2_plus) + mpf(a3_plus) * o2) if kind == ANSWER else -o1 * (mpf(a2_minus) + mpf(a3_minus) * r2)
        sums = [r1, r2, o1 + 1, o2 + 1] if kind == ANSWER else [r1 + 1, r2 + 1, o1, o2]
    return w


@digits
def inhibitory(train, w, eta, w_max, w_min=0.0, target_rate=5.0, tau=20.0):
    """Weight of Vogels' rule after a train."""
    sign, low, high = mpf(1 if w_max > w_min else -1), mpf(min(w_min, w_max)), mpf(max(w_min, w_max))
    w = mpf(w)
    for n, (t, kind) in enumerate(train):
        change = decayed(others(train, n, "all"), t, tau)
        if kind == ARRIVAL:
            change -= 2 * mpf(target_rate) / 1000 * mpf(tau)
        w = min(max(w + sign * mpf(eta) * change, low), high)
    return w


@digits
def hebb(train, w, end, eta, w_max, w_min=0.0, tau_pre=20.0, tau_post=20.0):
    """Weight of Hebb's rule at `end`: the integral of each pair of traces from the later spike on; it moves one way, so it is clipped once."""
    sign, low, high = mpf(1 if w_max > w_min else -1), mpf(min(w_min, w_max)), mpf(max(w_min, w_max))
    rate, end = 1 / mpf(tau_pre) + 1 / mpf(tau_post), mpf(end)

    def integral(a, b):
        both = max(a, b)
        begin = mpmath.exp(-(both - a) / mpf(tau_pre) - (both - b) / mpf(tau_post))
        return begin * -mpmath.expm1(-rate * (end - both)) / rate

    pairs = ((mpf(a), mpf(b)) for a, kind in train if kind == ARRIVAL for b, other in train if other == ANSWER)
    return min(max(mpf(w) + sign * mpf(eta) * mpmath.fsum(integral(a, b) for a, b in pairs), low), high)


@digits
def oja(train, w, end, eta, alpha=1.0, tau=20.0):
    """Weight of Oja's rule at `end`, by variation of constants: w(end) = G(0) w + integral of eta x y G, G(t) = exp(-integral from t to end of eta alpha y y)."""
    w, end, eta, alpha, tau = mpf(w), mpf(end), mpf(eta), mpf(alpha), mpf(tau)
    arrivals, answers = ([mpf(t) for t, kind in train if kind == side] for side in (ARRIVAL, ANSWER))
    edges = sorted({mpf(0), *arrivals, *answers, end})

    def trace(times, begin, t):
        return mpmath.fsum(mpmath.exp(-(t - s) / tau) for s in times if s <= begin)

    for begin, stop in pairwise(edges):
        x, y = partial(trace, arrivals, begin), partial(trace, answers, begin)

        def kept(t, y=y, stop=stop):
            return mpmath.exp(-eta * alpha * y(t) ** 2 * tau / 2 * -mpmath.expm1(-2 * (stop - t) / tau))

        gained = mpmath.quad(lambda t, x=x, y=y, kept=kept: x(t) * y(t) * kept(t), [begin, stop]) if y(begin) else mpf(0)
        w = w * kept(begin) + eta * gained
    return w


@digits
def calcium(
    train,
    w,
    end,
    w_max,
    w_min=0.0,
    c_pre=1.0,
    c_post=2.0,
    theta_d=1.0,
    theta_p=1.3,
    gamma_d=200.0,
    gamma_p=321.808,
    tau_ca=20.0,
    tau=150_000.0,
):
    """Weight of the rule of calcium at `end`: its equation is linear between all times at which an event or a crossing of a threshold is."""
    edges = sorted({mpf(0), *(mpf(t) for t, _ in train), mpf(end)})
    w = mpf(w)
    for begin, stop in pairwise(edges):
        level = mpmath.fsum(
            mpf(c_pre if kind == ARRIVAL else c_post) * mpmath.exp(-(begin - mpf(t)) / mpf(tau_ca)) for t, kind in train if mpf(t) <= begin
        )
        crossings = [begin + mpf(tau_ca) * mpmath.log(level / mpf(theta)) for theta in (theta_d, theta_p) if level > 0]
        inner = [begin, *sorted(t for t in crossings if begin < t < stop), stop]
        for a, b in pairwise(inner):
            middle = level * mpmath.exp(-((a + b) / 2 - begin) / mpf(tau_ca))
            up = mpf(gamma_p) / mpf(tau) if middle > theta_p else mpf(0)
            down = mpf(gamma_d) / mpf(tau) if middle > theta_d else mpf(0)
            if up + down:
                target = (up * mpf(w_max) + down * mpf(w_min)) / (up + down)
                w = target + (w - target) * mpmath.exp(-(up + down) * (b - a))
    return w


@digits
def released(times, U, tau_rec, tau_facil=0.0, tau_inact=0.0):
    """The parts u, x, u x of each arrival of a Tsodyks-Markram synapse: what each earlier release still lacks, and each earlier step of u still has."""
    U, recovery = mpf(U), mpf(tau_rec)

    def lacking(age):
        """Part of what was released that has not recovered: two exponential waiting times, or one."""
        if not tau_inact:
            return mpmath.exp(-age / recovery)
        a, b = 1 / mpf(tau_inact), 1 / recovery
        return (1 + a * age) * mpmath.exp(-a * age) if a == b else (b * mpmath.exp(-a * age) - a * mpmath.exp(-b * age)) / (b - a)

    found = []
    for n, t in enumerate(map(mpf, times)):
        earlier = [t - mpf(s) for s in times[:n]]
        u = U * mpmath.fsum((1 - U) ** (n - k) * mpmath.exp(-age / mpf(tau_facil)) for k, age in enumerate(earlier)) + U if tau_facil else U
        x = 1 - mpmath.fsum(one[2] * lacking(age) for one, age in zip(found, earlier, strict=True))
        found.append((u, x, u * x))
    return found
