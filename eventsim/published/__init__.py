"""Published networks, ready to run: each builder names its source, and what the source says about its activity."""

from .brunel2000 import brunel2000, brunel2000_mean_field
from .vogels_abbott2005 import vogels_abbott2005, vogels_abbott2005_currents

__all__ = ["brunel2000", "brunel2000_mean_field", "vogels_abbott2005", "vogels_abbott2005_currents"]
