"""Rasters of spikes with bands of populations, and the populations' rates over time."""

import numpy as np

from .. import _cast
from ..analysis.statistics import population_rate, simulated_until
from ..errors import ParameterError
from ..network.population import Population, PopulationView
from .style import INK, axes, check_axes, colour, plain, pyplot

_GAP = 0.015  # between two bands, as a share of all rows


def raster(spikes, populations=None, *, neurons=500, begin=None, end=None, bin=1.0, ax=None, title=None):
    """Draw a dot for every spike, a coloured band for every population, and the rates over time below.

    Parameters
    ----------
    spikes : Spikes
        `sim.spikes`.
    populations : Population, view or list of them, optional
        Bands from top to bottom. By default one band of all neurons that spiked.
    neurons : int, >= 1
        At most so many neurons are drawn in all, shared out between the populations by their sizes and spread evenly over
        each; the label of a band says how many of how many. The rates are those of all neurons.
    begin, end : float, ms, optional
        Window; by default all spikes.
    bin : float, ms, > 0
        Of the rate histogram.
    ax : matplotlib Axes, optional
        The raster alone is drawn into it. By default a new figure with the rates below.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        Of the raster; `.figure` is the figure.

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    RecordingError
        Where spikes of a population were not recorded.

    Examples
    --------
    >>> es.plots.raster(sim.spikes, [exc, inh], end=200.0).figure.savefig("raster.png")  # doctest: +SKIP
    """
    bands = _bands(spikes, populations)
    shares = _shares([len(addresses) for _, addresses in bands], _cast.integer(neurons, "neurons", low=1))
    begin, end = _limits(spikes, begin, end)
    rates = None
    if ax is None:
        figure = pyplot().figure(figsize=(8.0, 5.0), layout="constrained")
        ax, rates = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    check_axes(ax)
    gap = _GAP * sum(shares)
    top, places, labels = 0.0, [], []
    for k, ((name, addresses), shown) in enumerate(zip(bands, shares, strict=True)):
        time, row = _dots(spikes, addresses, shown, begin, end)
        size = float(np.clip(60.0 / np.sqrt(sum(shares)), 1.2, 4.0))
        ax.plot(time, top + row + 0.5, ".", color=colour(k), ms=size, mew=0.0, rasterized=True, label=name)
        places.append(top + 0.5 * shown)
        labels.append(f"{name}\n{_of(shown, len(addresses))}")
        top += shown + gap
    ax.set_ylim(top - gap, 0.0)
    ax.set_yticks(places, labels)
    plain(ax)
    for k, label in enumerate(ax.get_yticklabels()):
        label.set_color(colour(k))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(begin, end)
    if title:
        ax.set_title(title, loc="left", fontsize=11, color=INK)
    if rates is None:
        ax.set_xlabel("time (ms)")
    else:
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", bottom=False)
        _draw_rates(rates, spikes, bands, begin, end, bin)
    return ax


def rate(spikes, populations=None, *, begin=None, end=None, bin=1.0, ax=None):
    """Draw the rate of populations over time, Hz per neuron.

    Parameters
    ----------
    spikes, populations, begin, end, bin
        As in `raster`.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    bands = _bands(spikes, populations)
    begin, end = _limits(spikes, begin, end)
    ax = axes(ax, (8.0, 2.4))
    _draw_rates(ax, spikes, bands, begin, end, bin)
    return ax


def _draw_rates(ax, spikes, bands, begin, end, bin):
    highest, drawn_to = 0.0, min(end, simulated_until(spikes))
    bin = _cast.number(bin, "bin", "ms")
    for k, (name, addresses) in enumerate(bands if begin < drawn_to else ()):
        width = min(bin, drawn_to - begin)
        values, edges = population_rate(spikes, addresses, begin=begin, end=drawn_to, bin=width)
        filled = len(bands) == 1
        ax.stairs(values, edges, color=colour(k), lw=1.0, label=name, fill=filled, baseline=0.0 if filled else None)
        highest = max(highest, values.max())
    ax.set_xlim(begin, end)
    ax.set_ylim(0.0, 1.08 * highest if highest else 1.0)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("rate (Hz)")
    plain(ax)


def _bands(spikes, populations):
    """Name and addresses of every band; raises where spikes of one are not recorded."""
    if populations is None:
        addresses = np.unique(spikes.address)
        return [("all that spiked", addresses if len(addresses) else np.zeros(1, np.int64))]
    if isinstance(populations, (Population, PopulationView)):
        populations = [populations]
    bands = []
    for selection in populations:
        if not isinstance(selection, (Population, PopulationView)) or len(selection) == 0:
            raise ParameterError(f"populations must be populations or views with members, got {selection!r}")
        spikes.of(selection)
        bands.append((selection.name, selection.addresses))
    if not bands:
        raise ParameterError("populations must name at least one population, got none")
    return bands


def _shares(sizes, total):
    """How many neurons of each population to draw: in proportion, at least one of each."""
    if sum(sizes) <= total:
        return list(sizes)
    return [max(1, int(size * total / sum(sizes))) for size in sizes]


def _of(shown, size):
    return f"{size:,}" if shown == size else f"{shown:,} of {size:,}"


def _limits(spikes, begin, end):
    last = float(np.nextafter(spikes.time[-1], np.inf)) if len(spikes) else 1.0
    begin = 0.0 if begin is None else _cast.number(begin, "begin", "ms")
    end = max(last, begin + 1.0) if end is None else _cast.number(end, "end", "ms")
    if not begin < end:
        raise ParameterError(f"end must be > begin, got begin = {begin:g} ms, end = {end:g} ms")
    return begin, end


def _dots(spikes, addresses, shown, begin, end):
    """Times and rows of the spikes of `shown` neurons, evenly spread over the addresses."""
    chosen = addresses[np.linspace(0, len(addresses) - 1, shown).round().astype(np.int64)]
    row_of = np.full(max(int(chosen.max()), int(spikes.address.max(initial=0))) + 1, -1, np.int64)
    row_of[chosen] = np.arange(shown)
    row = row_of[spikes.address]
    keep = (row >= 0) & (spikes.time >= begin) & (spikes.time < end)
    return spikes.time[keep], row[keep]
