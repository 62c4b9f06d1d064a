"""Which networks the windowed engine takes, and how long its windows are: functions of the Program alone."""

import math

import numpy as np

from .survey import describe, survey

# Times of windows' edges are multiples of this, so that they are exact for months of simulated time.
SHORTEST = 2.0**-20

# Sums of potentials and weights up to this never leave the finite numbers, so -inf can mean refractoriness.
LARGEST = 1e100

# A window is so short that the excitation expected in it is this part of the way from reset to threshold, and that it
# is this part of a membrane time constant: then few neurons come so near to threshold that they have to be replayed.
PART = 1.0 / 32.0
_PART_OF_MEMBRANE = 1.0 / 8.0
_PART_OF_DECAY = 1.0 / 4.0  # of any time constant: then a polynomial of low degree says what is left of a delivery

_EXPECTED_RATE = 20.0  # Hz, of neurons whose rate is not known beforehand

# Events that a window has to hold on average, so that its sweeps pay.
_WORTHWHILE = 300.0

# Constants that may differ between the neurons of a population.
OWN = ("v_inf", "v_thresh", "v_reset", "t_ref")


def examined(program, models):
    """Why the windowed engine cannot take a Program, in words (None: it can), and its Survey (None: it is not needed)."""
    if len(program.currents):
        return "it takes constant currents, not injected ones that depend on time", None
    if len(program.plastic.synapses):
        return "it takes static synapses, not plastic ones", None
    if len(program.fabric.procedures):
        return "it takes stored connections, not those with procedural=True", None
    if len(program.fabric.weight32):
        return "it takes weights of float64, not those with weight_dtype='float32'", None
    found = survey(program)
    return _unsuited(program, models, found), found


def _unsuited(program, models, found):
    fabric, pushed = program.fabric, 1.0
    for p in fabric.populations:
        if p.kind < 0:
            continue
        model = models[p.kind]
        if model.membrane is None:
            return f"it takes leaky membranes with currents that decay by themselves (LIF, LIFExp), not {model.name}"
        shared = [k for k, name in enumerate(model.constant_type._fields) if name not in OWN]
        own = constants_of(program, p, model)[:, shared]
        if p.constant_stride and (own != own[0]).any():
            return "it takes populations whose neurons share their time constants"
        c = model.constant_type(*constants_of(program, p, model)[0])
        decays = decay_times(model, c)
        if not decays.min() * _PART_OF_DECAY >= SHORTEST:
            return f"it takes time constants of {SHORTEST / _PART_OF_DECAY:.3g} ms and more"
        pushed = max(pushed, _push(model, c, decays))
    values = *found.weights, *found.drives, describe(program.constants), describe(program.initial[np.isfinite(program.initial)])
    if any(not max(max(v.most, 0.0), -v.least) <= LARGEST / pushed for v in values):
        return f"it takes values up to {LARGEST:g}, whose sums stay finite"
    if min(found.least_delay, default=SHORTEST) < SHORTEST:
        return f"it takes delays of {SHORTEST:.3g} ms and more"
    return None


def chosen(program, models):
    """The faster of the engines that can take a Program, why it is this one, and what was found out about the Program."""
    reason, found = examined(program, models)
    if reason is not None:
        return "sequential", f"the windowed engine cannot run this network: {reason}", found
    events = window_length(program, models, found) * expected_events(program, found)
    words = f"{events:.3g} events are expected in a window, were all neurons to fire at {_EXPECTED_RATE:g} Hz; windows pay from {_WORTHWHILE:g} on"
    return ("windowed" if events >= _WORTHWHILE else "sequential"), words, found


def expected_events(program, found):
    """Deliveries and drive events to be expected in a millisecond."""
    drives = program.drives
    recurrent = sum(found.synapses) * _EXPECTED_RATE * 1e-3
    return recurrent + sum(drive_events(drives, d) for d in drives.drives)


def constants_of(program, p, model):
    """The constants of a population: one row for each neuron, or one that all share."""
    width = len(model.constant_type._fields)
    return program.constants[p.constant : p.constant + (p.count if p.constant_stride else 1) * width].reshape(-1, width)


