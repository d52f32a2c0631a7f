"""Holonomy: the linear map by which a vector returns from a parallel journey round a loop.

For Levi-Civita it is a rotation by ∮−ω = ∫∫K dA, counter-clockwise where the loop runs so (Gauss and
Bonnet).  Both sides are computed, the one by transport along the loop, the other by quadrature over
    θ(s, t) = c + s(γ(t) − c),   dθ¹dθ² = s (γ − c) ∧ γ' ds dt,
which counts every region as often as the loop winds about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.charts import Chart, parameters
from compute.engine import Engine
from compute.manifold import Manifold
from compute.types import (
    Floats,
    GeometryRequest,
    Status,
    TransportRequest,
    alpha_of,
    points,
)

# A piece of a loop: t (k,) in [0, 1] → θ (k, 2) and θ' (k, 2)
Arc = Callable[[Floats], tuple[Floats, Floats]]
Loop = tuple[Arc, ...]

# nodes of transport and of quadrature along a whole loop, and of quadrature from its centre outwards
NODES = 1024
ALONG = 384
OUTWARD = 24
MOST_VERTICES = 4096


@dataclass(frozen=True, eq=False)
class Holonomy:
    """What a loop does to a vector.

    matrix (2, 2): from the tangent space at the loop's first point to itself; angle: ∮−ω, unwrapped
    (only for α = 0, else NaN); integral_curvature ∫∫K dA and area ∫∫dA of what the loop encloses,
    counter-clockwise positive; defect: angle − ∫∫K dA (for α = 0); status; engine.
    """

    matrix: Floats
    angle: float
    integral_curvature: float
    area: float
    defect: float
    status: Status
    engine: str


def ellipse(center: Floats, radii: Floats, arcs: int = 16) -> Loop:
    """The ellipse c + (r₁cos φ, r₂sin φ) in θ, from φ = 0 counter-clockwise (r₁r₂ > 0)."""
    middle, axes = points("center", center, 1), points("radii", radii, 1)
    if axes[0] * axes[1] == 0:
        raise ValueError(f"radii must not be zero, got {axes.tolist()}")
    turn = 2 * np.pi / arcs

    def arc(first: float) -> Arc:
        def at(t: Floats) -> tuple[Floats, Floats]:
            phase = first + turn * t
            wheel = np.stack([np.cos(phase), np.sin(phase)], axis=1)
            turned = np.stack([-np.sin(phase), np.cos(phase)], axis=1)
            return middle + axes * wheel, turn * axes * turned

        return at

    return tuple(arc(turn * i) for i in range(arcs))


def polygon(vertices: Floats, chart: Chart) -> Loop:
    """The closed polygon with straight edges between ``vertices (k, 2)`` of a chart, in their order."""
    corners = points("vertices", vertices)
    if not 3 <= len(corners) <= MOST_VERTICES:
        raise ValueError(f"a loop needs 3 to {MOST_VERTICES} vertices, got {len(corners)}")

    def edge(a: Floats, b: Floats) -> Arc:
        def at(t: Floats) -> tuple[Floats, Floats]:
            theta = chart.inverse(a + t[:, None] * (b - a))
            return theta, chart.pull(theta, np.broadcast_to(b - a, theta.shape))

        return at

    moving = np.any(corners != np.roll(corners, -1, axis=0), axis=1)
    pairs = zip(corners[moving], np.roll(corners, -1, axis=0)[moving], strict=True)
    loop = tuple(edge(a, b) for a, b in pairs)
    if len(loop) < 3:
        raise ValueError(f"a loop needs 3 different vertices, got {corners.tolist()}")
    return loop


def loop_of(stated: Any, manifold: Manifold) -> Loop:
    """The loop that parsed JSON states, or ValueError that says what is wrong with it.

    ``{"ellipse": {"center": [a, b], "radii": [u, v]}}`` in θ, or ``{"polygon": [[a, b], …]}`` with an
    optional ``"chart": name`` in whose drawing coordinates the vertices lie (parameters if not given).
    """
    match stated:
        case {"ellipse": {"center": center, "radii": radii}}:
            return ellipse(center, radii)
        case {"polygon": vertices}:
            name = stated.get("chart", "parameters")
            known = {chart.name: chart for chart in manifold.charts}
            plain = parameters(manifold.coordinates)
            if name != "parameters" and name not in known:
                raise ValueError(f"chart must be one of {', '.join(known)}, got {name!r}")
            return polygon(vertices, plain if name == "parameters" else known[name])
    raise ValueError(
        'a loop must be {"ellipse": {"center": [a, b], "radii": [u, v]}} or {"polygon": [[a, b], …]}, '
        f"got {str(stated)[:80]}"
    )


def holonomy(engine: Engine, manifold: Manifold, loop: Loop, alpha: float = 0.0) -> Holonomy:
    """Transport round the loop, and the curvature that it encloses.

    LEFT_DOMAIN if the loop leaves the domain (all is then NaN), or if a point between it and its
    centre lies outside (the integrals are then NaN); ILL_CONDITIONED where the metric is too nearly
    degenerate.
    """
    alpha = alpha_of(alpha)
    matrix, angle, status = _round(engine, manifold, loop, alpha)
    curvature, area, inside = _enclosed(engine, manifold, loop)
    worst = (
        max(status, inside) if Status.LEFT_DOMAIN not in (status, inside) else Status.LEFT_DOMAIN
    )
    return Holonomy(
        matrix=matrix,
        angle=angle,
        integral_curvature=curvature,
        area=area,
        defect=angle - curvature,
        status=Status(worst),
        engine=engine.name,
    )


def _round(
    engine: Engine, manifold: Manifold, loop: Loop, alpha: float
) -> tuple[Floats, float, Status]:
    """The operator, the angle and the worst status of transport round the loop."""
    nodes = max(3, NODES // len(loop) + 1)
    t = np.linspace(0.0, 1.0, nodes)
    pieces = [arc(t) for arc in loop]
    theta, velocity = (np.stack([piece[i] for piece in pieces]) for i in (0, 1))
    if not (np.isfinite(theta).all() and manifold.in_domain(theta).all()):
        return np.full((2, 2), np.nan), float("nan"), Status.LEFT_DOMAIN
    carried = engine.transport(
        TransportRequest(manifold, theta, velocity, np.zeros((len(loop), 2)), alpha)
    )
    matrix = np.eye(2)
    for operator in carried.operators[:, -1]:
        matrix = operator @ matrix
    angle = float(carried.angle[:, -1].sum()) if alpha == 0.0 else float("nan")
    return matrix, angle, Status(int(carried.status.max()))


def _enclosed(engine: Engine, manifold: Manifold, loop: Loop) -> tuple[float, float, Status]:
    """∫∫K dA and ∫∫dA over what the loop encloses, and whether they could be computed."""
    t, along = _gauss(max(3, ALONG // len(loop)))
    s, outward = _gauss(OUTWARD)
    pieces = [arc(t) for arc in loop]
    gamma = np.concatenate([piece[0] for piece in pieces])
    slope = np.concatenate([piece[1] for piece in pieces])
    if not np.isfinite(gamma).all():
        return float("nan"), float("nan"), Status.LEFT_DOMAIN
    gap = gamma - gamma.mean(axis=0)
    theta = (gamma.mean(axis=0) + s[:, None, None] * gap).reshape(-1, 2)
    if not manifold.in_domain(theta).all():
        return float("nan"), float("nan"), Status.LEFT_DOMAIN
    cross = gap[:, 0] * slope[:, 1] - gap[:, 1] * slope[:, 0]
    cell = (outward * s)[:, None] * (np.tile(along, len(loop)) * cross)
    found = engine.geometry(GeometryRequest(manifold, theta))
    root = np.sqrt(np.maximum(found.det, 0.0)).reshape(cell.shape)
    curvature = found.curvature.reshape(cell.shape)
    worst = Status(int(found.status.max()))
    return float((cell * root * curvature).sum()), float((cell * root).sum()), worst


def _gauss(count: int) -> tuple[Floats, Floats]:
    """Gauss–Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1), 0.5 * weights
