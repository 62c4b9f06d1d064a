"""One neuron replayed: each next spike is predicted from what it received, compared with the engine's, and gone on from there.

The rules are those of docs/semantics.md: what arrives at one instant is added before threshold is tested, touching is
crossing, refractoriness is half-open, a `set` comes before all else at its time.
"""

import itertools
from typing import NamedTuple

import numpy as np

from . import report
from .fixed import UNIT, fixed

AGREES = fixed(report.AGREES)  # what a spike may differ by
BELONGS = fixed(1e-3)  # ms: farther from a prediction than this, a spike is another one

# Micro-steps of one instant; a `set` comes before.
SET, FIRST, WITHOUT_DELAY = -1, 0, 1


class Groups(NamedTuple):
    """What acts on a neuron together, by time and micro-step."""

    time: list  # in units
    is_set: list  # whether it is a `set`
    parts: list  # of (port, load in units) each; for a `set` (variable, value in units)


class Moment(NamedTuple):
    """A neuron's state at a time; clamped until `free`; `place` is the first group still to come."""

    t: int
    free: int
    x: int
    held: tuple
    place: int


class Prediction(NamedTuple):
    """The next spike: its time in units; whether a delivery made it; the last moment before it (after it, for a delivery)."""

    t: int
    jump: bool
    before: Moment


class Verdict:
    """What the replay of one neuron found.

    Attributes
    ----------
    missed, invented : list of float
        Times (ms) of predicted spikes without a counterpart, and of the engine's spikes without a prediction.
    undecided : int
        Decisions so near to threshold that the rounding of a float64 may decide; the engine's was followed.
    overruled : int
        Those of them in which the engine decided otherwise than the replay would have.
    errors : list of (float, float)
        Distance of each other spike from its prediction (ms), and its time.
    margin : (float, float)
        Smallest distance from threshold at a delivery (mV), and when.
    """

    def __init__(self):
        self.missed, self.invented, self.errors = [], [], []
        self.undecided = self.overruled = 0
        self.margin = (float("inf"), 0.0)


def grouped(membrane, time, micro, port, weight):
    """`Groups` from arrays of single events.

    Parameters
    ----------
    membrane : JumpMembrane or CurrentMembrane
    time : float64 (m,), ms
    micro : int (m,), SET, FIRST or WITHOUT_DELAY
    port : int (m,), receptor; of a `set` the state variable
    weight : float64 (m,); of a `set` the value

    Returns
    -------
    Groups
    """
    order = np.lexsort((micro, time))  # stable: several `set` at one time stay in order
    time, micro, port, weight = time[order], micro[order], port[order], weight[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(time) > 0) | (np.diff(micro) > 0)]) if len(time) else np.empty(0, np.int64)
    is_set = micro[starts] == SET
    ports, weights = port.tolist(), weight.tolist()
    parts = []
    for (begin, end), own in zip(itertools.pairwise([*starts.tolist(), len(time)]), is_set.tolist(), strict=True):
        exact = membrane.replaced if own else lambda _, w: membrane.load(w)
        parts.append([(ports[k], exact(ports[k], weights[k])) for k in range(begin, end)])
    return Groups([int(t) for t in (time[starts] * UNIT).tolist()], is_set.tolist(), parts)


def replay(membrane, values, groups, spikes, end):
    """Follow a neuron from time 0.

    Parameters
    ----------
    membrane : JumpMembrane or CurrentMembrane
    values : sequence of float
        Initial state variables.
    groups : Groups
    spikes : sequence of float, ms
        The engine's spikes of this neuron, sorted, before `end`.
    end : float, ms

    Returns
    -------
    Verdict
    """
    verdict, until = Verdict(), fixed(float(end))
    engine = [fixed(float(s)) for s in spikes]
    x, held = membrane.start(values)
    moment, k = Moment(0, 0, x, held, 0), 0
    while True:
        close = verdict.undecided
        predicted = next_spike(membrane, moment, groups, until, 0, verdict)
        k, given = _compared(membrane, moment, groups, until, predicted, engine, k, verdict, close)
        if given is None:
            return verdict
        moment = _after(membrane, moment, groups, predicted, given, fixed(given / UNIT + membrane.t_ref))


