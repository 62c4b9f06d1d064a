"""What a rule of plasticity is: pure functions and the names of what they work on.

A synapse is reached by two kinds of events: **arrivals** of presynaptic spikes, `delay` after them, and postsynaptic spikes,
`backprop_delay` after them. What it knows of either side is a trace: a few numbers that follow a law of their own between
the spikes of that side, and jump with each. So a rule is written down as what happens to the synapse at an arrival, given the
traces, and at a postsynaptic spike.
"""

import difflib
import functools
import inspect
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..errors import ParameterError
from ..neurons.model import KEY
from ..numerics.epochs import FASTEST

# The trace of a side that a rule does not listen to.
Nothing = namedtuple("Nothing", ("nothing",))
NOTHING = Nothing(0.0)


def stays(c, x, dt):
    """A trace that does not change between spikes."""
    return x


def unmoved(c, x):
    """A trace that no spike moves."""
    return x


def unchanged(c, s, x, y):
    """A synapse that the event does not change."""
    return s


def constant_state(c, s, x, y, z, dt):
    """A synapse that does not change between events."""
    return s


def weight_before(c, before, after):
    """What is delivered: the weight that the spike finds."""
    return before[0]


def refuse_unknown(rule, names, known):
    """Refuse parameters that a rule does not have."""
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ParameterError(f"{rule} has no parameter {name!r}{hint} It has: {', '.join(known)}")


def known_by_name(function):
    """A function that describes synapses, and answers a parameter that it does not have as a SynapseRule does."""
    known = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def described(*given, **named):
        refuse_unknown(function.__name__, named, known)
        return function(*given, **named)

    return described


