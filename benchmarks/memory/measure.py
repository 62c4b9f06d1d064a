"""One network, built and run in this process: `python -m benchmarks.memory.measure CASE NEURONS THREADS DURATION` prints a dict."""

import json
import sys

import eventsim as es

from ..resident import peak, reset_peak

# What is individual: weight, delay (ms), and how weights are held. One million neurons make 10**9 synapses.
DEGREE = 1000
CASES = {
    "shared": (False, False, {}),
    "float32 weights": (True, False, {"weight_dtype": "float32"}),
    "float64 weights": (True, False, {}),
    "float64 weights and delays": (True, True, {}),
    "procedural": (False, False, {"procedural": True}),
    "procedural, float64 weights and delays": (True, True, {"procedural": True}),
}


def network(case, neurons):
    """Excitatory and inhibitory neurons that fire at about 1 Hz; each has 1,000 synapses, in the mean."""
    own_weights, own_delays, options = CASES[case]
    net = es.Network(seed=1)
    cell = es.LIF(tau_m=20.0, v_rest=-57.0, v_reset=-65.0, v_thresh=-50.0, t_ref=5.0)
    exc = net.population(neurons * 4 // 5, cell, name="exc")
    inh = net.population(neurons // 5, cell, name="inh")
    for pre, strength, latency in ((exc, 0.1, 1.5), (inh, -0.6, 1.0)):
        weight = es.Normal(strength, 0.1 * abs(strength)) if own_weights else strength
        delay = es.Uniform(0.5 * latency, 1.5 * latency) if own_delays else latency
        for post in (exc, inh):
            net.connect(pre, post, es.FixedProbability(min(1.0, DEGREE / neurons)), weight=weight, delay=delay, **options)
    for population in (exc, inh):
        population.set(v=es.Normal(-57.0, 2.0, high=-50.5))
        net.drive(population, rate=200.0, weight=0.9)
    return net


def measure(case, neurons, threads, duration):
    """Build and run; what it took. Compiled code is loaded before."""
    es.Simulator(network(case, 2000), threads=threads).run(1.0)
    before = reset_peak()
    net = network(case, neurons)
    sim = es.Simulator(net, threads=threads)
    built = peak()
    synapses = sum(j.rule.expected(j.pre, j.post) for j in net.projections)
    if duration:
        sim.run(duration)
    stats = sim.stats
    return {
        "synapses": synapses,
        "stored": len(sim._engine.program.fabric.target),
        "build_s": stats["build_s"],
        "run_s": stats["wall_s"],
        "final": sim._engine.program.nbytes,
        "peak": peak(),
        "built": built,
        "before": before,
        "engine": stats["engine"],
        "rate_hz": stats["spikes"] / neurons / duration * 1e3 if duration else 0.0,
        "deliveries": stats["deliveries"],
        "drive_events": stats["drive_events"],
    }


if __name__ == "__main__":
    case, neurons, threads, duration = sys.argv[1:]
    print(json.dumps(measure(case, int(neurons), int(threads), float(duration))))
