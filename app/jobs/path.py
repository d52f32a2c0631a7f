"""The geodesic of the scene, a vector transported along it, and the distributions on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.subject import Subject
from app.jobs.viewport import STEPS, Viewport
from app.model.scene import Point
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.curves import distance_bounds
from compute.curves.dense_curve import DenseCurve
from compute.curves.dense_output import FINE, LIVE, dense_output
from compute.curves.dense_polish import HEAVY as HEAVY_POLISH
from compute.divergences.divergence import Divergences, divergences
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.geodesics import initial_value
from compute.geodesics.transport_errors import errors
from compute.manifold.manifold import COUNTS, TWO_COUNTS, Manifold, Support
from compute.manifold.tangent import inner
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths
from compute.requests.transport import Transport, TransportRequest
from compute.studies import jacobi_fields

# for a dragged path if one evaluation of the metric costs more loop iterations than this
HEAVY, HEAVY_STEPS = 400, 32
# maximum number of outcomes stored with a path
MOST_OUTCOMES, LIKELIEST = 512, 32
_ARRIVED = frozenset(int(status) for status in Status if status.arrived)
# Gauss nodes and weights for the length of a straight line, cached: computing them takes 1 ms
STRAIGHT = np.polynomial.legendre.leggauss(24)


@dataclass(frozen=True)
class PathJob(Job):
    """The geodesic from start to end, a vector transported along it, and the distributions on it."""

    priority: ClassVar[Priority] = Priority.PATH
    words: ClassVar[str] = "the geodesic"
    reads: ClassVar[frozenset[str] | None] = frozenset(
        ("family", "start", "end", "vector", "alpha")
    )
    # the transported vector has separate numbers, but nothing that identifies it
    details: ClassVar[frozenset[str]] = frozenset(("vector", "quality", "steps"))

    family: str
    start: Point
    end: Point
    vector: Point
    alpha: float
    quality: str
    steps: int = 0  # those of the quality, unless stated

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> Self:
        """Return the path between the pins, with the steps that the viewport allows."""
        scene = subject.scene
        assert scene.start and scene.end and scene.vector
        ends = scene.start.theta, scene.end.theta
        steps = viewport.steps[0 if viewport.dragging else 1]
        return cls(scene.family, *ends, scene.vector, scene.alpha, viewport.quality, steps)

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `PathAnswer`."""
        began, manifold = time.perf_counter(), manifold_of(self.family)
        if self.quality != "final" and manifold.slot.long and not engine.is_ready(manifold):
            engine = ReferenceEngine()  # a geodesic is there before its kernels are compiled
        paths = engine.connect(connection(manifold, self))
        emit(path_answer(engine, manifold, self, paths, began))


@dataclass(frozen=True, eq=False)
class PathAnswer:
    """paths: the geodesic as a batch (n = 1); transport along it, and its error as a share of the
    vector; its Morse index, if counted.

    curve (k, 2): its valid nodes and where it stopped; x, labels, support_title: the common support,
    restricted to the likeliest of very many outcomes; rows (k, s): p at every point of the curve;
    row_a, row_b (s,): at the pins; straight_length: Fisher length of the straight line in θ; distance:
    the closed form, or None; bounds: of the distance by the distributions, or None; enclosed: bounds of
    the distance by the curve, where K ≤ 0, at rest, or None (all three only for α = 0); curvature (2,):
    K at the pins; divergences of A and B, only at rest; second: whether it needed a second attempt.
    dense: the dense curve; row_at: p over x (s,) at any θ (2,); kept: indices of the outcomes in x, if
    not all; counts: whether x are whole numbers.
    """

    job: PathJob
    paths: Paths
    transport: Transport
    transport_error: float
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
    kept: NDArray[np.intp] | None = None
    counts: bool = False
    enclosed: tuple[float, float] | None = None

    @property
    def arrived(self) -> bool:
        """Whether the curve is a geodesic that ends at B."""
        return int(self.paths.status[0]) in _ARRIVED

    @property
    def may_be_retried(self) -> bool:
        """Whether a second attempt may succeed: not if the geodesic is known to leave the domain."""
        failed = self.paths.status[0] == Status.NOT_CONVERGED
        return bool(failed) and self.job.quality == "final" and not self.second


