"""Plastic synapses in the compiled engine: lazy and local.

A synapse is brought up to date when a spike of its source arrives: its neuron's spikes since then are taken out of that neuron's history, a
ring of the last ones. Nothing walks the synapses onto a neuron that fires; only where a ring is full, all synapses of its projection are
brought up to date, once in many spikes, so that the ring can be used again.

What a rule does to its synapses is behind addresses (synapses.py); the functions here know no rule, and are compiled only for networks with plastic synapses.
"""

from ...lowering.program import STATE
from .pointers import call_arrive, call_entry, call_sweep
from .state import LEVELS, OVERFLOW, UPDATES


def learn(fabric, plastic, learning, room, counters, arrives, projection, begin, end, t):
    """A spike arrives at synapses begin..end of a plastic projection: what they deliver is put into the room."""
    j = fabric.projections[projection]
    p = plastic.synapses[j.plastic]
    first, place = history_of(plastic, fabric.populations, learning.ring[0], p.history)
    counters[UPDATES] += call_arrive(
        arrives[p.kind],
        (
            t,
            learning.rows,
            p.row + (begin - j.first) * p.width,
            fabric.target[begin:end],
            plastic.constants[p.constant :],
            learning.entries[place:],
            learning.noted[first:],
            learning.ring[0] - 1,
            p.post_first,
            *levels_of(learning, p.modulator),
            learning.log,
            begin,
            room.weight,
        ),
    )
    return 0


def reaching(program, learning, p):
    """What a rule's functions take of what reaches plastic synapses p, from `constants` to `changed`."""
    first, place = history_of(program.plastic, program.fabric.populations, int(learning.ring[0]), int(p.history))
    levels, changed = levels_of(learning, int(p.modulator))
    histories = learning.entries[place:], learning.noted[first:], int(learning.ring[0]) - 1
    return program.plastic.constants[p.constant :], *histories, int(p.post_first), levels, int(changed)


def history_of(plastic, populations, ring, history):
    """Where the counts of a history begin, and where its entries do."""
    place = 0
    for k in range(history):
        h = plastic.histories[k]
        place += populations[h.population].count * ring * h.entry
    return (plastic.histories[history].first if history >= 0 else 0), place


def note(fabric, plastic, learning, counters, entering, sweeps, t, address):
    """A neuron fires at t: note that in the histories its population keeps, and see to it that there is room for its next spike."""
    populations = fabric.populations
    population = populations[fabric.of_address[address]]
    ring = learning.ring[0]
    for history in range(population.history, population.history_end):
        h = plastic.histories[history]
        first, place = history_of(plastic, populations, ring, history)
        n = address - population.first
        number = learning.noted[first + n]
        own = plastic.constants[h.constant :]
        call_entry(entering[h.kind], (t, learning.entries[place:], n * ring * h.entry, ring - 1, number, own, h.backprop))
        learning.noted[first + n] = number + 1
        if number + 1 - learning.oldest[first + n] == ring:
            bring_up_to_date(fabric, plastic, learning, counters, sweeps, history, first, place, t)
            if number + 1 - learning.oldest[first + n] == ring:
                counters[OVERFLOW] = 1
    return 0


def bring_up_to_date(fabric, plastic, learning, counters, sweeps, history, first, place, t):
    """All synapses that use a history; what they have taken into account is given free, but for the last spike."""
    ring, h = learning.ring[0], plastic.histories[history]
    noted, oldest = learning.noted[first:], learning.oldest[first:]
    for k in range(plastic.synapses.size):
        if plastic.synapses[k].history == history:
            sweep_projection(fabric, plastic, learning, counters, sweeps, k, t)
    for n in range(fabric.populations[h.population].count):
        number = oldest[n]
        while number < noted[n] and learning.entries[place + (n * ring + (number & (ring - 1))) * h.entry] < t:
            number += 1
        oldest[n] = max(oldest[n], number - 1)


def sweep_projection(fabric, plastic, learning, counters, sweeps, k, t):
    """Bring all synapses of plastic projection k up to date."""
    p = plastic.synapses[k]
    j = fabric.projections[p.projection]
    ring = learning.ring[0]
    first, place = history_of(plastic, fabric.populations, ring, p.history)
    targets = fabric.target[j.first : fabric.indptr[j.row + j.pre_count]]
    levels, changed = levels_of(learning, p.modulator)
    part = learning.rows[p.row :], targets, plastic.constants[p.constant :], learning.entries[place:], learning.noted[first:]
    counters[UPDATES] += call_sweep(sweeps[p.kind], (t, *part, ring - 1, p.post_first, levels, changed, learning.log, j.first))


def levels_of(learning, modulator):
    """The ring of a modulator's levels, and how many changes there have been."""
    if modulator < 0:
        return learning.levels, 0
    return learning.levels[2 * LEVELS * modulator :], learning.changed[modulator]


def heed(fabric, plastic, learning, counters, sweeps, rows, modulator, row, t):
    """The level of a modulator, whose row this is, has changed at t: keep it, and see to it that there is room for the next change."""
    levels, n = levels_of(learning, modulator)
    if levels[2 * ((n - 1) & (LEVELS - 1))] != t:
        levels[2 * (n & (LEVELS - 1))] = t
        n += 1
        learning.changed[modulator] = n
    levels[2 * ((n - 1) & (LEVELS - 1)) + 1] = rows[row + STATE]
    if n - learning.kept[modulator] == LEVELS:
        for k in range(plastic.synapses.size):
            if plastic.synapses[k].modulator == modulator:
                sweep_projection(fabric, plastic, learning, counters, sweeps, k, t)
        learning.kept[modulator] = n - 2  # those at t itself have not been heard yet, and the one before them is the level until then
    return 0
