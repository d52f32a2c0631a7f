"""The numbers of a scene that users can enter, and the changes of the scene that an entry makes.

A row has one or two numbers.  Its key names them:

- "A", "B", "C" and "v" (the vector at A): in the family's coordinates;
- "chart A", "chart B", "chart C" and "chart v": as the chart's axes show them.  A logarithmic axis
  shows the quantity itself, not its logarithm;
- "view 0" and "view 1": the ends of an axis, as the axis shows them;
- "limits": the limits of the map's colours;
- "alpha", and "family.NAME": α, and a real parameter of the family;
- "loop centre" and "loop radii": the centre and the half sides of the loop's bounding box, as the
  axes show them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

import numpy as np

from app.jobs.studies import loop
from app.jobs.subject import Subject
from app.model import pins, ranges
from app.model.scene import Pin, Point
from app.views.text.entered_numbers import number, point, written, written_point
from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.definitions.parameters import Parameter
from compute.families import families, parse
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, known_inside

# significant digits of chart coordinates: further ones are rounding errors
DIGITS = 12
# a step is at most 1/PARTS of the view; of half the number where the view does not measure it
PARTS, ALPHA_STEP = 20, Decimal("0.05")
TEMPERATURE = "temperature"
OWN = (*pins.FIELDS, "v")


# --- numbers on the axes -------------------------------------------------------------------------
def _marked(chart: Chart, theta: Floats) -> Floats:
    """Return the numbers (..., 2) that the axes of the plane show at θ (..., 2)."""
    x = chart.forward(theta)
    return np.where(chart.log, np.exp(np.where(chart.log, x, 0.0)), x)


def _unmarked(chart: Chart, marked: Floats) -> Floats:
    """Return θ (..., 2) from numbers on the axes (..., 2); NaN where there is no such point."""
    with np.errstate(all="ignore"):
        x = np.where(chart.log, np.log(np.where(chart.log, marked, 1.0)), marked)
        return np.asarray(chart.inverse(x))


@lru_cache(maxsize=16)
def is_theta(manifold: Manifold, chart: Chart) -> bool:
    """Whether the axes of a plane show the family's own coordinates."""
    theta = np.array([manifold.interior, *manifold.pins])
    same: bool = np.allclose(_marked(chart, theta), theta, rtol=1e-9, atol=1e-9)
    return same and chart.labels == manifold.coordinates


def _stretch(chart: Chart, theta: Floats) -> Floats:
    """Return the derivative of the number on each axis by its drawing coordinate, at θ (..., 2)."""
    return np.where(chart.log, np.exp(np.where(chart.log, chart.forward(theta), 0.0)), 1.0)


# --- reading -------------------------------------------------------------------------------------
def numbers(subject: Subject, key: str, automatic: Point | None = None) -> tuple[float, ...]:
    """Return the numbers of the row ``key``, as the module describes them.

    ``automatic``: the colour limits on show, if the scene states no numbers; "limits" gives ()
    without either.
    Raises KeyError for a parameter that the family lacks.
    """
    scene, chart = subject.scene, subject.chart.plane
    assert scene.start and scene.end and scene.vector and scene.view
    match key.split():
        case ["v"]:
            return scene.vector
        case ["A" | "B" | "C" as name]:
            theta: Point = getattr(scene, pins.FIELDS[name]).theta
            return theta
        case ["chart", "v"]:
            at = np.array(scene.start.theta)
            return _pair(_stretch(chart, at) * chart.push(at, np.array(scene.vector)))
        case ["chart", name]:
            return _pair(_marked(chart, np.array(numbers(subject, name))))
        case ["view", axis]:
            e, i = scene.view, int(axis)
            ends = (e.x0, e.x1) if i == 0 else (e.y0, e.y1)
            return tuple(map(math.exp, ends)) if chart.log[i] else ends
        case ["limits"]:
            return (scene.limits if isinstance(scene.limits, tuple) else automatic) or ()
        case ["alpha"]:
            return (scene.alpha,)
        case ["loop", part]:
            middle, half = _box(_loop(subject))
            return _pair(middle if part == "centre" else half)
        case _:
            return (parameters(scene.family)[key],)


def _pair(found: Floats) -> Point:
    return float(found[0]), float(found[1])


def parameters(family: str) -> dict[str, float]:
    """Return the numbers among the parameters of a family, stated or default, by the keys of their
    rows.
    """
    name, stated = parse(family)
    known: Mapping[str, object] = {**families()[name].parameters, **stated}
    declared = {number.name for number in families()[name].numbers}
    return {
        f"family.{key}": float(value)
        for key, value in known.items()
        if isinstance(value, float) or (key in declared and isinstance(value, int))
    }


