"""Pictures of weights: how they are distributed, how they move from event to event, who is connected to whom."""

import numpy as np

from .. import _cast, analysis
from ..analysis.weights import limits_of, synapses_of
from ..errors import ParameterError
from ..recording import Spikes, Trajectories
from .style import COLOURS, INK, axes, colour, finished

_MOST = 2_000  # trajectories or rows of a matrix that can be told apart


def weight_histogram(weights, bounds=None, bins=40, ax=None, *, title=None):
    """Draw how weights are distributed, as filled steps, with their bounds as dashed lines.

    Parameters
    ----------
    weights : array, or the structured array of `sim.weights(projection)`
    bounds : Projection or (low, high), optional
        As in `es.analysis.weight_histogram`.
    bins : int, >= 1
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
        Where a weight lies outside the bounds.

    Examples
    --------
    >>> es.plots.weight_histogram(sim.weights(learning), learning)  # doctest: +SKIP
    """
    count, edges = analysis.weight_histogram(weights, bounds, bins=bins)
    ax = axes(ax, (4.6, 3.2))
    ax.stairs(count, edges, fill=True, color=COLOURS[0], alpha=0.85)
    if bounds is not None:
        for bound in (edges[0], edges[-1]):
            ax.axvline(bound, color=INK, lw=0.8, ls=(0, (4, 4)))
    margin = 0.03 * (edges[-1] - edges[0])
    ax.set_xlim(edges[0] - margin, edges[-1] + margin)
    ax.set_ylim(0.0, 1.06 * max(int(count.max()), 1))
    ax.set_xlabel("weight")
    ax.set_ylabel("synapses")
    return finished(ax, title)


def trajectories(trajectories, spikes=None, bounds=None, ax=None, *, title=None):
    """Draw weights from event to event: they stay until the next event, where the rule lets them.

    Parameters
    ----------
    trajectories : Trajectories
        From `sim.record("weight", projection, synapses=...)`, after the run. One line per synapse, with a corner at every event; where the rule changes weights between
        events too, events are joined by straight lines.
    spikes : Spikes, optional
        `sim.spikes.of(...)`; marked at their exact times below the lines.
    bounds : Projection or (low, high), optional
        Drawn as dashed lines: those of the projection's rule, or numbers.
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
        Where the run has not gone on since recording began, or there are more than 2,000 synapses.

    Examples
    --------
    >>> weight = sim.record("weight", learning, synapses=[0, 1])  # doctest: +SKIP
    >>> sim.run(1000.0)  # doctest: +SKIP
    >>> es.plots.trajectories(weight, bounds=learning)  # doctest: +SKIP
    """
    if not isinstance(trajectories, Trajectories):
        raise ParameterError(f"trajectories must be those of sim.record('weight', projection), got {_cast.short(trajectories)}")
    if not 1 <= len(trajectories) <= _MOST:
        raise ParameterError(f"trajectories must be those of 1 to {_MOST:,} synapses, got {len(trajectories):,}")
    begin, until = trajectories.begin, trajectories.until
    if not begin < until:
        raise ParameterError(f"trajectories have not begun: sim.now is still {until:g} ms; run the simulation first")
    if not (spikes is None or isinstance(spikes, Spikes)):
        raise ParameterError(f"spikes must be what sim.spikes.of(...) gives, got {_cast.short(spikes)}")
    limits = None if bounds is None else limits_of(bounds)
    ax = axes(ax, (8.0, 3.2))
    lowest, highest = limits or (np.inf, -np.inf)
    for k, (time, value) in enumerate(zip(trajectories.time, trajectories.value, strict=True)):
        style = "steps-post" if trajectories.stepwise else "default"
        label = f"synapse {trajectories.synapses[k]}"
        ax.plot(np.append(time, until), np.append(value, value[-1]), drawstyle=style, color=colour(k), lw=1.0, label=label, zorder=2)
        lowest, highest = min(lowest, value.min()), max(highest, value.max())
    for bound in limits or ():
        ax.axhline(bound, color=INK, lw=0.8, ls=(0, (4, 4)), zorder=1)
    span = (highest - lowest) or 1.0
    if spikes is not None:
        at = spikes.time[(spikes.time >= begin) & (spikes.time < until)]
        ax.vlines(at, lowest - 0.16 * span, lowest - 0.08 * span, color=INK, lw=0.6, zorder=2)
    ax.set_xlim(begin, until)
    ax.set_ylim(lowest - (0.06 if spikes is None else 0.2) * span, highest + 0.06 * span)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel(trajectories.variable)
    if 1 < len(trajectories) <= 8:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    return finished(ax, title)


def weight_matrix(sim, projection, ax=None, *, title=None):
    """Draw the weights of a projection as a matrix: sources downwards, targets to the right, white where there is no synapse.

    Parameters
    ----------
    sim : Simulator
    projection : Projection
        Of populations of at most 2,000 each. Several synapses of one pair are added up.
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
        Where populations are larger, or there are no synapses.

    Examples
    --------
    >>> es.plots.weight_matrix(sim, learning)  # doctest: +SKIP
    """
    synapses = synapses_of(sim, projection)
    if not len(synapses):
        raise ParameterError(f"projection must have synapses, '{projection.label}' has none")
    sources, targets = projection.pre.population, projection.post.population
    if max(sources.n, targets.n) > _MOST:
        raise ParameterError(f"projection must be one of populations of at most {_MOST:,}, got {sources.n:,} by {targets.n:,}")
    matrix = analysis.weight_matrix(sim, projection)
    there = np.zeros(matrix.shape, bool)
    there[synapses["pre"], synapses["post"]] = True
    signed = matrix[there].min() < 0.0 < matrix[there].max()
    most = float(np.abs(matrix).max()) or 1.0
    colours = {"cmap": "RdBu_r", "vmin": -most, "vmax": most} if signed else {"cmap": "viridis"}
    ax = axes(ax, (5.2, 4.2))
    image = ax.imshow(np.ma.array(matrix, mask=~there), interpolation="nearest", aspect="auto", **colours)
    bar = ax.figure.colorbar(image, ax=ax, label="weight")
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=INK, labelsize=9, length=3)
    bar.ax.yaxis.label.set_color(INK)
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_major_locator().set_params(integer=True)
    ax.set_xlabel(f"target in {targets.name}")
    ax.set_ylabel(f"source in {sources.name}")
    return finished(ax, title)
