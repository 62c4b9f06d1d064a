"""DESCRIPTION: populations, projections, rules, sources, distributions. Data; no engine is known here."""

from .distributions import Distribution, Exponential, LogNormal, Normal, Uniform
from .network import Network
from .population import Population, PopulationView
from .projection import Drive, Projection
from .rules import (
    CSR,
    AllToAll,
    Explicit,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    OneToOne,
)
from .sources import Poisson, SpikeSource

__all__ = [
    "CSR",
    "AllToAll",
    "Distribution",
    "Drive",
    "Explicit",
    "Exponential",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "LogNormal",
    "Network",
    "Normal",
    "OneToOne",
    "Poisson",
    "Population",
    "PopulationView",
    "Projection",
    "SpikeSource",
    "Uniform",
]
