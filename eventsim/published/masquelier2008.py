"""A neuron finds a pattern of spikes that repeats itself: Masquelier, Guyonneau & Thorpe 2008.

2,000 afferents fire at rates that change all the time. For a quarter of the time half of them repeat what they fired in one stretch of 50 ms, jittered, and one neuron receives them all
through synapses that learn by the times of spikes. It ends up firing when the pattern begins, and at no other time.

The neuron is the paper's, a spike response model, in its differential form: every arrival adds w (exp(-t/tau_m) - exp(-t/tau_s)) times what makes 1 the peak for w = 1, and a spike discards what came
before it and leaves T (2 exp(-t/tau_m) - 4 (exp(-t/tau_m) - exp(-t/tau_s))). That is `LIFExp` with one receptor, but for what a spike does: v becomes 2 T, the current -3 T c_m/tau_s, and both go on from
there. The threshold counts from 1 ms after a spike on, when v has fallen below it.

Source
    Masquelier, Guyonneau & Thorpe 2008, doi 10.1371/journal.pone.0001377. What is not in its text, and the differential form, as in the replication of Hathway & Goodman 2018,
    doi 10.5281/zenodo.1327348, who had the authors' code: stimulus, nearest spikes ("reduced": changes alternate), criterion.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..network.network import Network
from ..network.rules import AllToAll
from ..network.sources import SpikeSource
from ..neurons import LIFExp
from ..neurons.leaky import with_variable
from ..synapses import STDP

AFFERENTS, REPEATING = 2000, 1000  # afferents, and how many of them, the first ones, take part in the pattern
PATTERN, SHARE = 50.0, 0.25  # ms, part of the time
MAX_RATE, MAX_SPEED = 90.0, 1800.0  # Hz, Hz/s: rates are in 0..MAX_RATE and change no faster
LONGEST, STEP = 50.0, 1.0  # ms: after which silence ends in a spike, and between changes of rates
NOISE = 10.0  # Hz of additional spikes
THRESHOLD, TAU_M, TAU_S = 500.0, 10.0, 2.5  # peaks of a response of weight 1, ms, ms
A_PLUS, A_MINUS, TAU_PLUS, TAU_MINUS = 2.0**-5, 0.85 * 2.0**-5, 16.8, 33.7
BLIND = 1.0  # ms after a spike in which the threshold does not count
WEIGHT = 0.475  # to begin with
BLOCK = 2000  # steps that are drawn at once

# -- the neuron ---------------------------------------------------------------------------------------------------------


def _fire(c, s):
    """What is left of a spike: 2 T exp(-t/tau_m) - 4 T (exp(-t/tau_m) - exp(-t/tau_s)), and nothing of what came before."""
    return with_variable(with_variable(s, 0, (2.0 * c.v_thresh, 0.0)), 1, (-3.0 * c.v_thresh * c.c_m / c.tau_syn_0, 0.0))


_EXPONENTIAL = LIFExp(tau_syn=[TAU_S]).model
SRM = replace(
    _EXPONENTIAL,
    name="SRM",
    documentation=__doc__,
    source="Masquelier, Guyonneau & Thorpe 2008, doi 10.1371/journal.pone.0001377",
    fire=_fire,
    flow_refractory=_EXPONENTIAL.flow,
    membrane=None,
    ordered=(),
    variant="SRM",
)

# -- the stimulus -------------------------------------------------------------------------------------------------------


class Stimulus(NamedTuple):
    """Trains of all afferents, repeated after `period`, and when the pattern begins within a period; all in ms."""

    trains: list
    starts: np.ndarray
    period: float


def masquelier2008_stimulus(seed=1, period=150_000.0, jitter=1.0):
    """What the afferents fire.

    Parameters
    ----------
    seed : int
    period : float, ms, >= 1,000 and a multiple of 50
        After which the stimulus repeats itself, as in the paper.
    jitter : float, ms, >= 0
        Standard deviation by which spikes of the pattern are displaced each time.

    Returns
    -------
    Stimulus
        Named tuple: `trains`, 2,000 sorted arrays of times (ms), the first 1,000 being those of afferents that take part in the pattern; `starts`, when the pattern begins (ms); `period` (ms).

    Raises
    ------
    ParameterError
        Where a number is out of range.

    Notes
    -----
    Every millisecond an afferent fires with probability rate * 1 ms, at a random time within it, or where it has not for 50 ms. Its rate changes at a speed that itself changes at random. The pattern is what
    the first 1,000 afferents fire in one of the slots of 50 ms; it is repeated in as many others as make a quarter of the time, no two of them adjacent. In the end all afferents get spikes of a Poisson process of 10 Hz in addition.

    Examples
    --------
    >>> import eventsim as es
    >>> stimulus = es.published.masquelier2008_stimulus(period=1000.0)
    >>> len(stimulus.trains), stimulus.starts
    (2000, array([  0., 100., 300., 500., 650.]))
    """
    rng = np.random.default_rng(_cast.seed(seed))
    period = _cast.number(period, "period", "ms", 1000.0)
    if period % PATTERN:
        raise ParameterError(f"period must be a multiple of {PATTERN:g} ms, got {period:g}")
    slots = round(period / PATTERN)
    jitter = _cast.number(jitter, "jitter", "ms", 0.0)
    time, afferent = _background(rng, period)
    starts = _slots(rng, slots) * PATTERN
    time, afferent = _paste(rng, time, afferent, starts, jitter, period)
    noise = rng.poisson(NOISE * period * 1e-3, AFFERENTS)
    time = np.concatenate([time, rng.uniform(0.0, period, noise.sum())])
    afferent = np.concatenate([afferent, np.repeat(np.arange(AFFERENTS, dtype=np.int16), noise)])
    trains = np.split(time[np.argsort(afferent, kind="stable")], np.cumsum(np.bincount(afferent, minlength=AFFERENTS))[:-1])
    return Stimulus([np.sort(train) for train in trains], starts, period)


def _background(rng, end):
    """Spikes of all afferents at rates of their own, before noise: times, and who fires."""
    speed = MAX_SPEED * 1e-3 * STEP  # Hz a step
    rate = rng.uniform(0.0, MAX_RATE, AFFERENTS).astype(np.float32)
    change = rng.uniform(-speed, speed, AFFERENTS).astype(np.float32)
    times, afferents = [], []
    for begin in range(0, round(end / STEP), BLOCK):
        steps = min(BLOCK, round(end / STEP) - begin)
        rates = np.empty((steps, AFFERENTS), np.float32)
        jolts = rng.random((steps, AFFERENTS), np.float32)
        jolts -= 0.5
        jolts *= 0.4 * speed
        for k in range(steps):
            rates[k] = rate
            rate += change
            np.minimum(np.maximum(rate, 0.0, out=rate), MAX_RATE, out=rate)
            change += jolts[k]
            np.minimum(np.maximum(change, -speed, out=change), speed, out=change)
        step, fired = np.nonzero(rng.random((steps, AFFERENTS), np.float32) < rates * np.float32(1e-3 * STEP))
        times.append((begin + step + rng.random(step.size)) * STEP)
        afferents.append(fired.astype(np.int16))
    return _unsilenced(rng, np.concatenate(times), np.concatenate(afferents), end)


def _unsilenced(rng, time, afferent, end):
    """The same, with a spike in each step in which the last one of an afferent is more than LONGEST ago."""
    order = np.argsort(afferent, kind="stable")
    time, afferent = time[order], afferent[order]
    begins = np.searchsorted(afferent, np.arange(AFFERENTS))
    before = np.insert(time, begins, -rng.uniform(0.0, LONGEST, AFFERENTS))  # before the beginning each has fired once
    after = np.insert(time, np.append(begins[1:], time.size), end)
    whose = np.insert(afferent, begins, np.arange(AFFERENTS))
    added = [(time, afferent)]
    while before.size:
        step = np.floor((before + LONGEST) / STEP)
        silent = (step + 1.0) * STEP <= after
        before, after, whose = (step[silent] + rng.random(silent.sum())) * STEP, after[silent], whose[silent]
        added.append((before, whose))
    return tuple(map(np.concatenate, zip(*added, strict=True)))


def _slots(rng, slots):
    """Numbers of the slots with the pattern, sorted: a part SHARE of all, drawn one after the other, no two of them adjacent."""
    taken = np.zeros(slots + 2, bool)  # with one more on either side
    while taken.sum() < int(SHARE * slots):
        k = rng.integers(1, slots + 1)
        taken[k] |= not taken[k - 1 : k + 2].any()
    return np.flatnonzero(taken[1:-1])


def _paste(rng, time, afferent, starts, jitter, end):
    """What the first afferents fire in the first slot with the pattern takes the place of what they fire in all of them, jittered."""
    slot = np.floor(time / PATTERN)
    pattern = (slot == starts[0] / PATTERN) & (afferent < REPEATING)
    kept = ~(np.isin(slot, starts / PATTERN) & (afferent < REPEATING))
    pasted = starts[:, None] + (time[pattern] - starts[0]) + rng.normal(0.0, jitter, (len(starts), pattern.sum()))
    pasted %= end  # the stimulus repeats itself
    return np.concatenate([time[kept], pasted.ravel()]), np.concatenate([afferent[kept], np.tile(afferent[pattern], len(starts))])


# -- the network --------------------------------------------------------------------------------------------------------


def masquelier2008(stimulus, weight=WEIGHT, pairing="reduced"):
    """The network of 2,000 afferents (population "afferents"), their learning synapses and one neuron (population "neuron").

    Parameters
    ----------
    stimulus : Stimulus
        As `masquelier2008_stimulus` makes it.
    weight : float, from 0 to 1
        Of all synapses to begin with.
    pairing : str
        Of `STDP`: which pairs of spikes count. The paper's is "reduced"; with "all" or "nearest" the neuron falls silent within a second (Hathway & Goodman 2018).

    Returns
    -------
    Network
        Potentials and weights are in units of the peak of a response of weight 1 (the neuron's mV, its synapses' pA); the threshold is 500. The first projection is the plastic one.

    Raises
    ------
    ParameterError
        Where the stimulus is none, the weight out of range or the pairing unknown.

    Examples
    --------
    >>> import eventsim as es
    >>> stimulus = es.published.masquelier2008_stimulus(period=1000.0)
    >>> es.published.masquelier2008(stimulus)
    <Network: 2 populations, 2001 addresses, 1 projections, 0 drives>
    """
    if not isinstance(stimulus, Stimulus):
        raise ParameterError(f"stimulus must be what masquelier2008_stimulus returns, got {_cast.short(stimulus)}")
    weight = _cast.number(weight, "weight", low=0.0, high=1.0)
    net = Network()
    afferents = net.population(AFFERENTS, SpikeSource(stimulus.trains, period=stimulus.period), name="afferents")
    peak = (TAU_S / TAU_M) ** (TAU_M / (TAU_S - TAU_M))  # of a current of c_m / tau_m pA, which makes a response of weight 1
    cell = SRM(tau_m=TAU_M, c_m=TAU_M / peak, tau_syn_0=TAU_S, v_rest=0.0, v_thresh=THRESHOLD, t_ref=BLIND)
    neuron = net.population(1, cell, name="neuron")
    rule = STDP(weight, 0.0, TAU_PLUS, TAU_MINUS, A_PLUS, A_MINUS, w_max=1.0, pairing=pairing)
    net.connect(afferents, neuron, AllToAll(), synapse=rule, receptor=0)
    return net


def masquelier2008_latencies(times, stimulus):
    """How long after the beginning of the pattern each spike came.

    Parameters
    ----------
    times : array (m,), ms, >= 0
        Of spikes of the neuron.
    stimulus : Stimulus

    Returns
    -------
    array (m,), ms
        nan where there was no pattern.

    Raises
    ------
    ParameterError
        Where times are negative or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> import eventsim as es
    >>> stimulus = es.published.masquelier2008_stimulus(period=1000.0)._replace(starts=np.array([100.0, 700.0]))
    >>> es.published.masquelier2008_latencies([103.0, 149.0, 150.0, 1705.0], stimulus)
    array([ 3., 49., nan,  5.])
    """
    phases = _cast.floats(times, "times", "ms", low=0.0) % stimulus.period
    latencies = phases - np.append(stimulus.starts, -np.inf)[np.searchsorted(stimulus.starts, phases, side="right") - 1]
    return np.where(latencies < PATTERN, latencies, np.nan)


class Outcome(NamedTuple):
    """Of a run or a part of it: part of the patterns that were answered, number of spikes where there was none, mean latency (ms), and whether that is success."""

    hit_rate: float
    false_alarms: int
    latency: float
    succeeded: bool


def masquelier2008_outcome(times, stimulus, begin, end):
    """How well the neuron has found the pattern, by the paper's criterion.

    Parameters
    ----------
    times : array (m,), ms, >= 0
        Of spikes of the neuron.
    stimulus : Stimulus
    begin, end : float, ms
        Of the time that is judged, multiples of 50; the paper's is the last 150 s of 450 s.

    Returns
    -------
    Outcome
        Named tuple: `hit_rate`, part of the patterns in which there was a spike; `false_alarms`, number of spikes outside of them; `latency` (ms), mean over spikes in them, nan without any;
        `succeeded`: more than 98 % hits, no false alarm, a latency below 10 ms.

    Raises
    ------
    ParameterError
        Where times are negative or not finite, or no pattern lies between begin and end.

    Examples
    --------
    >>> import numpy as np
    >>> import eventsim as es
    >>> stimulus = es.published.masquelier2008_stimulus(period=1000.0)._replace(starts=np.array([100.0, 700.0]))
    >>> es.published.masquelier2008_outcome([103.0, 705.0, 1105.0], stimulus, 0.0, 2000.0)
    Outcome(hit_rate=0.75, false_alarms=0, latency=4.333333333333333, succeeded=False)
    """
    begin, end = _cast.number(begin, "begin", "ms", 0.0), _cast.number(end, "end", "ms", 0.0)
    times = _cast.floats(times, "times", "ms", low=0.0)
    times = times[(times >= begin) & (times < end)]
    periods = np.arange(begin // stimulus.period, np.ceil(end / stimulus.period))
    shown = (periods[:, None] * stimulus.period + stimulus.starts).ravel()
    shown = shown[(shown >= begin) & (shown < end)]
    if not shown.size:
        raise ParameterError(f"a pattern must begin between begin and end, got {begin:g} and {end:g} ms")
    latencies = masquelier2008_latencies(times, stimulus)
    hits = np.unique(np.round(times - latencies)[~np.isnan(latencies)])
    hit_rate, false_alarms = hits.size / shown.size, int(np.isnan(latencies).sum())
    latency = float(np.nanmean(latencies)) if hits.size else float("nan")
    return Outcome(hit_rate, false_alarms, latency, hit_rate > 0.98 and false_alarms == 0 and latency < 10.0)
