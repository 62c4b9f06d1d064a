"""Sums that carry their rounding residue along, so that a million additions cost no more digits than one.

A variable is kept as x + residue: x is the sum rounded to float64, residue what the rounding left out. Models name the
residue of a variable `<variable>_residue`; the engine sets it to 0 where a variable is set.

Source
    Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B (the error of one addition is a float64);
    Kahan 1965, doi 10.1145/363707.363723 (carrying it along).
"""

RESIDUE = "_residue"


def add(x, residue, y):
    """x + residue + y as (value, residue)."""
    y = y + residue
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)
