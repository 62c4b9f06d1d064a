"""Exact samples of a state variable at given times."""

import numpy as np

from ..errors import CapacityError
from ..lowering.memory import available_bytes


class Trace:
    """Samples of one variable: left limits, so an event at the very time of a sample is not yet in it.

    Attributes
    ----------
    variable : str
    selection : Population or view
    time : float64 array (m,), ms
        As asked for.
    value : float64 array (m, n)
        nan where the run has not come so far.
    """

    def __init__(self, variable, selection, time):
        self.variable = variable
        self.selection = selection
        self.time = time
        needed = 8 * len(time) * len(selection)
        if needed > available_bytes():
            raise CapacityError(
                f"a trace of {len(time)} samples of {len(selection)} neurons needs {needed / 2**30:.1f} GiB, "
                f"{available_bytes() / 2**30:.1f} GiB are free; sample fewer neurons or at fewer times"
            )
        self.value = np.full((len(time), len(selection)), np.nan)
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
        return f"<Trace of {self.variable} of {len(self.selection)} of {self.selection.population.name!r}: {self._done} of {len(self.time)} samples taken>"
