"""One synapse for each pair of trains, run by an engine."""

import numpy as np

import eventsim as es

SILENT = 1e6  # mV, a threshold that only the teacher reaches
END = 200.0  # ms


def trains(seed, n=12, grid=0.5, least=1):
    """n pairs of trains (pre, post) of 1 to 20 spikes before 150 ms; every other pair on a grid, where spikes tie."""
    rng = np.random.default_rng(seed)

    def one(on_grid):
        size = rng.integers(least, 21)
        return np.sort(rng.choice(300, size, replace=False)) * grid if on_grid else np.sort(rng.uniform(0.0, 150.0, size))

    return [(one(k % 2 == 0), one(k % 2 == 0)) for k in range(n)]


def delays(n):
    """Axonal delays of n synapses, on the grid for the first two of four, zero included."""
    return np.resize([0.0, 3.0, 1.7, 0.5, 10.0, 0.3], n)


def network(pairs, synapse, post=None):
    """A network, and its projection from one source for each pair to a neuron that fires with the pair's other train."""
    net = es.Network(seed=1)
    n = len(pairs)
    pre = net.population(n, es.SpikeSource([p for p, _ in pairs]), name="pre")
    cells = net.population(n, post or es.LIF(v_thresh=SILENT, t_ref=0.0), name="post")
    teacher = net.population(n, es.SpikeSource([q for _, q in pairs]), name="teacher")
    j = net.connect(pre, cells, es.OneToOne(), synapse=synapse)
    if post is None:
        net.connect(teacher, cells, es.OneToOne(), weight=100.0 * SILENT, delay=0.0)
    return net, j


def run(engine, pairs, synapse, end=END, post=None):
    """A simulator that has run to `end` on such a network, and the projection."""
    net, j = network(pairs, synapse, post)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=end)
    if post is None:
        for address, (_, given) in zip(j.post.addresses, pairs, strict=True):
            fired = sim.spikes.time[sim.spikes.address == address]
            expected = np.asarray(given)[np.asarray(given) < end]
            assert len(fired) == len(expected)
            assert np.array_equal(fired, expected)
    return sim, j
