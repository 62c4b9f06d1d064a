"""Synaptic scaling: the synapses onto a neuron are multiplied by a factor that they share.

Everything is computed from the states that engines give at the time of the change, so all engines do the same to the last bit.
"""

import numpy as np

from ..errors import NumericalError
from ..lowering.program import lowered
from .synapses import targets_of


class Scaler:
    """A scaling, and what it knows of its neurons: `last`, when it was made last (ms), and the integrals of their traces up to then."""

    def __init__(self, number, plan, last=-1.0, integral=None):
        self.number, self.plan, self.last = number, plan, last
        self.integral = np.zeros(len(plan.target)) if integral is None else integral

    def state(self):
        """What changes, as a dict of arrays."""
        return {"last": np.array(self.last), "integral": self.integral}

    def make(self, engine, t):
        """Scale the synapses, as an event at t."""
        if len(self.plan.total):
            self._normalise(engine, t)
        else:
            self._towards_the_target(engine, t)

    def _normalise(self, engine, t):
        total = self.plan.total
        for k in lowered(engine.program.fabric.projections, self.plan.projection):  # a neuron's synapses are all in one block
            w, target = engine.synapses(k)[:, 0], targets_of(engine, k)
            sums = np.bincount(target, np.abs(w), minlength=len(total))
            with np.errstate(divide="ignore", invalid="ignore"):
                scaled = np.where(sums[target] > 0.0, w / sums[target] * total[target], w)
            scaled[np.isinf(sums[target])] = np.inf
            engine.set_weights(k, self._bounded(self._finite(scaled, engine, k, t)))

    def _towards_the_target(self, engine, t):
        counted = engine.activity(self.number)
        integral = counted[:, 0] - counted[:, 1]  # of the trace over tau, since the beginning: spikes
        expected = self.plan.target * (1e-3 * (t - max(self.last, 0.0)))
        with np.errstate(over="ignore"):
            factor = np.exp(self.plan.gain * (expected - (integral - self.integral)))
        self.integral = integral
        for k in lowered(engine.program.fabric.projections, self.plan.projection):
            w, target = engine.synapses(k)[:, 0], targets_of(engine, k)
            with np.errstate(over="ignore", invalid="ignore"):
                scaled = np.where(w == 0.0, w, w * factor[target])
            engine.set_weights(k, self._finite(self._bounded(scaled), engine, k, t))

    def _bounded(self, weights):
        low, high = self.plan.bounds
        return np.clip(weights, low, high)

    def _finite(self, weights, engine, k, t):
        """The weights; refuses such as left the finite numbers."""
        wrong = ~np.isfinite(weights)
        if wrong.any():
            fabric = engine.program.fabric
            error = NumericalError(f"scaling at {t!r} ms makes weights that are not finite; give it smaller weights or a smaller gain")
            first = int(fabric.populations[fabric.projections[k].post].first)
            error.addresses = np.unique(first + targets_of(engine, k)[wrong]).tolist()
            raise error
        return weights
