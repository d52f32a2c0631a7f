"""The distances panel in words and lines.  Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.jobs.distances import ClusterAnswer, MatrixAnswer
from app.model.data_points import DataPoint
from app.model.layers import is_shown
from app.model.scene import Scene
from app.presenters.data_panel import means
from app.views.interface.choices import Choice
from app.views.interface.distances import K_MEANS, K_MEDOIDS, DistancesChosen, DistancesState
from app.views.text.token_names import isolated
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.statistics.distance_matrix import UNITS, Distances, kinds
from compute.statistics.hierarchy import Dendrogram
from compute.statistics.scaling import Scaling
from compute.statistics.two_groups import LikelihoodRatio, likelihood_ratio_of_fits

NONE = np.zeros(0)
NO_NUMBERS = np.zeros(0, np.intp)
# neighbours named, and pairs without a distance
NEAR, LOST = 6, 3
CIRCULAR = ". These groups are the clusters found, so a small p says nothing"
NAMES = {
    "fisher_rao": "Fisher–Rao distance",
    "jeffreys": "Jeffreys’ divergence",
    "hellinger": "Hellinger distance",
    "bhattacharyya": "Bhattacharyya angle",
    "wasserstein": "Wasserstein distance W₂",
}
SHORT = {
    "fisher_rao": "Fisher–Rao",
    "jeffreys": "Jeffreys",
    "hellinger": "Hellinger",
    "bhattacharyya": "Bhattacharyya",
    "wasserstein": "Wasserstein",
}


def nothing(chosen: DistancesChosen, note: str, family: str) -> DistancesState:
    """Return the panel's state without distances, and the reason or the progress."""
    return DistancesState(
        chosen, _kinds(family), (), np.zeros((0, 0)), NO_NUMBERS, np.zeros((0, 4, 2)),
        NO_NUMBERS, 0.0, NO_NUMBERS, np.zeros((0, 2)), -1, "", "", "", "", "", "", note,
    )  # fmt: skip


def with_mean(state: DistancesState, scene: Scene) -> DistancesState:
    """Return the state with the means that a scene's points can have, and the one on the canvas."""
    shown = scene.data.mean if is_shown(scene.layers, "points_mean") else ""
    return replace(state, means=(Choice("", "no mean"), *means(scene)), mean=shown)


def _kinds(family: str) -> tuple[Choice, ...]:
    """Return the kinds of distance that a family has, with their names."""
    return tuple(Choice(kind, SHORT[kind]) for kind in kinds(manifold_of(family)))


def state(
    points: Sequence[DataPoint],
    matrix: MatrixAnswer,
    clusters: ClusterAnswer,
    point: int,
    pair: tuple[int, int] | None,
) -> DistancesState:
    """Return the panel's state."""
    found, tree, chosen = matrix.found, clusters.tree, clusters.job.chosen
    names = tuple(isolated(p.label) if p.label else str(i + 1) for i, p in enumerate(points))
    left_out = np.setdiff1d(np.arange(tree.n), tree.points)
    order = np.concatenate([tree.points[tree.order], left_out])
    k = int(clusters.labels.max()) + 1
    cut = tree.height(k)
    forks, owners = lines(tree, cut)
    plane = matrix.plane
    return DistancesState(
        chosen,
        _kinds(matrix.job.family),
        names,
        found.values,
        order,
        forks,
        owners,
        cut,
        clusters.labels,
        plane.xy if plane is not None else np.full((len(names), 2), np.nan),
        point,
        UNITS[found.kind],
        _summary(found, names),
        _clusters(clusters, k),
        _map(plane, names) if plane is not None else "",
        _near(found, names, point),
        _tests(points, matrix, clusters, pair, names),
    )


def lines(tree: Dendrogram, cut: float) -> tuple[Floats, np.ndarray]:
    """Return the polylines (m, 4, 2) of a dendrogram, in rows and height, and the number (m,) of the
    cluster that each belongs to, −1 above the cut.
    """
    m = len(tree.points)
    x, height = np.zeros(2 * m - 1), np.zeros(2 * m - 1)
    x[tree.order] = np.arange(m)
    group = np.full(2 * m - 1, -1)
    group[:m] = tree.cut(cut)[tree.points]
    forks = np.zeros((m - 1, 4, 2))
    for i, (a, b) in enumerate(tree.merges[:, :2].astype(int)):
        top = tree.merges[i, 2]
        forks[i] = [(x[a], height[a]), (x[a], top), (x[b], top), (x[b], height[b])]
        x[m + i], height[m + i] = 0.5 * (x[a] + x[b]), top
        group[m + i] = group[a] if top <= cut else -1
    return forks, group[m:]


