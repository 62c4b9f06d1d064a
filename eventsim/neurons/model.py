"""What a neuron model is: pure functions and the names of what they work on."""

import difflib
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import ParameterError
from ..numerics.compensation import RESIDUE
from ..numerics.trajectory import Trailing, make_trajectory, without_trail


def shown(value):
    """A value as messages show it."""
    from .._cast import short

    return short(value)


def receptors_of(taus, name):
    """Names "0", "1", ... of as many receptors as there are time constants, or a ParameterError."""
    if isinstance(taus, (str, bytes, dict)) or not getattr(taus, "shape", True) or not hasattr(taus, "__len__") or len(taus) == 0:
        raise ParameterError(f"{name} must be a sequence of one time constant (ms) per receptor, got {shown(taus)}")
    return tuple(str(k) for k in range(len(taus)))


def chosen_receptors(default, variant, tau_syn, unnamed, parameters):
    """A neuron of the default model with two receptors, or of the variant with one for each of tau_syn, a sequence of time constants."""
    if tau_syn is None:
        return default(*unnamed, **parameters)
    for name in ("tau_syn_exc", "tau_syn_inh"):
        if name in parameters:
            raise ParameterError(f"{default.name} takes tau_syn=[...] or {name}=, not both")
    receptors = receptors_of(tau_syn, "tau_syn")
    return variant(receptors)(*unnamed, **parameters, **{f"tau_syn_{r}": tau for r, tau in zip(receptors, tau_syn, strict=True)})


def _above(c, s):
    return s[0] >= c.v_thresh


def _above_latched(c, s):
    return s[0] >= c.v_thresh and s[-1] == 0.0


EXACT = "exact"
BOUNDED = "bounded"
AS_PUBLISHED = "as-published"

# The constants of a neuron's own stream of random numbers.
KEY = ("key0", "key1")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a model or a rule.

    Parameters
    ----------
    name : str
    default : float
    unit : str
        Its first letter says which of the project's units: ms, mV, pA, pF, nS, GOhm; "" for a plain number.
    low, high : float
        Range; with low_open, low itself does not belong to it.
    low_open : bool
    far : float, optional
        The number that stands for infinity, where that is allowed.
    """

    name: str
    default: float
    unit: str
    low: float = -math.inf
    low_open: bool = False
    high: float = math.inf
    far: float | None = None

    def describe_range(self):
        """The range in words, for messages."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low == -math.inf:
            return "finite" if self.far is None else "finite or infinite"
        if self.high < math.inf:
            return f"from {self.low:g} to {self.high:g}{unit}"
        return f"{'>' if self.low_open else '>='} {self.low:g}{unit}"


# What each step of a bounded model may err by, as a part of 10 mV and of the larger of any other variable and 1.
TOLERANCE = Parameter("tolerance", 1e-9, "", low=1e-13, high=1e-3)


def chosen_variant(owner, name, value, variants):
    """The variant of a model that an option chooses."""
    if not isinstance(value, str) or value not in variants:
        raise ParameterError(f"{owner} {name} must be {' or '.join(map(repr, variants))}, got {shown(value)}")
    return variants[value]


