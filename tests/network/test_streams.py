"""Random streams are keyed by what they belong to (docs/semantics.md, guarantee 5)."""

import numpy as np
import pytest

import eventsim as es

RULES = [es.FixedProbability(0.3), es.FixedInDegree(4), es.FixedOutDegree(4), es.FixedTotalNumber(50)]


def _network(extra=False, seed=7):
    """Everything that is drawn; with `extra`, more of everything is added at the end."""
    net = es.Network(seed=seed)
    a = net.population(20, es.LIF(v_rest=es.Normal(-52.0, 3.0), tau_m=es.Uniform(5.0, 20.0)), name="a")
    noise = net.population(10, es.Poisson(200.0), name="noise")
    a.set(v=es.Uniform(-60.0, -50.0))
    projections = [net.connect(p, a, rule, weight=es.Normal(0.0, 0.5), delay=es.Exponential(2.0)) for p in (a, noise) for rule in RULES]
    net.drive(a, 500.0, 0.5)
    if extra:
        b = net.population(15, es.LIF(v_rest=es.Normal(-52.0, 3.0)), name="b")
        more = net.population(5, es.Poisson(100.0), name="more")
        for pre in (a, b, more):
            for rule in RULES:
                net.connect(pre, b, rule, weight=es.Normal(1.0, 0.5), delay=es.Exponential(2.0))
        net.drive(b, 300.0, 1.0)
    return net, projections


def test_what_is_added_at_the_end_changes_no_other_draw():
    (small, few), (large, some) = _network(), _network(extra=True)
    one, other = es.Simulator(small, engine="reference"), es.Simulator(large, engine="reference")
    for p, q in zip(few, some, strict=True):
        assert len(one.weights(p)) > 10
        assert (one.weights(p) == other.weights(q)).all()
    for name in ("v_rest", "tau_m", "v"):
        assert (one.get(small["a"], name) == other.get(large["a"], name)).all()


def test_what_is_added_at_the_end_changes_no_spike_of_the_rest(engine):
    (small, _), (large, _) = _network(), _network(extra=True)
    found = []
    for net in (small, large):
        sim = es.Simulator(net, engine=engine)
        sim.record("spikes", net["noise"])
        sim.run(50.0)
        found += [(sim.spikes.of(net["a"]), sim.spikes.of(net["noise"]))]
    for one, other in zip(*found, strict=True):
        assert len(one) == len(other) > 30
        assert (one.time == other.time).all()
        assert (one.address == other.address).all()


def test_the_simulators_seed_varies_the_noise_and_keeps_the_structure():
    net, projections = _network()
    runs = [es.Simulator(net, seed=seed, engine="reference") for seed in (None, 7, 8)]
    for sim in runs:
        sim.run(50.0)
    for p in projections:
        assert (runs[0].weights(p) == runs[2].weights(p)).all()
    assert runs[0].spikes.time.tolist() == runs[1].spikes.time.tolist()
    assert runs[0].spikes.time.tolist() != runs[2].spikes.time.tolist()


def test_another_seed_of_the_network_draws_everything_anew():
    (net, projections), (other_net, others) = _network(), _network(seed=8)
    one, other = es.Simulator(net, engine="reference"), es.Simulator(other_net, engine="reference")
    for p, q in zip(projections, others, strict=True):
        assert one.weights(p).tolist() != other.weights(q).tolist()
    assert not np.any(net["a"].get("v") == other_net["a"].get("v"))


def test_projections_of_one_kind_differ():
    net = es.Network(seed=1)
    a = net.population(50, es.LIF())
    one, other = (net.connect(a, a, es.FixedProbability(0.2), weight=es.Uniform(0.0, 1.0), delay=1.0) for _ in range(2))
    sim = es.Simulator(net, engine="reference")
    assert not np.isin(sim.weights(one)["weight"], sim.weights(other)["weight"]).any()


@pytest.mark.parametrize("name", ["v", "i_exc", "tau_m", "c_m"])
def test_populations_of_one_kind_differ(name):
    net = es.Network(seed=1)
    for key in ("a", "b"):
        net.population(50, es.LIFExp(), name=key).set(**{name: es.Uniform(1.0, 2.0)})
    assert not np.isin(net["a"].get(name), net["b"].get(name)).any()
