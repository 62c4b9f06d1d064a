"""An oracle in 40-digit arithmetic for LIF neurons: the first threshold crossing after each reset, found rigorously.

It takes as given what the engine decided before: the float64 times of all spikes, hence of all deliveries (presynaptic
spike + delay, one float64 addition), and for each neuron its own earlier spikes. From every reset on it computes the exact
trajectory and the first time at which it reaches threshold, and compares the engine's next spike with that (guarantee 2).
It shares nothing with the package: coefficients, propagators and root isolation are its own.

Between two deliveries the distance to threshold is a sum of polynomials times exponentials,

    f(x) = sum_j P_j(x) exp(-a_j x),

with constants and exponentials, and polynomials of degree 1 where a synaptic time constant equals that of the membrane.
By Rolle's theorem f has at most one root between two neighbouring roots of the derivative of exp(a_0 x) f(x), which has
one power or exponential less; so a recursion isolates all roots, and bisection finds each in its interval.
"""

import itertools
import math
from dataclasses import dataclass, replace

import mpmath
import numpy as np
from mpmath import mp, mpf

DIGITS = 50  # ten guard digits: the coefficients of near-equal time constants cancel up to 16 of them twice
_SMALLEST = mpf(10) ** -45

mp.dps = DIGITS


# -- roots of sums of polynomials times exponentials ------------------------------------------------------------------


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
            found.append(bracketed(shifted, low, high))
    return found


def bracketed(terms, low, high):
    """The root between two points of different sign: Illinois' variant of the secant, which keeps the bracket."""
    f_low, f_high = evaluate(terms, low), evaluate(terms, high)
    for _ in range(400):
        if high - low <= _SMALLEST * max(1, abs(high)):
            break
        x = (low * f_high - high * f_low) / (f_high - f_low)
        if not low < x < high:
            x = (low + high) / 2
        f = evaluate(terms, x)
        if f == 0:
            return x
        if (f < 0) == (f_high < 0):
            high, f_high, f_low = x, f, f_low / 2
        else:
            low, f_low, f_high = x, f, f_high / 2
    return (low + high) / 2


# -- the neuron ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Membrane:
    """A LIF neuron in exact numbers: asymptote v_inf, resistance, and time constants of the receptors (none: delta jumps)."""

    tau_m: mpf
    v_inf: mpf
    v_thresh: mpf
    v_reset: mpf
    t_ref: float
    resistance: mpf
    taus: tuple

    @classmethod
    def of(cls, population, k):
        """Neuron k of a population; its parameters are float64 numbers and taken exactly."""
        model = population.model.model

        def parameter(name):
            return mpf(float(population.get(name)[k]))

        taus = tuple(parameter(f"tau_syn_{port}") for port in model.ports) if model.name == "LIFExp" else ()
        resistance = parameter("tau_m") / parameter("c_m") if taus else parameter("r_m")
        v_inf = parameter("v_rest") + resistance * parameter("i_offset")
        return cls(
            parameter("tau_m"), v_inf, parameter("v_thresh"), parameter("v_reset"), float(population.get("t_ref")[k]), resistance, taus
        )

    def terms(self, v, currents):
        """v(x) as {a: polynomial}."""
        own = [v - self.v_inf]
        out = {mpf(0): [self.v_inf], 1 / self.tau_m: own}
        for i, tau in zip(currents, self.taus, strict=True):
            drive = self.resistance * i
            if drive == 0:
                continue
            if tau == self.tau_m:  # tau_m v' = -v + drive exp(-x/tau_m) adds drive x/tau_m exp(-x/tau_m)
                own.extend([mpf(0)] * (2 - len(own)))
                own[1] += drive / tau
            else:  # ... and for other tau q (exp(-x/tau) - exp(-x/tau_m))
                q = drive / (1 - self.tau_m / tau)
                out.setdefault(1 / tau, [mpf(0)])[0] += q
                own[0] -= q
        return out

    def after(self, v, currents, x):
        """v and currents after x without deliveries."""
        return evaluate(self.terms(v, currents), x), self.decayed(currents, x)

    def decayed(self, currents, x):
        """The currents after x."""
        return [i * mpmath.exp(-x / tau) if i else i for i, tau in zip(currents, self.taus, strict=True)]

    def first_crossing(self, v, currents, end):
        """The first x in (0, end) at which v(x) reaches threshold, or None; v < v_thresh."""
        ceiling = self.v_inf + self.resistance * sum((i for i in currents if i > 0), mpf(0))
        if ceiling <= self.v_thresh or (ceiling - v) * min(end / self.tau_m, 1) < self.v_thresh - v:
            return None  # v relaxes all the time towards something that is not above the ceiling
        terms = self.terms(v, currents)
        terms[mpf(0)] = [self.v_inf - self.v_thresh]
        found = roots({a: p for a, p in terms.items() if any(p)}, end)
        return found[0] if found else None

    def slope(self, v, currents):
        """dv/dx."""
        return (self.v_inf - v + self.resistance * sum(currents, mpf(0))) / self.tau_m

    def shifted(self, ulps):
        """The same neuron with a threshold that is some float64 numbers higher."""
        return replace(self, v_thresh=self.v_thresh + ulps * ulp(self.v_thresh))


