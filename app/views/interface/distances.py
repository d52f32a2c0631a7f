"""The state of the distances panel and its events, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.choices import Choice

Array = NDArray[np.floating]
Numbers = NDArray[np.intp]
# ways to find clusters: a cut through the dendrogram, or one of two searches
TREE, K_MEANS, K_MEDOIDS = "tree", "k-means", "k-medoids"


@dataclass(frozen=True)
class DistancesChosen:
    """The kind of distance and of linkage, how clusters are found, how many, and whether they colour
    the points on the canvas.
    """

    kind: str = "fisher_rao"
    linkage: str = "average"
    method: str = TREE
    k: int = 3
    colours: bool = False


@dataclass(frozen=True)
class PairPointedOut:
    """A cell of the matrix was chosen: A goes to point ``row``, B to point ``column``."""

    row: int
    column: int


@dataclass(frozen=True)
class PointPointedOut:
    """A point of the map was chosen; −1 for none."""

    number: int


@dataclass(frozen=True, eq=False)
class DistancesState:
    """The panel's state: n points in the order of the scene.

    kinds: of distance, that the family has; names (n,); values (n, n), NaN if unknown; order (n,):
    of rows and columns; forks (m, 4, 2): the polylines of the dendrogram, in rows and distance;
    fork_groups (m,): their cluster, −1 above the cut; cut: its height; groups (n,): numbers of
    clusters, −1 for none; xy (n, 2): the map; chosen_point, or −1; words: a summary; said: on clusters;
    mapped: on the map; near: the neighbours of the chosen point; tested: the tests; note: why there is
    nothing, or the progress; means: the kinds that the family has; mean: the one on the canvas, or "".
    """

    chosen: DistancesChosen
    kinds: tuple[Choice, ...]
    names: tuple[str, ...]
    values: Array
    order: Numbers
    forks: Array
    fork_groups: Numbers
    cut: float
    groups: Numbers
    xy: Array
    chosen_point: int
    unit: str
    words: str
    said: str
    mapped: str
    near: str
    tested: str
    note: str = ""
    means: tuple[Choice, ...] = ()
    mean: str = ""
