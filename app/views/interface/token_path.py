"""The state of the token path panel, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class TokenPathChosen:
    """Which token is followed (−1: the one at A), and over "layers" or "heads"."""

    token: int
    over: str


@dataclass(frozen=True, eq=False)
class TokenPathState:
    """The path of one token's rows, drawn on two axes.

    tokens: the choices; token and over: the selection, with ``followed`` the token's number.  xy (m, 2)
    and circle (k, 2): the rows and the great circle between the ends; turning (m,) in degrees, NaN if
    undefined; current: the layer or head of the scene; tips (m,): tooltips of the rows; words: a
    description of the path; note: why there is no path, or ""; whose: relation of the token to A.
    """

    tokens: tuple[str, ...]
    token: int
    over: str
    followed: int
    xy: Array
    circle: Array
    turning: Array
    current: int
    tips: tuple[str, ...]
    words: str
    note: str = ""
    whose: str = "at A"
