"""``transport``: carry a vector by parallel transport along the geodesic between two points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.views.text.typed_values import pair

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``transport``."""
    parser.add_argument("family", nargs="?", metavar="FAMILY")
    parser.add_argument("--vector", type=pair, metavar="u,v")
    shared_options.between(parser)
    shared_options.tokens(parser, "I,J")
    shared_options.curve(parser)
    shared_options.engine(parser)
    shared_options.values_of_a_scene(parser)


def run(chosen: argparse.Namespace) -> int:
    """Transport a vector along the geodesic between two points."""
    import numpy as np

    from app.cli.head_tokens import token_places
    from app.cli.output import digits, exit_of, show, written
    from app.cli.path_report import error_of
    from app.cli.requests import boundary_values, given, precise, scene_of
    from compute import AttentionGeodesic
    from compute.core.arrays import points
    from compute.core.status import Status
    from compute.geodesics.transport_errors import errors
    from compute.requests.transport import TransportRequest

    request, scene = boundary_values(chosen), scene_of(chosen)
    vector = given("--vector", chosen.vector, scene.vector if scene else None)
    points("vector", vector, 1)
    engine, alpha = precise(chosen.engine), request.alpha
    solver = AttentionGeodesic(request.manifold, alpha, engine, request.steps)
    path = solver.compute_path(request.start[0], request.end[0])
    theta, velocity = path.theta, path.velocity * path.t[-1]
    if len(theta) == 1:  # no curve was found: nothing is carried
        theta, velocity = (np.concatenate([x, [[np.nan, np.nan]]]) for x in (theta, velocity))
    carried = engine.transport(
        TransportRequest(request.manifold, theta[None], velocity[None], np.array([vector]), alpha)
    )
    status = path.status if path.status != Status.OK else Status(int(carried.status[0]))
    result: dict[str, object] = {
        "vectors": carried.vectors[0],
        "angle": carried.angle[0, -1],
        "matrix": carried.operators[0, -1],
        "norm_drift": carried.drift[0],
        "status": status,
        "engine": carried.engine,
        "length": path.length,
    }
    error = float(errors(request.manifold, theta[None], velocity[None], carried)[0])
    result["error"] = error
    # np.max keeps NaN
    count = digits(float(np.max([error_of(path), error])))
    before, after = (written(carried.vectors[0, i], count) for i in (0, -1))
    lines = [
        f"vector    {before} becomes {after}",
        f"angle     {written(carried.angle[0, -1], count)} rad in the frame of the coordinates"
        if alpha == 0.0
        else "angle     none: transport is a rotation only for α = 0",
        f"matrix    {written(carried.operators[0, -1], count)}",
        f"error     {error:.1e} of the vector's length"
        if np.isfinite(error)
        else "error     not known",
        f"status    {status.name}: {status.words} ({carried.engine})",
    ]
    places = token_places(chosen, 2)
    if places is not None:
        result["tokens"], lines[:0] = places.described, places.lines()
    show(result, chosen.json, lines)
    return exit_of(status)


COMMAND = Subcommand(
    "transport",
    "carry a vector by parallel transport along the geodesic between two points",
    declare,
    run,
    order=80,
)
