"""``geometry``, ``geodesic``, ``shoot`` and ``transport``."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from app.cli.output import FEWEST_DIGITS, MOST_DIGITS, digits, exit_of, show, written
from app.model import session_file
from app.model.lessons import first_scene
from compute import AttentionGeodesic, Path, open_engine
from compute.core.arrays import points
from compute.core.status import Status
from compute.families import family
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.geometry import GeometryRequest
from compute.requests.transport import TransportRequest

Point = tuple[float, float]
# significant digits of single precision
GPU_DIGITS = 6
# the engine that was asked for, and the one that a second try answers with
REPLACED = ("gpu", "reference")


def geometry(chosen: argparse.Namespace) -> int:
    """Print g, Γ, T, K and det g at a point."""
    scene = first_scene.load(chosen.scene) if chosen.scene else None
    manifold = _family(chosen, scene)
    at = _given("--at", chosen.at, scene and scene.start and scene.start.theta)
    request = GeometryRequest(manifold, [at])  # type: ignore[arg-type]
    found = precise(chosen.engine).geometry(request)
    status = Status(int(found.status[0]))
    result = {
        "metric": found.metric[0],
        "christoffel": found.christoffel[0],
        "cubic": found.cubic[0],
        "curvature": found.curvature[0],
        "det": found.det[0],
        "status": status,
        "engine": found.engine,
    }
    count = MOST_DIGITS if found.engine == "reference" else GPU_DIGITS
    words = {
        name: written(value, count)
        for name, value in result.items()
        if name not in ("status", "engine")
    }
    if status == Status.OK and not np.isfinite(found.curvature[0]):
        words["curvature"] = f"not known: rounding leaves it no digits ({found.engine})"
    lines = [f"{name:12} {text}" for name, text in words.items()]
    show(result, chosen.json, [*lines, f"{'status':12} {status.name} ({found.engine})"])
    return exit_of(status)


def precise(engine: str) -> Engine:
    """Open the engine of a single result: float64, unless the GPU was asked for."""
    return open_engine("reference" if engine == "auto" else engine)


def geodesic(chosen: argparse.Namespace) -> int:
    """Solve the boundary-value problem."""
    request = _request(chosen)
    start, end = request.start[0], request.end[0]
    # rays in all directions are the GPU's work, whose geodesics float64 then confirms
    engine = open_engine(chosen.engine) if chosen.all else precise(chosen.engine)
    solver = AttentionGeodesic(request.manifold, request.alpha, engine, request.steps)
    if chosen.all:
        paths = solver.all_paths(start, end, polish=chosen.engine == "auto")
    else:
        paths = [solver.compute_path(start, end)]
    known = request.manifold.distance if request.alpha == 0.0 else None
    closed = None if known is None else float(known(request.start, request.end)[0])
    return _show_paths(paths, chosen, request.alpha, closed)


def shoot(chosen: argparse.Namespace) -> int:
    """Solve the initial-value problem."""
    manifold = family(chosen.family)
    at = ShootRequest(
        manifold,
        [chosen.start],
        [chosen.velocity],
        chosen.alpha,
        chosen.steps,  # type: ignore[arg-type]
    )
    solver = AttentionGeodesic(manifold, at.alpha, precise(chosen.engine), at.steps)
    path = solver.shoot(chosen.start, chosen.velocity, chosen.length)
    return _show_paths([path], chosen, at.alpha)


def _show_paths(
    paths: list[Path], chosen: argparse.Namespace, alpha: float, closed: float | None = None
) -> int:
    """Print paths, shortest first, and the closed form of the distance where there is one."""
    blocks = ["\n".join(_lines(path, chosen.engine, alpha, closed)) for path in paths]
    result: dict[str, Any] = {"paths": paths}
    if closed is not None:
        result["closed_form"] = closed
    show(result, chosen.json, ["\n\n".join(blocks)])
    # of several geodesics those past a conjugate point are what was asked for
    return exit_of(paths[0].status)


def _lines(path: Path, engine: str, alpha: float, closed: float | None) -> list[str]:
    """Describe a path for people to read, its numbers to the digits that they have."""
    instead = f", in float64 in place of {engine}" if (engine, path.engine) == REPLACED else ""
    arrived = path.status.arrived
    count = digits(_error_of(path)) if arrived else FEWEST_DIGITS
    kind = "Fisher–Rao length" if alpha == 0.0 else "Fisher–Rao length of the α-geodesic"
    whose = kind if arrived else f"{kind} of the part that there is"
    kept = "drift and conjugate points: only at α = 0"
    if alpha == 0.0:
        kept = f"drift {path.error:.2e}   conjugate points {path.morse_index}"
    beside = []
    if closed is not None:
        beside.append(f"closed    {closed:.{MOST_DIGITS}g}, the distance in closed form")
    if path.shortest is False:
        known = path.shorter_length
        shorter = "" if known is None else f": one of length {written(known, count)} is known"
        beside.append(f"shortest  no{shorter}")
    return [
        f"length    {written(path.length, count)}, {whose} (a pure number)",
        *beside,
        f"energy    {written(path.energy, count)}",
        f"from      {written(path.theta[0], count)}",
        f"to        {written(path.theta[-1], count)}",
        f"velocity  {written(path.velocity[0], count)}",
        f"residual  {path.residual:.2e}   {kept}",
        f"status    {path.status.name}: {path.status.words} ({path.engine}{instead})",
    ]


def _error_of(path: Path) -> float:
    """The relative error of a path's length that its residual, its drift and its engine leave."""
    missed = path.residual / path.length if path.length > 0.0 else 0.0
    least = 10.0**-MOST_DIGITS if path.engine == "reference" else 10.0**-GPU_DIGITS
    return float(max(missed, path.error, least))


