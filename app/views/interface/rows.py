"""The state of the rows panel, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class RowStrip:
    """One path from A to B: rows (k, s) at equal times from 0 to ``reached``, row 0 at A.

    kind: "e", "geodesic" or "m"; title, and a text with its lengths; ``fine``: it converged.
    """

    kind: str
    title: str
    words: str
    rows: Array
    reached: float
    fine: bool


@dataclass(frozen=True, eq=False)
class RowsState:
    """Strips over one support x (s,), of outcomes with ``labels`` or of a density with none.

    ``playhead``: the time marked in all strips; ``stale``: they are outdated.
    """

    x: Array
    labels: tuple[str, ...]
    title: str
    strips: tuple[RowStrip, ...]
    note: str
    playhead: float
    stale: bool = False
