"""Scores of heads and distances between them, as the atlas shows them and tables have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.views.interface.head_atlas import (
    SCORES,
    AtlasChosen,
    AtlasHead,
    AtlasHeadChosen,
    AtlasState,
)
from compute.atlas.head_distances import HeadDistances
from compute.atlas.head_groups import HeadGroups, nearest, redundant
from compute.atlas.head_scores import HeadScores
from compute.heads.head import HeadFile

NO_HEAD = "Only attention has heads: choose the family of a head, or open a file of heads."
WAITING = "Waiting for the scores of the heads …"
NONE = np.zeros((0, 2))
# nearest pairs that are listed, and redundant ones at most
PAIRS, LISTED = 12, 200
# columns of a table that come from the distances between heads
GROUPED = ("map_x", "map_y", "map_share", "cluster", "silhouette", "nearest", "nearest_distance")


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
    groups: HeadGroups | None,
    current: tuple[int, int],
    chosen: AtlasChosen,
) -> AtlasState:
    """Return the state for the heads scored so far; current: layer and head on show."""
    heads = tuple(_head(files, number, of) for number, of in scored)
    places = [(of.place.file, of.place.layer, of.place.head) for of in heads]
    at = places.index((0, *current)) if (0, *current) in places else -1
    layers = max((file.layers for file in files), default=0)
    bare = AtlasState(heads, at, layers, NONE, "", (), "", chosen=chosen)
    index = in_distances(places, apart)
    if apart is None or groups is None or index is None:
        return bare
    first = _first(index)
    near = redundant(apart, chosen.threshold)
    pairs = near[:LISTED] if len(near) >= PAIRS else _nearest_pairs(apart)
    words = (
        f"Mean Fisher–Rao distance over {apart.queries} queries; the map holds "
        f"{groups.plane.share:.0%} of it. Pairs below {chosen.threshold:g}: {len(near)}. "
        f"{_of_clusters(groups)}"
    ).rstrip()
    return replace(
        bare,
        map=groups.plane.xy[index],
        map_words=words,
        pairs=tuple((first[i], first[j], gap) for i, j, gap in pairs),
        redundant=len(near),
        clusters=groups.labels[index],
        middles=tuple(first[int(i)] for i in groups.medoids),
    )


def in_distances(
    places: Sequence[tuple[int, int, int]], apart: HeadDistances | None
) -> list[int] | None:
    """Return the indices of heads (file, layer, head) among those whose distances are known.

    Of texts of one model the heads of every file are those of the first.  None if one is not there.
    """
    if apart is None:
        return None
    known = {(p.file, p.layer, p.head): i for i, p in enumerate(apart.places)}
    index = [known.get(place, known.get((0, *place[1:]), -1)) for place in places]
    return None if -1 in index else index


def _of_clusters(groups: HeadGroups) -> str:
    sizes = ", ".join(str(int(n)) for n in np.bincount(groups.labels))
    if not np.isfinite(groups.widths).any():
        return ""
    mean = f"{float(groups.widths.mean()):.2f}".replace("-", "−")
    return f"{len(groups.medoids)} clusters of {sizes} heads, mean silhouette {mean}."


def grouped(
    files: Sequence[HeadFile],
    scored: Sequence[tuple[int, HeadScores]],
    apart: HeadDistances | None,
    groups: HeadGroups | None,
) -> list[dict[str, object]]:
    """Return what the distances add to the `entry` of each head: map, cluster, nearest other head.

    Empty where the heads cannot be compared.
    """
    index = in_distances([(number, of.layer, of.head) for number, of in scored], apart)
    if apart is None or groups is None or index is None:
        return [dict.fromkeys(GROUPED) for _ in scored]
    others, gaps = nearest(apart)
    names = [name_of(files, *vars(place).values()) for place in apart.places]
    return [
        dict(
            zip(
                GROUPED,
                (
                    *map(float, groups.plane.xy[i]),
                    groups.plane.share,
                    int(groups.labels[i]) + 1,
                    float(groups.widths[i]),
                    names[others[i]],
                    float(gaps[i]),
                ),
                strict=True,
            )
        )
        for i in index
    ]


def name_of(files: Sequence[HeadFile], number: int, layer: int, head: int) -> str:
    """Return the short name of a head: layer and head, behind the file if there are several."""
    name = f"{files[number].number_of(layer)}·{head}"
    return f"{files[number].name} {name}" if len(files) > 1 else name


def _first(index: Sequence[int]) -> dict[int, int]:
    """Return for each head with distances the first that shows it."""
    first: dict[int, int] = {}
    for shown, place in enumerate(index):
        first.setdefault(place, shown)
    return first


def _nearest_pairs(apart: HeadDistances) -> list[tuple[int, int, float]]:
    """Return the nearest pairs of different heads."""
    i, j = np.triu_indices(len(apart.places), 1)
    order = np.argsort(apart.values[i, j], kind="stable")[:PAIRS]
    return [(int(i[n]), int(j[n]), float(apart.values[i[n], j[n]])) for n in order]


def compared(
    scored: Sequence[tuple[int, HeadScores]], files: Sequence[HeadFile], words: str
) -> str:
    """Say in one line what is compared, and once a file why a score of it is undefined."""
    why = dict.fromkeys(f"{files[i].name}: {of.problem}" for i, of in scored if of.problem)
    said = [words, *(f"{each}, so that such scores are unknown" for each in why)]
    return "; ".join(filter(None, said))


def _head(files: Sequence[HeadFile], number: int, of: HeadScores) -> AtlasHead:
    values = {
        name: float("nan") if value is None else float(value)
        for name, value in entry(files[number], of).items()
        if name in SCORES and (value is None or isinstance(value, (int, float)))
    }
    name = name_of(files, number, of.layer, of.head)
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
