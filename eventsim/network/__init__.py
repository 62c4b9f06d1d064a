"""DESCRIPTION: populations, projections, rules, sources, distributions. Data; no engine is known here."""

from .currents import Injection, NoisyCurrent, RampCurrent, SineCurrent, StepCurrent
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
from .sources import GammaProcess, InhomogeneousPoisson, Poisson, Regular, SpikeSource

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
    "GammaProcess",
    "InhomogeneousPoisson",
    "Injection",
    "LogNormal",
    "Network",
    "NoisyCurrent",
    "Normal",
    "OneToOne",
    "Poisson",
    "Population",
    "PopulationView",
    "Projection",
    "RampCurrent",
    "Regular",
    "SineCurrent",
    "SpikeSource",
    "StepCurrent",
    "Uniform",
]
