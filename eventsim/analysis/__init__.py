"""Statistics of spike trains and of weights, and mean-field rates to hold spikes against."""

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
from .weights import bimodality, fractions_near_bounds, time_average, weight_histogram, weight_matrix, weights_over_time

__all__ = [
    "bimodality",
    "cv_of_intervals",
    "fano_factor",
    "firing_rates",
    "fractions_near_bounds",
    "intervals",
    "mean_cv",
    "mean_rate",
    "population_rate",
    "power_spectrum",
    "self_consistent_rate",
    "siegert_rate",
    "synchrony",
    "time_average",
    "weight_histogram",
    "weight_matrix",
    "weights_over_time",
]
