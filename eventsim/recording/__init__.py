"""OUT: spikes and exact samples."""

from .spikes import Spikes
from .trace import Trace

__all__ = ["Spikes", "Trace"]
