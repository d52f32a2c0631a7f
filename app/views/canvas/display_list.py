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
from app.views.interface.curve_styles import STYLES
from app.views.interface.theme import RGBA, Theme, faded, rgba
from app.views.text import mathematics

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


def pen_of(theme: Theme, kind: str) -> Pen:
    """Return the pen of a kind of curve."""
    style = STYLES[kind]
    colour = rgba(style.colour(theme), style.opacity)
    return Pen(colour, style.width, theme.outline(), style.rim)


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
    brightness factors (r, c).  box: left, top, right, bottom of the plot.  texture, strength: see
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
    ``math``: its symbols are italic.  ``rim``: the width of its halo; 0 means the usual width.
    """

    text: str
    at: tuple[float, float]
    size: float
    colour: RGBA
    anchor: tuple[float, float] = (0.0, 0.5)
    halo: RGBA = CLEAR
    bold: bool = False
    upright: bool = False
    math: bool = False
    rim: float = 0.0

    @property
    def letters(self) -> str:
        """The text as it is drawn, with italic symbols if it is ``math``."""
        return mathematics.italic(self.text) if self.math else self.text

    def faded(self, opacity: float) -> Label:
        """Return the same words at ``opacity`` times their opacity."""
        if opacity == 1.0:
            return self
        colour, halo = faded(self.colour, opacity), faded(self.halo, opacity)
        return replace(self, colour=colour, halo=halo)


Shape = Strokes | Discs | ArrowHeads
Primitive = Shape | TexturedQuad | TexturedMesh | Label


# print leaves alone wider strokes, which are bars, and smaller text, which was made to fit
WIDEST, SMALLEST = 6.0, 10.0
IN_PRINT = 0.85  # size of discs, relative to the screen


def printed(primitive: Primitive, theme: Theme) -> tuple[Primitive, ...]:
    """Return a primitive as primitives in the theme's sizes for print.

    All text has one size, lines have half to all of the width ``theme.pen``, and the rim of a line
    becomes a line along each side.
    """
    match primitive:
        case Label() if primitive.size >= SMALLEST:
            return (replace(primitive, size=theme.type_size, rim=theme.pen / 2),)
        case Strokes() if primitive.pen.width <= WIDEST:
            pen, thin = primitive.pen, theme.pen / 2
            share = min(max((pen.width - 1.0) / 2, 0.0), 1.0)
            core = replace(primitive, pen=Pen(pen.colour, thin + thin * share))
            if not (pen.rim and pen.rim_colour[3]):
                return (core,)
            apart = (core.pen.width + thin) / 2
            sides = [side for line in primitive.lines for side in _beside(line, apart)]
            return Strokes(sides, Pen(pen.rim_colour, thin), primitive.capped), core
        case Discs() | ArrowHeads():
            pen, share = primitive.pen, IN_PRINT if isinstance(primitive, Discs) else 1.0
            smaller = replace(pen, width=share * pen.width, rim=min(pen.rim, theme.pen / 2))
            return (replace(primitive, pen=smaller),)
    return (primitive,)


def _beside(line: Pixels, apart: float) -> list[Pixels]:
    """Return the two lines at ``apart`` pixels beside a polyline (n, 2); [] if n < 2."""
    if len(line) < 2:
        return []
    along = np.diff(line, axis=0)
    # shift each point by the mean normal of its segments; NaN and repeated points have no direction
    length = np.hypot(*along.T)
    known = length > 0.0
    unit = np.where(known[:, None], along / np.where(known, length, 1.0)[:, None], 0.0)
    closed = np.array_equal(line[0], line[-1])
    before = np.vstack([unit[-1:] if closed else unit[:1] * 0.0, unit])
    after = np.vstack([unit, unit[:1] if closed else unit[:1] * 0.0])
    both = before + after
    size = np.hypot(*both.T)
    normal = np.stack([-both[:, 1], both[:, 0]], 1) / np.where(size > 0.0, size, 1.0)[:, None]
    return [line + apart * normal, line - apart * normal]


def scaled(primitive: Primitive, times: float) -> Primitive:
    """Return a primitive with all lengths multiplied by ``times``."""
    if times == 1.0:
        return primitive
    match primitive:
        case Strokes():
            lines = [times * line for line in primitive.lines]
            return replace(primitive, lines=lines, pen=_pen(primitive.pen, times))
        case Discs():
            centres = times * primitive.centres
            return replace(primitive, centres=centres, pen=_pen(primitive.pen, times))
        case ArrowHeads():
            tips, length = times * primitive.tips, times * primitive.length
            return replace(primitive, tips=tips, length=length, pen=_pen(primitive.pen, times))
        case TexturedQuad():
            return replace(primitive, low=times * primitive.low, high=times * primitive.high)
        case TexturedMesh():
            left, top, right, bottom = (round(times * edge) for edge in primitive.box)
            nodes = primitive.nodes * (times, times, 1.0)
            return replace(primitive, nodes=nodes, box=(left, top, right, bottom))
        case Label():
            x, y = (times * part for part in primitive.at)
            size, rim = times * primitive.size, times * primitive.rim
            return replace(primitive, at=(x, y), size=size, rim=rim)


def _pen(pen: Pen, times: float) -> Pen:
    return replace(pen, width=times * pen.width, rim=times * pen.rim)