@dataclass(frozen=True, repr=False)
class SynapseRule:
    """A rule of plasticity: undecorated scalar functions of named tuples, time entering as intervals.

    Call it with weight, delay and parameters to get the description of synapses for `Network.connect`.

    Parameters
    ----------
    name, documentation, source : str
        Name in reports; equations; paper and equation.
    parameters : tuple of Parameter
        What the user gives, one number each, the same for all synapses of a projection.
    parameter_type, constant_type, state_type : named tuple classes of floats
        The parameters, the constants derived from them, and the state of a synapse. The weight `w` comes first.
    prepare : (parameters) -> constants
    own : tuple of Parameter
        Of these every synapse may have its own value (a number, an array or a distribution): variables of the state that begin so. They are
        neither in parameter_type nor handed to `prepare`.
    on_pre : (constants, state, x, y) -> state after the arrival of a presynaptic spike
        x and y are the traces of the two sides just before it.
    on_post : (constants, state, x, y) -> state after a postsynaptic spike; None: the rule does not listen to them
    pre_type, pre_rates, jump_pre : named tuple class, names of constants, (constants, x) -> x
        The trace of arrivals at this synapse: it begins at zeros, each of its variables decays exponentially with a rate (1/ms, >= 0; None: it does not),
        and it jumps with each arrival, as jump_pre has to say. pre_type None: there is none.
    flow_pre : (constants, x, dt) -> x
        Instead of rates, where the trace follows another law: x after dt ms.
    post_type, post_rates, jump_post, flow_post : the same of the postsynaptic neuron's spikes
    flow : (constants, state, x, y, z, dt) -> state after dt ms without events
        x, y are the traces, z is the level of the modulator (0.0 without), all at the beginning of the interval; None: the state stays.
    transmit : (constants, before, after) -> the weight that is delivered at an arrival, from the states before and after `on_pre`;
        None: the weight before, which is what the spike finds
    start : (constants, w) -> state in which a synapse of weight w begins; None: all other variables begin at 0
    settle : (constants, state) -> the state that a synapse begins in, from what `start` says and its own parameters; None: just that
    limits : (parameters) -> (low, high), between which weights have to begin; None: anywhere
    random : bool
        Synapses draw random numbers: the constants key0 and key1 are the key of the projection's stream, the variables number and draws say
        which synapse this is and how often it has drawn (numerics/random.py: `unit_number`); `prepare` and `start` leave them 0.
    modulated : bool
        It has a third factor: synapses are told by `modulator=` which `Modulator` that is, and the constants tau_z (ms) and base_z are its time constant and baseline
        (`prepare` may leave anything there).
    free : bool
        The weight may be set by itself, as synaptic scaling does; False where it follows from other variables of the state.
    check : (parameters) -> what is wrong with them together, in words, or None
    variant : distinguishes compiled variants of one rule
    """

    name: str
    documentation: str = field(repr=False)
    parameters: tuple
    parameter_type: type
    constant_type: type
    state_type: type
    prepare: Callable
    source: str
    own: tuple = ()
    on_pre: Callable = unchanged
    on_post: Callable | None = None
    pre_type: type | None = None
    pre_rates: tuple | None = None
    flow_pre: Callable = stays
    jump_pre: Callable = unmoved
    post_type: type | None = None
    post_rates: tuple | None = None
    flow_post: Callable = stays
    jump_post: Callable = unmoved
    flow: Callable | None = None
    transmit: Callable = weight_before
    start: Callable | None = None
    settle: Callable | None = None
    limits: Callable | None = None
    random: bool = False
    modulated: bool = False
    free: bool = True
    check: Callable | None = None
    variant: int | str = 0

    def __post_init__(self):
        for kind in ("parameter_type", "constant_type", "state_type", "pre_type", "post_type"):
            self._check_type(kind, getattr(self, kind))
        names = tuple(p.name for p in self.parameters)
        if self.parameter_type._fields != names:
            raise ParameterError(
                f"rule {self.name} has the parameters {', '.join(names)}, so parameter_type must have these fields, in this order, "
                f"got {', '.join(self.parameter_type._fields)}"
            )
        if self.state_type._fields[:1] != ("w",):
            raise ParameterError(f"the state of rule {self.name} must begin with the weight w, got {self.state_type._fields}")
        lacking = {p.name for p in self.own} | ({"number", "draws"} if self.random else set())
        if not lacking <= set(self.state_type._fields):
            raise ParameterError(f"the state of rule {self.name} must have {sorted(lacking)}, got {self.state_type._fields}")
        if self.random and not set(KEY) <= set(self.constant_type._fields):
            raise ParameterError(f"rule {self.name} has random=True, so key0 and key1 must be among its constants")
        if self.modulated and not (self.flow and {"tau_z", "base_z"} <= set(self.constant_type._fields)):
            raise ParameterError(f"rule {self.name} has modulated=True, so it needs flow=, and tau_z and base_z among its constants")
        for side in ("pre", "post"):
            kind, flow, jump = getattr(self, f"{side}_type"), getattr(self, f"flow_{side}"), getattr(self, f"jump_{side}")
            self._check_rates(side, kind, getattr(self, f"{side}_rates"), flow)
            if kind is None and (flow is not stays or jump is not unmoved):
                given = f"flow_{side}" if flow is not stays else f"jump_{side}"
                raise ParameterError(f"rule {self.name} has {given}, so it needs {side}_type, the named tuple class of that trace")
            if kind is not None and jump is unmoved:
                raise ParameterError(
                    f"rule {self.name} has {side}_type, so it needs jump_{side}: a trace that no spike moves says nothing of them"
                )
        given = (*self.parameters, *self.own)
        rows = [f"{p.name} : {p.unit or 'number'}, {p.describe_range()}, default {p.default:g}" for p in given]
        object.__setattr__(self, "__doc__", f"{self.documentation}\n\nParameters\n----------\n" + "\n".join(rows))
        keywords = [inspect.Parameter(p.name, inspect.Parameter.KEYWORD_ONLY, default=p.default) for p in given]
        positional = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in ("weight", "delay")]
        object.__setattr__(self, "__signature__", inspect.Signature(positional + keywords))

    def _check_type(self, name, kind):
        if kind is None and name in ("pre_type", "post_type"):
            return
        if not (isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")):
            raise ParameterError(f"{name} of rule {self.name} must be a named tuple class, such as namedtuple('Name', 'a b'), got {kind!r}")

    def _check_rates(self, side, kind, rates, flow):
        if rates is None:
            return
        if kind is None or flow is not stays:
            raise ParameterError(f"rule {self.name} has {side}_rates, so it needs {side}_type and takes no flow_{side}")
        if not isinstance(rates, tuple):
            raise ParameterError(
                f"{side}_rates of rule {self.name} must be a tuple of names of constants, such as ('rate',), got {rates!r}"
            )
        if len(rates) != len(kind._fields):
            raise ParameterError(
                f"{side}_rates of rule {self.name} must be as many as variables of the trace, {kind._fields}, got {rates!r}"
            )
        for rate in rates:
            if rate is not None and rate not in self.constant_type._fields:
                raise ParameterError(
                    f"{side}_rates of rule {self.name} must name constants, {self.constant_type._fields}, or be None, got {rate!r}"
                )

    def rates(self, c, side):
        """The rates with which the trace of a side decays.

        Parameters
        ----------
        c : named tuple
            The rule's constants.
        side : str
            "pre" or "post".

        Returns
        -------
        tuple of float, 1/ms, or None
            None where the trace follows another law.

        Raises
        ------
        ParameterError
            Where a rate is negative or not a number.
        """
        names = getattr(self, f"{side}_rates")
        if names is None:
            return None
        rates = [0.0 if n is None else float(getattr(c, n)) for n in names]
        for name, rate in zip(names, rates, strict=True):
            if not rate >= 0.0:
                raise ParameterError(f"{side}_rates of rule {self.name}: {name} must be >= 0, got {rate!r}")
        return tuple(min(rate, FASTEST) for rate in rates)

    @property
    def listens(self):
        """Whether spikes of the postsynaptic neuron matter to it."""
        return self.on_post is not None or self.post_type is not None

    def __repr__(self):
        return f"<SynapseRule {self.name}: variables {', '.join(self.state_type._fields)}>"

    def __call__(self, weight, delay, *, modulator=None, backprop_delay=0.0, post_first=False, **values):
        """A `Synapse`: this rule with a weight, a delay and parameters, each given by name."""
        parameters = (*self.parameters, *self.own)
        refuse_unknown(self.name, values, [p.name for p in parameters])
        chosen = {p.name: values.get(p.name, p.default) for p in parameters}
        return Synapse(self, weight, delay, chosen, backprop_delay, post_first, modulator)


@dataclass(frozen=True, eq=False)
class Synapse:
    """A rule of plasticity with its parameters, weights and delays.

    Parameters
    ----------
    rule : SynapseRule
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to its arrival at the synapse, where it is delivered.
    values : dict
        Of parameters.
    backprop_delay : float, ms, >= 0
        From the postsynaptic spike to the synapse.
    post_first : bool
        At the very same time, a postsynaptic spike that has happened comes before an arrival, not after it.
    modulator : Population of one Modulator, or None
    weight_dtype : str
        "float64": weights that change are kept in full.
    """

    rule: SynapseRule
    weight: Any
    delay: Any
    values: dict
    backprop_delay: float = 0.0
    post_first: bool = False
    modulator: Any = None
    weight_dtype: Any = "float64"

    def __post_init__(self):
        from .. import _cast
        from .modulator import is_modulator

        for p in self.rule.parameters:
            name = f"{self.rule.name} {p.name}"
            self.values[p.name] = _cast.number(self.values[p.name], name, p.unit, p.low, p.low_open, high=p.high, far=p.far)
        for p in self.rule.own:
            _cast.check_own(self.values[p.name], p, self.rule.name)
        wrong = self.rule.check and self.rule.check(self._shared)
        if wrong:
            raise ParameterError(f"{self.rule.name}: {wrong}")
        if self.rule.modulated and self.modulator is None:
            raise ParameterError(f"{self.rule.name} needs modulator=, a population of one es.Modulator(...)")
        if self.modulator is not None and not self.rule.modulated:
            raise ParameterError(f"{self.rule.name} has no third factor, so it takes no modulator=")
        one = getattr(self.modulator, "n", None) == 1 and is_modulator(getattr(self.modulator, "model", None))
        if self.modulator is not None and not one:
            raise ParameterError(
                f"modulator of {self.rule.name} must be a population of one es.Modulator(...), got {_cast.short(self.modulator)}"
            )
        for name, value in (("backprop_delay", self.backprop_delay), ("post_first", self.post_first)):
            what = f"{self.rule.name} {name}"
            clean = _cast.number(value, what, "ms", 0.0) if name == "backprop_delay" else _cast.flag(value, what)
            object.__setattr__(self, name, clean)
        constants = self.constants
        for side in ("pre", "post"):
            self.rule.rates(constants, side)

    @property
    def _shared(self):
        return self.rule.parameter_type(*(self.values[p.name] for p in self.rule.parameters))

    @property
    def constants(self):
        """The rule's constants."""
        from .. import _cast

        c = self.rule.prepare(self._shared)
        if not isinstance(c, self.rule.constant_type):
            kind = self.rule.constant_type
            raise ParameterError(
                f"prepare of rule {self.rule.name} must return its constants, a {kind.__name__}({', '.join(kind._fields)}), got {_cast.short(c)}"
            )
        if self.modulator is None:
            return c
        values = self.modulator.values
        return c._replace(tau_z=values["tau_m"], base_z=values["v_rest"] + values["r_m"] * values["i_offset"])

    @property
    def limits(self):
        """Smallest and largest weight to begin with, or None."""
        return self.rule.limits and self.rule.limits(self._shared)
