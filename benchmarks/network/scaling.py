"""How processor time grows with the rate, the number of neurons, and the inputs of each."""

import numpy as np

import eventsim as es

from ..harness import Figure, agree_with_reference, check, check_close, check_poisson, stretches
from ..networks import NOISE_RATE, recurrent

NEURONS, INPUTS, RATE = 10_000, 1_000, 10.0  # where another quantity is varied
# Arguments of `recurrent`: without anything that happens, with noise only, and at rates between which a factor of 60 lies.
RATES = [(NEURONS, INPUTS, 0.0, 0.0)] + [(NEURONS, INPUTS, rate) for rate in (0.0, 0.5, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0)]
SIZES = [(n, INPUTS, RATE) for n in (2_000, 5_000, 20_000, 50_000, 100_000)]
FANS = [(NEURONS, k, RATE) for k in (30, 100, 300, 3_000)]
WARM_UP = 300.0  # ms
DELIVERIES, LONGEST = 5e7, 1_000.0  # that a stretch has to hold, and ms that it takes at most
TOLERANCE = 0.05  # between the mean rates of both engines
CHECKED = "reference on a small instance; mean rate within 5 % of the sequential engine's; numbers of deliveries and drive events"


def scaling(quick, runs):
    """Processor seconds per second of model time of one recurrent network, one quantity varied at a time."""
    check(agree_with_reference(recurrent(200, 50, 20.0), 40.0) > 0, "no spikes")
    figures = []
    for engine in ("auto", "sequential"):
        measured = _measured(RATES[:4] if quick else RATES, engine, runs)
        figures += measured + _line(measured)
    for points in (SIZES, FANS):
        figures += _measured(points[:1] if quick else points, "auto", runs)
    return figures


def fitted(deliveries, seconds):
    """Intercept and slope of a line whose relative distances to the points are least."""
    seconds = np.asarray(seconds)
    slope, intercept = np.polyfit(deliveries, seconds, 1, w=1.0 / seconds)
    return float(intercept), float(slope)


def _line(measured):
    """What does not depend on the rate, and what a delivery costs: a line for each run through all rates but zero."""
    firing = [f for f in measured if f.detail["rate_hz"] > 0.0]
    deliveries = [f.detail["deliveries_per_model_s"] for f in firing]
    lines = [fitted(deliveries, seconds) for seconds in zip(*(f.runs for f in firing), strict=True)]
    engine = firing[0].detail["engine"]
    title, checked = f"scaling: line through {len(firing)} rates, {engine}", "the points it goes through"
    detail = {"engine": engine, "of": [f.name for f in firing]}
    return [
        Figure(f"{title}: intercept", "processor s per model s", [a for a, _ in lines], checked, detail),
        Figure(f"{title}: slope", "ns/delivery", [1e9 * b for _, b in lines], checked, detail),
    ]


def _measured(points, engine, runs):
    """A figure for each point. Points take turns, so that a slow minute of the machine hits all of them."""
    durations = [min(LONGEST, DELIVERIES / max(1.0, n * k * rate) * 1e3) for n, k, rate, *_ in points]
    sims = [es.Simulator(recurrent(*point), engine=engine) for point in points]
    measured = [[] for _ in points]
    for sim in sims:
        sim.run(WARM_UP)
    for _ in range(runs):
        for stretch, sim, duration in zip(measured, sims, durations, strict=True):
            stretch += stretches(sim, duration, 1)
    return [_figure(*of, engine) for of in zip(points, sims, durations, measured, strict=True)]


def _figure(point, sim, duration, measured, engine):
    n, inputs, rate, noise = (*point, NOISE_RATE)[:4]
    total = {key: sum(m[key] for m in measured) for key in measured[0]}
    seconds = 1e-3 * duration * len(measured)
    found = total["spikes"] / n / seconds
    name = f"scaling: {n:,} neurons, {inputs:,} inputs, {rate:g} Hz{'' if noise else ', no noise'}{', sequential' if engine == 'sequential' else ''}"
    check_poisson(total["drive_events"], n * noise * seconds, f"{name}: drive")
    if rate:
        check_close(total["deliveries"], total["spikes"] * inputs, 0.03, f"{name}: deliveries")
        if engine != "sequential":
            check_close(found, _rate_of_the_sequential_engine(point, duration, len(measured)), TOLERANCE, f"{name}: mean rate (Hz)")
    else:
        check(total["spikes"] == 0, f"{name}: {total['spikes']} spikes")
    detail = {
        "neurons": n,
        "inputs": inputs,
        "rate_hz": found,
        "deliveries_per_model_s": total["deliveries"] / seconds,
        "drive_events_per_model_s": total["drive_events"] / seconds,
        "wall_s": [1e3 * m["wall_s"] / duration for m in measured],
        "engine": sim.stats["engine"],
        "engine_reason": sim.stats["engine_reason"],
        "window_ms": sim.stats.get("window_ms"),
        "ms_simulated_per_run": duration,
    }
    return Figure(name, "processor s per model s", [1e3 * m["processor_s"] / duration for m in measured], CHECKED, detail)


def _rate_of_the_sequential_engine(point, duration, runs):
    """Mean rate (Hz) over the time that is measured, or as much of it as makes a rate to compare with."""
    sim = es.Simulator(recurrent(*point), engine="sequential")
    spikes = stretches(sim, duration * min(runs, 3), 1, WARM_UP)[0]["spikes"]
    return spikes / point[0] / (1e-3 * duration * min(runs, 3))
