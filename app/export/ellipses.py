"""Figures of paths of bivariate normals, as ellipses of one standard deviation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from app.export.sheet import Group, Item, Sheet
from app.views.canvas.display_list import Label
from app.views.interface.shapes import Line
from app.views.interface.theme import LIGHT, rgba
from compute.core.arrays import Floats
from compute.divergences.wasserstein import outlines as ellipses
from compute.normals.geodesic import NormalPath

# logical pixels of a panel and its border; number of ellipses along the path
SIDE, BORDER, SHOWN = 520, 50, 9
THICK, THIN, WORDS_SIZE = 3.5, 1.5, 17.0
WORDS = {"fisher-rao": "Fisher–Rao geodesic", "w2": "W₂ path", "e": "e-path", "m": "m-path"}
COLOURS = {
    "fisher-rao": LIGHT.geodesic, "w2": LIGHT.w2_path, "e": LIGHT.e_path, "m": LIGHT.m_path
}  # fmt: skip
START, END = (np.array(rgba(pin)) for pin in (LIGHT.pin_a, LIGHT.pin_b))


def drawn(paths: Mapping[str, NormalPath]) -> Sheet:
    """Draw a panel for each path, two in a row, all at the same scale."""
    every = np.concatenate([outlines(path).reshape(-1, 2) for path in paths.values()])
    low, high = every.min(axis=0), every.max(axis=0)
    unit = (SIDE - 2 * BORDER) / float((high - low).max())
    groups = []
    for number, (name, path) in enumerate(paths.items()):
        corner = np.array([number % 2, number // 2]) * float(SIDE)
        middle = corner + np.array([SIDE, SIDE + BORDER / 2]) / 2
        origin = middle - unit * (low + high) / 2 * (1, -1)
        groups.append(Group(tuple(_panel(name, path, corner, origin, unit))))
    return Sheet((2.0 * SIDE, float(SIDE * -(-len(paths) // 2))), rgba("#ffffff"), tuple(groups))


def _panel(
    name: str, path: NormalPath, corner: Floats, origin: Floats, unit: float
) -> Iterator[Item]:
    """Draw ellipses in colours from A's to B's, the path of the mean, and a title; y upwards."""
    scale = unit * np.array([1.0, -1.0])
    shown, colour = outlines(path), rgba(COLOURS[name])
    for i, outline in enumerate(shown):
        share = i / (len(shown) - 1)
        red, green, blue, alpha = map(float, START + share * (END - START))
        wide = THICK if i in (0, len(shown) - 1) else THIN
        yield Line([origin + outline * scale], (red, green, blue, alpha), wide)
    yield Line([origin + path.mean * scale], colour, THICK)
    words = f"{WORDS[name]}, length {path.length:.5g}"
    at = (float(corner[0]) + SIDE / 2, float(corner[1]) + BORDER / 2)
    yield Label(words, at, WORDS_SIZE, colour, (0.5, 0.5))


def outlines(path: NormalPath) -> Floats:
    """Return ellipses of one standard deviation (9, 97, 2) at equal times."""
    chosen = np.linspace(0, len(path.t) - 1, SHOWN).round().astype(int)
    return ellipses(path.mean[chosen], path.covariance[chosen])
