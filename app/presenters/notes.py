"""Notes and marks of angles as drawable data, and the places of notes in the scene."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from app.jobs.answers import Answer
from app.jobs.subject import Subject
from app.model.notes import Note, Point
from app.presenters import angles
from app.views.interface.annotations import Annotation
from app.views.interface.events import XY
from app.views.interface.views import Canvas
from app.views.text.typesetting import line_or_text
from compute.manifold.manifold import known_inside


def show(canvas: Canvas, subject: Subject, found: Iterable[Answer] = ()) -> None:
    """Draw the notes of a scene, and the angles that its answers determine."""
    canvas.set_annotations(drawn(subject), angles.arcs(subject, tuple(found)))


def drawn(subject: Subject) -> list[Annotation]:
    """Return the notes that have a place in the chart."""
    if not subject.scene.layers.notes:
        return []
    made = []
    for number, note in enumerate(subject.scene.notes):
        at, to = drawn_at(subject, note)
        if at is not None and (to is not None or note.to is None):
            made.append(Annotation(line_or_text(note.text), at, to, number, note.text))
    return made


def drawn_at(subject: Subject, note: Note) -> tuple[XY | None, XY | None]:
    """Return where a note and its arrow's tip are drawn; None where they are undefined."""
    if note.chart:
        # a chart of a surface has three coordinates, a note two
        here = note.chart == subject.chart.name and subject.chart.dimension == 2
        return (note.at, note.to) if here else (None, None)
    return _drawn(subject, note.at), note.to and _drawn(subject, note.to)


def _drawn(subject: Subject, theta: Point) -> XY | None:
    at = np.array(theta)
    if not known_inside(subject.manifold, at):
        return None
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        xy = subject.chart.forward(at)
    return tuple(map(float, xy)) if np.isfinite(xy).all() else None


def note_at(
    subject: Subject, text: str, at: XY, to: XY | None, before: Note | None = None
) -> Note | None:
    """Return a note at one or two drawn points: in θ, or in chart coordinates if one is outside the
    domain; None where the chart has no coordinates, off a surface.

    A point where the note was ``before`` keeps its digits.
    """
    manifold, chart = subject.manifold, subject.chart
    xy = np.array([at] if to is None else [at, to])
    if not np.isfinite(xy).all():
        return None
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        theta = chart.inverse(xy)
    inside = known_inside(manifold, theta).all()
    if not inside and chart.dimension == 3:
        return None
    first, *second = [_rounded(point) for point in (theta if inside else xy)]
    place = "" if inside else chart.name
    if before is None:
        return Note(text, first, second[0] if second else None, place)
    if before.chart == place:
        there = drawn_at(subject, before)
        first = before.at if at == there[0] else first
        second = [before.to] if before.to and to == there[1] else second
    return Note(text, first, second[0] if second else None, place, before.unknown)


def _rounded(point: Sequence[float]) -> Point:
    """Drop the last digits, rounding errors of the chart, so that round numbers stay round."""
    x, y = (float(f"{value:.15g}") for value in point)
    return x, y
