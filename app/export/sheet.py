"""Sheets: the content of a figure before it becomes SVG or PDF.

Lengths are logical pixels, 96 per inch, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.export import relief
from app.views.canvas import typeface
from app.views.canvas.accents import clusters, over
from app.views.canvas.display_list import (
    ArrowHeads,
    Discs,
    Label,
    Primitive,
    Strokes,
    TexturedMesh,
    TexturedQuad,
    scaled,
)
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.canvas.shapes import HALO, is_near, shapes
from app.views.canvas.typeface import CAP_HEIGHT, SCRIPT, face, shaped, writable
from app.views.interface.letters import Segment, Shaped
from app.views.interface.shapes import Area, Box, Disc, Line
from app.views.interface.theme import RGBA
from app.views.text.mathematics import scripted, upright

PER_INCH = 96.0
# maximum pixels along a side of a picture
MOST_SIDE = 4096


@dataclass(frozen=True, eq=False)
class Raster:
    """Straight RGBA (rows, columns, 4), row 0 on top, in the box (left, top, right, bottom)."""

    pixels: NDArray[np.uint8]
    box: Box
    opacity: float


@dataclass(frozen=True, eq=False)
class Lettering:
    """A label in fonts other than the canvas's: outlines of letters, and pictures of coloured ones.

    Positions are pixels of the sheet; ``line`` is the line that the text engine laid out.
    """

    label: Label
    outline: tuple[Segment, ...]
    pictures: tuple[Raster, ...]
    line: Shaped

    @property
    def width(self) -> float:
        return self.line.width * self.label.size


Item = Line | Area | Disc | Raster | Label | Lettering


@dataclass(frozen=True, eq=False)
class Group:
    """Items in drawing order, clipped to a box (left, top, right, bottom) if given."""

    items: tuple[Item, ...]
    box: Box | None = None


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page of ``size`` (width, height); ``ground`` is its colour, None for transparent.

    in_mm: whether a file states its size in millimetres, if its format can.  font: the font family,
    "" for the canvas's own.
    """

    size: tuple[float, float]
    ground: RGBA | None
    groups: tuple[Group, ...]
    in_mm: bool = False
    font: str = ""


def cut(item: Item, box: Box) -> Item:
    """Clip lines to a box, since not every viewer clips."""
    if not isinstance(item, Line):
        return item
    reach = item.width
    low = np.array([box[0] - reach, box[1] - reach])
    high = np.array([box[2] + reach, box[3] + reach])
    lines = [part for line in item.lines for part in _inside(line, low, high)]
    return Line(lines, item.colour, item.width, item.capped)


