"""A measure of several variants as a plot: a line through the points that are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from app.export.charts import Axis, Chart, Look, spanning
from app.export.page import broken
from app.export.sheet import Group, Item, Sheet
from app.jobs.comparison import MEASURES, Point
from app.model.comparison import KINDS, TEMPERATURE, Comparison
from app.presenters.comparison import across, in_words
from app.views.interface.shapes import Disc
from app.views.interface.theme import rgba
from compute.core.status import Status

# room beside and below the plot, in sizes of letters
BESIDE, ABOVE, RIGHT, BELOW = 6.5, 2.6, 1.2, 4.0


def drawn(comparison: Comparison, found: Sequence[Point], measure: str, look: Look) -> Sheet:
    """Return the plot of one of `MEASURES`; what is not known is a gap, and said below."""
    width, height = look.sides
    said = [line for words in in_words(found, measure)
            for line in broken(words, look.size, width - 2 * look.size)]  # fmt: skip
    foot = (BELOW + 1.4 * len(said)) * look.size
    box = (BESIDE * look.size, ABOVE * look.size, width - RIGHT * look.size, height - foot)
    if box[3] - box[1] < 4 * look.size or box[2] - box[0] < 8 * look.size:
        raise ValueError("the figure is too small for its plot and its words")
    values = np.array([each.numbers[measure].value for each in found])
    x = across(comparison)
    names = () if comparison.over == TEMPERATURE else _named(comparison, found, look, box)
    axis = spanning(x, KINDS[comparison.over].title)
    axis = Axis(axis.low, axis.high, axis.title, names)
    chart = Chart(box, axis, spanning(values, ""), look)
    rows = [look.words(line, (look.size, box[3] + (BELOW - 0.4 + 1.4 * i) * look.size))
            for i, line in enumerate(said)]  # fmt: skip
    title = look.words(MEASURES[measure], (box[0], look.size), bold=True)
    items = (*chart.frame(), *_points(chart, x, values, found, measure), title, *rows)
    return Sheet(look.sides, rgba(look.theme.background), (Group(items),), in_mm=look.in_mm)


def _points(
    chart: Chart, x: np.ndarray, values: np.ndarray, found: Sequence[Point], measure: str
) -> Iterator[Item]:
    """Yield the line, and a dot at each point: hollow if its status is not OK."""
    look, xy = chart.look, np.stack([x, values], axis=1)
    yield chart.line(xy, look.theme.pin_a)
    yield from chart.dots(xy, [look.theme.pin_a] * len(x))
    for (a, b), each in zip(chart.place(xy), found, strict=True):
        if np.isfinite((a, b)).all() and each.numbers[measure].status != Status.OK.name:
            yield Disc((float(a), float(b)), 0.16 * look.size, rgba(look.theme.background))


def _named(
    comparison: Comparison, found: Sequence[Point], look: Look, box: tuple[float, ...]
) -> tuple[tuple[float, str], ...]:
    """Return the names of as many points as there is room for."""
    texts = [str(value) if isinstance(value, int) else each.variant.name
             for value, each in zip(comparison.values, found, strict=True)]  # fmt: skip
    room = max(len(text) for text in texts) * 0.6 * look.size + look.size
    every = max(1, int(np.ceil(room * len(texts) / (box[2] - box[0]))))
    places = across(comparison)
    return tuple((float(places[i]), texts[i]) for i in range(0, len(texts), every))
