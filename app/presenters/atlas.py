"""Scores of heads and distances between them, as the atlas shows them and tables have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from app.views.interface.head_atlas import SCORES, AtlasHead, AtlasHeadChosen, AtlasState
from compute.atlas.head_distances import HeadDistances
from compute.atlas.head_scores import HeadScores
from compute.heads.head import HeadFile
from compute.statistics.distance_matrix import Distances
from compute.statistics.scaling import Scaling, scaling

NO_HEAD = "Only attention has heads: choose the family of a head, or open a file of heads."
WAITING = "Waiting for the scores of the heads …"
NONE = np.zeros((0, 2))
# nearest pairs that are listed
PAIRS = 12


def entry(file: HeadFile, of: HeadScores) -> dict[str, object]:
    """Return the scores of a head by the names that tables and JSON have."""
    plane = of.on_plane
    return {
        "file": file.name,
        "layer": of.layer,
        "layer_number": of.layer_number,
        "head": of.head,
        "entropy": of.entropy,
        "first_key": of.first_key,
        "previous_token": of.previous_token,
        "induction": of.induction,
        "effective_dimension": of.effective_dimension,
        "curvature_max": plane.curvature_max,
        "condition": plane.condition,
        "conjugate_points": plane.conjugate_points,
        "status": plane.status.name,
        "problem": plane.problem,
        "verified": of.verified,
    }


def cells(of: Mapping[str, object]) -> dict[str, object]:
    """Return an `entry` for a table, in which unknown values are empty."""
    return {name: _cell(value) for name, value in of.items()}


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value)
    return "" if value is None else value


def nothing(note: str) -> AtlasState:
    """Return the state of a panel without heads, and why."""
    return AtlasState((), -1, 0, NONE, "", (), note)


def state(
    files: Sequence[HeadFile],
    scored: Sequence[tuple[int, HeadScores]],
    apart: HeadDistances | None,
    problem: str,
    current: tuple[int, int],
) -> AtlasState:
    """Return the state for the heads scored so far; current: layer and head on show."""
    heads = tuple(_head(files, number, of) for number, of in scored)
    places = [(of.place.file, of.place.layer, of.place.head) for of in heads]
    at = places.index((0, *current)) if (0, *current) in places else -1
    layers = max((file.layers for file in files), default=0)
    if apart is None:
        return AtlasState(heads, at, layers, NONE, problem, (), "")
    known = {(p.file, p.layer, p.head): i for i, p in enumerate(apart.places)}
    # of texts of one model the heads of every file are those of the first
    index = [known.get(place, known.get((0, *place[1:]), -1)) for place in places]
    if -1 in index:
        return AtlasState(heads, at, layers, NONE, "", (), "")
    found = _scaling(apart)
    words = (
        f"Near heads attend alike: mean Fisher–Rao distance over {apart.queries} queries. "
        f"The map holds {found.share:.0%} of it."
    )
    return AtlasState(heads, at, layers, found.xy[index], words, _pairs(apart, index), "")


@lru_cache(maxsize=4)
def _scaling(apart: HeadDistances) -> Scaling:
    return scaling(Distances(apart.values, np.zeros(apart.values.shape, np.int32)))


def _pairs(apart: HeadDistances, index: Sequence[int]) -> tuple[tuple[int, int, float], ...]:
    """Return the nearest pairs of different heads, as indices into the heads on show."""
    first: dict[int, int] = {}
    for shown, place in enumerate(index):
        first.setdefault(place, shown)
    i, j = np.triu_indices(len(apart.places), 1)
    order = np.argsort(apart.values[i, j], kind="stable")[:PAIRS]
    return tuple(
        (first[int(i[n])], first[int(j[n])], float(apart.values[i[n], j[n]])) for n in order
    )


def _head(files: Sequence[HeadFile], number: int, of: HeadScores) -> AtlasHead:
    values = {
        name: float("nan") if value is None else float(value)
        for name, value in entry(files[number], of).items()
        if name in SCORES and (value is None or isinstance(value, (int, float)))
    }
    name = f"{of.layer_number}·{of.head}"
    name = f"{files[number].name} {name}" if len(files) > 1 else name
    said = [f"Layer {files[number].layer_words(of.layer)}, head {of.head}"]
    said[0] += f" of {files[number].name}" if len(files) > 1 else ""
    said += [f"{SCORES[key]} {_number(value)}" for key, value in values.items()]
    said += [f"no plane: {of.on_plane.problem}"] if of.on_plane.problem else []
    said += [of.problem] if of.problem else []
    if of.verified is None:
        said.append("not verified against the model’s own rows")
    return AtlasHead(AtlasHeadChosen(number, of.layer, of.head), name, values, "\n".join(said))


def _number(value: float) -> str:
    if np.isnan(value):
        return "unknown"
    return "∞" if np.isinf(value) else f"{value:.3g}"
