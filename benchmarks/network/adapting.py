"""Adapting exponential neurons, which have no closed form: how their speed compares with real time."""

import eventsim as es
from eventsim.workloads import sparse_adex, workloads

from ..harness import Figure, agree_with_reference, check, check_close, stretches

CONNECTIVITIES = {"AdEx": 0.02, "AdEx10": 0.1}  # by workload
TOLERANCES = (1e-9, 1e-6)


def adapting(quick, runs):
    """1,000 AdEx neurons at some 10 Hz, at two connectivities and two tolerances, which take turns."""
    for tolerance in TOLERANCES:
        check(agree_with_reference(sparse_adex(50, 0.2, tolerance), 60.0) > 0, "no spikes")
    figures = []
    for name, connectivity in CONNECTIVITIES.items():
        w = workloads(quick)[name]
        sims = [es.Simulator(sparse_adex(1_000, connectivity, tolerance)) for tolerance in TOLERANCES]
        measured = [[] for _ in sims]
        for sim in sims:
            sim.run(w.warm_up)
        for _ in range(runs):
            for stretch, sim in zip(measured, sims, strict=True):
                stretch += stretches(sim, w.duration, 1)
        figures += [_figure(w, *of) for of in zip(TOLERANCES, sims, measured, strict=True)]
    return figures


def _figure(w, tolerance, sim, measured):
    total = {key: sum(m[key] for m in measured) for key in measured[0]}
    rate = total["spikes"] / sim.network.size / (1e-3 * w.duration * len(measured))
    middle, half = 0.5 * (w.lowest + w.highest), 0.5 * (w.highest - w.lowest)
    check_close(rate, middle, half / middle, f"{w.name}: mean rate (Hz)")
    detail = {
        "rate_hz": rate,
        "deliveries_per_s": total["deliveries"] / total["wall_s"],
        "us_per_delivery": 1e6 * total["processor_s"] / total["deliveries"],
        "processor_s_per_model_s": [1e3 * m["processor_s"] / w.duration for m in measured],
        "ms_simulated_per_run": w.duration,
    }
    checked = f"reference on a small instance; mean rate {w.lowest:g} to {w.highest:g} Hz ({w.basis})"
    name = f"{w.name}, tolerance {tolerance:g}: model time over wall time"
    return Figure(name, "times real time", [1e-3 * w.duration / m["wall_s"] for m in measured], checked, detail)
