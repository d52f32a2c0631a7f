"""The layout of text in any script with the system's fonts: letters joined and in the right order.

Qt lays out a line with HarfBuzz, the bidirectional algorithm, and fallback from font to font.  The
canvas and figures receive the result as plain arrays.  This needs a Qt application, but no screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

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

from app.views.interface.letters import Picture, Segment, Shaped, Word, code_points, is_seen

# units of an outline per size of its letters; pixels per size of coloured letters
UNITS, PICTURE = 1000, 160
# tables of fonts whose letters are pictures or coloured layers
COLOURED = ("CBDT", "sbix", "COLR", "SVG ")
_KINDS = {QPainterPath.ElementType.MoveToElement: "M", QPainterPath.ElementType.LineToElement: "L"}


@dataclass(frozen=True, eq=False)
class Line:
    """A line of text as glyphs: ``runs`` from left to right, its width, and its ascent.

    words: its parts in reading order, each with its beginning and end.
    """

    runs: list[QGlyphRun]
    width: float
    ascent: float
    words: tuple[Word, ...]


class Shaping:
    """The text engine, with ``fonts``, the files of the canvas's font, and the system's fonts.

    ``tell`` receives one message for each kind of letter that no font has.
    """

    def __init__(self, fonts: Sequence[str], tell: Callable[[str], None]) -> None:
        self._tell, self._told = tell, set[str]()
        self._missing: dict[str, bool] = {}
        # otherwise Qt prints the same warning for each font
        QLoggingCategory.setFilterRules("qt.text.font.db=false")
        numbers = [QFontDatabase.addApplicationFont(path) for path in fonts]
        self._family = QFontDatabase.applicationFontFamilies(numbers[0])[0]

    def shaped(self, text: str, bold: bool) -> Shaped:
        """Return the outlines of a line, with letters of size 1."""
        line = self._line(text, UNITS, bold)
        outline: list[Segment] = []
        pictures: list[Picture] = []
        families: list[str] = []
        for run in line.runs:
            font = run.rawFont()
            families.append(font.familyName())
            # Qt stops drawing coloured letters after a request for their outlines
            coloured = any(not font.fontTable(name).isEmpty() for name in COLOURED)
            for glyph, at in zip(run.glyphIndexes(), run.positions(), strict=True):
                if coloured:
                    pictures += _pictures(font, glyph, at, line.ascent)
                    continue
                path = font.pathForGlyph(glyph)
                path.translate(at.x(), at.y() - line.ascent)
                outline += _segments(path)
        names = tuple(dict.fromkeys(families))
        words = tuple((word, low / UNITS, high / UNITS) for word, low, high in line.words)
        return Shaped(line.width / UNITS, names, tuple(outline), tuple(pictures), words)

    def picture(self, text: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
        """Return a line drawn in white at ``size`` pixels.

        The result is premultiplied RGBA (rows, columns, 4), its left and top relative to the pen on
        the base line, and the advance, all in pixels.
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
        if not _lacks(line):
            return line
        # test each letter alone: Qt also draws boxes for good letters beside a missing one
        written = ""
        for missing, group in groupby(text, self._is_missing):
            letters = "".join(group)
            if missing:
                self._report(letters)
                points = code_points(letters)
                letters = points if letters == text else f"⟨{points}⟩"
            written += letters
        line = _laid_out(written, self._font(size, bold))
        # the other boxes are invisible letters: drop them, since Qt crashes when it measures them
        runs = [run for run in line.runs if not _is_box(run.rawFont())]
        return replace(line, runs=runs, words=((text, 0.0, line.width),))

    def _is_missing(self, letter: str) -> bool:
        if letter not in self._missing:
            line = _laid_out(letter, self._font(UNITS, False))
            self._missing[letter] = is_seen(letter) and _lacks(line)
        return self._missing[letter]

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
    runs = layout.glyphRuns()
    runs.sort(key=lambda run: min((at.x() for at in run.positions()), default=0.0))
    width = line.naturalTextWidth()
    turns = any(run.isRightToLeft() for run in runs)
    words = _words(text, layout) if turns else ((text, 0.0, width),)
    return Line(runs, width, line.ascent(), words)


def _words(text: str, layout: QTextLayout) -> tuple[Word, ...]:
    """Return the steps of a text cursor in reading order, each with its beginning and end."""
    # Qt counts in UTF-16
    units = text.encode("utf-16-le")
    count = len(units) // 2
    steps = [i for i in range(count) if layout.isValidCursorPosition(i)]
    words = []
    for i, j in pairwise([*steps, count]):
        edges: list[float] = []
        for run in layout.glyphRuns(i, j - i):
            widths = run.rawFont().advancesForGlyphIndexes(run.glyphIndexes())
            for at, width in zip(run.positions(), widths, strict=True):
                edges += [at.x(), at.x() + width.x()]
        if edges:
            words.append((units[2 * i : 2 * j].decode("utf-16-le"), min(edges), max(edges)))
    return tuple(words)


def _lacks(line: Line) -> bool:
    """Whether a part of a line has no glyphs."""
    return any(0 in run.glyphIndexes() or _is_box(run.rawFont()) for run in line.runs)


def _is_box(font: QRawFont) -> bool:
    """Whether a font is Qt's substitute for a missing one, which draws boxes."""
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
    """Yield a glyph without outline as RGBA with straight alpha, and its box at size 1."""
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
    """Return a picture's channels (rows, columns, 4); rows of 4-byte pixels have no padding."""
    found = np.frombuffer(image.constBits(), np.uint8)
    return found.reshape(image.height(), image.width(), 4).copy()
