"""The rows of the panel Points: the scene's numbers as text, with labels and tooltips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.jobs.studies.loop import LoopJob
from app.jobs.subject import Subject
from app.model.scene import Point
from app.presenters.drawing import shown_third
from app.presenters.points import DIGITS, is_theta, numbers, parameter_words, parameters
from app.views.interface.points import ValueGroup, ValueRow
from app.views.text.entered_numbers import written

HINTS = {
    "A": "Where the geodesic begins.",
    "B": "Where the geodesic ends.",
    "C": "The third point, from which constructions start.",
    "v": "Components of the vector at A, which is carried along the geodesic.",
}
OWN_HINT = "The family’s own coordinates."
CHART_HINT = "Coordinates as the axes of the chart show them."
ALPHA_HINT = "α of the connection, from −1 to 1. 0 is the Levi-Civita connection."
VIEW_HINT = "The two ends of the axis."
LIMITS_HINT = (
    "The values at both ends of the map’s colours. Leave empty for the middle 98 % of the values."
)
LOOP = {
    "centre": "The centre of the loop, in the coordinates on the axes.",
    "radii": "Half the loop’s width and height, in the coordinates on the axes.",
}
# significant digits of automatic colour limits
FEW = 4


def groups(subject: Subject, still: tuple[ValueGroup, ValueGroup]) -> tuple[ValueGroup, ...]:
    """Return all groups of rows of a scene.

    ``still``: the result of `still`, the groups that dragging a point does not change.
    """
    chart, (scalars, view) = subject.chart.plane, still
    found = [_points("θ", OWN_HINT, subject.manifold.coordinates, subject, ""), scalars]
    marks = (chart.labels[0], chart.labels[1])
    if not is_theta(subject.manifold, chart):
        found.append(_points("Chart", f"{chart.title}. {CHART_HINT}", marks, subject, "chart "))
    found.append(view)
    if getattr(subject.scene.layers, LoopJob.layer()):
        rows = tuple(
            ValueRow(
                f"loop {part}", part.capitalize(), hint,
                _rounded(numbers(subject, f"loop {part}")), _names(marks, f"the loop’s {part}"),
            )
            for part, hint in LOOP.items()
        )  # fmt: skip
        found.append(ValueGroup("Loop", LoopJob.hint, marks, rows))
    return tuple(found)


def still(subject: Subject, automatic: Point | None) -> tuple[ValueGroup, ValueGroup]:
    """Return the group of α and the family's parameters, and the group of the view.

    ``automatic``: the colour limits of the map on show, or None.
    """
    view = []
    for i, name in enumerate(subject.chart.plane.labels[:2]):
        texts = _rounded(numbers(subject, f"view {i}"))
        view.append(ValueRow(f"view {i}", name, VIEW_HINT, texts, (f"{name} from", f"{name} to")))
    if subject.scene.layers.map:
        limits = numbers(subject, "limits", automatic)
        texts = _rounded(limits, DIGITS if isinstance(subject.scene.limits, tuple) else FEW) or (
            "",
            "",
        )
        names = ("Colours from", "Colours to")
        view.append(ValueRow("limits", "Colours", LIMITS_HINT, texts, names))
    scalars = ValueGroup("", "", (), tuple(_scalars(subject)))
    return scalars, ValueGroup("View", VIEW_HINT, ("from", "to"), tuple(view))


def _scalars(subject: Subject) -> Iterator[ValueRow]:
    yield ValueRow("alpha", "α", ALPHA_HINT, (written(subject.scene.alpha),), ("Alpha",))
    for key, value in parameters(subject.scene.family).items():
        symbol, words = parameter_words(subject, key.removeprefix("family."))
        yield ValueRow(key, symbol, f"{words} of the family.", (written(value),), (words,))


def _points(
    title: str, about: str, columns: tuple[str, str], subject: Subject, prefix: str
) -> ValueGroup:
    rows = []
    shown = shown_third(subject.scene) is not None
    for name, hint in HINTS.items():
        if name == "C" and not shown:
            continue
        key = prefix + name
        found = numbers(subject, key)
        # a chart adds rounding errors: show fewer digits
        texts = _rounded(found) if prefix else tuple(map(written, found))
        rows.append(ValueRow(key, name, hint, texts, _names(columns, name), True))
    return ValueGroup(title, about, columns, tuple(rows))


@lru_cache(maxsize=64)
def _names(columns: tuple[str, str], row: str) -> tuple[str, ...]:
    return tuple(f"{column} of {row}" for column in columns)


def _rounded(values: Iterable[float], digits: int = DIGITS) -> tuple[str, ...]:
    return tuple(written(float(f"{value:.{digits}g}")) for value in values)
