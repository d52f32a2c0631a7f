"""Pictures of any size, rendered tile by tile into offscreen buffers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from app.views.canvas.projections.frame import Frame

SIDE = 2048  # device pixels: every driver has a buffer of this size


@dataclass(frozen=True)
class PictureTile:
    """A rectangle of a picture of ``whole`` (width, height) device pixels, y downwards."""

    whole: tuple[int, int]
    left: int
    top: int
    width: int
    height: int

    def view(self) -> None:
        """Set the GL viewport so that this part of the picture is drawn."""
        gloo.set_viewport(-self.left, self.top + self.height - self.whole[1], *self.whole)

    def clip(self, frame: Frame) -> None:
        """Clip drawing to the plot."""
        across, down = (p / s for p, s in zip(self.whole, frame.size, strict=True))
        left, top, right, bottom = frame.clip
        left, right = round(left * across), round(right * across)
        top, bottom = round(top * down), round(bottom * down)
        gloo.set_scissor(
            left - self.left, self.top + self.height - bottom, right - left, bottom - top
        )


def tiles(pixels: tuple[int, int]) -> Iterator[PictureTile]:
    """Divide a picture of ``pixels`` (width, height) into tiles."""
    width, height = pixels
    for top in range(0, height, SIDE):
        for left in range(0, width, SIDE):
            yield PictureTile(pixels, left, top, min(SIDE, width - left), min(SIDE, height - top))


def still(pixels: tuple[int, int], paint: Callable[[PictureTile], None]) -> NDArray[np.uint8]:
    """Render ``paint`` to (height, width, 4) RGBA, premultiplied."""
    picture = np.empty((pixels[1], pixels[0], 4), np.uint8)
    for part in tiles(pixels):
        target = gloo.FrameBuffer(color=gloo.RenderBuffer((part.height, part.width)))
        with target:
            paint(part)
            rows, columns = (
                slice(part.top, part.top + part.height),
                slice(part.left, part.left + part.width),
            )
            picture[rows, columns] = gloo.read_pixels((0, 0, part.width, part.height), alpha=True)
        target.delete()
    return picture
