"""Boundary-value geodesics in float64: collocation from one first curve after another.

For α = 0 from a curve of least energy, for α ≠ 0 as in `alpha_geodesics`.  Each try costs a fraction of
a second whether it leads to a geodesic or not: nothing is aimed.
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
    multiple_shooting,
    sphere_polygon,
)
from compute.geodesics.discrete_energy import SEGMENTS, descend
from compute.geodesics.initial_curves import first_curve
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

Solve = Callable[[ConnectRequest], Paths]


def solve(request: ConnectRequest) -> Paths:
    """Geodesics of Γ^(α) of pairs that are not near, in float64.

    Status and residual are those of `gauss_collocation.connect`; of what is not found, NOT_CONVERGED,
    nothing else has a meaning.  `Interrupted` where it is `interruptible`.
    """
    if request.alpha == 0.0:
        return direct_solutions.first(request, _levi_civita)
    heavy = gauss_collocation.is_heavy(request.manifold)
    otherwise = _roughly if heavy else _levi_civita
    return alpha_geodesics.connect(request, lambda own: direct_solutions.first(own, otherwise))


def _roughly(request: ConnectRequest) -> Paths:
    """Curves near geodesics of α = 0, to begin with where those themselves are dear."""
    manifold = request.manifold
    curves = descend(manifold, first_curve(manifold, request.start, request.end)).theta
    curves = affine_time.even(manifold, curves, gauss_collocation.LEAST)
    own = replace(request, end=curves[:, -1], steps=gauss_collocation.LEAST)
    curves, good = gauss_collocation.followed(own, curves, [0.0])
    if not good.all():
        return _levi_civita(request)
    return replace(batch.unmoved(own, Status.OK, "reference"), theta=curves)


def near(request: ConnectRequest, curves: Floats) -> Paths:
    """Geodesics of Γ^(α) of a request, near curves (n, M+1, 2) with its ends or copies of them."""
    # a curve's last node may be its end some periods away
    request = replace(request, end=curves[:, -1].astype(np.float64))
    if request.alpha == 0.0:
        return gauss_collocation.connect(request, curves)
    return alpha_geodesics.near(request, curves)


def better(request: ConnectRequest, paths: Paths, solve: Solve) -> Paths:
    """``paths`` with those that failed, between regular ends, replaced by what ``solve`` finds."""
    todo = multiple_shooting.solvable(request, paths)
    if todo.size == 0:
        return paths
    found = solve(batch.pairs(request, todo))
    good = found.status == Status.OK
    return batch.replaced(paths, todo[good], batch.rows(found, good))


def _levi_civita(request: ConnectRequest) -> Paths:
    """Return those of α = 0, near curves of least energy."""
    curves = first_curve(request.manifold, request.start, request.end)
    paths = near(request, descend(request.manifold, curves).theta)
    if request.manifold.logits is not None:
        paths = better(request, paths, _polygonal)
    return constant_curvature.repaired(request, paths)


def _polygonal(request: ConnectRequest) -> Paths:
    """Return those of a softmax, α = 0, near polygons of least energy on the sphere of
    distributions.
    """
    assert request.manifold.logits is not None
    curves = []
    for ends in np.stack([request.start, request.end], axis=1):
        line = sphere_polygon.refined(ends, SEGMENTS)
        found = sphere_polygon.relaxed(*request.manifold.logits, line).y
        curves.append(found if np.isfinite(found).all() else line)
    return near(request, np.stack(curves))
