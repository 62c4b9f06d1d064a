"""Pictures of spikes, traces and weights. matplotlib is needed, and imported only when something is drawn."""

from .raster import raster, rate
from .trace import trace
from .weights import trajectories, weight_histogram, weight_matrix

__all__ = ["raster", "rate", "trace", "trajectories", "weight_histogram", "weight_matrix"]
