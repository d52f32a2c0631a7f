"""Jobs: what the scene needs computed, as plain comparable values, and how an engine does them.

A job is equal to another exactly when its answer would be; that is what `plan` compares.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.controller import checking, doctor, flowing, formulas, relaxing, studies
from app.controller.checking import CheckAnswer, CheckJob, MapCheckJob
from app.controller.doctor import DoctorAnswer, DoctorJob
from app.controller.flowing import FlowAnswer, FlowJob
from app.controller.formulas import FamilyAnswer, FamilyJob
from app.controller.relaxing import RelaxAnswer, RelaxJob
from app.controller.studies import StudyAnswer
from app.controller.study_jobs import Study
from app.controller.task import Cancelled, Emit, Task
from app.model.scene import chart_of
from compute import geodesic, jacobi
from compute.dense_curve import DenseCurve
from compute.dense_output import FINE, LIVE, dense_output
from compute.dense_polish import HEAVY as HEAVY_POLISH
from compute.divergence import Divergences, divergences
from compute.engine import Engine
from compute.families import family as manifold_of
from compute.manifold import Manifold, Support, inner
from compute.types import (
    ConnectRequest,
    DistanceRequest,
    Effort,
    Extent,
    Field,
    FieldRequest,
    Floats,
    GeometryRequest,
    Paths,
    Transport,
    TransportRequest,
)

Point = tuple[float, float]
# nodes of a path before there is a device, while a pin is dragged, and at rest
STEPS = {"early": 32, "live": 64, "final": 128}
# of a dragged path where one evaluation of the metric costs more loop iterations than this
HEAVY, HEAVY_STEPS = 512, 32
# of more outcomes than this so many are kept with a path
MOST_OUTCOMES, LIKELIEST = 512, 32
# Gauss's nodes and weights for the length of a straight line: a millisecond each time they are made
STRAIGHT = np.polynomial.legendre.leggauss(24)
# longest side of a map, coarse first
MAP_SIDES = (48, 384)
DISTANCE_SIDES = (48, 160)
# and of a map of a typed density at most, where it is computed on the processor
TYPED_SIDE = 512
ELLIPSES = (12, 8)
# outlines reach this Fisher distance from their centres, before they are scaled to fit the view
OUTLINE = 48


@dataclass(frozen=True)
class PathJob:
    """The geodesic from start to end, a vector carried along it, and the distributions on the way."""

    family: str
    start: Point
    end: Point
    vector: Point
    alpha: float
    quality: str
    steps: int = 0  # those of the quality, unless stated


@dataclass(frozen=True)
class MapJob:
    """A scalar over the visible rectangle of a chart, on a canvas of pixels (width, height).

    ``side``: samples along its longer side for print; 0 is the window's, coarse at first.
    ``source``: the point from which distances are mapped, for the scalar "distance".
    """

    family: str
    chart: str
    scalar: str
    token: int
    view: Extent
    pixels: tuple[int, int]
    side: int = 0
    source: Point | None = None


@dataclass(frozen=True)
class EllipseJob:
    """Unit circles of the metric over the visible rectangle of a chart."""

    family: str
    chart: str
    view: Extent


Job = (
    Task
    | PathJob
    | MapJob
    | EllipseJob
    | Study
    | FlowJob
    | CheckJob
    | MapCheckJob
    | RelaxJob
    | FamilyJob
    | DoctorJob
)


@dataclass(frozen=True, eq=False)
class PathAnswer:
    """paths: the one geodesic (n = 1) in a batch; transport along it; its Morse index, if counted.

    curve (k, 2): its valid nodes and where it stopped; x, labels, support_title: the common support, of
    very many outcomes the likeliest;
    rows (k, s): p at every point of the curve; row_a, row_b (s,): at the pins;
    straight_length: Fisher length of the straight line in θ; distance: the closed form, or None;
    bounds: of the distance, or None, both at α = 0 alone; curvature (2,): K at the pins; divergences
    of A and B, only at rest; second: it took a second try.
    dense: the curve itself, everywhere; row_at: p over x (s,) at any θ (2,).
    """

    job: PathJob
    paths: Paths
    transport: Transport
    morse_index: int | None
    curve: Floats
    dense: DenseCurve
    row_at: Callable[[Floats], Floats]
    x: Floats
    labels: tuple[str, ...]
    support_title: str
    rows: Floats
    row_a: Floats
    row_b: Floats
    straight_length: float
    distance: float | None
    bounds: tuple[float, float] | None
    curvature: Floats
    divergences: Divergences | None
    milliseconds: float
    second: bool = False


@dataclass(frozen=True, eq=False)
class MapAnswer:
    """``field``, coarse at first and then in full (``complete``)."""

    job: MapJob
    field: Field
    complete: bool
    milliseconds: float


@dataclass(frozen=True, eq=False)
class EllipseAnswer:
    """Outlines (k, points, 2) in chart coordinates."""

    job: EllipseJob
    outlines: Floats
    milliseconds: float


# what the jobs of a scene are answered with; tasks have answers of their own
Answer = (
    PathAnswer
    | MapAnswer
    | EllipseAnswer
    | StudyAnswer
    | FlowAnswer
    | CheckAnswer
    | RelaxAnswer
    | FamilyAnswer
    | DoctorAnswer
)


def perform(engine: Engine, job: Job, emit: Emit, cancelled: Cancelled) -> None:
    """Answer ``job`` with one engine, by one or more calls of ``emit``."""
    if isinstance(job, Task):
        job.perform(engine, emit, cancelled)
    elif isinstance(job, Study):
        emit(studies.perform(engine, job))
    elif isinstance(job, FlowJob):
        flowing.perform(engine, job, emit, cancelled)
    elif isinstance(job, CheckJob | MapCheckJob):
        emit(checking.perform(job))
    elif isinstance(job, RelaxJob):
        emit(relaxing.perform(engine, job))
    elif isinstance(job, DoctorJob):
        emit(doctor.perform(engine, job))
    elif isinstance(job, FamilyJob):
        emit(formulas.perform(job))
    else:
        _perform(engine, job, emit, cancelled)


def _perform(
    engine: Engine, job: PathJob | MapJob | EllipseJob, emit: Emit, cancelled: Cancelled
) -> None:
    began = time.perf_counter()
    manifold = manifold_of(job.family)
    if isinstance(job, PathJob):
        emit(_path(engine, manifold, job, began))
    elif isinstance(job, MapJob):
        _map(engine, manifold, job, emit, cancelled, began)
    else:
        emit(_ellipses(engine, manifold, job, began))


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


def _path(engine: Engine, manifold: Manifold, job: PathJob, began: float) -> PathAnswer:
    return path_answer(engine, manifold, job, engine.connect(connection(manifold, job)), began)


def connection(manifold: Manifold, job: PathJob) -> ConnectRequest:
    """The boundary-value problem of a path, in as many steps as a drag leaves time for."""
    start, end = np.array([job.start]), np.array([job.end])
    steps = job.steps or STEPS[job.quality]
    if job.quality != "final" and manifold.slot.loops > HEAVY:
        steps = min(steps, HEAVY_STEPS)
    return ConnectRequest(manifold, start, end, job.alpha, steps)


def path_answer(
    engine: Engine, manifold: Manifold, job: PathJob, paths: Paths, began: float
) -> PathAnswer:
    """Return a path with its Morse index, the transported vector, the distributions, the bounds."""
    start, end = np.array([job.start]), np.array([job.end])
    index, final = None, job.quality == "final"
    if final and job.alpha == 0.0:
        passed = jacobi.morse_index(engine, manifold, paths)
        paths, index = jacobi.marked(paths, passed), int(passed[0])
    carried = engine.transport(
        TransportRequest(manifold, paths.theta, paths.velocity, np.array([job.vector]), job.alpha)
    )
    curve = paths.theta[0, : paths.nodes[0]]
    if paths.reached[0] < 1.0:
        curve = np.concatenate([curve, paths.stop])
    support = manifold.support(np.concatenate([start, end]))
    rows = manifold.density(np.concatenate([curve, start, end]), support.x)
    density, sample = manifold.density, support.x
    support, rows, kept = _likeliest(support, rows)
    metric = job.alpha == 0.0  # the distance is no measure of another connection's path
    bounds = manifold.bounds(start, end) if metric and manifold.bounds is not None else None
    return PathAnswer(
        job=job,
        paths=paths,
        transport=carried,
        morse_index=index,
        curve=curve,
        dense=densified(engine, manifold, job, paths),
        row_at=lambda theta: density(theta[None], sample)[0, kept],
        x=support.x,
        labels=support.labels,
        support_title=support.title,
        rows=rows[:-2],
        row_a=rows[-2],
        row_b=rows[-1],
        straight_length=_straight_length(manifold, start[0], end[0]),
        distance=float(manifold.distance(start, end)[0]) if metric and manifold.distance else None,
        bounds=(float(bounds[0][0]), float(bounds[1][0])) if bounds is not None else None,
        curvature=manifold.curvature(np.concatenate([start, end])),
        divergences=divergences(manifold, start[0], end[0]) if final else None,
        milliseconds=_since(began),
    )


def densified(engine: Engine, manifold: Manifold, job: PathJob, paths: Paths) -> DenseCurve:
    """The path as a curve: at rest in float64 unless that takes long, while a pin is dragged as the
    engine does it."""
    final = job.quality == "final"
    fire = geodesic.shoot if final and manifold.slot.loops <= HEAVY_POLISH else engine.shoot
    ends = np.array([job.start, job.end]) if final else None
    return dense_output(manifold, paths, job.alpha, FINE if final else LIVE, fire, ends=ends)


def _likeliest(support: Support, rows: Floats) -> tuple[Support, Floats, slice | NDArray[np.intp]]:
    """Of very many outcomes those that are likeliest somewhere on the way, in their own order, and
    which these are."""
    if len(support.labels) <= MOST_OUTCOMES:
        return support, rows, slice(None)
    kept = np.sort(np.argsort(-rows.max(axis=0), kind="stable")[:LIKELIEST])
    labels = tuple(support.labels[j] for j in kept)
    title = f"{support.title}: the {LIKELIEST} likeliest of {len(support.labels)}"
    support = replace(support, x=np.arange(float(len(kept))), labels=labels, title=title)
    return support, rows[:, kept], kept


def _straight_length(manifold: Manifold, start: Floats, end: Floats) -> float:
    """∫√g(Δ, Δ) dt along θ = a + t(b − a), by Gauss–Legendre; NaN if it leaves the domain."""
    nodes, weights = STRAIGHT
    theta = start + 0.5 * (nodes[:, None] + 1) * (end - start)
    if not manifold.in_domain(theta).all():
        return float("nan")
    delta = np.broadcast_to(end - start, theta.shape)
    speed2 = inner(manifold.geometry(theta).metric, delta, delta)
    return float(0.5 * weights @ np.sqrt(np.maximum(speed2, 0.0)))


def _map(
    engine: Engine,
    manifold: Manifold,
    job: MapJob,
    emit: Emit,
    cancelled: Cancelled,
    began: float,
) -> None:
    chart = chart_of(manifold, job.chart).plane
    usual = MAP_SIDES if job.source is None else DISTANCE_SIDES
    slow = manifold.averages is not None and (engine.software or engine.name == "reference")
    finest = min(job.side, TYPED_SIDE) if slow else job.side
    sides = (finest,) if job.side else usual
    for side in sides:
        if cancelled():
            return
        shape = _shape(job.pixels, side)
        if job.source is not None:
            source = np.array(job.source)
            effort = Effort.GEODESICS if side == sides[-1] else Effort.GRIDS
            wanted = DistanceRequest(manifold, chart, source, job.view, shape, effort)
            field = engine.distance(wanted)
        else:
            request = FieldRequest(manifold, chart, job.scalar, job.view, shape, job.token)
            field = engine.field(request, cancelled=cancelled)
        complete = side == sides[-1]
        if not (complete and cancelled()):
            emit(MapAnswer(job, field, complete, _since(began)))


def _shape(pixels: tuple[int, int], side: int) -> tuple[int, int]:
    """Rows and columns in the canvas's proportions, the longer one ``side``."""
    longest = max(*pixels, 1)
    width, height = (max(2, round(side * p / longest)) for p in pixels)
    return height, width


