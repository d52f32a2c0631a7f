"""Explicit Runge–Kutta steps for geodesics of Γ^(α): θ' = v, v'^k = −Γ^(α)k_ij(θ) v^i v^j.

Length and energy, ℓ' = |v| and e' = |v|², are integrated along: for α ≠ 0 the speed may change by
orders of magnitude between two nodes.  Metric and connection are evaluated at every stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.geodesics import dop853
from compute.geodesics.spray import acceleration_of
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner

# A step is halved while it takes, or at its first velocity would take, more than three quarters of the
# distance to the domain's edge (a curve that touches an edge is beyond it, though its coordinates turn
# back).
MARGIN_KEPT = 0.25

# Slopes (n, …), packed g (n, 3), and OK or why no step is possible (n,), at states
Begin = tuple[Floats, Floats, Ints]


@dataclass(frozen=True, eq=False)
class Tableau:
    """An explicit Runge–Kutta method: stage weights a (s, s), weights b (s,), its order."""

    name: str
    order: int
    a: Floats
    b: Floats


RK4 = Tableau(
    "RK4",
    4,
    np.array([[0, 0, 0, 0], [0.5, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 1, 0]], dtype=float),
    np.array([1, 2, 2, 1]) / 6,
)


DOP853 = Tableau("DOP853", 8, dop853.A, dop853.B)


def step(
    manifold: Manifold,
    tableau: Tableau,
    slope: Callable[[Floats], Begin],
    start: Floats,
    size: Floats,
    begin: Begin,
    turn: float,
    swell: float = np.inf,
) -> tuple[Floats, Ints]:
    """Return the ends of steps of sizes (n,) from y (n, d) with ``slope``, which at y is ``begin``, and
    OK or the reason to reject each (n,).

    A step that turns the velocity by more than ``turn``, or changes |v|² by more than the factor
    ``swell``, is NOT_CONVERGED.
    """
    h = size[:, None].astype(start.dtype)
    a, b = tableau.a.astype(start.dtype), tableau.b.astype(start.dtype)
    theta, v = start[:, :2], start[:, 2:4]
    slopes = np.empty((len(b), *start.shape), start.dtype)
    slopes[0], metric, verdict = begin
    turning = turns(metric, size, slopes[0, :, 2:4], v, turn)
    verdict = np.where((verdict == Status.OK) & turning, Status.NOT_CONVERGED, verdict)
    for stage, row in enumerate(a[1:], start=1):
        y = start + h * np.tensordot(row[:stage], slopes[:stage], axes=1)
        slopes[stage], _, wrong = slope(y)
        verdict = np.where(verdict == Status.OK, wrong, verdict)
    if np.isfinite(swell):
        first, last = slopes[0, :, 5], slopes[-1, :, 5]
        swelling = np.maximum(first, last) > swell * np.minimum(first, last)
        verdict = np.where((verdict == Status.OK) & swelling, Status.NOT_CONVERGED, verdict)
    end = start + h * np.tensordot(b, slopes, axes=1)
    kept = MARGIN_KEPT * manifold.margin(theta)
    aimed = theta + h * v
    leaving = (manifold.margin(end[:, :2]) <= kept) | (manifold.margin(aimed) <= kept)
    verdict = np.where((verdict == Status.OK) & leaving, Status.LEFT_DOMAIN, verdict)
    return end, verdict.astype(np.int32)


def turns(metric: Floats, h: Floats, a: Floats, v: Floats, limit: float) -> np.ndarray:
    """Whether a step of size h (n,) at g = metric (n, 3) turns v (n, 2) by more than a limit.

    This must hold both in the given coordinates and in coordinates scaled to g_ii = 1: the first
    criterion alone would stop a curve that turns along a coordinate with a much larger scale than the
    other, the second alone a curve that touches a boundary where g diverges.
    """
    scale = metric[:, [0, 2]]
    plain = h**2 * (a * a).sum(axis=1) > limit**2 * (v * v).sum(axis=1)
    scaled = h**2 * (scale * a * a).sum(axis=1) > limit**2 * (scale * v * v).sum(axis=1)
    return np.asarray(plain & scaled)


def slope_at(manifold: Manifold, y: Floats, alpha: float) -> tuple[Floats, Floats, Ints]:
    """Return y' of states y = (θ, v, ℓ, e) (n, 6), packed g (n, 3), and OK or the reason why no step is
    possible there (n,).
    """
    theta, v = y[:, :2], y[:, 2:4]
    slope = np.empty_like(y)
    slope[:, :2] = v
    slope[:, 2:4], metric, wrong = _acceleration(manifold, theta, v, alpha)
    slope[:, 5] = np.maximum(inner(metric, v, v), 0.0)
    slope[:, 4] = np.sqrt(slope[:, 5])
    return slope, metric, wrong


def acceleration(manifold: Manifold, theta: Floats, v: Floats, alpha: float) -> Floats:
    """Return −Γ^(α)k_ij v^i v^j (n, 2); 0 where θ lies outside the domain or g is singular."""
    return _acceleration(manifold, theta, v, alpha)[0]


def _acceleration(
    manifold: Manifold, theta: Floats, v: Floats, alpha: float
) -> tuple[Floats, Floats, Ints]:
    """Return −Γ^(α)k_ij v^i v^j (n, 2), packed g (n, 3), and OK or the reason why no step is possible
    there (n,).
    """
    bend, metric, wrong = acceleration_of(manifold, alpha)(theta.T, v.T)
    return bend.T, metric.T, np.zeros(len(theta), np.int32) if wrong is None else wrong
