"""Points of data in a scene: given, or fitted to samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from app.model import ranges
from compute.core.refusal import shown
from compute.families import families, parse
from compute.manifold.manifold import Manifold

Point = tuple[float, float]
# points of a scene, and characters of a label
MOST, LONGEST = 2000, 80
_KNOWN = ("theta", "label", "n", "family", "group", "time", "loss")
# (name, value) of file entries unknown to this version; they are written back
Unknown = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class DataPoint:
    """A point at θ with its label; n: of how many observations it is the maximum-likelihood point, 0
    for a point that is given; group: the name of its group or cluster, "" for none.
    time: at which it was reached, such as the step of a training, or None; loss: there, or None.

    family: that of its sample where the scene has other numbers now, such as another ν; "" for the
    scene's own.
    """

    theta: Point
    label: str = ""
    n: float = 0.0
    family: str = ""
    unknown: Unknown = ()
    group: str = ""
    time: float | None = None
    loss: float | None = None

    def __post_init__(self) -> None:
        ranges.coordinates("a point of data", self.theta)
        for name, words in (("label", self.label), ("group", self.group)):
            if len(words) > LONGEST:
                raise ValueError(
                    f"a {name} must have at most {LONGEST} characters, got {shown(words)}"
                )
        for name, value in (("time", self.time), ("loss", self.loss)):
            if value is not None:
                ranges.within(f"a {name}", value, -ranges.LARGEST, ranges.LARGEST)
        if not 0.0 <= self.n < 1e15:
            raise ValueError(
                f"a number of observations must be from 0 to 1e15, got {shown(self.n)}"
            )


def check_count(points: Sequence[DataPoint]) -> None:
    """Raise ValueError for too many points."""
    if len(points) > MOST:
        raise ValueError(f"a scene has at most {MOST} points of data, got {len(points)}")


def check_inside(points: Sequence[DataPoint], manifold: Manifold) -> None:
    """Raise ValueError for a point outside the domain."""
    if points:
        outside = ~manifold.in_domain(np.array([point.theta for point in points]))
        for point in (points[i] for i in np.flatnonzero(outside)[:1]):
            raise ValueError(
                f"point {point.label} must lie in {manifold.domain}, got {point.theta}"
            )


def standing(points: tuple[DataPoint, ...]) -> tuple[DataPoint, ...]:
    """Return the points that are points of the scene's own family: all but those fitted to another."""
    if all(not point.family for point in points):
        return points
    return tuple(point for point in points if not point.family)


def carried(points: Sequence[DataPoint], old: str, new: str) -> tuple[DataPoint, ...]:
    """Return the points of a scene whose family changes from ``old`` to ``new``: those fitted to
    ``old`` remember it, and those fitted to ``new`` are at home again.
    """
    return tuple(
        replace(point, family="" if _same(point.family or old, new) else point.family or old)
        if point.n
        else point
        for point in points
    )


@lru_cache(maxsize=64)
def _same(family: str, other: str) -> bool:
    """Whether two specifications have the same parameters, given or by default."""
    return family == other or _whole(family) == _whole(other)


def _whole(family: str) -> tuple[str, Mapping[str, object]]:
    try:
        name, given = parse(family)
    except ValueError:
        return family, {}
    return name, {**families()[name].parameters, **given}


def group_numbers(points: Sequence[DataPoint]) -> tuple[int, ...]:
    """Return the number of the group of each point (n,), in the order of their names, 10 after 9; −1
    for none; nothing if no point has a group.
    """
    names = sorted({point.group for point in points if point.group}, key=lambda it: (len(it), it))
    place = {name: i for i, name in enumerate(names)}
    return tuple(place.get(point.group, -1) for point in points) if names else ()


def stated(points: Sequence[DataPoint]) -> dict[str, object]:
    """Return the points as in a scene file; nothing for none."""
    if not points:
        return {}
    entries = [
        {"theta": list(point.theta)}
        | ({"label": point.label} if point.label else {})
        | ({"n": point.n} if point.n else {})
        | ({"family": point.family} if point.family else {})
        | ({"group": point.group} if point.group else {})
        | ({"time": point.time} if point.time is not None else {})
        | ({"loss": point.loss} if point.loss is not None else {})
        | dict(point.unknown)
        for point in points
    ]
    return {"points": entries}


def read(data: Mapping[str, Any]) -> tuple[DataPoint, ...]:
    """Return the points of a schema-checked scene.  Raises ValueError."""
    return tuple(
        DataPoint(
            (float(entry["theta"][0]), float(entry["theta"][1])),
            entry.get("label", ""),
            float(entry.get("n", 0.0)),
            entry.get("family", ""),
            tuple((name, value) for name, value in entry.items() if name not in _KNOWN),
            entry.get("group", ""),
            float(entry["time"]) if "time" in entry else None,
            float(entry["loss"]) if "loss" in entry else None,
        )
        for entry in data.get("points", ())
    )


def unknown(points: Sequence[DataPoint]) -> list[tuple[tuple[str, ...], object]]:
    """Return paths and values of unknown entries."""
    return [
        (("points", str(i), name), value)
        for i, point in enumerate(points)
        for name, value in point.unknown
    ]
