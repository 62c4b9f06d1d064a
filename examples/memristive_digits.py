"""An inference engine of memristive devices learns handwritten digits by itself.

Poisson trains of the 64 pixels of an image reach 100 neurons through memristive synapses. Neurons inhibit each other, so that few answer an image. After each of its spikes a neuron's recently active synapses are
potentiated and all others depressed, and an adaptation current that lasts for hundreds of images keeps any neuron from answering too often. No label is used in this. Then learning ends: how often each neuron answers images of each
digit is counted on the same images, and images never seen are classified by whom they make answer.

    python examples/memristive_digits.py                      one device, half a minute
    python examples/memristive_digits.py --sweep FILE.json    all devices and mismatches, three seeds, twenty minutes of processor time
    python examples/memristive_digits.py --plot FILE.png      what the sweep in docs/figures found

Needs scikit-learn for its 1,797 images of 8 x 8 pixels.

Source
    Querlioz, Bichler & Gamrat 2011, doi 10.1109/IJCNN.2011.6033439 (the rule of learning, inhibition, homeostasis; with other images).
"""

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

import eventsim as es

NEURONS, PIXELS, CLASSES = 100, 64, 10
TRAINING, EPOCHS = 1200, 3  # images to learn from, and how often they are shown
SHOWN, PAUSE = 100.0, 50.0  # ms: an image, and silence after it
RATE = 30.0  # Hz, mean over the pixels of any image
TAU, CAPACITANCE, THRESHOLD = 50.0, 1000.0, 25.0  # ms, pF, mV above rest
WINDOW = 30.0  # ms: what has arrived since then is potentiated
ADAPTATION, TAU_ADAPTATION = 20.0, 1e5  # pA a spike, ms
INHIBITION, INHIBITION_AFTERWARDS = -25.0, -5.0  # mV, while learning and later
R_ON, R_OFF = 1e-5, 1e-3  # GOhm
SCALE = R_ON  # mV per nS: a device that is on moves the membrane by 1 mV
COSTS = {"read": 0.1, "set": 10.0, "reset": 10.0}  # pJ a pulse, an order of magnitude

LEVELS = (2, 3, 4, 8, 16, 32)
MISMATCHES = (0.0, 0.1, 0.2, 0.3)
SEEDS = (1, 2, 3)
RESULTS = Path(__file__).parent.parent / "docs" / "figures" / "memristive_digits.json"


