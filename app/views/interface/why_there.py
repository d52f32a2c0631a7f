"""Why a token attends to a key, as plain data for views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# the axis of the bars of each split
TITLES = {"dimensions": "part of the logit", "metric": "share of tr g"}


@dataclass(frozen=True)
class KeyAsked:
    """A key was chosen, −1: the one with most weight; split: "dimensions" or "metric"."""

    key: int
    split: str


@dataclass(frozen=True, eq=False)
class WhyState:
    """The bars of a row.

    keys: names of the keys that the query sees, with their numbers in ``numbers``, the heaviest first;
    key: the number of the chosen one; split as in `KeyAsked`; names, values (b,): the bars; words: what
    they add up to; note: why there are none, or "".
    """

    keys: tuple[str, ...]
    numbers: tuple[int, ...]
    key: int
    split: str
    names: tuple[str, ...]
    values: NDArray[np.floating]
    words: str
    note: str = ""
