"""The message line at the top of the plot, and the note at its bottom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.display_list import Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import Theme, rgba

SIZE, HEIGHT = 12, 26.0


class MessageLayer(Layer):
    """A message on a plate at the top centre of the plot."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._text = ""

    def set(self, text: str) -> None:
        """Set the text; "" for none."""
        if text != self._text:
            self._text = text
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return a round plate as wide as the words."""
        if not self._text:
            return ()
        left, top, right, _ = frame.box
        middle, row = (left + right) / 2, top + 12 + HEIGHT / 2
        half = typeface.width(self._text, SIZE) / 2
        plate = np.array([(middle - half, row), (middle + half, row)])
        pen = Pen(rgba(self.theme.panel, 0.94), HEIGHT, rgba(self.theme.warning, 0.55), 1.0)
        words = Label(self._text, (middle, row), SIZE, rgba(self.theme.warning), (0.5, 0.5))
        return (Strokes([plate], pen, capped=True), words)


class NoteLayer(MessageLayer):
    """A secondary note on a plate at the bottom of the plot, about parts not drawn."""

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return a round plate as wide as the words."""
        if not self._text:
            return ()
        left, _, right, bottom = frame.box
        middle, row = (left + right) / 2, bottom - 10 - HEIGHT / 2
        half = typeface.width(self._text, SIZE) / 2
        plate = np.array([(middle - half, row), (middle + half, row)])
        pen = Pen(rgba(self.theme.panel, 0.9), HEIGHT, rgba(self.theme.muted, 0.4), 1.0)
        words = Label(self._text, (middle, row), SIZE, rgba(self.theme.muted), (0.5, 0.5))
        return (Strokes([plate], pen, capped=True), words)
