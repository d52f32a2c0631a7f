"""A canvas without OpenGL: it keeps what its layers are made from, for SVG and PDF."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.export.sheet import Group, cut, drawn
from app.views.canvas.canvas import VispyCanvas


class _Nothing:
    """Stands where a canvas has its window and its timer."""

    native = None
    running = True
    pixel_scale = 1.0

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = self.physical_size = size

    def update(self) -> None: ...
    def set_current(self) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class VectorCanvas(VispyCanvas):
    """The layers of the window's canvas, so that what is added to it is in every figure too."""

    def _surface(self, size: tuple[int, int]) -> tuple[Any, Any]:
        nothing = _Nothing(size)
        return nothing, nothing

    def _listen(self) -> None: ...

    def groups(self) -> tuple[Group, ...]:
        """Return the current drawing: the plot, cut off at its frame, and everything around it."""
        left, top, right, bottom = (float(edge) for edge in self.frame.box)
        box, frame = (left, top, right, bottom), replace(self.frame, ratio=1.0)
        inside = tuple(cut(item, box) for item in drawn(self.plotted, frame))
        return Group(inside, box), Group(drawn(self.around, frame))

    def image(self) -> NDArray[np.uint8]:
        """Raises RuntimeError: vectors have no pixels."""
        raise RuntimeError("a canvas of vectors has no pixels; render a PNG instead")
