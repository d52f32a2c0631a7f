"""A token's path through layers, heads or files, as plain data for views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class TokenPathChosen:
    """Which token is followed (−1: the one at A), over what, as `compute.attention.token_rows` says.

    residual: its share in each layer of a rollout; files: what the head is compared with; same: what
    the token has in common in these, "position" or "name".
    """

    token: int = -1
    over: str = "mean"
    residual: float = 0.5
    files: tuple[str, ...] = ()
    same: str = "position"


@dataclass(frozen=True)
class TokenPathAsked:
    """Ask for a file: one to "compare" with, or one to "save" what the panel shows."""

    purpose: str


@dataclass(frozen=True, eq=False)
class TokenPathState:
    """The path of one token's rows, drawn on two axes.

    tokens: all that can be chosen; chosen: what is, of which the token has the number ``followed``;
    kind: what each row is of, "layer", "head" or "file".
    xy (m, 2) and circle (k, 2): the rows and the great circle between its ends; turning (m,) in
    degrees, NaN where there is none; distances (m, m); names (m,): of each row, short, and
    places (m,) in full; current: that of the scene, −1 if none is; tips (m,): each row in words; words:
    on the whole path; said: what the rows are; vouched: how far they are the model's; note: why there
    is no path, or "";
    whose: how the token that is followed has to do with A.
    """

    tokens: tuple[str, ...]
    chosen: TokenPathChosen
    followed: int
    kind: str
    xy: Array
    circle: Array
    turning: Array
    distances: Array
    names: tuple[str, ...]
    places: tuple[str, ...]
    current: int
    tips: tuple[str, ...]
    words: str
    said: str
    vouched: str
    note: str = ""
    whose: str = "at A"
