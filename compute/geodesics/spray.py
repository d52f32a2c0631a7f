"""θ'' = −Γ^(α)k_ij v^i v^j of geodesics, for many points at once: components are rows (2, n)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import SINGULAR, QuickGeometry, Spray, connection_first, contracted

# θ'' (2, n), packed g (3, n), and why no step is possible (n,), None if one is at every point; at θ and
# v (2, n)
Acceleration = Callable[[Floats, Floats], tuple[Floats, Floats, Ints | None]]
OK, LEFT, ILL = (int(s) for s in (Status.OK, Status.LEFT_DOMAIN, Status.ILL_CONDITIONED))


def spray_of(manifold: Manifold, alpha: float) -> Callable[[Floats, Floats], Spray]:
    """Return g, Γ^(α)_ij,k v^i v^j and D as a function of θ and v (..., 2) inside the domain."""
    geometry = manifold.geometry
    if alpha == 0.0 and isinstance(geometry, QuickGeometry) and geometry.spray is not None:
        return geometry.spray

    def spray(theta: Floats, v: Floats) -> Spray:
        local = geometry(theta)
        u = contracted(connection_first(local, alpha), v, v)
        g11, g12, g22 = np.moveaxis(local.metric, -1, 0)
        return Spray(g11, g12, g22, u[..., 0], u[..., 1], local.det)

    return spray


def acceleration_of(manifold: Manifold, alpha: float) -> Acceleration:
    """Return the acceleration of geodesics of Γ^(α); it is 0 outside the domain and where g is
    singular.
    """
    geometry = manifold.geometry
    if alpha == 0.0 and isinstance(geometry, QuickGeometry) and geometry.acceleration is not None:
        return geometry.acceleration
    spray = spray_of(manifold, alpha)

    def acceleration(theta: Floats, v: Floats) -> tuple[Floats, Floats, Ints | None]:
        inside = manifold.margin(theta.T) > 0
        whole = bool(inside.all())
        if not whole:
            theta = np.where(inside, theta, np.array(manifold.interior, theta.dtype)[:, None])
        g11, g12, g22, u1, u2, det = spray(theta.T, v.T)
        singular = det <= SINGULAR * g11 * g22
        wrong = None
        if not whole or singular.any():
            wrong = np.where(inside, np.where(singular, ILL, OK), LEFT).astype(np.int32)
            possible = wrong == OK
            u1, u2 = np.where(possible, u1, 0.0), np.where(possible, u2, 0.0)
            det = np.where(possible, det, 1.0).astype(det.dtype)
        found, metric = np.empty_like(v), np.empty((3, len(det)), det.dtype)
        found[0], found[1] = g12 * u2 - g22 * u1, g12 * u1 - g11 * u2
        found /= det
        metric[0], metric[1], metric[2] = g11, g12, g22
        return found, metric, wrong

    return acceleration
