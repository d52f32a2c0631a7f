"""Paths of bivariate normals as ellipses of one standard deviation, side by side, by Pillow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from app.views.theme import LIGHT
from compute.bivariate import NormalPath
from compute.normals import outlines as ellipses
from compute.types import Floats

# pixels of a panel and its border, twice as large as they come out; how many ellipses are on the way
SIDE, BORDER, SHOWN = 1040, 100, 9
# plain letters: the font that Pillow brings has no others
WORDS = {"fisher-rao": "Fisher-Rao geodesic", "w2": "W2 path", "e": "e-path", "m": "m-path"}
COLOURS = {
    "fisher-rao": LIGHT.geodesic, "w2": LIGHT.w2_path, "e": LIGHT.e_path, "m": LIGHT.m_path
}  # fmt: skip
START, END = (np.array(ImageColor.getrgb(pin), float) for pin in (LIGHT.pin_a, LIGHT.pin_b))


def drawn(paths: Mapping[str, NormalPath]) -> Image.Image:
    """A panel for each path, two in a row, all at the same scale."""
    every = np.concatenate([outlines(path).reshape(-1, 2) for path in paths.values()])
    low, high = every.min(axis=0), every.max(axis=0)
    unit = (SIDE - 2 * BORDER) / float((high - low).max())
    middle = (low + high) / 2
    image = Image.new("RGB", (2 * SIDE, SIDE * -(-len(paths) // 2)), "white")
    pen = ImageDraw.Draw(image)
    for number, (name, path) in enumerate(paths.items()):
        centre = (np.array([number % 2, number // 2]) + 0.5) * SIDE + (0, BORDER / 4)

        def placed(points: Floats, centre: Floats = centre) -> list[tuple[float, float]]:
            return [tuple(p) for p in centre + (points - middle) * (unit, -unit)]

        shown = outlines(path)
        for i, outline in enumerate(shown):
            share = i / (len(shown) - 1)
            colour = tuple(np.round(START + share * (END - START)).astype(int))
            wide = 7 if i in (0, len(shown) - 1) else 3
            pen.line(placed(outline), fill=colour, width=wide, joint="curve")
        pen.line(placed(path.mean), fill=COLOURS[name], width=7, joint="curve")
        words = f"{WORDS[name]}, length {path.length:.5g}"
        pen.text((centre[0], SIDE * (number // 2) + 48), words, fill=COLOURS[name], anchor="mm",
                 font_size=38)  # fmt: skip
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def outlines(path: NormalPath) -> Floats:
    """Ellipses of one standard deviation (9, 97, 2) at even times."""
    chosen = np.linspace(0, len(path.t) - 1, SHOWN).round().astype(int)
    return ellipses(path.mean[chosen], path.covariance[chosen])
