"""What the arrow keys mean: the pin chosen last (by hand, or by the key A or B) moves a little."""

from __future__ import annotations

from app.views.base import XY
from compute.types import Extent

ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, 1), "Down": (0, -1)}
STEP, FINE_STEP = 0.02, 0.002  # shares of the view
PIXELS, FINE_PIXELS = 12.0, 2.0  # on a surface in space


def nudged(xy: XY, key: str, extent: Extent, fine: bool) -> XY:
    """``xy`` moved by an arrow key."""
    dx, dy = ARROWS[key]
    share = FINE_STEP if fine else STEP
    x = xy[0] + dx * share * (extent.x1 - extent.x0)
    y = xy[1] + dy * share * (extent.y1 - extent.y0)
    return x, y


def moved(pixel: tuple[float, float], key: str, fine: bool) -> tuple[float, float]:
    """``pixel`` moved by an arrow key."""
    dx, dy = ARROWS[key]
    step = FINE_PIXELS if fine else PIXELS
    return pixel[0] + dx * step, pixel[1] - dy * step
