"""Geodesic triangles: sides, angles, area, and the theorem of Gauss and Bonnet, angle sum − π = ∫K dA.

The triangle is covered by the geodesics X(s, ·) from A to the points of BC.  In
dA = √D |∂_t X × ∂_s X| ds dt, ∂_t X is the velocity of each geodesic and ∂_s X the derivative of the
polynomial in s through all of them, so that ∫K dA uses neither the angles nor the equation of Jacobi.
The integral over s is Clenshaw and Curtis's, over t Romberg's; a second value from every other
geodesic and node gives its error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import chebyshev

from compute.constructions import lines
from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import angle_between
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths
from compute.studies.retry import second_try

# intervals of s, multiples of 2, and of t, powers of 2: finer ones where the error is above `SMALL`
MESHES, SMALL = ((16, 32), (32, 32), (64, 64), (128, 128)), 1e-9
# sum of the errors of the integrals above which they are not resolved, and difference of the two sides
# of the theorem above which it does not hold for the geodesics found
ROUGH, APART = 1e-4, 1e-6


@dataclass(frozen=True, eq=False)
class Triangle:
    """Triangles ABC of shortest geodesics.

    sides (n, 3): the lengths of BC, CA and AB; angles (n, 3): at A, B and C; excess (n,): their sum
    − π; total_curvature (n,): ∫K dA; area (n,): ∫dA; error (n,): an estimate of the quadrature's error
    of both; certificate (n,): |excess − ∫K dA|; status (n,): NOT_RESOLVED if the certificate is above
    1e-6 and the error, or the error above 1e-4.  A row without its three sides is NaN, and one that is
    not OK has no integrals.
    """

    sides: Floats
    angles: Floats
    excess: Floats
    total_curvature: Floats
    area: Floats
    error: Floats
    certificate: Floats
    status: Ints


def triangle(engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Triangle:
    """Return the triangles with vertices a, b and c (n, 2).

    Raises ValueError for points outside the domain and for two equal vertices.
    """
    a, b, c = lines.checked(manifold, a=a, b=b, c=c)
    n = len(a)
    paths = connected(engine, manifold, *_sides(a, b, c))
    angles = np.stack(
        [_angle(manifold, paths, k * n, ((k + 1) % 3) * n, n) for k in (1, 2, 0)], axis=1
    )
    lengths = paths.length.reshape(3, n).T
    status = lines.first_failure(*paths.status.reshape(3, n))
    whole = status == Status.OK
    total, area, error = (np.zeros(n) for _ in range(3))
    for i in np.flatnonzero(status == Status.OK):
        checkpoint()
        (total[i], area[i], error[i]), status[i] = _integrals(engine, manifold, a[i], b[i], c[i])
    excess = angles.sum(axis=1) - np.pi
    certificate = np.abs(excess - total)
    wrong = (certificate > APART + error) & (status == Status.OK)
    status = np.where(wrong, Status.NOT_RESOLVED, status).astype(np.int32)
    found = lines.without_failures(
        Triangle(lengths, angles, excess, total, area, error, certificate, status)
    )
    sides, angles, excess = (lines.kept(whole, x) for x in (lengths, angles, excess))
    return replace(found, sides=sides, angles=angles, excess=excess)


def _sides(a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Return where the sides B → C, C → A and A → B begin and end, in this order (3n, 2)."""
    return np.concatenate([b, c, a]), np.concatenate([c, a, b])


def connected(
    engine: Engine, manifold: Manifold, begin: Floats, end: Floats, steps: int = 32
) -> Paths:
    """Return the geodesics between points (n, 2), with a second try."""
    request = ConnectRequest(manifold, begin, end, 0.0, steps)
    return second_try(engine, request, engine.connect(request))


def _angle(manifold: Manifold, paths: Paths, arriving: int, leaving: int, n: int) -> Floats:
    """Return the angles (n,) between sides that arrive at a vertex and those that leave it."""
    come, go = slice(arriving, arriving + n), slice(leaving, leaving + n)
    metric = manifold.geometry(inside_only(manifold, paths.theta[go, 0])[0]).metric
    return angle_between(metric, -paths.velocity[come, -1], paths.velocity[go, 0])


def _integrals(
    engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats
) -> tuple[tuple[float, float, float], int]:
    """Return ∫K dA, ∫dA and an error of both, and a status; meshes become finer as far as necessary."""
    line = lines.through(engine, manifold, b[None], c[None])
    error, size = np.inf, 0.0
    fine: Floats = np.zeros(2)
    for intervals, steps in MESHES:
        # Chebyshev's points of s in [0, 1], from B to C
        s = 0.5 - 0.5 * np.cos(np.pi * np.arange(intervals + 1) / intervals)
        paths, status = _fan(engine, manifold, line, a, s, steps)
        if status != Status.OK:
            return (np.nan, np.nan, np.nan), status
        fine, coarse = (_sums(manifold, paths, s, every) for every in (1, 2))
        error, size = float(np.abs(fine - coarse).sum()), 1.0 + float(np.abs(fine).sum())
        if error <= SMALL * size:
            break
    known = error <= ROUGH * size
    return (float(fine[0]), float(fine[1]), error), Status.OK if known else Status.NOT_RESOLVED


def _fan(
    engine: Engine, manifold: Manifold, line: lines.Line, a: Floats, s: Floats, steps: int
) -> tuple[Paths, int]:
    """Return the geodesics from A (2,) to the points γ(s), s (k,), of a line, and the first failure."""
    many = lines.Line(*(np.repeat(x, len(s), axis=0) for x in vars(line).values()))
    place = lines.at(engine, manifold, many, s)
    status = place.status
    inside = np.where((status == Status.OK)[:, None], place.theta, line.start)
    paths = connected(engine, manifold, np.repeat(a[None], len(s), axis=0), inside, steps)
    failed = lines.first_failure(*status[:, None], *paths.status[:, None])
    return paths, int(failed[0])


def _sums(manifold: Manifold, paths: Paths, s: Floats, every: int) -> Floats:
    """Return ∫K dA and ∫dA (2,) by every ``every``-th geodesic and node."""
    from scipy.integrate import romb

    theta, velocity = paths.theta[::every, ::every], paths.velocity[::every, ::every]
    x, weights = 2.0 * s[::every] - 1.0, _weights(len(s[::every])) / 2.0
    fit = chebyshev.chebfit(x, theta.reshape(len(x), -1), len(x) - 1)
    across = 2.0 * chebyshev.chebval(x, chebyshev.chebder(fit)).T.reshape(theta.shape)
    root = np.sqrt(np.maximum(manifold.geometry(theta).det, 0.0))
    area = root * (velocity[..., 0] * across[..., 1] - velocity[..., 1] * across[..., 0])
    values = np.stack([manifold.curvature(theta) * area, area])
    inner_sums = romb(values, dx=1.0 / (theta.shape[1] - 1))
    turned = np.sign(inner_sums[1] @ weights)
    return np.asarray(turned * (inner_sums @ weights))


def _weights(n: int) -> Floats:
    """Return the weights (n,) of Clenshaw and Curtis on [−1, 1] at n Chebyshev points, n odd."""
    order = np.arange(n)
    moments = np.where(order % 2 == 0, 2.0 / (1.0 - np.minimum(order**2, n**2) + (order == 1)), 0.0)
    x = -np.cos(np.pi * order / (n - 1))
    return np.linalg.solve(chebyshev.chebvander(x, n - 1).T, moments)
