"""Neurons in exact numbers: what the oracle replays, and what models are held to. They share nothing with the package.

Where a neuron is linear, the distance to threshold between two deliveries is a sum of polynomials times exponentials,

    f(x) = sum_j P_j(x) exp(-a_j x),

with constants and exponentials, and polynomials where time constants are equal. By Rolle's theorem f has at most one root
between two neighbouring roots of the derivative of exp(a_0 x) f(x), which has one power or exponential less; so a recursion
isolates all roots, and bisection finds each in its interval.
"""

import itertools
import math
from dataclasses import dataclass, replace

import mpmath
from mpmath import mp, mpf

DIGITS = 80  # of which the coefficients of three nearly equal time constants cancel up to 32
_SMALLEST = mpf(10) ** -45

mp.dps = DIGITS


def ulp(x):
    """The distance between neighbouring float64 numbers at x."""
    return mpf(math.ulp(float(x)))


# -- sums of polynomials times exponentials --------------------------------------------------------------------------


def evaluate(terms, x):
    """f(x) of terms {a: [P_0, P_1, ...]}."""
    total = mpf(0)
    for a, polynomial in terms.items():
        value = mpf(0)
        for coefficient in reversed(polynomial):
            value = value * x + coefficient
        total += value * mpmath.exp(-a * x) if a else value
    return total


def derivative(terms):
    """Terms of f'."""
    out = {}
    for a, p in terms.items():
        q = [-a * c for c in p]
        for k in range(1, len(p)):
            q[k - 1] += k * p[k]
        while q and q[-1] == 0:
            q.pop()
        if q:
            out[a] = q
    return out


def filtered(terms, b, start):
    """Terms of y with y' = -b y + f, y(0) = start."""
    out = {b: [start]}
    for a, p in terms.items():
        if a == b:
            q = [mpf(0), *(c / (k + 1) for k, c in enumerate(p))]
        else:  # Q' + (b - a) Q = P, from the highest power down
            q = [mpf(0)] * len(p)
            for k in range(len(p) - 1, -1, -1):
                q[k] = (p[k] - ((k + 1) * q[k + 1] if k + 1 < len(p) else 0)) / (b - a)
            out[b][0] -= q[0]
        own = out.setdefault(a, [])
        own.extend([mpf(0)] * (len(q) - len(own)))
        for k, c in enumerate(q):
            own[k] += c
    return out


def roots(terms, end):
    """All points of (0, end) at which f changes its sign, in order."""
    if not terms:
        return []
    shift = min(terms)
    shifted = {a - shift: p for a, p in terms.items()}  # exp(shift x) f(x): the same roots, and a term without exponential
    turning = roots(derivative(shifted), end)
    points = [mpf(0), *turning, end]
    found = []
    for low, high in itertools.pairwise(points):
        if evaluate(shifted, low) * evaluate(shifted, high) < 0:
            found.append(bracketed(lambda x: evaluate(shifted, x), low, high))
    return found


def bracketed(f, low, high):
    """The root between two points of different sign: Illinois' variant of the secant, which keeps the bracket."""
    f_low, f_high = f(low), f(high)
    for _ in range(400):
        if high - low <= _SMALLEST * max(1, abs(high)):
            break
        x = (low * f_high - high * f_low) / (f_high - f_low)
        if not low < x < high:
            x = (low + high) / 2
        value = f(x)
        if value == 0:
            return x
        if (value < 0) == (f_high < 0):
            high, f_high, f_low = x, value, f_low / 2
        else:
            low, f_low, f_high = x, value, f_high / 2
    return (low + high) / 2


