"""``shoot``: compute the geodesic from a point and a velocity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.views.text.typed_values import pair

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``shoot``."""
    parser.add_argument("family", metavar="FAMILY")
    parser.add_argument("--start", type=pair, metavar="a,b")
    shared_options.tokens(parser, "I")
    parser.add_argument("--velocity", type=pair, required=True, metavar="u,v")
    parser.add_argument(
        "--length", type=float, metavar="L", help="scale the velocity to this Fisher length"
    )
    shared_options.curve(parser, alpha=0.0)
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Solve the initial-value problem."""
    import numpy as np

    from app.cli.head_tokens import token_places
    from app.cli.path_report import show_paths
    from app.cli.requests import given, precise
    from compute import AttentionGeodesic
    from compute.families import manifold as manifold_of
    from compute.requests.geodesics import ShootRequest

    places = token_places(chosen, 1)
    start = given("--start", chosen.start, None) if places is None else places.theta[0]
    at = ShootRequest(
        manifold_of(chosen.family) if places is None else places.manifold,
        np.array([start]),
        np.array([chosen.velocity]),
        chosen.alpha,
        chosen.steps,
    )
    solver = AttentionGeodesic(at.manifold, at.alpha, precise(chosen.engine), at.steps)
    path = solver.shoot(start, chosen.velocity, chosen.length)
    return show_paths([path], chosen, at.alpha, places=places)


COMMAND = Subcommand(
    "shoot", "compute the geodesic from a point and a velocity", declare, run, order=70
)
