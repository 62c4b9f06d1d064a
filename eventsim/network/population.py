"""Populations of neurons or sources, and views of parts of them."""

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..neurons.model import Neuron
from .distributions import Distribution
from .sources import Poisson, SpikeSource


class _Selection:
    """What populations and views share: usable as pre and post, in set and get, in recording."""

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
        for name, value in values.items():
            self.population._assign(name, value, self.index)

    @property
    def addresses(self):
        """Global addresses, int64 (len(self),)."""
        return self.population.first + self.index

    def __getitem__(self, key):
        picked = np.atleast_1d(self._pick(key))
        return PopulationView(self.population, picked)

    def _pick(self, key):
        if not isinstance(key, (int, np.integer, slice)):
            key = np.asarray(key)
            if key.size == 0:
                key = key.astype(np.int64)
            if key.dtype.kind not in "iub" or key.ndim != 1:
                raise ParameterError(f"{self.name}[...] takes an index, a slice, whole numbers or a mask, got {key!r}")
        try:
            return self.index[key]
        except IndexError:
            raise ParameterError(f"{self.name}[...] is out of range: {self.name} has {len(self)} members, asked for {_show(key)}") from None


class Population(_Selection):
    """n neurons or sources with consecutive addresses. Made by `Network.population`."""

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
        elif isinstance(model, Poisson):
            self._check_length(model.rate, "Poisson rate")
        elif isinstance(model, SpikeSource):
            if model.trains is not None and len(model.trains) != self.n:
                raise ParameterError(f"SpikeSource of population {name!r} needs {self.n} trains, got {len(model.trains)}")
        else:
            raise ParameterError(
                f"population {name!r} needs a neuron model or a source such as es.LIF() or es.Poisson(rate), got {model!r}"
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

    def __len__(self):
        return self.n

    def __repr__(self):
        kind = self.model.name if self.is_source else self.model.model.name
        return f"<Population {self.name!r}: {self.n} {kind}, addresses {self.first}..{self.first + self.n - 1}>"

    # -- parameters and initial state ----------------------------------------------------------------------------

    def _names(self):
        return () if self.is_source else (*self.model.values, *self.model.model.variables)

    def _check_name(self, name):
        if name not in self._names():
            known = ", ".join(self._names()) or "nothing that can be set"
            raise ParameterError(f"population {self.name!r} has no variable or parameter {name!r}; it has {known}")

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

    def _assign(self, name, value, index):
        self._check_name(name)
        model = self.model.model
        what = f"{name} of population {self.name!r}"
        if isinstance(value, Distribution):
            value = self._draw(name, value)[index] if len(index) < self.n else value
        elif np.ndim(value) == 0:
            value = _cast.number(value, what)
        else:
            value = _cast.floats(value, what, shape=(len(index),))
        if name in self.model.values:
            value = _cast.check_parameter(value, model.parameter(name), model.name)
        before = self.values.get(name)
        if len(index) == self.n and not isinstance(value, np.ndarray):
            self.values[name] = value
        else:
            full = self._values(name).copy()
            full[index] = value
            self.values[name] = full
        try:
            self._check_order()
        except ParameterError:
            self.values[name] = before
            raise

    def _draw(self, name, distribution):
        from ..lowering.draw import draw_values

        return draw_values(distribution, self.n, self._seed, self.ordinal, self._names().index(name))

    def _values(self, name):
        """Values of a parameter or initial variable, float64 (n,)."""
        self._check_name(name)
        value = self.values.get(name)
        if value is None:
            if name != "v":
                return np.zeros(self.n)
            rest, thresh, reset = (self._values(p) for p in ("v_rest", "v_thresh", "v_reset"))
            return np.where(rest < thresh, rest, reset)
        if isinstance(value, Distribution):
            return self._draw(name, value)
        return np.broadcast_to(value, (self.n,))


class PopulationView(_Selection):
    """Part of a population: `exc[:100]`, `exc[indices]`, `exc[mask]`."""

    def __init__(self, population, index):
        if len(np.unique(index)) != len(index):
            raise ParameterError(f"a view of {population.name!r} holds each member once, got repeated indices")
        self.population = population
        self.index = np.ascontiguousarray(index, dtype=np.int64)

    @property
    def name(self):
        """The population's name and the number of members."""
        return f"{self.population.name}[{len(self.index)}]"

    def __len__(self):
        return len(self.index)

    def __repr__(self):
        return f"<View of {len(self)} of {self.population!r}>"


def _show(key):
    text = repr(key)
    return text if len(text) < 60 else text[:57] + "..."