def images(seed):
    """Pixels (1797, 64), of mean 1 in each image, and labels of the digits, in an order of their own for each seed."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    return (pixels / pixels.mean(axis=1, keepdims=True))[order], labels[order]


def device(levels, mismatch=0.0):
    """A device with so many levels, or with stochastic switching between two ("binary"); all its properties differ by `mismatch`."""
    own = es.Normal(1.0, mismatch, low=0.0) if mismatch else 1.0
    common = {"r_on": R_ON, "r_off": R_OFF, "gain": own, "up_factor": own, "down_factor": own}
    return es.devices.Binary(p_set=0.3, p_reset=0.1, **common) if levels == "binary" else es.devices.Linear(levels=levels, **common)


def network(pixels, neurons, synapse, inhibition, seed):
    """A simulator of images, one after the other, that reach neurons which inhibit each other; and the synapses between."""
    rng = np.random.default_rng(seed)
    begin = (SHOWN + PAUSE) * np.arange(len(pixels))
    numbers = rng.poisson(pixels * (RATE * SHOWN / 1e3))
    trains = [np.sort(np.repeat(begin, n) + rng.uniform(0.0, SHOWN, n.sum())) for n in numbers.T]
    net = es.Network(seed=seed)
    inputs = net.population(PIXELS, es.SpikeSource(trains), name="inputs")
    cells = net.population(NEURONS, neurons, name="cells")
    synapses = net.connect(inputs, cells, es.AllToAll(), synapse=synapse)
    net.connect(cells, cells, es.AllToAll(autapses=False), weight=inhibition, delay=0.0)
    return es.Simulator(net), synapses


def learn(device, pixels, seed):
    """Weights (pixels, neurons) in mV and adaptation (neurons,) in pA after the images, and what the pulses have cost."""
    neurons = es.LIFAdapt(
        tau_m=TAU, c_m=CAPACITANCE, v_rest=0.0, v_reset=0.0, v_thresh=THRESHOLD, a=0.0, b=ADAPTATION, tau_w=TAU_ADAPTATION
    )
    synapse = es.Memristor(es.Uniform(SCALE / R_OFF, SCALE / R_ON), 1.0, device, scale=SCALE, window=WINDOW)
    sim, learning = network(pixels, neurons, synapse, INHIBITION, seed)
    sim.run((SHOWN + PAUSE) * len(pixels))
    synapses, weights = sim.weights(learning), np.zeros((PIXELS, NEURONS))
    weights[synapses["pre"], synapses["post"]] = synapses["weight"]
    return weights, sim.get(sim.network["cells"], "w"), es.devices.energy(sim, learning, **COSTS)


def answers(weights, adaptation, pixels, seed):
    """How often each neuron fires at each image, when nothing changes any more: (images, neurons)."""
    neurons = es.LIF(tau_m=TAU, r_m=TAU / CAPACITANCE, v_rest=0.0, v_reset=0.0, v_thresh=THRESHOLD, i_offset=-adaptation)
    sim, _ = network(pixels, neurons, es.Static(weights, 1.0), INHIBITION_AFTERWARDS, seed)
    sim.run((SHOWN + PAUSE) * len(pixels))
    counts = np.zeros((len(pixels), NEURONS))
    np.add.at(counts, ((sim.spikes.time // (SHOWN + PAUSE)).astype(int), sim.spikes.of(sim.network["cells"]).local), 1.0)
    return counts


def experiment(levels, mismatch=0.0, seed=1, training=TRAINING, epochs=EPOCHS):
    """Learn from `training` images and classify all others: a dict with the accuracy and the energy."""
    pixels, labels = images(seed)
    weights, adaptation, energy = learn(device(levels, mismatch), np.concatenate([pixels[:training]] * epochs), seed)
    known = answers(weights, adaptation, pixels[:training], seed + 1000)
    answered = np.array([known[labels[:training] == c].mean(axis=0) for c in range(CLASSES)])
    shares = answered / np.maximum(answered.sum(axis=0), 1e-9)  # of each digit in a neuron's answers
    votes = answers(weights, adaptation, pixels[training:], seed + 2000) @ shares.T
    correct = int(np.sum(np.argmax(votes, axis=1) == labels[training:]))
    energies = {"reads": energy.reads, "sets": energy.sets, "resets": energy.resets, "energy_uj": energy.total * 1e-6}
    return {"levels": levels, "mismatch": mismatch, "seed": seed, "correct": correct, "tested": len(labels) - training, **energies}


def cases():
    """What the sweep runs: arguments of `experiment`."""
    ideal = [(levels, 0.0) for levels in (*LEVELS, "binary")]
    mismatched = [(levels, mismatch) for levels in (16, "binary") for mismatch in MISMATCHES[1:]]
    return [(*case, seed) for case in ideal + mismatched for seed in SEEDS]


def sweep(path):
    """Run all cases on all processors and write what they gave."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(experiment, *zip(*cases(), strict=True)))
    Path(path).write_text(json.dumps({"runs": runs}, indent=1) + "\n")


def of(runs, levels, mismatch):
    """Accuracies (seeds,) of a case in percent."""
    return np.array([100.0 * r["correct"] / r["tested"] for r in runs if (r["levels"], r["mismatch"]) == (levels, mismatch)])


