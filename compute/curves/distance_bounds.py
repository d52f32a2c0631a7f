"""Two-sided bounds of the distance by a curve, where K ≤ 0.

In a convex part of a complete, simply connected manifold with K ≤ 0, every C¹ curve c from A to B with
square-integrable ∇c′, t from 0 to 1, has
    E − (1/π²) ∫|∇c′|² dt  ≤  d(A, B)²  ≤  L²  ≤  E,    L = ∫|c′| dt,  E = ∫|c′|² dt
(proof in docs/mathematics.md).  The curve need not be a geodesic; it must end in A and B and have no
corners.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.curves.dense_curve import DenseCurve, quintics
from compute.geodesics.runge_kutta import acceleration
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import contracted, inner, is_singular, norm, raised

# Gauss–Legendre rules on each interval; their difference bounds the error of the finer one where the
# speed is as smooth between nodes as at them
FINE, COARSE = (np.polynomial.legendre.leggauss(count) for count in (5, 4))
# relative rounding error of g and of its integrals in float64, and that of a coordinate
ROUNDING, GRAIN = 1e-12, 4 * np.finfo(np.float64).eps


def of_curve(manifold: Manifold, curve: DenseCurve) -> tuple[float, float] | None:
    """Return a lower and an upper bound of the distance between the ends of a curve.

    None unless the family declares ``hadamard``, the curve has no chords, and all of it lies inside
    the domain.  Integrals are by quadrature: their estimated error widens the bounds, so these are
    estimates with margins and no proof.
    """
    if not manifold.hadamard or len(curve.pieces) == 0 or not curve.known.all():
        return None
    fine, coarse = (_integrals(manifold, curve, rule) for rule in (FINE, COARSE))
    if not np.isfinite([fine, coarse]).all():
        return None
    length, energy, bend = fine
    off = np.abs(fine - coarse) + ROUNDING * fine
    grain = _grain(manifold, curve.theta)
    least = energy - off[1] - 2.0 * length * grain - (bend + off[2]) / np.pi**2
    return float(np.sqrt(max(least, 0.0))), float(length + off[0] + grain)


def of_nodes(
    manifold: Manifold, t: Floats, theta: Floats, velocity: Floats
) -> tuple[float, float] | None:
    """Return the bounds by the quintics through nodes of a geodesic: t (m,), θ and θ′ (m, 2).

    The first and the last node are the two points.  None as for `of_curve`.
    """
    if not manifold.hadamard or not known_inside(manifold, theta).all():
        return None
    h = np.diff(t)[:, None]
    bend = acceleration(manifold, theta, velocity, 0.0)
    sides = (
        (theta[some], h * velocity[some], h * h * bend[some])
        for some in (slice(None, -1), slice(1, None))
    )
    pieces = quintics(*sides)
    return of_curve(manifold, DenseCurve(t, theta, pieces, np.ones(len(pieces), bool)))


def _grain(manifold: Manifold, theta: Floats) -> float:
    """Return the Fisher length of the rounding errors of coordinates at nodes (m, 2)."""
    metric = manifold.geometry(theta).metric
    return float(norm(metric, GRAIN * np.abs(theta)).max())


def _integrals(manifold: Manifold, curve: DenseCurve, rule: tuple[Floats, Floats]) -> Floats:
    """Return ∫|c′|, ∫|c′|² and ∫|∇c′|² over a curve (3,); NaN where it leaves the domain."""
    nodes, weights = 0.5 * (rule[0] + 1.0), 0.5 * rule[1]
    h = np.diff(curve.t)[:, None]
    theta, first, second = (
        np.einsum("nic,ki->nkc", curve.pieces, powers) for powers in _powers(nodes)
    )
    v, bend = first / h[..., None], second / h[..., None] ** 2
    if not known_inside(manifold, theta).all():
        return np.full(3, np.nan)
    local = manifold.geometry(theta)
    if is_singular(local).any():
        return np.full(3, np.nan)
    along = bend + raised(local, contracted(local.first, v, v))
    values = np.stack([norm(local.metric, v), inner(local.metric, v, v)])
    values = np.concatenate([values, inner(local.metric, along, along)[None]])
    total: Floats = ((values @ weights) * h[:, 0]).sum(axis=1)
    return total


def _powers(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the values (k, 6) of 1, x, …, x⁵ at x (k,), and of their first two derivatives."""
    degree = np.arange(6)
    value = x[:, None] ** degree
    first = degree * x[:, None] ** np.maximum(degree - 1, 0)
    second = degree * (degree - 1) * x[:, None] ** np.maximum(degree - 2, 0)
    return value, first, second
