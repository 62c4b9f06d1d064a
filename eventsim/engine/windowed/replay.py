"""Exact replay of one LIF neuron through a window: canonical arithmetic, delivery by delivery."""

import math

from ...neurons.lif import Constants, State, above, crossing_bound, fire, flow, flow_refractory, next_crossing, receive
from ...numerics.prediction import make_crossing_time, make_state_at

state_at = make_state_at(flow, flow_refractory)
crossing_time = make_crossing_time(flow_refractory, above, next_crossing)


def replay_neuron(frame, hot, grouped, k, stands, begin, end, fired, at, room):
    """Replay hot neuron k, whose state stands at `stands` <= begin, up to `end`.

    Its spikes are written to `fired` from place `at` on, as far as there is room; returns their number, or -1 where
    its state left the finite numbers. The state at the end goes to `hot`.
    """
    neuron = hot[k]
    c = Constants(frame.tau, frame.v_inf, frame.v_thresh, frame.v_reset, frame.t_ref)
    free, last = neuron.free, stands
    s = State(neuron.held, 0.0) if neuron.x == -math.inf else State(frame.v_inf + neuron.x, 0.0)
    spikes = 0
    i, stop = neuron.begin, hot[k + 1].begin
    while True:
        t = grouped[i].time if i < stop else end
        while True:
            crossing = max(crossing_until(c, s, last, free, t), begin)
            if crossing > t or crossing >= end:
                break
            write_spike(fired, at, spikes, room, crossing, neuron.address)
            spikes += 1
            s, last, free = fire(c, state_at(c, s, last, free, crossing)), crossing, crossing + c.t_ref
        if i == stop:
            break
        clamped = t < free
        if not clamped:
            s, last = state_at(c, s, last, free, t), t
        while i < stop and grouped[i].time == t:
            if not clamped:
                s = receive(c, s, 0, grouped[i].weight)
            i += 1
        if not math.isfinite(s.v):
            return -1
        if not clamped and above(c, s):
            write_spike(fired, at, spikes, room, t, neuron.address)
            spikes += 1
            s, free = fire(c, s), t + c.t_ref
    neuron.after_free = free
    neuron.after_held = s.v
    neuron.after = -math.inf if end < free else state_at(c, s, last, free, end).v - frame.v_inf
    return spikes


def crossing_until(c, s, last, free, t):
    """Time of the neuron's next spike if nothing more arrives and it is not after t; else any later time."""
    bound = max(last, free) + crossing_bound(c, s)  # no logarithm
    return bound if bound > t else crossing_time(c, s, last, free)


def write_spike(fired, at, number, room, t, address):
    """Write a spike, if there is room."""
    if number < room:
        fired[at + number].time = t
        fired[at + number].address = address
