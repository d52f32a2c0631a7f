"""Division of work so that no dispatch is too long and no buffer too large.

A software driver silently ends all loops of an invocation after 65,535 iterations; on a GPU a dispatch
of seconds is treated as a hang.  So a path is integrated in dispatches with a bounded number of step
attempts, counted for the worst case.
"""

from __future__ import annotations

from collections.abc import Iterator

from compute.geodesics.initial_value import MAX_ATTEMPTS
from compute.manifold.manifold import Slot

# loop iterations of an invocation per dispatch, with a safety factor of 2
BUDGET = 30_000
STAGES = 4
# bytes of the largest array of a dispatch
LARGEST = 64 << 20
# maximum loop iterations of one call of a special function
_SPECIAL = {"bessel_ratio": 34, "log_bessel": 24}


def loops_of(slot: Slot) -> int:
    """Return the loop iterations of one evaluation of the geometry, including those of special
    functions.
    """
    return slot.loops + sum(slot.source.count(name) * cost for name, cost in _SPECIAL.items())


def attempts(loops: int, budget: int = BUDGET) -> int:
    """Return the number of Runge–Kutta steps per dispatch, with ``loops`` per evaluation of the
    geometry.

    Each step costs its own iteration, and each stage one more than its evaluation.
    """
    return max(1, budget // (1 + STAGES * (loops + 1)))


def dispatches(steps: int, loops: int, tries: int = MAX_ATTEMPTS) -> int:
    """Return the number of dispatches for ``tries`` attempts per interval, over all intervals.

    With the maximum number of attempts, every path then has ended or stopped.
    """
    return -(-steps * tries // attempts(loops))


def batches(count: int, bytes_each: int, largest: int = LARGEST) -> Iterator[slice]:
    """Divide ``count`` rows into slices whose arrays stay below the size limit."""
    size = max(1, largest // bytes_each)
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
