"""Contrast of everything that the canvas draws on a map, measured on the pixels of rendered pictures.

`python -m tests.contrast` prints one line of JSON: theme → colour map → what is drawn → the least
contrast.  It needs a process of its own, because EGL and windows cannot share one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.jobs import studies
from app.model.colormaps import COLORMAPS
from app.views.canvas.gl.offscreen import OffscreenCanvas
from app.views.canvas.layers.contours import ContoursLayer
from app.views.canvas.layers.key import USUAL
from app.views.canvas.layers.legend import WIDTH
from app.views.canvas.plot import MARGINS, PRINTED, Plot
from app.views.interface.curve_styles import STYLES, in_order
from app.views.interface.events import Array
from app.views.interface.flow import Particles, VectorField
from app.views.interface.theme import DARK, LIGHT, Theme
from app.views.interface.topology import Critical
from app.views.interface.views import Arrows, ColorMap2D, Curve, Marks, Outline
from compute.manifold.extent import Extent
from tests.layers import layer

# the kinds of curve of studies are among those that are drawn
KINDS = [kind for kind in studies.curves_of_layers() and in_order() if not STYLES[kind].within]
# each band of the map has one colour: every other colour was drawn over the map
BANDS, WIDE, HIGH = 12, 44, 24
MIDDLES = np.arange(BANDS) + 0.5
THEMES: dict[str, Theme] = {
    "dark": DARK,
    "light": LIGHT,
    "print": replace(LIGHT, type_size=12.0, pen=1.5),
}
MAPS = (*COLORMAPS, "categorical8")
# device pixels per logical pixel: on a screen, and of 8 pt type at 170 dpi
RATIO = {"dark": 1.0, "light": 1.0, "print": 1.6}
Draw = Callable[[Plot, float], None]


def _places(y: float, x: float = 0.5) -> Array:
    return np.stack([np.arange(BANDS) + x, np.full(BANDS, y)], 1)


def _curve(kind: str) -> Draw:
    # a slope takes the line through all fractions of a pixel
    share = np.linspace(0.0, 1.0, 4 * BANDS + 1)[:, None]
    return lambda plot, y: plot.set_curve(kind, Curve((0.05, y - 0.1) + share * (BANDS - 0.1, 0.2)))


def _tokens(plot: Plot, y: float) -> None:
    """Put tokens at ``y``, and faint ones a row higher."""
    xy = np.concatenate([_places(y, 0.2), _places(y + 1.0, 0.2)])
    plot.set_marks(Marks(xy, ("il",) * len(xy), np.repeat((0.0, 1.0), BANDS)))


def _zeros(plot: Plot, y: float) -> None:
    index = (1, -1) * (BANDS // 2)
    plot.set_zeros(Marks(_places(y, 0.2), ("+1",) * BANDS, np.zeros(BANDS), index))


def _arrows(y: float) -> Arrows:
    return Arrows(_places(y, 0.2), np.tile((0.6, 0.1), (BANDS, 1)))


def _ellipses(plot: Plot, y: float) -> None:
    turn = np.linspace(0.0, 2 * np.pi, 49)
    plot.set_ellipses(0.3 * np.stack([np.cos(turn), np.sin(turn)], 1) + _places(y)[:, None])


def _contours(plot: Plot, y: float) -> None:
    values = np.linspace(0.0, 1.0, 50)[:, None] * np.ones((1, 400))
    extent = Extent(0.0, float(BANDS), y - 0.5, y + 0.5)
    image = ColorMap2D(values, extent, "viridis", (0.35, 0.65), "", contours=True)
    layer(plot, ContoursLayer).set(image)


def _field(plot: Plot, y: float) -> None:
    xy = np.stack(np.meshgrid(MIDDLES, [y]), -1)
    plot.set_field(VectorField(xy, np.tile((1.0, 0.1), (1, BANDS, 1))))


def _particles(plot: Plot, y: float) -> None:
    many = np.linspace(0.0, 1.0, 16 * BANDS)
    start = np.stack([BANDS * many, y - 0.3 + 0.6 * (37 * many % 1.0)], 1)
    plot.set_particles(Particles(np.stack([start, start + np.array([1.0, 0.2])])), 0.4)


def _critical(plot: Plot, y: float) -> None:
    rank, names = np.arange(BANDS), ("",) * BANDS
    plot.set_critical(Critical(_places(y), rank % 3 == 0, rank, rank % 2, -1, names))


def _outline(plot: Plot, y: float) -> None:
    plot.set_outline(Outline(np.array([(0.0, y - 0.1), (BANDS, y + 0.1)])))


def _nothing(plot: Plot, y: float) -> None:
    """Draw nothing: this row was drawn with the one below."""


ROWS: dict[str, Draw] = {
    **{kind: _curve(kind) for kind in KINDS},
    "tokens": _tokens,
    "faint tokens": _nothing,
    "zeros": _zeros,
    "vector": lambda plot, y: plot.set_vector(_arrows(y)),
    "transport": lambda plot, y: plot.set_transport(_arrows(y)),
    "ellipses": _ellipses,
    "flow": _field,
    "particles": _particles,
    "critical points": _critical,
    "outline": _outline,
    "contours": _contours,
}
# words, and the row that they are in
WORDS = {"words": "tokens", "faint words": "faint tokens", "words of zeros": "zeros"}
# the part of a band that is measured; the edge between two bands is blurred
PART, PART_OF_DISC, PART_OF_WORDS = (0.05, 0.95), (0.05, 0.38), (0.47, 0.95)


def luminance(picture: NDArray[np.uint8]) -> Array:
    """Return the relative luminance of sRGB pixels (..., 3), as WCAG 2.2 defines it."""
    s = np.arange(256) / 255.0
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    red, green, blue = (linear[picture[..., i]] for i in range(3))
    return np.asarray(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def stepped(colormap: str) -> ColorMap2D:
    """Return a map of BANDS bands over the whole range of its colours."""
    values = np.repeat(np.arange(BANDS, dtype=float), 64)[None, :] * np.ones((2, 1))
    extent = Extent(0.0, float(BANDS), 0.0, float(len(ROWS)))
    return ColorMap2D(values, extent, colormap, (0.0, BANDS - 1.0), "")


def plot_of(theme: Theme) -> OffscreenCanvas:
    """Return a plot with everything in a row of its own, the first lowest."""
    m = PRINTED if theme.pen else MARGINS
    across, down = m.left + m.right + WIDTH - (0 if theme.pen else m.right), m.top + m.bottom
    plot = OffscreenCanvas(
        (BANDS * WIDE + across, len(ROWS) * HIGH + down),
        replace(theme, named=frozenset((*KINDS, *USUAL))),
    )
    plot.set_grid(False)
    plot.set_view(stepped("viridis").extent)
    for row, draw in enumerate(ROWS.values()):
        draw(plot, row + 0.5)
    return plot


def contrasts(theme: Theme, ratio: float) -> dict[str, dict[str, float]]:
    """Return for each colour map the least contrast of everything over all bands.

    The contrast in a band is that of its lightest and its darkest pixel, one of which may be the map.
    """
    plot, found = plot_of(theme), {}
    names = list(ROWS)
    discs = dict.fromkeys(WORDS.values(), PART_OF_DISC)
    for colormap in MAPS:
        plot.set_map(stepped(colormap))
        ROWS["contours"](plot, names.index("contours") + 0.5)
        light = luminance(plot.picture(tuple(round(ratio * s) for s in plot.frame.size), ratio))
        box = tuple(ratio * edge for edge in plot.frame.box)
        found[colormap] = {
            name: _least(light, box, names.index(WORDS.get(name, name)),
                         PART_OF_WORDS if name in WORDS else discs.get(name, PART))
            for name in (*ROWS, *WORDS)
        }  # fmt: skip
    return found


def _least(light: Array, box: tuple[float, ...], row: int, part: tuple[float, float]) -> float:
    """Return the least contrast in a row's part of each band."""
    left, top, right, bottom = box
    wide, high = (right - left) / BANDS, (bottom - top) / len(ROWS)
    rows = slice(round(bottom - high * (row + 0.97)), round(bottom - high * (row + 0.03)))
    bands = [
        light[rows, round(left + wide * (i + part[0])) : round(left + wide * (i + part[1]))]
        for i in range(BANDS)
    ]
    return min(float((band.max() + 0.05) / (band.min() + 0.05)) for band in bands)


if __name__ == "__main__":
    found = {name: contrasts(theme, RATIO[name]) for name, theme in THEMES.items()}
    sys.stdout.write(json.dumps(found))
