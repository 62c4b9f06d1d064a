"""Trajectories of synapses: what every event at them left behind."""

import numpy as np

from .. import _cast
from ..errors import ParameterError, RecordingError


class Trajectories:
    """A variable of chosen plastic synapses just after every event at them: arrivals, postsynaptic spikes that reach them, changes of a modulator's level.

    Attributes
    ----------
    variable : str
    selection : Projection
    synapses : int64 array (n,)
        Places in `sim.weights(projection)`.
    begin : float, ms
        `sim.now` when recording began.
    initial : float64 array (n,)
        Left limits at `begin`.
    stepwise : bool
        Whether nothing changes between events: the rule has no `flow`.

    Notes
    -----
    Several events at one time leave one entry, the value after all of them: `time` is strictly increasing. Between two entries the weight stays as it is, unless the rule has a `flow`
    (`RewardSTDP`, `Hebb`, `Oja`, `GraupnerBrunel`, ...); its samples are those of `sim.record(..., at=...)`.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network()
    >>> pre = net.population(1, es.SpikeSource(times=[[5.0, 40.0]]))
    >>> teacher = net.population(1, es.SpikeSource(times=[[10.0]]))
    >>> cell = net.population(1, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=20.0))
    >>> _ = net.connect(teacher, cell, es.OneToOne(), weight=30.0, delay=0.0)
    >>> j = net.connect(pre, cell, es.OneToOne(), synapse=es.STDP(0.5, 1.0, a_plus=0.1, a_minus=0.1, w_max=1.0))
    >>> sim = es.Simulator(net)
    >>> weight = sim.record("weight", j)
    >>> sim.run(100.0)
    >>> weight.time[0]  # the beginning, two arrivals and the spike between them
    array([ 0.,  6., 10., 41.])
    >>> weight.value[0].round(4)  # + 0.1 exp(-4/20), - 0.1 exp(-31/20)
    array([0.5   , 0.5   , 0.5819, 0.5606])
    """

    def __init__(self, variable, selection, synapses, initial, begin, source, stepwise):
        self.variable = variable
        self.selection = selection
        self.synapses = synapses
        self.initial = initial
        self.begin = begin
        self._numbers, self._field, self._read, self._now = source  # of the synapses; of the variable; -> events at all of them; -> sim.now
        self.stepwise = stepwise
        self._known = None  # the time up to which `_time` and `_value` go

    @property
    def time(self):
        """Times of the entries of each synapse: a list of n float64 arrays, ms. The first is `begin`."""
        self._refresh()
        return list(self._time)

    @property
    def value(self):
        """Values just after these times: a list of n float64 arrays of the same lengths."""
        self._refresh()
        return list(self._value)

    @property
    def until(self):
        """How far the run has come, ms: events before it are here."""
        return self._now()

    def at(self, times):
        """Left limits at given times, as `sim.record(..., at=times)` would have sampled them.

        Parameters
        ----------
        times : array (m,), ms
            From `begin` to `until`.

        Returns
        -------
        float64 array (m, n)

        Raises
        ------
        RecordingError
            Where the rule changes weights between events.
        ParameterError
            Where times lie outside.
        """
        if not self.stepwise:
            raise RecordingError(
                f"{self.variable} of '{self.selection.label}' changes between events too; sample it by sim.record({self.variable!r}, ..., at=times)"
            )
        times = np.atleast_1d(_cast.floats(times, "times", "ms"))
        outside = (times < self.begin) | (times > self.until)
        if times.ndim != 1 or outside.any():
            what = f"shape {times.shape}" if times.ndim != 1 else f"{float(times[outside][0])!r}"
            raise ParameterError(f"times must be one-dimensional, from {self.begin!r} to {self.until!r} ms, got {what}")
        out = np.empty((len(times), len(self)))
        for k, (time, value) in enumerate(zip(self.time, self.value, strict=True)):
            place = np.searchsorted(time, times, "left")
            out[:, k] = np.where(place > 0, value[place - 1], self.initial[k])
        return out

    def _refresh(self):
        now = self._now()
        if self._known == now:
            return
        events = self._read()
        events = events[(events[:, 1] >= self.begin) & (events[:, 1] < now)]
        events = events[np.argsort(events[:, 0], kind="stable")]
        first, end = (np.searchsorted(events[:, 0], self._numbers, side) for side in ("left", "right"))
        self._time, self._value, self._known = [], [], now
        for a, b, initial in zip(first.tolist(), end.tolist(), self.initial.tolist(), strict=True):
            time = np.concatenate([[self.begin], events[a:b, 1]])
            last = np.append(time[1:] > time[:-1], True)  # of the events at one time
            self._time.append(time[last])
            self._value.append(np.concatenate([[initial], events[a:b, 2 + self._field]])[last])

    def __len__(self):
        return len(self.synapses)

    def __repr__(self):
        return f"<Trajectories of {self.variable} of {len(self)} synapses of '{self.selection.label}' from {self.begin:g} to {self.until:g} ms>"
