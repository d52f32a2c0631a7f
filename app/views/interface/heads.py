"""The panel of heads as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int]  # layer and head


@dataclass(frozen=True, eq=False)
class HeadCell:
    """One head: numbers in words, what its bar shows by name of the number in [0, 1], and a picture
    (rows, columns) of values in [0, 1], row 0 lowest.
    """

    words: str
    bars: Mapping[str, float]
    order: Mapping[str, float]
    picture: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class HeadsState:
    """The heads of a file, as far as they are known; ``current`` is the one that is shown.

    numbers: which of the model's layers they are in.
    """

    name: str
    layers: int
    heads: int
    numbers: tuple[int, ...]
    cells: Mapping[Place, HeadCell]
    current: Place
    words: str
