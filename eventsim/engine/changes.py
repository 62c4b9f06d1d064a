"""Changes of synapses at given times: when, and in which order."""

from typing import Any

import numpy as np

from ..lowering import changes as plans
from .rewiring import Rewirer
from .scaling import Scaler

KINDS: dict[str, Any] = {"Scaling": (plans.Scaling, Scaler), "Rewiring": (plans.Rewiring, Rewirer)}


class Changes:
    """The changes of a network. At one time they are made in order of declaration.

    Parameters
    ----------
    makers : list of Scaler and Rewirer
    """

    def __init__(self, makers):
        self._makers = makers

    @classmethod
    def of(cls, network):
        """The changes of a network at time 0."""
        return cls([KINDS[type(plan).__name__][1](k, plan) for k, plan in enumerate(plans.lower_changes(network))])

    def next_time(self):
        """When a change is made next, ms; inf: never."""
        return min((_next_time(maker) for maker in self._makers), default=np.inf)

    def make(self, engine):
        """Make the changes of this time, the engine standing there; all events before it have happened."""
        t = engine.now
        for maker in self._makers:
            if _next_time(maker) <= t:
                maker.make(engine, t)
                maker.last = t

    @property
    def rewire(self):
        """Whether synapses come and go: then their numbers change, by which engines follow them."""
        return any(type(maker.plan).__name__ == "Rewiring" for maker in self._makers)

    # -- checkpoints ---------------------------------------------------------------------------------------------------

    def kinds(self):
        """Names of the kinds of all changes, for the header of a checkpoint."""
        return [type(maker.plan).__name__ for maker in self._makers]

    def arrays(self):
        """All of them as a dict of arrays."""
        parts = [(f"changes.{k}.", maker) for k, maker in enumerate(self._makers)]
        out = {f"{prefix}{name}": array for prefix, maker in parts for name, array in maker.plan._asdict().items()}
        return out | {f"{prefix}state.{name}": array for prefix, maker in parts for name, array in maker.state().items()}

    @classmethod
    def restored(cls, kinds, arrays):
        """The changes of a checkpoint."""
        makers = []
        for k, name in enumerate(kinds):
            plan, maker = KINDS[name]
            own = plan(*(arrays[f"changes.{k}.{field}"] for field in plan._fields))
            prefix = f"changes.{k}.state."
            state = {key.removeprefix(prefix): a for key, a in arrays.items() if key.startswith(prefix)}
            makers.append(maker(k, own, **{key: a if a.ndim else a.item() for key, a in state.items()}))
        return cls(makers)


def _next_time(maker):
    """When a change is made next: after `last` (ms; -1: never yet), at one of its times or at a multiple of `every`."""
    at, every = maker.plan.at, float(maker.plan.every)
    later = np.searchsorted(at, maker.last, side="right")
    t = float(at[later]) if later < len(at) else np.inf
    if every < np.inf:
        k = max(int(maker.last // every), 1)
        while k * every <= maker.last:
            k += 1
        t = min(t, k * every)
    return t
