"""Populations of neurons or sources, and views of parts of them."""

import copy

import numpy as np

from .. import _cast
from ..errors import ParameterError, SelectionError
from ..neurons.model import Neuron
from .distributions import Distribution
from .sources import Source


class _Selection:
    """What populations and views share: usable as pre and post, in set and get, in recording."""

    _attributes: tuple = ()

    def __setattr__(self, name, value):
        """Values of neurons are set with `set`; assigning them as attributes would change nothing."""
        if name not in self._attributes:
            raise ParameterError(f"{name} of {self.name!r} can not be assigned: values are set with set({name}=...)")
        super().__setattr__(name, value)

    def get(self, name):
        """Initial values of a state variable, or values of a parameter: a float64 array (len(self),)."""
        return self.population._values(name)[self.index]

    def set(self, **values):
        """Set initial values of state variables, or parameters: scalars, arrays (len(self),) or distributions.

        Raises
        ------
        ParameterError
            Where the name is unknown, or a value of the wrong shape, not finite or out of range.
        """
        if not values:
            raise ParameterError(f"set needs the variables to set, such as v=-55.0, for population {self.population.name!r}")
        if self.population.is_source:
            for name in values:
                self.population._check_name(name)
            raise ParameterError(f"parameters of the source {self.population.name!r} are given when it is made: {self.population.model!r}")
        self.population._assign(values, self.index)

    @property
    def addresses(self):
        """Global addresses, int64 (len(self),)."""
        return self.population.first + self.index

    def __getitem__(self, key):
        picked = np.atleast_1d(self._pick(key))
        return PopulationView(self.population, picked)

    def __add__(self, other):
        raise ParameterError(f"{self.name!r} can not be added to anything: connect, record or drive one population or view at a time")

    __radd__ = __add__  # sum([exc, inh]) too

    def __array__(self, dtype=None, copy=None):
        raise TypeError(f"{self!r} is no array; its .addresses are")

    def _pick(self, key):
        wanted = key
        try:
            if not isinstance(key, slice):
                key = np.asarray(key)
                if key.size == 0 and key.dtype.kind == "f":  # numpy's idea of an empty list
                    key = key.astype(np.int64)
                if not (key.dtype.kind in "iu" and key.ndim <= 1) and not (key.dtype.kind == "b" and key.ndim == 1):
                    raise TypeError
            return self.index[key]
        except IndexError:
            raise SelectionError(
                f"index of {self.name!r} is out of range: it has {len(self)} members, asked for {_cast.short(wanted)}"
            ) from None
        except (TypeError, ValueError, OverflowError):
            raise SelectionError(
                f"index of {self.name!r} must be a whole number, a slice, an array of whole numbers or a mask, got {_cast.short(wanted)}"
            ) from None


