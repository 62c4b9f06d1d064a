"""Which engine runs a network."""

from .. import _cast

ENGINES = ("auto", "reference", "sequential", "windowed")


def check_engine(name):
    """Refuse what is no engine's name."""
    _cast.choice(name, "engine", ENGINES)


def make_engine(name, program, models, record, micro_limit=1000, threads=1, rules=()):
    """An engine with its state at time 0; "auto" chooses from the Program alone."""
    reason, found = "asked for", None
    if name == "auto":
        from .windowed.suits import chosen

        name, reason, found = chosen(program, models)
    engine = _made(name, program, models, record, micro_limit, threads, rules, found)
    engine.reason = reason
    return engine


def _made(name, program, models, record, micro_limit, threads, rules, found):
    if name == "windowed":
        from .windowed.engine import WindowedEngine

        return WindowedEngine(program, models, record, micro_limit, threads, found)
    if name == "reference":
        from .reference.engine import ReferenceEngine

        return ReferenceEngine(program, models, record, micro_limit, rules)
    from .compiled.sequential import SequentialEngine

    return SequentialEngine(program, models, record, micro_limit, rules)
