"""The state of the normals panel, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.normals import Numbers

Array = NDArray[np.floating]


@dataclass(frozen=True)
class NormalEdited:
    """The normal "A" or "B" was edited."""

    name: str
    numbers: Numbers


@dataclass(frozen=True, eq=False)
class NormalsWay:
    """One path: mean (m, 2) and outlines (m, k, 2) of one standard deviation at equal times."""

    kind: str
    title: str
    length: float
    mean: Array
    outlines: Array


@dataclass(frozen=True, eq=False)
class NormalsState:
    """Both normals with their outlines (k, 2), the paths, the marked time, and an error note."""

    a: Numbers
    b: Numbers
    ends: tuple[Array, Array]
    ways: tuple[NormalsWay, ...]
    playhead: float
    note: str = ""
