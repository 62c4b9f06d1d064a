"""The benchmarks of Brette et al. 2007: 4,000 neurons that keep each other firing, in one of four ways.

    python examples/brette2007.py 1                    # 1 conductances, 2 currents, 3 Hodgkin-Huxley, 4 voltage jumps
    python examples/brette2007.py 1 --duration 1000 --plot coba.png

Benchmark 3 takes a minute of processor time for 100 ms at `--tolerance 1e-6`, and nearly three times that at the default of 1e-9.
"""

import argparse

import eventsim as es
from eventsim.analysis import mean_cv, mean_rate
from eventsim.published import brette2007
from eventsim.published.brette2007 import BENCHMARKS

BEGIN = 100.0  # ms, from when rates count


def main(benchmark=4, duration=300.0, scale=1.0, seed=1, tolerance=None):
    """Return the simulator after the run."""
    net = brette2007(benchmark, seed=seed, scale=scale)
    if tolerance is not None:
        for name in ("exc", "inh"):
            net[name].set(tolerance=tolerance)
    sim = es.Simulator(net)
    sim.run(duration)
    return sim


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("benchmark", nargs="?", type=int, choices=BENCHMARKS, default=4)
    parser.add_argument("--duration", type=float, default=300.0, metavar="MS")
    parser.add_argument("--scale", type=float, default=1.0, help="factor on the number of neurons")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tolerance", type=float, help="of benchmarks 1 and 3: what a step of the integration may err by")
    parser.add_argument("--plot", metavar="FILE", help="draw a raster")
    arguments = parser.parse_args()
    sim = main(arguments.benchmark, arguments.duration, arguments.scale, arguments.seed, arguments.tolerance)
    neurons = [sim.network[name] for name in ("exc", "inh")]
    begin = min(BEGIN, 0.5 * sim.now)
    print(f"benchmark {arguments.benchmark}: {BENCHMARKS[arguments.benchmark]}")
    for population in neurons:
        print(f"{population.name}: {mean_rate(sim.spikes, population, begin=begin, end=sim.now):.2f} Hz")
    print(f"CV of intervals {mean_cv(sim.spikes, neurons, begin=begin, end=sim.now):.2f}")
    print(f"{sim.stats['engine']} engine, {sim.stats['deliveries']:,} deliveries in {sim.stats['wall_s']:.1f} s of wall time")
    if arguments.plot:
        es.plots.raster(sim.spikes, neurons, begin=begin, end=sim.now).figure.savefig(arguments.plot, dpi=110)