@dataclass(frozen=True)
class Moment:
    """A neuron's state at a time, refractory until `free`; `place` is the first group of deliveries still to come."""

    t: mpf
    free: mpf
    v: mpf
    currents: tuple
    place: int


@dataclass(frozen=True)
class Prediction:
    """The next spike: its time (inf: none before the end), dv/dt there; for a jump, the first group after it (else None)."""

    t: mpf
    slope: mpf
    place: int | None


@dataclass
class Verdict:
    """What the oracle says about the spikes of one neuron.

    Attributes
    ----------
    wrong : list of str
        Spikes missed or invented.
    errors : list of float
        Of each spike: distance from the exact time, as a part of the tolerance.
    ulps : list of float
        Of each crossing that is not a jump: the same in ulp of the time.
    excused : int
        Decisions so near to threshold that the engine's is right for a threshold 4 ulp away.
    """

    wrong: list
    errors: list
    ulps: list
    excused: int = 0


def ulp(x):
    """The distance between neighbouring float64 numbers at x."""
    return mpf(math.ulp(float(x)))


def judge(membrane, v, groups, spikes, end):
    """Follow one neuron from time 0 to `end`, going on from the engine's spike once each has been compared.

    Parameters
    ----------
    v : float
        Initial potential, mV.
    groups : list of (time, micro_step, list of (port, weight)), sorted
        What is delivered together.
    spikes : list of float
        The engine's spike times of this neuron, before `end`.
    """
    moment = Moment(mpf(0), mpf(0), mpf(v), (mpf(0),) * len(membrane.taus), 0)
    verdict = Verdict([], [], [])
    for number, engine in enumerate([*spikes, math.inf]):
        exact = next_spike(membrane, moment, groups, end)
        if not close(exact, engine, membrane, verdict):
            early, late = (next_spike(membrane.shifted(k), moment, groups, end) for k in (-4, 4))
            margin = 4 * ulp(engine) if engine < math.inf else 0
            if not early.t - margin <= engine <= late.t + margin:
                verdict.wrong.append(f"spike {number}: the engine has {engine!r}, exactly it is {mpmath.nstr(exact.t, 25)}")
                return verdict
            verdict.excused += 1
        if engine < math.inf:
            moment = after_spike(membrane, moment, groups, engine, exact.place)
    return verdict


def close(exact, engine, membrane, verdict):
    """Whether the engine's spike is the predicted one, within the tolerance of guarantee 2; a jump has to be exact."""
    if exact.t == math.inf or engine == math.inf:
        return exact.t == engine
    difference = abs(mpf(engine) - exact.t)
    if exact.place is not None:
        verdict.errors.append(0.0)
        return difference == 0
    tolerance = 4 * ulp(engine) + 4 * ulp(membrane.v_thresh) / abs(exact.slope)
    verdict.errors.append(float(difference / tolerance))
    verdict.ulps.append(float(difference / ulp(engine)))
    return difference <= tolerance


