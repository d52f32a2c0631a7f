"""The display list: primitives that every layer returns and every output renders.

OpenGL, SVG and PDF draw the same list.  Lengths are logical pixels of the layer's frame, y downwards;
colours are RGBA in [0, 1] with straight alpha.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.projections.frame import Pixels
from app.views.interface.theme import RGBA, faded

CLEAR: RGBA = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Pen:
    """The pen of a shape: colour and full width of its core; colour and width of its rim."""

    colour: RGBA
    width: float = 1.0
    rim_colour: RGBA = CLEAR
    rim: float = 0.0

    def faded(self, opacity: float) -> Pen:
        """Return the same pen at ``opacity`` times its opacity."""
        colours = faded(self.colour, opacity), faded(self.rim_colour, opacity)
        return replace(self, colour=colours[0], rim_colour=colours[1])


@dataclass(frozen=True, eq=False)
class Strokes:
    """Polylines (n, 2), broken at NaN, with round ends if ``capped``.

    A line of fewer than two points is not drawn.
    """

    lines: Sequence[Pixels]
    pen: Pen
    capped: bool = False

    def faded(self, opacity: float) -> Strokes:
        """Return the same strokes at ``opacity`` times their opacity."""
        return replace(self, pen=self.pen.faded(opacity))


@dataclass(frozen=True, eq=False)
class Discs:
    """Discs of diameter ``pen.width`` at centres (k, 2).

    ``colours`` (k, 4) replace the pen's colour; a rim has the opacity of its disc.
    """

    centres: Pixels
    pen: Pen
    colours: NDArray[np.float64] | None = None

    def faded(self, opacity: float) -> Discs:
        """Return the same discs at ``opacity`` times their opacity."""
        if self.colours is None:
            return replace(self, pen=self.pen.faded(opacity))
        return replace(self, colours=self.colours * (1.0, 1.0, 1.0, opacity))


@dataclass(frozen=True, eq=False)
class ArrowHeads:
    """Triangles of base ``pen.width`` and ``length`` with tips (k, 2) and unit directions (k, 2)."""

    tips: Pixels
    directions: Pixels
    pen: Pen
    length: float

    def faded(self, opacity: float) -> ArrowHeads:
        """Return the same heads at ``opacity`` times their opacity."""
        return replace(self, pen=self.pen.faded(opacity))


@dataclass(frozen=True, eq=False)
class TexturedQuad:
    """An upright rectangle of colours from pixel ``low``, bottom left, to ``high``, top right.

    texture: premultiplied RGBA (rows, columns, 4), row 0 lowest.  Its identity stands for its content:
    the same array is not uploaded again, so another picture must be another array.  strength: overall
    opacity.
    """

    texture: NDArray[np.uint8]
    low: Pixels
    high: Pixels
    strength: float = 1.0

    def faded(self, opacity: float) -> TexturedQuad:
        """Return the same picture at ``opacity`` times its opacity."""
        return replace(self, strength=self.strength * opacity)


@dataclass(frozen=True, eq=False)
class TexturedMesh:
    """An opaque shaded surface of quadrilaterals with a texture over a ground colour; nearer parts hide
    others.

    nodes: pixels and nearness (r, c, 3), NaN where there is no surface.
    places: texture coordinates of the nodes (r, c, 2), from (0, 0), bottom left, to (1, 1).  shades:
    brightness factors (r, c).  box: left, top, right, bottom of the plot. texture, strength: as of a
    `TexturedQuad`.
    """

    nodes: Pixels
    places: Pixels
    shades: NDArray[np.float64]
    box: tuple[int, int, int, int]
    texture: NDArray[np.uint8]
    ground: RGBA
    strength: float = 1.0

    def faded(self, opacity: float) -> TexturedMesh:
        """Return the same surface, its texture at ``opacity`` times its opacity."""
        return replace(self, strength=self.strength * opacity)


@dataclass(frozen=True)
class Label:
    """A line of text: ``anchor`` is the fraction of its width and height before ``at``.

    (0, 0.5) starts at the point, (0.5, 1) ends above it, centred; ``upright`` runs upwards.
    """

    text: str
    at: tuple[float, float]
    size: float
    colour: RGBA
    anchor: tuple[float, float] = (0.0, 0.5)
    halo: RGBA = CLEAR
    bold: bool = False
    upright: bool = False

    def faded(self, opacity: float) -> Label:
        """Return the same words at ``opacity`` times their opacity."""
        if opacity == 1.0:
            return self
        colour, halo = faded(self.colour, opacity), faded(self.halo, opacity)
        return replace(self, colour=colour, halo=halo)


Shape = Strokes | Discs | ArrowHeads
Primitive = Shape | TexturedQuad | TexturedMesh | Label
