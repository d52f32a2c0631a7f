"""Boundary-value geodesics, α = 0, by collocation on few segments, with rays that confirm them.

Over each segment a ray is shot by one step of DOP853, an independent method of the same order; its
dense output gives the nodes.  Most pairs need no more; for the others see `gauss_collocation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics import dop853, gauss_collocation
from compute.geodesics.dense_step import DenseStep, dense_step
from compute.geodesics.initial_value import slope_at
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

# misses of rays as a share of the length, and relative change of the squared speed, up to which few
# segments are enough
AGREED = 1e-10
# times as many segments are tried where that should be enough: misses fall with the power ORDER
FINER, ORDER = (3, 9), 8
# pairs at once: some 50 MB
MOST = 256


def connect(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve a request for α = 0 from curves (n, N+1, 2) with its ends, on N or more equal segments.

    residual: the sum of the misses of rays over single segments; error: the largest relative change of
    the squared speed.  NOT_CONVERGED, with nothing else meaningful, where either exceeds AGREED.
    Raises `Interrupted` inside `interruptible`.
    """
    return batch.in_parts(_refined, request, curves, MOST)


def _refined(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve for at most MOST pairs, again on more segments where that should be enough."""
    paths, rays, amiss = _connect(request, curves)
    count, done = curves.shape[1] - 1, amiss <= AGREED
    for times in FINER:
        todo = np.flatnonzero(~done & (amiss <= 0.1 * times**ORDER * AGREED))
        if todo.size == 0:
            continue
        nodes = rays.at(count, np.linspace(0.0, 1.0, times * count + 1))[todo, :, :2]
        found, _, _ = _connect(batch.pairs(request, todo), nodes)
        paths = batch.replaced(paths, todo, found)
        done[todo] = True
    return paths


def _connect(request: ConnectRequest, curves: Floats) -> tuple[Paths, _Rays, Floats]:
    """Return paths on the segments of the curves, their rays, and by how much (n,) rays miss relative
    to the length, or the squared speed changes; infinite where rays leave the domain.
    """
    manifold, (k, nodes) = request.manifold, curves.shape[:2]
    count = nodes - 1
    y, slopes = gauss_collocation.first_states(curves, count)
    y[:, 0, :2], y[:, -1, :2] = request.start, request.end
    y, _, _ = gauss_collocation.closed(request, y, slopes, np.full((k, count), 1.0 / count))
    inside = np.asarray(manifold.in_domain(y[..., :2]).all(axis=1))
    y = np.where(inside[:, None, None], y, (*manifold.interior, 0.0, 0.0))
    y[..., 2:] /= count  # θ' over the time of a segment
    rays = _rays(manifold, y[:, :-1].reshape(-1, 4))
    gap = rays.end[:, :4] - y[:, 1:].reshape(-1, 4)
    # a kink in the velocity counts as a miss over the following segment
    miss = (norm(rays.metric, gap[:, :2]) + norm(rays.metric, gap[:, 2:])).reshape(k, count)
    lengths, squares = (rays.end[:, i].reshape(k, count) for i in (4, 5))
    residual, length = miss.sum(axis=1), lengths.sum(axis=1)
    error = np.abs(squares / np.maximum(squares[:, :1], 1e-300) - 1.0).max(axis=1)
    known = inside & rays.known.reshape(k, count).all(axis=1)
    amiss = np.where(known, np.maximum(residual / np.maximum(length, 1e-300), error), np.inf)
    t = np.linspace(0.0, 1.0, request.steps + 1)
    at = rays.at(count, t)
    at[:, [0, -1], :2] = y[:, [0, -1], :2]
    status = np.where(amiss <= AGREED, Status.OK, Status.NOT_CONVERGED).astype(np.int32)
    found = Paths(
        t=t,
        theta=at[..., :2],
        velocity=count * at[..., 2:],
        nodes=np.full(k, request.steps + 1, np.int32),
        reached=np.ones(k),
        stop=request.end.copy(),
        length=length,
        energy=count * squares.sum(axis=1),
        residual=residual,
        error=error,
        status=status,
        engine="reference",
    )
    return found, rays, amiss


@dataclass(frozen=True, eq=False)
class _Rays:
    """Rays of unit duration: their ends (m, 6) with length and energy, the metric (m, 3) there, dense
    output, and which rays are known (m,).
    """

    end: Floats
    metric: Floats
    step: DenseStep
    known: Bools

    def at(self, count: int, t: Floats) -> Floats:
        """Return θ and θ' (k, j, 4) at times t (j,) from 0 to 1 of curves of ``count`` rays each."""
        k, segment = len(self.end) // count, np.minimum((t * count).astype(int), count - 1)
        rows = (np.arange(k)[:, None] * count + segment).ravel()
        step = DenseStep(self.step.begin[rows], self.step.terms[:, rows])
        return step.at(np.tile(t * count - segment, k)[:, None]).reshape(k, len(t), 4)


def _rays(manifold: Manifold, begin: Floats) -> _Rays:
    """Shoot rays from θ and θ' (m, 4) for a unit of time, in one step."""
    checkpoint()
    y = np.concatenate([begin, np.zeros((len(begin), 2))], axis=1)
    slopes, known = np.empty((dop853.STAGES, *y.shape)), np.ones(len(y), dtype=bool)
    metrics: list[Floats] = []

    def slope(at: Floats) -> Floats:
        found, metric, wrong = slope_at(manifold, at, 0.0)
        np.logical_and(known, wrong == Status.OK, out=known)
        metrics.append(metric)
        return found

    slopes[0] = slope(y)
    for stage, row in enumerate(dop853.A[1:], start=1):
        slopes[stage] = slope(y + np.tensordot(row[:stage], slopes[:stage], axes=1))
    end = y + np.tensordot(dop853.B, slopes, axes=1)
    step = dense_step(y, end, slopes, np.ones((len(y), 1)), slope)
    return _Rays(end, metrics[dop853.STAGES], step, known)
