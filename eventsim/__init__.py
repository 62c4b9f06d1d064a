"""eventsim: exact, event-driven simulation of spiking neural networks."""

from . import errors
from .engine.api import Simulator
from .errors import *  # noqa: F403
from .network import (
    CSR,
    AllToAll,
    Explicit,
    Exponential,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    LogNormal,
    Network,
    Normal,
    OneToOne,
    Poisson,
    SpikeSource,
    Uniform,
)
from .neurons import LIF, LIFExp
from .synapses import Static

__version__ = "0.1.0"
