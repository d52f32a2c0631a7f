"""A map's topology as plain data for views, and their events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class PairChosen:
    """A pair of the diagram was chosen by its number, or none any longer (−1)."""

    number: int


@dataclass(frozen=True)
class TopologyAsked:
    """Sub- or superlevel sets, and the least persistence, as a share of the map's range."""

    superlevel: bool
    share: float


@dataclass(frozen=True, eq=False)
class Critical:
    """Critical points of a map to draw: xy (k, d); which are saddles (k,); of which pair each is (k,)
    and of which dimension that is (k,); the number of the chosen pair, or −1, whose points are joined
    and named (names (k,), "" for the others).
    """

    xy: Array
    saddle: NDArray[np.bool_]
    pair: NDArray[np.integer]
    dimension: NDArray[np.integer]
    chosen: int
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TopologyState:
    """The topology panel's state: pairs as dimension, birth and death (n,), ±∞ for what lasts.

    label: what the levels are of; low and high: the map's range; words: what is counted, and what the
    diagram depends on; story: of the chosen pair (−1: none).
    """

    label: str
    superlevel: bool
    share: float
    dimension: NDArray[np.integer]
    birth: Array
    death: Array
    low: float
    high: float
    chosen: int
    story: str
    words: str
