"""Points of data from a table: points of the family, or the maximum-likelihood points of samples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from app.jobs.data_table import Group, TableColumn, columns_of, groups_of, layout_of, table_of
from app.jobs.job import Cancelled, Emit, Job
from app.model.data_points import LONGEST, MOST, DataPoint
from app.model.data_settings import POINTS, DataSettings
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, describe
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.samples.points_file import points_in
from compute.samples.table import Table
from compute.statistics.maximum_likelihood import Fit, fit


@dataclass(frozen=True)
class DataTask(Job):
    """Reads a table for a family, and fits it to the samples.

    opens: its points replace those of the scene; else the panel alone shows what is fitted.
    """

    words: ClassVar[str] = "the data"

    family: str
    data: DataSettings
    opens: bool = True

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `DataAnswer`, or `NoData` with the reason."""
        columns: tuple[TableColumn, ...] = ()
        try:
            manifold, table = manifold_of(self.family), table_of(self.data.file)
            columns = columns_of(table)
            emit(found(self, manifold, table, columns))
        except (ValueError, OSError) as problem:
            emit(NoData(self, describe(problem), columns))


@dataclass(frozen=True)
class DataAnswer:
    """The points; words: what they are and what was left out; fits: all of them, also those without a
    likeliest law; refused: samples that are none of the family, and why; data: the settings with the
    layout that was used.
    """

    job: DataTask
    points: tuple[DataPoint, ...]
    words: str
    whole: bool
    fits: tuple[Fit, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    data: DataSettings = field(default_factory=DataSettings)
    columns: tuple[TableColumn, ...] = ()


@dataclass(frozen=True)
class NoData:
    """Why a table gives no points."""

    job: DataTask
    words: str
    columns: tuple[TableColumn, ...] = ()


def found(
    job: DataTask, manifold: Manifold, table: Table, columns: tuple[TableColumn, ...]
) -> DataAnswer:
    """Return the points of a table.  Raises ValueError if it has none for the family."""
    data = layout_of(table, manifold.coordinates, job.data)
    answer = _given if data.layout == POINTS else _fitted
    return replace(answer(job, manifold, table, data), columns=columns)


def _given(job: DataTask, manifold: Manifold, table: Table, data: DataSettings) -> DataAnswer:
    name = Path(data.file).name
    given = points_in(table, manifold.coordinates)
    points_of(manifold, f"points of {name}", given.theta)
    groups = given.groups or ("",) * len(given.labels)
    times = given.times or (None,) * len(given.labels)
    losses = [value if value == value else None for value in given.losses]
    columns = (given.theta, given.labels, groups, times, losses or (None,) * len(given.labels))
    points = tuple(
        DataPoint((float(a), float(b)), label[:LONGEST], 0.0, "", (), group[:LONGEST], time, loss)
        for (a, b), label, group, time, loss in zip(*columns, strict=True)
    )
    _check(points)
    title = given.name[:LONGEST]
    of = f"{title} in {name}" if title else name
    words = f"{len(points)} points of {of}"
    return DataAnswer(job, points, words, True, data=replace(data, name=title))


def _fitted(job: DataTask, manifold: Manifold, table: Table, data: DataSettings) -> DataAnswer:
    """Return the maximum-likelihood points of the samples of a table."""
    fits, refused = _fits(manifold, groups_of(table, data))
    good = [one for one in fits if one.status == Status.OK]
    lost = ", ".join(f"{one.group} ({one.status.name})" for one in fits if one not in good)
    if refused and not good:
        raise ValueError(refused[0][1])
    if not good:
        raise ValueError(f"no sample has a likeliest law in {manifold.name}: {lost}")
    points = tuple(
        DataPoint((float(one.theta[0]), float(one.theta[1])), one.group[:LONGEST], one.n)
        for one in good
    )
    _check(points)
    missing = sum(one.missing for one in fits)
    of = f"groups of {data.by} ({data.column})" if data.by else "columns"
    words = f"fitted to {len(points)} {of} of {Path(data.file).name}"
    words += f"; {missing} value{'s' * (missing != 1)} missing" if missing else ""
    words += f"; without a likeliest law: {lost}" if lost else ""
    words += f"; left out: {'; '.join(why for _, why in refused)}" if refused else ""
    whole = not (lost or refused)
    return DataAnswer(job, points, words, whole, tuple(fits), tuple(refused), data)


def _fits(manifold: Manifold, groups: list[Group]) -> tuple[list[Fit], list[tuple[str, str]]]:
    """Fit each sample; those with values outside the sample space are left out, with the reason."""
    fits: list[Fit] = []
    refused: list[tuple[str, str]] = []
    for group in groups:
        checkpoint()
        try:
            fits.append(fit(manifold, group))
        except Refused as problem:
            refused.append((group.group, str(problem)))
    return fits, refused


def _check(points: tuple[DataPoint, ...]) -> None:
    if len(points) > MOST:
        raise ValueError(f"a scene has at most {MOST} points of data, got {len(points)}")
