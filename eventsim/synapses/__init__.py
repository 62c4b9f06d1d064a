"""Synapse rules, one file each."""

from . import stdp
from .rule import Synapse, SynapseRule
from .static import Static
from .stdp import STDP

RULES = (*stdp.RULES,)  # all rules there are, in all their variants

__all__ = ["STDP", "Static", "Synapse", "SynapseRule"]
