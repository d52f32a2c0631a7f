"""Tables in untrusted files: CSV, TSV and NPZ, and what pandas reads, as columns with names.

The first line of a text file names its columns.  They are separated by the sign that occurs most often
in it, of comma, semicolon and tab.  Where that is not the comma, a comma in a number is its decimal
point.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.core.array_files import arrays_of, names_of
from compute.core.arrays import Floats
from compute.core.opening import read_text
from compute.core.refusal import Refused, refusing, shown
from compute.samples.formula_cells import unguarded
from compute.samples.frames import READERS, frame_of

SUFFIXES = (".csv", ".tsv", ".txt", ".npz", *READERS)
# maximum size of a file in bytes, and number of columns
MOST_BYTES, MOST_COLUMNS = 256 << 20, 4096
# maximum number of entries of a text file: each takes about 100 bytes of memory
MOST_ENTRIES = 10_000_000
# maximum number of lines, also empty ones: 250 million of these would be read for a minute
MOST_LINES = 2 * MOST_ENTRIES
# separators in one row, also within quotes: the reader collects a row before it can be counted
MOST_SEPARATORS = 1 << 20
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
# kinds of arrays of text
TEXT = "UO"
# an array (n, 2) of points in an NPZ file, the names of its columns, and the text that names them all
THETA, PAIR, NAME = "theta", ("theta[:, 0]", "theta[:, 1]"), "name"
# entries that stand for a missing value, in lower case
MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", ".", "-", "<na>", "nat"))
# whole numbers up to this are exact in float64; of others not all are
EXACT = float(1 << 53)
# entries that say whether a column holds numbers
LOOKED_AT = 1000
# each sign has one way to match: an entry of 100,000 digits would take minutes with two
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# with signs between thousands, and either decimal sign
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,'’\s]\d{3})+([.,]\d+)?|[+-]?\d+,\d+")
_PARTED = re.compile(r"[+-]?[\d.]+(\s*[|:]\s*|\s+)[+-]?[\d.]+.*", re.ASCII)
_CENSORED = re.compile(r"(<=?|>=?|≤|≥)\s*[+-]?[\d.,]+([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a file by name, each (n,): text (as objects, since one long entry would widen all
    others of an array of text), or text and numbers from an NPZ file.

    decimal_comma: whether a comma in a number is its decimal point; lines: the line on which each row
    begins, empty for arrays; name: of the whole, "" for none.
    """

    path: str
    columns: Mapping[str, NDArray[Any]]
    decimal_comma: bool = False
    lines: Sequence[int] = ()
    name: str = ""

    def place(self, row: int) -> str:
        """Return where a row is in the file, in words: "line 7", or "row 6" of arrays."""
        return f"line {self.lines[row]}" if self.lines else f"row {row + 1}"

    def column(self, name: str) -> NDArray[Any]:
        """Return a column.  Raises Refused with the names of all columns if there is none of this
        name.
        """
        if name not in self.columns:
            known = ", ".join(self.columns)
            raise Refused(f"{self.path} has the columns {known}, got {shown(name)}")
        return self.columns[name]

    def numbers(self, name: str) -> Floats:
        """Return a column as numbers (n,), NaN where a value is missing.

        Raises Refused for any other text, for infinite values and for whole numbers that float64 does
        not hold, with the entry and its line.
        """
        column = self.column(name)
        if column.dtype.kind not in TEXT:
            with np.errstate(over="ignore"):
                values = column.astype(np.float64)
            if column.dtype.kind in "iu":
                self._check_whole(name, column, values)
            return self._finite(name, values)
        texts = column.tolist()
        numbers = [self._number(name, row, text) for row, text in enumerate(texts)]
        if self.decimal_comma:
            self._check_points(name, texts)
        return self._finite(name, np.array(numbers, np.float64))

    def words(self, name: str) -> list[str]:
        """Return a column as text, without the marks of `formula_cells`."""
        return [unguarded(str(entry).strip()) for entry in self.column(name).tolist()]

    def is_numeric(self, name: str) -> bool:
        """Whether at least half of the first values of a column that are not missing are numbers, also
        those that `numbers` refuses: censored, or with signs between thousands.
        """
        column = self.column(name)
        if column.dtype.kind not in TEXT:
            return True
        present = (text.strip() for text in column if text.strip().lower() not in MISSING)
        some = list(islice(present, LOOKED_AT))
        return 0 < len(some) <= 2 * sum(map(self._is_number, some))

    def _is_number(self, text: str) -> bool:
        kinds = (_NUMBER, self._pointed(text)), (_CENSORED, text), (_GROUPED, text)
        return any(kind.fullmatch(written) for kind, written in kinds)

    def _pointed(self, text: str) -> str:
        return text.replace(",", ".", 1) if self.decimal_comma else text

    def _number(self, name: str, row: int, text: str) -> float:
        text = text.strip()
        pointed = self._pointed(text)
        if _NUMBER.fullmatch(pointed):
            value = float(pointed)
            if abs(value) >= EXACT and not _is_exact(pointed.lstrip("+-"), abs(value)):
                raise self._inexact(name, row, text)
            return value
        if text.lower() in MISSING:
            return np.nan
        raise Refused(
            f"{self.path}, {self.place(row)}: {name} must be {_expected(text)}, got {shown(text)}"
        )

    def _check_points(self, name: str, texts: list[str]) -> None:
        """Refuse a column in which a point might be the decimal sign or one between thousands."""
        if not any("," in text for text in texts):
            return
        for row, text in enumerate(texts):
            if "." in text and text.strip() not in MISSING:
                raise Refused(
                    f"{self.path}, {self.place(row)}: {name} must have one decimal sign, "
                    f"got {shown(text)} beside decimal commas"
                )

    def _check_whole(self, name: str, column: NDArray[Any], values: Floats) -> None:
        for row in np.flatnonzero(np.abs(values) >= EXACT):
            if int(column[row]) != int(values[row]):
                raise self._inexact(name, int(row), str(column[row]))

    def _inexact(self, name: str, row: int, text: str) -> Refused:
        return Refused(
            f"{self.path}, {self.place(row)}: {name} must be a number that float64 holds exactly, "
            f"as all whole ones up to 2^53, got {shown(text)}"
        )

    def _finite(self, name: str, values: Floats) -> Floats:
        endless = np.flatnonzero(np.isinf(values))
        if endless.size:
            row = int(endless[0])
            raise Refused(
                f"{self.path}, {self.place(row)}: {name} must be finite, got {values[row]}"
            )
        return values


