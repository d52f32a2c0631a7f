"""The state of the atlas of heads, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# names of the scores, in words
SCORES = {
    "induction": "induction",
    "first_key": "share of the first key",
    "previous_token": "share of the previous token",
    "entropy": "entropy (nats)",
    "effective_dimension": "effective dimension",
    "curvature_max": "largest |K|",
    "condition": "condition number of g",
    "conjugate_points": "conjugate points",
}


@dataclass(frozen=True)
class AtlasHeadChosen:
    """A head of the atlas was chosen: the number of its file among those shown, layer and head."""

    file: int
    layer: int
    head: int


@dataclass(frozen=True)
class AtlasAsked:
    """Ask for more files ("add"), for the scene's alone ("clear"), or for a table ("save")."""

    purpose: str


@dataclass(frozen=True)
class AtlasHead:
    """One head: its place, its short name, its scores by name (NaN: undefined), and all in words."""

    place: AtlasHeadChosen
    name: str
    values: Mapping[str, float]
    words: str


@dataclass(frozen=True, eq=False)
class AtlasState:
    """The heads that are scored so far.

    current: the index of the head on show, −1 for none; layers: how many layers there are; map (h, 2):
    heads by their distances, (0, 2) as long as it is not known, and words on it or why there is none;
    pairs: indices and distance of the nearest pairs; words: what is shown, and how far it is.
    """

    heads: tuple[AtlasHead, ...]
    current: int
    layers: int
    map: NDArray[np.floating]
    map_words: str
    pairs: tuple[tuple[int, int, float], ...]
    words: str
    files: tuple[str, ...] = ()
