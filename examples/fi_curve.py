"""The rate of a leaky integrate-and-fire neuron as a function of its current, for a hundred neurons at once: each has the closed form.

python examples/fi_curve.py --plot fi_curve.png
"""

import argparse
import math

import numpy as np

import eventsim as es

TAU, REST, THRESHOLD, T_REF = 30.0, -65.0, -50.0, 5.0  # ms, mV, mV, ms
DURATION = 2000.0  # ms
DRIVE = np.linspace(0.0, 100.0, 100)  # R I, mV


def closed_form(drive):
    """Rate (Hz) under a constant current that holds the membrane `drive` mV above rest."""
    height = THRESHOLD - REST
    return 1e3 / (T_REF + TAU * math.log(drive / (drive - height))) if drive > height else 0.0


def main():
    """Return the spikes, and the rate (Hz) of each neuron from its first spike to its last."""
    net = es.Network()
    neuron = es.LIF(tau_m=TAU, r_m=1.0, v_rest=REST, v_reset=REST, v_thresh=THRESHOLD, t_ref=T_REF, i_offset=DRIVE)
    neurons = net.population(len(DRIVE), neuron)
    sim = es.Simulator(net)
    sim.run(DURATION)
    trains = [sim.spikes.of(neurons[k]).time for k in range(len(neurons))]
    rates = [1e3 * (len(t) - 1) / (t[-1] - t[0]) if len(t) > 1 else 0.0 for t in trains]
    return sim.spikes, np.array(rates)


def plot(rates, path):
    """Draw the rates over the closed form."""
    from eventsim.plots.style import COLOURS, INK, plain, pyplot

    figure = pyplot().figure(figsize=(6.0, 3.6), layout="constrained")
    ax = figure.subplots()
    fine = np.linspace(DRIVE[0], DRIVE[-1], 2000)
    ax.plot(fine, [closed_form(x) for x in fine], color=INK, lw=0.9, label="1 / (t_ref + τ ln(RI / (RI - 15 mV)))")
    ax.plot(DRIVE, rates, "o", ms=3.5, color=COLOURS[0], label="100 neurons, simulated")
    ax.set(xlim=(DRIVE[0], DRIVE[-1]), ylim=(0.0, None), xlabel="R I (mV)", ylabel="rate (Hz)")
    ax.legend(frameon=False, fontsize=9)
    plain(ax)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plot", metavar="FILE", help="draw the curve")
    arguments = parser.parse_args()
    spikes, rates = main()
    expected = np.array([closed_form(drive) for drive in DRIVE])
    firing = expected > 0.0
    print(f"{len(spikes)} spikes of {firing.sum()} neurons; {(~firing).sum()} neurons below threshold are silent")
    print(f"largest relative error of a rate {np.abs(rates[firing] / expected[firing] - 1.0).max():.1e}")
    if arguments.plot:
        plot(rates, arguments.plot)
