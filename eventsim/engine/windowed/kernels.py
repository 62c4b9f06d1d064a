"""The windows of LIF populations: bound, accumulate, replay.

Between events x = v - v_inf of a neuron decays by one factor for all neurons of a population, so a window is three
sweeps over contiguous slices of synapses, whatever their order in time:

    1 excitation is added to `received`, each delivery decayed to the end of the window                 `sweep`
    2 a scan brings x forward and finds the neurons that may have reached threshold: the *hot* ones     `scan`
    3 inhibition is added to x, and what the hot neurons receive is collected                           `sweep`, `collect`

Below threshold superposition holds, so the order of deliveries does not matter for neurons that are not hot. Hot ones
are replayed from the window's start with the model's own functions, delivery by delivery (replay.py): spikes come from
there alone. A neuron is hot when its x at the window's end, without inhibition, reaches the frame's limit: between
deliveries u = x exp(t/tau) is constant, so until the end T of the window x(t) <= max(0, x(T)) exp((T - t)/tau).

Nothing of the window's start is overwritten before all buffers are known to be large enough, so a window that does not
fit is left with FULL and begun again from its phase.
"""

import math

from ..compiled.state import DELIVERIES, DRIVE_EVENTS, FAULT, FIRED, PHASE, RECORDED, TRAIN, WAKES
from .replay import replay_neuron
from .state import EMIT, FIRINGS, FROM_SOURCES, GATHER, HOT, NEXT_OWN, RECORDS, REPLAY, SOURCES, START, WINDOWS
from .sweeps import commit, integrate
from .transport import emit_sources, gather, make_room, record, send, short, sort_spikes

DONE, PAUSED, FULL, NOT_A_NUMBER = range(4)


def advance(program, frames, state, window, places, until, whole, budget):
    """Make windows happen while their ends are not after `until`; with `whole` False, the last one is cut at `until`.

    Returns a status; clock[START] is where the next window starts.
    """
    counters, clock = state.counters, state.clock
    enough = counters[DELIVERIES] + counters[DRIVE_EVENTS] + 1000 * counters[WINDOWS] + budget
    while True:
        begin = clock[START]
        if counters[PHASE] == SOURCES and counters[FIRED] == 0:
            first = next_event(program, state, counters)
            if first >= until:  # nothing can happen before: the windows up to there are empty
                edge = math.floor(until / window) * window if whole else until
                clock[START] = max(begin, edge)
                return DONE
            begin = max(begin, math.floor(first / window) * window)
            clock[START] = begin
        end = (math.floor(begin / window) + 1.0) * window
        if not end > begin:  # after 2**53 windows their edges are no float64 numbers any more
            end = math.nextafter(begin, math.inf)
        if end > until:
            if whole or begin >= until:
                return DONE
            end = until
        status = step(program, frames, state, places, begin, end)
        if status != DONE:
            return status
        clock[START] = end
        if counters[DELIVERIES] + counters[DRIVE_EVENTS] + 1000 * counters[WINDOWS] >= enough:
            return PAUSED


def next_event(program, state, counters):
    """A time before which nothing happens, ms."""
    if program.drives.drives.size > 0:
        return state.clock[START]
    t = state.clock[NEXT_OWN]
    for lane in range(state.lanes.size):
        if state.lanes[lane].count > 0:
            t = min(t, state.rings[lane, state.lanes[lane].head].time)
    if counters[TRAIN] < state.train.size:
        t = min(t, state.train[counters[TRAIN]].time)
    if counters[WAKES] > 0:
        t = min(t, state.wakes[0].time)
    for p in range(state.ends.size):
        t = min(t, state.earliest[p])
        if state.ends[p].count > 0:
            population = program.fabric.populations[p]
            t = min(t, state.free[state.ending[population.first + state.ends[p].head]])
    return t


def step(program, frames, state, places, begin, end):
    """One window, from the phase in which it was left."""
    counters, fabric, fired = state.counters, program.fabric, state.fired
    if counters[PHASE] == SOURCES:
        if not emit_sources(program.poisson, state, counters, places, end):
            return FULL
        sort_spikes(fired, 0, counters[FIRED])
        if not send(fabric, state.lanes, state.rings, state.flights, state.clock, fired, counters, 0, fabric.lane_delay.size):
            return FULL
        counters[FROM_SOURCES] = counters[FIRED]
        counters[PHASE] = GATHER
    if counters[PHASE] == GATHER:
        if not make_room(program, state, counters, begin, end):
            return FULL
        gather(fabric, state.lanes, state.rings, state.flights, state.clock, state.slices, counters, end)
        integrate(program, frames, state, counters, end)
        counters[PHASE] = REPLAY
    if counters[PHASE] == REPLAY:
        counters[FIRED] = counters[FROM_SOURCES]
        for k in range(counters[HOT]):
            p = fabric.of_address[state.hot[k].address]
            at = counters[FIRED]
            n = replay_neuron(frames[p], state.hot, state.grouped, k, state.stands[p], begin, end, fired, at, fired.size - at)
            if n < 0:
                counters[FAULT] = state.hot[k].address
                return NOT_A_NUMBER
            if at + n > fired.size:
                short(counters, FIRINGS, at + n)
                return FULL
            counters[FIRED] = at + n
        sort_spikes(fired, counters[FROM_SOURCES], counters[FIRED])
        counters[PHASE] = EMIT
    if not send(fabric, state.lanes, state.rings, state.flights, state.clock, fired, counters, counters[FROM_SOURCES], 0):
        return FULL
    counters[FROM_SOURCES] = counters[FIRED]
    if counters[RECORDED] + counters[FIRED] > state.spikes.size:
        short(counters, RECORDS, counters[RECORDED] + counters[FIRED])
        return FULL
    commit(fabric, frames, state, counters, end)
    record(fabric, fired, state.record, state.spikes, counters)
    counters[FIRED] = 0
    counters[PHASE] = SOURCES
    return DONE