def _compared(membrane, moment, groups, until, predicted, engine, k, verdict, close):
    """Compare a prediction with the engine's spikes from the k-th on.

    Returns how many of the engine's spikes are dealt with now, and the spike to go on from (None: there is no more).
    """
    while k < len(engine):
        own = engine[k]
        error = None if predicted is None else abs(own - predicted.t)
        far = error is None or error > AGREES
        if far and _near(membrane, moment, groups, until, own):
            _overrule(verdict, close)
            return k + 1, own
        if error is not None and error <= BELONGS:
            verdict.errors.append((error / UNIT, own / UNIT))
            return k + 1, own
        if predicted is not None and predicted.t < own:
            break
        verdict.invented.append(own / UNIT)
        k += 1
    else:
        if predicted is None or predicted.t + AGREES >= until:  # so near to the end, the engine may see it in the next run
            return k, None
        if _near(membrane, moment, groups, until, None):
            _overrule(verdict, close)
            return k, None
    verdict.missed.append(predicted.t / UNIT)
    return k, predicted.t


def _overrule(verdict, close):
    """Count a decision that the engine made otherwise; `close`: how many were near before."""
    verdict.undecided += verdict.undecided == close
    verdict.overruled += 1


def _near(membrane, moment, groups, until, own):
    """Whether the engine's next spike (None: there is no more) is right for a threshold that is nearer than rounding can tell."""
    early, late = (next_spike(membrane, moment, groups, until, shift) for shift in (-membrane.near, membrane.near))
    if own is None:
        return late is None
    return early is not None and early.t - AGREES <= own and (late is None or own <= late.t + AGREES)


def next_spike(membrane, moment, groups, until, shift, verdict=None):
    """The next spike before `until`, at a threshold that is shifted; None: there is none."""
    t, free, x, held, place = moment
    time, is_set, parts = groups
    theta, near = membrane.theta + shift, membrane.near
    step, receive = membrane.step, membrane.receive
    n = len(time)
    smallest, smallest_at = None, 0
    found = None
    while True:
        due = time[place] if place < n else until
        if due > until:
            due = until
        if t < free:
            if due < free:
                held = membrane.decayed(held, due - t)
                t = due
                if t == until:
                    break
                x, held = _acted(membrane, x, held, parts[place], is_set[place], clamped=True)
                place += 1
                continue
            held = membrane.decayed(held, free - t)
            t = free
        if place < n and due == t and is_set[place] and t < until:
            x, held = _acted(membrane, x, held, parts[place], True, clamped=False)
            place += 1
            continue
        if x >= theta:  # it stands there: initially, by a `set`, or at the end of refractoriness
            found = Prediction(t, False, Moment(t, free, x, held, place)) if t < until else None
            break
        if due > t:
            after, held_after, crossing = step(x, held, due - t, theta)
            if crossing is not None:
                found = Prediction(t + crossing, False, Moment(t, free, x, held, place)) if t + crossing < until else None
                break
            t, x, held = due, after, held_after
        if t == until:
            break
        if is_set[place]:
            continue
        for port, load in parts[place]:
            x, held = receive(x, held, port, load)
        place += 1
        gap = theta - x
        distance = abs(gap)
        if smallest is None or distance < smallest:
            smallest, smallest_at = distance, t
        if distance < near and verdict is not None:
            verdict.undecided += 1
        if gap <= 0:
            found = Prediction(t, True, Moment(t, free, x, held, place))
            break
    if verdict is not None and smallest is not None and smallest / UNIT < verdict.margin[0]:
        verdict.margin = (smallest / UNIT, smallest_at / UNIT)
    return found


def _acted(membrane, x, held, parts, is_set, clamped):
    """The state after a group."""
    for port, load in parts:
        if is_set and port == 0:
            x = load
        elif is_set:
            held = held[: port - 1] + (load,) + held[port:]
        elif clamped:
            held = membrane.receive_clamped(held, port, load)
        else:
            x, held = membrane.receive(x, held, port, load)
    return x, held


def _after(membrane, moment, groups, predicted, own, free):
    """The moment of a spike that is taken as given: what was delivered before it, or made it, has happened."""
    if predicted is not None:
        before = predicted.before
        if predicted.jump and own == predicted.t:
            return Moment(own, free, membrane.reset, before.held, before.place)
        later = groups.time[before.place] if before.place < len(groups.time) else own
        if not predicted.jump and before.t <= own <= later:
            return Moment(own, free, membrane.reset, membrane.decayed(before.held, own - before.t), before.place)
    # a spike elsewhere: from the moment before on, and what arrives at its very time made it, unless it was predicted earlier
    t, held, place = moment.t, moment.held, moment.place
    made = predicted is None or predicted.jump or predicted.t > own
    while place < len(groups.time) and (groups.time[place] < own or (made and groups.time[place] == own)):
        held = membrane.decayed(held, groups.time[place] - t)
        _, held = _acted(membrane, 0, held, groups.parts[place], groups.is_set[place], clamped=True)
        t = groups.time[place]
        place += 1
    return Moment(own, free, membrane.reset, membrane.decayed(held, own - t), place)
