"""Points of data from a table: points of the family, or the maximum-likelihood points of samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from app.jobs.job import Cancelled, Emit, Job
from app.model.data_points import LONGEST, MOST, DataPoint
from compute.core.interrupt import checkpoint
from compute.core.refusal import describe
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.samples import samples
from compute.samples.points_file import has_points, points_in
from compute.samples.table import Table, read
from compute.statistics.maximum_likelihood import fit


@dataclass(frozen=True)
class DataTask(Job):
    """Reads a table for a family."""

    words: ClassVar[str] = "the data"

    family: str
    path: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `DataAnswer`, or `NoData` with the reason."""
        try:
            emit(found(self, manifold_of(self.family), read(self.path)))
        except (ValueError, OSError) as problem:
            emit(NoData(self, describe(problem)))


@dataclass(frozen=True)
class DataAnswer:
    """The points, and in words what they are and what was left out."""

    job: DataTask
    points: tuple[DataPoint, ...]
    words: str
    whole: bool


@dataclass(frozen=True)
class NoData:
    """Why a table gives no points."""

    job: DataTask
    words: str


def found(job: DataTask, manifold: Manifold, table: Table) -> DataAnswer:
    """Return the points of a table.  Raises ValueError if it has none for the family."""
    name = Path(job.path).name
    if has_points(table, manifold.coordinates):
        given = points_in(table, manifold.coordinates)
        points_of(manifold, f"points of {name}", given.theta)
        points = tuple(
            DataPoint((float(a), float(b)), label[:LONGEST])
            for (a, b), label in zip(given.theta, given.labels, strict=True)
        )
        _check(points)
        return DataAnswer(job, points, f"{len(points)} points of {name}", True)
    return _fitted(job, manifold, table)


def _fitted(job: DataTask, manifold: Manifold, table: Table) -> DataAnswer:
    """Return the maximum-likelihood points of the samples of a table."""
    column, by = samples.guessed(table)
    groups = samples.of_table(table, column, by)
    points, lost, missing = [], [], 0
    for group in groups:
        checkpoint()
        made = fit(manifold, group)
        missing += made.missing
        if made.status == Status.OK:
            a, b = map(float, made.theta)
            points.append(DataPoint((a, b), made.group[:LONGEST], made.n))
        else:
            lost.append(f"{made.group} ({made.status.name})")
    if not points:
        raise ValueError(f"no sample has a likeliest law in {manifold.name}: {', '.join(lost)}")
    _check(tuple(points))
    of = f"groups of {by} ({column})" if by else "columns"
    words = f"fitted to {len(points)} {of} of {Path(job.path).name}"
    words += f"; {missing} values missing" if missing else ""
    words += f"; without a likeliest law: {', '.join(lost)}" if lost else ""
    return DataAnswer(job, tuple(points), words, not lost)


def _check(points: tuple[DataPoint, ...]) -> None:
    if len(points) > MOST:
        raise ValueError(f"a scene has at most {MOST} points of data, got {len(points)}")
