"""Running the same network twice, and what it means that nothing differs."""

import contextlib
from unittest import mock

import numpy as np

import eventsim as es
from eventsim.lowering import blocks


def simulator(net, engine="sequential", **options):
    """A simulator that records the spikes of everything, sources too; loops without delay end soon."""
    return es.Simulator(net, engine=engine, record_spikes=net.populations, **{"micro_steps": 30, **options})


@contextlib.contextmanager
def blocks_of(size):
    """Target blocks of so many neurons, as large networks have them of thousands."""
    with mock.patch.multiple(blocks, SMALLEST=size, PIECE=1e-9):
        yield


def run_bounded(sim, end, most=4000, step=1.0):
    """Run to `end`, or to an earlier multiple of a step (ms) if a network drawn at random explodes; the time reached.

    Half-open runs join without a seam, so stopping on the way changes nothing (guarantee 1, tested by itself).
    """
    for stop in [*np.arange(step, end, step), end]:
        sim.run(until=float(stop))
        if sim.stats["deliveries"] + sim.stats["spikes"] > most:
            break
    return sim.now


def restored(path, net):
    """The simulator in a checkpoint of a network, with the functions and rules that a checkpoint does not keep."""
    functions = {p.name: getattr(p.model, "functions", None) for p in net.populations}
    rates = {name: f[0] if len(f) == 1 else list(f) for name, f in functions.items() if f}
    return es.Simulator.load(path, rates=rates, rules=[j.synapse.rule for j in net.projections if isinstance(j.synapse, es.Synapse)])


def states(sim):
    """All state variables of all neurons: a dict of arrays."""
    neurons = [p for p in sim.network.populations if not p.is_source]
    return {(p.name, x): sim.get(p, x) for p in neurons for x in p.model.model.variables}


def assert_same_spikes(a, b):
    """Equal bit for bit: the number, then addresses, then times."""
    assert len(a) == len(b)
    np.testing.assert_array_equal(a.address, b.address)
    np.testing.assert_array_equal(a.time, b.time)


def assert_same_states(a, b):
    """Equal bit for bit: dicts of arrays as `states` gives them."""
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_array_equal(a[key], b[key], err_msg=str(key))
