"""Variants of a model with injected currents that depend on time.

A current is a group of additional state variables (pA, pA/ms, 1/ms), numbered k by population, that an event sets:

    level (steps, noise)   i_ext<k>                   constant between events
    ramp                   i_ext<k>, slope_ext<k>     rises by its slope
    sine                   i_ext<k>, quadrature_ext<k>, offset_ext<k>, omega_ext<k>
                           (i - offset, quadrature) rotates by omega dt; the quadrature leads by a quarter of a period

Where all are levels, the neuron between two events is one with a constant current: the variant's functions are the model's own, with
constants to which the current is added, and all that is proven of them holds. Ramps and sines are in `moving.py`.

Constants are those of the model, for the names that engines look for, then the parameters, from which constants with a current follow.
"""

from collections import namedtuple
from dataclasses import replace
from functools import cache
from types import FunctionType

from ..errors import ParameterError
from ..numerics.compensation import RESIDUE
from ..numerics.currents import LEVEL, RAMP, SINE, WIDTHS
from ..numerics.trajectory import make_trajectory
from ..numerics.tuples import put
from . import moving
from .model import NeuronModel

# Kinds by the letters of `NeuronModel.currents`, and the variables that each brings.
KINDS = {"L": LEVEL, "R": RAMP, "S": SINE}
_VARIABLES = ("i_ext",), ("i_ext", "slope_ext"), ("i_ext", "quadrature_ext", "offset_ext", "omega_ext")

# Names that `rebound` replaces by a model's own: its functions and types, where the variables of currents begin and end in a state,
# how many constants it has, where i_offset is among its parameters.
base_flow = base_flow_refractory = base_above = base_next_crossing = base_next_look = base_crossing_bound = None
base_nearly_crossing = base_postponed = base_receive = base_receive_refractory = base_fire = base_start = None
base_prepare = with_current = None
State = BaseState = Constants = BaseConstants = Parameters = None
CUT = END = N_CONSTANTS = I_OFFSET = 0


def own(s):
    """The state of the model itself."""
    return BaseState(*(s[:CUT] + s[END:]))


def joined(s, b):
    """The state s with that of the model itself replaced by b."""
    return State(*(b[:CUT] + s[CUT:END] + b[CUT:]))


def given(c):
    """The parameters."""
    return Parameters(*c[N_CONSTANTS:])


def with_prepare(c, p, i):
    return base_prepare(put(p, I_OFFSET, p[I_OFFSET] + i))


def held_by(c, i):
    """The model's constants with a current added."""
    return with_current(BaseConstants(*c[:N_CONSTANTS]), given(c), i)


def present(c, s):
    """The model's constants with all levels added."""
    i = 0.0
    for k in range(CUT, END):
        i += s[k]
    return held_by(c, i)


def prepare(p):
    return Constants(*base_prepare(p), *p)


def start(c, v):
    b = base_start(BaseConstants(*c[:N_CONSTANTS]), v)
    return State(*b[:CUT], *[0.0] * (END - CUT), *b[CUT:])


def flow(c, s, dt):
    return joined(s, base_flow(present(c, s), own(s), dt))


def flow_refractory(c, s, dt):
    return joined(s, base_flow_refractory(present(c, s), own(s), dt))


def above(c, s):
    return base_above(BaseConstants(*c[:N_CONSTANTS]), own(s))


def next_crossing(c, s):
    return base_next_crossing(present(c, s), own(s))


def next_look(c, s, dt):
    return base_next_look(present(c, s), own(s), dt)


def crossing_bound(c, s):
    return base_crossing_bound(present(c, s), own(s))


def nearly_crossing(c, s):
    return base_nearly_crossing(present(c, s), own(s))


def postponed(c, s, w, crossing):
    return base_postponed(present(c, s), own(s), w, crossing)


def receive(c, s, port, w):
    return joined(s, base_receive(BaseConstants(*c[:N_CONSTANTS]), own(s), port, w))


def receive_refractory(c, s, port, w):
    return joined(s, base_receive_refractory(BaseConstants(*c[:N_CONSTANTS]), own(s), port, w))


def fire(c, s):
    return joined(s, base_fire(BaseConstants(*c[:N_CONSTANTS]), own(s)))


