"""What a network becomes when it is drawn, as the tests look at it."""

import numpy as np

import eventsim as es


def synapses(net, projection):
    """All synapses of a projection: structured array with pre, post, weight, delay."""
    return es.Simulator(net).weights(projection)


def drawn(rule, n_pre=7, n_post=5, pick_pre=None, pick_post=None, same=False, seed=1, weight=1.0, delay=1.0):
    """Synapses between two populations (or one and itself) of LIF neurons, or parts of them."""
    net = es.Network(seed=seed)
    a = net.population(n_pre, es.LIF(), name="a")
    b = a if same else net.population(n_post, es.LIF(), name="b")
    pre = a if pick_pre is None else a[pick_pre]
    post = b if pick_post is None else b[pick_post]
    return synapses(net, net.connect(pre, post, rule, weight=weight, delay=delay))


def pairs(found):
    """Pairs (pre, post) as a sorted list of tuples."""
    return sorted(zip(found["pre"].tolist(), found["post"].tolist(), strict=True))


def counted(found, n_pre, n_post):
    """How often each pair is connected: int64 (n_pre, n_post)."""
    counts = np.zeros((n_pre, n_post), np.int64)
    np.add.at(counts, (found["pre"], found["post"]), 1)
    return counts
