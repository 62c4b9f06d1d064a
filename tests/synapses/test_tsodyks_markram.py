"""Short-term plasticity against sums over all earlier releases in 40 digits."""

import mpmath
import numpy as np
import pytest

import eventsim as es

from . import brute
from .running import END, delays, run, trains

TAUS = [(800.0, 0.0, 0.0), (130.0, 530.0, 0.0), (800.0, 0.0, 3.0), (130.0, 530.0, 1.5), (20.0, 1000.0, 20.0), (20.0, 30.0, 20.000001)]
SUM = es.IF(v_rest=0.0, v_reset=0.0, v_thresh=1e6)  # a perfect integrator: v is the sum of all that was delivered


def expected(pre, delay, w, end=END, **options):
    """What the arrivals before `end` deliver together, and u and x after the last."""
    arrivals = [t + delay for t in pre if t + delay < end]
    parts = brute.released(arrivals, **options)
    return float(w * mpmath.fsum(part[2] for part in parts)), float(parts[-1][0]), float(parts[-1][1] - parts[-1][2]), arrivals


@pytest.mark.parametrize(("tau_rec", "tau_facil", "tau_inact"), TAUS)
@pytest.mark.parametrize("U", [0.03, 0.6, 1.0])
def test_what_is_delivered(engine, U, tau_rec, tau_facil, tau_inact):
    pairs = [(pre, []) for pre, _ in trains(70)]
    apart, weights = delays(12), np.linspace(-2.0, 3.0, 12)
    options = {"U": U, "tau_rec": tau_rec, "tau_facil": tau_facil, "tau_inact": tau_inact}
    sim, j = run(engine, pairs, es.TsodyksMarkram(weights, apart, **options), post=SUM)
    by_hand = [expected(pre, d, w, **options)[0] for (pre, _), d, w in zip(pairs, apart, weights, strict=True)]
    got = sim.get(sim.network["post"], "v")
    assert len(got) == 12
    np.testing.assert_allclose(got, by_hand, rtol=1e-12)
    np.testing.assert_array_equal(sim.weights(j)["weight"], weights)


@pytest.mark.parametrize(("tau_rec", "tau_facil", "tau_inact"), TAUS)
def test_variables_between_arrivals(engine, tau_rec, tau_facil, tau_inact):
    """u decays, x recovers: after a long train, at times near and far from the last arrival."""
    pre = trains(71)[1][0]
    options = {"U": 0.4, "tau_rec": tau_rec, "tau_facil": tau_facil, "tau_inact": tau_inact}
    _, u, _, arrivals = expected(pre, 1.7, 1.0, **options)
    for wait in (1e-9, 0.1, 7.0, 500.0):
        at = arrivals[-1] + wait
        sim, j = run(engine, [(pre, [])], es.TsodyksMarkram(1.0, 1.7, **options), end=at, post=SUM)
        found = sim.weights(j)[0]
        age = at - arrivals[-1]
        assert found["u"] == pytest.approx(u * np.exp(-age / tau_facil) if tau_facil else 0.0, rel=1e-12)
        # x just before an arrival at this time is what the next release would be taken from.
        assert found["x"] == pytest.approx(float(brute.released([*arrivals, at], **options)[-1][1]), rel=1e-12)
        if tau_inact:
            active = sum(
                part[2] * mpmath.exp(-(at - t) / mpmath.mpf(tau_inact))
                for t, part in zip(arrivals, brute.released(arrivals, **options), strict=True)
            )
            assert found["y"] == pytest.approx(float(active), rel=1e-12)


def test_an_inactive_state_that_is_left_at_once_changes_nothing():
    pairs = [(pre, []) for pre, _ in trains(72)]
    sums = []
    for tau_inact in (0.0, 1e-13):
        sim, _ = run("reference", pairs, es.TsodyksMarkram(1.0, 1.0, U=0.3, tau_rec=50.0, tau_facil=80.0, tau_inact=tau_inact), post=SUM)
        sums.append(sim.get(sim.network["post"], "v"))
    np.testing.assert_allclose(sums[0], sums[1], rtol=1e-11)


def test_every_synapse_has_parameters_of_its_own(engine):
    pairs = [(np.arange(5.0, 100.0, 7.0), [])] * 4
    own = {
        "U": np.array([0.1, 0.5, 0.9, 1.0]),
        "tau_rec": np.array([800.0, 100.0, 20.0, 5.0]),
        "tau_facil": np.array([0.0, 500.0, 20.0, 0.0]),
    }
    sim, j = run(engine, pairs, es.TsodyksMarkram(2.0, 1.0, **own), post=SUM)
    got = sim.get(sim.network["post"], "v")
    each = [{name: float(values[k]) for name, values in own.items()} for k in range(4)]
    np.testing.assert_allclose(got, [expected(pairs[k][0], 1.0, 2.0, **each[k])[0] for k in range(4)], rtol=1e-12)
    for name, values in own.items():
        np.testing.assert_array_equal(sim.weights(j)[name], values)


def test_parameters_are_drawn_for_every_synapse():
    net = es.Network(seed=4)
    pre, post = net.population(50, es.Poisson(rate=50.0)), net.population(20, es.LIF())
    j = net.connect(
        pre, post, es.AllToAll(), synapse=es.TsodyksMarkram(0.1, 1.0, U=es.Uniform(0.2, 0.4), tau_rec=es.Normal(100.0, 10.0, low=20.0))
    )
    sim = es.Simulator(net, engine="reference")
    found = sim.weights(j)
    assert len(np.unique(found["U"])) == 1000
    assert 0.2 <= found["U"].min() < 0.21 < 0.39 < found["U"].max() <= 0.4
    assert found["tau_rec"].mean() == pytest.approx(100.0, abs=1.5)  # 5 standard errors: once in two million seeds


def test_spikes_at_one_time_follow_each_other(engine):
    """Two arrivals at one time: the second finds what the first has left, and without facilitation the same u."""
    for tau_inact in (0.0, 5.0):
        options = {"U": 0.5, "tau_rec": 100.0, "tau_inact": tau_inact}
        sim, _ = run(engine, [([10.0, 10.0], [])] * 2, es.TsodyksMarkram(1.0, 1.0, tau_facil=np.array([0.0, 50.0]), **options), post=SUM)
        np.testing.assert_allclose(sim.get(sim.network["post"], "v"), [0.5 + 0.25, 0.5 + 0.75 * 0.5], rtol=1e-15)


def test_tiny_time_constants_are_no_trouble(engine):
    for tau in (5e-324, 1e-300, 1e300):
        sim, j = run(
            engine, [([10.0, 40.0], [])], es.TsodyksMarkram(1.0, 1.0, U=0.5, tau_rec=tau, tau_facil=tau, tau_inact=1e-300), post=SUM
        )
        assert np.isfinite(sim.get(sim.network["post"], "v"))[0]
        assert 0.0 <= sim.weights(j)["x"][0] <= 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    [("U", 1.5), ("U", -0.1), ("U", np.nan), ("tau_rec", 0.0), ("tau_facil", -1.0), ("tau_inact", -1.0), ("tau_inact", np.inf)],
)
def test_parameters_out_of_range_are_refused(name, value):
    with pytest.raises(es.ParameterError, match=rf"TsodyksMarkram {name} must be"):
        es.TsodyksMarkram(1.0, 1.0, **{name: value})
