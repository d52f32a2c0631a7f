"""The base of layers, which keep chart data and convert them to primitives on demand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from operator import is_not

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.display_list import WIDEST, Label, Primitive, Strokes, printed
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.theme import Theme

HEIGHT = 1.25  # of a line of text, relative to its size


class Layer(ABC):
    """A layer of the drawing.

    Setters only store data and call `changed`; primitives are built once for the next frame, however
    often the data changed before it.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.opacity = 1.0
        self._built: Frame | None = None
        self._primitives: tuple[Primitive, ...] = ()
        self.avoided: tuple[Layer, ...] = ()  # layers whose words those of this one do not cover
        self._beside: tuple[tuple[Primitive, ...], ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Set the theme for the following frames."""
        self.theme = theme
        self.changed()

    def fade(self, opacity: float) -> None:
        """Set the relative opacity."""
        if opacity != self.opacity:
            self.opacity = opacity
            self.changed()

    def changed(self) -> None:
        """Invalidate the built primitives."""
        self._built = None

    @abstractmethod
    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the primitives at full opacity in the pixels of ``frame``, in drawing order."""

    def primitives(self, frame: Frame) -> tuple[Primitive, ...]:
        """Return the primitives in the pixels of ``frame``; the same tuple until something changes."""
        beside = tuple([layer.primitives(frame) for layer in self.avoided])
        moved = any(map(is_not, beside, self._beside))
        if moved or (frame is not self._built and frame != self._built):
            self._beside = beside
            made = self.build(frame)
            if self.theme.pen:
                made = [part for p in made for part in printed(p, self.theme)]
            faint = self.opacity != 1.0
            self._primitives = tuple(p.faded(self.opacity) for p in made) if faint else tuple(made)
        self._built = frame
        return self._primitives

    def occupied(self, frame: Frame) -> Pixels:
        """Return the boxes (k, 4) of words and grounds in the layers that this one avoids."""
        boxes = [box_of(p) for each in self.avoided for p in each.primitives(frame)]
        return np.array([box for box in boxes if box is not None]).reshape(-1, 4)


def box_of(primitive: Primitive) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of words or of a ground below words; None for others."""
    match primitive:
        case Label(upright=False):
            width = typeface.width(primitive.letters, primitive.size, 1.0, primitive.bold)
            x = primitive.at[0] - primitive.anchor[0] * width
            y = primitive.at[1] - primitive.anchor[1] * HEIGHT * primitive.size
            return x, y, x + width, y + HEIGHT * primitive.size
        case Label():
            length = typeface.width(primitive.letters, primitive.size, 1.0, primitive.bold)
            x = primitive.at[0] - primitive.anchor[1] * HEIGHT * primitive.size
            y = primitive.at[1] - (1.0 - primitive.anchor[0]) * length
            return x, y, x + HEIGHT * primitive.size, y + length
        case Strokes() if primitive.pen.width > WIDEST:
            ends, half = np.concatenate(primitive.lines), primitive.pen.width / 2
            (left, top), (right, bottom) = ends.min(axis=0), ends.max(axis=0)
            return left, top - half, right, bottom + half
    return None
