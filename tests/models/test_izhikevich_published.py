"""Izhikevich's neuron as published, against plain NumPy transcriptions of the update equations of the papers."""

import numpy as np
import pytest

import eventsim as es
from eventsim.neurons import AS_PUBLISHED, PUBLISHED_MODELS

CELLS = {  # a, b, c, d of figure 2 of the paper of 2003
    "regular spiking": (0.02, 0.2, -65.0, 8.0),
    "intrinsically bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering": (0.02, 0.2, -50.0, 2.0),
    "fast spiking": (0.1, 0.2, -65.0, 2.0),
    "low-threshold spiking": (0.02, 0.25, -65.0, 2.0),
}


def transcribed_2003(cells, currents, steps):
    """(step, cell) of the spikes of the loop of 2003: look for spikes, reset, v in two half steps, then u. currents: (steps, cells)."""
    a, b, c, d = np.array(cells).T
    v = np.full(len(cells), -65.0)
    u = b * v
    spikes = []
    for k in range(steps):
        fired = v >= 30.0
        spikes += [(k, j) for j in np.flatnonzero(fired)]
        v = np.where(fired, c, v)
        u = np.where(fired, u + d, u)
        for _ in range(2):
            v = v + 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + currents[k])
        u = u + a * (b * v - u)
    return spikes


def transcribed_2004(cell, currents, tau, v, slope=5.0, constant=140.0, recovery=None):
    """Steps at whose end there is a spike, in the loop of 2004: v, then u, then reset."""
    a, b, c, d = cell
    u = b * v
    spikes = []
    for k, current in enumerate(currents):
        v = v + tau * (0.04 * v**2 + slope * v + constant - u + current)
        u = u + tau * a * (b * v - u) if recovery is None else u + tau * a * (b * (v - recovery))
        if v > 30.0:
            spikes.append(k + 1)
            v, u = c, u + d
    return spikes


