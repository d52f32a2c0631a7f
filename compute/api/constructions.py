"""Constructions with compass and straightedge, for scripts and notebooks.

Points have shape (2,) or (n, 2); results have their fields in that shape, with a status and a
certificate of each row (`compute.constructions`).  Centres of triangles take points (2,) only.  The
default engine is the reference, float64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from compute.constructions import bisector as bisectors
from compute.constructions import centres
from compute.constructions import foot as feet
from compute.constructions import midpoint as midpoints
from compute.constructions import parallel as parallels
from compute.constructions import projection as projections
from compute.constructions import triangle as triangles
from compute.constructions.lines import in_shape
from compute.core.arrays import Floats
from compute.engine.opening import engine_of
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine


def _batched(*stated: ArrayLike) -> tuple[list[Floats], bool]:
    """Return points as batches (n, 2), and whether all of them are single points (2,)."""
    found = [np.asarray(each, np.float64) for each in stated]
    alone = all(each.ndim == 1 for each in found)
    return [np.atleast_2d(each) for each in found], alone


def midpoint(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, engine: Engine | None = None
) -> midpoints.Midpoint:
    """Return the midpoint of the geodesic from a to b.

    Raises ValueError for points outside the domain and for a = b.

    >>> import compute
    >>> found = compute.midpoint(compute.family("gaussian"), [-1, 1], [1, 1])
    >>> print(f"{found.theta[1]:.9f} {found.status.name}")  # the top of a half-circle, √(3/2)
    1.224744871 OK
    """
    points, alone = _batched(a, b)
    return in_shape(midpoints.midpoint(engine_of(engine, "reference"), manifold, *points), alone)


def perpendicular(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, t: float = 0.5, engine: Engine | None = None
) -> midpoints.Perpendicular:
    """Return the point γ(t) of the geodesic with γ(0) = a and γ(1) = b and the unit normal there.

    Raises ValueError for points outside the domain and for a = b.

    >>> import compute
    >>> compute.perpendicular(compute.family("gaussian"), [0, 1], [0, 4]).normal.round(9).tolist()
    [-2.0, 0.0]
    """
    points, alone = _batched(a, b)
    used = engine_of(engine, "reference")
    return in_shape(midpoints.perpendicular(used, manifold, points[0], points[1], t), alone)


def foot(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, c: ArrayLike, engine: Engine | None = None
) -> feet.Foot:
    """Return the foot of the perpendicular from c to the geodesic through a and b.

    Raises ValueError for points outside the domain and for a = b.

    >>> import compute
    >>> found = compute.foot(compute.family("gaussian"), [0, 1], [0, 4], [2, 2])
    >>> print(f"{found.theta[1]:.9f}")  # on the half-circle round 0 through c, √6
    2.449489743
    """
    points, alone = _batched(a, b, c)
    return in_shape(feet.foot(engine_of(engine, "reference"), manifold, *points), alone)


def bisector(
    manifold: Manifold,
    a: ArrayLike,
    b: ArrayLike,
    s: ArrayLike,
    engine: Engine | None = None,
) -> bisectors.Bisector:
    """Return points of equal distance from a and b, beside those of the perpendicular at lengths s
    (k,).

    Raises ValueError for points outside the domain and for a = b.

    >>> import compute
    >>> found = compute.bisector(compute.family("gaussian"), [-1, 1], [1, 1], [-1.0, 0.0, 1.0])
    >>> bool(abs(found.theta[:, 0]).max() < 1e-9)  # by symmetry μ = 0
    True
    """
    points, alone = _batched(a, b)
    used = engine_of(engine, "reference")
    lengths = np.asarray(s, np.float64)
    return in_shape(bisectors.bisector(used, manifold, points[0], points[1], lengths), alone)


def triangle(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, c: ArrayLike, engine: Engine | None = None
) -> triangles.Triangle:
    """Return sides, angles and area of the geodesic triangle, and both sides of the theorem of Gauss
    and Bonnet, angle sum − π = ∫K dA.

    Raises ValueError for points outside the domain and for two equal vertices.

    >>> import compute
    >>> found = compute.triangle(compute.family("gaussian"), [-1, 1], [1, 1], [0, 3])
    >>> print(f"{found.excess:.8f} {found.total_curvature:.8f} {found.area:.8f}")  # K = −1/2
    -0.53108323 -0.53108323 1.06216647
    """
    points, alone = _batched(a, b, c)
    return in_shape(triangles.triangle(engine_of(engine, "reference"), manifold, *points), alone)


def circumcentre(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, c: ArrayLike, engine: Engine | None = None
) -> centres.Centre:
    """Return centre and radius of the circle through three points (2,), d(·, a) = d(·, b) = d(·, c).

    Where K < 0 there may be none: then all is NaN, and the status says why.  Raises ValueError for
    points outside the domain and for two equal ones.

    >>> import compute
    >>> found = compute.circumcentre(compute.family("gaussian"), [-1, 1], [1, 1], [0, 3])
    >>> print(f"{found.theta[1]:.9f}")  # in (μ/√2, σ) a circle of r = 9/8 round (0, 15/8), √(h² − r²)
    1.500000000
    """
    return centres.circumcentre(*_triangle(manifold, a, b, c, engine))


def incentre(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, c: ArrayLike, engine: Engine | None = None
) -> centres.Centre:
    """Return centre and radius of the circle that touches the sides of the triangle of points (2,).

    Raises ValueError for points outside the domain and for two equal ones.

    >>> import compute
    >>> found = compute.incentre(compute.family("gaussian"), [-1, 1], [1, 1], [0, 3])
    >>> bool(abs(found.theta[0]) < 1e-9), bool(found.certificate < 1e-9), found.status.name
    (True, True, 'OK')
    """
    return centres.incentre(*_triangle(manifold, a, b, c, engine))


def _triangle(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, c: ArrayLike, engine: Engine | None
) -> tuple[Engine, Manifold, Floats, Floats, Floats]:
    """Return what a centre is found from."""
    p, q, r = points = [np.asarray(each, np.float64) for each in (a, b, c)]
    for name, point in zip("abc", points, strict=True):
        if point.shape != (2,):
            raise ValueError(f"{name} must have shape (2,), got {point.shape}")
    return engine_of(engine, "reference"), manifold, p, q, r


def parallel(
    manifold: Manifold, a: ArrayLike, b: ArrayLike, c: ArrayLike, engine: Engine | None = None
) -> parallels.Parallel:
    """Return the velocity at c of the parallel to the geodesic from a to b: carried from a to c.

    Raises ValueError for points outside the domain and for a = b or a = c.

    >>> import compute
    >>> found = compute.parallel(compute.family("gaussian"), [0, 1], [0, 2], [3, 1])
    >>> print(f"{found.certificate < 1e-9} {found.status.name}")
    True OK
    """
    points, alone = _batched(a, b, c)
    return in_shape(parallels.parallel(engine_of(engine, "reference"), manifold, *points), alone)


def project(
    manifold: Manifold,
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    kind: str = "m",
    onto: str = "line",
    engine: Engine | None = None,
) -> projections.Projection:
    """Return the m-projection of c onto the e-line through a and b, or the e-projection onto the
    m-line, with both sides of the relation of Pythagoras.

    ``onto`` "geodesic": onto the Fisher–Rao geodesic, where the relation does not hold.  Raises
    ValueError for a family that is not dually flat, other words, points outside the domain and a = b.

    >>> import compute
    >>> found = compute.project(compute.family("gaussian"), [-1, 1], [1, 1], [0.5, 2])
    >>> found.theta.round(9).tolist(), bool(abs(found.left - found.right) < 1e-12)
    ([0.5, 1.0], True)
    """
    (p, q, r), alone = _batched(a, b, c)
    used = engine_of(engine, "reference")
    return in_shape(projections.project(used, manifold, p, q, r, kind, onto), alone)
