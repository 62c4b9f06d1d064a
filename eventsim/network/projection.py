"""Projections (synapses between two selections) and background drives: data."""

import numpy as np

from .. import _cast
from ..errors import ConnectivityError, DelayError, ParameterError
from ..synapses.modulator import is_modulator
from ..synapses.rule import Synapse
from ..synapses.static import BY_SIGN
from .distributions import Distribution
from .rules import PROCEDURAL, AllToAll
from .sources import check_rate


class Projection:
    """Synapses from pre to post by a rule. Made by `Network.connect`."""

    def __init__(self, pre, post, rule, synapse, receptor, label, ordinal, procedural=False):
        self.pre = pre
        self.post = post
        self.rule = rule
        self.label = f"{pre.population.name} -> {post.population.name}" if label is None else _cast.text(label, "label")
        self.ordinal = ordinal
        rule.check(pre, post)
        self.synapse = synapse
        self.weight_dtype = _cast.precision(synapse.weight_dtype, f"weight_dtype of '{self.label}'")
        self.weight = self._values(synapse.weight, "weight", ParameterError)
        self.delay = self._values(synapse.delay, "delay", DelayError)
        self.procedural = _cast.flag(procedural, f"procedural of '{self.label}'")
        if self.procedural:
            self._check_procedural()
        if isinstance(synapse, Synapse):
            self._check_plastic()
        self.receptor = receptor
        self.port = port_of(receptor, post.population, f"projection '{self.label}'")
        check_sign(self.weight, receptor, post.population, f"weight of '{self.label}'")

    def _values(self, value, name, error):
        """A float, a float64 array (synapses,) in given order, or a distribution."""
        if value is None:
            raise error(f"{name} is required for '{self.label}': a number, a distribution or an array")
        if isinstance(value, Distribution):
            return value
        what = f"{name} of '{self.label}'"
        if _cast.dimensions(value, what, error) == 0:
            value = _cast.number(value, what, error=error)
            if name == "delay" and value < 0.0:
                raise error(f"delay must be >= 0 ms, got {value:g} in '{self.label}'")
            return self._rounded(value, what) if name == "weight" else value
        if not self.rule.deterministic:
            raise error(
                f"{what}: {type(self.rule).__name__} draws its pairs, so an array can not belong to them; give a number or a distribution such as es.Normal"
            )
        array = _cast.floats(value, what, error=error)
        if isinstance(self.rule, AllToAll) and array.shape == (len(self.pre), len(self.post)):
            if not self.rule.autapses and self.pre.population is self.post.population:
                array = array[self.pre.index[:, None] != self.post.index[None, :]]
            array = array.ravel()
        expected = (int(self.rule.expected(self.pre, self.post)),)
        if array.shape != expected:
            raise error(f"{what} must be a number or have shape {expected}, one entry a synapse, got shape {array.shape}")
        if name == "delay" and (array < 0.0).any():
            k = int(np.argmax(array < 0.0))
            raise error(f"delay must be >= 0 ms, got {array[k]:g} at synapse {k} of '{self.label}'")
        return self._rounded(array, what) if name == "weight" else array

    def _check_plastic(self):
        """Refuse weights that the rule does not allow."""
        if self.procedural:
            raise ConnectivityError(f"procedural=True stores nothing, and plastic weights have to be kept, in '{self.label}'")
        values = self.synapse.values
        self.own = {p.name: self._values(values[p.name], p.name, ParameterError) for p in self.synapse.rule.own}
        self.check_bounds(self.weight, f"weight of '{self.label}'")

    def check_bounds(self, weight, what):
        """Refuse weights of plastic synapses outside the bounds of their rule."""
        limits = self.synapse.limits
        if limits is None or np.size(weight) == 0:
            return
        drawn = isinstance(weight, Distribution)
        low, high = weight.support if drawn else (float(np.min(weight)), float(np.max(weight)))
        if not limits[0] <= low <= high <= limits[1]:
            got = f"{weight}; give it low= and high=" if drawn else f"{low if low < limits[0] else high:g}"
            raise ParameterError(
                f"{what} must lie between {limits[0]:g} and {limits[1]:g}, the bounds of {self.synapse.rule.name}, got {got}"
            )

    def _check_procedural(self):
        """Refuse what can not be drawn again source by source, and values that would have to be drawn to be checked."""
        if type(self.rule) not in PROCEDURAL:
            names = ", ".join(r.__name__ for r in PROCEDURAL)
            raise ConnectivityError(
                f"procedural=True takes rules that draw by source ({names}), got {type(self.rule).__name__} in '{self.label}'; "
                "FixedOutDegree has the same mean numbers as FixedInDegree and FixedTotalNumber"
            )
        for name, value in (("weight", self.weight), ("delay", self.delay)):
            if isinstance(value, np.ndarray):
                raise ConnectivityError(
                    f"procedural=True stores nothing, so {name} of '{self.label}' must be a number or a distribution, got an array of shape {value.shape}"
                )
            if isinstance(value, Distribution):
                low, high = value.reach
                largest = float(np.finfo(self.weight_dtype if name == "weight" else np.float64).max)
                if not -largest <= low <= high <= largest:
                    raise ParameterError(f"{name} of '{self.label}' must be finite, {value} may give {low:g} to {high:g}")
                if name == "delay" and low < 0.0:
                    raise DelayError(f"delay must be >= 0 ms, {value} of '{self.label}' may give {low:g}; give it low=0")

    def _rounded(self, values, what):
        """Weights as the network has them: a float or float64 array of numbers of the dtype chosen."""
        if self.weight_dtype == np.float64:
            return values
        with np.errstate(over="ignore"):
            rounded = np.asarray(values, np.float32).astype(np.float64)
        if not np.isfinite(rounded).all():
            raise ParameterError(f"{what} must be finite as float32, at most 3.4e38, got {_cast.short(values)}")
        return rounded if rounded.ndim else float(rounded)

    def __repr__(self):
        return f"<Projection '{self.label}': {type(self.rule).__name__}>"


