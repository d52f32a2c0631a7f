"""Holonomy: the linear map given by parallel transport around a loop.

For the Levi-Civita connection it is a rotation by ∮−ω = ∫∫K dA, counter-clockwise for a
counter-clockwise loop where K > 0 (Gauss–Bonnet).  Both sides are computed, one by transport along the
loop, the other by quadrature over
    x(s, t) = c + s(γ(t) − c),   dx¹dx² = s (γ − c) ∧ γ' ds dt,   dA = √D |∂θ/∂x| dx¹dx²,
which counts every region with the winding number of the loop.  A loop is given in a chart: its
orientation, and so the sign of both sides, is as drawn there, and it may enclose a pole of the
coordinates θ.

A loop may close modulo a period.  It is then moved to a chart that draws the period as a circle, where
it bounds a region and both sides are compared.  If there is no such chart, ∮−ω is measured in the frame
along ∂₁, which is periodic but may make whole turns: the angle is known modulo 2π, and there is no
enclosed region for comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.core.arrays import Floats, points
from compute.core.refusal import shown
from compute.core.status import Status
from compute.manifold.charts import Chart, parameters
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner
from compute.requests.checks import alpha_of
from compute.requests.engine import Engine
from compute.requests.geometry import GeometryRequest
from compute.requests.transport import TransportRequest

# A piece of a loop: t (k,) in [0, 1] → x (k, 2) and x' (k, 2) in drawing coordinates
Arc = Callable[[Floats], tuple[Floats, Floats]]

# nodes of transport along a whole loop; nodes of quadrature along it and outwards from its centre,
# doubled until two successive integrals agree to this share
NODES = 1024
ALONG, OUTWARD = 192, 12
DOUBLINGS = 5
AGREED = {"reference": 1e-9, "gpu": 1e-5}
# candidate centres of the quadrature, as shares of the line from the middle to a vertex
CENTRES = (0.0, 0.07, 0.19, 0.37)
MOST_VERTICES = 4096
# tolerance, as a share of a period, for the last vertex to equal the first up to whole periods
CLOSED = 1e-3


@dataclass(frozen=True, eq=False)
class Loop:
    """A closed sequence of arcs in the drawing coordinates of a plane chart.

    winds: whether it closes only modulo periods of θ.
    """

    arcs: tuple[Arc, ...]
    chart: Chart
    winds: bool = False


@dataclass(frozen=True, eq=False)
class Holonomy:
    """The effect of a loop on a vector.

    matrix (2, 2): from the tangent space at the loop's first point to itself, in θ-components; angle:
    ∮−ω in a frame that is regular in the loop's chart, unwrapped (only for α = 0, else NaN);
    integral_curvature ∫∫K dA and area ∫∫dA of the enclosed region; all three are positive for a
    counter-clockwise loop in its chart (where K > 0); defect: angle − ∫∫K dA (for α = 0).  chart: the
    name of the chart that defines the orientation.  encloses: whether the loop bounds a region there;
    if it winds around a period instead, the angle is in (−π, π], known modulo 2π, and the integrals and
    the defect are NaN.
    """

    matrix: Floats
    angle: float
    integral_curvature: float
    area: float
    defect: float
    status: Status
    engine: str
    chart: str = "parameters"
    encloses: bool = True


def ellipse(center: Floats, radii: Floats, arcs: int = 16) -> Loop:
    """Return the ellipse θ = c + (r₁cos φ, r₂sin φ), from φ = 0 counter-clockwise (r₁r₂ > 0)."""
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


def polygon(vertices: Floats, chart: Chart, periods: tuple[float, float] = (0.0, 0.0)) -> Loop:
    """Return the closed polygon with straight edges between ``vertices (k, 2)`` of a chart, in their
    order.

    If the last vertex differs from the first by whole ``periods`` of θ, within a thousandth of one, the
    loop closes modulo these periods: it winds.
    """
    corners = points("vertices", vertices)
    if not 3 <= len(corners) <= MOST_VERTICES:
        raise ValueError(f"a loop needs 3 to {MOST_VERTICES} vertices, got {len(corners)}")

    def edge(a: Floats, b: Floats) -> Arc:
        def at(t: Floats) -> tuple[Floats, Floats]:
            x = a + t[:, None] * (b - a)
            return x, np.broadcast_to(b - a, x.shape)

        return at

    home = _home(corners, chart, periods)
    following = np.append(corners[1:], home[None], axis=0)
    moving = np.any(corners != following, axis=1)
    arcs = tuple(edge(a, b) for a, b in zip(corners[moving], following[moving], strict=True))
    winds = bool(np.any(home != corners[0]))
    if len(arcs) < 3 and not winds:
        raise ValueError(f"a loop needs 3 different vertices, got {shown(corners)}")
    return Loop(arcs, chart, winds)


def _home(corners: Floats, chart: Chart, periods: tuple[float, float]) -> Floats:
    """Return the first vertex (2,), shifted by as many periods as the last one."""
    ends = chart.inverse(corners[[0, -1]])
    size = np.where(np.array(periods) > 0.0, periods, np.inf)
    turns = np.round((ends[1] - ends[0]) / size) if np.isfinite(ends).all() else np.zeros(2)
    if not turns.any():
        return np.asarray(corners[0])
    on = np.where(turns == 0.0, 0.0, turns * np.where(np.isfinite(size), size, 0.0))
    home = np.asarray(chart.forward(ends[0] + on))
    reach = CLOSED * np.abs(home - corners[0]).max()
    return np.asarray(home if np.all(np.abs(corners[-1] - home) <= reach) else corners[0])


def loop_of(stated: Any, manifold: Manifold) -> Loop:
    """Return the loop given by parsed JSON.  Raises ValueError that says what is wrong.

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
            if not isinstance(name, str) or name not in ("parameters", *known):
                raise ValueError(f"chart must be one of {', '.join(known)}, got {shown(name)}")
            chart = plain if name == "parameters" else known[name]
            return polygon(vertices, chart, manifold.periods)
    raise ValueError(
        'a loop must be {"ellipse": {"center": [a, b], "radii": [u, v]}} or {"polygon": [[a, b], …]}, '
        f"got {shown(stated)}"
    )


