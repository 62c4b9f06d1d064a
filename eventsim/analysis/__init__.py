"""Statistics of spike trains, and mean-field rates to hold them against."""

from .meanfield import self_consistent_rate, siegert_rate
from .statistics import (
    cv_of_intervals,
    fano_factor,
    firing_rates,
    intervals,
    mean_cv,
    mean_rate,
    population_rate,
    power_spectrum,
    synchrony,
)

__all__ = [
    "cv_of_intervals",
    "fano_factor",
    "firing_rates",
    "intervals",
    "mean_cv",
    "mean_rate",
    "population_rate",
    "power_spectrum",
    "self_consistent_rate",
    "siegert_rate",
    "synchrony",
]
