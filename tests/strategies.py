"""Whole networks for hypothesis to draw, with the corners that break simulators.

A network is drawn as data (`Case`), so that a failing example prints as something that can be read and pasted back;
`build` makes the `eventsim.Network` of it.

Only on coarse grids do events coincide, so two networks of three have all their times, delays and refractory periods on
one: a dyadic grid, where sums are exact, or a decimal one, where equal sums may differ in the last bit.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

import eventsim as es

NEURONS = ("LIF", "LIFExp", "LIFExp3")  # which all engines and the audit take
EXACT_NEURONS = (*NEURONS, "IF", "QIF", "LIFBiexp", "LIFAlpha", "LIFAlpha3", "LIFAdapt")  # which the oracle takes
ALL_NEURONS = (*EXACT_NEURONS, "LIFEscape")
SOURCES = ("Poisson", "Regular", "GammaProcess", "InhomogeneousPoisson", "SpikeSource")
BY_SIGN = ("LIFExp", "LIFBiexp", "LIFAlpha", "AdEx current", "EIF current")  # the sign of the weight may choose the receptor
JUMPS = ("LIF", "IF", "QIF", "LIFAdapt", "LIFEscape", "Izhikevich")  # weights are jumps of the potential

# Neurons of the bounded class, and as published: (name in eventsim, option) by kind.
BOUNDED = {
    "AdEx": ("AdEx", {}),
    "AdEx current": ("AdEx", {"synapses": "current"}),
    "EIF": ("EIF", {}),
    "EIF current": ("EIF", {"synapses": "current"}),
    "LIFCond": ("LIFCond", {}),
    "LIFCond alpha": ("LIFCond", {"shape": "alpha"}),
    "Izhikevich": ("Izhikevich", {}),
    "Izhikevich Euler halves": ("Izhikevich", {"scheme": "2003"}),
    "Izhikevich Euler": ("Izhikevich", {"scheme": "2004"}),
    "HodgkinHuxley": ("HodgkinHuxley", {}),
    "HodgkinHuxley squid": ("HodgkinHuxley", {"kinetics": "squid"}),
}

# Of these, those whose weights are conductances.
CONDUCTANCE = ("AdEx", "EIF", "LIFCond", "LIFCond alpha", "HodgkinHuxley", "HodgkinHuxley squid")

# Resting, reset and threshold potential, mV. From 0 to 15 the sums of 5 mV jumps are exact.
_POTENTIALS = ((0.0, 0.0, 15.0), (-65.0, -65.0, -50.0), (-60.0, -70.0, -50.0), (0.0, -10.0, 15.0))

# Steps of the grids of time, ms; None: anywhere.
STEPS = (0.5, 0.1, None)


@dataclass(frozen=True)
class Group:
    """A population: kind is one of ALL_NEURONS, BOUNDED or SOURCES; v is its initial potential (None: default)."""

    kind: str
    n: int
    values: dict
    v: object = None


@dataclass(frozen=True)
class Bundle:
    """A projection between parts of two populations (indices, or None for all)."""

    pre: int
    pre_part: tuple | None
    post: int
    post_part: tuple | None
    rule: object
    weight: object
    delay: object
    receptor: object
    weight_dtype: str = "float64"
    procedural: bool = False


@dataclass(frozen=True)
class Background:
    """A drive."""

    post: int
    part: tuple | None
    rate: object
    weight: object
    receptor: object


@dataclass(frozen=True)
class Injected:
    """A current of a kind (the name of its class) with its arguments."""

    post: int
    part: tuple | None
    kind: str
    values: dict


@dataclass(frozen=True)
class Case:
    """A network and how long to run it."""

    seed: int
    groups: tuple
    bundles: tuple
    backgrounds: tuple
    end: float
    currents: tuple = ()


def build(case):
    """The network of a case."""
    net = es.Network(seed=case.seed)
    for g in case.groups:
        population = net.population(g.n, _model(g))
        if g.v is not None:
            population.set(v=_values(g.v))
    for b in case.bundles:
        rule, arguments = b.rule
        net.connect(
            _part(net, b.pre, b.pre_part),
            _part(net, b.post, b.post_part),
            getattr(es, rule)(*arguments),
            weight=_values(b.weight),
            delay=_values(b.delay),
            receptor=b.receptor,
            weight_dtype=b.weight_dtype,
            procedural=b.procedural,
        )
    for b in case.backgrounds:
        net.drive(_part(net, b.post, b.part), rate=_values(b.rate), weight=_values(b.weight), receptor=b.receptor)
    for i in case.currents:
        net.inject_current(_part(net, i.post, i.part), getattr(es, i.kind)(**{k: _values(v) for k, v in i.values.items()}))
    return net


def _model(group):
    values = {name: _values(value) for name, value in group.values.items()}
    name, options = BOUNDED.get(group.kind, (group.kind.removesuffix("3"), {}))
    return getattr(es, name)(**values, **options)


def _values(value):
    """Tuples of numbers become arrays; a tuple that begins with a name, a distribution; trains stay as they are."""
    if isinstance(value, tuple):
        if isinstance(value[0], str):
            return getattr(es, value[0])(*value[1:])
        return np.array(value, float)
    return value


def _part(net, ordinal, part):
    population = net.populations[ordinal]
    return population if part is None else population[list(part)]


# -- numbers -----------------------------------------------------------------------------------------------------------


def _floats(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False, allow_subnormal=False)


def _times(step, low, high):
    """Times of a grid from low to high, ms; without a grid any, and some round ones."""
    if step is None:
        return st.one_of(st.sampled_from((0.25, 1.0, 1.1)), _floats(low, high))
    return st.integers(round(low / step), round(high / step)).map(lambda k: k * step)


def _per_member(draw, n, strategy):
    """One value for all, or one each."""
    if draw(st.booleans()):
        return draw(strategy)
    return tuple(draw(st.lists(strategy, min_size=n, max_size=n)))


def near(tau):
    """Time constants at and next to another: the removable singularity of the propagator."""
    return st.one_of(
        st.just(tau),
        st.sampled_from([tau * (1.0 + s * 10.0**-k) for k in range(2, 17) for s in (1, -1)]),
        st.just(float(np.nextafter(tau, np.inf))),
    )


def is_neuron(group):
    """Whether a population is of neurons."""
    return group.kind not in SOURCES


# -- populations -------------------------------------------------------------------------------------------------------


@st.composite
def neurons(draw, step, max_n=6, kinds=NEURONS, min_t_ref=0.0):
    """A population of neurons."""
    kind = draw(st.sampled_from(kinds))
    n = draw(st.integers(1, max_n))
    if kind in BOUNDED:
        return draw(bounded_neurons(kind, n, min_t_ref))
    v_rest, v_reset, v_thresh = draw(st.sampled_from(_POTENTIALS))
    tau_m = draw(st.sampled_from((10.0, 20.0, 3.7)))
    t_refs = [t for t in (0.0, 0.5, 2.0, 0.1, 1.3) if t >= min_t_ref]
    values = {"tau_m": tau_m, "v_rest": v_rest, "v_reset": v_reset, "v_thresh": v_thresh}
    if kind == "IF":
        del values["tau_m"]
    values["t_ref"] = _per_member(draw, n, st.sampled_from(t_refs))
    # The asymptote without input: at rest, just below, at, just above and well above threshold.
    lifts = st.sampled_from((0.0, 0.0, 5.0, 14.999, v_thresh - v_rest, 15.001, 40.0))
    lift = 0.0 if draw(st.booleans()) else _per_member(draw, n, lifts)
    resistance = 1.0 if kind in ("LIF", "IF", "QIF", "LIFEscape") else tau_m / 250.0
    values["i_offset"] = tuple(x / resistance for x in lift) if isinstance(lift, tuple) else lift / resistance
    taus = st.one_of(st.sampled_from((0.5, 2.0, 5.0, 30.0)), near(tau_m))
    if kind == "LIF":
        values["r_m"] = 1.0
    elif kind == "LIFEscape":
        values |= {"r_m": 1.0, "rate_at_threshold": draw(st.sampled_from((100.0, 1000.0)))}
        values["delta_v"] = _per_member(draw, n, st.sampled_from((2.0, 1e-3, 30.0)))
    elif kind == "IF":
        values["c_m"] = 20.0
    elif kind == "LIFAdapt":
        values |= {"c_m": 250.0, "a": draw(st.sampled_from((0.0, 4.0, 60.0))), "b": draw(st.sampled_from((0.0, 80.0, -20.0)))}
        values["tau_w"] = _per_member(draw, n, st.one_of(st.sampled_from((144.0, 5.0)), near(tau_m)))
    elif kind == "QIF":
        values |= {"curvature": draw(st.sampled_from((1.0 / 15.0, 0.3))), "v_crit": v_rest + draw(st.sampled_from((8.0, 0.0)))}
        if draw(st.booleans()):
            values |= {"v_thresh": math.inf, "v_reset": -math.inf}
    else:
        values["c_m"] = 250.0
        if kind in ("LIFExp", "LIFAlpha"):
            values |= {"tau_syn_exc": _per_member(draw, n, taus), "tau_syn_inh": draw(taus)}
        elif kind == "LIFBiexp":
            decay = draw(taus)
            values |= {"tau_decay_exc": decay, "tau_decay_inh": draw(taus), "tau_rise_inh": draw(taus)}
            values["tau_rise_exc"] = _per_member(draw, n, st.one_of(st.sampled_from((0.5, 2.0)), near(decay)))
        else:
            values["tau_syn"] = [draw(taus) for _ in range(3)]
    just_below = float(np.nextafter(v_thresh, -np.inf))
    start = st.sampled_from((v_reset, v_reset + 7.5, just_below, v_thresh, v_thresh + 1.0))
    v = draw(st.one_of(st.none(), start, st.lists(start, min_size=n, max_size=n).map(tuple)))
    return Group(kind, n, values, v)


def wave(t):
    """A rate that changes with time, Hz."""
    return 250.0 * (1.0 + np.sin(t))


def gate(t):
    """A rate that is nothing or 500 Hz, with edges on the grids."""
    return np.where(np.floor(t) % 2.0 == 0.0, 500.0, 0.0)


@st.composite
def bounded_neurons(draw, kind, n, min_t_ref):
    """A population of neurons of the bounded class."""
    values = {"t_ref": draw(st.sampled_from([t for t in (0.0, 0.5, 0.1, 1.3) if t >= min_t_ref]))}
    if kind.startswith("Izhikevich Euler"):
        values["step"] = draw(st.sampled_from((1.0, 0.25, 0.1, 0.3)))
    else:
        values["tolerance"] = draw(st.sampled_from((1e-9, 1e-6)))
    if kind.startswith("Izhikevich"):
        currents = st.sampled_from((0.0, 10.0, 3.0, -5.0))
        values["v_reset"] = draw(st.sampled_from((-65.0, -50.0)))
        start = st.sampled_from((-65.0, -40.0, 29.0, 30.0, 31.0))
    elif kind.startswith("HodgkinHuxley"):
        currents = st.sampled_from((0.0, 1000.0, 3000.0, -100.0))
        start = st.sampled_from((-65.0, -40.0, 0.0, 20.0))
    elif kind.startswith("LIFCond"):
        currents = st.sampled_from((0.0, 750.0, 1000.0, -200.0))
        values |= draw(st.sampled_from(({}, {"tau_syn_exc": 0.7, "e_rev_inh": -55.0})))
        start = st.sampled_from((-65.0, -51.0, -50.0, -45.0, -90.0))
    else:
        currents = st.sampled_from((0.0, 500.0, 1000.0, -200.0))
        values |= draw(st.sampled_from(({}, {"v_reset": -58.0}, {"v_reset": -47.0}, {"v_spike": 20.0, "delta_t": 0.8, "tau_syn_exc": 0.7})))
        if kind.startswith("AdEx"):
            values |= draw(st.sampled_from(({}, {"a": -5.0}, {"b": 0.0})))
        start = st.sampled_from((-70.0, -52.0, -45.0, values.get("v_spike", -40.0), 25.0))
    values["i_offset"] = _per_member(draw, n, currents)
    v = draw(st.one_of(st.none(), start, st.lists(start, min_size=n, max_size=n).map(tuple)))
    return Group(kind, n, values, v)


@st.composite
def sources(draw, step, end, max_n=4):
    """A population of sources; trains and regular ones meet at instants of the grid."""
    n = draw(st.integers(1, max_n))
    kind = draw(st.sampled_from(("SpikeSource", "Poisson", "SpikeSource", *SOURCES)))
    rates = _per_member(draw, n, st.sampled_from((500.0, 200.0, 1000.0, 0.0)))
    if kind == "Poisson":
        return Group(kind, n, {"rate": rates, "dead_time": _per_member(draw, n, st.sampled_from((0.0, 0.5, 0.999)))})
    if kind == "Regular":
        phase = _per_member(draw, n, _times(step, 0.0, 4.0))
        if draw(st.booleans()):
            return Group(kind, n, {"rate": rates, "phase": phase})
        return Group(kind, n, {"period": _per_member(draw, n, _times(step, step or 0.3, 4.0)), "phase": phase})
    if kind == "GammaProcess":
        return Group(kind, n, {"rate": rates, "shape": _per_member(draw, n, st.sampled_from((0.02, 0.5, 1.0, 3.0, 200.0)))})
    if kind == "InhomogeneousPoisson":
        return Group(kind, n, draw(rates_in_time(step, end, n)))
    train = st.lists(_times(step, 0.0, min(end, 4.0 if step else end)), min_size=4, max_size=12)
    values = {"times": [sorted(draw(train)) for _ in range(n)]}
    if draw(st.booleans()):
        values["period"] = max(t[-1] for t in values["times"]) + (step or 0.25) * draw(st.integers(1, 4))
    if draw(st.booleans()):
        values["jitter"] = draw(st.sampled_from((0.0, 0.1, 2.0, ("Uniform", -1.0, 0.5), ("Exponential", 0.5))))
    return Group(kind, n, values)


@st.composite
def rates_in_time(draw, step, end, n):
    """Parameters of an InhomogeneousPoisson: steps for all or for each, a function for all or for each."""
    if draw(st.booleans()):
        functions = st.sampled_from((wave, gate))
        rate = draw(functions) if draw(st.booleans()) else draw(st.lists(functions, min_size=n, max_size=n))
        return {"rate": rate, "max_rate": _per_member(draw, n, st.sampled_from((500.0, 800.0)))}
    times = sorted(draw(st.lists(_times(step, 0.0, end), min_size=1, max_size=5, unique=True)))
    row = st.lists(st.sampled_from((0.0, 50.0, 500.0, 1000.0)), min_size=len(times), max_size=len(times))
    return {"rate": draw(row) if draw(st.booleans()) else [draw(row) for _ in range(n)], "times": times}


# -- synapses ----------------------------------------------------------------------------------------------------------


def _weights(kind):
    """Weights of the size of the distance to threshold; for currents, of the size that leads there."""
    if kind in CONDUCTANCE:
        return st.sampled_from((0.0, 5.0, 20.0, 100.0, -30.0))
    if kind in JUMPS:
        return st.one_of(
            st.sampled_from((0.0, 5.0, 5.0, 15.0, 15.0, 7.5, 16.0, -5.0, -20.0)), st.sampled_from((0.1, 0.7, 3.3)), _floats(-10.0, 20.0)
        )
    if kind.startswith("Izhikevich Euler"):
        return st.sampled_from((0.0, 5.0, 20.0, 100.0, -30.0))
    return st.one_of(st.sampled_from((0.0, 500.0, 1000.0, 1000.0, 4000.0, -800.0)), _floats(-1500.0, 5000.0))


_RULES = (
    "AllToAll",
    "Explicit",
    "FixedInDegree",
    "AllToAll",
    "Explicit",
    "OneToOne",
    "FixedProbability",
    "FixedTotalNumber",
    "FixedOutDegree",
)
_BY_SOURCE = ("AllToAll", "OneToOne", "FixedProbability", "FixedOutDegree")


def _receptor(draw, kind):
    if kind.endswith("3"):
        return draw(st.integers(0, 2))
    return draw(st.sampled_from((None, None, "exc", "inh"))) if kind in BY_SIGN else None


def _some(draw, n):
    """A part of a population: all, or some of it in any order."""
    if n == 1 or draw(st.booleans()):
        return None
    return tuple(draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True)))


@st.composite
def bundles(draw, groups, step, zero_delay, from_sources=False):
    """A projection. zero_delay: (pre) -> whether synapses without delay may leave that population."""
    pre = draw(st.sampled_from([k for k, g in enumerate(groups) if not from_sources or not is_neuron(g)]))
    post = draw(st.sampled_from([k for k, g in enumerate(groups) if is_neuron(g)]))
    pre_part, post_part = _some(draw, groups[pre].n), _some(draw, groups[post].n)
    rows = groups[pre].n if pre_part is None else len(pre_part)
    columns = groups[post].n if post_part is None else len(post_part)
    weights = _weights(groups[post].kind)
    delays = _times(step, step or 0.25, 4 * step if step else 3.0)
    if zero_delay(pre):
        delays = st.one_of(st.just(0.0), delays)
    name = draw(st.sampled_from(_RULES))
    if name == "OneToOne" and rows != columns:
        name = "AllToAll"
    if name == "Explicit":
        pairs = draw(st.lists(st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)), min_size=3, max_size=12))
        rule = name, tuple(zip(*pairs, strict=True))
        size = len(pairs)
    else:
        arguments = {"FixedProbability": (0.5,), "FixedInDegree": (2,), "FixedTotalNumber": (6,), "FixedOutDegree": (3,)}.get(name, ())
        rule = name, arguments
        size = {"AllToAll": rows * columns, "OneToOne": rows}.get(name)
    if size is None:  # random rules take distributions instead of arrays
        weight, delay = draw(weights), draw(delays)
        if draw(st.booleans()):
            weight = ("Uniform", min(weight, 0.5 * weight), max(weight, 0.5 * weight))
        if step is None:
            delay = ("Uniform", delay, delay + 1.0)
    else:
        weight, delay = _per_member(draw, size, weights), _per_member(draw, size, delays)
    dtype = draw(st.sampled_from(("float64", "float64", "float32")))
    arrays = any(isinstance(v, tuple) and not isinstance(v[0], str) for v in (weight, delay))
    procedural = name in _BY_SOURCE and not arrays and draw(st.booleans())
    return Bundle(pre, pre_part, post, post_part, rule, weight, delay, _receptor(draw, groups[post].kind), dtype, procedural)


@st.composite
def backgrounds(draw, groups):
    """A drive."""
    post = draw(st.sampled_from([k for k, g in enumerate(groups) if is_neuron(g)]))
    part = _some(draw, groups[post].n)
    n = groups[post].n if part is None else len(part)
    rate = _per_member(draw, n, st.sampled_from((0.0, 100.0, 1000.0, 3000.0)))
    scale = 3.0 if groups[post].kind in CONDUCTANCE else 1.0 if groups[post].kind in JUMPS else 100.0
    weight = _per_member(draw, n, st.sampled_from((1.0, 3.0, 0.1, 0.0, -1.0)).map(lambda w: w * scale))
    return Background(post, part, rate, weight, _receptor(draw, groups[post].kind))


# -- networks ----------------------------------------------------------------------------------------------------------


@st.composite
def cases(draw, kinds=NEURONS, max_groups=3, max_n=6, drives=True, loops=False, source_zero_delay_only=False):
    """A network.

    loops : whether zero-delay loops without refractoriness, which never end, may be drawn
    source_zero_delay_only : whether synapses without delay leave sources only
    """
    step = draw(st.sampled_from(STEPS))
    end = draw(st.sampled_from((5.0, 12.0, 20.0)))
    # A refractory period of any length ends a loop without delay, since a neuron then fires once at an instant.
    without_delay = draw(st.booleans())
    min_t_ref = 0.1 if without_delay and not loops and not source_zero_delay_only else 0.0
    groups = draw(st.lists(neurons(step, max_n=max_n, kinds=kinds, min_t_ref=min_t_ref), min_size=1, max_size=max_groups))
    n_neurons = len(groups)
    groups += draw(st.lists(sources(step, end), min_size=1, max_size=2))
    # In some networks sources have the lower addresses.
    if draw(st.booleans()):
        groups = groups[n_neurons:] + groups[:n_neurons]

    def zero_delay(pre):
        return without_delay and (not source_zero_delay_only or not is_neuron(groups[pre]))

    drawn = [draw(bundles(groups, step, zero_delay, from_sources=True))]
    drawn += draw(st.lists(bundles(groups, step, zero_delay), min_size=1, max_size=4))
    driven = draw(st.lists(backgrounds(groups), max_size=2)) if drives else []
    return Case(draw(st.integers(0, 2**32)), tuple(groups), tuple(drawn), tuple(driven), end)


@st.composite
def crowds(draw, kinds=NEURONS):
    """A network in which at each instant several deliveries of different weights meet at a neuron.

    The weights are no dyadic fractions, so the order in which they are added shows in the last bits.
    """
    step = draw(st.sampled_from((0.5, 0.1)))
    targets = draw(neurons(step, kinds=kinds, max_n=3))
    n = draw(st.integers(2, 4))
    times = [k * step for k in range(12)]
    trains = [sorted(draw(st.lists(st.sampled_from(times), min_size=6, max_size=12))) for _ in range(n)]
    groups = [targets, Group("SpikeSource", n, {"times": trains})]
    if draw(st.booleans()):
        groups.reverse()
    pre, post = (0, 1) if groups[1] is targets else (1, 0)
    scale = 1.0 if targets.kind in JUMPS else 100.0
    weights = st.sampled_from((0.1, 0.7, 1.0 / 3.0, 2.9, -1.3, -0.6)).map(lambda w: w * scale)
    delays = st.integers(1, 3).map(lambda k: k * step)
    drawn = []
    for ordinal in draw(st.lists(st.sampled_from((pre, pre, post)), min_size=2, max_size=4)):
        rows = groups[ordinal].n
        pairs = [(i, j) for i in range(rows) for j in range(targets.n) for _ in range(draw(st.integers(1, 2)))]
        rule = "Explicit", tuple(zip(*pairs, strict=True))
        weight = tuple(draw(weights) for _ in pairs)
        delay = _per_member(draw, len(pairs), delays)
        drawn.append(Bundle(ordinal, None, post, None, rule, weight, delay, _receptor(draw, targets.kind)))
    return Case(draw(st.integers(0, 2**32)), tuple(groups), tuple(drawn), (), 12.0)


def with_shared_time_constants(case):
    """The case with one value of each time constant in each population; other parameters may be each neuron's own; stored synapses, float64 weights."""

    def first(name, value):
        return value[0] if name in ("tau_m", "tau_syn_exc", "tau_syn_inh") and isinstance(value, tuple) else value

    groups = tuple(replace(g, values={k: first(k, v) for k, v in g.values.items()}) for g in case.groups)
    bundles = tuple(replace(b, weight_dtype="float64", procedural=False) for b in case.bundles)
    return replace(case, groups=groups, bundles=bundles)


def window_cases(**options):
    """Networks that the windowed engine takes."""

    def least(bundle):
        return np.min(bundle.delay[1:] if isinstance(bundle.delay, tuple) and isinstance(bundle.delay[0], str) else bundle.delay)

    return cases(**options).map(with_shared_time_constants).filter(lambda case: all(least(b) > 0.0 for b in case.bundles))


def extended(case, groups=(), bundles=(), backgrounds=()):
    """A case with more declared at the end."""
    return replace(case, groups=case.groups + groups, bundles=case.bundles + bundles, backgrounds=case.backgrounds + backgrounds)
