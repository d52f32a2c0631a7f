"""The colours of a scalar map: a palette of levels, and lookup of grid values."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.model.colormaps import source
from app.views.interface.theme import CATEGORICAL, Theme, rgba
from app.views.interface.views import ColorMap2D

LEVELS = 256
# Okabe and Ito (2008), distinguishable with common kinds of colour blindness; the last is grey
DISTINCT = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#7f7f7f",
)
# width and spacing of stripes, in cells of a map
STRIPES = (2, 10)
# opacity of a stripe over the background
HATCHING = 0.5


def bands(count: int) -> NDArray[np.floating]:
    """Return the first category colours, each over an equal share of the levels (LEVELS, 4)."""
    colours = np.array([rgba(colour) for colour in DISTINCT])
    return colours[np.arange(LEVELS) * count // LEVELS % len(DISTINCT)]


@lru_cache(maxsize=8)
def palette(colormap: str) -> NDArray[np.uint8]:
    """Return the colours (LEVELS + 1, 4) of a colour map; the last entry is transparent."""
    if colormap.startswith(CATEGORICAL):
        shades = bands(int(colormap.removeprefix(CATEGORICAL)))
    else:
        # imported here: the first picture of the window comes before its first map
        from cmap import Colormap

        shades = Colormap(source(colormap))(np.linspace(0.0, 1.0, LEVELS))
    result = np.zeros((LEVELS + 1, 4), np.uint8)
    result[:LEVELS] = np.round(255.0 * shades)
    return result


@lru_cache(maxsize=8)
def bar(colormap: str) -> NDArray[np.uint8]:
    """Return the colours (LEVELS, 1, 4) of a colour bar, lowest first, as a cached array."""
    return palette(colormap)[:LEVELS, None]


def coloured(
    values: NDArray[np.floating], colormap: str, limits: tuple[float, float]
) -> NDArray[np.uint8]:
    """Return RGBA (rows, columns, 4) of values (rows, columns), transparent where they are not finite.

    The lookup is not done in a shader, since software GL samples bytes four times as fast as floats.
    """
    low, high = limits
    width = high - low if high > low else 1.0
    values = np.asarray(values, np.float32)
    with np.errstate(invalid="ignore"):
        level = np.clip(
            (values - np.float32(low)) * np.float32((LEVELS - 1) / width) + 0.5, 0, LEVELS - 1
        )
    level = np.where(np.isfinite(values), level, LEVELS)
    return np.take(palette(colormap), level.astype(np.int32), axis=0)


def colours(image: ColorMap2D, theme: Theme) -> NDArray[np.uint8]:
    """Return a map's premultiplied colours (rows, columns, 4), hatched where there is no metric."""
    found = coloured(image.values, image.colormap, image.limits)
    if image.hatched is not None:
        row, column = np.indices(image.hatched.shape)
        stripe = (row + column) % STRIPES[1] < STRIPES[0]
        red, green, blue, _ = rgba(theme.warning)
        ink = np.round(255 * HATCHING * np.array([red, green, blue, 1.0])).astype(np.uint8)
        found[image.hatched & stripe] = ink
    return found


def strength(image: ColorMap2D, theme: Theme) -> float:
    """Return the effective opacity of a map over the plot's ground."""
    return theme.map_strength * image.opacity