def _inside(line: Pixels, low: Pixels, high: Pixels) -> list[Pixels]:
    """Return the parts of a polyline (n, 2) between two corners."""
    if ((line >= low) & (line <= high)).all():
        return [line]
    start, along = line[:-1], np.diff(line, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = np.sort([(low - start) / along, (high - start) / along], axis=0)
    # a segment parallel to two edges lies entirely between them, or not at all
    level = along == 0
    within = (start >= low) & (start <= high)
    enters = np.where(level, np.where(within, -np.inf, np.inf), bounds[0]).max(axis=1)
    leaves = np.where(level, np.inf, bounds[1]).min(axis=1)
    enters, leaves = np.clip(enters, 0.0, None), np.clip(leaves, None, 1.0)
    parts: list[list[Pixels]] = []
    for i in np.flatnonzero(enters < leaves):
        first, last = start[i] + enters[i] * along[i], start[i] + leaves[i] * along[i]
        if not parts or not np.array_equal(parts[-1][-1], first):
            parts.append([first])
        parts[-1].append(last)
    return [np.array(part) for part in parts]


def groups(plot: Plot, times: float = 1.0) -> tuple[Group, Group]:
    """Convert a plot into items: its content, clipped to the frame, and its surroundings.

    times: pixels of the sheet per pixel of the plot.
    """
    left, top, right, bottom = (times * edge for edge in plot.frame.clip)
    box, frame = (left, top, right, bottom), replace(plot.frame, ratio=1.0)
    inside = tuple(cut(item, box) for item in drawn(plot.plotted, frame, times))
    return Group(inside, box), Group(drawn(plot.around, frame, times))


def drawn(layers: Iterable[Layer], frame: Frame, times: float = 1.0) -> tuple[Item, ...]:
    """Convert layers to items; ``times``: pixels of the sheet per pixel of the frame."""
    return tuple(
        item
        for layer in layers
        for primitive in layer.primitives(frame)
        for item in _items(scaled(primitive, times))
    )


def _items(primitive: Primitive) -> Iterable[Item]:
    match primitive:
        case Strokes() | Discs() | ArrowHeads():
            return shapes(primitive)
        case TexturedQuad():
            return (_raster(primitive),)
        case TexturedMesh():
            return (_raster(relief.picture(primitive)),)
        case Label():
            visible = primitive.text and is_near(primitive.at)
            return (_lettered(primitive),) if visible else ()


def _lettered(label: Label) -> Label | Lettering:
    """Return the label; if the canvas's font cannot write it, its outlines in other fonts."""
    line = shaped(label.text, label.bold)
    if line is None:
        return label
    base = (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size

    def place(points: Pixels) -> Pixels:
        """Return points (k, 2) of letters of size 1 as positions on the sheet."""
        x, y = np.moveaxis(points * label.size, -1, 0)
        x, y = x - label.anchor[0] * line.width * label.size, y + base
        there: Pixels = np.stack([y, -x] if label.upright else [x, y], -1) + np.array(label.at)
        return there

    pictures = []
    for pixels, (left, top, right, bottom) in line.pictures:
        corners = place(np.array([(left, top), (right, bottom)]))
        box = (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())
        turned = np.ascontiguousarray(np.rot90(pixels)) if label.upright else pixels
        pictures.append(Raster(turned, box, label.colour[3]))
    outline = tuple((kind, place(points)) for kind, points in line.outline)
    return Lettering(label, outline, tuple(pictures), line)


def _raster(quad: TexturedQuad) -> Raster:
    """Return a picture with straight alpha, fine enough for print."""
    (x0, y1), (x1, y0) = quad.low, quad.high
    shade = Image.fromarray(np.ascontiguousarray(quad.texture[::-1]), "RGBa")
    wanted = (abs(x1 - x0), abs(y1 - y0))
    width, height = (
        int(min(max(have, relief.FINENESS * side), MOST_SIDE))
        for have, side in zip(shade.size, wanted, strict=True)
    )
    fine = shade.resize((width, height), Image.Resampling.BILINEAR).convert("RGBA")
    box = (float(x0), float(y0), float(x1), float(y1))
    return Raster(np.asarray(fine), box, quad.strength)


@dataclass(frozen=True)
class Run:
    """Letters of one size on one baseline: offset from the label's start, and downward shift.

    alone: whether it is an accent over the letter before, so that it does not move what follows.
    """

    text: str
    along: float
    size: float
    shift: float
    italic: bool = False
    alone: bool = False

    def takes(self, other: Run) -> bool:
        """Whether another run goes on as this one."""
        same = (self.size, self.shift, self.italic) == (other.size, other.shift, other.italic)
        return same and not self.alone

    def end(self, bold: bool) -> float:
        """Return where the pen is after its letters."""
        wide = (advance(char, self.size, bold, self.italic) for char in self.text)
        return self.along + sum(wide)


def runs(label: Label) -> tuple[list[Run], float]:
    """Split a label into runs; return them with its width.  Subscripts missing in the font become small
    digits.
    """
    made: list[Run] = []
    along = 0.0
    for char, *marks in map(tuple, clusters(label.letters)):
        run = Run(*_script(char, label))
        if made and made[-1].takes(run):
            made[-1] = replace(made[-1], text=made[-1].text + run.text)
        else:
            made.append(replace(run, along=along))
        if marks:
            made += _accents(replace(run, along=along), marks, label.bold)
        along += advance(run.text, run.size, label.bold, run.italic)
    return made, along


def _accents(run: Run, marks: Sequence[str], bold: bool) -> Iterator[Run]:
    """Yield the accents over a letter as runs of their own."""
    for part in over(face(bold and not run.italic, run.italic), run.text, marks, run.italic):
        along, shift = run.along + part.right * run.size, run.shift - part.up * run.size
        yield Run(part.char, along, part.size * run.size, shift, run.italic, alone=True)


def _script(char: str, label: Label) -> tuple[str, float, float, float, bool]:
    """Return a letter as the values of a `Run`: text, offset, size, shift, whether italic."""
    size, shift = label.size, 0.0
    while (found := scripted(char))[0] and not (
        upright(char) or face(label.bold).get_char_index(char)
    ):
        char, size = found[1], size * SCRIPT
        shift += (0.16 if found[0] == "sub" else -0.36) * size
    symbol = upright(char)
    return symbol or char, 0.0, size, shift, bool(symbol)


def advance(char: str, size: float, bold: bool, italic: bool = False) -> float:
    """Return the advance of a letter, in pixels."""
    font = face(bold, italic)
    advanced = font.get_advance(font.get_char_index(char), typeface.UNSCALED)
    return float(advanced) / float(font.units_per_EM) * size


@lru_cache(maxsize=512)
def contours(char: str, bold: bool, italic: bool = False) -> tuple[Pixels, ...]:
    """Return the closed outlines (n, 2) of a letter at font size 1, y upwards."""
    font = face(bold, italic)
    font.load_char(char, typeface.UNSCALED)
    found: list[list[tuple[float, float]]] = []
    share = np.linspace(0.0, 1.0, 5)[1:]

    def move(to: typeface.Point, _: None) -> None:
        found.append([(to.x, to.y)])

    def line(to: typeface.Point, _: None) -> None:
        found[-1].append((to.x, to.y))

    def curve(by: typeface.Point, to: typeface.Point, _: None) -> None:
        start, middle, end = np.array([found[-1][-1], (by.x, by.y), (to.x, to.y)])
        s = share[:, None]
        bent = (1 - s) ** 2 * start + 2 * s * (1 - s) * middle + s**2 * end
        found[-1] += [(float(x), float(y)) for x, y in bent]

    # TrueType has no cubic curves
    font.glyph.outline.decompose(None, move_to=move, line_to=line, conic_to=curve, cubic_to=None)
    return tuple(np.array([*part, part[0]]) / font.units_per_EM for part in found)


def halo_of(label: Label) -> Line:
    """Return the halo of a label, which keeps it readable on a map."""
    x, y = label.at
    base = (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
    made, width = runs(label)
    lines = []
    for run in made:
        along = run.along - label.anchor[0] * width
        for char in run.text:
            lines += [
                np.stack([along, base + run.shift]) + contour * (run.size, -run.size)
                for contour in contours(char, label.bold, run.italic)
            ]
            along += advance(char, run.size, label.bold, run.italic)
    turned = [np.stack([line[:, 1], -line[:, 0]], 1) if label.upright else line for line in lines]
    return Line([line + np.array([x, y]) for line in turned], label.halo, 2 * (label.rim or HALO))


def width_of(text: str, size: float) -> float:
    """Width of a line of text, in logical pixels."""
    line = shaped(text, False)
    if line is not None:
        return line.width * size
    return runs(Label(writable(text), (0.0, 0.0), size, (0.0, 0.0, 0.0, 1.0), math=True))[1]
