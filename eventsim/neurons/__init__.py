"""Neuron models, one file each. Listing a model in ALL_MODELS is what gets it tested."""

from .lif import LIF
from .lif_adapt import LIFAdapt
from .lif_alpha import LIF_ALPHA, LIFAlpha
from .lif_alpha import _model as _lif_alpha_variant
from .lif_biexp import LIF_BIEXP, LIFBiexp
from .lif_biexp import _model as _lif_biexp_variant
from .lif_exp import LIF_EXP, LIFExp
from .lif_exp import _model as _lif_exp_variant
from .model import AS_PUBLISHED, BOUNDED, EXACT, Neuron, NeuronModel, Parameter
from .perfect_if import IF
from .qif import QIF

# What a family of models, whose receptors the user chooses, makes of their names.
FAMILIES = {"LIFAlpha": _lif_alpha_variant, "LIFBiexp": _lif_biexp_variant, "LIFExp": _lif_exp_variant}

ALL_MODELS = (LIF, LIF_EXP, _lif_exp_variant(("0", "1", "2")), IF, QIF, LIF_BIEXP, _lif_biexp_variant(("0",)), LIF_ALPHA, LIFAdapt)

__all__ = [
    "ALL_MODELS",
    "AS_PUBLISHED",
    "BOUNDED",
    "EXACT",
    "FAMILIES",
    "IF",
    "LIF",
    "LIF_ALPHA",
    "LIF_BIEXP",
    "LIF_EXP",
    "QIF",
    "LIFAdapt",
    "LIFAlpha",
    "LIFBiexp",
    "LIFExp",
    "Neuron",
    "NeuronModel",
    "Parameter",
]


def named(name, ports):
    """The package's own model of that name with these receptors, or None."""
    if name in FAMILIES:
        return FAMILIES[name](tuple(ports))
    return next((model for model in ALL_MODELS if model.name == name), None)