def _loop(subject: Subject) -> Floats:
    """Return the vertices (k, 2) of the loop, as the axes show them."""
    scene = subject.scene
    return _marked(subject.chart.plane, np.array(scene.loop or loop.default_loop(scene)))


def _box(vertices: Floats) -> tuple[Floats, Floats]:
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return (low + high) / 2, (high - low) / 2


# --- entering -------------------------------------------------------------------------------------
def entered(
    subject: Subject, key: str, place: int | None, text: str, automatic: Point | None = None
) -> dict[str, object]:
    """Return the changes of the scene for entered text.

    The text gives the number at ``place``, or the whole row if it is None.  Empty text makes colour
    limits automatic.  Raises ValueError with one line that says what was entered and what
    was expected.
    """
    what = names_of(subject, key)
    if key == "limits" and not text.strip():
        return {"limits": None}
    if place is None:
        return changes(subject, key, point(text, what), text)
    values = _known(subject, key, automatic)
    values[place] = number(text, _one(subject, key, place, what))
    return changes(subject, key, tuple(values), text)


def _known(subject: Subject, key: str, automatic: Point | None) -> list[float]:
    """Return the numbers of a row.  Raises ValueError if colour limits are unknown."""
    found = list(numbers(subject, key, automatic))
    if not found:
        raise ValueError("colour limits need a map of numbers, and this one has none yet")
    return found


def names_of(subject: Subject, key: str) -> str:
    """Return the name of a row for messages."""
    match key.split():
        case ["view", axis]:
            return f"{subject.chart.plane.labels[int(axis)]} of the view"
        case ["limits"]:
            return "colour limits"
        case ["alpha"]:
            return "α"
        case ["loop", part]:
            return f"the {part} of the loop"
        case _:
            name = key.removeprefix("chart ").removeprefix("family.")
            return "the vector at A" if name == "v" else parameter_words(subject, name)[0]


def declared_number(subject: Subject, key: str) -> Parameter | None:
    """Return the declaration of a number of the family, by the key of its row; None for other rows."""
    declared = families()[parse(subject.scene.family)[0]].numbers
    return next((number for number in declared if f"family.{number.name}" == key), None)


def parameter_words(subject: Subject, name: str) -> tuple[str, str]:
    """Return the symbol and the title of a number of the family; of other names, the name as both."""
    if name == TEMPERATURE:
        return "τ", "Temperature"
    declared = declared_number(subject, f"family.{name}")
    return (declared.symbol, declared.title) if declared else (name, name)


def _one(subject: Subject, key: str, place: int, what: str) -> str:
    """Return the name of the number at ``place`` of a row for messages."""
    if key in OWN:
        return f"{subject.manifold.coordinates[place]} of {what}"
    if key.startswith(("chart ", "loop ")):
        return f"{subject.chart.plane.labels[place]} of {what}"
    return what


def changes(
    subject: Subject, key: str, values: tuple[float, ...], text: str = ""
) -> dict[str, object]:
    """Return the changes of the scene that set the numbers of a row to ``values``.

    Raises ValueError for a point or loop outside the domain, limits that do not increase, and
    numbers out of range.
    """
    scene, chart, what = subject.scene, subject.chart.plane, names_of(subject, key)
    assert scene.start and scene.view
    at = np.array(scene.start.theta)
    match key.split():
        case ["chart", "v"]:
            return _vector(chart.pull(at, np.array(values) / _stretch(chart, at)), what)
        case ["v"]:
            return _vector(np.array(values), what)
        case ["chart", name]:
            return _pin(subject, name, _unmarked(chart, np.array(values)), values)
        case ["A" | "B" | "C" as name]:
            return _pin(subject, name, np.array(values), values)
        case ["view", axis]:
            return {"view": _view(scene.view, chart, int(axis), values, what)}
        case ["limits"]:
            ranges.increasing(what, values)
            return {"limits": values}
        case ["alpha"]:
            ranges.within(what, values[0], -1.0, 1.0)
            return {"alpha": values[0]}
        case ["loop", part]:
            return _moved_loop(subject, part, np.array(values), what)
        case _:
            return {key: _parameter(scene.family, key.removeprefix("family."), values[0])}


def _parameter(family: str, name: str, value: float) -> float:
    """Return a parameter of the family, as a float also where it is a whole number.

    Raises ValueError for one out of its range.
    """
    own = families()[parse(family)[0]]
    own.check(**{name: value})
    return float(own.checked({name: value})[name])


