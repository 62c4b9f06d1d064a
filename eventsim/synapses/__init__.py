"""Synapse rules, one file each."""

from . import graupner_brunel, hebb, inhibitory_stdp, memristor, oja, reward, stdp, triplet, tsodyks_markram
from .graupner_brunel import GraupnerBrunel
from .hebb import Hebb
from .inhibitory_stdp import InhibitorySTDP
from .memristor import Memristor
from .modulator import Modulator
from .oja import Oja
from .reward import RewardSTDP
from .rule import Synapse, SynapseRule
from .static import Static
from .stdp import STDP
from .triplet import TripletSTDP
from .tsodyks_markram import TsodyksMarkram

# all rules there are, in all their variants
RULES = (
    *stdp.RULES,
    *triplet.RULES,
    *inhibitory_stdp.RULES,
    *reward.RULES,
    *hebb.RULES,
    *oja.RULES,
    *graupner_brunel.RULES,
    *tsodyks_markram.RULES,
    *memristor.RULES,
)

__all__ = [
    "STDP",
    "GraupnerBrunel",
    "Hebb",
    "InhibitorySTDP",
    "Memristor",
    "Modulator",
    "Oja",
    "RewardSTDP",
    "Static",
    "Synapse",
    "SynapseRule",
    "TripletSTDP",
    "TsodyksMarkram",
]
