"""Output of sheets without a canvas: PNG by Pillow, or SVG and PDF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.export import embed
from app.export.files import beside
from app.export.pdf import pdf
from app.export.sheet import HALO, PER_INCH, Area, Disc, Item, Lettering, Line, Raster, Sheet, runs
from app.export.svg import svg
from app.model.file_formats import PNG, SVG
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.canvas.typeface import CAP_HEIGHT
from app.views.interface.theme import RGBA

# supersampling factor of a PNG
TIMES = 2


def write(sheet: Sheet, target: Path, title: str) -> None:
    """Write a sheet in the format of the target's suffix."""
    kind = target.suffix.lower()
    with beside(target) as temporary:
        if kind == PNG:
            pixels(sheet).save(temporary, format="PNG", dpi=(PER_INCH, PER_INCH), optimize=True)
        elif kind == SVG:
            temporary.write_text(svg(sheet, title, ""), "utf-8")
        else:
            temporary.write_bytes(pdf(sheet, title, embed.in_xmp("", title)))


def pixels(sheet: Sheet) -> Image.Image:
    """Render the sheet on its background, white if it has none."""
    width, height = (round(TIMES * side) for side in sheet.size)
    image = Image.new("RGB", (width, height), _bytes(sheet.ground or (1.0, 1.0, 1.0, 1.0))[:3])
    pen = ImageDraw.Draw(image, "RGBA")
    for group in sheet.groups:
        for item in group.items:
            _draw(image, pen, item)
    return image.reduce(TIMES)


def _draw(image: Image.Image, pen: ImageDraw.ImageDraw, item: Item) -> None:
    match item:
        case Line():
            for line in item.lines:
                width = max(1, round(TIMES * item.width))
                pen.line(_places(line), fill=_bytes(item.colour), width=width, joint="curve")
        case Area():
            pen.polygon(_places(item.outline), fill=_bytes(item.colour))
        case Disc():
            (x, y), radius = item.centre, item.radius
            box = tuple(TIMES * v for v in (x - radius, y - radius, x + radius, y + radius))
            pen.ellipse(box, fill=_bytes(item.colour))
        case Raster():
            _paste(image, item)
        case Label():
            _write(pen, item)
        case Lettering():
            _letter(image, item)


def _paste(image: Image.Image, item: Raster) -> None:
    left, top, right, bottom = (round(TIMES * edge) for edge in item.box)
    picture = Image.fromarray(item.pixels).resize((right - left, bottom - top))
    mask = picture.getchannel("A").point(lambda value: round(value * item.opacity))
    image.paste(picture.convert("RGB"), (left, top), mask)


def _write(pen: ImageDraw.ImageDraw, label: Label) -> None:
    """Draw a horizontal label, aligned by the height of its capitals."""
    made, width = runs(label)
    left = label.at[0] - label.anchor[0] * width
    base = label.at[1] + (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
    for run in made:
        path = typeface.path(label.bold, run.italic)
        font = ImageFont.truetype(str(path), TIMES * run.size)
        at = (TIMES * (left + run.along), TIMES * (base + run.shift))
        pen.text(at, run.text, _bytes(label.colour), font, anchor="ls",
                 stroke_width=TIMES * (label.rim or HALO) if label.halo[3] else 0,
                 stroke_fill=_bytes(label.halo))  # fmt: skip


def _letter(image: Image.Image, item: Lettering) -> None:
    """Write a label in letters of other fonts."""
    label = item.label
    drawn, left, top, _ = typeface.rendered(label.text, round(TIMES * label.size), label.bold)
    x = TIMES * (label.at[0] - label.anchor[0] * item.width)
    y = TIMES * (label.at[1] + (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size)
    place = (round(x) + left, round(y) + top)
    if drawn.ndim == 3:
        coloured = Image.frombuffer(
            "RGBa", drawn.shape[1::-1], drawn.tobytes(), "raw", "RGBa", 0, 1
        )
        image.paste(coloured.convert("RGBA"), place, Image.fromarray(drawn[..., 3]))
    elif drawn.size:
        mask = Image.fromarray((drawn * label.colour[3]).astype(np.uint8))
        image.paste(
            _bytes(label.colour)[:3], (*place, place[0] + mask.width, place[1] + mask.height), mask
        )


def _places(line: Pixels) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in np.asarray(line) * TIMES]


def _bytes(colour: RGBA) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in colour)
