"""Text in any script: letters of whichever fonts the machine has, joined and in their right order.

Qt lays a line out (HarfBuzz, the bidirectional algorithm, fallback from font to font); what it finds
goes to the canvas and to figures as plain arrays.  It needs Qt's application, and no screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLoggingCategory, QPointF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGlyphRun,
    QImage,
    QPainter,
    QPainterPath,
    QRawFont,
    QTextLayout,
)

from app.views.interface.letters import Picture, Segment, Shaped, code_points, is_seen

# units of an outline to the size of its letters; pixels of a letter that is a picture
UNITS, PICTURE = 1000, 160
# tables of fonts whose letters are pictures, or are made of layers
COLOURED = ("CBDT", "sbix", "COLR", "SVG ")
_KINDS = {QPainterPath.ElementType.MoveToElement: "M", QPainterPath.ElementType.LineToElement: "L"}


@dataclass(frozen=True, eq=False)
class Line:
    """A line of text as glyphs: ``runs`` from left to right, its width and what is above its base.

    missing: ranges that no font has.
    """

    runs: list[QGlyphRun]
    width: float
    ascent: float
    missing: list[tuple[int, int]]

    @property
    def turns(self) -> bool:
        """Whether some of it runs from right to left, and all of it has glyphs."""
        return not self.missing and any(run.isRightToLeft() for run in self.runs)


class Shaping:
    """The engine of text over ``fonts``, files of the canvas's own, and those of the machine.

    ``tell`` hears once of each kind of letter that no font has.
    """

    def __init__(self, fonts: Sequence[str], tell: Callable[[str], None]) -> None:
        self._tell, self._told = tell, set[str]()
        # Qt would say the same of each font in turn
        QLoggingCategory.setFilterRules("qt.text.font.db=false")
        numbers = [QFontDatabase.addApplicationFont(path) for path in fonts]
        self._family = QFontDatabase.applicationFontFamilies(numbers[0])[0]

    def shaped(self, text: str, bold: bool) -> Shaped:
        """Return a line as outlines of letters of size 1."""
        line = self._line(text, UNITS, bold)
        outline: list[Segment] = []
        pictures: list[Picture] = []
        families: list[str] = []
        for run in line.runs:
            font = run.rawFont()
            families.append(font.familyName())
            # Qt draws these no more once it has been asked for their outlines
            coloured = any(not font.fontTable(name).isEmpty() for name in COLOURED)
            for glyph, at in zip(run.glyphIndexes(), run.positions(), strict=True):
                if coloured:
                    pictures += _pictures(font, glyph, at, line.ascent)
                    continue
                path = font.pathForGlyph(glyph)
                path.translate(at.x(), at.y() - line.ascent)
                outline += _segments(path)
        names = tuple(dict.fromkeys(families))
        width = line.width / UNITS
        words = _words(text, line) if line.turns else ((text, 0.0, width),)
        return Shaped(width, names, tuple(outline), tuple(pictures), words)

    def picture(self, text: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
        """Return a line in white, premultiplied RGBA (rows, columns, 4), its left and top from the pen
        on the base line, the advance; all in pixels.
        """
        line = self._line(text, size, bold)
        left, top = size, round(1.6 * size)
        image = _image(round(line.width) + 2 * left, top + size)
        painter = QPainter(image)
        painter.setPen(QColor("white"))
        for run in line.runs:
            painter.drawGlyphRun(QPointF(left, top - line.ascent), run)
        painter.end()
        pixels = _pixels(image)
        rows, columns = (np.flatnonzero(pixels[..., 3].any(axis=axis)) for axis in (1, 0))
        advance = round(line.width)
        if not len(rows):
            return pixels[:0, :0], 0, 0, advance
        cut = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return cut, int(columns[0]) - left, int(rows[0]) - top, advance

    def _line(self, text: str, size: int, bold: bool) -> Line:
        line = _laid_out(text, self._font(size, bold))
        if not line.missing:
            return line
        written, end = "", 0
        for first, last in line.missing:
            self._report(text[first:last])
            points = code_points(text[first:last])
            alone = (first, last) == (0, len(text))
            written += text[end:first] + (points if alone else f"⟨{points}⟩")
            end = last
        return _laid_out(written + text[end:], self._font(size, bold))

    def _font(self, size: int, bold: bool) -> QFont:
        font = QFont(self._family)
        font.setPixelSize(size)
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def _report(self, letters: str) -> None:
        for letter in filter(is_seen, letters):
            name = unicodedata.name(letter, "a letter")
            kind = name.partition(" ")[0]
            if kind not in self._told:
                self._told.add(kind)
                self._tell(
                    f"No font here has U+{ord(letter):04X} ({name.lower()}): letters like it are "
                    "written as their code points."
                )


def _laid_out(text: str, font: QFont) -> Line:
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1e7)
    layout.endLayout()
    flags = QTextLayout.GlyphRunRetrievalFlag
    runs = layout.glyphRuns(-1, -1, flags.RetrieveAll)
    runs.sort(key=lambda run: min((at.x() for at in run.positions()), default=0.0))
    return Line(runs, line.naturalTextWidth(), line.ascent(), _missing(text, font, runs))


def _clusters(text: str, runs: list[QGlyphRun]) -> tuple[list[int], list[tuple[int, int]]]:
    """Return which letter each of Qt's places is in, and the ranges of letters that are drawn at once."""
    # Qt counts in UTF-16
    places = [i for i, letter in enumerate(text) for _ in range(1 + (ord(letter) > 0xFFFF))]
    starts = [*sorted({places[at] for run in runs for at in run.stringIndexes()}), len(text)]
    return places, list(pairwise(starts))


