"""The chart in words: what it shows, with the status of each number.  Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from app.jobs import flow
from app.jobs.answers import Answer
from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.studies.study import StudyAnswer
from app.jobs.subject import Subject
from app.model.data_points import standing
from app.model.scene import Pin
from app.presenters import (
    angles,
    drawables,
    flow_form,
    head_specification,
    notes,
    outcomes,
    points,
    scalar_maps,
    scene_panels,
    shorter_paths,
)
from app.presenters.drawing import shown_third
from app.presenters.measures import USUAL, broken_bound
from app.views.text.mathematics import with_short_numbers
from app.views.text.number_format import NOT_KNOWN, Numbers, within
from app.views.text.token_names import isolated, numbered
from app.views.text.typesetting import spoken
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families import parse
from compute.heads import head_selection

# who computed a number, in words
ENGINES = {"gpu": "in single precision on the GPU", "reference": "in float64"}
# fewer digits of what is computed in single precision
FEWER = 2
# a coordinate that is smaller than this share of the other one is 0 but for rounding
ROUNDING = 1e-13
# points of data that are named
MOST_DATA = 12
NOT_YET = "The geodesic from A to B is not known yet."


def paragraphs(
    subject: Subject, found: Sequence[Answer], problem: str = "", numbers: Numbers = USUAL
) -> tuple[str, ...]:
    """Describe a scene by the answers ``found`` that belong to it.

    problem: the last message in the status bar if it reports a failure, or "".
    """
    path = next((answer for answer in found if isinstance(answer, PathAnswer)), None)
    ground = next((answer for answer in found if isinstance(answer, MapAnswer)), None)
    studies = [answer for answer in found if isinstance(answer, StudyAnswer)]
    told = [" ".join(_subject(subject)), " ".join(_points(subject, path, numbers))]
    if path is None:
        told.append(NOT_YET)
    else:
        known = shorter_paths.words(path, studies, ground)
        told.append(" ".join(_distance(path, known, numbers)))
        told.append(_curvature(path, numbers))
    if subject.scene.layers.transport:
        told.append(_vector(subject, path, numbers))
    told += _data(subject, numbers)
    told += [*_map(subject, ground, numbers), _layers(subject), *_studies(studies)]
    told += _notes(subject, found)
    if problem and not any(problem in words for words in told):
        told.append(f"Last problem: {problem}.")
    return tuple(told)


def _subject(subject: Subject) -> Iterator[str]:
    scene, manifold = subject.scene, subject.manifold
    if scene.title:
        yield f"{scene.title}."
    element = with_short_numbers(manifold.line_element)
    formula = "; ".join(line.strip() for line in element.splitlines() if line.strip())
    chart = scene_panels.chart_words(manifold, scene.chart)
    yield f"Family: {manifold.title}, {formula}. Chart: {chart}."
    yield from _head(subject)
    if scene.view is not None:
        ends = (points.numbers(subject, f"view {axis}") for axis in (0, 1))
        labels = subject.chart.plane.labels
        spans = [
            f"{label} from {USUAL.plain(low, FEWER)} to {USUAL.plain(high, FEWER)}"
            for label, (low, high) in zip(labels, ends, strict=False)
        ]
        yield _signed(f"In view: {' and '.join(spans)}.")


def _head(subject: Subject) -> Iterator[str]:
    """Say which head of a model is shown, and how far its rows are the model's."""
    name, stated = parse(subject.scene.family)
    if name == head_specification.NAME:
        head = head_selection.settings(stated)
        layer = head_selection.file_of(head).layer_words(head["layer"])
        yield f"Layer {layer}, head {head['head']} of {Path(str(head['source'])).name}."
        yield head_specification.note(subject.manifold, subject.scene.family)


def _points(subject: Subject, path: PathAnswer | None, numbers: Numbers) -> Iterator[str]:
    """Say where A, B and the moving point are."""
    scene = subject.scene
    assert scene.start and scene.end
    third = shown_third(scene)
    for name, pin in (("A", scene.start), ("B", scene.end), *([("C", third)] if third else [])):
        yield f"{name} is {_place(subject, pin, numbers)}."
    if path is not None and scene.layers.geodesic:
        theta, _ = drawables.moving_point(path, scene.playhead)
        at = _coordinates(subject, theta, numbers)
        curve = "the geodesic" if path.arrived else "a curve that is not the geodesic"
        yield f"The moving point is at t = {scene.playhead:.2f} of {curve}: {at}."


