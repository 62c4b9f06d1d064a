"""Connections are drawn by several threads, and no bit depends on how many."""

import numpy as np
import pytest

import eventsim as es
from eventsim.lowering import blocks, lower


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of a few neurons, as large networks have them of thousands."""
    monkeypatch.setattr(blocks, "SMALLEST", 16)
    monkeypatch.setattr(blocks, "PIECE", 1)


def network():
    net = es.Network(seed=4)
    a, b = net.population(160, es.LIF(), name="a"), net.population(90, es.LIF(), name="b")
    own = {"weight": es.Normal(2.0, 1.0), "delay": es.Uniform(0.5, 3.0)}
    for rule in (es.FixedProbability(0.3, autapses=False), es.FixedInDegree(10), es.FixedOutDegree(10), es.FixedTotalNumber(3000)):
        net.connect(a, a, rule, **own)
        net.connect(b, a[::-1], rule, weight=0.5, delay=1.5)
        net.connect(a[10:60], b, rule, weight_dtype="float32", **own)
    for rule in (es.FixedInDegree(10, multapses=False, autapses=False), es.FixedOutDegree(10, multapses=False, autapses=False)):
        net.connect(a, a[20:], rule, **own)
    net.connect(b, b, es.AllToAll(autapses=False), weight=np.arange(90.0 * 89.0), delay=es.Uniform(0.5, 3.0))
    net.connect(b, a, es.CSR(np.arange(91) * 2, np.arange(180) % 160), weight=np.arange(180.0), delay=1.0)
    net.connect(a[:90], b, es.OneToOne(), weight=1.0, delay=1.0)
    return net


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_programs_are_the_same(threads):
    one, many = lower(network(), threads=1)[0], lower(network(), threads=threads)[0]
    assert len(one.fabric.target) > 30_000
    assert len(one.fabric.projections) > 100
    for name, a, b in zip(one.fabric._fields, one.fabric, many.fabric, strict=True):
        assert a.tobytes() == b.tobytes(), name


def test_an_error_in_a_thread_is_raised():
    net = es.Network()
    a = net.population(100, es.LIF(), name="a")
    net.connect(a, a, es.AllToAll(), weight=1.0, delay=es.Normal(0.0, 1.0))
    with pytest.raises(es.DelayError, match="low=0"):
        lower(net, threads=4)
