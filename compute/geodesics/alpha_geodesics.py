"""Geodesics of Γ^(α), α ≠ 0, between two points in float64: collocation at constant Fisher speed.

Positive coordinates are replaced by their logarithms.  The initial curve is the mean of the e- and the
m-geodesic, which are known in closed form, or the Levi-Civita geodesic with continuation in α.  Steps
in the affine parameter may differ a thousandfold along a curve; steps in Fisher length do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import affine_time, gauss_collocation, logarithmic, multiple_shooting
from compute.geodesics.gauss_collocation import LEAST
from compute.geodesics.initial_curves import between, is_dual, nearest
from compute.manifold.manifold import known_inside
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

Solve = Callable[[ConnectRequest], Paths]
# nodes of a mean of straight lines, whose speeds may differ greatly
FINE = 512
# initial steps in α from the Levi-Civita geodesic, and after a failure; how often more are tried,
# and how often for an expensive metric
STEPS = (1, 4, 16)
MORE_STEPS = {False: 2, True: 1}
# a curve that misses by at most this share of its length is near a geodesic
CLOSE = 1e-4


def connect(request: ConnectRequest, levi_civita: Solve) -> Paths:
    """Solve a request for geodesics of Γ^(α); ``levi_civita`` solves those of α = 0.

    Status and residual as in `gauss_collocation.connect`.
    """
    request = replace(request, end=nearest(request.manifold, request.start, request.end))
    paths = batch.unmoved(request, Status.NOT_CONVERGED, "reference")
    if is_dual(request.manifold):
        paths = _tried(request, paths, _mean, [])
    todo = multiple_shooting.solvable(request, paths)
    if todo.size == 0:
        return paths
    first = levi_civita(replace(batch.pairs(request, todo), alpha=0.0))
    known = first.status == Status.OK
    curves = np.full((len(paths.status), *first.theta.shape[1:]), np.nan)
    curves[todo[known]] = first.theta[known]
    heavy = gauss_collocation.is_heavy(request.manifold)
    for steps in STEPS[: 1 + MORE_STEPS[heavy]]:
        path = np.linspace(0.0, request.alpha, steps + 1)[1:-1].tolist()
        paths = _tried(request, paths, lambda _, rows: curves[rows], path)
        # if no mesh resolves the result of one continuation, another does not help
        near = paths.residual <= CLOSE * paths.length
        curves[near] = np.nan
    return paths


def near(request: ConnectRequest, curves: Floats) -> Paths:
    """Return geodesics of Γ^(α) near curves (n, M+1, 2) with the ends of a request."""
    return _tried(
        request,
        batch.unmoved(request, Status.NOT_CONVERGED, "reference"),
        lambda _, rows: curves[rows],
        [],
    )


def _mean(request: ConnectRequest, rows: np.ndarray) -> Floats:
    """Return the mean of the e- and the m-geodesic, NaN where one leaves its chart."""
    return between(request.manifold, request.start, request.end, request.alpha, FINE)[0]


def _tried(
    request: ConnectRequest,
    paths: Paths,
    begin: Callable[[ConnectRequest, np.ndarray], Floats],
    path: list[float],
) -> Paths:
    """Return ``paths`` with failed ones replaced by solutions from the given curves, by continuation in
    α.
    """
    todo = multiple_shooting.solvable(request, paths)
    if todo.size == 0:
        return paths
    manifold = request.manifold
    curves = begin(batch.pairs(request, todo), todo)
    whole = np.asarray(known_inside(manifold, curves).all(axis=1))
    todo, curves = todo[whole], curves[whole]
    if todo.size == 0:
        return paths
    own, chart = batch.pairs(request, todo), logarithmic.chart_of(manifold)
    scaled = logarithmic.scaled(manifold)
    if chart is not None and scaled is not None:
        curves = chart.forward(curves)
        own = replace(own, manifold=scaled, start=curves[:, 0], end=curves[:, -1])
    curves = affine_time.even(own.manifold, curves, LEAST)
    curves, good = gauss_collocation.followed(own, curves, path)
    if not good.any():
        return paths
    todo, own = todo[good], batch.pairs(own, np.flatnonzero(good))
    found = gauss_collocation.connect(own, curves[good])
    if chart is not None:
        theta = chart.inverse(found.theta)
        theta[:, 0], theta[:, -1] = request.start[todo], request.end[todo]
        found = replace(
            found, theta=theta, velocity=chart.pull(theta, found.velocity), stop=theta[:, -1].copy()
        )
    better = (found.status == Status.OK) | (found.residual <= CLOSE * found.length)
    return batch.replaced(paths, todo[better], batch.rows(found, better))
