"""Comparisons in words and as view data.  Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.jobs.answers import Answer
from app.jobs.comparison import MEASURES, MeasuresAnswer, Point
from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.variants import FAMILY, named
from app.model import colour_limits
from app.model.colormaps import is_two_sided
from app.model.comparison import KINDS, SOURCE, TEMPERATURE, Comparison
from app.model.scene import Scene
from app.views.interface.choices import Choice
from app.views.interface.comparison import ComparisonState, MeasurePlot, Pane
from app.views.interface.comparison_events import PICTURES, ComparisonChosen
from app.views.text.mathematics import powers
from app.views.text.scalar_names import words_of
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families import parse
from compute.heads.head_selection import settings

# scalars whose colours are the same in any picture
FIXED = ("probability", "dominant")
# points that are named for a status
NAMED = 4
OVER = tuple(
    Choice(over, f"{kind.words[0].upper()}{kind.words[1:]}") for over, kind in KINDS.items()
)
SHOWS = (Choice(PICTURES, "Pictures"), *(Choice(name, words) for name, words in MEASURES.items()))


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
    two_sided = is_two_sided(first.colormap)
    (low, high), _ = colour_limits.found(first.limits, known, two_sided)
    if not low < high:
        return list(scenes)
    return [replace(scene, limits=(low, high)) for scene in scenes]


def scale(scenes: Sequence[Scene]) -> str:
    """Return the range of colours that all pictures share, in words."""
    limits = scenes[0].limits if scenes and scenes[0].layers.map else None
    if not isinstance(limits, tuple):
        return ""
    words = words_of(scenes[0].scalar)
    return powers(f"Colours: {words} from {limits[0]:.3g} to {limits[1]:.3g} in all.")


def caption(answer: PathAnswer | None) -> str:
    """Return the length of a picture's geodesic with its status, or that it is being computed."""
    if answer is None:
        return "…"
    status = Status(int(answer.paths.status[0]))
    if not answer.arrived:
        return f"⚠ {status.words}"
    words = f"length {float(answer.paths.length[0]):.4g}"
    return words if status == Status.OK else f"{words} ⚠ {status.words}"


def is_fine(answer: PathAnswer | None) -> bool:
    """Whether the `caption` of an answer is no warning."""
    if answer is None:
        return True
    return answer.arrived and Status(int(answer.paths.status[0])) == Status.OK


def nothing(chosen: ComparisonChosen, note: str) -> ComparisonState:
    """Return the state of a panel without pictures, and why."""
    return ComparisonState(chosen, OVER, SHOWS, note=note)


def empty(comparison: Comparison) -> tuple[Pane, ...]:
    """Return panes whose pictures are not known yet."""
    names = (named(comparison.over, value) for value in comparison.values)
    return tuple(Pane(name, "…", True, None) for name in names)


def side_by_side(
    chosen: ComparisonChosen, panes: tuple[Pane, ...], stale: bool, words: str
) -> ComparisonState:
    """Return the state with pictures."""
    return ComparisonState(chosen, OVER, SHOWS, panes, stale=stale, words=words)


def plotted(chosen: ComparisonChosen, answer: MeasuresAnswer, stale: bool) -> ComparisonState:
    """Return the state with a plot of the points so far."""
    comparison, found, measure = answer.job.comparison, answer.points, chosen.shows
    numbers = [each.numbers[measure] for each in found]
    plot = MeasurePlot(
        MEASURES[measure],
        KINDS[comparison.over].title,
        across(comparison)[: len(found)],
        np.array([number.value for number in numbers]),
        np.array([number.status == Status.OK.name for number in numbers]),
        tuple(each.variant.name for each in found),
        comparison.over == SOURCE,
    )
    words = " ".join(in_words(found, measure))
    if not answer.is_whole:
        words = f"{len(found)} of {len(comparison.values)} … {words}"
    return ComparisonState(chosen, OVER, SHOWS, plot=plot, stale=stale, words=words.strip())


def usual_values(over: str, family: str) -> str:
    """Return values to begin with: the scene's own and others beside it."""
    c = settings(parse(family)[1]) if parse(family)[0] == FAMILY else {}
    if over == TEMPERATURE or not c:
        return "0.5, 1, 2"
    if over == SOURCE:
        return str(c["source"])
    return f"{c[over]}, {c[over] - 1 if c[over] else 1}"
