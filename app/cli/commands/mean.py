"""``mean``: a mean of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``mean``."""
    from compute.statistics.means import KINDS

    shared_options.points_of_a_family(parser)
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default=KINDS[0],
        help="least Σd² (frechet) or Σd (median) by Fisher–Rao distance, or the average of natural "
        "(e) or expectation (m) parameters, or of quantiles (wasserstein)",
    )
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the mean, its variance and its certificate."""
    from app.cli.output import exit_of, show, written
    from app.cli.requests import points_in, precise
    from compute.statistics.means import mean

    manifold, points = points_in(chosen)
    found = mean(precise(chosen.engine), manifold, points.theta, kind=chosen.kind)
    lines = [
        f"mean         {written(found.theta, 10)}  ({', '.join(manifold.coordinates)})",
        f"variance     {written(found.variance, 10)}, the mean squared Fisher–Rao distance",
        f"certificate  {found.certificate:.1e}",
        f"status       {found.status.name}: {found.status.words}",
    ]
    show(
        {
            "theta": found.theta,
            "variance": found.variance,
            "certificate": found.certificate,
            "status": found.status,
            "kind": chosen.kind,
            "n": len(points.theta),
        },
        chosen.json,
        lines,
    )
    return exit_of(found.status)


COMMAND = Subcommand("mean", "compute a mean of points", declare, run, order=162)
