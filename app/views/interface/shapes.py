"""Shapes with their colours, in pixels of a page or a widget: what figures and pictures consist of.

Lengths are logical pixels, y downwards; colours are RGBA in [0, 1] with straight alpha.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.theme import RGBA

# left, top, right, bottom
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Line:
    """Polylines (n, 2) with the same stroke, with round ends if ``capped``."""

    lines: Sequence[NDArray[np.float64]]
    colour: RGBA
    width: float
    capped: bool = False


@dataclass(frozen=True, eq=False)
class Area:
    """A filled polygon (n, 2)."""

    outline: NDArray[np.float64]
    colour: RGBA


@dataclass(frozen=True, eq=False)
class Disc:
    """A filled circle around its centre (x, y)."""

    centre: tuple[float, float]
    radius: float
    colour: RGBA
