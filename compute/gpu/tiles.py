"""How work is cut so that no dispatch is too long and no buffer too large.

A driver that computes on the processor ends every loop, silently, after 65,535 iterations of an
invocation; on a card a dispatch of seconds is taken for a hang.  So a path is integrated in dispatches
of a bounded number of attempts, and what is bounded is the worst case.
"""

from __future__ import annotations

from collections.abc import Iterator

from compute.geodesics.initial_value import MAX_ATTEMPTS
from compute.manifold.manifold import Slot

# loop iterations an invocation may make in one dispatch, with as many again to spare
BUDGET = 30_000
STAGES = 4
# bytes of the largest array of a dispatch
LARGEST = 64 << 20
# loop iterations of one call of a special function, at most
_SPECIAL = {"bessel_ratio": 34, "log_bessel": 24}


def loops_of(slot: Slot) -> int:
    """Loop iterations of one evaluation of the geometry: the family's own and its functions'."""
    return slot.loops + sum(slot.source.count(name) * cost for name, cost in _SPECIAL.items())


def attempts(loops: int, budget: int = BUDGET) -> int:
    """Return how many Runge–Kutta steps fit one dispatch, at ``loops`` an evaluation of the geometry.

    Each step costs its own iteration, and each stage one more than its evaluation.
    """
    return max(1, budget // (1 + STAGES * (loops + 1)))


def dispatches(steps: int, loops: int, tries: int = MAX_ATTEMPTS) -> int:
    """Return how many dispatches let a path make ``tries`` attempts an interval, over all intervals.

    With the most attempts that a path may make, all are at their ends then, or where they stop.
    """
    return -(-steps * tries // attempts(loops))


def batches(count: int, bytes_each: int, largest: int = LARGEST) -> Iterator[slice]:
    """``count`` rows in slices whose arrays stay below the largest size."""
    size = max(1, largest // bytes_each)
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
