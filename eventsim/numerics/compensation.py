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


def product(x, y):
    """x * y as (value, residue), for factors below 1e290: Dekker 1971, doi 10.1007/BF01397083."""
    value = x * y
    x_high, x_low = _halves(x)
    y_high, y_low = _halves(y)
    return value, ((x_high * y_high - value) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x):
    """x as a sum of two numbers of at most 26 bits, whose products are exact."""
    carrier = 134217729.0 * x
    high = carrier - (carrier - x)
    return high, x - high
