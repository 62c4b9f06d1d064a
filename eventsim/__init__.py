"""eventsim: exact, event-driven simulation of spiking neural networks.

    import eventsim as es

Description: `Network`, neuron models (`LIF`, `LIFExp`, `LIFAlpha`, `LIFBiexp`, `LIFAdapt`, `LIFEscape`, `IF`, `QIF`, and the bounded `LIFCond`,
`EIF`, `AdEx`, `Izhikevich`, `HodgkinHuxley`), sources (`Poisson`, `Regular`, `GammaProcess`, `InhomogeneousPoisson`, `SpikeSource`), injected
currents (`StepCurrent`, `RampCurrent`, `SineCurrent`, `NoisyCurrent`), connection rules, distributions. Running: `Simulator`.
Looking: `es.plots`, `es.analysis`. Published networks: `es.published`.
"""

import importlib

from . import errors
from .audit import AuditReport
from .engine.api import Simulator
from .errors import (
    CapacityError,
    ConnectivityError,
    DelayError,
    EventsimError,
    FormatError,
    InternalError,
    MissingExtraError,
    MissingFileError,
    NumericalError,
    ParameterError,
    RecordingError,
    SelectionError,
    SimulationError,
    ZeroDelayLoopError,
)
from .network import (
    CSR,
    AllToAll,
    Explicit,
    Exponential,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    GammaProcess,
    InhomogeneousPoisson,
    LogNormal,
    Network,
    NoisyCurrent,
    Normal,
    OneToOne,
    Poisson,
    RampCurrent,
    Regular,
    SineCurrent,
    SpikeSource,
    StepCurrent,
    Uniform,
)
from .neurons import (
    EIF,
    IF,
    LIF,
    QIF,
    AdEx,
    HodgkinHuxley,
    Izhikevich,
    LIFAdapt,
    LIFAlpha,
    LIFBiexp,
    LIFCond,
    LIFEscape,
    LIFExp,
    NeuronModel,
    Parameter,
)
from .recording import Spikes, Trace, Trajectories
from .synapses import (
    STDP,
    GraupnerBrunel,
    Hebb,
    InhibitorySTDP,
    Memristor,
    Modulator,
    Oja,
    RewardSTDP,
    Static,
    Synapse,
    SynapseRule,
    TripletSTDP,
    TsodyksMarkram,
)

__version__ = "0.1.0"

__all__ = [
    "CSR",
    "EIF",
    "IF",
    "LIF",
    "QIF",
    "STDP",
    "AdEx",
    "AllToAll",
    "AuditReport",
    "CapacityError",
    "ConnectivityError",
    "DelayError",
    "EventsimError",
    "Explicit",
    "Exponential",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "FormatError",
    "GammaProcess",
    "GraupnerBrunel",
    "Hebb",
    "HodgkinHuxley",
    "InhibitorySTDP",
    "InhomogeneousPoisson",
    "InternalError",
    "Izhikevich",
    "LIFAdapt",
    "LIFAlpha",
    "LIFBiexp",
    "LIFCond",
    "LIFEscape",
    "LIFExp",
    "LogNormal",
    "Memristor",
    "MissingExtraError",
    "MissingFileError",
    "Modulator",
    "Network",
    "NeuronModel",
    "NoisyCurrent",
    "Normal",
    "NumericalError",
    "Oja",
    "OneToOne",
    "Parameter",
    "ParameterError",
    "Poisson",
    "RampCurrent",
    "RecordingError",
    "Regular",
    "RewardSTDP",
    "SelectionError",
    "SimulationError",
    "Simulator",
    "SineCurrent",
    "SpikeSource",
    "Spikes",
    "Static",
    "StepCurrent",
    "Synapse",
    "SynapseRule",
    "Trace",
    "Trajectories",
    "TripletSTDP",
    "TsodyksMarkram",
    "Uniform",
    "ZeroDelayLoopError",
    "analysis",
    "devices",
    "errors",
    "plots",
    "published",
]

_ON_DEMAND = ("analysis", "devices", "plots", "published")


def __getattr__(name):
    """Modules that are imported when first used."""
    if name in _ON_DEMAND:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module 'eventsim' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
