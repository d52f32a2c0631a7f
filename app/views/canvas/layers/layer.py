"""The base of all layers: they keep chart data and make pixels of it when these are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.gl.shapes import Shapes, Vertices
from app.views.canvas.gl.texts import Label, Texts
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import Theme


class Layer(ABC):
    """One thing drawn.

    Setters only remember and call `changed`; geometry is made once for the next frame, however
    often the data changed before it.
    """

    def __init__(self, theme: Theme, atlas: Atlas) -> None:
        self.theme = theme
        self.atlas = atlas
        self._shapes = Shapes()
        self._texts = Texts(atlas)
        self._built: Frame | None = None
        self.opacity = 1.0

    def set_theme(self, theme: Theme) -> None:
        """Other colours from the next frame on."""
        self.theme = theme
        self.changed()

    def fade(self, opacity: float) -> None:
        """Be seen by a share of what is usual."""
        if opacity != self.opacity:
            self.opacity = opacity
            self.changed()

    def changed(self) -> None:
        """Mark what was built as no longer valid."""
        self._built = None

    @abstractmethod
    def build(self, frame: Frame) -> tuple[Vertices, Sequence[Label]]:
        """Shapes and the text over them, in the pixels of ``frame``."""

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        if frame != self._built:
            shapes, labels = self.build(frame)
            self._shapes.set(_fainter(shapes, self.opacity))
            self._texts.set([label.faded(self.opacity) for label in labels], frame.ratio)
            self._built = frame
        self._shapes.draw(frame)
        self._texts.draw(frame)


def _fainter(shapes: Vertices, opacity: float) -> Vertices:
    if opacity == 1.0:
        return shapes
    made = shapes.copy()
    for name in ("a_core_colour", "a_rim_colour"):
        made[name][..., 3] *= opacity
    return made
