"""Paths through checkpoints, such as the parameters of a model in training: length, action, turning.

Between two checkpoints the path is their geodesic, so that its length is the least of all paths through
them and depends on no chart.  Length and action are the thermodynamic length and divergence of G. E.
Crooks (Phys. Rev. Lett. 99, 2007): T ∫|v|² dt ≥ L² ≥ d², with equality on a geodesic of constant speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, same_length
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import angle_between
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.studies.retry import second_try

STEPS = 32
# Fisher length below which two checkpoints are the same one
HERE = 1e-12


@dataclass(frozen=True, eq=False)
class CheckpointPath:
    """curve (k, 2): nodes of all geodesics, at times (k,); lengths (n − 1,) of the pieces; length L:
    their sum.

    distance d of the ends; excess L/d, NaN for ends that are one point; action ∫|v|² dt and divergence
    T ∫|v|² dt over the total time T; turning: Σ|angle| in radians at the checkpoints, the total
    geodesic curvature.  status: OK or that of the first geodesic that was not found.
    """

    curve: Floats
    times: Floats
    lengths: Floats
    length: float
    distance: float
    excess: float
    action: float
    divergence: float
    turning: float
    status: Status


def checkpoint_path(
    engine: Engine, manifold: Manifold, theta: Floats, time: ArrayLike | None = None
) -> CheckpointPath:
    """Return the path through checkpoints θ (n, 2) at increasing times (n,), by default 0, 1, 2 …

    Raises Refused for fewer than two checkpoints and for times that do not increase.
    """
    points = points_of(manifold, "checkpoints", theta)
    if len(points) < 2:
        raise Refused(f"a path needs at least two checkpoints, got {len(points)}")
    spans = _spans(points, time)
    ends = points[[0, -1]]
    starts, stops = np.vstack([points[:-1], ends[:1]]), np.vstack([points[1:], ends[1:]])
    apart = (starts != stops).any(axis=1)
    lengths, status = np.zeros(len(starts)), np.zeros(len(starts), np.int32)
    pieces = np.repeat(starts[:, None], STEPS + 1, axis=1)
    tangents = np.zeros((len(starts), 2, 2))
    if apart.any():
        request = ConnectRequest(manifold, starts[apart], stops[apart], 0.0, STEPS)
        paths = second_try(engine, request, engine.connect(request))
        lengths[apart], status[apart] = paths.length, paths.status
        pieces[apart], tangents[apart] = paths.theta, paths.velocity[:, [0, -1]]
    total, distance = float(lengths[:-1].sum()), float(lengths[-1])
    action = float((lengths[:-1] ** 2 / spans).sum())
    return CheckpointPath(
        np.concatenate(pieces[:-1]), _times(spans), lengths[:-1], total, distance,
        total / distance if distance > HERE else np.nan,
        action, action * float(spans.sum()), _turning(manifold, points, tangents[:-1]),
        Status.first_failure(status),
    )  # fmt: skip


def _spans(points: Floats, time: ArrayLike | None) -> Floats:
    """Return the times (n − 1,) between checkpoints."""
    times = np.arange(len(points), dtype=float) if time is None else np.asarray(time, float)
    same_length(checkpoints=points, times=times)
    spans: Floats = np.diff(times)
    if not (np.isfinite(times).all() and (spans > 0).all()):
        raise Refused(f"times must be finite and increase, got {shown(times.tolist())}")
    return spans


def _times(spans: Floats) -> Floats:
    """Return the times from 0 (k,) of the nodes of all pieces, each of constant speed."""
    start = np.cumsum(spans) - spans
    found: Floats = (start[:, None] + spans[:, None] * np.linspace(0.0, 1.0, STEPS + 1)).ravel()
    return found


def _turning(manifold: Manifold, points: Floats, tangents: Floats) -> float:
    """Return Σ|angle| between arriving and leaving velocities; pieces of length 0 turn nothing."""
    moves = np.abs(tangents).max(axis=(1, 2)) > 0
    moving, kept = tangents[moves], points[:-1][moves]
    at = manifold.geometry(kept[1:]).metric
    return float(angle_between(at, moving[:-1, 1], moving[1:, 0]).sum())
