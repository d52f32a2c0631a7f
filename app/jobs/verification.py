"""Verification of the scene's path and map by recomputation in float64."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model.scene import Point, chart_of
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.geodesics.scalar_field import scalar_at, theta_at
from compute.manifold.tangent import norm
from compute.requests.engine import Engine
from compute.requests.fields import DistanceRequest, Field, FieldRequest
from compute.requests.geodesics import ConnectRequest

# float32 rounding does not explain differences above this share of the length
LIMIT = 1e-3
# section of the page on the mathematics
SECTION = "certificates"
# cells along the longer side of a map that are recomputed
SAMPLES = 64


@dataclass(frozen=True, eq=False)
class CheckJob(Job):
    """Recompute a geodesic in float64 and compare its nodes ``theta (m, 2)``."""

    priority: ClassVar[Priority] = Priority.CHECK
    words: ClassVar[str] = "the path in float64"

    family: str
    start: Point
    end: Point
    alpha: float
    theta: Floats

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Recompute the path and compare."""
        began = time.perf_counter()
        measure = _of_path(self)
        emit(CheckAnswer(self, measure, 1000 * (time.perf_counter() - began)))


@dataclass(frozen=True, eq=False)
class MapCheckJob(Job):
    """Recompute ``field``, a map over a chart, in float64; ``source``: of distances, or None."""

    priority: ClassVar[Priority] = Priority.CHECK
    words: ClassVar[str] = "the map in float64"

    family: str
    chart: str
    scalar: str
    token: int
    source: Point | None
    field: Field

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Recompute a sample of the map and compare."""
        began = time.perf_counter()
        measure = _of_map(self)
        emit(CheckAnswer(self, measure, 1000 * (time.perf_counter() - began)))


@dataclass(frozen=True, eq=False)
class CheckAnswer:
    """The measure of the difference between a curve or a map and its float64 recomputation."""

    job: CheckJob | MapCheckJob
    measure: Measure
    milliseconds: float


def _of_path(job: CheckJob) -> Measure:
    """Return the largest Fisher length between nodes of equal time, by a method of order 8."""
    manifold = manifold_of(job.family)
    a, b = np.array([job.start]), np.array([job.end])
    exact = ReferenceEngine().connect(ConnectRequest(manifold, a, b, job.alpha, len(job.theta) - 1))
    known = int(exact.nodes[0]), int(np.isfinite(job.theta).all(axis=1).sum())
    count = min(known)
    gap = exact.theta[0, :count] - job.theta[:count]
    metric = manifold.geometry(exact.theta[0, :count]).metric
    worst = float(norm(metric, gap).max())
    status = Status(int(exact.status[0]))
    fine = status == Status.OK and worst <= LIMIT * max(float(exact.length[0]), 1e-3)
    words = f"{worst:.1e}" if status == Status.OK else f"{worst:.1e}; float64 {status.words}"
    hint = (
        "Largest Fisher distance between the curve and its recomputation in float64, which has "
        f"length {exact.length[0]:.9g}."
    )
    return Measure("Path error against float64", words, hint, fine, section=SECTION)


def _of_map(job: MapCheckJob) -> Measure:
    """Return the 99 % quantile of the differences in a sample of cells, relative to the map's range.

    Cells where one of the two has a singular metric are not compared, but counted.
    """
    found = job.field.values
    every = max(1, max(found.shape) // SAMPLES)
    cells = np.s_[every // 2 :: every, every // 2 :: every]
    exact = _again(job, cells)
    both = np.isfinite(found[cells]) & np.isfinite(exact)
    lone = int((np.isfinite(found[cells]) != np.isfinite(exact)).sum())
    if not both.any():
        words = "nothing to compare"
        return Measure("Map error against float64", words, "No cell has a value.", section=SECTION)
    low, high = np.quantile(exact[both], [0.01, 0.99])
    scale = max(float(high - low), 1e-3 * max(abs(low), abs(high)), 1e-12)
    worst = float(np.quantile(np.abs(found[cells] - exact)[both], 0.99)) / scale
    words = f"{worst:.1e} of its range"
    if lone:
        words += f"; {lone} of {exact.size} cells have a value in only one of the two"
    hint = (
        f"99 % of {int(both.sum())} cells differ from the float64 recomputation by less than "
        "this. A cell has no value where the metric is singular."
    )
    return Measure("Map error against float64", words, hint, worst <= LIMIT, section=SECTION)


def _again(job: MapCheckJob, cells: tuple[slice, slice]) -> Floats:
    """Return the values of some of a map's cells in float64."""
    manifold = manifold_of(job.family)
    chart, shape = chart_of(manifold, job.chart).plane, job.field.values.shape
    if job.source is not None:
        source = np.array(job.source)
        wanted = DistanceRequest(manifold, chart, source, job.field.extent, shape)
        return ReferenceEngine().distance(wanted).values[cells]
    request = FieldRequest(manifold, chart, job.scalar, job.field.extent, shape, job.token)
    theta = theta_at(request, *cells)
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    inside = np.where(known[..., None], theta, manifold.interior)
    values, status = scalar_at(manifold, job.scalar, inside.reshape(-1, 2), job.token)
    values = np.where(status == Status.OK, values, np.nan).reshape(known.shape)
    return np.where(known, values, np.nan)
