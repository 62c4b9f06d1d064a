"""A closed loop: watch for spikes while the network runs, and answer each of them with a stimulus 3 ms later.

The predicate is asked after every instant that had a spike, so the answer depends on exact spike times, not on
a polling interval. The observed neuron is inhibited by the answer: its interval grows.
"""

import numpy as np

import eventsim as es

LATENCY = 3.0  # ms from the spike to the stimulus
DURATION = 200.0  # ms


def intervals(closed):
    """Interspike intervals (ms) of the observed neuron, with the loop closed or open."""
    net = es.Network(seed=1)
    neuron = net.population(1, es.LIF(tau_m=20.0, v_rest=-45.0, v_reset=-60.0, v_thresh=-50.0, t_ref=2.0), name="neuron")
    stimulator = net.population(1, es.SpikeSource(), name="stimulator")
    net.connect(stimulator, neuron, es.OneToOne(), weight=-4.0, delay=0.5)

    sim = es.Simulator(net)
    seen = 0

    def new_spike_or_end(sim):
        return len(sim.spikes) > seen

    while closed and sim.now < DURATION:
        sim.run(until=new_spike_or_end)
        seen = len(sim.spikes)
        sim.inject(sim.spikes.time[-1] + LATENCY, stimulator.addresses)
    if sim.now < DURATION:
        sim.run(until=DURATION)
    return np.diff(sim.spikes.time)


def main():
    """Return the mean interval (ms) without and with feedback."""
    return float(intervals(False).mean()), float(intervals(True).mean())


if __name__ == "__main__":
    open_loop, closed_loop = main()
    print(f"mean interval, open loop    {open_loop:.6f} ms")
    print(f"mean interval, closed loop  {closed_loop:.6f} ms")
