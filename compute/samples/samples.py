"""Samples: the observations of one group each, with weights, from tables, arrays and data frames."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.samples.frames import plain
from compute.samples.table import Table

# maximum number of groups
MOST_GROUPS = 10_000
# the column of labels that are given beside a table
LABELS = "by"


@dataclass(frozen=True, eq=False)
class Sample:
    """The observations x (n,) of a group with their weights (n,); missing: how many had no value.

    A weight counts how often an observation was made.
    """

    group: str
    x: Floats
    weight: Floats
    missing: int

    @property
    def size(self) -> float:
        """The sum of all weights, n for weights of 1."""
        return float(self.weight.sum())


def of_table(table: Table, column: str = "", by: str = "", weights: str = "") -> list[Sample]:
    """Return the samples of a table, one a group of ``by``, or else one a column of numbers.

    Raises Refused if ``by`` is given and several columns might hold the values, for columns that are
    missing, no numbers or of different lengths, and for weights below 0.
    """
    names = [column] if column else _candidates(table, {by, weights})
    if not by:
        weight = table.numbers(weights) if weights else None
        return [_sample(name, table.numbers(name), weight) for name in names]
    if len(names) != 1:
        raise Refused(f"name the column of the values, one of {', '.join(names) or 'none'}")
    weight = table.numbers(weights) if weights else None
    return grouped(table.numbers(names[0]), table.words(by), weight)


def guessed(table: Table) -> tuple[str, str]:
    """Return the column of the values and the column of the groups, if a table has just one column of
    numbers and one of text, with fewer labels than rows; else "" and "": each column is a sample.
    """
    numeric = [name for name in table.columns if table.is_numeric(name)]
    words = [name for name in table.columns if name not in numeric]
    if len(numeric) != 1 or len(words) != 1:
        return "", ""
    labels = table.words(words[0])
    return (numeric[0], words[0]) if len(set(labels)) < len(labels) else ("", "")


def _candidates(table: Table, used: set[str]) -> list[str]:
    """Return the columns of numbers that have no other use.  Raises Refused if there is none."""
    found = [name for name in table.columns if name not in used and table.is_numeric(name)]
    if not found:
        known = ", ".join(table.columns)
        single = len(table.columns) == 1 and re.search(r"[|:\s]", known)
        hint = ": columns are separated by commas, semicolons or tabs" if single else ""
        raise Refused(f"{table.path} must have a column of numbers, got {known}{hint}")
    return found


def of_values(samples: Any, by: Any = None, column: str = "", weights: str = "") -> list[Sample]:
    """Return the samples of an array (n,), or of a mapping of arrays or a data frame as `of_table`
    does.

    ``by``: labels (n,), or the name of the column with the labels.  Raises Refused.
    """
    if not hasattr(samples, "keys"):
        values = _numbers(samples)
        return [_sample("", values, None)] if by is None else grouped(values, list(map(str, by)))
    columns = {str(name): np.asarray(samples[name]) for name in samples.keys()}  # noqa: SIM118
    if by is not None and not isinstance(by, str):
        columns[LABELS], by = np.array(list(map(str, by))), LABELS
    return of_table(Table("samples", plain(columns)), column, by or "", weights)


def _numbers(samples: ArrayLike) -> Floats:
    try:
        values = np.asarray(samples, np.float64)
    except (TypeError, ValueError):
        raise Refused(f"samples must be numbers, got {shown(samples)}") from None
    if values.ndim != 1:
        raise Refused(f"samples must have shape (n,), got {values.shape}")
    return values


def grouped(values: Floats, labels: Iterable[str], weight: Floats | None = None) -> list[Sample]:
    """Return one sample a label, in the order of their first occurrence.  Raises Refused."""
    rows: dict[str, list[int]] = {}
    count = 0
    for count, label in enumerate(labels, 1):
        rows.setdefault(str(label), []).append(count - 1)
    if count != len(values):
        raise Refused(f"there must be one label a value, got {count} for {len(values)}")
    if len(rows) > MOST_GROUPS:
        raise Refused(f"there must be at most {MOST_GROUPS} groups, got {len(rows)}")
    if weight is not None and len(weight) != count:
        raise Refused(f"there must be one weight a value, got {len(weight)} for {count}")
    return [
        _sample(name, values[group], None if weight is None else weight[group])
        for name, group in rows.items()
    ]


def _sample(group: str, values: Floats, weight: Floats | None) -> Sample:
    """Return a sample without its missing values.  Raises Refused for bad weights."""
    weight = np.ones(len(values)) if weight is None else weight
    if weight.shape != values.shape:
        raise Refused(f"there must be one weight a value, got {len(weight)} for {len(values)}")
    if (weight < 0).any():
        raise Refused(f"weights must not be negative, got {shown(float(weight.min()))}")
    with np.errstate(over="ignore"):
        total = float(np.nansum(weight))
    if not np.isfinite(total):
        raise Refused(f"weights must have a finite sum, got {total}")
    if np.isinf(values).any():
        raise Refused(f"samples must be finite, got {values[np.isinf(values)][0]}")
    known = ~(np.isnan(values) | np.isnan(weight))
    return Sample(group, values[known], weight[known], int(np.count_nonzero(~known)))
