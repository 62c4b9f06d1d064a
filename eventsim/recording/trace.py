"""Exact samples of a state variable at given times."""

import numpy as np

from ..errors import CapacityError
from ..lowering.memory import available_bytes


class Trace:
    """Samples of one variable: left limits, so an event at the very time of a sample is not yet in it.

    Attributes
    ----------
    variable : str
    selection : Population, view or Projection
    synapses : int64 array (n,), or None
        Of a projection: places in `sim.weights(projection)`.
    time : float64 array (m,), ms
        As asked for.
    value : float64 array (m, n)
        nan where the run has not come so far.
    """

    def __init__(self, variable, selection, time, n, of, synapses=None):
        self.variable = variable
        self.selection = selection
        self.synapses = synapses
        self.time = time
        self._of = of
        needed = 8 * len(time) * n
        if needed > available_bytes():
            raise CapacityError(
                f"a trace of {len(time)} samples of {of} needs {needed / 2**30:.1f} GiB, "
                f"{available_bytes() / 2**30:.1f} GiB are free; sample fewer of them or at fewer times"
            )
        self.value = np.full((len(time), n), np.nan)
        self._order = np.argsort(time, kind="stable")
        self._done = 0

    def next_time(self):
        """Time of the next sample to be taken, or inf."""
        return float(self.time[self._order[self._done]]) if self._done < len(self.time) else np.inf

    def take(self, values):
        """Store the samples of the next time."""
        self.value[self._order[self._done]] = values
        self._done += 1

    def __repr__(self):
        return f"<Trace of {self.variable} of {self._of}: {self._done} of {len(self.time)} samples taken>"
