"""A sheet as SVG: text as text, curves as paths, maps as embedded PNG.

Letters of fonts that are not embedded are paths, which every program shows.  Transparent text above
them can be selected, searched and read aloud.
"""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from PIL import Image

from app.export.embed import escape
from app.export.sheet import PER_INCH, Group, Item, Lettering, Raster, Run, Sheet, runs
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.canvas.shapes import HALO
from app.views.canvas.typeface import CAP_HEIGHT
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import RGBA

OWN = "Open Sans"
# the log need not mention font tables that only font editors use
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
FONTS = "'Noto Sans',Arial,'Liberation Sans','DejaVu Sans',sans-serif"


def svg(sheet: Sheet, title: str, metadata: str) -> str:
    """Return the SVG text; ``metadata`` is the XML of its metadata element."""
    width, height = sheet.size
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{_length(width, sheet)}" height="{_length(height, sheet)}" '
        f'viewBox="0 0 {width:g} {height:g}" '
        f'font-family="{_families(sheet)}" stroke-linejoin="round" xml:space="preserve">',
        f"<title>{escape(title)}</title>",
        f"<style>{_faces(sheet)}</style>",
        f"<metadata>{metadata}</metadata>",
    ]
    if sheet.ground is not None:
        parts.append(
            f'<rect width="{width:g}" height="{height:g}" {_paint("fill", sheet.ground)}/>'
        )
    for number, group in enumerate(sheet.groups):
        parts += _group(group, number)
    return "\n".join([*parts, "</svg>\n"])


def _faces(sheet: Sheet) -> str:
    """Return embedded fonts with the letters in use, in both weights."""
    labels = [item for group in sheet.groups for item in group.items if isinstance(item, Label)]
    used: dict[tuple[bool, bool], set[str]] = {(bold, False): set() for bold in typeface.FONTS}
    for label in labels:
        for run in runs(label)[0]:
            face = (label.bold and not run.italic, run.italic)
            used.setdefault(face, set()).update(run.text)
    rules = []
    for (bold, italic), letters in used.items():
        if letters:
            data = base64.b64encode(subset("".join(sorted(letters)), bold, italic)).decode("ascii")
            weight = "bold" if bold else "normal"
            style = "font-style:italic;" if italic else ""
            rules.append(
                f"@font-face{{font-family:'{sheet.font or OWN}';font-weight:{weight};{style}"
                f"src:url(data:font/woff;base64,{data}) format('woff')}}"
            )
    return "".join(rules)


def _families(sheet: Sheet) -> str:
    """Return the font families that a viewer tries, in this order."""
    return f"'{escape(sheet.font or OWN)}',{FONTS}"


def _length(side: float, sheet: Sheet) -> str:
    """Return the length of a side of the page as text, in pixels or millimetres."""
    return f"{25.4 * side / PER_INCH:.6g}mm" if sheet.in_mm else f"{side:g}"


def subset(letters: str, bold: bool, italic: bool = False) -> bytes:
    """Return the font with these letters only, as WOFF."""
    font = TTFont(str(typeface.path(bold, italic)), recalcTimestamp=False)
    font.flavor = "woff"
    subsetter = Subsetter(Options(layout_features=["kern"]))
    subsetter.populate(text=letters)
    subsetter.subset(font)
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _group(group: Group, number: int) -> Iterator[str]:
    if group.box is None:
        yield "<g>"
    else:
        left, top, right, bottom = group.box
        yield (
            f'<clipPath id="plot{number}"><rect x="{left:g}" y="{top:g}" '
            f'width="{right - left:g}" height="{bottom - top:g}"/></clipPath>'
        )
        yield f'<g clip-path="url(#plot{number})">'
    yield from (_item(item, f"words{number}-{i}") for i, item in enumerate(group.items))
    yield "</g>"


def _item(item: Item, name: str) -> str:
    match item:
        case Line():
            cap = ' stroke-linecap="round"' if item.capped else ""
            data = "".join(_path(line) for line in item.lines)
            paint = _paint("stroke", item.colour)
            return f'<path d="{data}" fill="none" {paint} stroke-width="{item.width:g}"{cap}/>'
        case Area():
            return f'<path d="{_path(item.outline)}Z" {_paint("fill", item.colour)}/>'
        case Disc():
            (x, y), radius = item.centre, item.radius
            fill = _paint("fill", item.colour)
            return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}" {fill}/>'
        case Raster():
            return _image(item)
        case Label():
            return _text(item, name)
        case Lettering():
            return _lettering(item)


