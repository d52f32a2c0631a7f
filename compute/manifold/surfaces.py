"""Surfaces in space: charts with three drawing coordinates, each over a chart of the plane.

Three outcomes and a qubit are isometric to parts of a sphere; any scalar can serve as a height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.sphere import normalise
from compute.manifold import simplex_charts
from compute.manifold.charts import Chart, circle, parameters, where
from compute.manifold.extent import Extent

# distance between mesh and outline, and cells in radial and angular direction
BRIM = 1e-6
RINGS, ROUND = 40, 144
# cells per side of a rectangular mesh
CELLS = 96
# points of a coordinate line, and lines in each direction
FINE, LINES = 97, 9
# for a height: the step of its derivative and the height of its box, in widths of the view
NUDGE, RELIEF = 1e-4, 0.42


def octant() -> Chart:
    """Return z = 2(√p₁, √p₂, √p₃), as a chart of p = (p₁, p₂): an isometry onto the sphere of radius
    2.
    """

    def forward(p: Floats) -> Floats:
        return 2 * np.sqrt(np.maximum(_three(p), 0.0))

    def inverse(z: Floats) -> Floats:
        inside = (z > 0).all(axis=-1)
        square = where(inside, z, 1.0) ** 2
        return where(inside, square[..., :2] / square.sum(axis=-1, keepdims=True))

    def jacobian(p: Floats) -> Floats:
        signs = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
        slope: Floats = signs / np.sqrt(_three(p))[..., None]
        return slope

    plane = simplex_charts.probabilities()
    labels = ("2√p₁", "2√p₂", "2√p₃")
    return replace(
        plane,
        name="octant",
        title="Octant of a sphere, in space",
        labels=labels,
        forward=forward,
        inverse=inverse,
        jacobian=jacobian,
        outline=_great_circles(),
        corners=simplex_charts.corners(2 * np.eye(3)),
        also=(),
        flat=plane,
        azimuth=45.0,
    )


def octant_of_log_odds() -> Chart:
    """Return the octant as a chart of θ, p = softmax(θ₁, θ₂, 0), with all digits of a small p₃ = 1 − p₁
    − p₂.
    """

    def forward(theta: Floats) -> Floats:
        return 2 * np.sqrt(_outcomes(theta))

    def inverse(z: Floats) -> Floats:
        inside = (z > 0).all(axis=-1)
        safe = where(inside, z, 1.0)
        return where(inside, 2 * np.log(safe[..., :2] / safe[..., 2:]))

    def jacobian(theta: Floats) -> Floats:
        p = _outcomes(theta)
        p1, p2, p3 = np.moveaxis(p, -1, 0)
        # ∂ log p_k/∂θ_j = δ_jk − p_j
        change = np.stack([p2 + p3, -p2, -p1, p1 + p3, -p1, -p2], axis=-1)
        slope: Floats = np.sqrt(p)[..., None] * change.reshape(*p.shape[:-1], 3, 2)
        return slope

    return replace(
        simplex_charts.by_log_odds(octant()), forward=forward, inverse=inverse, jacobian=jacobian
    )


def hemisphere(radius: float = 1.0, factor: str = "") -> Chart:
    """Return radius · (x, z, √(1 − x² − z²)): the real states of a qubit, isometrically.

    ``factor``: the radius in words, if it is not 1.
    """

    def forward(theta: Floats) -> Floats:
        return radius * np.concatenate([theta, _rise(theta)], axis=-1)

    def inverse(x: Floats) -> Floats:
        inside = x[..., 2] > 0
        safe = where(inside, x, 1.0)
        return where(inside, safe[..., :2] / np.linalg.norm(safe, axis=-1, keepdims=True))

    def jacobian(theta: Floats) -> Floats:
        flat = np.broadcast_to(np.eye(2), (*np.shape(theta)[:-1], 2, 2))
        slope = np.concatenate([flat, (-theta / _rise(theta))[..., None, :]], axis=-2)
        return radius * slope

    rim = radius * np.concatenate([circle(), np.zeros((181, 1))], axis=1)
    return replace(
        bloch(),
        name="hemisphere",
        title="Hemisphere, in space",
        labels=(f"{factor}x", f"{factor}z", f"{factor}√(1 − x² − z²)"),
        forward=forward,
        inverse=inverse,
        jacobian=jacobian,
        outline=rim,
        flat=bloch(),
    )


def bloch() -> Chart:
    """Return the Bloch disk (x, z) of real states."""
    whole = Extent(-1.08, 1.08, -1.08, 1.08)
    return replace(parameters(("x", "z")), equal=True, outline=circle(), view=whole)


def height(plane: Chart, label: str, value: Callable[[Floats], Floats], view: Extent) -> Chart:
    """Return (x, y, s): a scalar s of θ over a chart of the plane, within the middle 96 % of its
    values.

    ``value``: θ (..., 2) → s (...,), NaN where it is undefined, drawn at the lowest height.  Its
    slope is computed by differences of `NUDGE` views.
    """
    low, high = _limits(value(where_known(plane.inverse(_lattice(view, 24)))))

    def rise(theta: Floats) -> Floats:
        s = value(theta)
        return np.clip(np.where(np.isfinite(s), s, low), low, high)

    def forward(theta: Floats) -> Floats:
        return np.concatenate([plane.forward(theta), rise(theta)[..., None]], axis=-1)

    def jacobian(theta: Floats) -> Floats:
        x, size = plane.forward(theta), np.array([view.x1 - view.x0, view.y1 - view.y0])
        slope = np.zeros(np.shape(x))
        for axis, step in enumerate(np.diag(NUDGE * size)):
            ahead, behind = (plane.inverse(x + sign * step) for sign in (1.0, -1.0))
            usable = np.isfinite(ahead + behind).all(axis=-1, keepdims=True)
            ahead, behind = (np.where(usable, t, theta) for t in (ahead, behind))
            slope[..., axis] = (rise(ahead) - rise(behind)) / (2 * step[axis])
        flat = plane.jacobian(theta)
        lifted = np.einsum("...i,...ij->...j", slope, flat)
        return np.concatenate([flat, lifted[..., None, :]], axis=-2)

    return replace(
        plane,
        name=f"height:{plane.name}",
        title=f"Height over {plane.title.lower()}",
        labels=(*plane.labels, label),
        forward=forward,
        inverse=lambda x: plane.inverse(x[..., :2]),
        jacobian=jacobian,
        equal=False,
        outline=None,
        corners=(),
        view=view,
        flat=plane,
    )


@dataclass(frozen=True, eq=False)
class Mesh:
    """A surface to draw: points (r, c, 3) over x (r, c, 2) of its plane chart, NaN where undefined;
    its boundary and coordinate lines (k, 3), NaN between pieces; the side lengths of its box as
    drawn.
    """

    points: Floats
    x: Floats
    edge: Floats
    lines: Floats
    sides: tuple[float, float, float]


def mesh(chart: Chart, view: Extent) -> Mesh:
    """Return the mesh of a surface over all of its plane chart's outline, or over a rectangle of
    it.
    """
    plane = chart.plane
    x = _within(plane.outline) if _is_closed(plane.outline) else _lattice(view, CELLS)
    points = lifted(chart, x)
    border = np.concatenate([points[0], points[1:, -1], points[-1, -2::-1], points[-2::-1, 0]])
    if _is_closed(plane.outline):
        border = points[-1]
    edge = chart.outline if chart.outline is not None else border
    low, high = np.nanmin(points, axis=(0, 1)), np.nanmax(points, axis=(0, 1))
    size = np.maximum(high - low, 1e-12)
    if not chart.equal:
        across = size[1] / size[0] if plane.equal else (view.y1 - view.y0) / (view.x1 - view.x0)
        size = np.array([1.0, float(np.clip(across, 0.5, 2.0)), RELIEF])
    sides = (float(size[0]), float(size[1]), float(size[2]))
    return Mesh(points, x, edge, _coordinate_lines(chart, view), sides)


def lifted(chart: Chart, x: Floats) -> Floats:
    """Return the points (..., 3) of a surface over points (..., 2) of its plane; NaN where
    undefined.
    """
    theta = chart.plane.inverse(x)
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    points = np.full((*x.shape[:-1], 3), np.nan)
    points[known] = chart.forward(theta[known])
    return points


def where_known(theta: Floats) -> Floats:
    """Return the points of (..., 2) without NaN, as (n, 2)."""
    known: Floats = theta[np.isfinite(theta).all(axis=-1)]
    return known


def _three(p: Floats) -> Floats:
    return np.concatenate([p, 1.0 - p.sum(axis=-1, keepdims=True)], axis=-1)


def _outcomes(theta: Floats) -> Floats:
    """Return p (..., 3) of log-odds θ (..., 2)."""
    return normalise(np.concatenate([theta, np.zeros_like(theta[..., :1])], axis=-1))


def _rise(theta: Floats) -> Floats:
    rest = 1.0 - (theta**2).sum(axis=-1, keepdims=True)
    rise: Floats = np.sqrt(np.maximum(rest, 1e-300))
    return rise


def _great_circles(points: int = 49) -> Floats:
    """Return the edges of the octant, each a quarter of a great circle."""
    turn = np.linspace(0.0, np.pi / 2, points)
    quarter = 2 * np.stack([np.cos(turn), np.sin(turn), np.zeros(points)], axis=1)
    return np.concatenate([np.roll(quarter, k, axis=1)[: points - (k < 2)] for k in range(3)])


def _limits(values: Floats) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return 0.0, 1.0
    low, high = (float(v) for v in np.quantile(known, [0.02, 0.98]))
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-9):
        return low - 0.5, high + 0.5
    return low, high


def _lattice(view: Extent, cells: int) -> Floats:
    x, y = np.linspace(view.x0, view.x1, cells + 1), np.linspace(view.y0, view.y1, cells + 1)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _is_closed(outline: Floats | None) -> bool:
    return outline is not None and bool(np.allclose(outline[0], outline[-1], atol=1e-9))


def _within(outline: Floats | None) -> Floats:
    """Return rings (r, c, 2) from the centre of a convex closed outline to its boundary, finer
    towards it.
    """
    assert outline is not None
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(outline, axis=0).T))])
    at = np.union1d(np.linspace(0.0, along[-1], ROUND + 1), along)
    edge = np.stack([np.interp(at, along, outline[:, axis]) for axis in range(2)], axis=1)
    middle = outline[:-1].mean(axis=0)
    share = np.minimum(1 - (1 - np.linspace(0.0, 1.0, RINGS + 1)) ** 2, 1 - BRIM)
    rings: Floats = middle + share[:, None, None] * (edge - middle)
    return rings


def _coordinate_lines(chart: Chart, view: Extent) -> Floats:
    """Return lines of constant plane coordinates on the surface (k, 3), NaN between them."""
    gap, pieces = np.full((1, 3), np.nan), []
    along = [np.linspace(low, high, FINE) for low, high in ((view.x0, view.x1), (view.y0, view.y1))]
    for axis in range(2):
        for value in np.linspace(along[axis][0], along[axis][-1], LINES + 2)[1:-1]:
            x = np.full((FINE, 2), value)
            x[:, 1 - axis] = along[1 - axis]
            pieces += [lifted(chart, x), gap]
    return np.concatenate(pieces)
