"""Synapse rules, one file each."""

from .static import Static

__all__ = ["Static"]
