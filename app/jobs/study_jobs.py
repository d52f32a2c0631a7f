"""Jobs of the study layers: the scene's layers and the frozen values that ask for what they show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from app.model.scene import Scene, chart_of
from compute.families import family as manifold_of
from compute.families import parse
from compute.manifold.manifold import known_inside

Point = tuple[float, float]
LOOP_VERTICES = 96


@dataclass(frozen=True)
class CompareJob:
    """The e-geodesic (α = 1), the m-geodesic (α = −1) and, of normals, that of Wasserstein-2."""

    family: str
    start: Point
    end: Point
    quality: str


@dataclass(frozen=True)
class EveryJob:
    """All other geodesics between the pins."""

    family: str
    start: Point
    end: Point
    alpha: float


@dataclass(frozen=True)
class SprayJob:
    """Geodesics from A in all directions, with their wavefronts and their caustic."""

    family: str
    start: Point
    end: Point
    quality: str


@dataclass(frozen=True)
class BallJob:
    """The geodesic ball around A whose edge goes through B, and the balls of both divergences."""

    family: str
    start: Point
    end: Point


@dataclass(frozen=True)
class LoopJob:
    """A vector carried round a loop of vertices in θ, with edges straight in a chart of the plane."""

    family: str
    loop: tuple[Point, ...]
    alpha: float
    chart: str


@dataclass(frozen=True)
class CutJob:
    """The cut locus of A."""

    family: str
    start: Point
    end: Point


@dataclass(frozen=True)
class QueryJob:
    """The geodesic between the pins' queries in the whole query space of a head."""

    family: str
    start: Point
    end: Point


Study = CompareJob | EveryJob | SprayJob | BallJob | LoopJob | CutJob | QueryJob
# most urgent first
STUDIES: tuple[type[Study], ...] = (
    CompareJob, LoopJob, QueryJob, SprayJob, BallJob, EveryJob, CutJob,
)  # fmt: skip
# the kinds of curve that belong to each layer of the scene
KINDS = {
    "dual_paths": ("e", "m", "w2"),
    "all_geodesics": ("other",),
    "spray": ("rays", "fronts", "caustic"),
    "balls": ("ball", "forward", "backward"),
    "loop": ("loop", "before", "after"),
    "cut_locus": ("cut",),
    "query_space": ("queries",),
}


_LAYERS: dict[type, str] = {
    CompareJob: "dual_paths",
    EveryJob: "all_geodesics",
    SprayJob: "spray",
    BallJob: "balls",
    LoopJob: "loop",
    CutJob: "cut_locus",
    QueryJob: "query_space",
}


def wanted(scene: Scene, dragging: bool) -> list[Study]:
    """The jobs of the study layers that a completed scene shows; the slow ones only at rest."""
    assert scene.start and scene.end
    a, b, quality = scene.start.theta, scene.end.theta, "live" if dragging else "final"
    layers, family = scene.layers, scene.family
    found: list[Study] = []
    if layers.dual_paths:
        found.append(CompareJob(family, a, b, quality))
    if layers.loop:
        found.append(
            LoopJob(family, scene.loop or default_loop(scene), scene.alpha, plane_of(scene))
        )
    if layers.spray:
        found.append(SprayJob(family, a, b, quality))
    if layers.balls and not dragging:
        found.append(BallJob(family, a, b))
    if layers.all_geodesics and not dragging:
        found.append(EveryJob(family, a, b, scene.alpha))
    if layers.cut_locus and not dragging:
        found.append(CutJob(family, a, b))
    if layers.query_space and not dragging and parse(family)[0] == "attention":
        found.append(QueryJob(family, a, b))
    return found


def kinds_of(job: Study) -> tuple[str, ...]:
    """The kinds of curve that a job may answer with."""
    return KINDS[_LAYERS[type(job)]]


def layers_of(kinds: Iterable[type]) -> set[str]:
    """The layers whose jobs are of some of these kinds."""
    return {_LAYERS[kind] for kind in kinds if kind in _LAYERS}


def plane_of(scene: Scene) -> str:
    """The name of the chart of the plane that a completed scene is drawn in or over."""
    return chart_of(manifold_of(scene.family), scene.chart).plane.name


def default_loop(scene: Scene) -> tuple[Point, ...]:
    """A circle of the first chart, as drawn, around the middle between the pins, inside the domain."""
    assert scene.start and scene.end
    manifold = manifold_of(scene.family)
    chart, view = manifold.charts[0], manifold.view
    size = np.array([view.x1 - view.x0, view.y1 - view.y0])
    a, b = (chart.forward(np.array(pin.theta)) for pin in (scene.start, scene.end))
    turn = 2 * np.pi * np.arange(LOOP_VERTICES) / LOOP_VERTICES
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1) * size
    theta = chart.inverse((a + b) / 2 + 0.01 * circle)
    for share in (0.5, 0.35, 0.2, 0.1, 0.05):
        radius = share * float(np.linalg.norm((b - a) / size))
        trial = chart.inverse((a + b) / 2 + max(radius, 0.02) * circle)
        if known_inside(manifold, trial).all():
            theta = trial
            break
    return tuple((float(x), float(y)) for x, y in theta)
