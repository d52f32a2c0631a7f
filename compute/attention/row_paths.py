"""A token's attention through the layers of a model, or over the heads of a layer, as a path.

For every head, a row of attention over n keys is a point of the same simplex, z = 2√p on the sphere of
radius 2, where distances are d = 2 arccos Σ√(pq) and geodesics are great circles.  The rows of one
token form a geodesic polygon, which is compared with the great circle from its first to its last row:
its length relative to that chord, and the turning angle at each row.  It is drawn on the two axes of
most variance of z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.heads.head import LEFT_OUT, HeadFile

OVER = ("layers", "heads")
# points of the great circle as drawn; vectors shorter than the second have no direction
CIRCLE, NOWHERE = 33, 1e-12


@dataclass(frozen=True, eq=False)
class RowPath:
    """A path of m ≥ 2 rows over n keys.

    rows (m, n), NaN where unknown; steps (m − 1,): lengths of the steps, each stored at the row where
    it arrives; chord: the distance from the first to the last row; turning (m,): turning angles in
    radians, NaN at both ends and where the path does not move; off (m,): the distance of each row from
    the great circle through both ends.  xy (m, 2) and circle (k, 2): rows and great circle on the axes
    of most variance of z, which contain the fraction ``explained`` of it.
    """

    rows: Floats
    steps: Floats
    chord: float
    turning: Floats
    off: Floats
    xy: Floats
    circle: Floats
    explained: float

    @property
    def length(self) -> float:
        """The sum of the steps."""
        return float(np.nansum(self.steps))

    @property
    def ratio(self) -> float:
        """length / chord ≥ 1; infinite if the path returns to its start, 1 if it never moves."""
        if self.chord > NOWHERE:
            return self.length / self.chord
        return np.inf if self.length > NOWHERE else 1.0


def token_rows(
    file: HeadFile,
    token: int,
    over: str,
    layer: int = 0,
    head: int = 0,
    temperature: float = 1.0,
    left_out: Sequence[int] = (),
) -> Floats:
    """Return the rows (m, n) of one query token over the layers of ``head``, or over the heads of
    ``layer``.

    Each row is that of the token's own query under its own mask, without the keys ``left_out``; n
    counts the unmasked keys, and the sink if heads have one.  NaN where the mask leaves the query no
    key.  Raises ValueError for missing layers, heads or tokens, and if fewer than two rows are known.
    """
    if over not in OVER:
        raise ValueError(f"over must be layers or heads, got {shown(over)}")
    places = (
        [(number, head) for number in range(file.layers)]
        if over == "layers"
        else [(layer, number) for number in range(file.heads)]
    )
    if len(places) < 2:
        raise ValueError(f"a path needs at least two {over}, but {file.name} has {len(places)}")
    count = file.q.shape[2]
    if not 0 <= token < count:
        raise ValueError(f"token of {file.name} must be from 0 to {count - 1}, got {token}")
    seen = [place for place in places if sees_keys(file, place, token, left_out)]
    whose = f"token {token} ({file.labels[token]}) of {file.name}"
    if len(seen) < 2:
        raise ValueError(
            f"{whose} has unmasked keys in {len(seen)} of {len(places)} {over}; a path needs at "
            "least two"
        )
    found = [file.head(*place, mask_of=token).without(left_out) for place in seen]
    if len({one.numbers for one in found}) > 1:
        raise ValueError(
            f"{file.name} masks different keys in different {over}: its rows do not share one "
            "simplex"
        )
    rows = np.concatenate([one.rows(temperature, [token]) for one in found])
    if rows.shape[1] < 2 and not np.isfinite(found[0].sink):
        raise ValueError(f"{whose} can attend to only one key: it has no path")
    if any(np.isfinite(one.sink) for one in found):
        rows = np.concatenate([rows, np.maximum(1.0 - rows.sum(axis=1, keepdims=True), 0.0)], 1)
    return _spread(rows, np.array([place in seen for place in places]))


def sees_keys(file: HeadFile, place: tuple[int, int], token: int, left_out: Sequence[int]) -> bool:
    """Whether a query's mask in a layer and head leaves any key."""
    added = file.added(*place, np.array([token]))[0]
    added[list(left_out)] = -np.inf
    return bool((added > LEFT_OUT).any())


