"""From a simulator that has run to the report: gather what was received, replay, sum up."""

import numpy as np

from .. import _cast
from ..errors import ParameterError
from ..lowering.program import STATE
from .fixed import mpmath
from .membranes import membrane_class
from .received import deliveries, drive_events, trains_of
from .replay import FIRST, SET, grouped, replay
from .report import AuditReport, Finding


def certify(engine, populations, kept, neurons, seed):
    """Replay some of the neurons that a simulator keeps an audit of.

    Parameters
    ----------
    engine : engine that has run
    populations : sequence of Population, as they were when the simulator was made
    kept : Kept
    neurons : int or None
        How many of those kept; None: all.
    seed : int
        Of the choice.

    Returns
    -------
    AuditReport

    Raises
    ------
    MissingExtraError
        Without mpmath.
    ParameterError
    """
    addresses = _subset(kept.addresses, neurons, _cast.seed(seed))
    mpmath()
    program, until = engine.program, engine.now
    spikes = engine.spikes()
    trains = trains_of(spikes)
    driven = drive_events(program, addresses, until)
    found = []
    for place, address in enumerate(addresses.tolist()):
        p = next(p for p in populations if p.first <= address < p.first + p.n)
        at = int(np.searchsorted(kept.addresses, address))
        own = slice(*np.searchsorted(kept.synapses.place, [at, at + 1]))
        arrived = deliveries(program, kept.synapses[own], trains, until)
        drive = driven[slice(*np.searchsorted(driven.place, [place, place + 1]))]
        was_set = np.array([(t, SET, k, v) for t, a, k, v in kept.sets if a == address and t < until]).reshape(-1, 4).T
        counts = len(arrived[0]), len(drive)
        columns = (drive.time, np.full(len(drive), FIRST), drive.port, drive.weight)
        groups_of = [np.concatenate(parts) for parts in zip(was_set, columns, arrived, strict=True)]
        own_spikes = spikes.time[spikes.address == address].tolist()
        found.append((p, address, own_spikes, counts, _verdict(program, p, address - p.first, groups_of, own_spikes, until)))
    return _report(engine, until, found)


def _verdict(program, p, k, events, spikes, until):
    model = p.model.model
    membrane = membrane_class(model)(lambda name: float(p.get(name)[k]), model.ports)
    lowered = program.fabric.populations[p.ordinal]
    row = int(lowered.row + k * lowered.width) + STATE
    values = program.initial[row : row + len(model.variables)].tolist()
    time, micro, port, weight = events
    groups = grouped(membrane, time, micro.astype(np.int64), port.astype(np.int64), weight)
    return replay(membrane, values, groups, spikes, until)


def _subset(kept, neurons, seed):
    if neurons is None:
        return kept
    number = _cast.integer(neurons, "neurons", low=1)
    if number > len(kept):
        raise ParameterError(f"neurons must be <= {len(kept)}, the number of neurons kept by audit=, got {number}")
    return np.sort(np.random.default_rng(seed).choice(kept, number, replace=False))


def _report(engine, until, found):
    def finding(p, address, t):
        return Finding(p.name, address - p.first, t)

    def all_of(what):
        return tuple(sorted((finding(p, a, t) for p, a, *_, v in found for t in getattr(v, what)), key=lambda f: f.time))

    errors = [(error, p, a, t) for p, a, *_, v in found for error, t in v.errors]
    error, *error_at = max(errors, key=lambda e: e[0], default=(0.0, None))
    margin, *margin_at = min(((v.margin[0], p, a, v.margin[1]) for p, a, *_, v in found), key=lambda m: m[0])
    return AuditReport(
        engine=engine.name,
        begin=0.0,
        end=until,
        neurons=len(found),
        addresses=tuple(a for _, a, *_ in found),
        spikes=sum(len(spikes) for _, _, spikes, *_ in found),
        deliveries=sum(counts[0] for *_, counts, _ in found),
        drive_events=sum(counts[1] for *_, counts, _ in found),
        missed=all_of("missed"),
        invented=all_of("invented"),
        undecided=sum(v.undecided for *_, v in found),
        overruled=sum(v.overruled for *_, v in found),
        largest_error=error,
        largest_error_at=finding(*error_at) if error > 0.0 else None,
        margin=margin,
        margin_at=finding(*margin_at) if margin < float("inf") else None,
    )
