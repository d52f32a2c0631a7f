"""``cluster``: k-means of points by Fisher–Rao distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``cluster``."""
    shared_options.points_of_a_family(parser)
    parser.add_argument("--k", type=int, required=True, help="number of clusters")
    parser.add_argument(
        "--restarts", type=int, default=20, help="random starts, of which the best counts"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random starts")
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the centres and the members of each cluster."""
    from app.cli.output import exit_of, label, show, written
    from app.cli.requests import points_in
    from compute import open_engine
    from compute.statistics.k_means import k_means

    manifold, points = points_in(chosen)
    engine = open_engine(chosen.engine)
    found = k_means(engine, manifold, points.theta, chosen.k, chosen.restarts, chosen.seed)
    lines = []
    for c, centre in enumerate(found.centres):
        members = [
            label(name) for name, at in zip(points.labels, found.labels, strict=True) if at == c
        ]
        lines.append(f"{c}: {written(centre, 6)}, {len(members)} points: {', '.join(members)}")
    lines += [
        f"inertia  {written(found.inertia, 6)}, the sum of squared Fisher–Rao distances",
        f"status   {found.status.name}: {found.status.words}",
    ]
    show(
        {
            "labels": found.labels,
            "centres": found.centres,
            "inertia": found.inertia,
            "rounds": found.rounds,
            "status": found.status,
            "engine": engine.name,
        },
        chosen.json,
        lines,
    )
    return exit_of(found.status)


COMMAND = Subcommand("cluster", "cluster points by Fisher–Rao distance", declare, run, order=163)
