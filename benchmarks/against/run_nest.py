"""Run by the Python of NEST's environment: `run_nest.py FOLDER MODE WARM_UP DURATION SPIKES`; one line of JSON.

MODE: "ps" (precise spike times) or "grid" (0.1 ms). SPIKES: a file to write the spikes to, or "-".
"""

import json
import sys
import time
from pathlib import Path

import nest
import numpy as np

MODELS = {
    ("LIF", "grid"): "iaf_psc_delta",
    ("LIF", "ps"): "iaf_psc_delta_ps",
    ("LIFExp", "grid"): "iaf_psc_exp",
    ("LIFExp", "ps"): "iaf_psc_exp_ps",
}
AT_ONCE = 4_000_000  # synapses, so that the copies made for one call stay small


def build(folder, mode):
    """Neurons, synapses, background and a recorder; the neurons and the recorder."""
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("pre", "post", "weight", "delay", "v")}
    populations = json.loads((folder / "network.json").read_text())["populations"]
    shortest = max(0.1, round(float(arrays["delay"].min()), 1)) if len(arrays["delay"]) else 1.0
    neurons = None
    for p in populations:
        parameters = {"E_L": p["v_rest"], "V_th": p["v_thresh"], "V_reset": p["v_reset"], "tau_m": p["tau_m"], "t_ref": p["t_ref"]}
        parameters |= {"C_m": p.get("c_m", 250.0), "I_e": 0.0}
        if p["model"] == "LIFExp":
            parameters |= {"tau_syn_ex": p["tau_syn_exc"], "tau_syn_in": p["tau_syn_inh"]}
        members = nest.Create(MODELS[p["model"], mode], p["n"], params=parameters)
        neurons = members if neurons is None else neurons + members
        members.V_m = np.array(arrays["v"][p["first"] : p["first"] + p["n"]])
    first = neurons[0].global_id
    for p in populations:  # after all neurons, so that these have consecutive ids
        members = neurons[p["first"] : p["first"] + p["n"]]
        for drive in p["drives"]:
            generator = nest.Create("poisson_generator_ps" if mode == "ps" else "poisson_generator", params={"rate": drive["rate"]})
            nest.Connect(generator, members, syn_spec={"weight": drive["weight"], "delay": shortest})
    for begin in range(0, len(arrays["pre"]), AT_ONCE):
        part = {name: np.array(arrays[name][begin : begin + AT_ONCE]) for name in ("pre", "post", "weight", "delay")}
        spec = {"weight": part["weight"], "delay": np.maximum(0.1, np.round(part["delay"], 1))}
        nest.Connect(part["pre"].astype(np.int64) + first, part["post"].astype(np.int64) + first, "one_to_one", spec)
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return neurons, recorder


def main(folder, mode, warm_up, duration, spikes):
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = 0.1
    nest.local_num_threads = 1
    nest.rng_seed = 4321
    begin = time.perf_counter()
    neurons, recorder = build(Path(folder), mode)
    built = time.perf_counter() - begin
    nest.Prepare()
    if warm_up > 0.0:
        nest.Run(warm_up)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    nest.Run(duration)
    wall, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    nest.Cleanup()
    events = recorder.events
    measured = events["times"] > warm_up
    sender = events["senders"] - neurons[0].global_id
    counts = np.bincount(sender[measured], minlength=len(neurons))
    if spikes != "-":
        np.savez(spikes, time=events["times"], address=sender)
    np.save(Path(folder) / "counts.npy", counts)
    result = {"version": nest.__version__, "build_s": built, "wall_s": [wall], "cpu_s": cpu, "spikes": int(counts.sum())}
    print("RESULT " + json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
