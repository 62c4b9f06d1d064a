"""Membrane traces from exact samples, with their spikes."""

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..recording import Trace
from .style import INK, axes, colour, finished

_UNITS = {"v": "membrane potential (mV)"}


def trace(trace, spikes=None, threshold=None, ax=None, *, title=None):
    """Draw the samples of a recorded variable as lines, and spikes as vertical marks at their exact times.

    Parameters
    ----------
    trace : Trace
        From `sim.record("v", neurons, at=...)`, after the run. One line per neuron; every sample is a point of it, and
        nothing is interpolated between them but a straight line.
    spikes : Spikes, optional
        `sim.spikes`; those of the traced neurons are marked, in the colour of their line.
    threshold : float, mV, optional
        Drawn as a dashed line; marks begin there (else at the highest sample).
    ax : matplotlib Axes, optional
        By default a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    ParameterError
        Where the run has not come to the first sample.
    RecordingError
        Where the spikes of the neurons were not recorded.

    Examples
    --------
    >>> samples = sim.record("v", exc[:2], at=np.arange(0.0, 100.0, 0.1))  # doctest: +SKIP
    >>> sim.run(100.0)  # doctest: +SKIP
    >>> es.plots.trace(samples, sim.spikes, threshold=-50.0)  # doctest: +SKIP
    """
    if not isinstance(trace, Trace) or trace.synapses is not None:
        raise ParameterError(
            f"trace must be that of neurons, sim.record('v', neurons, at=...), got {_cast.short(trace)}; es.plots.trajectories draws weights"
        )
    order = np.argsort(trace.time, kind="stable")
    time, value = trace.time[order], trace.value[order]
    taken = ~np.isnan(value).any(axis=1)
    if not taken.any():
        raise ParameterError(f"trace has no samples yet: {trace!r}; run the simulation up to its times first")
    time, value = time[taken], value[taken]
    low, high = float(value.min()), float(value.max())
    if threshold is not None:
        threshold = _cast.number(threshold, "threshold", "mV")
        low, high = min(low, threshold), max(high, threshold)
    marked = None if spikes is None else spikes.of(trace.selection)
    ax = axes(ax, (8.0, 3.2))
    span = (high - low) or 1.0
    if threshold is not None:
        ax.axhline(threshold, color=INK, lw=0.8, ls=(0, (4, 4)), zorder=1)
        ax.annotate("threshold", (1.0, threshold), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8, color=INK)
    for k, address in enumerate(trace.selection.addresses):
        label = f"{trace.selection.population.name}[{trace.selection.index[k]}]"
        ax.plot(time, value[:, k], color=colour(k), lw=1.1, label=label, zorder=2)
        if marked is not None:
            at = marked.time[marked.address == address]
            at = at[(at >= time[0]) & (at <= time[-1])]
            start = high if threshold is None else threshold
            ax.vlines(at, start, high + 0.25 * span, color=colour(k), lw=1.1, zorder=3)
    ax.set_xlim(time[0], time[-1] if time[-1] > time[0] else time[0] + 1.0)
    ax.set_ylim(low - 0.06 * span, high + 0.31 * span)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel(_UNITS.get(trace.variable, trace.variable))
    if 1 < len(trace.selection) <= 8:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    return finished(ax, title)
