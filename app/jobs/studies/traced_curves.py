"""The curves of studies: nodes and dense output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compute.attention.query_space import QueryPath, QuerySpace
from compute.core.arrays import Floats
from compute.curves.dense_curve import DenseCurve, bundle, followed, joined, through
from compute.curves.dense_output import FINE, LIVE, dense_output
from compute.geodesics import initial_value
from compute.geodesics.initial_curves import nearest_copy
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import Paths
from compute.studies import dense_fan
from compute.studies.geodesic_fan import Spray


@dataclass(frozen=True, eq=False)
class Traced:
    """The nodes of a curve in θ (k, 2), NaN between pieces, and its dense output."""

    nodes: Floats
    dense: DenseCurve


Curves = Mapping[str, Floats | Traced]


def nodes_of(curves: Curves) -> dict[str, Floats]:
    """Return the nodes of every curve by kind."""
    return {kind: c.nodes if isinstance(c, Traced) else c for kind, c in curves.items()}


def dense_of(curves: Curves) -> dict[str, DenseCurve]:
    """Return the curves with dense output; the others are polygons."""
    return {kind: c.dense for kind, c in curves.items() if isinstance(c, Traced)}


def path(engine: Engine, manifold: Manifold, paths: Paths, alpha: float, quality: str) -> Traced:
    """Return the first of some paths: during a drag in the engine's precision, at rest in float64."""
    live = quality == "live"
    fire = engine.shoot if live else initial_value.shoot
    dense = dense_output(manifold, paths, alpha, LIVE if live else FINE, fire)
    return Traced(paths.theta[0, : paths.nodes[0]], dense)


def several(manifold: Manifold, paths: Paths, some: list[int], alpha: float) -> Traced:
    """Return some paths of a batch as one curve."""
    dense = [dense_output(manifold, paths, alpha, FINE, row=i) for i in some]
    return Traced(pieces([paths.theta[i] for i in some]), joined(dense))


def rays(fan: Spray, every: int) -> Traced:
    """Return a subset of the rays of a fan."""
    some = np.s_[::every]
    dense = bundle(fan.r / fan.r[-1], fan.theta[some], fan.velocity[some])
    return Traced(pieces(list(fan.theta[some])), dense)


def fronts(engine: Engine, manifold: Manifold, fan: Spray, nodes: list[int], fine: bool) -> Traced:
    """Return the wavefronts of a fan at some nodes of its rays."""
    more = dense_fan.finer(engine, manifold, fan) if fine else fan
    closed = [np.concatenate([fan.theta[:, node], fan.theta[:1, node]]) for node in nodes]
    return Traced(pieces(closed), joined([dense_fan.front(manifold, more, node) for node in nodes]))


def caustic(fan: Spray) -> Floats | Traced:
    """Return the caustic of a fan, if it has one."""
    if not np.isfinite(fan.conjugate).any():
        return np.zeros((0, 2))
    return Traced(fan.caustic(), dense_fan.caustic(fan))


def outline(manifold: Manifold, theta: Floats) -> Traced:
    """Return a closed curve through points (k, 2) at equal angles."""
    return Traced(theta, through(_continuous(manifold, theta), closed=True))


def loop(manifold: Manifold, vertices: Floats, chart: Chart) -> Traced:
    """Return a closed loop with edges straight in a plane chart."""
    nodes = np.concatenate([vertices, vertices[:1]])
    corner, unrolled = chart.forward(nodes), _continuous(manifold, nodes)

    def position(place: Floats) -> Floats:
        low = np.clip(place.astype(np.intp), 0, len(nodes) - 2)
        share = (place - low)[:, None]
        theta = chart.inverse(corner[low] * (1.0 - share) + corner[low + 1] * share)
        return nearest_copy(
            manifold, unrolled[low] * (1.0 - share) + unrolled[low + 1] * share, theta
        )

    return Traced(nodes, followed(position, np.arange(float(len(nodes)))))


def _continuous(manifold: Manifold, theta: Floats) -> Floats:
    """Return points (k, 2), possibly NaN, each replaced by its periodic copy nearest to the previous
    one.
    """
    known = np.flatnonzero(np.isfinite(theta).all(axis=1))
    unrolled = theta.copy()
    for axis, period in enumerate(manifold.periods):
        if period > 0.0:
            unrolled[known, axis] = np.unwrap(theta[known, axis], period=period)
    return unrolled


def queries(
    space: QuerySpace, path: QueryPath, a: Floats, b: Floats, q0: Floats, U: Floats
) -> Traced:
    """Return a geodesic of query space projected onto the plane q₀ + Uθ: a great circle, or a smooth
    curve through the nodes of a polygon.
    """
    theta = (path.queries - q0) @ U
    if not path.exact:
        return Traced(theta, through(theta))
    ends = space.great_circle(a, b, np.array([0.0, 1.0]))
    # components of the queries without effect change linearly
    gauge = path.queries[[0, -1]] - ends

    def position(t: Floats) -> Floats:
        found = space.great_circle(a, b, t) + (1 - t[:, None]) * gauge[0] + t[:, None] * gauge[1]
        theta: Floats = (found - q0) @ U
        return theta

    return Traced(theta, followed(position, np.linspace(0.0, 1.0, len(theta))))


def pieces(curves: list[Floats]) -> Floats:
    """Join several curves, separated by NaN."""
    gap = np.full((1, 2), np.nan)
    parts = [part for curve in curves for part in (curve, gap)]
    return np.concatenate(parts[:-1]) if parts else np.zeros((0, 2))
