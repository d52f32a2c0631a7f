"""``geometry``: compute metric, connection and curvature at a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.views.text.typed_values import pair

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``geometry``."""
    parser.add_argument("family", nargs="?", metavar="FAMILY")
    parser.add_argument("--at", type=pair, metavar="a,b")
    shared_options.tokens(parser, "I")
    shared_options.engine(parser)
    shared_options.values_of_a_scene(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print g, Γ, T, K and det g at a point."""
    import numpy as np

    from app.cli.head_tokens import token_places, verified
    from app.cli.output import MOST_DIGITS, exit_of, show, written
    from app.cli.path_report import GPU_DIGITS
    from app.cli.requests import given, manifold_of, precise, scene_of
    from compute.core.status import Status
    from compute.requests.geometry import GeometryRequest

    scene = scene_of(chosen)
    places = token_places(chosen, 1)
    if places is None:
        at = given("--at", chosen.at, scene.start.theta if scene and scene.start else None)
        request = GeometryRequest(manifold_of(chosen, scene), np.array([at]))
    else:
        request = GeometryRequest(places.manifold, places.theta)
    found = precise(chosen.engine).geometry(request)
    status = Status(int(found.status[0]))
    numbers = {
        "metric": found.metric[0],
        "christoffel": found.christoffel[0],
        "cubic": found.cubic[0],
        "curvature": found.curvature[0],
        "det": found.det[0],
    }
    count = MOST_DIGITS if found.engine == "reference" else GPU_DIGITS
    words = {name: written(value, count) for name, value in numbers.items()}
    if status == Status.OK and not np.isfinite(found.curvature[0]):
        words["curvature"] = f"not known: all digits are lost to rounding ({found.engine})"
    lines = [f"{name:12} {text}" for name, text in words.items()]
    result = {**numbers, "theta": request.theta[0], "status": status, "engine": found.engine}
    vouched = verified(request.manifold.key)
    if vouched is not None:
        result["verified"] = vouched.gap
        lines.append(f"{'rows':12} {vouched.words}")
    if places is not None:
        result["tokens"], lines[:0] = places.described, places.lines()
    show(result, chosen.json, [*lines, f"{'status':12} {status.name} ({found.engine})"])
    return exit_of(status)


COMMAND = Subcommand(
    "geometry", "compute metric, connection and curvature at a point", declare, run, order=50
)
