"""Synapses whose weight never changes."""

from dataclasses import dataclass
from typing import Any

# A receptor that is chosen by each weight's sign: the first where it is >= 0, else the second.
BY_SIGN = -1


@dataclass(frozen=True, eq=False)
class Static:
    """A static synapse.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model (mV for LIF, pA for LIFExp)
    delay : float, array or distribution, ms, >= 0
        From the spike to its delivery; zero is allowed.
    weight_dtype : np.float64 or np.float32 (or their names)
        np.float32: weights are rounded to the nearest float32 when they are given or drawn. These are then the weights of
        the network, on every engine; individual ones take 4 bytes instead of 8.
    """

    weight: Any
    delay: Any
    weight_dtype: Any = "float64"
