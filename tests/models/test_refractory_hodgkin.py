"""Refractoriness of neurons that no spike resets: it only leaves out spikes, those less than t_ref after one that counts."""

import numpy as np
import pytest

import eventsim as es
from eventsim.published.brette2007 import traub_neuron


def trains(t_ref):
    """Spikes of 10 neurons under a strong excitatory and inhibitory drive: a list of arrays."""
    net = es.Network(seed=3)
    cells = net.population(10, traub_neuron(t_ref=t_ref, tolerance=1e-9), name="cells")
    net.drive(cells, rate=8000.0, weight=6.0)
    net.drive(cells, rate=500.0, weight=-67.0)
    sim = es.Simulator(net, engine="sequential")
    sim.run(40.0)
    return [sim.spikes.time[sim.spikes.address == a] for a in cells.addresses]


def counted(times, t_ref):
    """The spikes that are at least t_ref after the last one that counts."""
    kept = []
    for t in times.tolist():
        if not kept or t - kept[-1] >= t_ref:
            kept.append(t)
    return np.array(kept)


@pytest.mark.parametrize("t_ref", [2.4, 3.0])
def test_what_crosses_in_the_refractory_period_does_not_fire_at_its_end(t_ref):
    free, refractory = trains(0.0), trains(t_ref)
    expected = [counted(times, t_ref) for times in free]
    assert sum(map(len, expected)) < sum(map(len, free))  # there is something to leave out
    assert [len(times) for times in refractory] == [len(times) for times in expected]
    for times, right in zip(refractory, expected, strict=True):
        np.testing.assert_allclose(times, right, rtol=0.0, atol=1e-6)