class Population(_Selection):
    """n neurons or sources with consecutive addresses. Made by `Network.population`."""

    _attributes = ("n", "model", "name", "first", "ordinal", "_seed", "_index", "values")

    def __init__(self, n, model, name, first, ordinal, seed):
        self.n = _cast.integer(n, f"size of population {name!r}", low=1)
        self.model = model
        self.name = name
        self.first = first
        self.ordinal = ordinal
        self._seed = seed
        self._index = None
        self.values = {}  # parameters and initial variables: float, float64 array (n,) or Distribution
        if isinstance(model, Neuron):
            self.values.update(model.values)
            for key, value in self.values.items():
                self._check_length(value, f"{model.model.name} {key}")
            self._check_order()
        elif isinstance(model, Source):
            self.values.update(model.values)
            for key, value in self.values.items():
                self._check_length(value, f"{model.name} {key}")
            model._check_size(self.n, name)
        else:
            raise ParameterError(
                f"model of population {name!r} must be a neuron or a source such as es.LIF() or es.Poisson(rate), got {_cast.short(model)}"
            )

    @property
    def population(self):
        """The population itself (views answer with theirs)."""
        return self

    @property
    def index(self):
        """Local indices 0..n-1."""
        if self._index is None:
            self._index = np.arange(self.n, dtype=np.int64)
        return self._index

    @property
    def is_source(self):
        """Whether it emits only."""
        return not isinstance(self.model, Neuron)

    def snapshot(self):
        """A copy whose values a later `set` does not reach."""
        twin = copy.copy(self)
        twin.values = dict(self.values)
        return twin

    def take_current(self, kind):
        """Give the neurons the variables of one more injected current of a kind (currents.py); its number."""
        from ..neurons.injected import with_currents

        model = self.model.model
        self.model = Neuron(with_currents(model.base or model, model.currents + kind), dict(self.model.values))
        return len(model.currents)

    def has_parameter(self, name):
        """Whether that is the name of a parameter of its model."""
        return isinstance(name, str) and name in self.model.values

    def __len__(self):
        return self.n

    def __repr__(self):
        kind = self.model.name if self.is_source else self.model.model.name
        return f"<Population {self.name!r}: {self.n} {kind}, addresses {self.first}..{self.first + self.n - 1}>"

    # -- parameters and initial state ----------------------------------------------------------------------------

    def _names(self):
        return tuple(self.values) if self.is_source else (*self.model.values, *self.model.model.variables)

    def _check_name(self, name):
        if not isinstance(name, str) or name not in self._names():
            raise ParameterError(
                f"population {self.name!r} has no variable or parameter {_cast.short(name)}; {_cast.meant(name, self._names())}"
            )

    def _check_length(self, value, what):
        if isinstance(value, np.ndarray) and value.shape != (self.n,):
            raise ParameterError(f"{what} must be a number or have shape ({self.n},) for population {self.name!r}, got shape {value.shape}")

    def _check_order(self):
        """Constraints between parameters, such as v_reset < v_thresh, wherever both are known already."""
        for low, high in self.model.model.ordered:
            pair = self.values[low], self.values[high]
            if any(isinstance(x, Distribution) for x in pair):
                continue
            wrong = np.atleast_1d(np.broadcast_to(np.greater_equal(*pair), np.broadcast(*pair).shape))
            if wrong.any():
                k = int(np.argmax(wrong))
                a, b = (float(np.broadcast_to(x, (self.n,))[k]) for x in pair)
                raise ParameterError(f"{low} must be < {high}, got {low} = {a:g}, {high} = {b:g} at neuron {k} of {self.name!r}")

    def _assign(self, values, index):
        """Take over all the values, or none where one of them is wrong."""
        before = dict(self.values)
        try:
            for name, value in values.items():
                self._assign_one(name, value, index)
            self._check_order()
        except ParameterError:
            self.values = before
            raise

    def _assign_one(self, name, value, index):
        self._check_name(name)
        model = self.model.model
        what = f"{name} of population {self.name!r}"
        far = model.parameter(name).far if name in self.model.values else None
        if not isinstance(value, Distribution):
            if _cast.dimensions(value, what) == 0:
                value = _cast.number(value, what, far=far)
            else:
                value = _cast.floats(value, what, shape=(len(index),), far=far)
        if name in self.model.values:
            value = _cast.check_parameter(value, model.parameter(name), model.name)
        if len(index) == self.n and not isinstance(value, np.ndarray):
            self.values[name] = value
            return
        if isinstance(value, Distribution):
            value = self._draw(name, value)[index]
        full = self._values(name).copy()
        full[index] = value
        self.values[name] = full

    def _draw(self, name, distribution):
        from ..lowering.draw import draw_values

        return draw_values(distribution, self.n, self._seed, self.ordinal, self._names().index(name))

    def _values(self, name):
        """Values of a parameter or initial variable, float64 (n,)."""
        self._check_name(name)
        value = self.values.get(name)
        if value is None:
            if name != "v":
                return self._start(name)
            rest = self._values("v_rest")
            if "v_reset" not in self.values:
                return rest
            return np.where(rest < self._values("v_thresh"), rest, self._values("v_reset"))
        if isinstance(value, Distribution):
            return self._draw(name, value)
        return np.broadcast_to(value, (self.n,))

    def _start(self, name):
        """What a variable that has not been set begins at: 0, or what the model says that goes with v."""
        model = self.model.model
        if model.start is None:
            return np.zeros(self.n)
        given = [self.values[p.name] for p in model.parameters]
        same = all(isinstance(x, float) for x in given) and isinstance(self.values.get("v", 0.0), float)
        n = 1 if same else self.n
        columns = [np.broadcast_to(x, (self.n,))[:n].tolist() for x in map(self._values, [p.name for p in model.parameters] + ["v"])]
        at = [getattr(model.start(model.prepare(model.parameter_type(*row[:-1])), row[-1]), name) for row in zip(*columns, strict=True)]
        return np.broadcast_to(np.array(at), (self.n,)).copy()


class PopulationView(_Selection):
    """Part of a population: `exc[:100]`, `exc[indices]`, `exc[mask]`."""

    _attributes = ("population", "index")

    def __init__(self, population, index):
        if len(np.unique(index)) != len(index):
            member, times = (int(x[0]) for x in _repeated(index))
            raise SelectionError(f"a view of {population.name!r} must hold each member once, got member {member} {times} times")
        self.population = population
        self.index = np.ascontiguousarray(index, dtype=np.int64)

    @property
    def name(self):
        """The population's name and how many of its members these are, for messages."""
        return f"{self.population.name} ({len(self.index)} of {self.population.n})"

    def __len__(self):
        return len(self.index)

    def __repr__(self):
        return f"<View of {len(self)} of {self.population!r}>"


def _repeated(index):
    """The members that occur more than once, and how often."""
    members, counts = np.unique(index, return_counts=True)
    return members[counts > 1], counts[counts > 1]


def members(populations, addresses):
    """Some addresses as members of their populations, for messages."""
    concerned = [(p, a) for p in populations for a in addresses[:10] if p.first <= a < p.first + p.n]
    return ", ".join(f"neuron {a - p.first} of {p.name!r}" for p, a in concerned)