def _data(subject: Subject, numbers: Numbers) -> Iterator[str]:
    """Say where the first points of data are, how many more there are, and which are hidden."""
    known = standing(subject.scene.points)
    hidden = len(subject.scene.points) - len(known)
    if known and subject.scene.layers.points:
        said = [
            f"{isolated(point.label) or 'one'} at "
            f"{_coordinates(subject, np.array(point.theta), numbers)}"
            + (f" (fitted to {point.n:g} observations)" if point.n else "")
            + (f", in group {isolated(point.group)}" if point.group else "")
            for point in known[:MOST_DATA]
        ]
        more = len(known) - len(said)
        yield f"Points of data: {'; '.join(said)}{f'; and {more} more' if more else ''}."
    if hidden:
        yield f"{hidden} points of data were fitted to other numbers of the family, and are hidden."


def _place(subject: Subject, pin: Pin, numbers: Numbers) -> str:
    """Describe a pin's place, by its token where it is on one."""
    marks, token = subject.manifold.landmarks, outcomes.token_of(pin, subject.manifold)
    at = f"at {_coordinates(subject, np.array(pin.theta), numbers)}"
    if marks is None or token is None or token >= len(marks.labels):
        return at
    words = f"on the token “{numbered(token, marks.labels[token])}”, {at}"
    if not marks.is_own(token):
        words += f", under the mask of “{isolated(marks.mask_of)}”, not its own"
    if marks.residual[token] > 1e-9:
        words += f"; the token itself lies {marks.residual[token]:.0%} off this plane"
    return words


def _coordinates(subject: Subject, theta: Floats, numbers: Numbers) -> str:
    """Return θ (2,) by the names of the family's coordinates."""
    least = ROUNDING * float(np.abs(theta).max())
    values = (_number(0.0 if abs(at) <= least else float(at), numbers) for at in theta)
    pairs = zip(subject.manifold.coordinates, values, strict=True)
    return ", ".join(f"{name} = {value}" for name, value in pairs)


def _distance(path: PathAnswer, known: str, numbers: Numbers) -> Iterator[str]:
    """Say how long the curve from A to B is, whether that is the distance, and how it was checked.

    known: what other answers know of its length, or "".
    """
    paths, metric = path.paths, path.job.alpha == 0.0
    status = Status(int(paths.status[0]))
    length, how = _number(float(paths.length[0]), numbers), ENGINES[paths.engine]
    missed = float(paths.residual[0])
    miss = "" if np.isnan(missed) else f", end point missed by {missed:.1e}".replace("e-", "e−")
    miss = ", end point met exactly" if missed == 0.0 else miss
    proof = f"({status.words}, {how}{miss})"
    if not status.arrived:
        yield f"No geodesic from A to B: {status.words}. The part computed has length {length} {proof}."
    elif not metric:
        yield (
            f"The geodesic of α = {_number(path.job.alpha, numbers)} from A to B has length {length} "
            f"{proof}. This is not the distance."
        )
    elif status != Status.OK or broken_bound(path):
        yield f"A geodesic from A to B has length {length} {proof}. The distance is smaller."
    else:
        yield f"The geodesic from A to B has the Fisher–Rao length {length} {proof}."
        if path.distance is None and not known:
            yield "No shorter one is known."
    if known:
        yield f"{known[0].upper()}{known[1:]}."
    if metric and path.distance is not None:
        yield f"By closed form the distance is {_number(path.distance, numbers)}."
    if metric and path.bounds is not None:
        low, high = (_number(value, numbers) for value in path.bounds)
        kept = broken_bound(path) or "the length keeps to them"
        yield f"Bounds of the distance: {low} and {high}; {kept[0].lower()}{kept[1:]}."
    if path.enclosed is not None:
        yield f"By the curve and K ≤ 0 the distance is {within(*path.enclosed)}."
    if np.isfinite(path.straight_length):
        straight = _number(path.straight_length, numbers)
        yield f"The straight line in the parameters has length {straight} (by quadrature in float64)."


def _curvature(path: PathAnswer, numbers: Numbers) -> str:
    at = [_number(0.0 if abs(k) < 1e-12 else float(k), numbers, FEWER) for k in path.curvature]
    how = "" if NOT_KNOWN in at else " (from the metric, in float64)"
    return f"Gaussian curvature K is {at[0]} at A and {at[1]} at B{how}."


