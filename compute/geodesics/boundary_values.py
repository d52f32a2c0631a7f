"""Boundary-value geodesics in float64: collocation from several initial curves in turn.

For α = 0 from a curve of least energy, for α ≠ 0 as in `alpha_geodesics`.  There is no shooting, so
each attempt costs a fraction of a second, successful or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import (
    affine_time,
    alpha_geodesics,
    constant_curvature,
    direct_solutions,
    gauss_collocation,
    least_energy,
    multiple_shooting,
    sphere_polygon,
)
from compute.geodesics.discrete_energy import SEGMENTS, descend
from compute.geodesics.initial_curves import first_curve
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

Solve = Callable[[ConnectRequest], Paths]


def solve(request: ConnectRequest) -> Paths:
    """Return geodesics of Γ^(α) for pairs that are not near, in float64.

    Status and residual as in `gauss_collocation.connect`; for NOT_CONVERGED nothing else is meaningful.
    Raises `Interrupted` inside `interruptible`.
    """
    if request.alpha == 0.0:
        return direct_solutions.first(request, _levi_civita)
    heavy = gauss_collocation.is_heavy(request.manifold)
    otherwise = _roughly if heavy else _levi_civita
    return alpha_geodesics.connect(request, lambda own: direct_solutions.first(own, otherwise))


def _roughly(request: ConnectRequest) -> Paths:
    """Return curves near geodesics of α = 0, for families where the geodesics themselves are
    expensive.
    """
    manifold = request.manifold
    curves = descend(manifold, first_curve(manifold, request.start, request.end)).theta
    curves = affine_time.even(manifold, curves, gauss_collocation.LEAST)
    own = replace(request, end=curves[:, -1], steps=gauss_collocation.LEAST)
    curves, good = gauss_collocation.followed(own, curves, [0.0])
    if not good.all():
        return _levi_civita(request)
    return replace(batch.unmoved(own, Status.OK, "reference"), theta=curves)


def near(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve a request starting from curves (n, M+1, 2) with its ends or periodic copies of them."""
    # a curve's last node may differ from its end by some periods
    request = replace(request, end=curves[:, -1].astype(np.float64))
    if request.alpha == 0.0:
        return gauss_collocation.connect(request, curves)
    return alpha_geodesics.near(request, curves)


def better(request: ConnectRequest, paths: Paths, solve: Solve) -> Paths:
    """Return ``paths`` with failed ones between regular ends replaced by the results of ``solve``."""
    todo = multiple_shooting.solvable(request, paths)
    if todo.size == 0:
        return paths
    found = solve(batch.pairs(request, todo))
    good = found.status == Status.OK
    return batch.replaced(paths, todo[good], batch.rows(found, good))


def _levi_civita(request: ConnectRequest) -> Paths:
    """Solve for α = 0 starting from curves of least energy."""
    paths = least_energy.connect(request)
    if request.manifold.logits is not None:
        paths = better(request, paths, _polygonal)
    return constant_curvature.repaired(request, paths)


def _polygonal(request: ConnectRequest) -> Paths:
    """Solve for a softmax, α = 0, starting from polygons of least energy on the sphere of
    distributions.
    """
    assert request.manifold.logits is not None
    curves = []
    for ends in np.stack([request.start, request.end], axis=1):
        line = sphere_polygon.refined(ends, SEGMENTS)
        found = sphere_polygon.relaxed(*request.manifold.logits, line).y
        curves.append(found if np.isfinite(found).all() else line)
    return near(request, np.stack(curves))
