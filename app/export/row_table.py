"""Tables of rows with named columns, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.export.files import beside
from compute.samples.formula_cells import guarded, guarded_row


def write_table(target: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows with the same names as CSV, atomically; text that begins like a formula is marked.

    Raises ValueError without rows, and OSError.
    """
    if not rows:
        raise ValueError("there are no rows to write")
    with beside(target) as out, out.open("w", encoding="utf-8", newline="") as text:
        made = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        made.writerow({name: guarded(name) for name in rows[0]})
        made.writerows(map(guarded_row, rows))
