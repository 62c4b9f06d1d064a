"""Optional packages: the import of one, and how to install it."""

import importlib

from .errors import MissingExtraError

_EXTRAS = {"matplotlib": "plot", "mpmath": "audit", "scipy": "sparse"}


def imported(module, use):
    """An optional module; `use` says what needs it.

    Raises
    ------
    MissingExtraError
        Where it is not installed.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"{use} need {package} ({error}); install it with: {installation(package)}") from None


def installation(package):
    """How to install an optional package."""
    return f"pip install {package} (the extra {_EXTRAS[package]!r})"