# -- neurons ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Neuron:
    """What all have: threshold, reset, refractory period; `others` are the state variables beside v, a list."""

    v_thresh: mpf
    v_reset: mpf
    t_ref: float

    def clamped(self, v, others, x):
        """The other variables after x with v held."""
        return others

    def received(self, v, others, arriving, clamped):
        """v and the others after deliveries (port, weight)."""
        return (v if clamped else v + sum((mpf(weight) for _, weight in arriving), mpf(0))), others

    def spiked(self, others):
        """The other variables after a spike."""
        return others

    def least_slope(self, v, others, x):
        """The smallest dv/dx of the way to a crossing after x: what rounding on the way is divided by."""
        return self.slope(*self.after(v, others, x))

    @property
    def grain(self):
        """The distance of float64 numbers of the size of its potentials."""
        return ulp(self.v_thresh)

    def shifted(self, by):
        """The same neuron with a threshold that is higher."""
        return replace(self, v_thresh=self.v_thresh + by)


@dataclass(frozen=True)
class Membrane(Neuron):
    """A LIF neuron: asymptote v_inf, resistance, and time constants of the receptors (none: delta jumps)."""

    tau_m: mpf
    v_inf: mpf
    resistance: mpf
    taus: tuple

    def terms(self, v, currents):
        """v(x) as {a: polynomial}."""
        drive = {mpf(0): [self.v_inf / self.tau_m]}
        for i, tau in zip(currents, self.taus, strict=True):
            if i:
                drive.setdefault(1 / tau, [mpf(0)])[0] += self.resistance * i / self.tau_m
        return filtered(drive, 1 / self.tau_m, v)

    def after(self, v, currents, x):
        """v and currents after x without deliveries."""
        return evaluate(self.terms(v, currents), x), self.clamped(v, currents, x)

    def clamped(self, v, currents, x):
        """The currents after x."""
        return [i * mpmath.exp(-x / tau) if i else i for i, tau in zip(currents, self.taus, strict=True)]

    def ceiling(self, currents):
        """A potential that v does not pass from below."""
        return self.v_inf + self.resistance * sum((i for i in currents if i > 0), mpf(0))

    def first_crossing(self, v, currents, end):
        """The first x in (0, end) at which v(x) reaches threshold, or None; v < v_thresh."""
        ceiling = self.ceiling(currents)
        if ceiling <= self.v_thresh or (ceiling - v) * min(end / self.tau_m, 1) < self.v_thresh - v:
            return None  # v relaxes all the time towards something that is not above the ceiling
        terms = self.terms(v, currents)
        terms.setdefault(mpf(0), [mpf(0)])[0] -= self.v_thresh
        found = roots({a: p for a, p in terms.items() if any(p)}, end)
        return found[0] if found else None

    def slope(self, v, currents):
        """dv/dx."""
        return (self.v_inf - v + self.resistance * sum(currents, mpf(0))) / self.tau_m

    def received(self, v, currents, arriving, clamped):
        """v and currents after deliveries."""
        if not self.taus:
            return super().received(v, currents, arriving, clamped)
        currents = list(currents)
        for port, weight in arriving:
            currents[port] += mpf(weight)
        return v, currents


def rate_of_peak(a, b):
    """What the convolution of exp(-t/a) and exp(-t/b) is multiplied with to peak at 1."""
    if a == b:
        return mpmath.e / a
    t = a * b / (a - b) * mpmath.log(a / b)
    return (1 / b - 1 / a) / (mpmath.exp(-t / a) - mpmath.exp(-t / b))


