"""Plots with axes on a sheet: places of values, ticks, lines, dots and bars, all as vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from app.export.sheet import PER_INCH, Item, width_of
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.canvas.shapes import unbroken
from app.views.canvas.ticks import ticks
from app.views.interface.shapes import Box, Disc, Line
from app.views.interface.theme import LIGHT, Theme, rgba

# letters of the screen in logical pixels; widths of lines relative to them
SIZE, THIN, THICK = 12.0, 1.0, 1.8
# pixels per letter size between two ticks, across and up
APART, ABOVE = 5.2, 3.0
POINT = 72.0


@dataclass(frozen=True)
class Look:
    """The page of a figure: its size in inches, its letters in logical pixels, its colours.

    in_mm: whether the size was stated as a length and not in pixels.
    """

    inches: tuple[float, float]
    size: float = SIZE
    theme: Theme = LIGHT
    in_mm: bool = True

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return self.inches[0] * PER_INCH, self.inches[1] * PER_INCH

    @property
    def thin(self) -> float:
        """The width of lines of axes."""
        return THIN * self.size / SIZE

    @property
    def thick(self) -> float:
        """The width of curves."""
        return THICK * self.size / SIZE

    def words(
        self,
        text: str,
        at: tuple[float, float],
        anchor: tuple[float, float] = (0.0, 0.5),
        colour: str = "",
        bold: bool = False,
        upright: bool = False,
    ) -> Label:
        """Return a line of text."""
        ink = rgba(colour or self.theme.text)
        return Label(text, at, self.size, ink, anchor, bold=bold, upright=upright)


@dataclass(frozen=True)
class Axis:
    """The values of an axis from ``low`` to ``high``, its title, and names at values if it has any."""

    low: float
    high: float
    title: str
    names: tuple[tuple[float, str], ...] = ()


def spanning(values: ArrayLike, title: str, border: float = 0.06) -> Axis:
    """Return an axis over the finite values with a border; from −1/2 to 1/2 about a single value."""
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        return Axis(low - 0.5, high + 0.5, title)
    return Axis(low - border * (high - low), high + border * (high - low), title)


@dataclass(frozen=True)
class Chart:
    """Two axes in a box (left, top, right, bottom) of a page."""

    box: Box
    across: Axis
    up: Axis
    look: Look

    def place(self, xy: ArrayLike) -> Pixels:
        """Return the places (n, 2) of values (n, 2) on the page."""
        left, top, right, bottom = self.box
        x, y = np.moveaxis(np.asarray(xy, np.float64), -1, 0)
        a, u = self.across, self.up
        return np.stack(
            [
                left + (x - a.low) / (a.high - a.low) * (right - left),
                bottom - (y - u.low) / (u.high - u.low) * (bottom - top),
            ],
            axis=-1,
        )

    def frame(self) -> Iterator[Item]:
        """Yield the lines of both axes, their ticks and titles."""
        look, (left, top, right, bottom) = self.look, self.box
        corner = np.array([[left, top], [left, bottom], [right, bottom]])
        yield Line([corner], rgba(look.theme.frame), look.thin)
        reach, muted = look.size / 3, look.theme.muted
        for value, words in self._ticks(self.across, (right - left) / (APART * look.size)):
            x = float(self.place([[value, self.up.low]])[0, 0])
            yield Line(
                [np.array([[x, bottom], [x, bottom + reach]])], rgba(look.theme.frame), look.thin
            )
            yield look.words(words, (x, bottom + 1.6 * reach), (0.5, 0.0), muted)
        widest = 0.0
        for value, words in self._ticks(self.up, (bottom - top) / (ABOVE * look.size)):
            y = float(self.place([[self.across.low, value]])[0, 1])
            yield Line(
                [np.array([[left - reach, y], [left, y]])], rgba(look.theme.frame), look.thin
            )
            yield look.words(words, (left - 1.6 * reach, y), (1.0, 0.5), muted)
            widest = max(widest, width_of(words, look.size))
        yield look.words(
            self.across.title, ((left + right) / 2, bottom + 2.4 * look.size), (0.5, 0.5)
        )
        if self.up.title:
            x = left - widest - 1.5 * look.size
            yield look.words(self.up.title, (x, (top + bottom) / 2), (0.5, 0.5), upright=True)

    def _ticks(self, axis: Axis, count: float) -> Sequence[tuple[float, str]]:
        return axis.names or ticks(axis.low, axis.high, max(count, 1.0))

    def line(self, xy: ArrayLike, colour: str) -> Line:
        """Return a curve through values (n, 2), broken where they are not finite."""
        return Line(unbroken(self.place(xy)), rgba(colour), self.look.thick)

    def dots(self, xy: ArrayLike, colours: Sequence[str], radius: float = 0.3) -> Iterator[Item]:
        """Yield a dot at each finite value (n, 2); the radius is in sizes of letters."""
        for (x, y), colour in zip(self.place(xy), colours, strict=True):
            if np.isfinite((x, y)).all():
                yield Disc((float(x), float(y)), radius * self.look.size, rgba(colour))
