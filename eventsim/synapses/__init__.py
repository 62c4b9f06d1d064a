"""Synapse rules, one file each."""

from . import reward, stdp
from .modulator import Modulator
from .reward import RewardSTDP
from .rule import Synapse, SynapseRule
from .static import Static
from .stdp import STDP

RULES = (*stdp.RULES, *reward.RULES)  # all rules there are, in all their variants

__all__ = ["STDP", "Modulator", "RewardSTDP", "Static", "Synapse", "SynapseRule"]
