"""An oracle in 40-digit arithmetic: the first threshold crossing of neurons after each reset, found rigorously.

It takes as given what the engine decided before: the float64 times of all spikes, hence of all deliveries (presynaptic
spike + delay, one float64 addition), and for each neuron its own earlier spikes. From every reset on it computes the exact
trajectory (exact.py) and the first time at which it reaches threshold, and compares the engine's next spike with that (guarantee 2).
It shares nothing with the package: coefficients, propagators and root isolation are its own.
"""

import math
from dataclasses import dataclass

import mpmath
import numpy as np
from mpmath import mpf

from .exact import Adapting, Chain, Line, Membrane, Parabola, rate_of_peak, ulp


def neuron_of(population, k):
    """Neuron k of a population; its parameters are float64 numbers and taken exactly."""
    model = population.model.model
    p = {q.name: mpf(float(population.get(q.name)[k])) for q in model.parameters}
    common = p["v_thresh"], p["v_reset"], float(p["t_ref"])
    if model.name == "IF":
        return Line(*common, p["i_offset"] / p["c_m"])
    if model.name == "QIF":
        return Parabola(*common, p["tau_m"], p["curvature"], p["v_rest"], p["v_crit"], p["r_m"] * p["i_offset"])
    if model.name == "LIFAdapt":
        return Adapting(*common, *(p[name] for name in ("tau_m", "c_m", "v_rest", "i_offset", "tau_w", "a", "b")))
    resistance = p["r_m"] if model.name == "LIF" else p["tau_m"] / p["c_m"]
    v_inf = p["v_rest"] + resistance * p["i_offset"]
    if model.name in ("LIFAlpha", "LIFBiexp"):
        rise, decay = ("tau_syn", "tau_syn") if model.name == "LIFAlpha" else ("tau_rise", "tau_decay")
        rises, decays = (tuple(p[f"{tau}_{port}"] for port in model.ports) for tau in (rise, decay))
        return Chain(*common, p["tau_m"], v_inf, resistance, decays, rises, tuple(map(rate_of_peak, rises, decays)))
    taus = tuple(p[f"tau_syn_{port}"] for port in model.ports) if model.name == "LIFExp" else ()
    return Membrane(*common, p["tau_m"], v_inf, resistance, taus)


@dataclass(frozen=True)
class Moment:
    """A neuron's state at a time, refractory until `free`; `place` is the first group of deliveries still to come."""

    t: mpf
    free: mpf
    v: mpf
    others: list
    place: int


@dataclass(frozen=True)
class Prediction:
    """The next spike: its time (inf: none before the end), the least dv/dt on the way; for a jump, the first group after it (else None)."""

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


def judge(neuron, v, groups, spikes, end):
    """Follow one neuron from time 0 to `end`, going on from the engine's spike once each has been compared.

    Parameters
    ----------
    v : sequence of float
        Initial state variables, the potential first.
    groups : list of (time, micro_step, list of (port, weight)), sorted
        What is delivered together.
    spikes : list of float
        The engine's spike times of this neuron, before `end`.
    """
    moment = Moment(mpf(0), mpf(0), mpf(v[0]), [mpf(x) for x in v[1:]], 0)
    verdict = Verdict([], [], [])
    for number, engine in enumerate([*spikes, math.inf]):
        exact = next_spike(neuron, moment, groups, end)
        if not close(exact, engine, neuron, verdict):
            early, late = (next_spike(neuron.shifted(k * neuron.grain), moment, groups, end) for k in (-4, 4))
            margin = 4 * ulp(engine) if engine < math.inf else 0
            if not early.t - margin <= engine <= late.t + margin:
                verdict.wrong.append(f"spike {number}: the engine has {engine!r}, exactly it is {mpmath.nstr(exact.t, 25)}")
                return verdict
            verdict.excused += 1
        if engine < math.inf:
            moment = after_spike(neuron, moment, groups, engine, exact.place)
    return verdict


def close(exact, engine, neuron, verdict):
    """Whether the engine's spike is the predicted one, within the tolerance of guarantee 2; a jump has to be exact."""
    if exact.t == math.inf or engine == math.inf:
        return exact.t == engine
    difference = abs(mpf(engine) - exact.t)
    if exact.place is not None:
        verdict.errors.append(0.0)
        return difference == 0
    tolerance = 4 * ulp(engine) + 4 * neuron.grain / abs(exact.slope)
    verdict.errors.append(float(difference / tolerance))
    verdict.ulps.append(float(difference / ulp(engine)))
    return difference <= tolerance


def next_spike(neuron, moment, groups, end):
    """The first crossing after a moment, by the neuron itself or by a jump."""
    t, v, others = moment.t, moment.v, moment.others
    if v >= neuron.v_thresh:
        return Prediction(moment.free, mpf(0), moment.place)
    for place in range(moment.place, len(groups) + 1):
        due, _, arriving = groups[place] if place < len(groups) else (end, 0, [])
        due = mpf(min(due, end))
        begin = min(max(t, moment.free), due)
        v, others = advanced(neuron, v, others, t, moment.free, begin)
        if due > begin:
            x = neuron.first_crossing(v, others, due - begin)
            if x is not None:
                return Prediction(begin + x, neuron.least_slope(v, others, x), None)
            v, others = neuron.after(v, others, due - begin)
        t = due
        if t == end:
            break
        v, others = neuron.received(v, others, arriving, t < moment.free)
        if v >= neuron.v_thresh:
            return Prediction(t, mpf(0), place + 1)
    return Prediction(mpf("inf"), mpf(0), None)


def advanced(neuron, v, others, t, free, to):
    """v and the other variables at a later time; v is held up to `free`."""
    if t < free:
        held = min(free, to)
        others, t = neuron.clamped(v, others, held - t), held
    return neuron.after(v, others, to - t) if t < to else (v, others)


def after_spike(neuron, moment, groups, engine, place):
    """The moment of the engine's spike: before it, what was delivered up to a jump, else earlier than the spike."""
    if place is None:
        place = moment.place
        while place < len(groups) and groups[place][0] < engine:
            place += 1
    t, v, others = moment.t, moment.v, moment.others
    for due, _, arriving in [*groups[moment.place : place], (engine, 0, [])]:
        v, others = advanced(neuron, v, others, t, moment.free, mpf(due))
        v, others = neuron.received(v, others, arriving, due < moment.free)
        t = mpf(due)
    return Moment(t, mpf(engine + neuron.t_ref), neuron.v_reset, neuron.spiked(others), place)


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


def initial(p, k):
    """Initial state variables of neuron k of a population."""
    return [float(p.get(x)[k]) for x in p.model.model.variables]


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
            verdicts[p.name, k] = judge(neuron_of(p, k), initial(p, k), groups, own, sim.now)
    return verdicts
