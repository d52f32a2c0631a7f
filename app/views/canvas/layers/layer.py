"""The base of layers, which keep chart data and convert them to primitives on demand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from app.views.canvas.display_list import Primitive, printed
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import Theme


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
        if frame != self._built:
            made = self.build(frame)
            if self.theme.pen:
                made = [part for p in made for part in printed(p, self.theme)]
            faint = self.opacity != 1.0
            self._primitives = tuple(p.faded(self.opacity) for p in made) if faint else tuple(made)
            self._built = frame
        return self._primitives
