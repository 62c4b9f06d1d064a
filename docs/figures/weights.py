"""Draws docs/figures/weights.png: additive STDP of 200 inputs onto a neuron, as histogram, trajectories and matrix.

.venv/bin/python docs/figures/weights.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import eventsim as es

HERE = Path(__file__).parent
INPUTS, CELLS = 200, 20
FIRST, WHOLE = 1_000.0, 60_000.0  # ms


def main():
    """Run and draw."""
    net = es.Network(seed=4)
    inputs = net.population(INPUTS, es.Poisson(rate=es.Uniform(5.0, 25.0)), name="inputs")
    cells = net.population(CELLS, es.LIF(v_rest=-70.0, v_reset=-60.0, v_thresh=-54.0), name="cells")
    rule = es.STDP(es.Uniform(0.0, 1.0), 1.0, a_plus=0.005, a_minus=0.00525, w_max=1.0)
    learning = net.connect(inputs, cells, es.AllToAll(), synapse=rule)
    sim = es.Simulator(net)
    weight = sim.record("weight", learning, synapses=[50 * CELLS, 150 * CELLS])  # all onto the first cell
    sim.run(until=FIRST)
    figure = plt.figure(figsize=(9.0, 5.6), layout="constrained")
    top, bottom = figure.subfigures(2, 1)
    es.plots.trajectories(
        weight, ax=top.subplots(), spikes=sim.spikes.of(cells[:1]), title="two weights at every event; spikes of the target"
    )
    sim.run(until=WHOLE)
    left, right = bottom.subplots(1, 2)
    es.plots.weight_histogram(sim.weights(learning), learning, ax=left, title="all 4,000 weights after a minute")
    es.plots.weight_matrix(sim, learning, ax=right, title="the same by source and target")
    figure.savefig(HERE / "weights.png", dpi=100)


if __name__ == "__main__":
    main()
