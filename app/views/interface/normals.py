"""Two bivariate normals and the ways between them, as plain data for views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.normals import Numbers

Array = NDArray[np.floating]


@dataclass(frozen=True)
class NormalEdited:
    """The normal "A" or "B" has other numbers."""

    name: str
    numbers: Numbers


@dataclass(frozen=True, eq=False)
class NormalsWay:
    """One way: mean (m, 2) and outlines (m, k, 2) of one standard deviation at equal times."""

    kind: str
    title: str
    length: float
    mean: Array
    outlines: Array


@dataclass(frozen=True, eq=False)
class NormalsState:
    """Both normals with their outlines (k, 2), the ways, the time that is marked, and what is wrong."""

    a: Numbers
    b: Numbers
    ends: tuple[Array, Array]
    ways: tuple[NormalsWay, ...]
    playhead: float
    note: str = ""
