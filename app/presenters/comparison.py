"""Comparisons in words and as view data.  Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.jobs.answers import Answer
from app.jobs.comparison import MEASURES, Point
from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.model import colour_limits
from app.model.colormaps import TWO_SIDED
from app.model.comparison import SOURCE, Comparison
from app.model.scene import Scene
from compute.core.arrays import Floats
from compute.core.status import Status

# scalars whose colours are the same in any picture
FIXED = ("probability", "dominant")
# points that are named for a status
NAMED = 4


def across(comparison: Comparison) -> Floats:
    """Return the places (n,) of the values along an axis: numbers themselves, texts in order."""
    if comparison.over == SOURCE:
        return np.arange(float(len(comparison.values)))
    return np.array([float(value) for value in comparison.values])


def in_words(found: Sequence[Point], measure: str) -> list[str]:
    """Say which points of a measure are unknown, and which have another status than OK."""
    by_status: dict[str, list[str]] = {}
    for each in found:
        value, status = each.numbers[measure]
        if np.isnan(value) or status != Status.OK.name:
            by_status.setdefault(each.problem or _why(value, status), []).append(each.variant.name)
    return [f"{_some(names)}: {why}." for why, names in by_status.items()]


def _why(value: float, status: str) -> str:
    """Return the words of a status, and whether there is no number."""
    words = Status[status].words if status in Status.__members__ else "not defined here"
    return f"unknown, {words}" if np.isnan(value) else words


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def at_one_colour(scenes: Sequence[Scene], found: Sequence[Sequence[Answer]]) -> list[Scene]:
    """Return scenes whose maps have the colour limits of all their values together."""
    maps = [answer for each in found for answer in each if isinstance(answer, MapAnswer)]
    values = [answer.field.values[np.isfinite(answer.field.values)] for answer in maps]
    known = np.concatenate(values) if values else np.zeros(0)
    first = scenes[0]
    if isinstance(first.limits, tuple) or first.scalar in FIXED or not known.size:
        return list(scenes)
    two_sided = first.colormap in TWO_SIDED
    (low, high), _ = colour_limits.found(first.limits, known, two_sided)
    if not low < high:
        return list(scenes)
    return [replace(scene, limits=(low, high)) for scene in scenes]


def caption(answer: PathAnswer | None) -> str:
    """Return the length of a picture's geodesic with its status, or that it is being computed."""
    if answer is None:
        return "…"
    status = Status(int(answer.paths.status[0]))
    if not answer.arrived:
        return f"⚠ {status.words}"
    words = f"length {float(answer.paths.length[0]):.4g}"
    return words if status == Status.OK else f"{words} ⚠ {status.words}"


def measure_choices() -> list[tuple[str, str]]:
    """Return the measures by name, in words."""
    return list(MEASURES.items())
