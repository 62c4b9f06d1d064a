"""Run by the Python of Brian2's environment: `run_brian2_learning.py FOLDER`.

Builds, then runs once for each line of standard input and answers with a line of JSON. C++ standalone, double precision, one thread;
traces are event-driven.
"""

import json
import os
import sys
import time
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2 import ms, mV

SYNAPSE = """
w : 1
dx/dt = -x / tau_trace : 1 (event-driven)
dy/dt = -y / tau_trace : 1 (event-driven)
"""
AT_ARRIVAL = """
v_post += w * mV * int(not_refractory_post)
x += up
w = clip(w + y, 0, largest)
"""
AT_SPIKE = """
y -= down
w = clip(w + x, 0, largest)
"""


def build(folder):
    """All objects of the network, the synapses and the spike monitor."""
    p, arrays = json.loads((folder / "network.json").read_text()), np.load(folder / "arrays.npz")
    inputs = b2.SpikeGeneratorGroup(p["inputs"], arrays["source"], np.round(p["grid"] * arrays["step"], 1) * ms)
    constants = {"tau_m": p["tau_m"] * ms, "v_thresh": p["v_thresh"] * mV}
    membrane = "dv/dt = -v / tau_m : volt (unless refractory)"
    how = {"threshold": "v > v_thresh", "reset": "v = 0*mV", "refractory": p["t_ref"] * ms, "method": "exact"}
    cells = b2.NeuronGroup(p["neurons"], membrane, namespace=constants, **how)
    amounts = {"tau_trace": p["tau_trace"] * ms, "largest": p["largest"], "up": p["up"] * p["largest"], "down": p["down"] * p["largest"]}
    synapses = b2.Synapses(
        inputs, cells, SYNAPSE, on_pre=AT_ARRIVAL, on_post=AT_SPIKE, delay={"pre": p["delay"] * ms}, namespace=amounts, method="exact"
    )
    synapses.connect(i=np.repeat(np.arange(p["inputs"]), p["neurons"]), j=np.tile(np.arange(p["neurons"]), p["inputs"]))
    synapses.w = arrays["weight"]
    monitor = b2.SpikeMonitor(cells)
    return b2.Network(inputs, cells, synapses, monitor), synapses, monitor, p


def main(folder):
    place = Path(sys.prefix).parent / "brian2-build"
    b2.set_device("cpp_standalone", directory=str(place), build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    b2.defaultclock.dt = 0.1 * ms
    begin = time.perf_counter()
    network, synapses, monitor, p = build(Path(folder))
    network.run(p["duration"] * ms)
    b2.device.build(directory=str(place), compile=True, run=False)
    built = time.perf_counter() - begin
    for _ in sys.stdin:
        b2.device.run(directory=str(place), with_output=False)
        seconds = b2.device._last_run_time  # by std::clock, which is processor time; wall time where nothing else runs
        found = {"version": b2.__version__, "build_s": built, "wall_s": seconds, "cpu_s": seconds}
        found |= {"spikes": len(monitor.i), "mean_weight": float(np.mean(synapses.w))}
        print("RESULT " + json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
