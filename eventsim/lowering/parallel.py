"""Building with several threads: a kernel over a range is called for its parts.

Only for kernels whose parts write to different places and read none that another writes, so that no bit depends on
how a range is cut.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor

PIECES = 8  # parts of a range for each thread, so that none waits long for the others


def cut(n, threads):
    """The edges of the parts of range(n)."""
    parts = max(1, min(n, threads * PIECES if threads > 1 else 1))
    return [n * k // parts for k in range(parts + 1)]


def in_parts(call, edges, threads):
    """Call `call(begin, end)` for all consecutive edges; first for nothing, so that compiling is done by this thread."""
    call(edges[0], edges[0])
    parts = list(itertools.pairwise(edges))
    if threads == 1 or len(parts) == 1:
        for part in parts:
            call(*part)
        return
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        for _ in pool.map(lambda part: call(*part), parts):
            pass