def window_length(program, models, found):
    """Length of a window, ms: no longer than any delay from a neuron, short enough that few neurons come near threshold.

    A few bits of a binary fraction: its multiples, the edges of windows, are exact.
    """
    fabric, drives = program.fabric, program.drives.drives
    longest = 1.0
    excitation = np.zeros(len(fabric.populations))  # expected weight of excitation, per ms and neuron
    for j, synapses, delay, weights in zip(fabric.projections, found.synapses, found.least_delay, found.weights, strict=True):
        if not j.pre_count:
            continue
        if fabric.populations[fabric.of_address[j.pre_first]].kind >= 0:
            longest = min(longest, delay)
        excitation[j.post] += synapses / max(1, fabric.populations[j.post].count) * weights.mean_positive * _EXPECTED_RATE * 1e-3
    for d, weights in zip(drives, found.drives, strict=True):
        events = drive_events(program.drives, d)
        excitation[d.population] += events / max(1, fabric.populations[d.population].count) * weights.mean_positive
    for p, rate in zip(fabric.populations, excitation, strict=True):
        if p.kind < 0:
            continue
        model = models[p.kind]
        c = model.constant_type(*constants_of(program, p, model)[0])
        tau, _ = model.membrane(c)
        decays = decay_times(model, c)
        longest = min(longest, _PART_OF_MEMBRANE * tau, _PART_OF_DECAY * decays.min())
        rise = rate * _push(model, c, decays)
        # The more variables there are to be brought forward in each window, the fewer windows there should be.
        allowed = PART * len(model.variables) * (c.v_thresh - c.v_reset)
        if longest * rise > allowed:
            longest = allowed / rise
    step = 2.0 ** math.floor(math.log2(max(longest, SHORTEST)))
    if not len(drives):  # bins of drives, whose lengths are powers of two, must not be cut by edges of windows
        step /= 16.0
    return max(math.floor(longest / step) * step, SHORTEST)


def furthest_edge(window, least_delay=math.inf):
    """The time, ms, up to which all multiples of a window's length are float64 numbers: 2**53 of its last bit.

    And up to which adding the smallest delay changes a time, for a delay that is rounded away is a zero delay.
    """
    numerator, denominator = window.as_integer_ratio()
    furthest = 2.0**53 * ((numerator & -numerator) / denominator)
    if least_delay == math.inf:
        return furthest
    part, exponent = math.frexp(least_delay)  # of powers of two, part is 0.5: half of the last bit would be rounded away
    return min(furthest, math.ldexp(1.0, min(exponent, 900) + (52 if part == 0.5 else 53)))


def windows_before(t, window):
    """How many whole windows end at or before t; the division rounds, the product of few digits does not."""
    k = math.floor(t / window) * 1.0
    return k - 1.0 if k * window > t else k


def decay_times(model, c):
    """Time constants of a model's variables, ms."""
    tau, _ = model.membrane(c)
    dt = tau * 2.0**-30
    zero = model.state_type(*np.zeros(len(model.state_type._fields)))
    at_rest = c._replace(v_inf=0.0)
    times = []
    for name in model.variables:
        after = getattr(model.flow(at_rest, zero._replace(**{name: 1.0}), dt), name)
        times.append(-dt / math.log(after) if 0.0 < after < 1.0 else dt)
    return np.array(times)


def _push(model, c, decays):
    """What a delivery of weight 1 adds to v in all, were there no leak: the largest over the receptors."""
    tau, resistance = model.membrane(c)
    zero = model.state_type(*np.zeros(len(model.state_type._fields)))
    pushes = []
    for port in range(len(model.ports)):
        after = model.receive(c._replace(v_inf=0.0), zero, port, 1.0)
        others = sum(x * t for x, t in zip(after[1 : len(decays)], decays[1:], strict=True))
        pushes.append(after[0] + others * resistance / tau)
    return max(pushes)


def drive_events(drives, d):
    """Mean number of events of a drive in a millisecond."""
    means = [_mean_of(drives, block) for block in range(d.block, d.block_end)]
    return sum(means) / d.bin


def _mean_of(drives, block):
    """Mean of a distribution that is given as P(N <= k)."""
    b = drives.blocks[block]
    return float((1.0 - drives.cumulative[b.table : b.table + b.length]).sum())
