"""Pictures of spikes and traces. matplotlib is needed, and imported only when something is drawn."""

from .raster import raster, rate
from .trace import trace

__all__ = ["raster", "rate", "trace"]