def holonomy(engine: Engine, manifold: Manifold, loop: Loop, alpha: float = 0.0) -> Holonomy:
    """Compute the transport around a loop and the enclosed curvature.

    A loop that winds around a period is moved to a chart in which it closes, if there is one.
    LEFT_DOMAIN if the loop leaves the domain (all results are NaN) or encloses points outside
    (the integrals are NaN); NOT_CONVERGED if the integrals do not converge; ILL_CONDITIONED if the
    metric is too close to degenerate.
    """
    alpha = alpha_of(alpha)
    loop = _closed(manifold, loop)
    matrix, angle, status = _round(engine, manifold, loop, alpha)
    curvature, area, inside = float("nan"), float("nan"), status
    if loop.winds:
        angle = float(np.pi - np.mod(np.pi - angle, 2 * np.pi))
    else:
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
        chart=loop.chart.name,
        encloses=not loop.winds,
    )


def _closed(manifold: Manifold, loop: Loop) -> Loop:
    """Return a winding loop in a chart in which it closes; unchanged if there is none or it does not
    wind.
    """
    if not loop.winds:
        return loop
    ends = np.stack([loop.arcs[0](np.zeros(1))[0][0], loop.arcs[-1](np.ones(1))[0][0]])
    for chart in manifold.charts:
        drawn = chart.forward(loop.chart.inverse(ends))
        known = drawn.shape == (2, 2) and np.isfinite(drawn).all()
        if known and np.abs(drawn[1] - drawn[0]).max() <= 1e-9 * np.abs(drawn).max():
            return Loop(tuple(_moved(arc, loop.chart, chart) for arc in loop.arcs), chart)
    return loop


def _moved(arc: Arc, chart: Chart, other: Chart) -> Arc:
    """Return an arc in the coordinates of another chart."""

    def at(t: Floats) -> tuple[Floats, Floats]:
        x, slope = arc(t)
        theta = chart.inverse(x)
        moved = other.jacobian(theta) @ chart.pull(theta, slope)[..., None]
        return other.forward(theta), moved[..., 0]

    return at


def _round(
    engine: Engine, manifold: Manifold, loop: Loop, alpha: float
) -> tuple[Floats, float, Status]:
    """Return the operator, the angle and the worst status of transport around the loop."""
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
        return composed(carried.operators[:, -1]), float("nan"), status
    angle = float(carried.angle[:, -1].sum())
    matrix = _rotation(manifold, theta[0, 0], angle)
    turned = _frame_turns(manifold, loop.chart, theta.reshape(-1, 2))
    sense = float(np.sign(np.linalg.det(loop.chart.jacobian(theta[0, 0]))))
    return matrix, sense * (angle - 2 * np.pi * turned), status


def composed(operators: Floats) -> Floats:
    """Return the product (2, 2) of operators (n, 2, 2), the last applied last, by pairwise
    multiplication.
    """
    while len(operators) > 1:
        paired = operators[1::2] @ operators[: len(operators) - 1 : 2]
        operators = np.append(paired, operators[len(operators) - len(operators) % 2 :], axis=0)
    return np.asarray(operators[0])


def _unwrapped(manifold: Manifold, theta: Floats) -> Floats:
    """Return arcs (n, m, 2) made continuous along a periodic coordinate."""
    for axis, period in enumerate(manifold.periods):
        if period > 0.0 and np.isfinite(theta).all():
            theta = theta.copy()
            theta[..., axis] = np.unwrap(theta[..., axis], axis=1, period=period)
    return theta


def _rotation(manifold: Manifold, theta: Floats, angle: float) -> Floats:
    """Return the rotation by ``angle`` of the tangent space at θ (2,), (2, 2): cos + sin J, J v ⟂ v."""
    local = manifold.geometry(theta)
    g11, g12, g22 = local.metric
    quarter = np.array([[-g12, -g22], [g11, g12]]) / np.sqrt(max(float(local.det), 1e-300))
    rotation: Floats = np.cos(angle) * np.eye(2) + np.sin(angle) * quarter
    return rotation


def _frame_turns(manifold: Manifold, chart: Chart, theta: Floats) -> int:
    """Return the number of counter-clockwise turns of the chart's first axis in the frame of θ.

    It is 0 if θ is regular inside the loop, and 1 around a pole of θ.
    """
    first = np.broadcast_to(np.eye(2)[0], theta.shape)
    axis = chart.pull(theta, first)
    local = manifold.geometry(theta)
    along = inner(local.metric, first, axis)
    across = np.sqrt(np.maximum(local.det, 0.0)) * axis[:, 1]
    phase = np.unwrap(np.append(np.arctan2(across, along), np.arctan2(across[0], along[0])))
    return round(float(phase[-1] - phase[0]) / (2 * np.pi))


def _enclosed(engine: Engine, manifold: Manifold, loop: Loop) -> tuple[float, float, Status]:
    """Return ∫∫K dA and ∫∫dA over the enclosed region, with a status."""
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
    """Return the two integrals by Gauss quadrature over the fan from a centre, if the fan lies in the
    domain.
    """
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
    """Return Gauss–Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1), 0.5 * weights
