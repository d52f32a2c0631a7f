"""A matrix of distances as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from compute.core.arrays import Floats


def matrix_csv(labels: Sequence[str], values: Floats) -> str:
    """Return a matrix (n, n) as CSV text with labels (n,) of its rows and columns; unknown distances
    are empty.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["label", *labels])
    for name, row in zip(labels, values, strict=True):
        rows.writerow([name, *("" if np.isnan(x) else repr(float(x)) for x in row)])
    return text.getvalue()
