"""``geometry``, ``geodesic``, ``shoot`` and ``transport``."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from app.commands.output import exit_of, show
from app.model import session
from compute import AttentionGeodesic, Path, open_engine
from compute.families import family
from compute.manifold import Manifold
from compute.types import GeometryRequest, Status, TransportRequest

Point = tuple[float, float]


def geometry(chosen: argparse.Namespace) -> int:
    """g, Γ, T, K and det g at a point."""
    scene = session.load(chosen.scene) if chosen.scene else None
    manifold = _family(chosen, scene)
    at = _given("--at", chosen.at, scene and scene.start and scene.start.theta)
    found = open_engine(chosen.engine).geometry(GeometryRequest(manifold, [at]))  # type: ignore[arg-type]
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
    words = {name: np.array2string(np.asarray(value), precision=9)
             for name, value in result.items() if name not in ("status", "engine")}  # fmt: skip
    if status == Status.OK and not np.isfinite(found.curvature[0]):
        words["curvature"] = f"not known: rounding leaves it no digits ({found.engine})"
    lines = [f"{name:12} {text}" for name, text in words.items()]
    show(result, chosen.json, [*lines, f"{'status':12} {status.name} ({found.engine})"])
    return exit_of(status)


def geodesic(chosen: argparse.Namespace) -> int:
    """The boundary-value problem."""
    scene = session.load(chosen.scene) if chosen.scene else None
    start, end = _ends(chosen, scene)
    alpha = _alpha(chosen, scene)
    solver = AttentionGeodesic(
        _family(chosen, scene), alpha, open_engine(chosen.engine), chosen.steps
    )
    if chosen.all:
        return _show_paths(solver.all_paths(start, end), chosen.json, solver.engine.name)
    return _show_paths([solver.compute_path(start, end)], chosen.json, solver.engine.name)


def shoot(chosen: argparse.Namespace) -> int:
    """The initial-value problem."""
    solver = AttentionGeodesic(
        family(chosen.family), chosen.alpha, open_engine(chosen.engine), chosen.steps
    )
    path = solver.shoot(chosen.start, chosen.velocity, chosen.length)
    return _show_paths([path], chosen.json, solver.engine.name)


def _show_paths(paths: list[Path], as_json: bool, engine: str) -> int:
    blocks = ["\n".join(_lines(path, engine)) for path in paths]
    show({"paths": paths}, as_json, ["\n\n".join(blocks)])
    # of several geodesics those past a conjugate point are what was asked for
    return exit_of(paths[0].status)


def _lines(path: Path, engine: str) -> list[str]:
    """A path in words; one that another engine found than was asked says so."""
    instead = "" if path.engine == engine else f", in float64 in place of {engine}"
    whose = "" if path.status in (Status.OK, Status.CONJUGATE_POINT) else " of what there is of it"
    shorter = "" if path.shorter_length is None else f": one of {path.shorter_length:.9g} is known"
    beside = [f"shortest  no{shorter}"] if path.shortest is False else []
    return [
        f"length    {path.length:.9g}{whose}",
        *beside,
        f"energy    {path.energy:.9g}",
        f"from      {path.theta[0].tolist()}",
        f"to        {path.theta[-1].tolist()}",
        f"velocity  {path.velocity[0].tolist()}",
        f"residual  {path.residual:.2e}   drift {path.error:.2e}   conjugate points {path.morse_index}",
        f"status    {path.status.name}: {path.status.words} ({path.engine}{instead})",
    ]


def transport(chosen: argparse.Namespace) -> int:
    """A vector along the geodesic between two points."""
    scene = session.load(chosen.scene) if chosen.scene else None
    start, end = _ends(chosen, scene)
    vector = _given("--vector", chosen.vector, scene and scene.vector)
    manifold, alpha, engine = (
        _family(chosen, scene),
        _alpha(chosen, scene),
        open_engine(chosen.engine),
    )
    path = AttentionGeodesic(manifold, alpha, engine, chosen.steps).compute_path(start, end)
    velocity = path.velocity * path.t[-1]
    carried = engine.transport(
        TransportRequest(manifold, path.theta[None], velocity[None], np.array([vector]), alpha)
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
    lines = [
        f"vector    {carried.vectors[0, 0].tolist()} becomes {carried.vectors[0, -1].tolist()}",
        f"angle     {carried.angle[0, -1]:.9g} rad in the frame of the coordinates"
        if alpha == 0.0
        else "angle     none: a transport of α ≠ 0 is no rotation",
        f"matrix    {carried.operators[0, -1].tolist()}",
        f"drift     {carried.drift[0]:.2e} of its length"
        if alpha == 0.0
        else "drift     none: a transport of α ≠ 0 keeps no length",
        f"status    {status.name}: {status.words} ({carried.engine})",
    ]
    show(result, chosen.json, lines)
    return exit_of(status)


def _family(chosen: argparse.Namespace, scene: session.Scene | None) -> Manifold:
    if chosen.family:
        return family(chosen.family)
    if scene is None:
        raise ValueError("FAMILY is missing: name one, or give --scene FILE")
    return family(scene.family)


def _ends(chosen: argparse.Namespace, scene: session.Scene | None) -> tuple[Point, Point]:
    start = _given("--start", chosen.start, scene and scene.start and scene.start.theta)
    return start, _given("--end", chosen.end, scene and scene.end and scene.end.theta)


def _alpha(chosen: argparse.Namespace, scene: session.Scene | None) -> float:
    if chosen.alpha is not None:
        return float(chosen.alpha)
    return scene.alpha if scene is not None else 0.0


def _given(option: str, stated: Point | None, otherwise: Point | None) -> Point:
    value = stated if stated is not None else otherwise
    if value is None:
        raise ValueError(f"{option} a,b is missing, and no scene says it")
    return value
