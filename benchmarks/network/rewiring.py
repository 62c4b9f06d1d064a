"""Changes of synapses at given times: what one costs, against the number of synapses."""

import time

import numpy as np

import eventsim as es

from ..harness import Figure, agree_with_reference, check


def recurrent(neurons, synapses, delay, every):
    """Neurons with plastic synapses, a fifth of which is replaced at each rewiring; scaled in between."""
    net = es.Network(seed=1)
    cells = net.population(neurons, es.LIF(v_rest=-70.0, v_reset=-60.0, v_thresh=-50.0, i_offset=es.Uniform(20.0, 21.0)), name="cells")
    degree = es.FixedInDegree(synapses, multapses=False)
    j = net.connect(cells, cells, degree, synapse=es.STDP(es.Uniform(0.0, 0.01), delay, a_plus=1e-5, a_minus=1e-5, w_max=0.01))
    net.rewire(j, turnover=0.2, sprout=degree, every=every)
    net.scale(j, total=0.005 * synapses, at=np.arange(1, 100) * every + 0.5 * every)
    return net


def rewiring(quick, runs):
    """Seconds of a rewiring and of a scaling."""
    check(agree_with_reference(recurrent(50, 10, es.Uniform(0.5, 5.0), 5.0), 100.0) > 0, "no spikes")
    checked = "spikes and potentials of a small instance equal the reference's; in-degrees stay"
    figures = []
    for n, k in ((1_000, 100), (10_000, 100)) if quick else ((1_000, 100), (10_000, 100), (10_000, 1_000)):
        for name, delay in (("shared delay", 1.0), ("individual delays", es.Uniform(0.5, 5.0))):
            sim = es.Simulator(recurrent(n, k, delay, 4.0), engine="sequential")
            seconds = {2.0: [], 0.0: []}  # of scalings, halfway between rewirings, and of these
            for step in range(2, 2 * runs + 6):
                t = 2.0 * step
                sim.run(until=t)
                begin = time.process_time()
                sim.run(until=np.nextafter(t, np.inf))
                if step >= 6:  # after the rows have got their room
                    seconds[t % 4.0].append(time.process_time() - begin)
            weights = sim.weights(sim.network.projections[0])
            check(bool((np.bincount(weights["post"], minlength=n) == k).all()), "in-degrees change")
            for what, measured in (("a fifth rewired", seconds[0.0]), ("scaled", seconds[2.0])):
                each = [1e9 * s / (n * k) for s in measured]
                figures.append(Figure(f"{n * k:,} plastic synapses, {name}: {what}, processor time", "ns/synapse", each, checked))
    return figures
