"""A record of the shapes of a layer, for drawing the same layers as vectors.

Shapes become quads for the GPU as they are made; while something records, their outlines are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.projections.frame import Pixels
from app.views.interface.theme import RGBA

CLEAR: RGBA = (0.0, 0.0, 0.0, 0.0)
EDGE = 1.0  # room for the antialiased edge, in pixels


@dataclass(frozen=True)
class Pen:
    """How a shape is drawn: colour and full width of its core; colour and width of its rim."""

    colour: RGBA
    width: float = 1.0
    rim_colour: RGBA = CLEAR
    rim: float = 0.0

    @property
    def reach(self) -> float:
        """How far from the skeleton anything is drawn."""
        return self.width / 2 + self.rim + EDGE


@dataclass(frozen=True, eq=False)
class Strokes:
    """Polylines (n, 2), broken at NaN, with round ends if ``capped``."""

    lines: Sequence[Pixels]
    pen: Pen
    capped: bool = False


@dataclass(frozen=True, eq=False)
class Discs:
    """Discs of diameter ``pen.width`` at centres (k, 2), with colours (k, 4) if they differ."""

    centres: Pixels
    pen: Pen
    colours: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Heads:
    """Arrow heads of base ``pen.width`` and ``length`` with tips (k, 2) and directions (k, 2)."""

    tips: Pixels
    directions: Pixels
    pen: Pen
    length: float


Outline = Strokes | Discs | Heads
_kept: ContextVar[list[Outline] | None] = ContextVar("outlines", default=None)


@contextmanager
def recording() -> Iterator[list[Outline]]:
    """The list that fills with all outlines made until the end of the block."""
    outlines: list[Outline] = []
    before = _kept.set(outlines)
    try:
        yield outlines
    finally:
        _kept.reset(before)


def note(outline: Outline) -> None:
    """Keep an outline, if something records."""
    kept = _kept.get()
    if kept is not None:
        kept.append(outline)