@dataclass(frozen=True)
class Chain(Membrane):
    """A neuron with currents that rise and decay; `taus` are decay times. Others: all currents, then what feeds them."""

    rises: tuple
    rates: tuple

    def fed(self, others):
        """Terms of each current."""
        n = len(self.taus)
        feeds = [{1 / rise: [rate * r]} if r else {} for rise, rate, r in zip(self.rises, self.rates, others[n:], strict=True)]
        return [filtered(f, 1 / tau, i) for f, tau, i in zip(feeds, self.taus, others[:n], strict=True)]

    def terms(self, v, others):
        """v(x) as {a: polynomial}."""
        drive = {mpf(0): [self.v_inf / self.tau_m]}
        for current in self.fed(others):
            for a, p in current.items():
                own = drive.setdefault(a, [])
                own.extend([mpf(0)] * (len(p) - len(own)))
                for k, x in enumerate(p):
                    own[k] += self.resistance / self.tau_m * x
        return filtered({a: p for a, p in drive.items() if any(p)}, 1 / self.tau_m, v)

    def clamped(self, v, others, x):
        """The other variables after x."""
        n = len(self.taus)
        rises = [r * mpmath.exp(-x / tau) for r, tau in zip(others[n:], self.rises, strict=True)]
        return [evaluate(terms, x) for terms in self.fed(others)] + rises

    def ceiling(self, others):
        """A potential that v does not pass from below: no current exceeds what it is and what feeds it."""
        return self.v_inf + self.resistance * sum((i for i in others if i > 0), mpf(0))

    def slope(self, v, others):
        """dv/dx."""
        return super().slope(v, others[: len(self.taus)])

    def received(self, v, others, arriving, clamped):
        """v and the others after deliveries."""
        others = list(others)
        for port, weight in arriving:
            others[len(self.taus) + port] += mpf(weight)
        return v, others


@dataclass(frozen=True)
class Adapting(Neuron):
    """A LIFAdapt neuron, from the equations; others: w."""

    tau_m: mpf
    c_m: mpf
    v_rest: mpf
    current: mpf
    tau_w: mpf
    a: mpf
    b: mpf

    def fixed(self):
        """Fixed point (v, w)."""
        x = self.current / (self.c_m / self.tau_m + self.a)
        return self.v_rest + x, self.a * x

    def rates(self):
        """Mean rate, and the square of half the difference of the eigenvalues."""
        middle = (1 / self.tau_m + 1 / self.tau_w) / 2
        return middle, middle**2 - (1 + self.a * self.tau_m / self.c_m) / (self.tau_m * self.tau_w)

    def slopes(self, v, w):
        """dv/dx and dw/dx."""
        return (self.v_rest - v) / self.tau_m + (self.current - w) / self.c_m, (self.a * (v - self.v_rest) - w) / self.tau_w

    def after(self, v, others, x):
        """v and w after x: exp(A x) = exp(-m x) (cosh(d x) + sinh(d x)/d (A + m))."""
        (v_0, w_0), (middle, square) = self.fixed(), self.rates()
        d = mpmath.sqrt(square)  # imaginary where the membrane rings
        left, cosine, sine = mpmath.exp(-middle * x), mpmath.re(mpmath.cosh(d * x)), mpmath.re(mpmath.sinh(d * x) / d) if d else x
        dv, dw = v - v_0, others[0] - w_0
        v_rate, w_rate = self.slopes(v, others[0])
        return v_0 + left * (cosine * dv + sine * (v_rate + middle * dv)), [w_0 + left * (cosine * dw + sine * (w_rate + middle * dw))]

    def clamped(self, v, others, x):
        """w after x with v held."""
        target = self.a * (v - self.v_rest)
        return [target + (others[0] - target) * mpmath.exp(-x / self.tau_w)]

    def first_crossing(self, v, others, end):
        """The first x in (0, end) at which v reaches threshold, or None: between turning points, v is monotone."""
        points = [mpf(0), *(x for x in self.turns(v, others) if x < end), end]
        for low, high in itertools.pairwise(points):
            if self.after(v, others, low)[0] < self.v_thresh <= self.after(v, others, high)[0]:
                return bracketed(lambda x: self.after(v, others, x)[0] - self.v_thresh, low, high)
        return None

    def turns(self, v, others):
        """The first turning points of v: all of them, or as many as can matter."""
        middle, square = self.rates()
        p, w_rate = self.slopes(v, others[0])
        q = (-1 / self.tau_m + middle) * p - w_rate / self.c_m  # v' is exp(-m x) (p cosh(d x) + q sinh(d x)/d)
        if square < 0:
            d = mpmath.sqrt(-square)
            first = mpmath.atan2(-p, q / d) % mpmath.pi / d
            return [first + k * mpmath.pi / d for k in range(4)]
        d = mpmath.sqrt(square)
        if d == 0:
            return [-p / q] if q and -p / q > 0 else []
        ratio = (q - p * d) / (q + p * d) if q + p * d else mpf(0)  # exp(2 d x)
        return [mpmath.log(ratio) / (2 * d)] if ratio > 1 else []

    def slope(self, v, others):
        """dv/dx."""
        return self.slopes(v, others[0])[0]

    def spiked(self, others):
        """w after a spike."""
        return [others[0] + self.b]


