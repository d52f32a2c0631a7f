"""The state of the atlas of heads, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
# quantities that span orders of magnitude
LOGARITHMIC = ("curvature_max", "condition")


@dataclass(frozen=True)
class AtlasHeadChosen:
    """A head of the atlas was chosen: the number of its file among those shown, layer and head."""

    file: int
    layer: int
    head: int


@dataclass(frozen=True)
class AtlasAsked:
    """Ask for another file ("add"), all of a folder ("folder"), or for the scene's alone ("clear")."""

    purpose: str


# shown in place of a score: heads by their distances; colours of the dots
MAP, LAYERS, CLUSTERS = "map", "layers", "clusters"


@dataclass(frozen=True)
class AtlasChosen:
    """The content of the picture: a score along each axis, or `MAP` across; its colours; how many
    clusters; below which distance two heads are redundant.
    """

    across: str = "first_key"
    up: str = "induction"
    colours: str = LAYERS
    number: int = 4
    threshold: float = 0.2


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
    pairs: indices and distance of the nearest pairs, redundant: how many are below the threshold;
    clusters (h,): numbers from 0, −1 as long as they are not known, middles: the heads in the middle of
    each; compared: which heads are compared over which queries, and which scores are undefined; words:
    what is shown, and how far it is.
    """

    heads: tuple[AtlasHead, ...]
    current: int
    layers: int
    map: NDArray[np.floating]
    map_words: str
    pairs: tuple[tuple[int, int, float], ...]
    words: str
    files: tuple[str, ...] = ()
    chosen: AtlasChosen = AtlasChosen()
    clusters: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    middles: tuple[int, ...] = ()
    redundant: int = 0
    compared: str = ""

    @property
    def is_map(self) -> bool:
        """Whether the map of distances is shown, and not two scores."""
        return self.chosen.across == MAP

    @property
    def places(self) -> NDArray[np.floating]:
        """Where the heads are drawn (h, 2): on the map, or at two scores; NaN where that is unknown."""
        if self.is_map:
            return self.map if len(self.map) else np.full((len(self.heads), 2), np.nan)
        return np.stack([self.score(name) for name in (self.chosen.across, self.chosen.up)], axis=1)

    def score(self, name: str) -> NDArray[np.floating]:
        """Return a score of all heads (h,), as its decimal logarithm where it spans orders."""
        values = np.array([of.values[name] for of in self.heads])
        if name not in LOGARITHMIC:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(values > 0, np.log10(values), np.nan))


def axis_title(name: str) -> str:
    """Return the title of the axis of a score."""
    return f"log₁₀ {SCORES[name]}" if name in LOGARITHMIC else SCORES[name]
