"""When an injected current changes, and what it changes to: for current k of CURRENT records (lowering/program.py).

number : of the change, 0, 1, ...
table : float64, what was given; what lies where, `lowering/currents.py` says

A change depends on these alone, so the state of a current is one number. Changes of steps and ramps are given; those of noise and of a
sine, which is set anew once a period, are at start + number * b / c: multiplied, not added up, so that errors do not add up either.
"""

import math

from .random import philox, unit

STEPS, RAMPS, SINES, NOISE = range(4)

# What a current is to a neuron: constant between changes, rising steadily, or rotating; how many variables each has.
LEVEL, RAMP, SINE = range(3)
WIDTHS = (1, 2, 4)
WIDTH = max(WIDTHS)

_MASK = 0xFFFFFFFF
_TWO_PI = 2.0 * math.pi


def change_time(currents, table, k, number):
    """When change `number` is, ms; inf: there is none."""
    current = currents[k]
    if number > current.length:
        return math.inf
    if current.kind == STEPS or current.kind == RAMPS:
        return table[current.table + number] if number < current.length else math.inf
    if number == current.length:
        return current.stop
    return current.start + number * current.b / current.c


def change_to(currents, table, k, number, member, out):
    """The values of the variables of a current after change `number` at its member-th neuron, into out (WIDTH,)."""
    current = currents[k]
    one = member * current.own
    if current.kind == STEPS or current.kind == RAMPS:
        place = current.table + current.length + number * current.columns + one
        out[0] = table[place]
        out[1] = table[place + current.length * current.columns] if current.kind == RAMPS else 0.0
        return
    place = current.table + one
    if number == current.length:
        for part in range(WIDTH):
            out[part] = 0.0
    elif current.kind == NOISE:
        w0, w1, w2, w3 = philox(number & _MASK, number >> 32, member, 0, current.key0, current.key1)
        z = math.sqrt(-2.0 * math.log1p(-unit(w0, w1))) * math.cos(_TWO_PI * unit(w2, w3))  # Box & Muller 1958, eq. 1
        out[0] = table[place] + table[place + current.columns] * z
    else:
        out[0] = table[place]
        out[1] = table[place + current.columns]
        out[2] = table[place + 2 * current.columns]
        out[3] = current.omega
