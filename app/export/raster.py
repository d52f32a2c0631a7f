"""Output of sheets without a canvas: PNG by Pillow, or SVG and PDF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from app.export import embed
from app.export.files import beside
from app.export.pdf import pdf
from app.export.sheet import PER_INCH, Group, Item, Lettering, Raster, Sheet, runs
from app.export.svg import svg
from app.model.file_formats import PNG, SVG
from app.model.scene import Scene
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.canvas.shapes import HALO
from app.views.canvas.typeface import CAP_HEIGHT
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import RGBA

# supersampling factor of a PNG
TIMES = 2


def write(
    sheet: Sheet, target: Path, title: str, dpi: float = PER_INCH, scene: Scene | None = None
) -> None:
    """Write a sheet in the format of the target's suffix, with a scene if one is given.

    dpi: pixels per inch of a PNG.
    """
    kind, stated = target.suffix.lower(), embed.stated(scene, target) if scene else ""
    with beside(target) as temporary:
        if kind == PNG:
            info = PngInfo()
            if scene:
                info.add_itxt(embed.KEY, stated)
            picture = pixels(sheet, dpi / PER_INCH)
            picture.save(temporary, format="PNG", dpi=(dpi, dpi), optimize=True, pnginfo=info)
        elif kind == SVG:
            metadata = embed.in_svg(stated) if scene else ""
            temporary.write_bytes(svg(sheet, title, metadata).encode("utf-8"))
        else:
            temporary.write_bytes(pdf(sheet, title, embed.in_xmp(stated, title)))


def pixels(sheet: Sheet, ratio: float = 1.0) -> Image.Image:
    """Render the sheet on its background, white if it has none; ``ratio``: pixels to a logical one."""
    brush = Brush(sheet, TIMES * ratio)
    for group in sheet.groups:
        brush.draw(group)
    return brush.image.reduce(TIMES)


class Brush:
    """Draws groups of items on a picture, ``times`` as large as logical pixels."""

    def __init__(self, sheet: Sheet, times: float) -> None:
        width, height = (max(round(times * side / TIMES), 1) * TIMES for side in sheet.size)
        ground = _bytes(sheet.ground or (1.0, 1.0, 1.0, 1.0))[:3]
        self.image = Image.new("RGB", (width, height), ground)
        self._times = times

    def draw(self, group: Group) -> None:
        """Draw a group, within its box if it has one."""
        whole = self.image
        if group.box is not None:
            self.image = whole.copy()
        self._pen = ImageDraw.Draw(self.image, "RGBA")
        for item in group.items:
            self._draw(item)
        if group.box is not None:
            left, top, right, bottom = (round(self._times * edge) for edge in group.box)
            whole.paste(self.image.crop((left, top, right, bottom)), (left, top))
            self.image = whole

    def _draw(self, item: Item) -> None:
        times = self._times
        match item:
            case Line():
                for line in item.lines:
                    width = max(1, round(times * item.width))
                    self._pen.line(self._places(line), _bytes(item.colour), width, "curve")
            case Area():
                self._pen.polygon(self._places(item.outline), fill=_bytes(item.colour))
            case Disc():
                (x, y), radius = item.centre, item.radius
                box = tuple(times * v for v in (x - radius, y - radius, x + radius, y + radius))
                self._pen.ellipse(box, fill=_bytes(item.colour))
            case Raster():
                self._paste(item)
            case Label() if item.upright:
                self._write_upwards(item)
            case Label():
                self._write(item, self._pen, item.at)
            case Lettering():
                self._letter(item)

    def _paste(self, item: Raster) -> None:
        left, top, right, bottom = (round(self._times * edge) for edge in item.box)
        size = max(right - left, 1), max(bottom - top, 1)
        picture = Image.fromarray(item.pixels).resize(size)
        mask = picture.getchannel("A").point(lambda value: round(value * item.opacity))
        self.image.paste(picture.convert("RGB"), (left, top), mask)

    def _write(self, label: Label, pen: ImageDraw.ImageDraw, at: tuple[float, float]) -> None:
        """Draw a horizontal label, aligned by the height of its capitals."""
        times = self._times
        made, width = runs(label)
        left = at[0] - label.anchor[0] * width
        base = at[1] + (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
        for run in made:
            path = typeface.path(label.bold, run.italic)
            font = ImageFont.truetype(str(path), times * run.size)
            place = (times * (left + run.along), times * (base + run.shift))
            pen.text(place, run.text, _bytes(label.colour), font, anchor="ls",
                     stroke_width=times * (label.rim or HALO) if label.halo[3] else 0,
                     stroke_fill=_bytes(label.halo))  # fmt: skip

    def _write_upwards(self, label: Label) -> None:
        """Draw a label that runs upwards: a horizontal one, turned about its place."""
        reach = round(self._times * (runs(label)[1] + 4 * label.size))
        level = Image.new("RGBA", (2 * reach, 2 * reach), (*_bytes(label.colour)[:3], 0))
        middle = reach / self._times
        self._write(label, ImageDraw.Draw(level), (middle, middle))
        turned = level.transpose(Image.Transpose.ROTATE_90)
        x, y = (round(self._times * place) - reach for place in label.at)
        self.image.paste(turned.convert("RGB"), (x, y), turned.getchannel("A"))

    def _letter(self, item: Lettering) -> None:
        """Write a label in letters of other fonts."""
        label, times, image = item.label, self._times, self.image
        drawn, left, top, _ = typeface.rendered(label.text, round(times * label.size), label.bold)
        x = times * (label.at[0] - label.anchor[0] * item.width)
        y = times * (label.at[1] + (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size)
        place = (round(x) + left, round(y) + top)
        if drawn.ndim == 3:
            coloured = Image.frombuffer(
                "RGBa", drawn.shape[1::-1], drawn.tobytes(), "raw", "RGBa", 0, 1
            )
            image.paste(coloured.convert("RGBA"), place, Image.fromarray(drawn[..., 3]))
        elif drawn.size:
            mask = Image.fromarray((drawn * label.colour[3]).astype(np.uint8))
            box = (*place, place[0] + mask.width, place[1] + mask.height)
            image.paste(_bytes(label.colour)[:3], box, mask)

    def _places(self, line: Pixels) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in np.asarray(line) * self._times]


def _bytes(colour: RGBA) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in colour)
