"""The allowed values of the fields of a scene's subjects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from compute.core.refusal import shown
from compute.manifold.extent import Extent

# the largest coordinate of a scene: larger ones cannot be distinguished, measured or drawn
LARGEST = 1e15
# sides of a view: minimum share of its coordinates, and maximum; the canvas stops earlier
NARROWEST, WIDEST = 1e-12, 1e15
FINEST = 1e-30


def one_of(what: str, value: str, known: Sequence[str]) -> None:
    """Raise ValueError unless ``value`` is known; ``what`` names it, such as "a flow's mode"."""
    if value not in known:
        raise ValueError(f"{what} must be one of {', '.join(known)}, got {shown(value)}")


def within(what: str, value: float, low: float, high: float) -> None:
    """Raise ValueError unless ``value`` is finite and lies in low … high."""
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{what} must lie in {low:g} … {high:g}, got {shown(value)}")


def increasing(what: str, values: Sequence[float]) -> None:
    """ValueError unless the two numbers are finite and the second is larger by more than rounding."""
    low, high = values
    coordinates(what, values)
    if not high - low > max(NARROWEST * max(abs(low), abs(high)), FINEST):
        raise ValueError(f"{what} must increase by more than rounding, got {shown(list(values))}")


def coordinates(what: str, values: Iterable[float]) -> None:
    """Raise ValueError unless all of these finite numbers are small enough to be drawn."""
    largest = max(values, key=abs, default=0.0)
    within(f"coordinates of {what}", largest, -LARGEST, LARGEST)


def camera(values: object) -> None:
    """Raise ValueError unless this is None or a camera: angles, zoom and shifts."""
    known = isinstance(values, tuple) and len(values) == 5 and all(map(_is_finite, values))
    if values is not None and not (
        known and abs(values[1]) <= 90.0 and 0.01 <= values[2] <= 100.0  # type: ignore[index]
    ):
        raise ValueError(
            "a camera must be five finite numbers, its elevation in [-90, 90], its zoom in "
            f"[0.01, 100], got {shown(values)}"
        )


def _is_finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def view(extent: Extent) -> None:
    """Raise ValueError for a rectangle too wide or too narrow to be drawn."""
    for low, high in ((extent.x0, extent.x1), (extent.y0, extent.y1)):
        least = max(max(abs(low), abs(high)) * NARROWEST, FINEST)
        if not least < high - low < WIDEST:
            raise ValueError(
                f"a view's sides must be below {WIDEST:g} and at least {NARROWEST:g} of its "
                f"coordinates, got {shown([low, high])}"
            )
