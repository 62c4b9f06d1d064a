"""Run by the Python of Brian2's environment: `run_brian2.py FOLDER MODE WARM_UP DURATION SPIKES`; one line of JSON.

C++ standalone, double precision, one thread, 0.1 ms. What is built is kept beside the environment, so that a next run compiles
only what differs. Background is one Poisson number per neuron and step: the events of a step act as one.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2 import ms, mV

JUMPS = "dv/dt = (rest - v) / tau : volt (unless refractory)"
CURRENTS = "dv/dt = (rest - v + r * (g_exc + g_inh)) / tau : volt (unless refractory)"
DECAY = """
dg_exc/dt = -g_exc / tau_exc : volt
dg_inh/dt = -g_inh / tau_inh : volt
"""
REPEATS = 3


def one(populations, key):
    """A parameter that has to be the same in all populations."""
    values = {p[key] for p in populations}
    if len(values) != 1:
        sys.exit(f"{key} differs between populations: {values}")
    return values.pop()


def spread(populations, value):
    """A value of each population as an array over neurons."""
    return np.concatenate([np.full(p["n"], value(p)) for p in populations])


def build(folder):
    """All objects of the network, and the spike monitor."""
    arrays = {name: np.load(folder / f"{name}.npy") for name in ("pre", "post", "weight", "delay", "v")}
    populations = json.loads((folder / "network.json").read_text())["populations"]
    currents = one(populations, "model") == "LIFExp"
    constants = {
        "tau": one(populations, "tau_m") * ms,
        "threshold": one(populations, "v_thresh") * mV,
        "reset": one(populations, "v_reset") * mV,
        "pause": one(populations, "t_ref") * ms,
    }
    equations = JUMPS
    if currents:  # weights in pA as the potential they would hold: mV
        constants |= {"tau_exc": one(populations, "tau_syn_exc") * ms, "tau_inh": one(populations, "tau_syn_inh") * ms}
        constants["r"] = one(populations, "tau_m") / one(populations, "c_m")
        equations = CURRENTS + DECAY
    neurons = b2.NeuronGroup(
        sum(p["n"] for p in populations),
        equations + "\nrest : volt (constant)\nlam : 1 (constant)\njump : volt (constant)",
        threshold="v > threshold",
        reset="v = reset",
        refractory=constants["pause"],
        method="exact",
        namespace=constants,
    )
    neurons.v = arrays["v"] * mV
    neurons.rest = spread(populations, lambda p: p["v_rest"]) * mV
    objects = [neurons]
    if any(p["drives"] for p in populations):
        neurons.lam = spread(populations, lambda p: 1e-4 * p["drives"][0]["rate"])
        neurons.jump = spread(populations, lambda p: p["drives"][0]["weight"]) * mV
        code = "g_exc += jump * poisson(lam)" if currents else "v += jump * poisson(lam) * int(not_refractory)"
        neurons.run_regularly(code, when="synapses")
    delay = np.maximum(0.1, np.round(arrays["delay"], 1))
    if currents:
        parts = [(arrays["weight"] >= 0.0, "g_exc_post += w"), (arrays["weight"] < 0.0, "g_inh_post += w")]
    else:
        parts = [(slice(None), "v_post += w * int(not_refractory_post)")]
    for where, code in parts:
        objects.append(connected(neurons, code, arrays["pre"][where], arrays["post"][where], arrays["weight"][where], delay[where]))
    monitor = b2.SpikeMonitor(neurons)
    return b2.Network(objects, monitor), monitor, len(neurons)


def connected(neurons, code, pre, post, weight, delay):
    """One Synapses object; a delay that all share is stored once."""
    shared = len(delay) and delay.min() == delay.max()
    options = {"delay": float(delay[0]) * ms} if shared else {}
    made = b2.Synapses(neurons, neurons, "w : volt (constant)", on_pre=code, **options)
    made.connect(i=pre, j=post)
    made.w = weight * mV
    if not shared:
        made.delay = delay * ms
    return made


def children():
    """Processor time of all programs that were run, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(folder, warm_up, duration, spikes):
    place = Path(sys.prefix).parent / "brian2-build"
    b2.set_device("cpp_standalone", directory=str(place), build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    b2.defaultclock.dt = 0.1 * ms
    b2.seed(4321)
    begin = time.perf_counter()
    network, monitor, n = build(Path(folder))
    if warm_up > 0.0:
        network.run(warm_up * ms)
    network.run(duration * ms)
    b2.device.build(directory=str(place), compile=True, run=False)
    built, wall, cpu = time.perf_counter() - begin, [], []
    while len(wall) < REPEATS and sum(wall) < 10.0:
        begin, begin_cpu = time.perf_counter(), children()
        b2.device.run(directory=str(place), with_output=False)
        wall.append(b2.device._last_run_time)  # of the last of the two runs
        cpu.append((children() - begin_cpu) * wall[-1] / (time.perf_counter() - begin))  # its part of the program's
    times, address = np.asarray(monitor.t / ms), np.asarray(monitor.i)
    counts = np.bincount(address[times >= warm_up], minlength=n)
    if spikes != "-":
        np.savez(spikes, time=times, address=address)
    np.save(Path(folder) / "counts.npy", counts)
    result = {"version": b2.__version__, "build_s": built, "wall_s": wall, "cpu_s": float(np.median(cpu)), "spikes": int(counts.sum())}
    print("RESULT " + json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
