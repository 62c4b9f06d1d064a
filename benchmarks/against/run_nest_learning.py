"""Run by the Python of NEST's environment: `run_nest_learning.py FOLDER`.

Builds and runs once for each line of standard input, and answers with a line of JSON. `iaf_psc_delta` on the grid, and `stdp_synapse`, whose
whole delay lies between the neuron and the synapse, and which depresses before it delivers. Inputs go through parrot neurons,
since synapses of devices are not plastic.
"""

import json
import sys
import time
from pathlib import Path

import nest
import numpy as np

REST = {"E_L": 0.0, "V_reset": 0.0, "V_m": 0.0, "C_m": 250.0, "I_e": 0.0}


def build(folder):
    """Parrots, neurons and recorder."""
    p, arrays = json.loads((folder / "network.json").read_text()), np.load(folder / "arrays.npz")
    order = np.argsort(arrays["source"], kind="stable")
    times = np.split(np.round(p["grid"] * arrays["step"][order], 1), np.searchsorted(arrays["source"][order], np.arange(1, p["inputs"])))
    generators = nest.Create("spike_generator", p["inputs"], params=[{"spike_times": t} for t in times])
    parrots = nest.Create("parrot_neuron", p["inputs"])
    nest.Connect(generators, parrots, "one_to_one", {"delay": 0.1})
    membrane = {"V_th": p["v_thresh"], "tau_m": p["tau_m"], "t_ref": p["t_ref"], "tau_minus": p["tau_trace"]}
    cells = nest.Create("iaf_psc_delta", p["neurons"], params=REST | membrane)
    rule = {"tau_plus": p["tau_trace"], "alpha": p["down"] / p["up"], "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": p["largest"]}
    nest.CopyModel("stdp_synapse", "learning", rule | {"lambda": p["up"]})
    n = p["inputs"] * p["neurons"]
    pre = np.repeat(np.asarray(parrots.tolist()), p["neurons"])
    post = np.tile(np.asarray(cells.tolist()), p["inputs"])
    spec = {"synapse_model": "learning", "weight": arrays["weight"], "delay": np.full(n, p["delay"])}
    nest.Connect(pre, post, "one_to_one", spec)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    return parrots, cells, recorder, p["duration"]


def once(folder):
    """Build and run; what there is to say of it."""
    nest.ResetKernel()
    nest.resolution = 0.1
    nest.local_num_threads = 1
    begin = time.perf_counter()
    parrots, cells, recorder, duration = build(folder)
    nest.Prepare()
    built, begin, begin_cpu = time.perf_counter() - begin, time.perf_counter(), time.process_time()
    nest.Run(duration)
    wall, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    nest.Cleanup()
    weights = np.asarray(nest.GetConnections(parrots, cells).weight)
    found = {"version": nest.__version__, "build_s": built, "wall_s": wall, "cpu_s": cpu}
    return found | {"spikes": len(recorder.events["times"]), "mean_weight": float(weights.mean())}


def main(folder):
    nest.verbosity = nest.VerbosityLevel.ERROR
    for _ in sys.stdin:
        print("RESULT " + json.dumps(once(Path(folder))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