def table(runs):
    """The accuracies as a table in Markdown."""
    lines = ["| device | mismatch | accuracy (%), mean of the seeds | lowest, highest | energy of learning (uJ) |", "|---|---|---|---|---|"]
    for levels, mismatch in dict.fromkeys((r["levels"], r["mismatch"]) for r in runs):
        found = of(runs, levels, mismatch)
        energy = np.mean([r["energy_uj"] for r in runs if (r["levels"], r["mismatch"]) == (levels, mismatch)])
        name = "binary, stochastic" if levels == "binary" else f"{levels} levels"
        lines.append(f"| {name} | {mismatch:.0%} | {found.mean():.1f} | {found.min():.1f}, {found.max():.1f} | {energy:.1f} |")
    return "\n".join(lines)


def plot(path):
    """Draw what neurons have learnt, and accuracy against levels and against mismatch, with the range of the seeds."""
    from eventsim.plots.style import COLOURS, INK, plain, pyplot

    runs = json.loads(RESULTS.read_text())["runs"]
    figure = pyplot().figure(figsize=(10.0, 3.9), layout="constrained")
    pictures, curves = figure.subfigures(1, 2, width_ratios=[2, 3])
    pictures.suptitle("weights of 15 neurons after learning, black: 1 mV", fontsize=10, x=0.02, ha="left", color=INK)
    blocks = pictures.subfigures(1, 2)
    for block, levels, name in zip(blocks, (16, "binary"), ("16 levels", "binary, stochastic"), strict=True):
        pixels, _ = images(1)
        weights, _, _ = learn(device(levels), np.concatenate([pixels[:TRAINING]] * EPOCHS), 1)
        for k, ax in enumerate(block.subplots(5, 3).flat):
            ax.imshow(weights[:, k].reshape(8, 8), cmap="Greys", vmin=0.0, vmax=1.0)
            ax.set(xticks=[], yticks=[])
        block.supxlabel(name, fontsize=9, color=INK)
    left, right = curves.subplots(1, 2, sharey=True)
    for colour, mismatched in zip(COLOURS, (16, "binary"), strict=False):
        name = "binary, stochastic" if mismatched == "binary" else "16 levels"
        found = [of(runs, mismatched, m) for m in MISMATCHES]
        percent = 100.0 * np.array(MISMATCHES)
        right.plot(percent, [f.mean() for f in found], "o-", color=colour, label=name)
        right.vlines(percent, [f.min() for f in found], [f.max() for f in found], color=colour, lw=1.0)
    found = [of(runs, levels, 0.0) for levels in LEVELS]
    left.plot(LEVELS, [f.mean() for f in found], "o-", color=COLOURS[0], label="a level a pulse")
    left.vlines(LEVELS, [f.min() for f in found], [f.max() for f in found], color=COLOURS[0], lw=1.0)
    binary = of(runs, "binary", 0.0)
    left.plot([2], [binary.mean()], "o", color=COLOURS[1], label="binary, stochastic")
    left.vlines([2], binary.min(), binary.max(), color=COLOURS[1], lw=1.0)
    left.set_xscale("log", base=2)
    left.set(
        xticks=LEVELS, xticklabels=map(str, LEVELS), xlabel="levels of a device", ylabel="digits never seen, correct (%)", ylim=(60.0, 90.0)
    )
    left.minorticks_off()
    right.set(xticks=100.0 * np.array(MISMATCHES), xlabel="mismatch from device to device (%)")
    for ax in (left, right):
        ax.annotate("chance: 10 %", (1.0, 0.03), xycoords="axes fraction", ha="right", fontsize=8, color=INK)
        ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 0.1))
        plain(ax)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sweep", metavar="FILE", help="run all cases and write them to a JSON file")
    parser.add_argument("--plot", metavar="FILE", help="draw the sweep that is kept with the documentation")
    arguments = parser.parse_args()
    if arguments.sweep:
        sweep(arguments.sweep)
        print(table(json.loads(Path(arguments.sweep).read_text())["runs"]))
    if arguments.plot:
        plot(arguments.plot)
    if not (arguments.sweep or arguments.plot):
        print(experiment(16))
