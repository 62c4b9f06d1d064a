"""Synapses whose weight never changes."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Static:
    """A static synapse.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model (mV for LIF, pA for LIFExp)
    delay : float, array or distribution, ms, >= 0
        From the spike to its delivery; zero is allowed.
    """

    weight: Any
    delay: Any
