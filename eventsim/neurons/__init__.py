"""Neuron models, one file each. Listing a model in ALL_MODELS is what gets it tested."""

from .adex import ADEX, ADEX_CURRENT, AdEx
from .eif import EIF, EIF_CONDUCTANCE, EIF_CURRENT
from .hodgkin_huxley import HODGKIN_HUXLEY, HODGKIN_HUXLEY_SQUID, HodgkinHuxley
from .izhikevich import IZHIKEVICH, Izhikevich
from .izhikevich_published import IZHIKEVICH_2003, IZHIKEVICH_2004
from .lif import LIF
from .lif_adapt import LIFAdapt
from .lif_alpha import LIF_ALPHA, LIFAlpha
from .lif_alpha import _model as _lif_alpha_variant
from .lif_biexp import LIF_BIEXP, LIFBiexp
from .lif_biexp import _model as _lif_biexp_variant
from .lif_cond import LIF_COND, LIF_COND_ALPHA, LIFCond
from .lif_escape import LIF_ESCAPE
from .lif_escape import LIF_ESCAPE as LIFEscape
from .lif_exp import LIF_EXP, LIFExp
from .lif_exp import _model as _lif_exp_variant
from .model import AS_PUBLISHED, BOUNDED, EXACT, Neuron, NeuronModel, Parameter
from .perfect_if import IF
from .qif import QIF

# What a family of models, whose receptors the user chooses, makes of their names.
FAMILIES = {"LIFAlpha": _lif_alpha_variant, "LIFBiexp": _lif_biexp_variant, "LIFExp": _lif_exp_variant}

ALL_MODELS = (LIF, LIF_EXP, _lif_exp_variant(("0", "1", "2")), IF, QIF, LIF_BIEXP, _lif_biexp_variant(("0",)), LIF_ALPHA, LIFAdapt)

# Models of the bounded class, which have contracts of their own (tests/models/test_bounded.py).
BOUNDED_MODELS = (
    *(ADEX, ADEX_CURRENT, EIF_CONDUCTANCE, EIF_CURRENT, LIF_COND, LIF_COND_ALPHA),
    *(IZHIKEVICH, HODGKIN_HUXLEY, HODGKIN_HUXLEY_SQUID),
)

# Models that fire at random (tests/models/test_escape.py).
RANDOM_MODELS = (LIF_ESCAPE,)

# Models of the class "as-published" (tests/models/test_izhikevich_published.py).
PUBLISHED_MODELS = (IZHIKEVICH_2003, IZHIKEVICH_2004)

__all__ = [
    "ADEX",
    "ADEX_CURRENT",
    "ALL_MODELS",
    "AS_PUBLISHED",
    "BOUNDED",
    "BOUNDED_MODELS",
    "EIF",
    "EXACT",
    "FAMILIES",
    "IF",
    "IZHIKEVICH",
    "IZHIKEVICH_2003",
    "IZHIKEVICH_2004",
    "LIF",
    "LIF_ALPHA",
    "LIF_BIEXP",
    "LIF_ESCAPE",
    "LIF_EXP",
    "PUBLISHED_MODELS",
    "QIF",
    "RANDOM_MODELS",
    "AdEx",
    "HodgkinHuxley",
    "Izhikevich",
    "LIFAdapt",
    "LIFAlpha",
    "LIFBiexp",
    "LIFCond",
    "LIFEscape",
    "LIFExp",
    "Neuron",
    "NeuronModel",
    "Parameter",
]


def named(name, ports):
    """The package's own models of that name with these receptors: as many as it has variants."""
    if name in FAMILIES:
        return (FAMILIES[name](tuple(ports)),)
    return tuple(model for model in ALL_MODELS + BOUNDED_MODELS + RANDOM_MODELS + PUBLISHED_MODELS if model.name == name)