_HELPERS = (own, joined, given, held_by, present)
_ALWAYS = (prepare, above, receive, receive_refractory, fire)
_IN_TIME = (flow, flow_refractory, next_crossing, crossing_bound)
_WHERE_GIVEN = (next_look, nearly_crossing, postponed)


@cache
def with_currents(model, kinds):
    """The variant of a model with injected currents.

    Parameters
    ----------
    model : NeuronModel
    kinds : str
        One letter of KINDS for each current.

    Returns
    -------
    NeuronModel

    Raises
    ------
    ParameterError
        Where the model takes no such current.
    """
    if not kinds:
        return model
    if "i_offset" not in model.parameter_type._fields:
        raise ParameterError(f"model {model.name} takes no injected current: it has no parameter i_offset that it could add to")
    names = {**vars(moving), **globals(), **_types(model, kinds)}
    functions = {f.__name__: rebound(f, names) for f in (*_HELPERS, *_ALWAYS)}
    if model.start is not None:
        functions["start"] = rebound(start, names)
    if set(kinds) == {"L"}:
        functions |= {f.__name__: rebound(f, names) for f in _IN_TIME}
        functions |= {f.__name__: rebound(f, names) if getattr(model, f.__name__) else None for f in _WHERE_GIVEN}
    else:
        functions |= {"nearly_crossing": None, "postponed": None} | _moving(model, names)
    fields = {name: f for name, f in functions.items() if name in NeuronModel.__dataclass_fields__}
    return replace(
        model,
        **fields,
        derivative=None,
        constant_type=names["Constants"],
        state_type=names["State"],
        variant=f"{model.variant}{kinds}",
        membrane=None,
        trailing=None,
        short=None,
        flow_short=None,
        with_current=None,
        passive=None,
        base=model,
        currents=kinds,
    )


def _moving(model, names):
    """The functions in time of a variant with ramps or sines."""
    for f in moving.CURRENTS:
        rebound(f, names)
    if model.passive is not None:
        names["RESIDUE_OF_V"] = model.state_type._fields.index("v" + RESIDUE)
        return {f.__name__: rebound(f, names) for f in moving.LINEAR}
    if model.derivative is None:
        raise ParameterError(
            f"model {model.name} takes currents that are constant between changes (StepCurrent, NoisyCurrent), not ramps or sines: "
            "its potential has no closed form under them"
        )
    types = names["Constants"], names["State"]
    made = make_trajectory(rebound(moving.derivative, names), *types, model.latched, model.first_step, names["moves"])
    names["integrated"], names["integrated_refractory"] = made.flow, made.flow_refractory
    return {
        "flow": rebound(moving.carried, names),
        "flow_refractory": rebound(moving.carried_refractory, names),
        "next_crossing": made.next_crossing,
        "next_look": made.next_look,
        "crossing_bound": made.crossing_bound,
    }


def _types(model, kinds):
    """What the names above stand for."""
    cut = len(model.variables) - (1 if model.latched else 0)
    variables = [f"{name}{k}" for k, kind in enumerate(kinds) for name in _VARIABLES[KINDS[kind]]]
    fields = model.state_type._fields
    constants = (*model.constant_type._fields, *(f"given_{name}" for name in model.parameter_type._fields))
    functions = {f"base_{name}": getattr(model, name) for name in NeuronModel.__dataclass_fields__ if callable(getattr(model, name))}
    names = functions | {
        "State": namedtuple("State", (*fields[:cut], *variables, *fields[cut:])),
        "BaseState": model.state_type,
        "Constants": namedtuple("Constants", constants),
        "BaseConstants": model.constant_type,
        "Parameters": model.parameter_type,
        "CUT": cut,
        "END": cut + len(variables),
        "N_CONSTANTS": len(model.constant_type._fields),
        "I_OFFSET": model.parameter_type._fields.index("i_offset"),
        "GROUPS": tuple(KINDS[kind] for kind in kinds),
    }
    names["with_current"] = model.with_current or rebound(with_prepare, {**globals(), **names})
    return names


def rebound(function, names):
    """A function over these names, in which it is found by others that are."""
    names[function.__name__] = FunctionType(function.__code__, names, function.__name__)
    return names[function.__name__]


def width_of(model, number):
    """How many variables injected current `number` of a variant has."""
    return WIDTHS[KINDS[model.currents[number]]]
