"""Oja 1982: the weights of a neuron that adds up its inputs become the first principal component of the inputs' correlations."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.signal import lfilter

import eventsim as es
from eventsim.published import oja1982, oja1982_angle, oja1982_correlations
from eventsim.published.oja1982 import RATE, TAU, V_THRESH


def learnt(seed, at, **options):
    """Weights (times, 12) at some times."""
    net = oja1982(seed, duration=at[-1] + 1.0, **options)
    sim = es.Simulator(net)
    trace = sim.record("weight", net.projections[0], at=at)
    sim.run(at[-1] + 1.0)
    return trace.value


def between(a, b):
    """The angle between two directions, degrees."""
    return np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))


@pytest.mark.parametrize("seed", [6])
def test_weights_become_the_first_principal_component(seed):
    begin, end = learnt(seed, [0.0, 4e6])
    assert oja1982_angle(begin) > 20.0
    assert oja1982_angle(end) < 2.0
    assert oja1982_angle(np.ones(12)) > 14.0  # the mean rates, which all are equal, tell nothing of it


@pytest.mark.slow
def test_from_any_start():
    """Without a hit by chance: the angle of each of 20 runs, and that of their mean, which fluctuates less."""
    ends = np.array([learnt(seed, [5e6])[0] for seed in range(1, 21)])
    assert max(map(oja1982_angle, ends)) < 2.0
    assert oja1982_angle(ends.mean(axis=0)) < 0.5


@pytest.mark.parametrize("seed", [5, 6])
def test_direction_follows_the_averaged_equation(seed):
    """dw/dt = eta (C w / v_thresh - a w) whatever the number a does over time: the direction is that of exp(eta C t / v_thresh) w(0)."""
    at = np.array([0.0, 250e3, 500e3, 1000e3])
    weights = learnt(seed, at)
    assert between(weights[0], weights[-1]) > 10.0
    for t, w in zip(at, weights, strict=True):
        assert between(expm(1e-5 * t / V_THRESH * oja1982_correlations()) @ weights[0], w) < 2.5


def test_correlations_are_those_of_the_spikes():
    """Traces of the spikes themselves, on a grid of 1 ms: their products, averaged over 500 s."""
    end, step = 5e5, 1.0
    net = oja1982(1, duration=end)
    sim = es.Simulator(net, record_spikes=[net["inputs"]])
    sim.run(end)
    spikes = sim.spikes
    assert len(spikes) / 12 / (end * 1e-3) == pytest.approx(RATE, rel=0.02)
    grid = np.zeros((12, int(end / step)))  # what each spike has become at the next point of the grid
    k = np.floor(spikes.time / step).astype(int)
    np.add.at(grid, (spikes.local, k), np.exp(-((k + 1) * step - spikes.time) / TAU))
    x = lfilter([1.0], [1.0, -np.exp(-step / TAU)], grid, axis=1)
    found, expected = x @ x.T / x.shape[1], oja1982_correlations()
    np.testing.assert_allclose(found, expected, rtol=0.08)
    component = np.linalg.eigh(found)[1][:, -1]
    assert oja1982_angle(component) < 1.0


def test_what_is_wrong_is_refused():
    with pytest.raises(es.ParameterError, match=r"duration must be >= 20 ms, got 1"):
        oja1982(duration=1.0)
    with pytest.raises(es.ParameterError, match=r"weights must not all be 0"):
        oja1982_angle(np.zeros(12))
    with pytest.raises(es.ParameterError, match=r"weights must have shape \(12,\)"):
        oja1982_angle([1.0, 2.0])
