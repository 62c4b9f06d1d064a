"""Hard bounds of weights, shared by the rules that have the parameters w_min and w_max: of one sign, w_max the farther from 0.

Amounts are positive towards w_max, so that potentiation makes an inhibitory weight (w_max < 0) more negative.
"""

import math

from ..neurons.model import Parameter

# In the unit of the weight; `required` sees to it that w_max is given.
BOUNDS = (Parameter("w_min", 0.0, ""), Parameter("w_max", 0.0, ""))


def towards(p):
    """The direction from w_min to w_max: 1 or -1."""
    return math.copysign(1.0, p.w_max - p.w_min)


def limits(p):
    """Smallest and largest weight."""
    return min(p.w_min, p.w_max), max(p.w_min, p.w_max)


def check(p):
    """What is wrong with the bounds, in words, or None."""
    if p.w_min == p.w_max:
        return f"w_max must differ from w_min, got {p.w_max:g} for both"
    if p.w_min * p.w_max < 0.0:
        return f"w_min and w_max must share one sign, got {p.w_min:g} and {p.w_max:g}"
    if abs(p.w_max) < abs(p.w_min):
        return f"w_max must be farther from 0 than w_min, got {p.w_max:g} and {p.w_min:g}"
    return None


def clipped(c, w):
    """The weight, or the bound beyond which it would be."""
    return min(max(w, c.low), c.high)


def required(rule, **given):
    """These parameters, which have the unit of the weight and so no default; refuses None."""
    from ..errors import ParameterError

    lacking = [f"{name}=" for name, value in given.items() if value is None]
    if lacking:
        names = " and ".join(part for part in (", ".join(lacking[:-1]), lacking[-1]) if part)
        raise ParameterError(f"{rule} needs {names}: what has the unit of the weight has no default")
    return given
