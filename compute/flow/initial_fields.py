"""Initial fields, as θ-components (rows, columns, 2) or scalars (rows, columns) on a grid.

All raise ValueError if a family has no such field or a file does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from compute.core.array_files import arrays_of
from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.families import parse
from compute.flow.grid import Grid, connection
from compute.geodesics.scalar_field import scalar_at
from compute.heads import head_selection
from compute.manifold.manifold import known_inside

# width of a painted stroke relative to the chart
BRUSH = 0.06
# tolerance for a Killing field: the Lie derivative of g relative to g
KILLING = 1e-5
# checked at this many random nodes: a field may vanish on one column, for example
SAMPLES = 64
MOST_BYTES = 64 << 20


def transported(grid: Grid, foot: Floats, vector: Floats) -> Floats:
    """Return the vector at ``foot`` (2,) transported along straight lines of the chart to every node.

    z keeps its length and turns by −∫ω; the lines have as many pieces as the grid has columns.
    """
    pieces = max(grid.shape)
    start = grid.chart.forward(foot)
    local = grid.manifold.geometry(foot)
    g11, g12, _ = local.metric
    tall = np.sqrt(max(float(local.det), 0.0) / g11)
    z = np.sqrt(g11) * vector[0] + g12 / np.sqrt(g11) * vector[1] + 1j * tall * vector[1]
    turn = np.zeros(grid.shape)
    before = np.broadcast_to(foot, grid.theta.shape)
    rate = connection(grid.manifold, before)
    for share in np.arange(1, pieces + 1) / pieces:
        x = start + share * (grid.x - start)
        theta = grid.chart.inverse(x)
        # a line that leaves the domain stays at its boundary
        inside = known_inside(grid.manifold, theta)
        theta = np.where(inside[..., None], theta, before)
        following = connection(grid.manifold, theta)
        turn += (0.5 * (rate + following) * (theta - before)).sum(axis=-1)
        before, rate = theta, following
    return grid.from_frame(z * np.exp(-1j * turn))


def dipole(grid: Grid, source: Floats, sink: Floats) -> Floats:
    """Return a source at one θ (2,) and a sink at another: differences of x/|x|² in fractions of the
    grid.
    """
    drawn = np.zeros((*grid.shape, 2))
    for theta, sign in ((source, 1.0), (sink, -1.0)):
        gap = _gaps(grid, grid.chart.forward(theta))
        drawn += sign * gap / (0.004 + (gap**2).sum(axis=-1, keepdims=True)) * grid.size
    return _pulled(grid, drawn)


def _gaps(grid: Grid, x: Floats) -> Floats:
    """Return the offsets from x (2,) to the nodes (rows, columns, 2) as fractions of the grid, the
    shorter way around.
    """
    gap: Floats = (grid.x - x) / grid.size
    return gap - np.where(grid.wraps, np.round(gap), 0.0)


def gradient(grid: Grid, scalar: str, index: int) -> Floats:
    """Return g^ij ∂_j of a scalar of the family, by central differences in the chart."""
    if scalar not in grid.manifold.scalars:
        known = ", ".join(grid.manifold.scalars)
        raise Refused(f"a gradient must be of one of {known}, got {shown(scalar)}")
    values = scalar_at(grid.manifold, scalar, grid.theta.reshape(-1, 2), index)[0]
    values = values.reshape(grid.shape)
    d2, d1 = np.gradient(values, grid.step[1], grid.step[0])
    along = np.einsum("...ij,...j->...i", grid.raised, np.stack([d1, d2], axis=-1))
    return grid.chart.pull(grid.theta, np.where(np.isfinite(along), along, 0.0))


def rotation(grid: Grid) -> Floats:
    """Return a Killing field of the family: a rotation, or else a translation or a dilation that
    preserves g.

    The first of a few candidates X with ∇_iX_j + ∇_jX_i = 0 at points all over the grid.
    """
    theta = np.random.default_rng(0).permutation(grid.theta[grid.usable])[:SAMPLES]
    for candidate in (_turn, _triangle, _first, _second, _dilation):
        if _is_killing(grid, candidate, theta):
            return np.nan_to_num(candidate(grid.theta))
    raise Refused(
        f"{grid.manifold.name} has no known rotation: its metric preserves none of the fields tried"
    )


def _turn(theta: Floats) -> Floats:
    return np.stack([-theta[..., 1], theta[..., 0]], axis=-1)


def _triangle(theta: Floats) -> Floats:
    """Return the rotation about the third corner of the triangle of three outcomes."""
    root = 2.0 * np.sqrt(np.maximum(theta[..., 0] * theta[..., 1], 0.0))
    return np.stack([-root, root], axis=-1)


def _first(theta: Floats) -> Floats:
    return np.broadcast_to(np.array([1.0, 0.0]), theta.shape)


def _second(theta: Floats) -> Floats:
    return np.broadcast_to(np.array([0.0, 1.0]), theta.shape)


def _dilation(theta: Floats) -> Floats:
    return theta


def _is_killing(grid: Grid, candidate: object, theta: Floats) -> bool:
    """Whether (L_X g)_ij = X^k∂_k g_ij + g_kj∂_iX^k + g_ik∂_jX^k vanishes, by central differences."""
    assert callable(candidate)
    step = 1e-5 * np.maximum(np.abs(theta).max(axis=0), 1e-3)
    x, g = candidate(theta), _metric(grid, theta)
    lie = np.zeros_like(g)
    for k in (0, 1):
        shift = np.eye(2)[k] * step[k]
        ahead, behind = theta + shift, theta - shift
        slope = (candidate(ahead) - candidate(behind)) / (2 * step[k])
        lie += x[:, k, None, None] * (_metric(grid, ahead) - _metric(grid, behind)) / (2 * step[k])
        turned = np.einsum("...mj,...m->...j", g, slope)
        lie[:, k, :] += turned
        lie[:, :, k] += turned
    if (np.abs(x).max(axis=1) == 0.0).sum() > 1:
        return False
    scale = np.abs(g).max(axis=(1, 2)) * max(1.0, float(np.abs(x).max()))
    found = np.abs(lie).max(axis=(1, 2)) / scale
    return bool(np.isfinite(found).all() and np.quantile(found, 0.9) < KILLING)


def _metric(grid: Grid, theta: Floats) -> Floats:
    g11, g12, g22 = np.moveaxis(grid.manifold.geometry(theta).metric, -1, 0)
    return np.stack([np.stack([g11, g12], -1), np.stack([g12, g22], -1)], -2)


def frame(grid: Grid) -> Floats:
    """Return the unit vector field e₁."""
    return grid.from_frame(np.ones(grid.shape, complex))


def random(grid: Grid, seed: int) -> Floats:
    """Return random normal components in the frame at 8 × 8 places, interpolated smoothly.

    The places are fixed in the chart, so a finer grid shows the same field.
    """
    numbers = np.random.default_rng(seed).normal(size=(8, 8, 2))
    rows, columns = map(_hat, grid.shape, grid.wraps[::-1])
    z = rows @ (numbers[..., 0] + 1j * numbers[..., 1]) @ columns.T
    return grid.from_frame(z)


def _hat(count: int, wraps: bool) -> Floats:
    """Return smooth weights (count, 8) of 8 places at evenly spaced positions; rows sum to 1."""
    at = np.linspace(0.0, 8.0 if wraps else 7.0, count, endpoint=not wraps)
    gap = at[:, None] - np.arange(8)
    weights = np.exp(-1.5 * (gap - 8.0 * np.round(gap / 8.0) if wraps else gap) ** 2)
    rows: Floats = weights / weights.sum(axis=1, keepdims=True)
    return rows


def head(grid: Grid) -> Floats:
    """Return the displacement of each query by a head's values, q = q₀ + Uθ: Uᵀ(Σ p_j|v_j| k_j / Σ
    p_j|v_j| − q).

    It is the mean key, weighted by attention and by the norm of the values, minus the query.
    """
    name, stated = parse(grid.manifold.key)
    if name != "attention":
        raise Refused(f"only an attention head has a field of its own, got {grid.manifold.name}")
    chosen, plane = head_selection.chosen(stated)
    support = grid.manifold.support(np.array([grid.manifold.interior]))
    weights = grid.manifold.density(grid.theta, support.x) * np.linalg.norm(chosen.v, axis=1)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    found: Floats = weights @ ((chosen.k - plane.q0) @ plane.U) - grid.theta
    return found


def painted(grid: Grid, strokes: Sequence[Sequence[tuple[float, float]]]) -> Floats:
    """Return a field with the direction of each stroke, of unit length in g, fading over the width of
    the brush.
    """
    if not strokes:
        raise Refused("nothing has been painted yet: hold Alt and drag on the chart")
    drawn, weight = np.zeros((*grid.shape, 2)), np.full(grid.shape, 1e-12)
    for stroke in strokes:
        for a, b in pairwise(grid.chart.forward(np.array(stroke))):
            way, gap = (b - a) / grid.size, _gaps(grid, 0.5 * (a + b))
            length2 = max(float(way @ way), 1e-24)
            share = np.clip((gap @ way) / length2, -0.5, 0.5)
            gap2 = ((gap - share[..., None] * way) ** 2).sum(axis=-1)
            near = np.exp(-0.5 * gap2 / BRUSH**2)
            drawn += near[..., None] * way / np.sqrt(length2) * grid.size
            weight += near
    field = _pulled(grid, drawn / weight[..., None])
    z = grid.to_frame(field)
    unit = z / np.maximum(np.abs(z), 1e-300)
    return grid.from_frame(unit * np.minimum(weight, 1.0))


def from_file(grid: Grid, path: str, vectors: bool) -> Floats:
    """Return the array ``field`` of an .npz: (rows, columns, 2) θ-components, or a scalar (rows,
    columns).

    Refuses other shapes, complex numbers, more than 64 MB, and numbers that are not finite on used
    nodes.
    """
    arrays = arrays_of(path, ("field",), MOST_BYTES)
    if "field" not in arrays:
        raise Refused(f'{path} must hold an array "field"')
    found = arrays["field"]
    wanted = (*grid.shape, 2) if vectors else grid.shape
    if found.shape != wanted or found.dtype.kind not in "fiu":
        raise Refused(
            f"field in {path} must be real of shape {wanted}, got {found.dtype} {found.shape}"
        )
    lost = ~np.isfinite(found)
    lost = (lost.any(axis=-1) if vectors else lost) & grid.usable
    if lost.any():
        i, j = (int(v) for v in np.argwhere(lost)[0])
        raise Refused(f"field in {path} must be finite, got {found[i, j].tolist()} at ({i}, {j})")
    return np.nan_to_num(np.asarray(found, np.float64))


def bump(grid: Grid, theta: Floats) -> Floats:
    """Return a scalar bump of mass around θ (2,), with a width of a tenth of the chart."""
    mass: Floats = np.exp(-50.0 * (_gaps(grid, grid.chart.forward(theta)) ** 2).sum(axis=-1))
    return mass


def _pulled(grid: Grid, drawn: Floats) -> Floats:
    """Return θ-components of vectors in the chart, 0 at unused nodes."""
    field = grid.chart.pull(grid.theta, drawn)
    return np.where(grid.usable[..., None] & np.isfinite(field), field, 0.0)
