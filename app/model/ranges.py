"""The allowed values of the fields of a scene's subjects."""

from __future__ import annotations

import math
from collections.abc import Sequence

from compute.refusal import shown


def one_of(what: str, value: str, known: Sequence[str]) -> None:
    """ValueError unless ``value`` is known; ``what`` names it, as "a flow's mode"."""
    if value not in known:
        raise ValueError(f"{what} must be one of {', '.join(known)}, got {shown(value)}")


def within(what: str, value: float, low: float, high: float) -> None:
    """ValueError unless ``value`` is finite and lies in low … high."""
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{what} must lie in {low:g} … {high:g}, got {shown(value)}")
