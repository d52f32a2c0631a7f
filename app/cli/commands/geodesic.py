"""``geodesic``: the geodesic between two points, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``geodesic``."""
    parser.add_argument("family", nargs="?", metavar="FAMILY")
    shared_options.between(parser)
    shared_options.tokens(parser, "I,J")
    parser.add_argument("--all", action="store_true", help="find every geodesic, shortest first")
    shared_options.curve(parser)
    shared_options.engine(parser)
    shared_options.values_of_a_scene(parser)


def run(chosen: argparse.Namespace) -> int:
    """Solve the boundary-value problem."""
    from app.cli.head_tokens import token_places
    from app.cli.path_report import Beside, show_paths
    from app.cli.requests import boundary_values, precise
    from compute import AttentionGeodesic, open_engine
    from compute.divergences.divergence import divergences

    request = boundary_values(chosen)
    start, end = request.start[0], request.end[0]
    # the GPU traces rays in all directions; float64 then confirms the geodesics
    engine = open_engine(chosen.engine) if chosen.all else precise(chosen.engine)
    solver = AttentionGeodesic(request.manifold, request.alpha, engine, request.steps)
    if chosen.all:
        paths = solver.all_paths(start, end, polish=chosen.engine == "auto")
    else:
        paths = [solver.compute_path(start, end)]
    known = request.manifold.distance if request.alpha == 0.0 else None
    closed = None if known is None else float(known(request.start, request.end)[0])
    apart = divergences(request.manifold, start, end)
    exact = request.manifold.divergence is not None
    beside = Beside(closed, solver.distance_bounds(paths[0]), apart, exact)
    return show_paths(paths, chosen, request.alpha, beside, token_places(chosen, 2))


COMMAND = Subcommand("geodesic", "compute the geodesic between two points", declare, run, order=60)
