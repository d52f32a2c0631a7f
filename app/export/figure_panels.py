"""Panels beside a figure's chart: the distributions, and the measures with their certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from app.export.sheet import width_of
from app.model.scene import Scene
from app.views.canvas.display_list import Label, Pen, Strokes
from app.views.canvas.polyline import dashes
from app.views.canvas.ticks import ticks
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Distributions, Measure

TITLE, SIZE, SMALL = 13.0, 12.0, 11.0
ROW = 19.0  # between the lines of the measures
MOST_BARS = 40
# margins above and around a plot of distributions, its minimum height, and that of a bar
ABOVE, AROUND, LOWEST, BAR = 2.6 * ROW, 4.8 * ROW, 90.0, 9.0
# of the tick on a bar that the model's own row has, where it is another one, in pixels across
TICK, OWN = 2.0, "ticks: the model’s own row"
SAMPLE = 30.0  # of a line in the legend
LONGEST_LABEL = 112.0
COLUMN, GAP = 330.0, 28.0  # room for the legend; what is around each of its names
Box = tuple[float, float, float, float]


@dataclass
class Ink:
    """Collects shapes and text on the page."""

    theme: Theme
    shapes: list[Strokes] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def line(self, points: ArrayLike, colour: str, width: float = 1.0, alpha: float = 1.0) -> None:
        """Draw a polyline (n, 2)."""
        line = np.asarray(points, np.float64)
        self.shapes.append(Strokes([line], Pen(rgba(colour, alpha), width)))

    def dashed(self, points: ArrayLike, colour: str, width: float) -> None:
        """Draw a polyline of dashes."""
        line = dashes(np.asarray(points, np.float64), 5, 5)
        self.shapes.append(Strokes([line], Pen(rgba(colour), width)))

    def words(
        self,
        text: str,
        at: tuple[float, float],
        size: float,
        colour: str,
        anchor: tuple[float, float] = (0.0, 0.5),
        bold: bool = False,
    ) -> None:
        """Write a line of text."""
        self.labels.append(Label(text, at, size, rgba(colour), anchor, bold=bold))


def height_of_measures(measures: Sequence[Measure]) -> float:
    """Return the height needed by `draw_measures`."""
    return ROW * (len(measures) + 1.6)


def draw_measures(ink: Ink, measures: Sequence[Measure], box: Box) -> None:
    """Draw names at the left and values at the right; warnings in their colour."""
    left, top, right, _ = box
    ink.words("Measures", (left, top + ROW / 2), TITLE, ink.theme.text, bold=True)
    for i, measure in enumerate(measures):
        y = top + ROW * (i + 1.9)
        colour = ink.theme.text if measure.ok else ink.theme.warning
        ink.words(measure.name, (left, y), SIZE, ink.theme.muted)
        ink.words(measure.value.replace("-", "−"), (right, y), SIZE, colour, (1.0, 0.5))


def draw_legend(ink: Ink, scene: Scene, at: tuple[float, float]) -> None:
    """Draw a legend row of the lines that the chart does not label."""
    theme, (x, y) = ink.theme, at
    samples = (
        ("geodesic", "Geodesic", theme.geodesic, 3.0),
        ("straight", "Straight line", theme.straight, 1.4),
        ("transport", "Carried vector", theme.vector, 2.4),
        ("ellipses", "Circles of equal Fisher radius", theme.ellipse, 1.0),
    )
    for layer, words, colour, width in samples:
        if getattr(scene.layers, layer) and getattr(scene.opacity, layer) > 0.0:
            draw = ink.dashed if words == "Straight line" else ink.line
            draw([(x, y), (x + SAMPLE, y)], colour, width)
            ink.words(words, (x + SAMPLE + 8, y), SIZE, theme.text)
            x += SAMPLE + 30 + width_of(words, SIZE)


def height_of_distributions(shown: Distributions) -> float:
    """Return the height at which the text of `draw_distributions` is readable."""
    bars = len(shown.labels) if len(shown.labels) <= MOST_BARS else 0
    return AROUND + max(LOWEST, BAR * bars)


def draw_distributions(ink: Ink, shown: Distributions, box: Box) -> None:
    """Draw bars over outcomes or curves over a line, for A, B and the moving point in their colours."""
    left, top, right, bottom = box
    theme = ink.theme
    colours = (theme.pin_a, theme.pin_b, theme.moving)
    heading = f"Distributions, {shown.few}" if shown.few else "Distributions"
    own = [row for row in shown.own if row is not None]
    heading += f"; {OWN}" if own else ""
    ink.words(heading, (left, top + ROW / 2), TITLE, theme.text, bold=True)
    _legend(ink, shown.names, colours, (left, top + 1.7 * ROW))
    plot = (left, top + ABOVE, right, bottom - (AROUND - ABOVE))
    largest = max(float(np.max(row)) for row in (*shown.rows, *own)) * 1.06
    if shown.labels and len(shown.labels) <= MOST_BARS:
        _bars(ink, shown, colours, plot, largest)
    else:
        _curves(ink, shown, colours, plot, largest)


def shortened(text: str, size: float, width: float) -> str:
    """Return a text, ending in an ellipsis where it would be wider than ``width`` pixels."""
    if width_of(text, size) <= width:
        return text
    fits = (end for end in range(len(text), 0, -1) if width_of(f"{text[:end]}…", size) <= width)
    return f"{text[: next(fits, 0)].rstrip()}…"


def _legend(
    ink: Ink, names: Sequence[str], colours: Sequence[str], at: tuple[float, float]
) -> None:
    x, y = at
    room = COLUMN / len(names) - GAP
    wide = [width_of(name, SMALL) for name in names]
    # what short names leave is for the long ones
    spare = sum(max(room - width, 0.0) for width in wide)
    room += spare / max(sum(width > room for width in wide), 1)
    for name, colour in zip(names, colours, strict=False):
        shown = shortened(name, SMALL, room)
        ink.line([(x, y), (x + 9, y)], colour, 9.0)
        ink.words(shown, (x + 14, y), SMALL, ink.theme.text)
        x += GAP + width_of(shown, SMALL)


def _bars(ink: Ink, shown: Distributions, colours: Sequence[str], plot: Box, most: float) -> None:
    left, top, right, bottom = plot
    labels = [shortened(label, SMALL, LONGEST_LABEL) for label in shown.labels]
    edge = left + max(width_of(label, SMALL) for label in labels) + 8
    each = (bottom - top) / len(shown.labels)
    share = 0.8 * each / len(shown.names)
    size = min(SMALL, 0.9 * each)
    for i, label in enumerate(labels):
        middle = top + (i + 0.5) * each
        ink.words(label, (edge - 6, middle), size, ink.theme.muted, (1.0, 0.5))
        for k, (row, colour) in enumerate(zip(shown.rows, colours, strict=False)):
            y = middle - 0.4 * each + share * (k + 0.5)
            end = edge + float(row[i]) / most * (right - edge)
            ink.line([(edge, y), (max(end, edge + 0.01), y)], colour, 0.92 * share)
        for k, (own, colour) in enumerate(zip(shown.own, colours, strict=False)):
            if own is not None:
                x, y = edge + float(own[i]) / most * (right - edge), middle - 0.4 * each + share * k
                ink.line([(x, y), (x, y + share)], ink.theme.text, TICK + 1.5)
                ink.line([(x, y), (x, y + share)], colour, TICK)
    _scale(ink, (edge, top, right, bottom), (0.0, most), "Probability")


def _curves(ink: Ink, shown: Distributions, colours: Sequence[str], plot: Box, most: float) -> None:
    left, top, right, bottom = plot
    low, high = float(shown.x[0]), float(shown.x[-1])
    across = left + (np.asarray(shown.x) - low) / (high - low) * (right - left)
    for row, colour in zip(shown.rows, colours, strict=False):
        up = bottom - np.clip(np.asarray(row) / most, 0.0, 1.0) * (bottom - top)
        ink.line(np.stack([across, up], axis=1), colour, 1.8)
    _scale(ink, plot, (low, high), shown.title)


def _scale(ink: Ink, plot: Box, limits: tuple[float, float], title: str) -> None:
    """Draw the axis below a plot."""
    left, top, right, bottom = plot
    low, high = limits
    ink.line([(left, top), (left, bottom), (right, bottom)], ink.theme.frame)
    for value, words in ticks(low, high, (right - left) / 62):
        x = left + (value - low) / (high - low) * (right - left)
        ink.line([(x, bottom), (x, bottom + 4)], ink.theme.frame)
        ink.words(words, (x, bottom + 7), SMALL, ink.theme.muted, (0.5, 0.0))
    ink.words(title, ((left + right) / 2, bottom + 34), SIZE, ink.theme.text, (0.5, 0.5))
