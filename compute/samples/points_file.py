"""Points of a family in a table: its coordinates as columns, or an array ``theta`` (n, 2) of an NPZ
file, with optional labels, groups, times and losses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.samples.table import NAME, PAIR, Table, read

LABEL, GROUP, LOSS = "label", "group", "loss"
# names of a column of times, the first of them that holds numbers
TIMES = ("step", "time", "epoch")
# names of Greek letters, for tables written without them
SPELT = {
    "α": "alpha", "β": "beta", "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ν": "nu", "σ": "sigma", "Ω": "Omega",
}  # fmt: skip
# maximum number of points, and size of a coordinate, as in scenes: squares of larger ones overflow
MOST_POINTS, LARGEST = 100_000, 1e15


@dataclass(frozen=True, eq=False)
class LabelledPoints:
    """theta (n, 2) and labels (n,), the row's number where the file has none; groups (n,), times (n,)
    and losses (n,), NaN for a missing one, or () where it has none; name: of all points, "" for none.
    """

    theta: Floats
    labels: tuple[str, ...]
    groups: tuple[str, ...] = ()
    times: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    name: str = ""


def read_points(path: str | Path, coordinates: Sequence[str]) -> LabelledPoints:
    """Return the points of a file, as `points_in` does.  Raises Refused."""
    return points_in(read(path), coordinates)


def has_points(table: Table, coordinates: Sequence[str]) -> bool:
    """Whether a table has a column for each coordinate, or an array of points."""
    named = all(name in table.columns or _spelt(name) in table.columns for name in coordinates)
    return named or _is_paired(table)


def _is_paired(table: Table) -> bool:
    """Whether a table has an array of points, whose columns are the coordinates in their order."""
    return all(name in table.columns for name in PAIR)


def points_in(table: Table, coordinates: Sequence[str]) -> LabelledPoints:
    """Return the points of a table whose columns are named like the coordinates, Greek letters also by
    their names, or of its array ``theta``.

    A column ``name`` of one entry names all points; of several, each of them.  Raises Refused for a
    missing column, a missing value, a coordinate beyond LARGEST, columns of different lengths or no
    points at all.
    """
    given = PAIR if _is_paired(table) else [_column(table, name) for name in coordinates]
    columns = [_bounded(table, name) for name in given]
    words, name = _named(table, coordinates)
    groups = table.words(GROUP) if GROUP in table.columns else []
    timed = next((name for name in TIMES if _is_timed(table, name, coordinates)), None)
    times = [] if timed is None else _known(table, timed).tolist()
    is_lossy = LOSS in table.columns and LOSS not in coordinates and table.is_numeric(LOSS)
    losses = table.numbers(LOSS).tolist() if is_lossy else []
    others = (words, groups, times, losses)
    lengths = [*map(len, columns), *(len(column) for column in others if column)]
    if len(set(lengths)) > 1:
        raise Refused(f"the columns of {table.path} must have the same length, got {lengths}")
    theta = np.stack(columns, axis=-1)
    if not 0 < len(theta) <= MOST_POINTS:
        raise Refused(f"{table.path} must hold from 1 to {MOST_POINTS} points, got {len(theta)}")
    labels = words or [str(i + 1) for i in range(len(theta))]
    return LabelledPoints(
        theta, tuple(labels), tuple(groups), tuple(times), tuple(losses), table.name or name
    )


def _named(table: Table, coordinates: Sequence[str]) -> tuple[list[str], str]:
    """Return the labels of points, [] for none, and the name of all, "" for none."""
    names = table.words(NAME) if NAME in table.columns and NAME not in coordinates else []
    common = names[0] if len({*names}) == 1 else ""
    if LABEL in table.columns:
        return table.words(LABEL), common
    return ([] if common else names), common


def _spelt(coordinate: str) -> str:
    return "".join(SPELT.get(letter, letter) for letter in coordinate)


def _is_timed(table: Table, name: str, coordinates: Sequence[str]) -> bool:
    """Whether a column holds times as numbers; dates as text are none."""
    return name in table.columns and name not in coordinates and table.is_numeric(name)


def _column(table: Table, coordinate: str) -> str:
    """Return the name of the column of a coordinate.  Raises Refused if there is none."""
    spelt = _spelt(coordinate)
    found = next((name for name in (coordinate, spelt) if name in table.columns), None)
    if found is None:
        wanted = coordinate if spelt == coordinate else f"{coordinate} or {spelt}"
        known = ", ".join(table.columns)
        raise Refused(f"{table.path} must have a column {wanted}, got the columns {known}")
    return found


def _known(table: Table, name: str) -> Floats:
    values = table.numbers(name)
    unknown = np.flatnonzero(np.isnan(values))
    if unknown.size:
        row = table.place(int(unknown[0]))
        raise Refused(f"{table.path}, {row}: {name} must be a number, got none")
    return values


def _bounded(table: Table, name: str) -> Floats:
    """Return a column of coordinates.  Raises Refused for one beyond LARGEST."""
    values = _known(table, name)
    beyond = np.flatnonzero(np.abs(values) > LARGEST)
    if beyond.size:
        row = int(beyond[0])
        raise Refused(
            f"{table.path}, {table.place(row)}: {name} must lie within ±{LARGEST:g}, "
            f"got {values[row]:g}"
        )
    return values
