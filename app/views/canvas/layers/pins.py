"""The pins A, B and C, and the moving point."""

from __future__ import annotations

from collections.abc import Sequence

from app.views.canvas.display_list import Discs, Label, Pen, Primitive
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.events import XY
from app.views.interface.theme import Theme, rgba
from compute.core.refusal import shown

NAMES = ("A", "B", "C")
DIAMETER = 19.0


class PinsLayer(Layer):
    """Discs with letters, and the moving point below them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._at: dict[str, XY] = {}
        self._moving: XY | None = None
        self._hovered = ""

    @property
    def moving(self) -> XY | None:
        """Chart position of the moving point, if it is visible."""
        return self._moving

    @property
    def at(self) -> dict[str, XY]:
        """Chart positions of the visible pins."""
        return dict(self._at)

    def set(self, name: str, xy: XY | None) -> None:
        """Move or remove a pin.  Raises ValueError for an unknown name."""
        if name not in NAMES:
            raise ValueError(f"pin must be one of {', '.join(NAMES)}, got {shown(name)}")
        if xy is None:
            self._at.pop(name, None)
        else:
            self._at[name] = xy
        self.changed()

    def set_moving(self, xy: XY | None) -> None:
        """Move or remove the moving point."""
        self._moving = xy
        self.changed()

    def hover(self, name: str) -> None:
        """Highlight the pin under the pointer, "" for none."""
        if name != self._hovered:
            self._hovered = name
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return discs and letters, A above B above C, as they are picked."""
        shapes: list[Primitive] = []
        labels: list[Primitive] = []
        if self._moving is not None:
            pen = Pen(rgba(self.theme.moving), 9.0, self.theme.outline(), 2.0)
            shapes.append(Discs(frame.to_pixels(self._moving)[None], pen))
        for name in (n for n in reversed(NAMES) if n in self._at):
            pixel = frame.to_pixels(self._at[name])
            shapes += self._disc(name, pixel[None])
            at = (float(pixel[0]), float(pixel[1]))
            labels.append(Label(name, at, 12, rgba(self.theme.pin_ink), (0.5, 0.5), bold=True))
        return shapes + labels

    def _disc(self, name: str, at: Pixels) -> list[Primitive]:
        colour = self.theme.pin(name)
        casing = Discs(at, Pen(rgba(colour), DIAMETER, self.theme.outline(), 2.0))
        if name != self._hovered:
            return [casing]
        glow = Discs(at, Pen(rgba(colour, 0.35), DIAMETER + 16.0))
        return [glow, casing]
