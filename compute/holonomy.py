"""Holonomy: the linear map by which a vector returns from a parallel journey round a loop.

For Levi-Civita it is a rotation by ∮−ω = ∫∫K dA, counter-clockwise where the loop runs so (Gauss and
Bonnet).  Both sides are computed, the one by transport along the loop, the other by quadrature over
    x(s, t) = c + s(γ(t) − c),   dx¹dx² = s (γ − c) ∧ γ' ds dt,   dA = √D |∂θ/∂x| dx¹dx²,
which counts every region as often as the loop winds about it.  A loop lies in a chart: its sense, and
so the sign of both sides, is as drawn there, and it may run round a pole of the coordinates θ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.charts import Chart, parameters
from compute.engine import Engine
from compute.manifold import Manifold, inner
from compute.types import (
    Floats,
    GeometryRequest,
    Status,
    TransportRequest,
    alpha_of,
    points,
)

# A piece of a loop: t (k,) in [0, 1] → x (k, 2) and x' (k, 2) in drawing coordinates
Arc = Callable[[Floats], tuple[Floats, Floats]]

# nodes of transport along a whole loop; of quadrature along it and from its centre outwards, which
# are doubled until the integrals of two in turn agree to this share
NODES = 1024
ALONG, OUTWARD = 192, 12
DOUBLINGS = 5
AGREED = {"reference": 1e-9, "gpu": 1e-5}
# centres of the quadrature to be tried, as shares of the way from the middle to a vertex
CENTRES = (0.0, 0.07, 0.19, 0.37)
MOST_VERTICES = 4096


@dataclass(frozen=True, eq=False)
class Loop:
    """Arcs that follow one another and close, in the drawing coordinates of a chart of the plane."""

    arcs: tuple[Arc, ...]
    chart: Chart


@dataclass(frozen=True, eq=False)
class Holonomy:
    """What a loop does to a vector.

    matrix (2, 2): from the tangent space at the loop's first point to itself, in θ-components; angle:
    ∮−ω in a frame that is regular in the loop's chart, unwrapped (only for α = 0, else NaN);
    integral_curvature ∫∫K dA and area ∫∫dA of what the loop encloses; all three positive for a loop
    that runs counter-clockwise in its chart (where K > 0); defect: angle − ∫∫K dA (for α = 0).
    """

    matrix: Floats
    angle: float
    integral_curvature: float
    area: float
    defect: float
    status: Status
    engine: str


def ellipse(center: Floats, radii: Floats, arcs: int = 16) -> Loop:
    """The ellipse θ = c + (r₁cos φ, r₂sin φ), from φ = 0 counter-clockwise (r₁r₂ > 0)."""
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

    return Loop(tuple(arc(turn * i) for i in range(arcs)), parameters(("θ₁", "θ₂")))


def polygon(vertices: Floats, chart: Chart) -> Loop:
    """The closed polygon with straight edges between ``vertices (k, 2)`` of a chart, in their order."""
    corners = points("vertices", vertices)
    if not 3 <= len(corners) <= MOST_VERTICES:
        raise ValueError(f"a loop needs 3 to {MOST_VERTICES} vertices, got {len(corners)}")

    def edge(a: Floats, b: Floats) -> Arc:
        def at(t: Floats) -> tuple[Floats, Floats]:
            x = a + t[:, None] * (b - a)
            return x, np.broadcast_to(b - a, x.shape)

        return at

    moving = np.any(corners != np.roll(corners, -1, axis=0), axis=1)
    pairs = zip(corners[moving], np.roll(corners, -1, axis=0)[moving], strict=True)
    arcs = tuple(edge(a, b) for a, b in pairs)
    if len(arcs) < 3:
        raise ValueError(f"a loop needs 3 different vertices, got {corners.tolist()}")
    return Loop(arcs, chart)


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

    LEFT_DOMAIN if the loop leaves the domain (all is then NaN), or if it encloses points outside (the
    integrals are then NaN); NOT_CONVERGED where the integrals do not settle; ILL_CONDITIONED where the
    metric is too nearly degenerate.
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
    t = np.linspace(0.0, 1.0, max(3, NODES // len(loop.arcs) + 1))
    pieces = [arc(t) for arc in loop.arcs]
    x, slope = (np.stack([piece[i] for piece in pieces]) for i in (0, 1))
    theta = _unwrapped(manifold, loop.chart.inverse(x))
    if not (np.isfinite(theta).all() and manifold.in_domain(theta).all()):
        return np.full((2, 2), np.nan), float("nan"), Status.LEFT_DOMAIN
    velocity = loop.chart.pull(theta, slope)
    carried = engine.transport(
        TransportRequest(manifold, theta, velocity, np.zeros((len(theta), 2)), alpha)
    )
    status = Status(int(carried.status.max()))
    if alpha != 0.0:
        # arcs follow one another: the last operator acts last
        return np.linalg.multi_dot(carried.operators[::-1, -1]), float("nan"), status
    angle = float(carried.angle[:, -1].sum())
    matrix = _rotation(manifold, theta[0, 0], angle)
    turned = _frame_turns(manifold, loop.chart, theta.reshape(-1, 2))
    sense = float(np.sign(np.linalg.det(loop.chart.jacobian(theta[0, 0]))))
    return matrix, sense * (angle - 2 * np.pi * turned), status


def _unwrapped(manifold: Manifold, theta: Floats) -> Floats:
    """Arcs (n, m, 2) that go on continuously along a periodic coordinate."""
    for axis, period in enumerate(manifold.periods):
        if period > 0.0 and np.isfinite(theta).all():
            theta = theta.copy()
            theta[..., axis] = np.unwrap(theta[..., axis], axis=1, period=period)
    return theta


def _rotation(manifold: Manifold, theta: Floats, angle: float) -> Floats:
    """The rotation by ``angle`` of the tangent space at θ (2,), (2, 2): cos + sin J, J v ⟂ v."""
    local = manifold.geometry(theta)
    g11, g12, g22 = local.metric
    quarter = np.array([[-g12, -g22], [g11, g12]]) / np.sqrt(max(float(local.det), 1e-300))
    rotation: Floats = np.cos(angle) * np.eye(2) + np.sin(angle) * quarter
    return rotation


def _frame_turns(manifold: Manifold, chart: Chart, theta: Floats) -> int:
    """How often the first axis of the chart turns, counter-clockwise in θ, in the frame of θ.

    Not at all where the chart is regular inside the loop in θ too; once round a pole of θ.
    """
    first = np.broadcast_to(np.eye(2)[0], theta.shape)
    axis = chart.pull(theta, first)
    local = manifold.geometry(theta)
    along = inner(local.metric, first, axis)
    across = np.sqrt(np.maximum(local.det, 0.0)) * axis[:, 1]
    phase = np.unwrap(np.append(np.arctan2(across, along), np.arctan2(across[0], along[0])))
    return round(float(phase[-1] - phase[0]) / (2 * np.pi))


def _enclosed(engine: Engine, manifold: Manifold, loop: Loop) -> tuple[float, float, Status]:
    """∫∫K dA and ∫∫dA over what the loop encloses, and whether they could be computed."""
    before = found = (float("nan"), float("nan"), Status.LEFT_DOMAIN)
    for doubling in range(DOUBLINGS):
        found = _fan(engine, manifold, loop, ALONG << doubling, OUTWARD << doubling)
        if found[2] not in (Status.OK, Status.ILL_CONDITIONED):
            return found
        gap = abs(found[0] - before[0]) + abs(found[1] - before[1])
        if gap <= AGREED[engine.name] * (1 + abs(found[0]) + abs(found[1])):
            return found
        before = found
    return found[0], found[1], Status.NOT_CONVERGED


def _fan(
    engine: Engine, manifold: Manifold, loop: Loop, along: int, outward: int
) -> tuple[float, float, Status]:
    """The two integrals by Gauss's rule over the fan from a centre from where all is in the domain."""
    t, weights = _gauss(max(3, along // len(loop.arcs)))
    s, depth = _gauss(outward)
    pieces = [arc(t) for arc in loop.arcs]
    gamma = np.concatenate([piece[0] for piece in pieces])
    slope = np.concatenate([piece[1] for piece in pieces])
    for share in CENTRES:
        centre = gamma.mean(axis=0) + share * (gamma[0] - gamma.mean(axis=0))
        gap = gamma - centre
        theta = loop.chart.inverse(centre + s[:, None, None] * gap).reshape(-1, 2)
        if np.isfinite(theta).all() and manifold.in_domain(theta).all():
            break
    else:
        return float("nan"), float("nan"), Status.LEFT_DOMAIN
    cross = gap[:, 0] * slope[:, 1] - gap[:, 1] * slope[:, 0]
    cell = (depth * s)[:, None] * (np.tile(weights, len(loop.arcs)) * cross)
    found = engine.geometry(GeometryRequest(manifold, theta))
    stretch = np.abs(np.linalg.det(loop.chart.jacobian(theta)))
    area = cell * (np.sqrt(np.maximum(found.det, 0.0)) / stretch).reshape(cell.shape)
    curvature = found.curvature.reshape(cell.shape)
    return float((area * curvature).sum()), float(area.sum()), Status(int(found.status.max()))


def _gauss(count: int) -> tuple[Floats, Floats]:
    """Gauss–Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1), 0.5 * weights
