"""A token's path through layers or heads, as plain data for views."""

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

    tokens: all that can be chosen; token and over: what is, of which ``followed`` is the number.
    xy (m, 2) and circle (k, 2): the rows and the great circle between its ends; turning (m,) in
    degrees, NaN where there is none; current: the layer or head of the scene; tips (m,): each row in
    words; words: on the whole path; note: why there is no path, or "";
    whose: how the token that is followed has to do with A.
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
