"""The matrix of a head's attention rows, as plain data for views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CellChosen:
    """A cell of the matrix was clicked; ``pin``: "A" or "B", which is brought onto its query."""

    query: int
    pin: str


@dataclass(frozen=True, eq=False)
class MatrixState:
    """The rows (m, n) of a head, each query under its own mask, NaN for a query that sees no key.

    seen (m, n): which keys a query sees; queries, keys: the tokens by position and word; pins: the
    tokens that A and B are on, −1 for none.  words: what the rows are and how they were verified;
    note: why there are none, or "".
    """

    rows: NDArray[np.floating]
    seen: NDArray[np.bool_]
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    pins: tuple[int, int]
    words: str
    note: str = ""
