"""Geodesics in closed form where curvature is constant: arcs of a hyperboloid or of a sphere, and
straight lines of a plane.

With u₀, u₁ the end points in the embedding space and d their distance there,
    u(t) = (S((1 − t)d) u₀ + S(td) u₁)/S(d),
S = sin on the unit sphere and S = sinh on the hyperboloid, with (X, Y) ↦ (X, X² + Y², 1)/Y from the
Poincaré half-plane, up to a linear map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import known_curves, revolution
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold
from compute.requests.geodesics import ConnectRequest, Paths

Wave = Callable[[Floats], Floats]
SPHERES = ("octant", "hemisphere")
# charts of these names show g as that of the Euclidean plane, and their images are convex
FLAT = "arc_length"
# below this distance an arc is a straight line in space, to all digits
NEXT_TO_NOTHING = 1e-6


def arcs(
    manifold: Manifold, start: Floats, end: Floats, segments: int
) -> tuple[Floats, Floats] | None:
    """Return θ and θ' (n, N+1, 2) from start to end (n, 2) at constant speed over unit time.

    None for a manifold without a half-plane, sphere or flat chart; NaN where an arc leaves its image.
    """
    share = np.linspace(0.0, 1.0, segments + 1)[:, None]
    plane = named(manifold.charts, "half_plane")
    if plane is not None:
        return _hyperbolic(plane, start, end, share)
    for name in SPHERES:
        sphere = named(manifold.charts, name)
        if sphere is not None:
            return _spherical(sphere, start, end, share)
    flat = named(manifold.charts, FLAT)
    return None if flat is None else _straight(flat, start, end, share)


def has_arcs(manifold: Manifold) -> bool:
    """Whether a manifold has a half-plane, sphere or flat chart, so that `arcs` are available."""
    return any(named(manifold.charts, name) is not None for name in ("half_plane", *SPHERES, FLAT))


def connect(request: ConnectRequest) -> Paths:
    """Return the arcs of a request as paths, for a manifold that `has_arcs`; the drift is measured at
    their nodes.
    """
    found = arcs(request.manifold, request.start, request.end, request.steps)
    assert found is not None
    return known_curves.paths_of(request, *found, "reference")


def repaired(request: ConnectRequest, paths: Paths) -> Paths:
    """Return ``paths`` with those that did not converge replaced by arcs, if the manifold has them.

    The arc is the only geodesic: if it leaves the domain, the status is LEFT_DOMAIN.
    """
    if request.manifold.revolution is not None:
        return revolution.repaired(request, paths)
    todo = np.flatnonzero(paths.status != Status.OK)
    if request.alpha != 0.0 or todo.size == 0:
        return paths
    own = replace(request, start=request.start[todo], end=request.end[todo])
    found = arcs(own.manifold, own.start, own.end, own.steps)
    if found is None:
        return paths
    return known_curves.put(paths, todo, known_curves.paths_of(own, *found, paths.engine))


def _hyperbolic(plane: Chart, start: Floats, end: Floats, share: Floats) -> tuple[Floats, Floats]:
    x, y = plane.forward(start), plane.forward(end)
    # relative to the first point, in units of the geometric mean of both heights
    unit = np.sqrt(x[:, 1:] * y[:, 1:])
    middle = np.concatenate([x[:, :1], np.zeros_like(unit)], axis=1)
    u, v = _lifted((x - middle) / unit), _lifted((y - middle) / unit)
    d = 2 * np.arcsinh(np.hypot(*(x - y).T) / (2 * unit[:, 0]))
    point, slope = _arc(u, v, d, np.sinh, np.cosh, share)
    height = 1.0 / point[..., 2:]
    across = point[..., :1] * height
    drawn = np.concatenate([across, height], axis=-1) * unit[:, None] + middle[:, None]
    rise = -slope[..., 2:] * height**2
    moved = np.concatenate([slope[..., :1] * height + point[..., :1] * rise, rise], axis=-1)
    theta = plane.inverse(drawn)
    return theta, plane.pull(theta, moved * unit[:, None])


def _spherical(sphere: Chart, start: Floats, end: Floats, share: Floats) -> tuple[Floats, Floats]:
    x, y = sphere.forward(start), sphere.forward(end)
    radius = np.linalg.norm(x, axis=1)[:, None, None]
    d = 2 * np.arcsin(np.minimum(np.linalg.norm(x - y, axis=1) / (2 * radius[:, 0, 0]), 1.0))
    point, slope = _arc(x, y, d, np.sin, np.cos, share)
    theta = sphere.inverse(point)
    return theta, sphere.pull(theta, slope)


def _straight(flat: Chart, start: Floats, end: Floats, share: Floats) -> tuple[Floats, Floats]:
    x, y = flat.forward(start)[:, None], flat.forward(end)[:, None]
    theta = flat.inverse(x + share * (y - x))
    return theta, flat.pull(theta, np.broadcast_to(y - x, theta.shape))


def _lifted(x: Floats) -> Floats:
    """Return X/Y, (X² + Y²)/Y and 1/Y (n, 3) of points of the half-plane."""
    return np.stack([x[:, 0], (x**2).sum(axis=1), np.ones(len(x))], axis=1) / x[:, 1:]


def _arc(u: Floats, v: Floats, d: Floats, s: Wave, c: Wave, share: Floats) -> tuple[Floats, Floats]:
    """Return u(t) and u'(t) (n, N+1, 3), S' = ``c``; the straight line where d is negligible."""
    d = d[:, None, None]
    far = d > NEXT_TO_NOTHING
    safe = np.where(far, d, 1.0)
    rest = 1.0 - share
    first = np.where(far, s(rest * safe) / s(safe), rest)
    second = np.where(far, s(share * safe) / s(safe), share)
    first_slope = np.where(far, -safe * c(rest * safe) / s(safe), -1.0)
    second_slope = np.where(far, safe * c(share * safe) / s(safe), 1.0)
    u, v = u[:, None], v[:, None]
    return first * u + second * v, first_slope * u + second_slope * v
