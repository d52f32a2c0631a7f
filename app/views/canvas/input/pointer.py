"""The pointer: a small state machine from presses, moves and wheel turns to actions.

It works in pixels; the canvas converts its results to chart coordinates and events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.views.canvas.projections.frame import REACH, Pixel

ZOOM = 0.86  # factor of the view's width for one notch of the wheel
PAN = "view"


@dataclass(frozen=True)
class Drag:
    """A drag: the object's name (PAN for the view), the start, and the offset of the grip."""

    name: str
    start: Pixel
    beside: Pixel = (0.0, 0.0)

    def place(self, pointer: Pixel) -> Pixel:
        """Return the new position of the object, keeping the offset of the grip."""
        return pointer[0] - self.beside[0], pointer[1] - self.beside[1]


class Pointer:
    """The state of the pointer: the drag under way, and the object under it."""

    def __init__(self) -> None:
        self.drag: Drag | None = None
        self.hovered = ""

    def press(self, pixel: Pixel, targets: Mapping[str, Pixel], under: str = "") -> Drag:
        """Start dragging the nearest target, that ``under`` the pixel, or the view."""
        name = nearest(pixel, targets) or under
        at = targets.get(name, pixel)
        self.drag = Drag(name or PAN, pixel, (pixel[0] - at[0], pixel[1] - at[1]))
        return self.drag

    def release(self) -> Drag | None:
        """Let go; what was held."""
        held, self.drag = self.drag, None
        return held

    def hover(self, pixel: Pixel | None, targets: Mapping[str, Pixel], under: str = "") -> bool:
        """Note what is under the pointer, near it or as ``under`` says; whether that changed."""
        before = self.hovered
        self.hovered = (nearest(pixel, targets) or under) if pixel is not None else ""
        return self.hovered != before


def nearest(pixel: Pixel, targets: Mapping[str, Pixel]) -> str:
    """Return the nearest target within reach, the first of equals; "" if there is none."""
    found, least = "", REACH
    for name, (x, y) in targets.items():
        distance = ((pixel[0] - x) ** 2 + (pixel[1] - y) ** 2) ** 0.5
        if distance < least:
            found, least = name, distance
    return found


def zoom_factor(notches: float) -> float:
    """Return the zoom factor for a turn of the wheel (up zooms in), bounded for fast wheels."""
    return float(ZOOM ** max(-6.0, min(6.0, notches)))