@dataclass(frozen=True)
class Line(Neuron):
    """An IF neuron."""

    rate: mpf

    def after(self, v, others, x):
        """v after x."""
        return v + self.rate * x, others

    def first_crossing(self, v, others, end):
        """When v reaches threshold before `end`, or None."""
        x = (self.v_thresh - v) / self.rate if self.rate > 0 else mpf("inf")
        return x if x < end else None

    def slope(self, v, others):
        """dv/dx."""
        return self.rate


@dataclass(frozen=True)
class Parabola(Neuron):
    """A QIF neuron: tau_m v' = curvature (v - v_rest) (v - v_crit) + held."""

    tau_m: mpf
    curvature: mpf
    v_rest: mpf
    v_crit: mpf
    held: mpf

    @property
    def apex(self):
        """The middle between the branches."""
        return (self.v_rest + self.v_crit) / 2

    @property
    def drive(self):
        """B of y' = y**2 + B, y = curvature (v - apex), time in units of tau_m."""
        return self.curvature * self.held - (self.curvature * (self.v_crit - self.v_rest) / 2) ** 2

    def after(self, v, others, x):
        """v after x, inf from when it is infinite."""
        y, z, drive = self.curvature * (v - self.apex), x / self.tau_m, self.drive
        k = mpmath.sqrt(abs(drive))
        if drive > 0:
            angle = mpmath.atan(y / k) + k * z
            y = k * mpmath.tan(angle) if angle < mpmath.pi / 2 else mpf("inf")
        elif drive == 0 or abs(y) == k:
            y = y / (1 - y * z) if drive == 0 and y * z < 1 else y if drive else mpf("inf")
        else:
            ratio = (y - k) / (y + k) * mpmath.exp(2 * k * z)
            y = mpf("inf") if y > k and ratio >= 1 else k * (1 + ratio) / (1 - ratio)
        return self.apex + y / self.curvature, others

    def first_crossing(self, v, others, end):
        """When v reaches threshold before `end`, or None."""
        y, target, drive = self.curvature * (v - self.apex), self.curvature * (self.v_thresh - self.apex), self.drive
        k = mpmath.sqrt(abs(drive))
        if drive > 0:
            x = (mpmath.atan(target / k) - mpmath.atan(y / k)) / k
        elif (y > k or target < -k) and y != k:
            x = mpmath.log((target - k) / (target + k) * (y + k) / (y - k)) / (2 * k) if drive else 1 / y - 1 / target
        else:
            return None
        return x * self.tau_m if x * self.tau_m < end else None

    @property
    def grain(self):
        """The same, the threshold being no potential of size where it is far away."""
        return ulp(max(abs(self.v_rest), abs(self.v_crit), 1 / self.curvature))

    def shifted(self, by):
        """The same neuron in which, seen from the parabola, threshold is higher and every state lower."""
        return replace(self, v_thresh=self.v_thresh + 2 * by, v_rest=self.v_rest + by, v_crit=self.v_crit + by)

    def slope(self, v, others):
        """dv/dx."""
        return (self.curvature * (v - self.v_rest) * (v - self.v_crit) + self.held) / self.tau_m

    def least_slope(self, v, others, x):
        """The slope at the apex, if that is on the way, else at its beginning."""
        return self.slope(min(max(v, self.apex), self.v_thresh), others)
