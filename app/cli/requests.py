"""Requests of commands, with values from options or a scene."""

from __future__ import annotations

import argparse

import numpy as np

from app.cli.head_tokens import token_places
from app.model.lessons import first_scene
from app.model.scene import Scene
from compute import open_engine
from compute.families import manifold
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.samples.points_file import LabelledPoints, read_points

Point = tuple[float, float]


def precise(engine: str) -> Engine:
    """Open the engine for single results: float64, unless the GPU was requested."""
    return open_engine("reference" if engine == "auto" else engine)


def scene_of(chosen: argparse.Namespace) -> Scene | None:
    """Return the scene of ``--scene``; None without that option."""
    return first_scene.load(chosen.scene) if chosen.scene else None


def given(option: str, stated: Point | None, otherwise: Point | None) -> Point:
    """Return an option's value, or the scene's.  Raises ValueError if there is neither."""
    value = stated if stated is not None else otherwise
    if value is None:
        raise ValueError(f"{option} a,b is missing, and no scene gives it")
    return value


def manifold_of(chosen: argparse.Namespace, scene: Scene | None) -> Manifold:
    """Return the named family, or the scene's.  Raises ValueError."""
    if chosen.family:
        return manifold(chosen.family)
    if scene is None:
        raise ValueError("FAMILY is missing: name one, or give --scene FILE")
    return manifold(scene.family)


def points_in(chosen: argparse.Namespace) -> tuple[Manifold, LabelledPoints]:
    """Return the named family and the points of ``--points``, all in its domain.  Raises ValueError."""
    made = manifold(chosen.family)
    points = read_points(chosen.points, made.coordinates)
    points_of(made, f"points of {chosen.points}", points.theta)
    return made, points


def boundary_values(chosen: argparse.Namespace) -> ConnectRequest:
    """Return the requested boundary-value problem, validated before an engine is opened."""
    scene = scene_of(chosen)
    places = token_places(chosen, 2)
    if places is not None:
        ends = places.theta
        return ConnectRequest(
            places.manifold, ends[:1], ends[1:], _alpha(chosen, scene), chosen.steps
        )
    start = given("--start", chosen.start, scene.start.theta if scene and scene.start else None)
    end = given("--end", chosen.end, scene.end.theta if scene and scene.end else None)
    return ConnectRequest(
        manifold_of(chosen, scene),
        np.array([start]),
        np.array([end]),
        _alpha(chosen, scene),
        chosen.steps,
    )


def _alpha(chosen: argparse.Namespace, scene: Scene | None) -> float:
    if chosen.alpha is not None:
        return float(chosen.alpha)
    return scene.alpha if scene is not None else 0.0
