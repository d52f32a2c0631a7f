"""The statistical manifold, and what follows from it alone.

A family supplies `LocalGeometry` in packed components; every geometric operation here and in the
algorithms is generic over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compute.charts import Chart
from compute.types import Extent, Floats

if TYPE_CHECKING:
    from compute.averages import Averages
    from compute.revolution import Revolution

Bools = NDArray[np.bool_]

# Levi-Civita arithmetic loses its digits when D/(g₁₁g₂₂), which is invariant under scaling of the
# coordinates, falls to this: curves stop there and the status says ILL_CONDITIONED.
SINGULAR = 1e-6
# Below this the status warns, the curve goes on (condition number 1e4 of the scaled metric).
NEARLY_SINGULAR = 1e-4


@dataclass(frozen=True, eq=False)
class LocalGeometry:
    """Packed components at points (...,), the twin of the kernels' ``Geometry``.

    metric (..., 3): g₁₁ g₁₂ g₂₂; first (..., 2, 3): Γ_11,k Γ_12,k Γ_22,k for k = 1, 2;
    cubic (..., 4): T₁₁₁ T₁₁₂ T₁₂₂ T₂₂₂; det (...,): D = det g, in a form free of cancellation.
    """

    metric: Floats
    first: Floats
    cubic: Floats
    det: Floats


@dataclass(frozen=True, eq=False)
class Support:
    """Where the distributions live, for drawing them.

    ``x (k,)`` sample points of a density, or the indices of outcomes when ``labels`` names them.
    ``space``: the whole sample space, "line", "half-line" (x > 0), "interval" (0, 1), "circle", "two
    half-lines", "outcomes", "measurements" (several distributions of one state) or "none"; ``ends``
    of it where these are others.
    """

    x: Floats
    labels: tuple[str, ...] = ()
    title: str = "x"
    space: str = "line"
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Named points to draw and to snap to: theta (k, 2), labels (k,), residual (k,).

    residual: how far, relative to the spread, the thing itself lies off the surface (0 = on it).
    own (k,): whether the surface is that point's own, None: of all.  The query of a token whose mask
    is another one lies on another surface; ``mask_of`` names whose mask this one has, "" for all.
    """

    theta: Floats
    labels: tuple[str, ...]
    residual: Floats
    own: NDArray[np.bool_] | None = None
    mask_of: str = ""

    def is_own(self, number: int) -> bool:
        """Whether the surface is that of a point."""
        return self.own is None or bool(self.own[number])


@dataclass(frozen=True, eq=False)
class Slot:
    """The content of the kernels' family slot: WGSL text and the data it reads.

    ``buffers`` (n ≤ 4096, 4) are read by their names as arrays of vec4f, ``constants`` as members of
    ``family``; neither is compiled in.  ``loops`` is how many loop iterations one call of
    ``geometry`` usually costs (0 for a formula); at most it may take twice as many.  ``long``: its
    text takes so long to compile that kernels evaluate it at one place of theirs, in a loop.
    """

    source: str
    buffers: Mapping[str, Floats] = field(default_factory=dict)
    constants: Mapping[str, float | int] = field(default_factory=dict)
    loops: int = 0
    long: bool = False


@dataclass(frozen=True, eq=False)
class Manifold:
    """A two-parameter family of distributions with its Fisher–Rao geometry.

    Functions take θ (..., 2).  ``geometry`` and ``curvature`` are defined inside the domain only;
    ``margin`` is defined everywhere finite, positive inside the domain and nowhere else; near an
    edge it measures the distance to it in coordinates.  ``density(theta, x)`` broadcasts θ (..., 2)
    against the support (k,) and gives (..., k); ``support(theta)`` is what shows the distributions
    at (k, 2).  ``distance`` is the closed form, or None; ``bounds`` gives a lower and an upper bound
    of it, or is None.  Closed forms at two points, or None: ``divergence`` KL(θ‖φ) in nats,
    ``wasserstein`` W₂ in units of x.  ``log_density(theta, x)`` is the logarithm of ``density``, finite
    where that underflows, or None where there is no density in x.  ``periods``: points that differ by
    these are one point (0: no period).  ``logits``: T (n, 2) and b (n,) of a softmax family, whose
    p = softmax(b + Tθ), else None.  ``averages``: of a family by its log-density on a line, what its
    geometry is averaged by, which knows where it is not resolved; else None.
    ``singular``: g is singular everywhere, which ``curvature_words`` explains.  ``revolution``: a
    symmetry by which geodesics are a quadrature, or None.  ``wall``: changes its sign where g is
    singular along a line, and no geodesic leads from one side to the other; or None.
    """

    key: str
    name: str
    title: str
    coordinates: tuple[str, str]
    domain: str
    line_element: str
    margin: Callable[[Floats], Floats]
    geometry: Callable[[Floats], LocalGeometry]
    curvature: Callable[[Floats], Floats]
    scalar: Callable[[str, Floats, int], Floats]
    scalars: tuple[str, ...]
    density: Callable[[Floats, Floats], Floats]
    support: Callable[[Floats], Support]
    charts: tuple[Chart, ...]
    slot: Slot
    interior: tuple[float, float]
    view: Extent
    pins: tuple[tuple[float, float], tuple[float, float]]
    curvature_words: str = "varies"
    landmarks: Landmarks | None = None
    distance: Callable[[Floats, Floats], Floats] | None = None
    bounds: Callable[[Floats, Floats], tuple[Floats, Floats]] | None = None
    divergence: Callable[[Floats, Floats], Floats] | None = None
    wasserstein: Callable[[Floats, Floats], Floats] | None = None
    log_density: Callable[[Floats, Floats], Floats] | None = None
    periods: tuple[float, float] = (0.0, 0.0)
    logits: tuple[Floats, Floats] | None = None
    singular: bool = False
    averages: Averages | None = None
    revolution: Revolution | None = None
    wall: Callable[[Floats], Floats] | None = None

    def in_domain(self, theta: Floats) -> Bools:
        """Whether each θ (..., 2) lies inside the domain."""
        inside: Bools = self.margin(theta) > 0
        return inside


