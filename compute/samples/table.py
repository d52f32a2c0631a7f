"""Tables in untrusted files: CSV, TSV and NPZ, read as columns with names.

The first line of a text file names its columns.  They are separated by the sign that occurs most often
in it, of comma, semicolon and tab.  Where that is not the comma, a comma in a number is its decimal
point.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compute.core.array_files import arrays_of
from compute.core.arrays import Floats
from compute.core.opening import read_text
from compute.core.refusal import Refused, refusing, shown

SUFFIXES = (".csv", ".tsv", ".txt", ".npz")
# maximum size of a file in bytes, and number of columns
MOST_BYTES, MOST_COLUMNS = 256 << 20, 4096
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
# entries that stand for a missing value, in lower case
MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", ".", "-"))
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CENSORED = re.compile(r"(<=?|>=?|≤|≥)\s*[+-]?[\d.,]+([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a file by name, each (n,): text, or numbers from an NPZ file.

    decimal_comma: whether a comma in a number is its decimal point; first: the line of the first row.
    """

    path: str
    columns: Mapping[str, NDArray[np.str_] | Floats]
    decimal_comma: bool = False
    first: int = 2

    def column(self, name: str) -> NDArray[np.str_] | Floats:
        """Return a column.  Raises Refused with the names of all columns if there is none of this
        name.
        """
        if name not in self.columns:
            known = ", ".join(self.columns)
            raise Refused(f"{self.path} has the columns {known}, got {shown(name)}")
        return self.columns[name]

    def numbers(self, name: str) -> Floats:
        """Return a column as numbers (n,), NaN where a value is missing.

        Raises Refused for any other text and for infinite values, with the entry and its line.
        """
        column = self.column(name)
        if column.dtype.kind != "U":
            return self._finite(name, column.astype(np.float64))
        return self._finite(
            name, np.array([self._number(name, i, text) for i, text in enumerate(column)])
        )

    def words(self, name: str) -> list[str]:
        """Return a column as text."""
        return [str(entry).strip() for entry in self.column(name)]

    def is_numeric(self, name: str) -> bool:
        """Whether the first value of a column that is not missing is a number or a censored one."""
        column = self.column(name)
        if column.dtype.kind != "U":
            return True
        present = (text.strip() for text in column if text.strip().lower() not in MISSING)
        first = next(present, None)
        return first is not None and bool(
            _NUMBER.fullmatch(self._pointed(first)) or _CENSORED.fullmatch(first)
        )

    def _pointed(self, text: str) -> str:
        return text.replace(",", ".", 1) if self.decimal_comma else text

    def _number(self, name: str, row: int, text: str) -> float:
        text = text.strip()
        if text.lower() in MISSING:
            return np.nan
        if not _NUMBER.fullmatch(self._pointed(text)):
            raise Refused(
                f"{self.path}, line {self.first + row}: {name} must be {_expected(text)}, "
                f"got {shown(text)}"
            )
        return float(self._pointed(text))

    def _finite(self, name: str, values: Floats) -> Floats:
        endless = np.flatnonzero(np.isinf(values))
        if endless.size:
            raise Refused(
                f"{self.path}: {name} must be finite, got {values[endless[0]]} "
                f"in row {int(endless[0]) + 1}"
            )
        return values


def _expected(text: str) -> str:
    if _CENSORED.fullmatch(text):
        return "a number: censored values are not supported"
    if re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
        return "a number: a decimal comma is read only between semicolons or tabs"
    return "a number"


def read(path: str | Path) -> Table:
    """Return the table of a file.  Raises Refused for a file that is no table or too large, OSError if
    it cannot be opened.
    """
    path = str(path)
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise Refused(f"{path} must be one of {', '.join(SUFFIXES)}: a table of samples or points")
    return _of_arrays(path) if suffix == ".npz" else _of_text(path)


def _of_arrays(path: str) -> Table:
    arrays = arrays_of(path, _all_names(path), MOST_BYTES)
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "fiuU":
            raise Refused(
                f"{path}: {name} must be numbers or text of shape (n,), "
                f"got {array.dtype} of shape {array.shape}"
            )
    return Table(path, arrays, first=1)


def _all_names(path: str) -> list[str]:
    from compute.core.array_files import names_of

    names = names_of(path)
    if not 0 < len(names) <= MOST_COLUMNS:
        raise Refused(f"{path} must hold from 1 to {MOST_COLUMNS} arrays, got {len(names)}")
    return names


def _of_text(path: str) -> Table:
    text = read_text(path, MOST_BYTES, "utf-8-sig")
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    with refusing(f"{path} must be a table of text, but cannot be read"):
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        names = _names(path, next(rows, []))
        whole = _whole(path, rows, len(names), SEPARATORS[separator])
    columns = np.array(whole, dtype=np.str_).reshape(-1, len(names)).T
    return Table(path, dict(zip(names, columns, strict=True)), separator != ",")


def _names(path: str, header: list[str]) -> list[str]:
    names = [name.strip() or f"column {i + 1}" for i, name in enumerate(header)]
    if not 0 < len(names) <= MOST_COLUMNS:
        raise Refused(f"{path} must have from 1 to {MOST_COLUMNS} columns, got {len(names)}")
    if all(_NUMBER.fullmatch(name) for name in names):
        raise Refused(f"the first line of {path} must name its columns, got {shown(header)}")
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise Refused(f"the columns of {path} must have different names, got {shown(twice)} twice")
    return names


def _whole(path: str, rows: object, width: int, between: str) -> list[list[str]]:
    """Return the rows that are not empty; refuse one with another number of entries."""
    found = []
    for row in rows:  # type: ignore[attr-defined]
        if not row:
            continue
        if len(row) != width:
            raise Refused(
                f"{path}, line {rows.line_num}: there must be {width} entries "  # type: ignore[attr-defined]
                f"between {between}, got {len(row)}"
            )
        found.append(row)
    return found