def _path(line: Pixels) -> str:
    """Return the path data of a polyline, closed if its ends meet, for a proper join."""
    closed = len(line) > 3 and bool(np.allclose(line[0], line[-1]))
    points = line[:-1] if closed else line
    data = "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    return f"M{data}Z" if closed else f"M{data}"


def _paint(kind: str, colour: RGBA) -> str:
    red, green, blue = (round(255 * part) for part in colour[:3])
    opacity = f' {kind}-opacity="{colour[3]:.3g}"' if colour[3] < 1 else ""
    return f'{kind}="#{red:02x}{green:02x}{blue:02x}"{opacity}'


def _image(raster: Raster) -> str:
    buffer = io.BytesIO()
    Image.fromarray(raster.pixels).save(buffer, format="PNG", optimize=True)
    left, top, right, bottom = raster.box
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<image x="{left:.2f}" y="{top:.2f}" width="{right - left:.2f}" '
        f'height="{bottom - top:.2f}" opacity="{raster.opacity:g}" preserveAspectRatio="none" '
        f'xlink:href="data:image/png;base64,{data}"/>'
    )


def _text(label: Label, name: str) -> str:
    anchor, base = label.anchor[0], (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
    made, width = runs(label)
    side = {0.0: "start", 0.5: "middle", 1.0: "end"}.get(anchor)
    if any(run.alone for run in made):  # viewers would align the pen's last place
        side = None
    x, y = label.at
    start = 0.0 if side else -anchor * width
    if label.upright:
        place = f'transform="translate({x:.2f} {y:.2f}) rotate(-90)" x="{start:g}" y="{base:.2f}"'
    else:
        place = f'x="{x + start:.2f}" y="{y + base:.2f}"'
    words, shift = "", 0.0
    for before, run in pairwise([Run("", 0.0, label.size, 0.0), *made]):
        # an accent stands over the letter before it, and what follows stands beside that letter
        moves = run.alone or before.alone
        style = f' dx="{run.along - before.end(label.bold):.2f}"' if moves else ""
        style += f' dy="{run.shift - shift:.2f}"' if run.shift != shift else ""
        style += f' font-size="{run.size:.4g}"' if run.size != label.size else ""
        style += ' font-style="italic" font-weight="normal"' if run.italic else ""
        text = escape(run.text)
        words += f"<tspan{style}>{text}</tspan>" if style else text
        shift = run.shift
    weight = ' font-weight="bold"' if label.bold else ""
    align = f' text-anchor="{side}"' if side in ("middle", "end") else ""
    shape = f'{place} font-size="{label.size:g}"{weight}{align}'
    fill = _paint("fill", label.colour)
    if not label.halo[3]:
        return f"<text {shape} {fill}>{words}</text>"
    # the halo is the same text drawn first with a wide stroke: not every program supports
    # paint-order
    halo = f'fill="none" {_paint("stroke", label.halo)} stroke-width="{2 * (label.rim or HALO):g}"'
    return (
        f'<use xlink:href="#{name}" {halo}/><g {fill}><text id="{name}" {shape}>{words}</text></g>'
    )


def _lettering(item: Lettering) -> str:
    """Return letters as a path, and above them the text itself, fully transparent."""
    label = item.label
    data = "".join(
        kind + " ".join(f"{x:.2f} {y:.2f}" for x, y in points) for kind, points in item.outline
    )
    parts = [f'<path d="{data}" {_paint("fill", label.colour)}/>'] if data else []
    if data and label.halo[3]:
        halo = f'fill="none" {_paint("stroke", label.halo)} stroke-width="{2 * HALO:g}"'
        parts.insert(0, f'<path d="{data}" {halo}/>')
    parts += [_image(picture) for picture in item.pictures]
    x, y = label.at
    along, base = -label.anchor[0] * item.width, (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
    turn = " rotate(-90)" if label.upright else ""
    families = ",".join(f"'{name}'" for name in item.line.families)
    parts.append(
        f'<text transform="translate({x:.2f} {y:.2f}){turn}" x="{along:.2f}" y="{base:.2f}" '
        f'font-size="{label.size:g}" font-family="{escape(families)},\'{OWN}\',{FONTS}" '
        f'textLength="{item.width:.2f}" fill-opacity="0">{escape(label.text)}</text>'
    )
    return "<g>" + "".join(parts) + "</g>"
