"""The state of the heads panel, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int]  # layer and head


@dataclass(frozen=True, eq=False)
class HeadCell:
    """One head: its numbers as text, bar values in [0, 1] by name, and a picture (rows, columns) of
    values in [0, 1], row 0 lowest.
    """

    words: str
    bars: Mapping[str, float]
    order: Mapping[str, float]
    picture: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class HeadsState:
    """The heads of a file computed so far; ``current`` is the one shown.

    numbers: layer numbers within the model.
    """

    name: str
    layers: int
    heads: int
    numbers: tuple[int, ...]
    cells: Mapping[Place, HeadCell]
    current: Place
    words: str