def _spread(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return values (k, ...) spread over the k known of m places, NaN elsewhere (m, ...)."""
    found: Floats = np.full((len(known), *values.shape[1:]), np.nan)
    found[known] = values
    return found


def row_path(rows: Floats) -> RowPath:
    """Return the path through rows (m ≥ 2, n), which must be non-negative and sum to 1.  Raises
    ValueError.

    Rows of NaN are skipped.
    """
    known = np.asarray(np.isfinite(rows).all(axis=-1))
    if rows.ndim == 2 and not known.all() and known.sum() > 1:
        return _passing_over(rows, known)
    z = _on_sphere(rows)
    first, last = z[0], z[-1]
    axis = _heading(first, last)
    middle = z.mean(axis=0)
    _, sizes, axes = np.linalg.svd(z - middle, full_matrices=False)
    axes = axes[:2]
    spread = float((sizes**2).sum())
    return RowPath(
        rows=rows,
        steps=sphere.distance(rows[:-1], rows[1:]),
        chord=float(sphere.distance(rows[0], rows[-1])),
        turning=_turning(z),
        off=_off(z, first, axis),
        xy=(z - middle) @ axes.T,
        circle=(great_circle(rows[0], rows[-1], CIRCLE) - middle) @ axes.T,
        explained=float((sizes[:2] ** 2).sum()) / spread if spread > NOWHERE**2 else 1.0,
    )


def _passing_over(rows: Floats, known: NDArray[np.bool_]) -> RowPath:
    """Return the path of the known rows; a step past skipped rows is stored where it arrives."""
    path = row_path(rows[known])
    arrives = known.copy()
    arrives[np.flatnonzero(known)[:1]] = False
    steps, turning, off, xy = (
        _spread(values, at)
        for values, at in (
            (path.steps, arrives), (path.turning, known), (path.off, known), (path.xy, known),
        )
    )  # fmt: skip
    return replace(path, rows=rows, steps=steps[1:], turning=turning, off=off, xy=xy)


def great_circle(p: Floats, q: Floats, count: int) -> Floats:
    """Return z (count, n) at equal steps on the geodesic from p to q (n,), z = 2√p at its ends."""
    start = 2.0 * np.sqrt(p)
    angle = float(sphere.distance(p, q)) / 2.0 * np.linspace(0.0, 1.0, count)[:, None]
    found: Floats = start * np.cos(angle) + 2.0 * _heading(start, 2.0 * np.sqrt(q)) * np.sin(angle)
    return found


def _on_sphere(rows: Floats) -> Floats:
    if rows.ndim != 2 or len(rows) < 2 or rows.shape[1] < 2:
        raise ValueError(f"rows must have shape (m ≥ 2, n ≥ 2), got {rows.shape}")
    total = rows.sum(axis=1)
    if not (rows.min() >= 0 and np.allclose(total, 1.0, atol=1e-6)):
        raise ValueError(f"rows must not be negative and sum to 1, got sums {total.tolist()}")
    z: Floats = 2.0 * np.sqrt(rows)
    return z


def _heading(start: Floats, end: Floats) -> Floats:
    """Return the unit tangents (..., n) at ``start`` towards ``end`` on the sphere; 0 where they
    coincide.
    """
    # for neighbours the difference keeps digits that the projection of ``end`` would lose
    apart = end - start
    along = apart - start * (apart * start).sum(axis=-1, keepdims=True) / 4.0
    size = np.linalg.norm(along, axis=-1, keepdims=True)
    found: Floats = np.where(size > NOWHERE, along / np.maximum(size, NOWHERE), 0.0)
    return found


def _turning(z: Floats) -> Floats:
    """Return the turning angle (m,) at each of z (m, n)."""
    arriving, leaving = -_heading(z[1:-1], z[:-2]), _heading(z[1:-1], z[2:])
    # 2 atan2(|a − b|, |a + b|) keeps the digits of small angles
    angle = 2.0 * np.arctan2(
        np.linalg.norm(arriving - leaving, axis=1), np.linalg.norm(arriving + leaving, axis=1)
    )
    moving = (np.abs(arriving).max(axis=1) > 0) & (np.abs(leaving).max(axis=1) > 0)
    found = np.full(len(z), np.nan)
    found[1:-1] = np.where(moving, angle, np.nan)
    return found


def _off(z: Floats, first: Floats, axis: Floats) -> Floats:
    """Return the distance (m,) of z (m, n) from the great circle through ``first`` along ``axis``."""
    inside = np.outer(z @ first / 4.0, first) + np.outer(z @ axis, axis)
    found: Floats = 2.0 * np.arcsin(np.minimum(np.linalg.norm(z - inside, axis=1) / 2.0, 1.0))
    return found