def _is_exact(digits: str, value: float) -> bool:
    """Whether float64 holds a number without sign, if that is whole and written without exponent."""
    if not digits.isdigit():
        return True
    # Python converts at most some thousand digits
    return bool(np.isfinite(value)) and int(digits.lstrip("0")) == value


def _expected(text: str) -> str:
    if _CENSORED.fullmatch(text):
        return "a number: censored values are not supported"
    if re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
        return "a number: a decimal comma is read only between semicolons or tabs"
    if _GROUPED.fullmatch(text):
        return "a number without signs between thousands"
    if _PARTED.fullmatch(text):
        return "a number: columns are separated by commas, semicolons or tabs"
    return "a number"


def read(path: str | Path) -> Table:
    """Return the table of a file.  Raises Refused for a file that is no table or too large, OSError if
    it cannot be opened.
    """
    path = str(path)
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise Refused(f"{path} must be one of {', '.join(SUFFIXES)}: a table of samples or points")
    if suffix in READERS:
        return _of_frame(path, suffix)
    return _of_arrays(path) if suffix == ".npz" else _of_text(path)


def _of_frame(path: str, suffix: str) -> Table:
    columns = frame_of(path, suffix, MOST_BYTES, MOST_ENTRIES)
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise Refused(f"{path} must have from 1 to {MOST_COLUMNS} columns, got {len(columns)}")
    return Table(path, columns)


