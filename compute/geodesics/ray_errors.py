"""Rays by integration with an estimate of their errors, which a constant speed does not show.

A small error perpendicular to a Levi-Civita geodesic changes like a Jacobi field: it grows at most as
e^G, G = ∫ √max(−K, 0) |v| dt.  The steps of `own_steps` leave e^G (USUAL + ROUNDING) of the length, as
measured in a hyperbolic plane; with a share of their usual errors, that share of USUAL.  Where G is
large, rays that arrive are integrated again with smaller errors.

For α ≠ 0 no norm is constant.  e- and m-geodesics of exponential families are straight in a flat chart
(`straightness`); otherwise rays that arrive are integrated again with errors FINER times as
large, and the difference shows the error of the second try.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import initial_value, straightness
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm
from compute.requests import batch
from compute.requests.geodesics import Paths, ShootRequest

# the error of the usual steps as a share of the length without growth, and that of rounding
USUAL, ROUNDING = 1e-12, 3e-16
# G above which steps have smaller errors, their least share of the usual ones, and nodes for K
LONG, LEAST, PLACES = 6.0, 1e-4, 5
# the share of the usual errors in the second run for α ≠ 0, and that of the difference
FINER, REMAINING = 1 / 16, 1 / 8


def shoot(request: ShootRequest) -> Paths:
    """Return the rays of a request in float64; those whose estimated error is above that of
    `initial_value` are NOT_CONVERGED.
    """
    if request.alpha == 0.0:
        return _refined(request)
    if straightness.chart_of(request.manifold, request.alpha) is not None:
        return initial_value.shoot(request)
    return _repeated(request)


def _refined(request: ShootRequest) -> Paths:
    paths = initial_value.shoot(request)
    growth = growth_by(request.manifold.curvature, paths)
    share = np.clip(np.exp(LONG - growth), LEAST, 1.0)
    rows = np.flatnonzero((share < 1.0) & (paths.status == Status.OK))
    if rows.size:
        again = initial_value.shoot(_some(request, rows), share=share[rows])
        paths = batch.replaced(paths, rows, again)
    error = np.exp(growth) * (USUAL * share + ROUNDING)
    return _judged(paths, np.where(paths.length > 0.0, error, 0.0))


def growth_by(curvature: Callable[[Floats], Floats], paths: Paths) -> Floats:
    """Return G (n,), at most 600, by K at some nodes (k, 2) → (k,); NaN, K that is not known, counts
    as 0.
    """
    places = np.unique(np.linspace(0, paths.theta.shape[1] - 1, PLACES).astype(int))
    theta = paths.theta[:, places]
    known = np.isfinite(theta).all(axis=-1)
    bend = np.zeros(known.shape)
    with np.errstate(all="ignore"):
        bend[known] = np.sqrt(np.maximum(-np.nan_to_num(curvature(theta[known])), 0.0))
    mean = bend.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.minimum(mean * paths.length, 600.0))


def gap_of(manifold: Manifold, paths: Paths, theta: Floats) -> Floats:
    """Return the largest Fisher length (n,) between nodes of paths and others (n, m, 2) at the same
    times, as a share of a path's length.
    """
    gap = theta - paths.theta
    known = np.isfinite(gap).all(axis=-1)
    missed = np.zeros(known.shape)
    missed[known] = norm(manifold.metric(paths.theta[known]), gap[known])
    return np.asarray(missed.max(axis=1) / np.where(paths.length > 0.0, paths.length, 1.0))


def _repeated(request: ShootRequest) -> Paths:
    paths = initial_value.shoot(request)
    rows = np.flatnonzero(paths.status == Status.OK)
    if rows.size == 0:
        return paths
    again = initial_value.shoot(_some(request, rows), share=FINER)
    again = _judged(again, REMAINING * gap_of(request.manifold, again, paths.theta[rows]))
    return batch.replaced(paths, rows, again)


def _some(request: ShootRequest, rows: np.ndarray) -> ShootRequest:
    return replace(request, theta=request.theta[rows], velocity=request.velocity[rows])


def _judged(paths: Paths, error: Floats) -> Paths:
    """Return paths with errors (n,) where these are larger than their own, or these are unknown."""
    wrong = (paths.status == Status.OK) & ~(error <= initial_value.DRIFT_LIMIT[8])
    status = np.where(wrong, Status.NOT_CONVERGED, paths.status).astype(np.int32)
    return replace(paths, error=np.fmax(paths.error, error), status=status)
