"""A matrix of distances as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.jobs.distances import MatrixAnswer
from app.jobs.job import Cancelled, Emit, Job
from app.model.file_formats import CSV
from compute.core.arrays import Floats
from compute.core.refusal import describe
from compute.core.replacing import replacing
from compute.requests.engine import Engine
from compute.samples.formula_cells import guarded


def matrix_csv(labels: Sequence[str], values: Floats) -> str:
    """Return a matrix (n, n) as CSV text with labels (n,) of its rows and columns; unknown distances
    are empty.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    names = [guarded(label) for label in labels]
    rows.writerow(["label", *names])
    for name, row in zip(names, values, strict=True):
        rows.writerow([name, *("" if np.isnan(x) else repr(float(x)) for x in row)])
    return text.getvalue()


@dataclass(frozen=True)
class WriteMatrixTask(Job):
    """A matrix of distances as a table."""

    words: ClassVar[str] = "the table of distances"

    answer: MatrixAnswer
    names: tuple[str, ...]
    target: Path

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Write beside the target and rename; say why if that cannot be."""
        try:
            if self.target.suffix.lower() != CSV:
                raise ValueError(f"the file must end in {CSV}")
            with replacing(self.target) as file:
                file.write_text(matrix_csv(self.names, self.answer.found.values), "utf-8")
            emit(MatrixWritten(self, f"{self.target.name} has the distances"))
        except (ValueError, OSError) as problem:
            emit(MatrixWritten(self, f"⚠ {self.target.name} was not written: {describe(problem)}"))


@dataclass(frozen=True)
class MatrixWritten:
    """That a matrix is in its file, or why it is not."""

    job: Job
    words: str
