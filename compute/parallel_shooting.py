"""Boundary-value geodesics in float64 by parallel shooting from curves of least energy.

Every segment of every curve is integrated at once, two steps each, so that one evaluation of the
geometry serves all of them: a pair costs some hundred evaluations of many points in place of the
thousands of evaluations of one point that one ray after another takes.  Newton's method on the gaps
is that of `multiple`.
(Keller, Numerical Methods for Two-Point Boundary-Value Problems, 2.4.)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute import batch, multiple
from compute.action import SEGMENTS
from compute.geodesic import DRIFT_LIMIT, Fire
from compute.manifold import inner
from compute.types import ConnectRequest, Floats, Paths, ShootRequest, Status

# Steps of order 8 a segment, the fewest that a request may ask for.
STEPS = 2
# Pairs that are solved together: their segments and neighbouring rays must fit into memory.
MOST = 64


def connect(request: ConnectRequest, curves: Floats, alphas: list[float], fire: Fire) -> Paths:
    """Geodesics of Γ^(α) from curves (n, SEGMENTS + 1, 2) near those of Γ^(alphas[0]).

    Returns ``request.steps + 1`` nodes at equal times.  A path whose gaps do not close, whose
    speed drifts or that leaves the domain says NOT_CONVERGED (or why its segments stopped), with the
    sum of the gaps as residual.  Steps are those of the method of ``fire``, of which errors are known.
    """
    parts = []
    for first in range(0, len(curves), MOST):
        rows = np.arange(first, min(first + MOST, len(curves)))
        own = replace(batch.pairs(request, rows), steps=STEPS * SEGMENTS)
        states = multiple.states_of(curves[rows], SEGMENTS)
        for alpha in alphas:
            states = multiple.close_gaps(replace(own, alpha=alpha), states, fire, "f8")
        parts.append(_nodes_between(own, states, request.steps, fire))
    return batch.all_of(parts)


def _nodes_between(request: ConnectRequest, states: Floats, steps: int, fire: Fire) -> Paths:
    """The paths of closed states (n, s, 4), with ``steps + 1`` nodes at equal times."""
    found = multiple.paths_of(request, states, fire, "f8")
    theta, velocity = _at_times(request, states, np.linspace(0.0, 1.0, steps + 1), fire)
    theta[:, 0] = request.start
    error = found.error
    if request.alpha == 0.0:
        error = np.maximum(error, _drift(request, theta, velocity))
    drifts = (error > DRIFT_LIMIT[8]) | ~np.isfinite(theta).all(axis=(1, 2))
    return replace(
        found,
        t=np.linspace(0.0, 1.0, steps + 1),
        theta=theta,
        velocity=velocity,
        nodes=np.full(len(states), steps + 1, np.int32),
        error=error,
        status=np.where(
            drifts & (found.status == Status.OK), Status.NOT_CONVERGED, found.status
        ).astype(np.int32),
    )


def _at_times(
    request: ConnectRequest, states: Floats, t: Floats, fire: Fire
) -> tuple[Floats, Floats]:
    """θ and θ' (n, m, 2) at times t (m,) in [0, 1], each from the start of its segment; NaN where
    that lies outside the domain or the curve stops before.
    """
    n, count = states.shape[:2]
    segment = np.minimum((t * count).astype(int), count - 1)
    share = (t * count - segment)[:, None]
    inside = request.manifold.in_domain(states[..., :2])[..., None]
    begin = np.where(inside, states, (*request.manifold.interior, 0.0, 0.0))[:, segment]
    shot = ShootRequest(
        request.manifold,
        begin[..., :2].reshape(-1, 2),
        (share * begin[..., 2:]).reshape(-1, 2),
        request.alpha,
        STEPS,
    )
    ends = fire(shot)
    theta, slope = ends.stop.reshape(n, -1, 2), ends.velocity[:, -1].reshape(n, -1, 2)
    # a node at the start of its segment has no way to go, and so no velocity from there
    velocity = np.where(share > 0.0, slope / np.where(share > 0.0, share, 1.0), begin[..., 2:])
    known = (ends.reached >= 1.0).reshape(n, -1, 1) & inside[:, segment]
    return np.where(known, theta, np.nan), np.where(known, count * velocity, np.nan)


def _drift(request: ConnectRequest, theta: Floats, velocity: Floats) -> Floats:
    """The largest relative change of g(v, v) along each path (n,); infinite where it is not known."""
    known = np.isfinite(theta).all(axis=(1, 2))
    error = np.full(len(theta), np.inf)
    metric = request.manifold.geometry(theta[known]).metric
    speed2 = inner(metric, velocity[known], velocity[known])
    first = speed2[:, :1]
    error[known] = np.abs(speed2 / np.where(first > 0.0, first, 1.0) - 1.0).max(axis=1)
    return error
