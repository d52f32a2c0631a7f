"""``cluster``: clusters of points, by k-means, k-medoids or a dendrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from compute.core.status import Status
    from compute.manifold.manifold import Manifold
    from compute.requests.engine import Engine
    from compute.samples.points_file import LabelledPoints

K_MEANS, K_MEDOIDS = "k-means", "k-medoids"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``cluster``."""
    from compute.statistics.hierarchy import LINKAGES

    shared_options.points_of_a_family(parser)
    parser.add_argument(
        "--method",
        choices=(K_MEANS, K_MEDOIDS, *LINKAGES),
        default=K_MEANS,
        help="k-means (centres are Fréchet means), k-medoids (centres are points), or a dendrogram "
        "by average, complete or single linkage (default: k-means)",
    )
    shared_options.distance(parser)
    parser.add_argument("--k", type=int, required=True, help="number of clusters")
    parser.add_argument(
        "--restarts",
        type=int,
        default=20,
        help="random starts of k-means, of which the best counts",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random starts")
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the centres and the members of each cluster."""
    from app.cli.output import exit_of, show
    from app.cli.requests import points_in
    from compute import open_engine
    from compute.core.refusal import Refused
    from compute.statistics.distance_matrix import FISHER_RAO, check_kind

    manifold, points = points_in(chosen)
    check_kind(manifold, chosen.distance)
    if chosen.method == K_MEANS and chosen.distance != FISHER_RAO:
        raise Refused(
            f"k-means has Fréchet means as centres and needs {FISHER_RAO}, got --distance "
            f"{chosen.distance}; choose another --method"
        )
    engine = open_engine(chosen.engine)
    found = (_k_means if chosen.method == K_MEANS else _of_matrix)(chosen, engine, manifold, points)
    result, lines, status = found
    result |= {"method": chosen.method, "distance": chosen.distance}
    lines.append(f"status   {status.name}: {status.words}")
    show({**result, "status": status, "engine": engine.name}, chosen.json, lines)
    return exit_of(status)


Found = tuple[dict[str, object], list[str], "Status"]


def _k_means(
    chosen: argparse.Namespace, engine: Engine, manifold: Manifold, points: LabelledPoints
) -> Found:
    """Return the result, its lines and its status."""
    from app.cli.output import written
    from compute.statistics.k_means import k_means

    found = k_means(engine, manifold, points.theta, chosen.k, chosen.restarts, chosen.seed)
    lines = [
        f"{c}: {written(centre, 6)}, {_members(points, found.labels, c)}"
        for c, centre in enumerate(found.centres)
    ]
    lines.append(f"inertia  {written(found.inertia, 6)}, the sum of squared Fisher–Rao distances")
    result = {
        "labels": found.labels,
        "centres": found.centres,
        "inertia": found.inertia,
        "rounds": found.rounds,
    }
    return result, lines, found.status


def _of_matrix(
    chosen: argparse.Namespace, engine: Engine, manifold: Manifold, points: LabelledPoints
) -> Found:
    """Return the result of a method that needs the distances alone, its lines and its status."""
    from app.cli.output import label, written
    from compute.statistics.distance_matrix import distances
    from compute.statistics.hierarchy import hierarchy
    from compute.statistics.k_medoids import k_medoids
    from compute.statistics.silhouettes import silhouettes

    apart = distances(engine, manifold, points.theta, chosen.distance)
    result: dict[str, object] = {}
    if chosen.method == K_MEDOIDS:
        medoids = k_medoids(apart, chosen.k)
        labels, status = medoids.labels, medoids.status
        heads = [
            f"{label(points.labels[i])} {written(points.theta[i], 6)}" for i in medoids.medoids
        ]
        result |= {"medoids": medoids.medoids, "centres": points.theta[medoids.medoids]}
        result |= {"inertia": medoids.inertia, "rounds": medoids.exchanges}
    else:
        tree = hierarchy(apart, chosen.method)
        labels, status = tree.clusters(chosen.k), tree.status
        heads = [f"{chosen.method} linkage"] * chosen.k
        result |= {"points": tree.points, "merges": tree.merges, "cophenetic": tree.cophenetic}
    lines = [f"{c}: {head}, {_members(points, labels, c)}" for c, head in enumerate(heads)]
    if (labels < 0).any():
        lines.append(f"left out, with an unknown distance: {_members(points, labels, -1)}")
    if 1 < chosen.k < len(labels):
        result["silhouettes"] = silhouettes(apart, labels)
    return {"labels": labels, **result}, lines, status


def _members(points: LabelledPoints, labels: NDArray[np.intp], c: int) -> str:
    from app.cli.output import label

    names = [label(name) for name, at in zip(points.labels, labels, strict=True) if at == c]
    return f"{len(names)} points: {', '.join(names)}"


COMMAND = Subcommand("cluster", "cluster points by their distances", declare, run, order=163)