def transport(chosen: argparse.Namespace) -> int:
    """Carry a vector along the geodesic between two points."""
    request = _request(chosen)
    scene = first_scene.load(chosen.scene) if chosen.scene else None
    vector = _given("--vector", chosen.vector, scene and scene.vector)
    points("vector", vector, 1)
    engine, alpha = precise(chosen.engine), request.alpha
    solver = AttentionGeodesic(request.manifold, alpha, engine, request.steps)
    path = solver.compute_path(request.start[0], request.end[0])
    velocity = path.velocity * path.t[-1]
    carried = engine.transport(
        TransportRequest(
            request.manifold, path.theta[None], velocity[None], np.array([vector]), alpha
        )
    )
    status = path.status if path.status != Status.OK else Status(int(carried.status[0]))
    result: dict[str, Any] = {
        "vectors": carried.vectors[0],
        "angle": carried.angle[0, -1],
        "matrix": carried.operators[0, -1],
        "norm_drift": carried.drift[0],
        "status": status,
        "engine": carried.engine,
        "length": path.length,
    }
    count = digits(max(_error_of(path), float(carried.drift[0])))
    before, after = (written(carried.vectors[0, i], count) for i in (0, -1))
    lines = [
        f"vector    {before} becomes {after}",
        f"angle     {written(carried.angle[0, -1], count)} rad in the frame of the coordinates"
        if alpha == 0.0
        else "angle     none: a transport of α ≠ 0 is no rotation",
        f"matrix    {written(carried.operators[0, -1], count)}",
        f"drift     {carried.drift[0]:.2e} of its length"
        if alpha == 0.0
        else "drift     none: a transport of α ≠ 0 keeps no length",
        f"status    {status.name}: {status.words} ({carried.engine})",
    ]
    show(result, chosen.json, lines)
    return exit_of(status)


def _request(chosen: argparse.Namespace) -> ConnectRequest:
    """The boundary-value problem that was asked for, checked before any engine is opened."""
    scene = first_scene.load(chosen.scene) if chosen.scene else None
    start, end = _ends(chosen, scene)
    return ConnectRequest(
        _family(chosen, scene),
        [start],
        [end],
        _alpha(chosen, scene),
        chosen.steps,  # type: ignore[arg-type]
    )


def _family(chosen: argparse.Namespace, scene: session_file.Scene | None) -> Manifold:
    if chosen.family:
        return family(chosen.family)
    if scene is None:
        raise ValueError("FAMILY is missing: name one, or give --scene FILE")
    return family(scene.family)


def _ends(chosen: argparse.Namespace, scene: session_file.Scene | None) -> tuple[Point, Point]:
    start = _given("--start", chosen.start, scene and scene.start and scene.start.theta)
    return start, _given("--end", chosen.end, scene and scene.end and scene.end.theta)


def _alpha(chosen: argparse.Namespace, scene: session_file.Scene | None) -> float:
    if chosen.alpha is not None:
        return float(chosen.alpha)
    return scene.alpha if scene is not None else 0.0


def _given(option: str, stated: Point | None, otherwise: Point | None) -> Point:
    value = stated if stated is not None else otherwise
    if value is None:
        raise ValueError(f"{option} a,b is missing, and no scene says it")
    return value
