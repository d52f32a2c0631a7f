"""The last certificate: the path of the scene once more in float64, by a method of order 8."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from app.views.base import Measure
from compute.engine import ReferenceEngine
from compute.families import family as manifold_of
from compute.manifold import norm
from compute.types import ConnectRequest, Floats, Status

Point = tuple[float, float]
# a difference above this share of the length is not what float32 can explain
LIMIT = 1e-3


@dataclass(frozen=True, eq=False)
class CheckJob:
    """Compute a geodesic again in float64 and compare ``theta (m, 2)``, its nodes, with it."""

    family: str
    start: Point
    end: Point
    alpha: float
    theta: Floats


@dataclass(frozen=True, eq=False)
class CheckAnswer:
    """The measure that says how far the curve was from its float64 re-computation."""

    job: CheckJob
    measure: Measure
    milliseconds: float


def perform(job: CheckJob) -> CheckAnswer:
    """Re-compute and compare: the largest Fisher length between nodes of equal time."""
    began = time.perf_counter()
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
        "Largest Fisher distance between the curve and its re-computation in float64, "
        f"whose length is {exact.length[0]:.9g}."
    )
    measure = Measure("Off its float64 copy by", words, hint, fine)
    return CheckAnswer(job, measure, 1000 * (time.perf_counter() - began))
