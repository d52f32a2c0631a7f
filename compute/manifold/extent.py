"""Rectangles of a chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Extent:
    """A rectangle of chart coordinates: x0 < x1 along the first axis, y0 < y1 along the second."""

    x0: float
    x1: float
    y0: float
    y1: float

    def __post_init__(self) -> None:
        corners = (self.x0, self.x1, self.y0, self.y1)
        if not all(np.isfinite(corners)) or self.x0 >= self.x1 or self.y0 >= self.y1:
            got = tuple(map(float, corners))
            raise ValueError(f"extent must be finite with x0 < x1 and y0 < y1, got {got}")

    def with_aspect(self, width: float, height: float) -> Extent:
        """Return the smallest rectangle with the same centre that contains this one and has sides
        in the ratio ``width`` to ``height``.
        """
        across, up = self.x1 - self.x0, self.y1 - self.y0
        unit = max(across / width, up / height)
        dx, dy = (unit * width - across) / 2, (unit * height - up) / 2
        return Extent(self.x0 - dx, self.x1 + dx, self.y0 - dy, self.y1 + dy)

    def grown(self, share: float) -> Extent:
        """Return the rectangle with a border of a share of its sides."""
        dx, dy = share * (self.x1 - self.x0), share * (self.y1 - self.y0)
        return Extent(self.x0 - dx, self.x1 + dx, self.y0 - dy, self.y1 + dy)