def next_spike(membrane, moment, groups, end):
    """The first crossing after a moment, by the membrane itself or by a jump."""
    t, v, currents = moment.t, moment.v, moment.currents
    if v >= membrane.v_thresh:
        return Prediction(moment.free, mpf(0), moment.place)
    for place in range(moment.place, len(groups) + 1):
        due, _, arriving = groups[place] if place < len(groups) else (end, 0, [])
        due = mpf(min(due, end))
        begin = min(max(t, moment.free), due)
        currents = membrane.decayed(currents, begin - t)
        if due > begin:
            x = membrane.first_crossing(v, currents, due - begin)
            if x is not None:
                return Prediction(begin + x, membrane.slope(membrane.v_thresh, membrane.decayed(currents, x)), None)
            v, currents = membrane.after(v, currents, due - begin)
        t = due
        if t == end:
            break
        v, currents = received(membrane, v, currents, arriving, clamped=t < moment.free)
        if v >= membrane.v_thresh:
            return Prediction(t, mpf(0), place + 1)
    return Prediction(mpf("inf"), mpf(0), None)


def received(membrane, v, currents, arriving, clamped):
    """v and currents after deliveries."""
    if membrane.taus:
        currents = list(currents)
        for port, weight in arriving:
            currents[port] += mpf(weight)
    elif not clamped:
        v += sum((mpf(weight) for _, weight in arriving), mpf(0))
    return v, currents


def after_spike(membrane, moment, groups, engine, place):
    """The moment of the engine's spike: before it, what was delivered up to a jump, else earlier than the spike."""
    if place is None:
        place = moment.place
        while place < len(groups) and groups[place][0] < engine:
            place += 1
    t, currents = moment.t, moment.currents
    for due, _, arriving in groups[moment.place : place]:
        currents = membrane.decayed(currents, mpf(due) - t)
        _, currents = received(membrane, mpf(0), currents, arriving, clamped=True)
        t = mpf(due)
    currents = membrane.decayed(currents, mpf(engine) - t)
    return Moment(mpf(engine), mpf(engine + membrane.t_ref), membrane.v_reset, tuple(currents), place)


# -- a run of a network --------------------------------------------------------------------------------------------------


def deliveries_of(sim):
    """All deliveries that the spikes of a run make: a dict address -> sorted groups (time, micro_step, [(port, weight), ...]).

    Neurons' synapses have to have a delay; those of sources may have none and then deliver in micro-step 1.
    """
    grouped = {}
    for j in sim.network.projections:
        synapses = sim.weights(j)
        emitted = sim.spikes.address - j.pre.population.first
        trains = {k: sim.spikes.time[emitted == k].tolist() for k in np.unique(synapses["pre"]).tolist()}
        for pre, post, weight, delay in synapses.tolist():
            port = j.port if j.port >= 0 else int(weight < 0.0)
            own = grouped.setdefault(j.post.population.first + post, {})
            for t in trains[pre]:
                swallowed = t + delay == t
                if swallowed and not j.pre.population.is_source:
                    raise ValueError("the oracle knows synapses without delay from sources only")
                own.setdefault((t + delay, int(swallowed)), []).append((port, weight))
    return {address: [(*key, own[key]) for key in sorted(own)] for address, own in grouped.items()}


def judge_run(sim):
    """Verdicts on all neurons of a simulator that has run from 0 and recorded everything: a dict (population, neuron) -> Verdict."""
    deliveries = deliveries_of(sim)
    verdicts = {}
    for p in sim.network.populations:
        if p.is_source:
            continue
        for k in range(p.n):
            own = sim.spikes.time[sim.spikes.address == p.first + k].tolist()
            groups = deliveries.get(p.first + k, [])
            verdicts[p.name, k] = judge(Membrane.of(p, k), float(p.get("v")[k]), groups, own, sim.now)
    return verdicts