@dataclass(frozen=True, repr=False)
class NeuronModel:
    """A neuron model: undecorated scalar functions of named tuples, time entering as intervals.

    Call it with parameters to get the description of neurons for `Network.population`.

    Parameters
    ----------
    name, documentation, source : str
        Name in reports; equations; paper and equation.
    parameters : tuple of Parameter
        What the user gives; the first letter of each unit is that of the project's units (ms, mV, pA, pF, nS, GOhm).
    parameter_type, constant_type, state_type : named tuple classes of floats
        The user's parameters, the constants derived from them once, and the state: the variables, then for those
        that carry their rounding along (numerics/compensation.py) a field `<variable>_residue`, in the same order.
    ports : tuple of str
        The receptors. With two ports "exc", "inh" the sign of the weight chooses, zero being "exc".
    exactness : str
        "exact", "bounded" or "as-published".
    prepare : (parameters) -> constants
    derivative : (constants, state) -> how fast each variable changes, per ms, in a tuple like the state: for models of the bounded
        class. From it follow, where they are not given, flow, flow_refractory, next_look, next_crossing, crossing_bound
        (numerics/trajectory.py) and above. The constants are then called v_thresh, v_reset, t_ref, tolerance, and no variable
        carries its rounding along. exp of what may be large has to be guarded: CPython raises where compiled code has inf.
    first_step : float, ms, > 0
        Of a bounded model: the first step that is tried after an event.
    latched : bool
        Of a bounded model whose membrane is not reset by a spike: `make_trajectory` says what its last variable means.
    flow : (constants, state, dt) -> state after dt >= 0 ms without events; a bounded model's stays where it crosses threshold
    flow_refractory : the same while the membrane is clamped
    above : (constants, state) -> whether the neuron is at or above threshold
    next_crossing : (constants, state) -> dt >= 0 to the first crossing, or inf
    next_look : (constants, state, dt) -> the time of the first crossing; where there is none soon after dt, one after dt up to which
        there is none; inf: never. None for models that know how to find any crossing at once.
    crossing_bound : (constants, state) -> a cheap lower bound on it, 0 at or above threshold
    receive : (constants, state, port, weight) -> state after a delivery
    receive_refractory : the same while the membrane is clamped
    fire : (constants, state) -> state after a spike
    start : (constants, v) -> the state that the other variables begin in where v is set alone; None: they begin at 0
    unsigned : bool
        Weights are conductances: their absolute values are added, and a negative one may only choose the receptor.
    membrane : (constants) -> (tau, resistance), for models that are linear below threshold; None for others
        tau dv/dt = v_inf - v + resistance * (sum of the other variables), each of which decays exponentially by itself;
        a delivery adds to v or to one of them. The constants are called v_inf, v_thresh, v_reset, t_ref.
    nearly_crossing : (constants, state) -> a lower bound on next_crossing that is close to it and cheap; None: itself
    iterative : bool
        next_crossing costs many times what nearly_crossing does, which is asked before it.
    postponed : (constants, state, weight, time) -> whether a delivery of that weight, whose outcome is the state, has put
        off a crossing agreed for `time` by more than rounding can undo; free of branches; None: never known
    short, flow_short : (constants, dt) -> whether dt is so short that flow_short, free of branches, has the bits of flow;
        None for models without one
    random : bool
        The neuron draws random numbers: the constants key0 and key1 are the key of a stream of its own
        (numerics/random.py), which `prepare` leaves 0 and lowering fills from the simulator's seed and the neuron's address. What is drawn
        is to be a function of key and state alone, so that no look and no reading draws anything.
    ordered : pairs (a, b) of parameters with a < b
    variant : distinguishes compiled variants of one model (the number of receptors, the kinds of injected currents)
    with_current : (constants, parameters, i) -> the constants of a neuron with i pA added to i_offset, both given without it; None:
        prepare of the parameters with that i_offset. Needed where prepare does what compiled code can not.
    passive : (parameters) -> (leak, charging) in 1/ms and mV/ms per pA, for membranes with dv/dt = -leak v + charging i + ..., i being
        injected, which no other variable feels; None for others. These take ramps and sines in closed form.
    trailing : what follows from `derivative` for engines that keep where a trajectory's steps began (numerics/trail.py); made, not given
    base, currents : of a variant with injected currents, the model itself and the kinds of currents (injected.py)

    Every model has the parameters v_thresh, v_rest and t_ref, the constant t_ref and the variable v first; v_reset where a spike resets v.

    Raises
    ------
    ParameterError
        Where one of these is missing, where `parameter_type` or `ordered` name what is not among the parameters, and without the functions or
        constants that are needed.
    """

    name: str
    documentation: str = field(repr=False)
    parameters: tuple
    parameter_type: type
    constant_type: type
    state_type: type
    ports: tuple
    weight_unit: str
    exactness: str
    prepare: Callable
    receive: Callable
    receive_refractory: Callable
    fire: Callable
    source: str
    derivative: Callable | None = None
    latched: bool = False
    first_step: float = 0.5
    flow: Callable | None = None
    flow_refractory: Callable | None = None
    above: Callable | None = None
    next_crossing: Callable | None = None
    next_look: Callable | None = None
    crossing_bound: Callable | None = None
    start: Callable | None = None
    unsigned: bool = False
    membrane: Callable | None = None
    ordered: tuple = (("v_reset", "v_thresh"),)
    variant: int | str = 0
    nearly_crossing: Callable | None = None
    iterative: bool = False
    postponed: Callable | None = None
    short: Callable | None = None
    flow_short: Callable | None = None
    with_current: Callable | None = None
    passive: Callable | None = None
    base: "NeuronModel | None" = field(default=None, repr=False)
    currents: str = ""
    random: bool = False
    trailing: Trailing | None = field(default=None, repr=False)

    def __post_init__(self):
        self._check_names()
        if self.derivative is not None:
            self._integrate()
        for name in ("flow", "flow_refractory", "above", "next_crossing", "crossing_bound"):
            if getattr(self, name) is None:
                raise ParameterError(f"model {self.name} needs {name}=, or derivative= from which it is made")
        if self.random and not set(KEY) <= set(self.constant_type._fields):
            raise ParameterError(f"model {self.name} has random=True, so key0 and key1 must be among its constants")
        object.__setattr__(self, "__doc__", f"{self.documentation}\n\n{self._parameter_table()}")
        keywords = [inspect.Parameter(p.name, inspect.Parameter.KEYWORD_ONLY, default=p.default) for p in self.parameters]
        object.__setattr__(self, "__signature__", inspect.Signature(keywords))

    def _check_names(self):
        """What engines look up by name is there: without it compiling would fail, far from here."""
        names = tuple(p.name for p in self.parameters)
        if self.parameter_type._fields != names:
            raise ParameterError(
                f"model {self.name} has the parameters {', '.join(names)}, so parameter_type must have these fields, in this order, "
                f"got {', '.join(self.parameter_type._fields)}"
            )
        needed = {"parameters": (names, ("v_rest", "v_thresh", "t_ref")), "constants": (self.constant_type._fields, ("t_ref",))}
        if self.derivative is not None:
            needed["constants"] = self.constant_type._fields, ("v_thresh", "t_ref", "tolerance")
        for what, (present, wanted) in needed.items():
            for name in wanted:
                if name not in present:
                    raise ParameterError(f"model {self.name} needs {name} among its {what}, which are {', '.join(present)}")
        for pair in self.ordered:
            if not set(pair) <= set(names):
                raise ParameterError(f"model {self.name} ordered={self.ordered} must name parameters, which are {', '.join(names)}")
        if self.state_type._fields[:1] != ("v",):
            raise ParameterError(f"model {self.name} state_type must have v as its first field, got {', '.join(self.state_type._fields)}")

    def _integrate(self):
        """Make what is not given from the derivative."""
        trajectory = make_trajectory(self.derivative, self.constant_type, self.state_type, self.latched, self.first_step)
        made = trajectory._asdict() | {"above": _above_latched if self.latched else _above}
        if self.next_crossing is not None:
            del made["next_look"]
        if any(getattr(self, name) is not None for name in ("flow", "flow_refractory", "next_crossing", "next_look")):
            del made["trailing"]
        elif self.crossing_bound is not None:
            made["trailing"] = trajectory.trailing._replace(crossing_bound=without_trail(self.crossing_bound))
        for name, function in made.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, function)

    def _parameter_table(self):
        rows = [f"{p.name} : {p.unit}, {p.describe_range()}, default {p.default:g}" for p in self.parameters]
        state = f"State variables: {', '.join(self.variables)}. Receptors: {', '.join(self.ports)}; weights in {self.weight_unit}."
        return "Parameters\n----------\n" + "\n".join(rows) + f"\n\n{state}"

    def __repr__(self):
        return f"<NeuronModel {self.name}, {self.exactness}: variables {', '.join(self.variables)}; receptors {', '.join(self.ports)}>"

    def __call__(self, *unnamed, **values):
        """A `Neuron`: this model with these parameters (scalars, arrays of length n, or distributions), each given by name."""
        if unnamed:
            first = self.parameters[0]
            raise ParameterError(
                f"{self.name} takes its parameters by name, such as {self.name}({first.name}={first.default!r}), "
                f"got {', '.join(map(shown, unnamed))} without a name"
            )
        known = [p.name for p in self.parameters]
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean {near[0]!r}?" if near else "."
                raise ParameterError(f"{self.name} has no parameter {name!r}{hint} It has: {', '.join(known)}")
        return Neuron(self, {p.name: values.get(p.name, p.default) for p in self.parameters})

    def parameter(self, name):
        """The `Parameter` of that name."""
        return next(p for p in self.parameters if p.name == name)

    @property
    def variables(self):
        """Names of the state variables; their rounding residues follow them in the state and are not shown."""
        return tuple(name for name in self.state_type._fields if not name.endswith(RESIDUE))


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron model with the values of its parameters."""

    model: NeuronModel
    values: dict

    def __post_init__(self):
        from .._cast import check_parameter

        for name, value in self.values.items():
            self.values[name] = check_parameter(value, self.model.parameter(name), self.model.name)