def _of_arrays(path: str) -> Table:
    arrays = arrays_of(path, _all_names(path), MOST_BYTES)
    theta, words = arrays.get(THETA), arrays.get(NAME)
    if theta is not None and theta.ndim == 2 and theta.shape[1] == 2:
        del arrays[THETA]
        arrays = dict(zip(PAIR, theta.T, strict=True)) | arrays
    is_name = words is not None and words.ndim == 0 and words.dtype.kind == "U"
    if is_name:
        del arrays[NAME]
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "fiuU":
            raise Refused(
                f"{path}: {name} must be numbers or text of shape (n,), "
                f"got {array.dtype} of shape {array.shape}"
            )
    with refusing(f"{path} must hold text in Unicode, but cannot be read"):
        columns = {
            name: array.astype(object) if array.dtype.kind == "U" else array
            for name, array in arrays.items()
        }
        title = str(words) if is_name else ""
    return Table(path, columns, name=title)


def _all_names(path: str) -> list[str]:
    names = names_of(path)
    if not 0 < len(names) <= MOST_COLUMNS:
        raise Refused(f"{path} must hold from 1 to {MOST_COLUMNS} arrays, got {len(names)}")
    _check_different(path, names)
    return names


def _of_text(path: str) -> Table:
    text = read_text(path, MOST_BYTES, "utf-8-sig")
    if "\0" in text:
        # so does text in UTF-16 without its mark, and NumPy drops the last ones of an entry
        raise Refused(f"{path} must be text in UTF-8, got a character of code 0")
    lines = text.count("\n")
    if lines > MOST_LINES:
        raise Refused(f"{path} must have at most {MOST_LINES} lines, got {lines}")
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    with refusing(f"{path} must be a table of text, but cannot be read"):
        source = _Lines(path, text, separator)
        rows = csv.reader(source, delimiter=separator)
        names = _names(path, next(rows, []))
        begins, whole = _whole(path, rows, source, len(names), SEPARATORS[separator])
        columns = np.array(whole, dtype=object).reshape(-1, len(names)).T
    return Table(path, dict(zip(names, columns, strict=True)), separator != ",", begins)


def _names(path: str, header: list[str]) -> list[str]:
    names = [unguarded(name.strip()) or f"column {i + 1}" for i, name in enumerate(header)]
    if not 0 < len(names) <= MOST_COLUMNS:
        raise Refused(f"{path} must have from 1 to {MOST_COLUMNS} columns, got {len(names)}")
    if all(_NUMBER.fullmatch(name) for name in names):
        raise Refused(f"the first line of {path} must name its columns, got {shown(header)}")
    _check_different(path, names)
    return names


def _check_different(path: str, names: list[str]) -> None:
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise Refused(f"the columns of {path} must have different names, got {shown(twice)} twice")


class _Lines:
    """The lines of a text; raises Refused for a row of more than MOST_SEPARATORS separators.

    A row may have several lines: ``begin_row`` says that the next line is the first of one.
    """

    def __init__(self, path: str, text: str, separator: str) -> None:
        self._path, self._separator = path, separator
        self._lines = io.StringIO(text, newline="")
        self._number = self._found = 0

    def begin_row(self) -> None:
        self._found = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._number += 1
        self._found += line.count(self._separator)
        if self._found > MOST_SEPARATORS:
            raise Refused(
                f"{self._path}, line {self._number}: a row must have at most {MOST_SEPARATORS} "
                f"{SEPARATORS[self._separator]}, got {self._found}"
            )
        return line


def _whole(
    path: str, rows: Any, source: _Lines, width: int, between: str
) -> tuple[list[int], list[list[str]]]:
    """Return the rows that are not empty and the line on which each begins; refuse one with another
    number of entries, and too many.
    """
    most = MOST_ENTRIES // width
    lines: list[int] = []
    found: list[list[str]] = []
    begin = rows.line_num + 1
    source.begin_row()
    for row in rows:
        source.begin_row()
        if row and len(row) != width:
            raise Refused(
                f"{path}, line {begin}: there must be {width} entries between {between}, "
                f"got {len(row)}"
            )
        if len(found) == most:
            raise Refused(f"{path} must have at most {most} rows of {width} entries, got more")
        if row:
            lines.append(begin)
            found.append(row)
        begin = rows.line_num + 1
    return lines, found
