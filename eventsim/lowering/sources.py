"""Lowering of sources: given trains, and generators, whose next emission is computed when they emit."""

import numpy as np

from ..network.sources import MIN_RATE, GammaProcess, InhomogeneousPoisson, Poisson, Regular, SpikeSource
from ..numerics.distributions import draw
from ..numerics.emission import GAMMA, POISSON, REGULAR, STEPS, TRAIN
from ..numerics.random import SOURCE, derive_key
from .program import GENERATOR, SPIKE, records

_MASK = 0xFFFFFFFF


def check_drawn(network):
    """Refuse parameters of sources that were drawn from distributions and do not go together."""
    for p in network.populations:
        if p.is_source:
            p.model._check_values({name: p._values(name) for name in p.values}, f" of {p.name!r}")


def lower_sources(network, seed):
    """All given spikes (SPIKE, by time and address), the generators (GENERATOR, by address) and their table."""
    table, parts, trains = Table(), [], []
    for p in network.populations:
        if isinstance(p.model, SpikeSource):
            if "period" in p.values:
                parts.append(_repeated(p, seed, table))
            else:
                trains += _trains(p, seed)
        elif p.is_source:
            parts.append(_LOWERED[type(p.model)](p, seed, table))
    generators = np.concatenate(parts).view(np.recarray) if parts else records(GENERATOR, 0)
    train = records(SPIKE, sum(len(times) for _, times in trains))
    if trains:
        train.time = np.concatenate([times for _, times in trains])
        train.address = np.repeat([address for address, _ in trains], [len(times) for _, times in trains])
    return train[np.lexsort((train.address, train.time))], generators, table.array()


class Table:
    """The numbers of generators, one after the other."""

    def __init__(self):
        self._parts, self._size = [], 0

    def add(self, numbers):
        """Append numbers; where they begin."""
        begin = self._size
        self._parts.append(np.asarray(numbers, np.float64))
        self._size += len(numbers)
        return begin

    def array(self):
        """All of them."""
        return np.concatenate(self._parts) if self._parts else np.empty(0)


def _generators(p, seed, kind, active):
    """Generators for the sources of a population that ever emit."""
    part = records(GENERATOR, len(active))
    part.kind, part.address, part.law, part.endless = kind, p.first + active, -1, 1
    for source in part:
        source.key0, source.key1 = derive_key(seed, SOURCE, int(source.address))
    return part


def _rated(p, seed, kind):
    """The same for those with a positive rate; and their rates."""
    rate = p._values("rate")
    active = np.flatnonzero(rate >= MIN_RATE)
    return _generators(p, seed, kind, active), active, rate[active]


def _poisson(p, seed, table):
    part, active, rate = _rated(p, seed, POISSON)
    part.b = p._values("dead_time")[active]
    part.a = 1000.0 / rate - part.b
    return part


def _regular(p, seed, table):
    if "rate" in p.values:
        part, active, part_rate = _rated(p, seed, REGULAR)
        part.b, part.c = 1000.0, part_rate
    else:
        active = np.arange(p.n)
        part = _generators(p, seed, REGULAR, active)
        part.b, part.c = p._values("period"), 1.0
    part.a = p._values("phase")[active]
    return part


def _gamma(p, seed, table):
    part, active, rate = _rated(p, seed, GAMMA)
    part.a = p._values("shape")[active]
    part.b = 1000.0 / rate / part.a
    return part


def _inhomogeneous(p, seed, table):
    """Rates given by steps; functions are called by Python as the run goes on (engine/thinning.py)."""
    if p.model.functions is not None:
        return records(GENERATOR, 0)
    times, rates = p.model.times, p.model.rates
    shared = rates.ndim == 1
    active = np.flatnonzero(np.broadcast_to(rates.max(axis=-1) > 0.0, (p.n,)))
    part = _generators(p, seed, STEPS, active)
    part.length = len(times)
    place = table.add(np.concatenate([times, 1e-3 * rates])) if shared else 0
    for source, k in zip(part, active, strict=True):
        source.table = place if shared else table.add(np.concatenate([times, 1e-3 * rates[k]]))
    part.endless = np.broadcast_to(rates[..., -1] > 0.0, (p.n,))[active]
    return part


def _repeated(p, seed, table):
    trains = p.model.trains or ()
    active = np.array([k for k, train in enumerate(trains) if len(train)], np.int64)
    part = _generators(p, seed, TRAIN, active)
    part.a = p._values("period")[active]
    for source, k in zip(part, active, strict=True):
        source.table, source.length = table.add(trains[k]), len(trains[k])
    d = p.model.jitter
    if d is not None:
        part.law = table.add([d.kind, d.a, d.b, d.low, d.high, *d.reach])
    return part


def _trains(p, seed):
    """(address, times) of trains that happen once."""
    for k, times in enumerate(p.model.trains or ()):
        address, d = p.first + k, p.model.jitter
        if d is not None:
            key = derive_key(seed, SOURCE, address)
            law = d.kind, float(d.a), float(d.b), float(d.low), float(d.high)
            times = times + [draw(*law, i & _MASK, i >> 32, 0, *key) for i in range(len(times))]
            times = times[times >= 0.0]
        yield address, times


_LOWERED = {Poisson: _poisson, Regular: _regular, GammaProcess: _gamma, InhomogeneousPoisson: _inhomogeneous}
