"""Panels beside a figure's chart: the distributions, and the measures with their certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from app.export.sheet import width_of
from app.jobs.answers import Answer
from app.jobs.ellipses import EllipseAnswer
from app.jobs.studies.study import StudyAnswer
from app.model.scene import Scene
from app.views.canvas.display_list import Discs, Label, Pen, Strokes
from app.views.canvas.polyline import dashes
from app.views.canvas.ticks import ticks
from app.views.interface.curve_styles import STYLES, in_order
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
SAMPLE, DISC = 30.0, 12.0  # lengths of a line and of a disc in the legend
GEODESIC, STRAIGHT = "Geodesic", "Straight line"
ENDS = (("Start", "A"), ("End", "B"))
LONGEST_LABEL = 112.0
COLUMN, GAP = 330.0, 28.0  # width of the legend of distributions, and of the space around each name
Box = tuple[float, float, float, float]


@dataclass
class Ink:
    """Collects shapes and text on the page."""

    theme: Theme
    shapes: list[Strokes | Discs] = field(default_factory=list)
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


class Key(NamedTuple):
    """An entry of a legend: words, and the colour and width of a line, or of a disc."""

    words: str
    colour: str
    width: float
    disc: bool = False
    dash: tuple[float, float] | None = None

    @property
    def room(self) -> float:
        """The width that the entry takes of its row, in logical pixels."""
        return (DISC if self.disc else SAMPLE) + 30 + width_of(self.words, SIZE)


def keys(theme: Theme, scene: Scene, found: Sequence[Answer]) -> list[Key]:
    """Return the entries for what the scene shows and the chart itself does not name."""
    radius = next((a.radius for a in found if isinstance(a, EllipseAnswer)), 0.0)
    circles = f"Fisher circles, radius {radius:.2g}" if radius else "Circles of one Fisher radius"
    samples = (
        ("geodesic", Key(GEODESIC, theme.geodesic, 3.0)),
        ("geodesic", Key("Moving point", theme.moving, 9.0, disc=True)),
        ("straight", Key(STRAIGHT, theme.straight, 1.4, dash=(5, 5))),
        ("transport", Key("Carried vector", theme.vector, 2.4)),
        ("ellipses", Key(circles, theme.ellipse, 1.0)),
    )
    seen = [
        key
        for layer, key in samples
        if getattr(scene.layers, layer) and getattr(scene.opacity, layer) > 0.0
    ]
    drawn = theme.named & {kind for a in found if isinstance(a, StudyAnswer) for kind in a.curves}
    names = {k: name for a in found if isinstance(a, StudyAnswer) for k, name in a.names.items()}
    styles = [
        replace(STYLES[kind], words=names.get(kind, STYLES[kind].words))
        for kind in in_order()
        if kind in drawn and STYLES[kind].words
    ]
    ends = [Key(f"{role} {name}", theme.pin(name), 10.0, disc=True) for role, name in ENDS]
    return (
        ends
        + seen
        + [
            Key(style.words, style.colour(theme), style.width, dash=style.dash, disc=style.dots)
            for style in styles
        ]
    )


def in_rows(found: Sequence[Key], width: float) -> list[list[Key]]:
    """Split a legend into rows that are at most ``width`` wide."""
    rows: list[list[Key]] = []
    left = 0.0
    for key in found:
        if not rows or left + key.room - 22 > width:
            rows.append([])
            left = 0.0
        rows[-1].append(key)
        left += key.room
    return rows


def draw_legend(ink: Ink, row: Sequence[Key], at: tuple[float, float]) -> None:
    """Draw a row of the legend from ``at``, the middle of its left edge."""
    x, y = at
    for key in row:
        side = DISC if key.disc else SAMPLE
        if key.disc:
            pen = Pen(rgba(key.colour), key.width, ink.theme.outline(), 2.0)
            ink.shapes.append(Discs(np.array([(x + side / 2, y)]), pen))
        else:
            line = np.array([(x, y), (x + SAMPLE, y)])
            line = line if key.dash is None else dashes(line, *key.dash)
            ink.line(line, key.colour, key.width)
        ink.words(key.words, (x + side + 8, y), SIZE, ink.theme.text)
        x += key.room


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
