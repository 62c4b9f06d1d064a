"""LOWERING: lower(network) -> Program, flat arrays that every engine runs."""

from .lower import lower
from .plastic import rules_of
from .program import Program

__all__ = ["Program", "lower", "rules_of"]
