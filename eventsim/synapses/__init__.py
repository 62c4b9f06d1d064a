"""Synapse rules, one file each."""

from . import memristor, stdp
from .memristor import Memristor
from .rule import Synapse, SynapseRule
from .static import Static
from .stdp import STDP

RULES = (*stdp.RULES, *memristor.RULES)  # all rules there are, in all their variants

__all__ = ["STDP", "Memristor", "Static", "Synapse", "SynapseRule"]
