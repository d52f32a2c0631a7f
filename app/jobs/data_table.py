"""Tables of data on the worker: what is recognised in one, and its samples.

The last table is kept while its file stays the same, since every choice in the panel reads it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from app.model.data_points import LONGEST, DataPoint
from app.model.data_settings import COLUMNS, GROUPS, GUESSED, POINTS, DataSettings
from compute.core.opening import modified
from compute.manifold.manifold import Manifold
from compute.samples import samples
from compute.samples.points_file import has_points
from compute.samples.table import MISSING, TEXT, Table, read
from compute.statistics.likelihood import likelihood
from compute.statistics.maximum_likelihood import score_length

Group = samples.Sample
# Fisher length of the mean score at θ̂, times √n, up to which a point still belongs to its sample
STILL = 1e-3


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: how many entries it has, how many are missing, and whether it holds
    numbers.
    """

    name: str
    n: int
    missing: int
    is_numeric: bool


def table_of(path: str) -> Table:
    """Return the table of a file, read again if that has changed.

    Raises ValueError and OSError as `read` does.
    """
    return _read(path, modified(path))


@lru_cache(maxsize=1)
def _read(path: str, changed: int) -> Table:
    return read(path)


def columns_of(table: Table) -> tuple[TableColumn, ...]:
    """Return what is recognised in a table."""
    return tuple(_column(table, name) for name in table.columns)


def _column(table: Table, name: str) -> TableColumn:
    entries = table.columns[name]
    if entries.dtype.kind in TEXT:
        missing = sum(text.strip().lower() in MISSING for text in entries.tolist())
    else:
        missing = int(np.count_nonzero(np.isnan(entries.astype(np.float64))))
    return TableColumn(name, len(entries), missing, table.is_numeric(name))


def layout_of(table: Table, coordinates: tuple[str, str], data: DataSettings) -> DataSettings:
    """Return the settings with a layout for a family: the one chosen, or what the table looks like.

    Columns that the layout does not use are removed.
    """
    if data.layout == GUESSED:
        if has_points(table, coordinates):
            return replace(data, layout=POINTS, column="", by="", weights="")
        column, by = samples.guessed(table)
        data = replace(data, layout=GROUPS if by else COLUMNS, column=column, by=by, weights="")
    if data.layout == POINTS:
        return replace(data, column="", by="", weights="")
    return data if data.layout == GROUPS else replace(data, by="")


def groups_of(table: Table, data: DataSettings) -> list[Group]:
    """Return the samples of a table.  Raises ValueError as `samples.of_table` does."""
    if data.layout == GROUPS and not data.by:
        raise ValueError("choose the column of the groups")
    return samples.of_table(table, data.column, data.by, data.weights)


def sample_of(manifold: Manifold, data: DataSettings, point: DataPoint) -> Group | None:
    """Return the sample of a fitted point; None if the file is not there or gives another point now."""
    if not data.file or not point.n:
        return None
    try:
        found = _groups(data.source, modified(data.file))
    except (ValueError, OSError):
        return None
    sample = found.get(point.label)
    if sample is None or sample.size != point.n:
        return None
    try:
        away = score_length(likelihood(manifold, sample), np.array(point.theta))
    except ValueError:
        return None
    return sample if away * np.sqrt(point.n) < STILL else None


@lru_cache(maxsize=1)
def _groups(data: DataSettings, changed: int) -> dict[str, Group]:
    table = table_of(data.file)
    return {sample.group[:LONGEST]: sample for sample in groups_of(table, data)}
