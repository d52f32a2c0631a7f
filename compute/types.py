"""Requests, results and statuses: everything that crosses from a caller to an engine and back.

Conventions (used in every module, in WGSL and in prose)
    θ = (θ¹, θ²) are a family's own coordinates, v = dθ/dt a velocity, w a tangent vector.
    g_ij is the Fisher metric E[∂_i l ∂_j l] with l = log p (natural logarithm): no factor ½ or 4.
    Lengths are in *nat-roots*: a small distance d and the divergence in nats obey KL ≈ d²/2.
    Γ_ij,k is of the first kind, Γ^k_ij of the second; arrays are indexed ``christoffel[k, i, j]``.
    T_ijk = E[∂_i l ∂_j l ∂_k l] is the Amari–Chentsov tensor, ``cubic[i, j, k]``.
    K is the Gaussian curvature, +1/R² on a sphere of radius R.  Angles are in radians.
    Arrays are ``(..., 2)``; n counts paths of a batch, m the nodes of a path.
Wrong use raises ValueError with the value; numerical failure is a Status in the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compute.refusal import shown

if TYPE_CHECKING:
    from compute.charts import Chart
    from compute.manifold import Manifold

Floats = NDArray[np.floating]
Ints = NDArray[np.int32]


class Status(IntEnum):
    """Why a result is, or is not, what was asked for.  The integers are shared with the kernels."""

    OK = 0
    LEFT_DOMAIN = 1
    NOT_CONVERGED = 2
    ILL_CONDITIONED = 3
    CONJUGATE_POINT = 4
    NOT_RESOLVED = 5
    NOT_SHORTEST = 6
    NOT_VERIFIED = 7

    @property
    def arrived(self) -> bool:
        """Whether it is that of a geodesic from one end to the other, the shortest or not."""
        return self in (Status.OK, Status.CONJUGATE_POINT, Status.NOT_SHORTEST)

    @property
    def words(self) -> str:
        """The status as a sentence for a status bar."""
        return _WORDS[self]


_WORDS = {
    Status.OK: "converged",
    Status.LEFT_DOMAIN: "stopped at the edge of the model's domain",
    Status.NOT_CONVERGED: "not converged: the curve is not a geodesic to the end point",
    Status.ILL_CONDITIONED: "the metric is nearly singular or undefined here: few digits hold",
    Status.NOT_RESOLVED: "no metric is known here: the density is invalid or is not resolved",
    Status.NOT_SHORTEST: "a geodesic, but not the shortest one: it is longer than √Jeffreys",
    Status.NOT_VERIFIED: "a rough value that nothing has verified",
    Status.CONJUGATE_POINT: "passes a conjugate point: a geodesic, but not the shortest one",
}


@dataclass(frozen=True)
class Extent:
    """A rectangle of chart coordinates: x0 < x1 along the first axis, y0 < y1 along the second."""

    x0: float
    x1: float
    y0: float
    y1: float

    def __post_init__(self) -> None:
        corners = (self.x0, self.x1, self.y0, self.y1)
        if not all(np.isfinite(corners)) or self.x0 >= self.x1 or self.y0 >= self.y1:
            raise ValueError(f"extent must be finite with x0 < x1 and y0 < y1, got {corners}")

    def with_aspect(self, width: float, height: float) -> Extent:
        """The least rectangle about the same middle that contains this one and whose sides are as
        ``width`` to ``height``.
        """
        across, up = self.x1 - self.x0, self.y1 - self.y0
        unit = max(across / width, up / height)
        dx, dy = (unit * width - across) / 2, (unit * height - up) / 2
        return Extent(self.x0 - dx, self.x1 + dx, self.y0 - dy, self.y1 + dy)

    def grown(self, share: float) -> Extent:
        """The rectangle with a border of a share of its sides."""
        dx, dy = share * (self.x1 - self.x0), share * (self.y1 - self.y0)
        return Extent(self.x0 - dx, self.x1 + dx, self.y0 - dy, self.y1 + dy)


def points(name: str, value: ArrayLike, ndim: int = 2) -> Floats:
    """``value`` as a finite float array of ``ndim`` axes whose last has length 2, or ValueError."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be numbers, got {shown(value)}") from None
    if array.ndim != ndim or array.shape[-1] != 2:
        wanted = ", ".join([*"nmk"[: ndim - 1], "2"])
        raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array).all(axis=-1)][0]
        raise ValueError(f"{name} must be finite, got {bad.tolist()}")
    return array


