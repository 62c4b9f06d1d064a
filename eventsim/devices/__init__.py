"""Memristive devices: what they are, what their pulses cost, and crossbars of them."""

from .crossbar import Crossbar
from .device import Binary, Device, Exponential, Linear, PhaseChange, Windowed
from .energy import Energy, energy
from .mapping import Mapping, mismatched

__all__ = ["Binary", "Crossbar", "Device", "Energy", "Exponential", "Linear", "Mapping", "PhaseChange", "Windowed", "energy", "mismatched"]
