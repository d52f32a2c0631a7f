"""Panels around a figure's chart: its legend, distributions, and measures with their certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from app.export.sheet import width_of
from app.jobs import studies
from app.jobs.answers import Answer
from app.jobs.ellipses import EllipseAnswer
from app.jobs.studies.study import StudyAnswer
from app.model.data_points import standing
from app.model.scene import Scene
from app.presenters import drawing
from app.views.canvas.display_list import ArrowHeads, Discs, Label, Pen, Strokes
from app.views.canvas.layers.key import (
    CARRIED,
    CIRCLES,
    DATA,
    ENDS,
    MOVING,
    SAMPLE,
    THIRD,
    Row,
    rows_of,
    sample,
)
from app.views.canvas.ticks import ticks
from app.views.interface.shapes import Box
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Distributions, Measure
from app.views.text.mathematics import powers

TITLE, SIZE, SMALL = 13.0, 12.0, 11.0
ROW = 19.0  # between the lines of the measures
MOST_BARS = 40
# margins above and around a plot of distributions, its minimum height, and that of a bar
ABOVE, AROUND, LOWEST, BAR = 2.6 * ROW, 4.8 * ROW, 90.0, 9.0
# width in pixels of the tick on a bar at the model's own row, and the words that explain it
TICK, OWN = 2.0, "ticks: the model’s own row"
LINE = 1.8  # width of a curve or a stem
LONGEST_LABEL = 112.0
COLUMN, GAP = 330.0, 28.0  # width of the legend of distributions, and of the space around each name
# the layers of what is no study
LAYERS = {
    "geodesic": "geodesic",
    "straight": "straight",
    CARRIED: "transport",
    CIRCLES: "ellipses",
    DATA: "points",
}


@dataclass
class Ink:
    """Collects shapes and text on the page."""

    theme: Theme
    shapes: list[Strokes | Discs | ArrowHeads] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def line(self, points: ArrayLike, colour: str, width: float = 1.0, alpha: float = 1.0) -> None:
        """Draw a polyline (n, 2)."""
        line = np.asarray(points, np.float64)
        self.shapes.append(Strokes([line], Pen(rgba(colour, alpha), width)))

    def words(
        self,
        text: str,
        at: tuple[float, float],
        size: float,
        colour: str,
        anchor: tuple[float, float] = (0.0, 0.5),
        bold: bool = False,
        math: bool = True,
    ) -> None:
        """Write a line of text at ``at``; if it is ``math``, its symbols are italic."""
        self.labels.append(Label(text, at, size, rgba(colour), anchor, bold=bold, math=math))


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
        ink.words(powers(measure.value), (right, y), SIZE, colour, (1.0, 0.5))


def room_of(row: Row) -> float:
    """Return the width that an entry takes of its line of the legend, in logical pixels."""
    return SAMPLE + 30 + width_of(row.words, SIZE)


def legend(scene: Scene, found: Sequence[Answer]) -> list[Row]:
    """Return the entries for what the scene shows, as the key of the canvas calls it."""
    radius = next((a.radius for a in found if isinstance(a, EllipseAnswer)), 0.0)
    circles = f"Fisher circles, radius {radius:.2g}" if radius else "circles of one Fisher radius"
    opacity, curves = asdict(scene.opacity), studies.curves_of_layers()
    shares = {kind: opacity[layer] for layer, of in curves.items() for kind in of}
    shares |= {kind: opacity[layer] for kind, layer in LAYERS.items()}
    answers = [answer for answer in found if isinstance(answer, StudyAnswer)]
    names = {kind: name for answer in answers for kind, name in answer.names.items()}
    shown = _kinds_shown(scene).union(*(answer.curves for answer in answers))
    return rows_of(shown, {CIRCLES: circles, **names}, shares)


def _kinds_shown(scene: Scene) -> set[str]:
    """Return the kinds that a scene shows besides those of its studies."""
    layers = scene.layers
    shown = (
        (ENDS, drawing.has_pins(scene)),
        (THIRD, drawing.shown_third(scene) is not None),
        ("geodesic", layers.geodesic),
        (MOVING, layers.geodesic or layers.transport),
        ("straight", layers.straight),
        (CARRIED, layers.transport),
        (CIRCLES, layers.ellipses),
        (DATA, layers.points and bool(standing(scene.points))),
    )
    return {kind for kind, is_shown in shown if is_shown}


def in_rows(found: Sequence[Row], width: float) -> list[list[Row]]:
    """Split a legend into lines that are at most ``width`` wide."""
    rows: list[list[Row]] = []
    left = 0.0
    for row in found:
        if not rows or left + room_of(row) - 22 > width:
            rows.append([])
            left = 0.0
        rows[-1].append(row)
        left += room_of(row)
    return rows


def draw_legend(ink: Ink, line: Sequence[Row], at: tuple[float, float]) -> None:
    """Draw a line of the legend from ``at``, the middle of its left edge."""
    x, y = at
    for row in line:
        shapes = sample(ink.theme, row.kind, np.array([x, y]))
        ink.shapes += [shape.faded(row.share) for shape in shapes]
        ink.words(row.words, (x + SAMPLE + 8, y), SIZE, ink.theme.text)
        x += room_of(row)


def height_of_distributions(shown: Distributions) -> float:
    """Return the height at which the text of `draw_distributions` is readable."""
    bars = len(shown.labels) if len(shown.labels) <= MOST_BARS else 0
    return AROUND + max(LOWEST, BAR * bars)


def draw_distributions(ink: Ink, shown: Distributions, box: Box) -> None:
    """Draw bars over outcomes, stems at counts or curves over a line, for A, B and the moving point in
    their colours.
    """
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
    """Return a text; if it is wider than ``width`` pixels, shorten it with an ellipsis."""
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
    # long names get the room that short ones leave
    spare = sum(max(room - width, 0.0) for width in wide)
    room += spare / max(sum(width > room for width in wide), 1)
    for name, colour in zip(names, colours, strict=False):
        shown = shortened(name, SMALL, room)
        ink.line([(x, y), (x + 9, y)], colour, 9.0)
        ink.words(shown, (x + 14, y), SMALL, ink.theme.text, math=False)
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
        ink.words(label, (edge - 6, middle), size, ink.theme.muted, (1.0, 0.5), math=False)
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
    beside = 0.5 if shown.counts else 0.0
    low, high = float(shown.x[0]) - beside, float(shown.x[-1]) + beside
    for i, colour in enumerate(colours[: len(shown.rows)]):
        x, p = shown.stems(i) if shown.counts else (shown.x, shown.rows[i])
        across = left + (np.asarray(x) - low) / (high - low) * (right - left)
        up = bottom - np.clip(np.asarray(p) / most, 0.0, 1.0) * (bottom - top)
        line = np.stack([across, up], axis=1)
        lines = list(line.reshape(-1, 2, 2)) if shown.counts else [line]
        ink.shapes.append(Strokes(lines, Pen(rgba(colour), LINE)))
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
