"""LOWERING: lower(network) -> Program, flat arrays that every engine runs."""

from .lower import lower
from .program import Program

__all__ = ["Program", "lower"]