def points_of(manifold: Manifold, name: str, value: ArrayLike, ndim: int = 2) -> Floats:
    """As `points`, and every point inside the manifold's domain."""
    array = points(name, value, ndim)
    inside = manifold.in_domain(array)
    if not inside.all():
        bad = tuple(array[~inside][0].tolist())
        raise ValueError(f"{name} must lie in {manifold.domain} of {manifold.name}, got {bad}")
    return array


def alpha_of(value: float) -> float:
    """α of the Amari connection Γ^(α), as a finite float in [−1, 1], or ValueError."""
    if not -1.0 <= float(value) <= 1.0:
        raise ValueError(f"alpha must lie in [-1, 1], got {shown(value)}")
    return float(value)


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
    Where the status is ILL_CONDITIONED, christoffel and curvature are NaN.  In float32 christoffel is
    uncertain by a share of some 1e-6 g₁₁g₂₂/D of its largest component (at most 1e-5 measured), which
    is all of it near a singular point: use the reference there.
    """

    metric: Floats
    christoffel: Floats
    cubic: Floats
    det: Floats
    curvature: Floats
    status: Ints
    engine: str


@dataclass(frozen=True, eq=False)
class ShootRequest:
    """Initial-value problem: geodesics of Γ^(α) from ``theta (n, 2)`` with ``velocity (n, 2)``.

    Over unit time, in ``steps`` equal steps, every node kept.
    """

    manifold: Manifold
    theta: Floats
    velocity: Floats
    alpha: float = 0.0
    steps: int = 128

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", points_of(self.manifold, "theta", self.theta))
        object.__setattr__(self, "velocity", points("velocity", self.velocity))
        object.__setattr__(self, "alpha", alpha_of(self.alpha))
        same_length(theta=self.theta, velocity=self.velocity)
        positive_steps(self.steps)


@dataclass(frozen=True, eq=False)
class ConnectRequest:
    """Boundary-value problem: geodesics of Γ^(α) from ``start (n, 2)`` to ``end (n, 2)``."""

    manifold: Manifold
    start: Floats
    end: Floats
    alpha: float = 0.0
    steps: int = 128

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", points_of(self.manifold, "start", self.start))
        object.__setattr__(self, "end", points_of(self.manifold, "end", self.end))
        object.__setattr__(self, "alpha", alpha_of(self.alpha))
        same_length(start=self.start, end=self.end)
        positive_steps(self.steps)


@dataclass(frozen=True, eq=False)
class Paths:
    """n curves with m nodes each, and how far each can be trusted.

    t (m,) in [0, 1]; theta, velocity (n, m, 2), NaN after a curve has stopped; nodes (n,) how many
    nodes are valid; reached (n,) the time at which each curve ended, 1 unless it stopped; stop
    (n, 2) where it ended; length (n,) ∫√g(v,v)dt and energy (n,) ∫g(v,v)dt up to there;
    residual (n,) the Fisher length of the miss at the end point (0 for an initial-value problem,
    where there is none; NaN where g is singular there); error (n,) the largest relative drift
    |g(v,v)/g(v₀,v₀) − 1|, which an exact Levi-Civita geodesic keeps at 0 (for α ≠ 0, where g(v,v) is
    not kept, 0); status (n,); engine that computed it.
    """

    t: Floats
    theta: Floats
    velocity: Floats
    nodes: Ints
    reached: Floats
    stop: Floats
    length: Floats
    energy: Floats
    residual: Floats
    error: Floats
    status: Ints
    engine: str


@dataclass(frozen=True, eq=False)
class TransportRequest:
    """Parallel transport of ``vectors (n, 2)`` by Γ^(α) along curves given by their nodes.

    theta, velocity (n, m, 2) at equidistant times in [0, 1]; between nodes the curve is the cubic
    Hermite interpolant.  Nodes after a curve's first NaN are ignored, status LEFT_DOMAIN.
    """

    manifold: Manifold
    theta: Floats
    velocity: Floats
    vectors: Floats
    alpha: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", np.asarray(self.theta, dtype=np.float64))
        object.__setattr__(self, "velocity", np.asarray(self.velocity, dtype=np.float64))
        object.__setattr__(self, "vectors", points("vectors", self.vectors))
        object.__setattr__(self, "alpha", alpha_of(self.alpha))
        if self.theta.ndim != 3 or self.theta.shape[1] < 2 or self.theta.shape[2] != 2:
            raise ValueError(f"theta must have shape (n, m ≥ 2, 2), got {self.theta.shape}")
        if self.velocity.shape != self.theta.shape:
            raise ValueError(
                f"velocity must match theta {self.theta.shape}, got {self.velocity.shape}"
            )
        same_length(theta=self.theta, vectors=self.vectors)


@dataclass(frozen=True, eq=False)
class Transport:
    """Vectors carried along n curves of m nodes.

    vectors (n, m, 2); operators (n, m, 2, 2) the map from the first node to each; angle (n, m) the
    unwrapped rotation −∫ω in the frame e₁ = ∂₁/√g₁₁ (only for α = 0, else NaN); drift (n,) the
    largest relative change of g(w,w) (α = 0, else 0); status (n,).
    """

    vectors: Floats
    operators: Floats
    angle: Floats
    drift: Floats
    status: Ints
    engine: str


@dataclass(frozen=True, eq=False)
class FieldRequest:
    """The scalar ``scalar`` on a grid of ``shape`` (rows, columns) over ``extent`` of ``chart``.

    Samples sit at cell centres; row 0 is at the lowest second coordinate.  ``index`` chooses the
    outcome for scalars that need one (a token's probability).
    """

    manifold: Manifold
    chart: Chart
    scalar: str
    extent: Extent
    shape: tuple[int, int]
    index: int = 0

    def __post_init__(self) -> None:
        if self.scalar not in self.manifold.scalars:
            known = ", ".join(self.manifold.scalars)
            raise ValueError(f"scalar must be one of {known}, got {shown(self.scalar)}")
        if min(self.shape) < 1 or max(self.shape) > 8192:
            raise ValueError(f"shape must be between 1 and 8192 a side, got {self.shape}")


@dataclass(frozen=True, eq=False)
class Field:
    """values (rows, columns), NaN where the status (rows, columns) is neither OK nor NOT_VERIFIED;
    row 0 lowest.  gaps (rows, columns): why a distance map has no value, as a `map_gaps.Gap`.
    """

    values: Floats
    status: Ints
    extent: Extent
    engine: str
    gaps: Ints | None = None


class Effort(Enum):
    """How a distance map is made: along geodesics; by grids alone, without what these leave in doubt,
    until a better map replaces it; or by grids with every value, for what only follows their slope.
    """

    GEODESICS = 0
    GRIDS = 1
    SLOPES = 2


@dataclass(frozen=True, eq=False)
class DistanceRequest:
    """The Fisher–Rao distance d(source, ·) on a grid of ``shape`` over ``extent`` of ``chart``.

    Cells as in `FieldRequest`; ``source`` (2,) must lie in the rectangle.  Paths may leave it.
    ``effort``: without geodesics a value is NOT_VERIFIED, unless two bounds enclose it.
    """

    manifold: Manifold
    chart: Chart
    source: Floats
    extent: Extent
    shape: tuple[int, int]
    effort: Effort = Effort.GEODESICS

    def __post_init__(self) -> None:
        source = points_of(self.manifold, "source", self.source, 1)
        object.__setattr__(self, "source", source)
        if min(self.shape) < 4 or max(self.shape) > 4096:
            raise ValueError(f"shape must be between 4 and 4096 a side, got {self.shape}")
        x, y = self.chart.forward(source)
        e = self.extent
        if not (e.x0 <= x <= e.x1 and e.y0 <= y <= e.y1):
            raise ValueError(
                f"source must lie in the extent, got {source.tolist()} at ({x:g}, {y:g})"
            )


Request = (
    GeometryRequest
    | ShootRequest
    | ConnectRequest
    | TransportRequest
    | FieldRequest
    | DistanceRequest
)
Result = Geometry | Paths | Transport | Field


def same_length(**arrays: Floats) -> None:
    """ValueError unless all arrays have the same first axis."""
    sizes = {name: len(array) for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"arrays must have the same number of rows, got {sizes}")


def positive_steps(steps: int) -> None:
    """ValueError unless ``steps`` is an integer in [2, 65536]."""
    if not isinstance(steps, int) or not 2 <= steps <= 65536:
        raise ValueError(f"steps must be an integer from 2 to 65536, got {shown(steps)}")
