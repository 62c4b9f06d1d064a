"""Hypothesis profiles, and the engines that a test runs on.

dev (default)   reproducible: the same examples every time
nightly         other examples every night, many more of them: HYPOTHESIS_PROFILE=nightly
"""

import os

import pytest
from hypothesis import HealthCheck, settings

# A network is built and compiled code is loaded within an example: its time says nothing about the test.
_COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}

settings.register_profile("dev", derandomize=True, max_examples=50, **_COMMON)
settings.register_profile("nightly", max_examples=1500, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

ENGINES = ("reference", "sequential")


@pytest.fixture(params=ENGINES)
def engine(request):
    """The name of an engine: a test that asks for it runs on each of them."""
    return request.param


def pytest_configure(config):
    """pytest resets Python's filters; the package itself silences numba's remark on calls through pointers."""
    config.addinivalue_line("filterwarnings", "ignore:First-class function type feature is experimental")
