"""The local geometry at points: a request, and its result."""

from __future__ import annotations

from dataclasses import dataclass

from compute.core.arrays import Floats, Ints
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of


@dataclass(frozen=True, eq=False)
class GeometryRequest:
    """The local geometry at ``theta (n, 2)``."""

    manifold: Manifold
    theta: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", points_of(self.manifold, "theta", self.theta))


@dataclass(frozen=True, eq=False)
class Geometry:
    """Local geometry at n points.

    metric (n, 2, 2) g_ij; christoffel (n, 2, 2, 2) Γ^k_ij of the Levi-Civita connection, second
    kind, indexed [k, i, j]; cubic (n, 2, 2, 2) T_ijk; det (n,); curvature (n,) K; status (n,).
    Where the status is ILL_CONDITIONED, christoffel and curvature are NaN.  In float32 the relative
    error of christoffel is about 1e-6 g₁₁g₂₂/D of its largest component (at most 1e-5 of that
    measured); near a singular point no digits remain: use the reference there.
    """

    metric: Floats
    christoffel: Floats
    cubic: Floats
    det: Floats
    curvature: Floats
    status: Ints
    engine: str