def _summary(found: Distances, names: Sequence[str]) -> str:
    """Say the range of the distances, and which are unknown or doubtful."""
    above = np.triu_indices(len(names), 1)
    values, status = found.values[above], found.status[above]
    known = values[np.isfinite(values)]
    unit = UNITS[found.kind]
    words = f"{NAMES[found.kind]} of {len(names)} points, {len(values)} pairs"
    if known.size:
        words += f", from {known.min():.4g} to {known.max():.4g} {unit}".rstrip()
    words += "."
    if len(found.unknown):
        some = "; ".join(
            f"{names[i]} and {names[j]} ({Status(int(found.status[i, j])).name})"
            for i, j in found.unknown[:LOST]
        )
        more = len(found.unknown) - LOST
        words += f" ⚠ Unknown: {some}{f'; and {more} more pairs' if more > 0 else ''}."
    doubtful = int(((status != Status.OK) & np.isfinite(values)).sum())
    if doubtful:
        words += f" ⚠ {doubtful} lengths of geodesics need not be the shortest."
    return words


def _clusters(found: ClusterAnswer, k: int) -> str:
    """Say what the clusters are, how clear they are, and what other numbers would give."""
    method = found.job.chosen.method
    sizes = ", ".join(str(int(n)) for n in np.bincount(found.labels[found.labels >= 0]))
    words = f"{k} clusters of {sizes} points"
    if method == K_MEANS:
        words += f", Σ d² to their Fréchet means {found.inertia:.4g}"
    elif method == K_MEDOIDS:
        words += f", Σ d to their medoids {found.inertia:.4g}"
    elif np.isfinite(found.tree.cophenetic):
        words += f"; heights and distances correlate by {found.tree.cophenetic:.2f}"
    words += "."
    if np.isfinite(found.silhouette):
        words += f" Mean silhouette {_signed(found.silhouette)}."
    if found.by_k:
        each = ", ".join(f"{i}: {_signed(value)}" for i, value in found.by_k.items())
        by = " (by medoids)" if method == K_MEANS else ""
        words += f" Silhouettes by k{by}: {each}."
    lost = int((found.labels < 0).sum())
    if lost:
        words += f" ⚠ {lost} points with unknown distances are in no cluster."
    if found.status != Status.OK:
        words += f" ⚠ {found.status.words}."
    return words


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _same(clusters: ClusterAnswer) -> bool:
    """Whether the groups of the scene are the clusters found."""
    pairs = set(zip(clusters.job.groups, clusters.labels.tolist(), strict=True))
    return len(pairs) == len({group for group, _ in pairs}) == len({label for _, label in pairs})


def _map(plane: Scaling, names: Sequence[str]) -> str:
    """Say how far the map can be believed."""
    i, j = plane.worst_pair
    words = (
        f"The map holds {plane.share:.0%} of the eigenvalues; its distances are off by "
        f"{plane.error:.1%} on average"
    )
    words += f", most for {names[i]} and {names[j]}." if plane.error > 1e-9 else "."
    if plane.negative > 1e-6:
        words += f" {plane.negative:.1%} are negative: no flat map has these distances."
    return words


def _near(found: Distances, names: Sequence[str], point: int) -> str:
    """Name the nearest points of the chosen one."""
    if not 0 <= point < len(names):
        return "Choose a point of the map to see its nearest neighbours."
    row = found.values[point].copy()
    row[point] = np.inf
    order = [int(i) for i in np.argsort(row, kind="stable") if np.isfinite(row[i])][:NEAR]
    near = ", ".join(f"{names[i]} {row[i]:.3g}" for i in order)
    unknown = int(np.isnan(row).sum())
    words = f"Nearest to {names[point]}: {near or 'none is known'}."
    return words + (f" ⚠ {unknown} distances are unknown." if unknown else "")


def _tests(
    points: Sequence[DataPoint],
    matrix: MatrixAnswer,
    clusters: ClusterAnswer,
    pair: tuple[int, int] | None,
    names: Sequence[str],
) -> str:
    """Say the tests of the scene's two groups, and of the two fits at A and B."""
    said = []
    test = clusters.test
    if test is not None:
        of = list(dict.fromkeys(group for group in clusters.job.groups if group))
        how = "all" if test.exact else "random"
        said.append(
            f"Equality of groups {isolated(of[0])} and {isolated(of[1])}: p = {_number(test.p_value)} "
            f"by {test.permutations} {how} permutations{CIRCULAR if _same(clusters) else ''}"
            if test.status == Status.OK
            else f"⚠ The groups cannot be tested: {test.status.words}"
        )
    ratio = _of_pair(points, matrix, pair)
    if ratio is not None and pair is not None:
        i, j = pair
        said.append(
            f"Equality of {names[i]} and {names[j]}: 2n KL = {ratio.statistic:.4g}, "
            f"p = {_number(ratio.p_value)} (χ² with {ratio.freedom} degrees of freedom, for large n)"
            if ratio.status == Status.OK
            else f"⚠ {names[i]} and {names[j]} cannot be tested: {ratio.status.words}"
        )
    return " ".join(f"{each}." for each in said)


def _of_pair(
    points: Sequence[DataPoint], matrix: MatrixAnswer, pair: tuple[int, int] | None
) -> LikelihoodRatio | None:
    """Return the likelihood-ratio test of two fitted points, or None."""
    if pair is None or pair[0] == pair[1] or not all(points[i].n > 0 for i in pair):
        return None
    both = [points[i] for i in pair]
    return likelihood_ratio_of_fits(
        manifold_of(matrix.job.family),
        np.array([point.theta for point in both]),
        np.array([point.n for point in both]),
    )
