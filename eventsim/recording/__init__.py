"""OUT: spikes, exact samples, trajectories."""

from .spikes import Spikes
from .trace import Trace
from .trajectories import Trajectories

__all__ = ["Spikes", "Trace", "Trajectories"]
