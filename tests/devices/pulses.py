"""Networks in which programming pulses are given as letters."""

import numpy as np

import eventsim as es

PERIOD = 100.0  # ms between pulses
AT = 60.0  # ms, of the first
R_ON, R_OFF = 0.01, 1.0  # GOhm
SCALE = 1e-6  # so small that the synapses move no neuron


def pulse_time(k):
    """When pulse k is, ms."""
    return AT + k * PERIOD


def nominal(x):
    """The weight of a state, without variations."""
    return SCALE * (1.0 / R_OFF + x * (1.0 / R_ON - 1.0 / R_OFF))


def simulator(device, pulses, n=1, start=0.0, engine="sequential", seed=1, **options):
    """A simulator of n synapses, one to each neuron, that get these pulses: "S" a SET, "R" a RESET.

    Every neuron is made to fire at each pulse time; the arrival that makes the pulse a SET comes 5 ms before. The weights begin at state `start`, of a
    pair at the difference `start`.
    """
    arrivals = [pulse_time(k) - 5.0 for k, letter in enumerate(pulses) if letter == "S"]
    fired = [pulse_time(k) for k in range(len(pulses))]
    net = es.Network(seed=seed)
    pre = net.population(1, es.SpikeSource([[t - 1.0 for t in arrivals]]), name="pre")
    post = net.population(n, es.LIF(), name="post")
    teacher = net.population(1, es.SpikeSource([[t - 1.0 for t in fired]]), name="teacher")
    weight = SCALE * start * (1.0 / R_ON - 1.0 / R_OFF) if options.get("pair") else nominal(start)
    net.connect(pre, post, es.AllToAll(), synapse=es.Memristor(weight, 1.0, device, scale=SCALE, **options))
    net.connect(teacher, post, es.AllToAll(), weight=20.0, delay=1.0)
    return es.Simulator(net, engine=engine)


def programmed(device, pulses, **options):
    """The synapses after these pulses: a structured array."""
    sim = simulator(device, pulses, **options)
    sim.run(pulse_time(len(pulses)) - 0.5 * PERIOD)
    assert len(sim.spikes) == len(pulses) * options.get("n", 1)
    return sim.weights(sim.network.projections[0])


def trajectory(device, pulses, variable="x", **options):
    """The variable before the first pulse and after each: (pulses + 1, synapses)."""
    sim = simulator(device, pulses, **options)
    trace = sim.record(variable, sim.network.projections[0], at=AT + PERIOD * (np.arange(len(pulses) + 1) - 0.07))
    sim.run(pulse_time(len(pulses)))
    return trace.value
