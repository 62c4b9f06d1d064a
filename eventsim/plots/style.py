"""What all pictures share: colours, spare axes, and the way to matplotlib."""

from .._extras import imported
from ..errors import ParameterError

# Distinguishable for colour-blind readers and in print (after Okabe & Ito); populations take them in order.
COLOURS = ("#2b6ca3", "#c8452f", "#2a8f6d", "#8a5aa8", "#b8860b", "#4aa3c7")
INK = "#333333"


def pyplot():
    """The module matplotlib.pyplot, or a MissingExtraError."""
    return imported("matplotlib.pyplot", "plots")


def colour(k):
    """The colour of the k-th population."""
    return COLOURS[k % len(COLOURS)]


def check_axes(ax):
    """Refuse what is not a matplotlib Axes."""
    if not hasattr(ax, "transAxes"):
        raise ParameterError(f"ax must be a matplotlib Axes, got {ax!r}")


def axes(ax, size):
    """The axes given, or those of a new figure of that size (inches)."""
    if ax is None:
        ax = pyplot().figure(figsize=size, layout="constrained").subplots()
    check_axes(ax)
    return ax


def plain(ax):
    """Only the left and the lower spine, quiet ticks."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.tick_params(colors=INK, labelsize=9, length=3)
    for label in (ax.xaxis.label, ax.yaxis.label, ax.title):
        label.set_color(INK)


def finished(ax, title):
    """The axes with their title, if there is one, and what they have to spare."""
    if title:
        ax.set_title(title, loc="left", fontsize=11)
    plain(ax)
    return ax
