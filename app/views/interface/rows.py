"""The distributions between A and B, as plain data for views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class RowStrip:
    """One way from A to B: rows (k, s) at equal times from 0 to ``reached``, row 0 at A.

    kind: "e", "geodesic" or "m"; title, and words on its lengths; ``fine``: it is converged.
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

    ``playhead``: the time that is marked in all of them; ``stale``: they are of what was shown before.
    """

    x: Array
    labels: tuple[str, ...]
    title: str
    strips: tuple[RowStrip, ...]
    note: str
    playhead: float
    stale: bool = False
