"""Building: seconds and bytes per synapse, final and at the peak, each in a process of its own."""

import json
import subprocess
import sys
import time
from pathlib import Path

import eventsim as es

from ..harness import Figure, check, check_poisson
from ..resident import peak, reset_peak

# 12,500 neurons connect to each other and themselves as often as the number of synapses asks for.
NEURONS = 12_500

CASES = {
    "probability, shared": ("probability", 0.1, 1.5),
    "in-degree, shared": ("in_degree", 0.1, 1.5),
    "in-degree, individual": ("in_degree", es.Normal(0.1, 0.01), es.Uniform(0.5, 5.0)),
}


def network(case, synapses):
    """The network of a case with so many synapses, in the mean."""
    rule, weight, delay = CASES[case]
    net = es.Network(seed=1)
    neurons = net.population(NEURONS, es.LIF(), name="neurons")
    rules = {"probability": lambda: es.FixedProbability(synapses / NEURONS**2), "in_degree": lambda: es.FixedInDegree(synapses // NEURONS)}
    net.connect(neurons, neurons, rules[rule](), weight=weight, delay=delay)
    return net


def building(quick, runs):
    """Seconds, final and peak bytes per synapse, for 10 and 100 million synapses, and for a thousand million that share."""
    figures = []
    sizes = [(n, case) for n in ((1_000_000,) if quick else (10_000_000, 100_000_000)) for case in CASES]
    if not quick:
        sizes.append((1_000_000_000, "in-degree, shared"))
    for synapses, case in sizes:
        measured = [_in_process(case, synapses) for _ in range(min(runs, 3 if synapses < 1e9 else 1))]
        for m in measured:
            if "probability" in case:
                check_poisson(m["synapses"], synapses, f"{case}: synapses")
            else:
                check(m["synapses"] == synapses, f"{case}: {m['synapses']} synapses, expected {synapses}")
            check(m["targets_in_range"], f"{case}: a target is out of range")
        name = f"building {synapses:.0e} synapses, {case}".replace("e+0", "e")
        checked = "number of synapses; sorted rows; range of targets"
        for quantity, unit in (("seconds", "s"), ("final", "bytes/synapse"), ("peak", "bytes/synapse")):
            label = name if quantity == "seconds" else f"{name}: {quantity}"
            figures.append(Figure(label, unit, [m[quantity] for m in measured], checked))
    return figures


def _in_process(case, synapses):
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.network.building", case, str(synapses)], cwd=root, capture_output=True, text=True, check=False
    )
    check(done.returncode == 0, f"{case}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def build(case, synapses):
    """Build in this process and report as a dict; compiled code is loaded before."""
    es.Simulator(network(case, NEURONS))
    before = reset_peak()
    begin = time.perf_counter()
    sim = es.Simulator(network(case, synapses))
    seconds = time.perf_counter() - begin
    most = peak() - before
    fabric = sim._engine.program.fabric
    n = len(fabric.target)
    rows_ascend = all(
        (fabric.delay[a:b][:-1] <= fabric.delay[a:b][1:]).all() for a, b in zip(fabric.indptr[:20], fabric.indptr[1:21], strict=True)
    )
    in_range = bool(fabric.target.min() >= 0 and fabric.target.max() < NEURONS) and (len(fabric.delay) == 1 or rows_ascend)
    return {"seconds": seconds, "final": sim.stats["memory_bytes"] / n, "peak": most / n, "synapses": n, "targets_in_range": in_range}


if __name__ == "__main__":
    print(json.dumps(build(sys.argv[1], int(sys.argv[2]))))
