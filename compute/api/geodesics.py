"""Names for scripts and notebooks, thin over the requests.

>>> manifold = compute.family("gaussian")
>>> path = compute.AttentionGeodesic(manifold).compute_path((0, 1), (2, 1.5))
>>> path.length
1.638805…
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, points
from compute.core.pictured import Pictured
from compute.core.refusal import shown
from compute.core.status import Status
from compute.curves import distance_bounds
from compute.engine.opening import engine_of
from compute.geodesics import shooting
from compute.manifold.manifold import Manifold
from compute.requests import batch
from compute.requests.checks import alpha_of, points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest
from compute.requests.transport import TransportRequest
from compute.studies import jacobi_fields
from compute.studies.geodesic_fan import all_geodesics
from compute.studies.retry import second_try

# relative differences below which two lengths are equal, by engine
SHORTER = {"reference": 1e-6, "gpu": 1e-3}


@dataclass(frozen=True, eq=False)
class Path(Pictured):
    """One geodesic: t (n,), theta and velocity (n, 2), length, energy and certificate.

    residual: Fisher length by which the end point is missed; error: relative drift of g(v, v), of a
    ray at least an estimate of its error as a share of the length, NaN if unknown; status: success, or
    the reason for failure; morse_index: number of conjugate points passed.  A path that stopped early
    has fewer nodes, and t ends below 1.  shortest: False if a closed form, a bound or another geodesic
    of `all_paths` shows that a shorter path exists; None if nothing is
    known.  shorter_length: the length of a known shorter path, or an upper bound of it.  manifold,
    alpha: those of the geodesic, None if it was made without.
    """

    t: Floats
    theta: Floats
    velocity: Floats
    length: float
    energy: float
    residual: float
    error: float
    status: Status
    morse_index: int
    engine: str
    shortest: bool | None = None
    shorter_length: float | None = None
    manifold: Manifold | None = field(default=None, repr=False)
    alpha: float = field(default=0.0, repr=False)

    def facts(self) -> dict[str, str]:
        """Return length, energy, status and certificate in words."""
        named = (
            "Fisher–Rao length"
            if self.alpha == 0.0
            else f"Length of the α-geodesic, α = {self.alpha:g}"
        )
        return {
            named: f"{self.length:.10g}",
            "Energy": f"{self.energy:.10g}",
            "Status": self.status.words,
            "Misses its end by": f"{self.residual:.2g}",
            "Relative error": f"{self.error:.2g}" if np.isfinite(self.error) else "unknown",
            "Engine": self.engine,
        }

    def formula(self) -> str:
        """Return the length with its status in LaTeX."""
        return rf"L = {self.length:.10g}\quad\text{{({self.status.name})}}"


def split(
    paths: Paths, index: np.ndarray, manifold: Manifold | None = None, alpha: float = 0.0
) -> list[Path]:
    """Return the curves of a batch, each with only its valid nodes."""
    return [
        Path(
            t=paths.t[: paths.nodes[i]],
            theta=paths.theta[i, : paths.nodes[i]],
            velocity=paths.velocity[i, : paths.nodes[i]],
            length=float(paths.length[i]),
            energy=float(paths.energy[i]),
            residual=float(paths.residual[i]),
            error=float(paths.error[i]),
            status=Status(int(paths.status[i])),
            morse_index=int(index[i]),
            engine=paths.engine,
            manifold=manifold,
            alpha=alpha,
        )
        for i in range(len(paths.status))
    ]


class AttentionGeodesic:
    """Geodesics θ''^k + Γ^(α)k_ij θ'^i θ'^j = 0 of the α-connection Γ^(α)_ij,k = Γ_ij,k − (α/2) T_ijk.

    α from −1 to 1 (0: Levi-Civita, of the Fisher metric; 1: exponential; −1: mixture).  ``engine``:
    default `open_engine`(); ``steps``: steps per path, which has steps + 1 nodes.  Points are in
    the family's own parameters θ.  Raises ValueError for points outside the domain.

    Boundary values: a polygon of least energy, then Newton's method on the initial velocity.
    Initial values: Runge–Kutta of order 8 in float64 (reference) or of order 4 in float32 (GPU),
    with metric and connection evaluated at every stage.  Amari and Nagaoka, Methods of Information
    Geometry (2000), ch. 2–3.

    Normals with σ = 1 whose means differ by 2 have distance √2 arcosh 2:

    >>> import compute
    >>> engine = compute.open_engine("reference")
    >>> geodesic = AttentionGeodesic(compute.family("gaussian"), engine=engine)
    >>> geodesic.fisher_rao_metric([0.0, 2.0]).tolist()
    [[0.25, 0.0], [0.0, 0.5]]
    >>> path = geodesic.compute_path([-1.0, 1.0], [1.0, 1.0])
    >>> print(f"{path.length:.8f} {path.status.name}")
    1.86245972 OK
    """

    def __init__(
        self, manifold: Manifold, alpha: float = 0.0, engine: Engine | None = None, steps: int = 128
    ) -> None:
        self.manifold = manifold
        self.alpha = alpha_of(alpha)
        self.engine = engine_of(engine)
        # one geodesic alone is as quick in float64
        self.single = engine_of(engine, "reference")
        self.steps = steps

    def fisher_rao_metric(self, theta: ArrayLike) -> Floats:
        """Return g_ij = E[∂_i l ∂_j l] (..., 2, 2) at theta (..., 2)."""
        return self._geometry(theta).metric.reshape(*np.shape(theta)[:-1], 2, 2)

    def christoffel_symbols(self, theta: ArrayLike) -> Floats:
        """Return Γ^k_ij of the Levi-Civita connection (..., 2, 2, 2), indexed [k, i, j], at theta
        (..., 2).
        """
        return self._geometry(theta).christoffel.reshape(*np.shape(theta)[:-1], 2, 2, 2)

    def _geometry(self, theta: ArrayLike) -> Geometry:
        flat = np.asarray(theta, dtype=np.float64)
        if flat.ndim < 1 or flat.shape[-1] != 2:
            raise ValueError(f"theta must have shape (..., 2), got {flat.shape}")
        return self.engine.geometry(GeometryRequest(self.manifold, flat.reshape(-1, 2)))

    def compute_path(self, start: ArrayLike, end: ArrayLike) -> Path:
        """Return the geodesic from start (2,) to end (2,) over t in [0, 1], in float64 unless an engine
        was given.  If it does not converge, a second attempt (`compute.studies.retry`) is made, with
        ``engine`` "reference".
        """
        ends = points("start", start, 1)[None], points("end", end, 1)[None]
        return self._joined(self.single, *ends, retry=True)[0]

    def compute_paths(self, starts: ArrayLike, ends: ArrayLike, retry: bool = False) -> list[Path]:
        """Return the geodesics between pairs of points, starts and ends (n, 2).

        ``retry``: make a second attempt, of some seconds each, for pairs that do not converge.
        """
        return self._joined(self.engine, starts, ends, retry)

    def _joined(
        self, engine: Engine, starts: ArrayLike, ends: ArrayLike, retry: bool
    ) -> list[Path]:
        # the request converts its arguments to arrays
        request = ConnectRequest(self.manifold, starts, ends, self.alpha, self.steps)  # type: ignore[arg-type]
        paths = engine.connect(request)
        return self._indexed(engine, second_try(engine, request, paths) if retry else paths)

    def _indexed(self, engine: Engine, paths: Paths) -> list[Path]:
        """Return the paths of a batch; for the Levi-Civita connection with their Morse indices."""
        if self.alpha != 0.0:
            return split(paths, np.zeros(len(paths.status), np.int32), self.manifold, self.alpha)
        index = jacobi_fields.morse_index(engine, self.manifold, paths)
        return [
            judged(self.manifold, path)
            for path in split(jacobi_fields.marked(paths, index), index, self.manifold)
        ]

    def all_paths(self, start: ArrayLike, end: ArrayLike, polish: bool = False) -> list[Path]:
        """Return all geodesics from start (2,) to end (2,) found by shooting in all directions,
        shortest first.

        Geodesics past a conjugate point have status CONJUGATE_POINT and their ``morse_index``.  If
        none is found, one path is returned, by a second attempt as in `compute_path`.  ``polish``:
        solve results of the GPU again in float64.
        """
        found = all_geodesics(
            self.engine,
            self.manifold,
            points_of(self.manifold, "start", start, 1),
            points_of(self.manifold, "end", end, 1),
            self.alpha,
            self.steps,
        )
        if found.status[0] != Status.OK:
            return [self.compute_path(start, end)]
        if polish and found.engine != "reference":
            found = self._polished(found, end)
        every = self._indexed(self.engine, found)
        return every if self.alpha != 0.0 else [compared(path, every) for path in every]

    def _polished(self, found: Paths, end: ArrayLike) -> Paths:
        """Return the paths of a batch, solved again in float64, without those that do not converge
        there.
        """
        n = len(found.status)
        stop = np.broadcast_to(np.asarray(end, np.float64), (n, 2))
        request = ConnectRequest(self.manifold, found.theta[:, 0], stop, self.alpha, self.steps)
        again = shooting.polished(request, found)
        good = again.status == Status.OK
        return batch.rows(again, good) if good.any() else found

    def distance_bounds(self, path: Path) -> tuple[float, float] | None:
        """Return a lower and an upper bound of the distance between the ends of a path of α = 0.

        For a softmax 2 arccos Σ√(pq) and √J; for a family that is a convex part of a complete, simply
        connected manifold with K ≤ 0, √(E − ∫|∇θ'|²dt/π²) and L of the curve, by quadrature with
        margins (`compute.curves.distance_bounds`).  None for other families, for α ≠ 0, and for a path
        that does not end at its second point.
        """
        if self.alpha != 0.0 or not path.status.arrived:
            return None
        if self.manifold.bounds is not None:
            low, high = self.manifold.bounds(path.theta[0], path.theta[-1])
            return float(low), float(high)
        return distance_bounds.of_nodes(self.manifold, path.t, path.theta, path.velocity)

    def shoot(self, start: ArrayLike, velocity: ArrayLike, length: float | None = None) -> Path:
        """Return the geodesic with θ(0) = start (2,) and θ'(0) = velocity (2,) over unit time.

        With ``length``, the velocity is scaled to that Fisher length first.
        """
        theta, v = points("start", start, 1), points("velocity", velocity, 1)
        if length is not None:
            v = v * scale_to(self, theta, v, length)
        paths = self.engine.shoot(
            ShootRequest(self.manifold, theta[None], v[None], self.alpha, self.steps)
        )
        index = np.zeros(1, np.int32)
        if self.alpha == 0.0:
            index = jacobi_fields.morse_index(self.engine, self.manifold, paths)
        return split(paths, index, self.manifold, self.alpha)[0]


def judged(manifold: Manifold, path: Path) -> Path:
    """Return ``path``, a Levi-Civita geodesic between its ends, with ``shortest`` set where that is
    known.
    """
    if not path.status.arrived:
        return path
    slack, ends = 1 + SHORTER[path.engine], (path.theta[0], path.theta[-1])
    if manifold.distance is not None:
        least = float(manifold.distance(*ends))
        longer = path.length > slack * least
        return replace(path, shortest=not longer, shorter_length=least if longer else None)
    if manifold.revolution is not None:
        return replace(path, shortest=True)
    if manifold.bounds is not None:
        most = float(manifold.bounds(*ends)[1])
        if path.length > slack * most:
            return replace(path, shortest=False, shorter_length=most)
    past = path.morse_index > 0 or path.status == Status.NOT_SHORTEST
    return replace(path, shortest=False) if past else path


def compared(path: Path, others: list[Path]) -> Path:
    """Return ``path`` with ``shortest`` set by comparison with other geodesics between the same
    points.
    """
    if path.shortest is False and path.shorter_length is not None:
        return path
    least = min((p.length for p in others if p.status.arrived), default=np.inf)
    longer = path.length > (1 + SHORTER[path.engine]) * least
    if longer:
        return replace(path, shortest=False, shorter_length=least)
    return replace(path, shortest=path.morse_index == 0 and path.shortest is not False)


def scale_to(geodesic: AttentionGeodesic, theta: Floats, v: Floats, length: float) -> float:
    """Return the factor that gives v (2,) at theta the Fisher length ``length``."""
    if not np.isfinite(length) or length <= 0:
        raise ValueError(f"length must be positive and finite, got {shown(length)}")
    norm = float(np.sqrt(v @ geodesic.fisher_rao_metric(theta) @ v))
    if norm == 0.0:
        raise ValueError(f"velocity must not be zero when a length is given, got {v.tolist()}")
    return length / norm


class TileTransport:
    """Parallel transport v'^k + Γ^(α)k_ij θ'^i v^j = 0, composed from segments ("tiles") of a path.

    α from −1 to 1.  Transport with α = 0 preserves lengths and angles; transporting one vector with
    α and another with −α preserves their inner product.

    >>> import compute
    >>> manifold, engine = compute.family("gaussian"), compute.open_engine("reference")
    >>> path = AttentionGeodesic(manifold, engine=engine).compute_path([-1.0, 1.0], [1.0, 1.0])
    >>> carried = TileTransport(manifold, engine=engine).transport_attention(path.velocity[0], path)
    >>> bool(abs(carried[-1] - path.velocity[-1]).max() < 1e-8)  # a geodesic carries its own velocity
    True
    """

    def __init__(
        self, manifold: Manifold, alpha: float = 0.0, engine: Engine | None = None
    ) -> None:
        self.manifold = manifold
        self.alpha = alpha_of(alpha)
        self.engine = engine_of(engine)

    def transport_attention(self, vector: ArrayLike, path: Path) -> Floats:
        """Carry ``vector`` (2,) along ``path``; return its components (n, 2) at the path's nodes."""
        operators = self.operators(path)
        carried: Floats = operators @ points("vector", vector, 1)
        return carried

    def operators(self, path: Path) -> Floats:
        """Return the maps (n, 2, 2) from the tangent space at the first node to that at each node."""
        if len(path.theta) == 1:  # it stopped where it began
            return np.eye(2)[None]
        # nodes are equidistant in t, but a path that stopped covers less than unit time
        velocity = path.velocity * path.t[-1]
        request = TransportRequest(
            self.manifold, path.theta[None], velocity[None], np.zeros((1, 2)), self.alpha
        )
        operators: Floats = self.engine.transport(request).operators[0]
        return operators