def simulated(scheme, cells, currents, step, v, engine, **parameters):
    """The simulator of cells into which the currents go, given as weights at grid points."""
    a, b, c, d = np.array(cells).T
    net = es.Network()
    neurons = net.population(len(cells), es.Izhikevich(scheme=scheme, a=a, b=b, v_reset=c, d=d, step=step, **parameters), name="cells")
    neurons.set(v=v)
    steps = len(currents)
    source = net.population(steps, es.SpikeSource(times=[[k * step] for k in range(steps)]))
    net.connect(source, neurons, es.AllToAll(), weight=np.asarray(currents, float).ravel(), delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(steps * step)
    return sim


@pytest.mark.parametrize("model", PUBLISHED_MODELS, ids=lambda m: str(m.variant))
def test_the_model_is_described_as_what_it_is(model):
    assert model.exactness == AS_PUBLISHED
    assert model.variables == ("v", "u", "i", "phase")
    assert "as-published" in model.documentation


def test_spikes_of_2003_are_those_of_the_loop(engine):
    cells = list(CELLS.values())
    currents = np.random.default_rng(1).normal(6.0, 6.0, (300, len(cells)))
    expected = transcribed_2003(cells, currents, 300)
    sim = simulated("2003", cells, currents, 1.0, -65.0, engine)
    assert sim.stats["exactness"] == {"cells": "as-published"}
    assert len(sim.spikes) == len(expected) > 40
    np.testing.assert_array_equal(sim.spikes.time, [float(k) for k, _ in expected])
    np.testing.assert_array_equal(sim.spikes.address, [j for _, j in expected])


@pytest.mark.parametrize("tau", [0.25, 0.5, 0.2, 0.1])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_spikes_of_2004_are_those_of_the_loop(engine, cell, tau):
    steps = round(100.0 / tau)
    currents = np.where(np.arange(steps) * tau > 10.0, 14.0, 0.0)
    expected = transcribed_2004(cell, currents, tau, -70.0)
    sim = simulated("2004", [cell], currents, tau, -70.0, engine)
    assert len(sim.spikes) == len(expected) > 2
    if tau in (0.25, 0.5):
        np.testing.assert_array_equal(sim.spikes.time, tau * np.array(expected))
    np.testing.assert_allclose(sim.spikes.time, tau * np.array(expected), rtol=0.0, atol=1e-9)


def test_other_coefficients_are_those_of_the_figures_that_have_them(engine):
    cell, tau = (0.02, -0.1, -55.0, 6.0), 0.25
    currents = np.maximum(0.0, 0.075 * (np.arange(1200) * tau - 30.0))
    expected = transcribed_2004(cell, currents, tau, -60.0, 4.1, 108.0)
    sim = simulated("2004", [cell], currents, tau, -60.0, engine, slope=4.1, constant=108.0)
    assert len(sim.spikes) == len(expected) > 3
    np.testing.assert_array_equal(sim.spikes.time, tau * np.array(expected))


def test_a_network_without_delays_is_that_of_the_loop(engine):
    """Weights of spikes at a grid point act in the step that begins there, as in the script of 2003."""
    rng = np.random.default_rng(5)
    n, steps = 20, 200
    cells = [(0.02, 0.2, -65.0 + 15.0 * r**2, 8.0 - 6.0 * r**2) for r in rng.uniform(size=n)]
    weights = np.where(rng.uniform(size=(n, n)) < 0.5, 4.0 * rng.uniform(size=(n, n)), 0.0)  # from row to column
    offset = rng.uniform(2.0, 10.0, n)
    a, b, c, d = np.array(cells).T
    v, u, expected = np.full(n, -65.0), b * -65.0, []
    for k in range(steps):
        fired = v >= 30.0
        expected += [(k, j) for j in np.flatnonzero(fired)]
        v, u = np.where(fired, c, v), np.where(fired, u + d, u)
        arriving = np.zeros(n)
        for j in np.flatnonzero(fired):
            arriving = arriving + weights[j]
        for _ in range(2):
            v = v + 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + (offset + arriving))
        u = u + a * (b * v - u)
    net = es.Network()
    neurons = net.population(n, es.Izhikevich(scheme="2003", a=a, b=b, v_reset=c, d=d, i_offset=offset))
    neurons.set(v=-65.0)
    net.connect(neurons, neurons, es.AllToAll(), weight=weights.ravel(), delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(float(steps))
    assert len(sim.spikes) == len(expected) > 50
    np.testing.assert_array_equal(sim.spikes.time, [float(k) for k, _ in expected])
    np.testing.assert_array_equal(sim.spikes.address, [j for _, j in expected])


def test_a_weight_acts_in_the_step_in_which_it_arrives(engine):
    """Wherever it arrives from a grid point to just before the next."""

    def run(time):
        net = es.Network()
        cell = net.population(1, es.Izhikevich(scheme="2004", i_offset=2.0), name="cell")
        source = net.population(1, es.SpikeSource(times=[time]))
        net.connect(source, cell, es.OneToOne(), weight=150.0, delay=0.0)
        sim = es.Simulator(net, engine=engine)
        sim.run(80.0)
        return sim.spikes.time, sim.get(cell, "v")

    times, v = run(10.0)
    assert len(times) > 0
    for time in (10.01, 10.2, 10.249):
        others, other = run(time)
        assert len(others) == len(times)
        np.testing.assert_allclose(others, times, rtol=0.0, atol=1e-9)
        np.testing.assert_array_equal(other, v)


def test_with_small_steps_the_scheme_comes_to_the_equation(engine):
    """Of first order: ten times shorter steps, ten times smaller an error."""

    def first_spike(**options):
        net = es.Network()
        net.population(1, es.Izhikevich(i_offset=14.0, d=6.0, **options))
        sim = es.Simulator(net, engine=engine)
        sim.run(8.0)
        return sim.spikes.time[0]

    exact = first_spike()
    errors = [abs(first_spike(scheme="2004", step=step) - exact) for step in (0.1, 0.01, 0.001)]
    assert errors[0] < 1.0
    assert errors[1] < 0.2 * errors[0]
    assert errors[2] < 0.2 * errors[1]


def test_the_state_at_rest_is_certain(engine):
    """A neuron whose Euler step changes nothing is never looked at again: a run until a predicate ends."""
    net = es.Network()
    cell = net.population(1, es.Izhikevich(scheme="2004"))
    cell.set(v=-70.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(500.0)
    assert len(sim.spikes) == 0
    assert sim.get(cell, "v")[0] == pytest.approx(-70.0, abs=1e-9)


def test_what_is_no_scheme_is_refused():
    with pytest.raises(es.ParameterError, match="scheme must be 'continuous' or '2003' or '2004', got 'euler'"):
        es.Izhikevich(scheme="euler")
    with pytest.raises(es.ParameterError, match="step"):
        es.Izhikevich(scheme="2004", step=0.0)
    with pytest.raises(es.ParameterError, match="no parameter 'step'"):
        es.Izhikevich(step=0.5)