def _vector(found: Floats, what: str) -> dict[str, object]:
    ranges.coordinates(what, map(float, found))
    return {"vector": _pair(found)}


def _pin(
    subject: Subject, name: str, theta: Floats, values: tuple[float, ...]
) -> dict[str, object]:
    manifold = subject.manifold
    if not known_inside(manifold, theta):
        raise ValueError(
            f"{name} must lie in the domain, {manifold.domain}, got {written_point(values)}"
        )
    ranges.coordinates(f"pin {name}", _pair(theta))
    return {pins.FIELDS[name]: Pin(_pair(theta), _token_at(manifold, theta))}


def _token_at(manifold: Manifold, theta: Floats) -> int | None:
    """Return the token that lies exactly at θ (2,) under its own mask, or None."""
    marks = manifold.landmarks
    if marks is None:
        return None
    found = np.flatnonzero((marks.theta == theta).all(axis=1))
    return int(found[0]) if len(found) and marks.is_own(int(found[0])) else None


def _view(e: Extent, chart: Chart, axis: int, values: tuple[float, ...], what: str) -> Extent:
    ranges.increasing(what, values)
    if chart.log[axis]:
        if values[0] <= 0.0:
            raise ValueError(f"{what} must be positive, got {shown(values[0])}")
        values = tuple(map(math.log, values))
    low, high = values
    found = Extent(low, high, e.y0, e.y1) if axis == 0 else Extent(e.x0, e.x1, low, high)
    ranges.view(found)
    return found


def _moved_loop(subject: Subject, part: str, values: Floats, what: str) -> dict[str, object]:
    """Return the changes that move or stretch the loop to this centre or these radii.

    Raises ValueError unless radii are positive and the whole loop lies in the domain.
    """
    vertices, chart = _loop(subject), subject.chart.plane
    middle, half = _box(vertices)
    if part == "centre":
        made = vertices - middle + values
    else:
        if not (values > 0.0).all() or not (half > 0.0).all():
            raise ValueError(f"{what} must be positive, got {written_point(values)}")
        made = middle + (vertices - middle) * values / half
    theta = _unmarked(chart, made)
    if not known_inside(subject.manifold, theta).all():
        domain, got = subject.manifold.domain, written_point(values)
        raise ValueError(f"the whole loop must lie in the domain, {domain}, got {part} {got}")
    return {"loop": tuple(_pair(at) for at in theta), "layers.loop": True}


# --- stepping -------------------------------------------------------------------------------------
def stepped(
    subject: Subject, key: str, place: int, steps: int, automatic: Point | None = None
) -> tuple[float, ...]:
    """Return the numbers of a row after ``steps`` steps of the one at ``place``; exact in decimals.

    α stays within [−1, 1].  Raises ValueError if colour limits are unknown.
    """
    values = _known(subject, key, automatic)
    value = float(f"{values[place]:.{DIGITS if ' ' in key else 17}g}")
    step = _step(subject, key, place, value, values)
    values[place] = float(Decimal(written(value)) + steps * step)
    if key == "alpha":
        values = [min(max(values[0], -1.0), 1.0)]
    declared = declared_number(subject, key)
    if declared is not None:
        values = [min(max(values[0], declared.low), declared.high)]
    return tuple(values)


def _step(subject: Subject, key: str, place: int, value: float, values: list[float]) -> Decimal:
    """Return the size of a step: for α `ALPHA_STEP`, for others a power of ten.

    It is a few percent of the view where the number is a place on a linear axis, the declared step of a
    parameter with a linear scale; otherwise a few percent of the number itself.
    """
    if key == "alpha":
        return ALPHA_STEP
    declared = declared_number(subject, key)
    if declared is not None and (declared.is_whole or not declared.log):
        return Decimal(str(declared.step))
    scale = _scale(subject, key, place) or abs(value) / 2 or max(map(abs, values)) / 2 or 1.0
    return Decimal(10) ** math.floor(math.log10(scale / PARTS) + 1e-9)


def _scale(subject: Subject, key: str, place: int) -> float:
    """Return the width of the view along a number's axis; 0 if it is no place on the axis.

    A logarithmic axis also gives 0.
    """
    chart, e = subject.chart.plane, subject.scene.view
    assert e is not None
    axis = int(key[-1]) if key.startswith("view") else place
    places = ("view 0", "view 1", "chart A", "chart B", "chart C", "loop centre")
    is_place = key in places or (key in pins.FIELDS and is_theta(subject.manifold, chart))
    return (e.x1 - e.x0, e.y1 - e.y0)[axis] if is_place and not chart.log[axis] else 0.0
