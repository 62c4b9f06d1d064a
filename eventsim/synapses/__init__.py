"""Synapse rules, one file each."""

from .rule import Synapse, SynapseRule
from .static import Static
from .stdp import STDP

__all__ = ["STDP", "Static", "Synapse", "SynapseRule"]
