"""The message at the top of the plot, and the note at its bottom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.display_list import Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import HEIGHT as LINE
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import RGBA, Theme, rgba

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
        """Return a round plate as wide as the words, in as many lines as the plot's width needs."""
        fill, rim = rgba(self.theme.panel, 0.94), rgba(self.theme.warning, 0.55)
        return self._plate(frame, fill, rim, rgba(self.theme.warning))

    def _plate(self, frame: Frame, fill: RGBA, rim: RGBA, ink: RGBA) -> Sequence[Primitive]:
        left, _, right, _ = frame.box
        size = self.theme.type_size or SIZE
        lines = wrapped(self._text, size, right - left - HEIGHT)
        if not lines:
            return ()
        step, height = LINE * size, HEIGHT + LINE * size * (len(lines) - 1)
        # the plate ends as far beside the words as that of one line, whose round ends are smaller
        widest = max(typeface.width(line, size) for line in lines)
        half = max(widest - (height - HEIGHT), 0.0) / 2
        middle, row = (left + right) / 2, self._middle(frame, height)
        plate = np.array([(middle - half, row), (middle + half, row)])
        first = row - step * (len(lines) - 1) / 2
        words = (
            Label(line, (middle, first + step * i), SIZE, ink, (0.5, 0.5))
            for i, line in enumerate(lines)
        )
        return (Strokes([plate], Pen(fill, height, rim, 1.0), capped=True), *words)

    def _middle(self, frame: Frame, height: float) -> float:
        return frame.box[1] + 12 + height / 2


class NoteLayer(MessageLayer):
    """A secondary note on a plate at the bottom of the plot, about parts not drawn."""

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return a round plate as wide as the words, in as many lines as the plot's width needs."""
        fill, rim = rgba(self.theme.panel, 0.9), rgba(self.theme.muted, 0.4)
        return self._plate(frame, fill, rim, rgba(self.theme.muted))

    def _middle(self, frame: Frame, height: float) -> float:
        return frame.box[3] - 10 - height / 2


def wrapped(text: str, size: float, wide: float) -> list[str]:
    """Return a text in lines of at most ``wide`` pixels, where its words are no wider; [] for ""."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and typeface.width(longer, size) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