class Drive:
    """Independent Poisson background onto every member of a selection. Made by `Network.drive`."""

    def __init__(self, post, rate, weight, receptor, ordinal):
        self.post = post
        self.ordinal = ordinal
        what = f"drive of {post.name!r}"
        if is_modulator(post.population.model):
            raise ParameterError(f"{what}: a modulator takes no drive; connect a population of es.Poisson(rate=...) to it")
        self.rate = check_rate(rate, f"rate of the {what}", (len(post),))
        self.weight = self._weights(weight, f"weight of the {what}")
        self.port = port_of(receptor, post.population, what)
        check_sign(self.weight, receptor, post.population, f"weight of the {what}")

    def _weights(self, value, name):
        if _cast.dimensions(value, name) == 0:
            return _cast.number(value, name)
        return _cast.floats(value, name, shape=(len(self.post),))


def check_sign(weight, receptor, population, what):
    """Refuse a negative conductance where its sign does not choose the receptor."""
    if receptor is None or not population.model.model.unsigned:
        return
    distribution = isinstance(weight, Distribution)
    least = weight.support[0] if distribution else float(np.min(weight, initial=0.0))
    if least < 0.0:
        got = f"{weight}, which can be less; give it low=0" if distribution else f"{least:g}"
        raise ParameterError(f"{what} must be >= 0 nS, a conductance, where receptor= is given, got {got}")


def port_of(receptor, population, what):
    """The number of a receptor, or BY_SIGN where the weight's sign decides."""
    if population.is_source:
        raise ConnectivityError(f"{what}: {population.name!r} is a source and receives nothing")
    ports = population.model.model.ports
    by_sign = ports == ("exc", "inh")
    if receptor is None:
        if len(ports) == 1:
            return 0
        if by_sign:
            return BY_SIGN
        raise ConnectivityError(f"{what}: receptor= is required, {population.name!r} has {len(ports)} receptors given by tau_syn=[...]")
    if isinstance(receptor, str):
        if receptor in ports:
            return ports.index(receptor)
    elif isinstance(receptor, (int, np.integer)) and not isinstance(receptor, bool) and 0 <= receptor < len(ports):
        return int(receptor)
    raise ConnectivityError(
        f"{what}: receptor must be one of {', '.join(map(repr, ports))} or an index below {len(ports)}, got {_cast.short(receptor)}"
    )
