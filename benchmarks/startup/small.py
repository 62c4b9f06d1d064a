"""A small network as a user would write it; prints its first spike, the number of spikes, whether the reference agrees, and the seconds for that."""

import time

import numpy as np

import eventsim as es


def network():
    """One neuron whose first spike has a closed form, and a hundred connected ones under background drive."""
    net = es.Network(seed=1)
    net.population(1, es.LIF(tau_m=10.0, r_m=0.04, i_offset=1000.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0), name="one")
    many = net.population(100, es.LIF(tau_m=20.0), name="many")
    net.connect(many, many, es.FixedProbability(0.1), weight=0.5, delay=1.5)
    net.drive(many, rate=1000.0, weight=1.0)
    return net


net = network()
sim = es.Simulator(net)
sim.run(100.0)
begin = time.perf_counter()
reference = es.Simulator(net, engine="reference")
reference.run(100.0)
equal = np.array_equal(sim.spikes.time, reference.spikes.time) and np.array_equal(sim.spikes.address, reference.spikes.address)
print(repr(float(sim.spikes.of(net["one"]).time[0])), len(sim.spikes), equal, time.perf_counter() - begin)