def _ellipses(engine: Engine, manifold: Manifold, job: EllipseJob, began: float) -> EllipseAnswer:
    """Circles of one common Fisher radius, the largest that keeps most of them in their cells."""
    chart = chart_of(manifold, job.chart).plane
    columns, rows = ELLIPSES
    view = job.view
    x = view.x0 + (np.arange(columns) + 0.5) / columns * (view.x1 - view.x0)
    y = view.y0 + (np.arange(rows) + 0.5) / rows * (view.y1 - view.y0)
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    theta = chart.inverse(xy)
    known = np.isfinite(theta).all(axis=1)
    theta, xy = theta[known], xy[known]
    inside = manifold.in_domain(theta)
    theta, xy = theta[inside], xy[inside]
    if len(theta) == 0:
        return EllipseAnswer(job, np.zeros((0, OUTLINE + 1, 2)), _since(began))
    geometry = engine.geometry(GeometryRequest(manifold, theta))
    usable = geometry.status == 0
    circles = _unit_circles(geometry.metric[usable])
    drawn = chart.push(theta[usable][:, None], circles)
    cell = np.array([(view.x1 - view.x0) / columns, (view.y1 - view.y0) / rows])
    reach = np.max(np.abs(drawn) / cell, axis=(1, 2))
    radius = 0.42 / np.quantile(reach, 0.6) if len(reach) else 1.0
    keep = radius * reach < 0.9
    outlines = xy[usable][keep][:, None] + radius * drawn[keep]
    return EllipseAnswer(job, outlines, _since(began))


def _unit_circles(metric: Floats) -> Floats:
    """Points v with g(v, v) = 1, closed outlines (k, OUTLINE + 1, 2), from metric (k, 2, 2)."""
    angle = np.linspace(0.0, 2.0 * np.pi, OUTLINE + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    root = np.linalg.inv(np.swapaxes(np.linalg.cholesky(metric), -1, -2))
    return np.swapaxes(root @ circle, -1, -2)