def _words(text: str, line: Line) -> tuple[tuple[str, float, float], ...]:
    """Return the parts of a line in reading order, with where each begins and ends for size 1."""
    places, clusters = _clusters(text, line.runs)
    edges: dict[int, list[float]] = {}
    for run in line.runs:
        steps = run.rawFont().advancesForGlyphIndexes(run.glyphIndexes())
        for at, place, step in zip(run.stringIndexes(), run.positions(), steps, strict=True):
            edges.setdefault(places[at], []).extend((place.x(), place.x() + step.x()))
    return tuple(
        (text[first:last], min(edges[first]) / UNITS, max(edges[first]) / UNITS)
        for first, last in clusters
    )


def _missing(text: str, font: QFont, runs: list[QGlyphRun]) -> list[tuple[int, int]]:
    """Return the ranges (first, last) of a text that no font has, neighbours joined."""
    own = QRawFont.fromFont(font).supportsCharacter
    places, clusters = _clusters(text, runs)
    lacking = {
        places[at]
        for run in runs
        for glyph, at in zip(run.glyphIndexes(), run.stringIndexes(), strict=True)
        if glyph == 0 or _is_box(run.rawFont())
    }
    found: list[tuple[int, int]] = []
    for first, last in clusters:
        # beside what no font has Qt takes its boxes for what stands there in any script, too
        if first not in lacking or all(not is_seen(c) or own(ord(c)) for c in text[first:last]):
            continue
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _is_box(font: QRawFont) -> bool:
    """Whether a font is no font but the boxes that Qt draws where there is none."""
    return font.fontTable("cmap").isEmpty()


def _segments(path: QPainterPath) -> Iterator[Segment]:
    """Split a path into moves, lines and curves, each with its points (k, 2)."""
    points: list[tuple[float, float]] = []
    for i in range(path.elementCount()):
        element = path.elementAt(i)
        points.append((element.x / UNITS, element.y / UNITS))
        kind = _KINDS.get(element.type, "C")
        if kind != "C" or len(points) == 3:
            yield kind, np.array(points)
            points = []


def _pictures(font: QRawFont, glyph: int, at: QPointF, ascent: float) -> Iterator[Picture]:
    """Return a glyph that has no outline, as one in colours, straight RGBA and its box for size 1."""
    bounds = font.boundingRect(glyph)
    if bounds.isEmpty():
        return
    scale = PICTURE / UNITS
    image = _image(round(bounds.width() * scale) + 2, round(bounds.height() * scale) + 2)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(1.0, 1.0)
    painter.scale(scale, scale)
    one = QGlyphRun()
    one.setRawFont(font)
    one.setGlyphIndexes([glyph])
    one.setPositions([QPointF(0.0, 0.0)])
    painter.drawGlyphRun(-bounds.topLeft(), one)
    painter.end()
    pixels = _pixels(image.convertToFormat(QImage.Format.Format_RGBA8888))
    left, top = at.x() + bounds.left(), at.y() - ascent + bounds.top()
    edge = 1.0 / scale
    box = (left - edge, top - edge, left - edge + image.width() / scale,
           top - edge + image.height() / scale)  # fmt: skip
    yield pixels, (box[0] / UNITS, box[1] / UNITS, box[2] / UNITS, box[3] / UNITS)


def _image(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGBA8888_Premultiplied)
    image.fill(0)
    return image


def _pixels(image: QImage) -> NDArray[np.uint8]:
    """Return a picture's channels (rows, columns, 4); rows of four bytes a pixel have no gaps."""
    found = np.frombuffer(image.constBits(), np.uint8)
    return found.reshape(image.height(), image.width(), 4).copy()