def _vector(subject: Subject, path: PathAnswer | None, numbers: Numbers) -> str:
    vector, carried = subject.scene.vector, None if path is None else path.transport
    assert vector is not None
    words = f"The vector at A has the components {_components(subject, vector, numbers)}."
    if path is None or carried is None:
        return words
    last = carried.vectors[0, int(path.paths.nodes[0]) - 1]
    status = Status(int(carried.status[0]))
    to = "to B" if path.arrived else "to the end of the curve"
    if status != Status.OK or not np.isfinite(last).all():
        return f"{words} It was not carried {to}: {status.words}."
    error = f"; its error is {path.transport_error:.1e} of its length"
    at = _components(subject, (float(last[0]), float(last[1])), numbers)
    how = f"{ENGINES[carried.engine]}{error}".replace("e-", "e−")
    return f"{words} Carried along the curve {to} it has the components {at} ({how})."


def _components(subject: Subject, vector: Sequence[float], numbers: Numbers) -> str:
    names = subject.manifold.coordinates
    return " and ".join(
        f"{_number(value, numbers)} in {name}" for value, name in zip(vector, names, strict=True)
    )


def _map(subject: Subject, ground: MapAnswer | None, numbers: Numbers) -> Iterator[str]:
    """Say what the colours show and from which value to which, and where nothing is known."""
    scene = subject.scene
    if not scene.layers.map or flow.covers(scene):
        return
    name = head_specification.scalar_words(scene.family, scene.scalar, scene.token)
    drawn = None if ground is None else scalar_maps.color_map(subject, ground)
    if ground is None or drawn is None:
        yield f"Colours show: {name}. The map is not known yet."
        return
    known = ground.field.values[np.isfinite(ground.field.values)]
    how = ENGINES[ground.field.engine] if ground.complete else "a coarse map, not yet complete"
    remarks = drawn.label.removeprefix(name)
    if drawn.names:
        yield f"Colours show: {name} ({how}{remarks}). Regions: {', '.join(drawn.names)}."
    elif known.size:
        low, high = (_number(float(at), numbers, FEWER) for at in (known.min(), known.max()))
        ends = [_number(limit, numbers, FEWER) for limit in drawn.limits]
        yield (
            f"Colours show: {name}, in view from {low} to {high} ({how}{remarks}); the colours run "
            f"from {ends[0]} to {ends[1]}."
        )
    else:
        yield f"Colours show: {drawn.label}."


def _layers(subject: Subject) -> str:
    scene = subject.scene
    shown = [layer.words for layer in scene_panels.state(subject).layers if layer.visible]
    words = f"Layers shown: {', '.join(shown) or 'none'}."
    if scene.layers.flow:
        mode, initial = flow_form.words_of(scene.flow)
        at = f"asked for at time {_number(scene.flow.time, USUAL)}"
        words += f" The flow: {mode}, initial field “{initial}”, {at}."
    return words


def _studies(studies: Sequence[StudyAnswer]) -> Iterator[str]:
    """Give the numbers of other layers; a failure with its reason."""
    for study in studies:
        title = study.job.title
        if study.problem:
            yield f"{title}: not computed, {study.problem}."
            continue
        found = [
            (_signed(m.value) if m.name == title else f"{m.name} {_signed(m.value)}")
            + ("" if m.ok else " ⚠")
            for m in study.measures
        ]
        if study.dashed:
            found.append("what is dashed did not converge")
        if found:
            yield f"{title}: {'; '.join(found)}."


def _notes(subject: Subject, found: Sequence[Answer]) -> Iterator[str]:
    """Give the words of notes, and the marks of angles with their values."""
    words = [spoken(note.written) for note in notes.drawn(subject) if note.written]
    if words:
        yield f"Notes: {'; '.join(words)}."
    if marks := angles.in_words(subject, found):
        yield f"Angles: {'; '.join(marks)}."


def _number(value: float, numbers: Numbers, fewer: int = 0) -> str:
    return _signed(numbers.plain(value + 0.0, fewer))  # 0 has no sign


def _signed(text: str) -> str:
    """Write minus signs, which are read as such."""
    return text.replace("-", "−")