def connection(manifold: Manifold, job: PathJob) -> ConnectRequest:
    """Return the boundary-value problem of a path, with the number of steps for its quality."""
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
        passed = jacobi_fields.morse_index(engine, manifold, paths)
        paths, index = jacobi_fields.marked(paths, passed), int(passed[0])
    carried = engine.transport(
        TransportRequest(manifold, paths.theta, paths.velocity, np.array([job.vector]), job.alpha)
    )
    curve = paths.theta[0, : paths.nodes[0]]
    if paths.reached[0] < 1.0:
        curve = np.concatenate([curve, paths.stop])
    ends = np.concatenate([start, end])
    support = manifold.support(ends)
    # apart: the norms of a typed density are known at points whose geometry was asked for
    rows = np.concatenate([manifold.density(x, support.x) for x in (curve, ends)])
    density, sample = manifold.density, support.x
    support, rows, kept = _likeliest(support, rows)
    dense = densified(engine, manifold, job, paths)
    metric = job.alpha == 0.0  # the distance is no reference for another connection's path
    bounds = manifold.bounds(start, end) if metric and manifold.bounds is not None else None
    return PathAnswer(
        job=job,
        paths=paths,
        transport=carried,
        transport_error=float(errors(manifold, paths.theta, paths.velocity, carried)[0]),
        morse_index=index,
        curve=curve,
        dense=dense,
        enclosed=_enclosed(manifold, job, paths, dense),
        row_at=lambda theta: density(theta[None], sample)[0, kept],
        kept=None if isinstance(kept, slice) else kept,
        x=support.x,
        labels=support.labels,
        support_title=support.title,
        counts=support.space in (COUNTS, TWO_COUNTS),
        rows=rows[:-2],
        row_a=rows[-2],
        row_b=rows[-1],
        straight_length=_straight_length(manifold, start[0], end[0]),
        distance=float(manifold.distance(start, end)[0]) if metric and manifold.distance else None,
        bounds=(float(bounds[0][0]), float(bounds[1][0])) if bounds is not None else None,
        curvature=manifold.curvature(ends),
        divergences=divergences(manifold, start[0], end[0]) if final else None,
        milliseconds=1000 * (time.perf_counter() - began),
    )


def _enclosed(
    manifold: Manifold, job: PathJob, paths: Paths, dense: DenseCurve
) -> tuple[float, float] | None:
    """Return the bounds of the distance by a curve at rest that ends at B."""
    wanted = job.quality == "final" and job.alpha == 0.0
    arrived = int(paths.status[0]) in _ARRIVED
    return distance_bounds.of_curve(manifold, dense) if wanted and arrived else None


def densified(engine: Engine, manifold: Manifold, job: PathJob, paths: Paths) -> DenseCurve:
    """Return the dense curve of a path: at rest in float64 unless that takes long, during a drag in the
    engine's precision.
    """
    final = job.quality == "final"
    fire = initial_value.shoot if final and manifold.slot.loops <= HEAVY_POLISH else engine.shoot
    ends = np.array([job.start, job.end]) if final else None
    return dense_output(manifold, paths, job.alpha, FINE if final else LIVE, fire, ends=ends)


def _likeliest(support: Support, rows: Floats) -> tuple[Support, Floats, slice | NDArray[np.intp]]:
    """Restrict very many outcomes to those likeliest somewhere on the path, in their own order; return
    their indices too.
    """
    if len(support.labels) <= MOST_OUTCOMES:
        return support, rows, slice(None)
    kept = np.sort(np.argsort(-rows.max(axis=0), kind="stable")[:LIKELIEST])
    labels = tuple(support.labels[j] for j in kept)
    title = f"{support.title}: the {LIKELIEST} likeliest of {len(support.labels)}"
    support = replace(support, x=np.arange(float(len(kept))), labels=labels, title=title)
    return support, rows[:, kept], kept


def _straight_length(manifold: Manifold, start: Floats, end: Floats) -> float:
    """Return ∫√g(Δ, Δ) dt along θ = a + t(b − a), by Gauss–Legendre; NaN if it leaves the domain."""
    nodes, weights = STRAIGHT
    theta = start + 0.5 * (nodes[:, None] + 1) * (end - start)
    if not manifold.in_domain(theta).all():
        return float("nan")
    delta = np.broadcast_to(end - start, theta.shape)
    speed2 = inner(manifold.geometry(theta).metric, delta, delta)
    return float(0.5 * weights @ np.sqrt(np.maximum(speed2, 0.0)))
