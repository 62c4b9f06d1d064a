"""One neuron under a constant current: the time of its first spike is a logarithm, and the simulator returns just that."""

import math

import eventsim as es

TAU, R, CURRENT, THRESHOLD = 10.0, 0.04, 1000.0, 15.0  # ms, GOhm, pA, mV above rest


def main():
    """Return the first spike time (ms) and the membrane potential (mV) at 4 ms."""
    net = es.Network()
    neuron = net.population(1, es.LIF(tau_m=TAU, r_m=R, i_offset=CURRENT, v_rest=0.0, v_reset=0.0, v_thresh=THRESHOLD))
    sim = es.Simulator(net)
    trace = sim.record("v", neuron, at=[4.0])
    sim.run(5.0)
    return float(sim.spikes.time[0]), float(trace.value[0, 0])


if __name__ == "__main__":
    time, v = main()
    print(f"first spike   {time!r} ms")
    print(f"closed form   {-TAU * math.log1p(-THRESHOLD / (R * CURRENT))!r} ms")
    print(f"v(4 ms)       {v!r} mV")
