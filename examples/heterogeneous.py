"""A small network in which everything differs: membranes, thresholds, weights, delays, and four kinds of input."""

import numpy as np

import eventsim as es

DURATION = 500.0  # ms


def build():
    """The network: 400 excitatory and 100 inhibitory neurons with exponential currents."""
    net = es.Network(seed=3)
    neuron = es.LIFExp(
        tau_m=es.Normal(20.0, 3.0, low=5.0),  # ms
        c_m=250.0,  # pF
        v_thresh=es.Uniform(-52.0, -48.0),  # mV
        tau_syn_exc=es.LogNormal(np.log(4.0), 0.2),  # ms
        tau_syn_inh=8.0,
        t_ref=2.0,
    )
    exc = net.population(400, neuron, name="exc")
    inh = net.population(100, neuron, name="inh")
    exc.set(v=es.Uniform(-65.0, -55.0))
    stimulus = net.population(2, es.SpikeSource(times=[[100.0, 102.5], [300.0]]), name="stimulus")
    noise = net.population(200, es.Poisson(rate=10.0), name="noise")

    for pre, weight in ((exc, es.Normal(30.0, 5.0, low=0.0)), (inh, es.Normal(-120.0, 20.0, high=0.0))):
        for post in (exc, inh):
            net.connect(pre, post, es.FixedProbability(0.1), weight=weight, delay=es.Normal(1.5, 0.75, low=0.1))
    net.connect(noise, exc, es.FixedInDegree(20), weight=40.0, delay=es.Exponential(2.0))
    net.connect(stimulus, exc[:50], es.AllToAll(), weight=500.0, delay=1.0)
    net.drive(exc, rate=np.linspace(3000.0, 5000.0, 400), weight=20.0)
    net.drive(inh, rate=4000.0, weight=20.0)
    return net


def main():
    """Return the simulator after the run."""
    sim = es.Simulator(build())
    sim.run(DURATION)
    return sim


if __name__ == "__main__":
    sim = main()
    for name in ("exc", "inh"):
        population = sim.network[name]
        print(f"{name}: {len(sim.spikes.of(population)) / len(population) / DURATION * 1e3:.1f} Hz")
    routing, stats = sim.routing, sim.stats
    print(f"{routing['synapses']} synapses, fan-out {routing['fan_out_min']} to {routing['fan_out_max']}")
    print(f"delays {routing['delay_min']:.3g} to {routing['delay_max']:.3g} ms, mean {routing['delay_mean']:.3g} ms")
    print(f"{stats['deliveries']} deliveries, {stats['drive_events']} drive events")
