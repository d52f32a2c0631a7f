"""The state of the topology panel and its events, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class PairChosen:
    """A pair of the diagram was selected by its number, or deselected (−1)."""

    number: int


@dataclass(frozen=True)
class TopologyAsked:
    """Sub- or superlevel sets, and the least persistence relative to the map's range, were chosen."""

    superlevel: bool
    share: float


@dataclass(frozen=True, eq=False)
class Critical:
    """Critical points of a map: xy (k, d); which are saddles (k,); the pair (k,) of each and its
    dimension (k,); the number of the selected pair, or −1, whose points are joined and labelled (names
    (k,), "" for the others).
    """

    xy: Array
    saddle: NDArray[np.bool_]
    pair: NDArray[np.integer]
    dimension: NDArray[np.integer]
    chosen: int
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TopologyState:
    """The topology panel's state: pairs as dimension, birth and death (n,), ±∞ for persistent classes.

    label: of the level axis; low and high: the map's range; words: a summary, and what the diagram
    depends on; story: a description of the selected pair (−1: none).
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
