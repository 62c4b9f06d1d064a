"""Neuron models, one file each. Listing a model in ALL_MODELS is what gets it tested."""

from .lif import LIF
from .lif_exp import LIF_EXP, LIFExp
from .lif_exp import _model as _lif_exp_variant
from .model import AS_PUBLISHED, BOUNDED, EXACT, Neuron, NeuronModel, Parameter

ALL_MODELS = (LIF, LIF_EXP, _lif_exp_variant(("0", "1", "2")))

__all__ = [
    "ALL_MODELS",
    "AS_PUBLISHED",
    "BOUNDED",
    "EXACT",
    "LIF",
    "LIF_EXP",
    "LIFExp",
    "Neuron",
    "NeuronModel",
    "Parameter",
]
