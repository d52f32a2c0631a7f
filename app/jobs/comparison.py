"""Measures of scenes that differ in one parameter of a head, each with its status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np

from app.jobs import variants
from app.jobs.job import Cancelled, Emit, Job
from app.jobs.path import PathAnswer, PathJob
from app.jobs.subject import Subject
from app.jobs.variants import Variant
from app.jobs.viewport import Viewport
from app.model.comparison import Comparison
from app.model.scene import Scene
from compute.atlas.attention_pattern import pattern
from compute.atlas.fisher_spectrum import effective_dimension
from compute.core.interrupt import checkpoint
from compute.core.refusal import describe
from compute.core.status import Status
from compute.families import parse
from compute.geodesics.scalar_field import scalar_at
from compute.heads.head_selection import file_of, settings
from compute.requests.engine import Engine

# measures by the names that tables have, in words
MEASURES = {
    "length": "Fisher–Rao length from A to B",
    "kl": "KL(A‖B) in nats",
    "kl_back": "KL(B‖A) in nats",
    "curvature": "K at A",
    "entropy": "entropy at A (nats)",
    "largest_weight": "largest weight at A",
    "log_condition": "log₁₀ condition number of g at A",
    "mean_entropy": "mean entropy of the rows (nats)",
    "effective_dimension": "effective dimension of g",
    "first_key": "share of the first key",
    "previous_token": "share of the previous token",
    "induction": "induction",
}
OF_HEAD = ("mean_entropy", "effective_dimension", "first_key", "previous_token", "induction")
AT_A = ("curvature", "entropy", "log_condition")
UNKNOWN = float("nan")
UNDEFINED = "UNDEFINED"


class Number(NamedTuple):
    """A measure with the name of its status; NaN where it is not known."""

    value: float
    status: str = Status.OK.name


@dataclass(frozen=True, eq=False)
class Point:
    """The measures of one variant, by name; problem: why there are none, or ""."""

    variant: Variant
    numbers: dict[str, Number]
    problem: str = ""


def points(
    engine: Engine, scene: Scene, comparison: Comparison, quality: str = "final"
) -> Iterator[Point]:
    """Yield the measures of each variant in order.  Raises ValueError without a head."""
    for variant in variants.variants(scene, comparison):
        checkpoint()
        yield point(engine, variant, quality)


def point(engine: Engine, variant: Variant, quality: str = "final") -> Point:
    """Return the measures of a variant; all unknown where it has no scene or no geodesic."""
    if variant.scene is None:
        return _none(variant, variant.problem)
    try:
        return Point(
            variant, {**_of_path(engine, variant.scene, quality), **_of_head(variant.scene)}
        )
    except (ValueError, ArithmeticError) as problem:
        return _none(variant, describe(problem))


def _none(variant: Variant, problem: str) -> Point:
    return Point(variant, dict.fromkeys(MEASURES, Number(UNKNOWN, UNDEFINED)), problem)


def _of_path(engine: Engine, scene: Scene, quality: str) -> dict[str, Number]:
    """Return the measures of the geodesic, of its ends, and of the plane at A."""
    subject, heard = Subject.of(scene), list[object]()
    job = replace(PathJob.wanted(subject, Viewport()), quality=quality)
    job.perform(engine, heard.append, lambda: False)
    (answer,) = heard
    assert isinstance(answer, PathAnswer)
    status = Status(int(answer.paths.status[0]))
    length = float(answer.paths.length[0]) if status.arrived else UNKNOWN
    kl = answer.divergences
    found = {
        "length": Number(length, status.name),
        "kl": _stated(kl.forward if kl else None),
        "kl_back": _stated(kl.backward if kl else None),
        "largest_weight": _stated(float(np.max(answer.row_a))),
    }
    assert scene.start is not None
    place = np.array([scene.start.theta])
    for name in AT_A:
        value, why = scalar_at(subject.manifold, name, place, 0)
        known = Status(int(why[0])) == Status.OK
        found[name] = Number(float(value[0]) if known else UNKNOWN, Status(int(why[0])).name)
    return {name: found[name] for name in MEASURES if name in found}


def _of_head(scene: Scene) -> dict[str, Number]:
    """Return the scores of the whole head at its temperature, over its queries' own rows.

    They are those of all its keys, and undefined where the scene leaves keys out.
    """
    c = settings(parse(scene.family)[1])
    if c["mask"]:
        return dict.fromkeys(OF_HEAD, Number(UNKNOWN, UNDEFINED))
    file, temperature = file_of(c), float(c["temperature"])
    place = c["layer"], c["head"]
    seen = pattern(file, *place, temperature)
    return {
        "mean_entropy": _stated(seen.entropy),
        "effective_dimension": _stated(effective_dimension(file, *place, temperature)),
        "first_key": _stated(seen.first_key),
        "previous_token": _stated(seen.previous_token),
        "induction": _stated(seen.induction),
    }


def _stated(value: float | None) -> Number:
    known = value is not None and np.isfinite(value)
    return Number(float(value)) if known and value is not None else Number(UNKNOWN, UNDEFINED)


@dataclass(frozen=True)
class MeasuresTask(Job):
    """Measures of all variants of a scene."""

    words: ClassVar[str] = "the measures that are compared"

    scene: Scene
    comparison: Comparison

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit answers that grow, the last of them whole."""
        found: list[Point] = []
        for each in points(engine, self.scene, self.comparison):
            found.append(each)
            emit(MeasuresAnswer(self, tuple(found)))


@dataclass(frozen=True, eq=False)
class MeasuresAnswer:
    """The points so far."""

    job: MeasuresTask
    points: tuple[Point, ...]

    @property
    def is_whole(self) -> bool:
        """Whether no point is missing."""
        return len(self.points) == len(self.job.comparison.values)


def table(comparison: Comparison, found: Sequence[Point]) -> list[dict[str, object]]:
    """Return the points as rows of a table; unknown numbers are empty, and each has its status."""
    rows = []
    for each in found:
        row: dict[str, object] = {comparison.over: each.variant.value, "name": each.variant.name}
        for name, (value, status) in each.numbers.items():
            row[name] = "" if np.isnan(value) else repr(value)
            row[f"{name}_status"] = status
        rows.append({**row, "problem": each.problem})
    return rows
