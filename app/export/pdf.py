"""A sheet as PDF: text in an embedded TrueType font, curves as paths, maps as images.

Letters of other fonts are paths, with hidden text that readers can copy and search.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from fpdf import FPDF
from fpdf.drawing_primitives import DeviceRGB
from PIL import Image

from app.export.sheet import PER_INCH, Group, Item, Lettering, Raster, Sheet, halo_of, runs
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.canvas.shapes import HALO
from app.views.canvas.typeface import CAP_HEIGHT, writable
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import RGBA

FONT = "OpenSans"
POINTS = 72.0 / PER_INCH
# without a date, so that the same scene gives the same file
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def pdf(sheet: Sheet, title: str, xmp: str) -> bytes:
    """Return the file; ``xmp`` is its metadata packet."""
    width, height = sheet.size
    page = _Page(unit="pt", format=(POINTS * width, POINTS * height))
    page.set_creation_date(UNDATED)
    page.set_title(title)
    page.set_creator("Attention Geodesics")
    page.set_xmp_metadata(xmp)
    page.set_auto_page_break(False)
    page.set_margin(0)
    for bold in typeface.FONTS:
        page.add_font(FONT, "B" if bold else "", str(typeface.path(bold)))
    page.add_font(FONT, "I", str(typeface.path(bold=False, italic=True)))
    page.add_page()
    if sheet.ground is not None:
        with _filled(page, sheet.ground):
            page.rect(0, 0, POINTS * width, POINTS * height, style="F")
    for group in sheet.groups:
        _group(page, group)
    return bytes(page.output())


class _Page(FPDF):
    """A PDF page on which a text can stand for another one."""

    def stand_in(self, text: str, at: tuple[float, float], actual: str) -> None:
        """Write ``text`` that readers copy and search as ``actual``, UTF-16 in hexadecimal."""
        self._out(f"/Span <</ActualText <FEFF{actual}>>> BDC")
        self.text(*at, text)
        self._out("EMC")


def _group(page: _Page, group: Group) -> None:
    if group.box is None:
        for item in group.items:
            _item(page, item)
        return
    left, top, right, bottom = (POINTS * edge for edge in group.box)
    with page.rect_clip(left, top, right - left, bottom - top):
        for item in group.items:
            _item(page, item)


def _item(page: _Page, item: Item) -> None:
    match item:
        case Line():
            _stroke(page, item)
        case Area():
            with _filled(page, item.colour):
                page.polyline(_points(item.outline), polygon=True, style="F")
        case Disc():
            with _filled(page, item.colour):
                (x, y), radius = item.centre, item.radius
                page.circle(POINTS * x, POINTS * y, POINTS * radius, style="F")
        case Raster():
            left, top, right, bottom = (POINTS * edge for edge in item.box)
            with page.local_context(fill_opacity=item.opacity):
                page.image(Image.fromarray(item.pixels), left, top, right - left, bottom - top)
        case Label():
            _text(page, replace(item, text=writable(item.letters), math=False))
        case Lettering():
            _lettering(page, item)


def _stroke(page: FPDF, item: Line) -> None:
    """Draw all lines as one path, so that translucent crossings are not darker."""
    with page.new_path() as path:
        path.style.paint_rule = "stroke"
        path.style.auto_close = False
        path.style.stroke_color = DeviceRGB(*item.colour[:3])
        path.style.stroke_opacity = item.colour[3]
        path.style.stroke_width = POINTS * item.width
        path.style.stroke_join_style = "round"
        path.style.stroke_cap_style = "round" if item.capped else "butt"
        for line in item.lines:
            closed = len(line) > 3 and bool(np.allclose(line[0], line[-1]))
            first, *rest = _points(line[:-1] if closed else line)
            path.move_to(*first)
            for point in rest:
                path.line_to(*point)
            if closed:
                path.close()


def _points(line: Pixels) -> list[tuple[float, float]]:
    return [(POINTS * float(x), POINTS * float(y)) for x, y in line]


def _colour(colour: RGBA) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colour[:3])
    return red, green, blue


def _filled(page: FPDF, colour: RGBA) -> AbstractContextManager[object]:
    return page.local_context(fill_color=_colour(colour), fill_opacity=colour[3])


def _text(page: _Page, label: Label) -> None:
    made, width = runs(label)
    x, y = (POINTS * part for part in label.at)
    base = POINTS * (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
    start = x - POINTS * label.anchor[0] * width
    if label.halo[3] > 0:
        # as lines: text in outline mode would be copied and searched twice
        _item(page, halo_of(label))
    ink = {"text_color": _colour(label.colour), "fill_opacity": label.colour[3]}
    with page.rotation(90.0 if label.upright else 0.0, x, y), page.local_context(**ink):
        for run in made:
            style = "I" if run.italic else "B" if label.bold else ""
            page.set_font(FONT, style, POINTS * run.size)
            page.text(start + POINTS * run.along, y + base + POINTS * run.shift, run.text)


def _lettering(page: _Page, item: Lettering) -> None:
    label = item.label
    if label.halo[3] > 0:
        _outline(page, item, label.halo, 2 * HALO)
    _outline(page, item, label.colour, 0.0)
    for picture in item.pictures:
        _item(page, picture)
    # invisible spaces that stand for the words, to copy and search
    x, y = (POINTS * part for part in label.at)
    base, size = POINTS * (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size, POINTS * label.size
    page.set_font(FONT, "", size)
    space = page.get_string_width(" ")
    with page.rotation(90.0 if label.upright else 0.0, x, y):
        for word, first, last in item.line.words:
            actual = word.encode("utf-16-be").hex().upper()
            page.set_stretching(100.0 * size * max(last - first, 0.01) / space)
            at = x + size * first - POINTS * label.anchor[0] * item.width, y + base
            page.stand_in(" ", at, actual)
    page.set_stretching(100.0)


def _outline(page: FPDF, item: Lettering, colour: RGBA, width: float) -> None:
    """Fill letters, or, if ``width`` is not 0, stroke their outlines with this many pixels."""
    with page.new_path() as path:
        path.style.auto_close = False
        path.style.paint_rule = "stroke" if width else "fill_nonzero"
        if width:
            path.style.stroke_color = DeviceRGB(*colour[:3])
            path.style.stroke_opacity, path.style.stroke_width = colour[3], POINTS * width
            path.style.stroke_join_style = "round"
        else:
            path.style.fill_color = DeviceRGB(*colour[:3])
            path.style.fill_opacity = colour[3]
        for kind, points in item.outline:
            places = [POINTS * float(part) for part in points.ravel()]
            if kind == "C":
                path.curve_to(*places)
            else:
                (path.move_to if kind == "M" else path.line_to)(*places)
