"""Run by the Python of Brian2's environment: `run_brian2_bounded.py FOLDER METHOD DT DURATION SPIKES`.

Builds, then runs once for each line of standard input and answers with a line of JSON.

Hodgkin-Huxley (rates of Traub & Miles) and AdEx neurons with conductances: C++ standalone, double precision, one thread. A spike is put
in the middle of the step in which the potential crossed, which makes the mean error of the grid zero.
"""

import json
import os
import sys
import time
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2 import ms, mV, nS, pA, pF
from run_brian2 import one

CONDUCTANCES = """
dg_exc/dt = -g_exc / tau_syn_exc : siemens
dg_inh/dt = -g_inh / tau_syn_inh : siemens
i_syn = g_exc * (e_rev_exc - v) + g_inh * (e_rev_inh - v) : amp
i_offset : amp (constant)
"""
HODGKIN_HUXLEY = (
    """
dv/dt = (g_na * m**3 * h * (e_rev_na - v) + g_k * n**4 * (e_rev_k - v) + g_leak * (e_rev_leak - v) + i_offset + i_syn) / c_m : volt
dm/dt = alpha_m * (1 - m) - beta_m * m : 1
dh/dt = alpha_h * (1 - h) - beta_h * h : 1
dn/dt = alpha_n * (1 - n) - beta_n * n : 1
u = (v - v_offset) / mV : 1
alpha_m = 1.28 / exprel((13 - u) / 4) / ms : Hz
beta_m = 1.4 / exprel((u - 40) / 5) / ms : Hz
alpha_h = 0.128 * exp((17 - u) / 18) / ms : Hz
beta_h = 4 / (1 + exp((40 - u) / 5)) / ms : Hz
alpha_n = 0.16 / exprel((15 - u) / 5) / ms : Hz
beta_n = 0.5 * exp((10 - u) / 40) / ms : Hz
"""
    + CONDUCTANCES
)
ADEX = (
    """
dv/dt = ((v_rest - v) + delta_t * exp((v - v_thresh) / delta_t)) / tau_m + (i_offset - w + i_syn) / c_m : volt
dw/dt = (a * (v - v_rest) - w) / tau_w : amp
"""
    + CONDUCTANCES
)
UNITS = {"mV": mV, "ms": ms, "nS": nS, "pA": pA, "pF": pF}

SYNAPSES = ("tau_syn_exc", "tau_syn_inh", "e_rev_exc", "e_rev_inh")
PARAMETERS = {
    "HodgkinHuxley": ("c_m", "g_na", "g_k", "g_leak", "e_rev_na", "e_rev_k", "e_rev_leak", "v_offset", "v_thresh", "t_ref", *SYNAPSES),
    "AdEx": ("tau_m", "c_m", "v_rest", "v_reset", "v_thresh", "v_spike", "delta_t", "a", "b", "tau_w", *SYNAPSES),
}


def neurons_of(populations, method):
    """The neurons, of all populations that are no sources: their parameters are shared but for the constant current."""
    kind, units = one(populations, "model"), populations[0]["units"]
    constants = {name: one(populations, name) * UNITS[units[name]] for name in PARAMETERS[kind]}
    if kind == "HodgkinHuxley":  # nothing is reset: the next crossing counts when v has been below and the refractory period is over
        rules = {"threshold": "v > v_thresh", "refractory": "v > v_thresh or t - lastspike < t_ref"}
        equations = HODGKIN_HUXLEY
    else:
        rules = {"threshold": "v > v_spike", "reset": "v = v_reset; w += b"}
        equations = ADEX
    return b2.NeuronGroup(sum(p["n"] for p in populations), equations, method=method, namespace=constants, **rules)


def build(folder, method, dt):
    """All objects of the network, and the spike monitor."""
    described = json.loads((folder / "network.json").read_text())
    arrays = np.load(folder / "arrays.npz")
    group = neurons_of(described["neurons"], method)
    for name, unit in described["initial"].items():
        setattr(group, name, arrays[f"initial_{name}"] * UNITS.get(unit, 1))
    group.i_offset = arrays["i_offset"] * pA
    objects = [group]
    sources = None
    if described["sources"]:  # a step early: what arrives in a step acts at its end
        sources = b2.SpikeGeneratorGroup(described["sources"], arrays["source"], (arrays["source_time"] - dt) * ms)
        objects.append(sources)
    pre, post, weight = arrays["pre"], arrays["post"], arrays["weight"]
    for first, last, origin in ((0, len(group), group), (len(group), len(group) + described["sources"], sources)):
        for positive, receptor in ((True, "g_exc"), (False, "g_inh")):
            chosen = (pre >= first) & (pre < last) & ((weight >= 0.0) == positive)
            if chosen.any():
                made = b2.Synapses(origin, group, "g : siemens (constant)", on_pre=f"{receptor}_post += g", delay=described["delay"] * ms)
                made.connect(i=pre[chosen] - first, j=post[chosen])
                made.g = np.abs(weight[chosen]) * nS
                objects.append(made)
    monitor = b2.SpikeMonitor(group)
    return b2.Network(objects, monitor), monitor


def main(folder, method, dt, duration, spikes):
    place = Path(sys.prefix).parent / "brian2-build"
    b2.set_device("cpp_standalone", directory=str(place), build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    b2.defaultclock.dt = dt * ms
    begin = time.perf_counter()
    network, monitor = build(Path(folder), method, dt)
    network.run(duration * ms)
    b2.device.build(directory=str(place), compile=True, run=False)
    built = time.perf_counter() - begin
    for _ in sys.stdin:
        b2.device.run(directory=str(place), with_output=False)
        np.savez(spikes, time=np.asarray(monitor.t / ms) + 0.5 * dt, address=np.asarray(monitor.i))
        found = {"version": b2.__version__, "build_s": built, "wall_s": b2.device._last_run_time, "spikes": len(monitor.i)}
        print("RESULT " + json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
