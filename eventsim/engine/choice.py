"""Which engine runs a network."""

from .. import _cast
from ..errors import ParameterError

ENGINES = ("auto", "reference", "sequential", "windowed")


def check_engine(name):
    """Refuse what is no engine's name."""
    if not isinstance(name, str) or name not in ENGINES:
        raise ParameterError(f"engine must be one of {', '.join(map(repr, ENGINES))}, got {_cast.short(name)}")


def engine_named(name, program, models):
    """The class of an engine; "auto" chooses from the Program alone."""
    if name == "auto":
        from .windowed.plan import suits

        name = "windowed" if suits(program, models) else "sequential"
    if name == "windowed":
        from .windowed.engine import WindowedEngine

        return WindowedEngine
    if name == "reference":
        from .reference.engine import ReferenceEngine

        return ReferenceEngine
    from .compiled.sequential import SequentialEngine

    return SequentialEngine
