"""The projection during a transition between two charts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.views.canvas.projections.frame import Frame, Pixels

# coordinates of one chart; points of two have more
MOST_COORDINATES = 3


@dataclass(frozen=True)
class BlendFrame(Frame):
    """Points have the coordinates of both charts; their pixels are interpolated by ``share``.

    Points with coordinates of one chart only are new, and drawn at their final position.
    """

    before: Frame | None = None
    after: Frame | None = None
    columns: int = 2  # coordinates in the previous chart
    share: float = 0.0

    def to_pixels(self, xy: ArrayLike) -> Pixels:
        """Return pixels (..., 2) of points (..., d + d')."""
        assert self.before is not None and self.after is not None
        both = np.asarray(xy, np.float64)
        if both.shape[-1] <= MOST_COORDINATES:
            return self.after.to_pixels(both)
        old = self.before.to_pixels(both[..., : self.columns])
        new = self.after.to_pixels(both[..., self.columns :])
        return old + (new - old) * self.share

    def hidden(self, xyz: ArrayLike) -> NDArray[np.bool_]:
        """Report nothing as hidden during a transition."""
        return np.zeros(np.shape(xyz)[:-1], np.bool_)
