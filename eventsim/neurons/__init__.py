"""Neuron models, one file each. Listing a model in ALL_MODELS is what gets it tested."""

from .adex import ADEX, ADEX_CURRENT, AdEx
from .eif import EIF, EIF_CONDUCTANCE, EIF_CURRENT
from .hodgkin_huxley import HODGKIN_HUXLEY, HODGKIN_HUXLEY_SQUID, HodgkinHuxley
from .izhikevich import IZHIKEVICH
from .izhikevich import IZHIKEVICH as Izhikevich
from .lif import LIF
from .lif_cond import LIF_COND, LIF_COND_ALPHA, LIFCond
from .lif_exp import LIF_EXP, LIFExp
from .lif_exp import _model as _lif_exp_variant
from .model import AS_PUBLISHED, BOUNDED, EXACT, Neuron, NeuronModel, Parameter

ALL_MODELS = (LIF, LIF_EXP, _lif_exp_variant(("0", "1", "2")))

# Models of the bounded class, which have contracts of their own (tests/models/test_bounded.py).
BOUNDED_MODELS = (
    *(ADEX, ADEX_CURRENT, EIF_CONDUCTANCE, EIF_CURRENT, LIF_COND, LIF_COND_ALPHA),
    *(IZHIKEVICH, HODGKIN_HUXLEY, HODGKIN_HUXLEY_SQUID),
)

__all__ = [
    "ADEX",
    "ADEX_CURRENT",
    "ALL_MODELS",
    "AS_PUBLISHED",
    "BOUNDED",
    "BOUNDED_MODELS",
    "EIF",
    "EXACT",
    "IZHIKEVICH",
    "LIF",
    "LIF_EXP",
    "AdEx",
    "HodgkinHuxley",
    "Izhikevich",
    "LIFCond",
    "LIFExp",
    "Neuron",
    "NeuronModel",
    "Parameter",
]
