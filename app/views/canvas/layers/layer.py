"""The base of all layers: they keep chart data and describe them in pixels when these are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from app.views.canvas.display_list import Primitive, printed
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import Theme


class Layer(ABC):
    """One thing drawn.

    Setters only remember and call `changed`; primitives are made once for the next frame, however often
    the data changed before it.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.opacity = 1.0
        self._built: Frame | None = None
        self._primitives: tuple[Primitive, ...] = ()

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
    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Describe the layer at full opacity in the pixels of ``frame``, in the order drawn."""

    def primitives(self, frame: Frame) -> tuple[Primitive, ...]:
        """Describe the layer in the pixels of ``frame``; the same tuple until something changes."""
        if frame != self._built:
            made = self.build(frame)
            if self.theme.pen:
                made = [part for p in made for part in printed(p, self.theme)]
            faint = self.opacity != 1.0
            self._primitives = tuple(p.faded(self.opacity) for p in made) if faint else tuple(made)
            self._built = frame
        return self._primitives