# --- what follows from the metric alone ------------------------------------------------------
GENERIC_SCALARS = ("curvature", "log_det", "log_condition")


def inner(metric: Floats, v: Floats, w: Floats) -> Floats:
    """g(v, w) from packed metric (..., 3) and vectors (..., 2)."""
    cross = v[..., 0] * w[..., 1] + v[..., 1] * w[..., 0]
    return (
        metric[..., 0] * v[..., 0] * w[..., 0]
        + metric[..., 1] * cross
        + metric[..., 2] * v[..., 1] * w[..., 1]
    )


def norm(metric: Floats, v: Floats) -> Floats:
    """√g(v, v) (...,) from packed metric (..., 3)."""
    length: Floats = np.sqrt(np.maximum(inner(metric, v, v), 0.0))
    return length


def raised(local: LocalGeometry, covector: Floats) -> Floats:
    """g^{kl} u_l from packed metric and covector (..., 2).  Needs det > 0."""
    u1, u2 = covector[..., 0], covector[..., 1]
    g11, g12, g22 = (local.metric[..., i] for i in range(3))
    return np.stack([g22 * u1 - g12 * u2, g11 * u2 - g12 * u1], axis=-1) / local.det[..., None]


def connection_first(local: LocalGeometry, alpha: float) -> Floats:
    """Γ^(α)_ij,k = Γ_ij,k − (α/2) T_ijk, packed (..., 2, 3) as ``first``."""
    if alpha == 0.0:
        return local.first
    t111, t112, t122, t222 = (local.cubic[..., i] for i in range(4))
    rows = np.stack([t111, t112, t122, t112, t122, t222], axis=-1)
    return local.first - 0.5 * alpha * rows.reshape(*rows.shape[:-1], 2, 3)


def contracted(first: Floats, v: Floats, w: Floats) -> Floats:
    """Γ_ij,k v^i w^j (..., 2) from packed symbols of the first kind."""
    pairs = np.stack(
        [
            v[..., 0] * w[..., 0],
            v[..., 0] * w[..., 1] + v[..., 1] * w[..., 0],
            v[..., 1] * w[..., 1],
        ],
        axis=-1,
    )
    total: Floats = (first * pairs[..., None, :]).sum(axis=-1)
    return total


def solve2(matrix: Floats, vector: Floats) -> Floats:
    """M⁻¹u for 2×2 matrices (n, 2, 2); zero where M is singular."""
    a, b, c, d = (matrix[:, i, j] for i in range(2) for j in range(2))
    det = a * d - b * c
    safe = np.where(det == 0, 1.0, det)
    x = np.stack(
        [d * vector[:, 0] - b * vector[:, 1], a * vector[:, 1] - c * vector[:, 0]], axis=-1
    )
    solution: Floats = np.where((det == 0)[:, None], 0.0, x / safe[:, None])
    return solution


def is_singular(local: LocalGeometry, threshold: float = SINGULAR) -> Bools:
    """Whether D ≤ threshold · g₁₁g₂₂: too nearly degenerate to compute with."""
    singular: Bools = local.det <= threshold * local.metric[..., 0] * local.metric[..., 2]
    return singular


def regular(local: LocalGeometry) -> LocalGeometry:
    """``local`` with D = 1 where the metric is singular, so that what divides by it is a number."""
    det = np.where(is_singular(local), 1.0, local.det).astype(local.det.dtype)
    return LocalGeometry(local.metric, local.first, local.cubic, det)


def inside_only(manifold: Manifold, theta: Floats) -> tuple[Floats, Bools]:
    """θ with every point outside the domain replaced by an interior one, and which were inside."""
    inside = manifold.in_domain(theta)
    return np.where(inside[..., None], theta, np.asarray(manifold.interior, theta.dtype)), inside


def known_inside(manifold: Manifold, theta: Floats) -> Bools:
    """Whether θ (..., 2), of which some may be NaN, lies inside the domain."""
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    safe = np.where(known[..., None], theta, np.asarray(manifold.interior))
    return np.asarray(known & manifold.in_domain(safe))
