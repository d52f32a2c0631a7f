"""Geodesics in the whole query space R^d of one head, not only on a plane of it.

With keys k̂_j = k_j/(τ√d), p = softmax(K̂q) and c_j = k̂_j − Σp k̂ the metric is g = Σ_j p_j c_j c_jᵀ and a
geodesic obeys q'' = −½ g⁺ Σ_j p_j c_j ⟨c_j, q'⟩²: no Γ of d³ entries is ever formed.  Directions
orthogonal to all centred keys change nothing (gauge) and are removed.  If the keys are affinely
independent the space is an open orthant of the sphere of radius 2, and geodesics are great circles.
In other cases the geodesic is a polygon of least energy (`sphere_polygon`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from compute.core import sphere
from compute.core.arrays import Floats, matrix, vector
from compute.core.refusal import shown
from compute.core.sphere import log_softmax, softmax
from compute.core.status import Status
from compute.geodesics import sphere_polygon

# singular values of the centred keys below this share of the first are gauge
RANK = 1e-6
# segments of a polygon
SEGMENTS = 64
# largest relative change of the polygon's length when the number of segments is doubled
REFINED = 1e-3
# largest relative change of the speed of a ray
DRIFTED = 1e-3


@dataclass(frozen=True, eq=False)
class QueryPath:
    """A geodesic between two queries.

    queries (m, d) at equal times; rows (m, n); length: Fisher length; error: its error, estimated with
    half as many segments; exact: whether it is the closed form; converged: the energy no longer
    decreases and the error is small; status: NOT_CONVERGED otherwise, or ILL_CONDITIONED if precision
    was exhausted: then queries, rows and length are NaN.
    """

    queries: Floats
    rows: Floats
    length: float
    error: float
    exact: bool
    converged: bool
    status: Status = Status.OK


@dataclass(frozen=True, eq=False)
class QueryRay:
    """A geodesic from a query; unpacks into queries and velocities (m, d).

    drift: the largest relative change of its speed.  status: ILL_CONDITIONED if the metric numerically
    lost rank (NaN from there on), or the speed changes by more than a thousandth.
    """

    queries: Floats
    velocities: Floats
    drift: float
    status: Status

    def __iter__(self) -> Iterator[Floats]:
        return iter((self.queries, self.velocities))

    def __getitem__(self, which: int) -> Floats:
        return (self.queries, self.velocities)[which]


class QuerySpace:
    """The query space of keys K (n, d) at a temperature τ; ``bias (n,)`` is added to the logits."""

    def __init__(
        self, K: ArrayLike, temperature: float = 1.0, bias: ArrayLike | None = None
    ) -> None:
        keys = matrix("K", K)
        if not (np.isfinite(temperature) and temperature > 0):
            raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")
        if len(keys) < 2:
            raise ValueError(f"K must have at least two keys, got shape {keys.shape}")
        self.keys = keys / (temperature * np.sqrt(keys.shape[1]))
        _, sizes, rows = np.linalg.svd(self.keys - self.keys.mean(axis=0), full_matrices=False)
        self._basis = rows[sizes > RANK * max(float(sizes[0]), 1e-300)]
        if len(self._basis) == 0:
            raise ValueError(
                "K must contain different keys: for equal keys the metric vanishes everywhere"
            )
        self._reduced = self.keys @ self._basis.T
        self._bias = np.zeros(len(keys)) if bias is None else vector("bias", bias, len(keys))

    @property
    def rank(self) -> int:
        """The number of query directions that affect attention."""
        return len(self._basis)

    @property
    def is_sphere(self) -> bool:
        """Whether the keys are affinely independent: geodesics are then great circles."""
        return self.rank == len(self.keys) - 1

    def weights(self, q: ArrayLike) -> Floats:
        """Return p = softmax(K̂q) (..., n) of queries (..., d)."""
        return softmax(np.asarray(q, dtype=np.float64) @ self.keys.T + self._bias)

    def _log_weights(self, q: ArrayLike) -> Floats:
        """Return log p (n,) of a query (d,)."""
        return log_softmax(self.keys @ np.asarray(q, dtype=np.float64) + self._bias)

    def bounds(self, a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
        """Return the bounds 2 arccos Σ√(p_a p_b) ≤ d ≤ √J."""
        p, q = self.weights(a), self.weights(b)
        gap = np.asarray(b, np.float64) - np.asarray(a, np.float64)
        jeffreys = float(((q - p) @ self.keys) @ gap)
        return float(sphere.distance(p, q)), float(np.sqrt(max(jeffreys, 0.0)))

    def distance(self, a: ArrayLike, b: ArrayLike) -> float:
        """Return d = 2 arccos Σ√(p_a p_b), for affinely independent keys.  Raises ValueError
        otherwise.
        """
        if not self.is_sphere:
            raise ValueError(
                f"this closed form needs affinely independent keys: {len(self.keys)} keys span "
                f"{self.rank} dimensions"
            )
        return self.bounds(a, b)[0]

    def great_circle(self, a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
        """Return the geodesic (m, d) between queries (d,) at times t (m,) in [0, 1], without gauge
        components.
        """
        length = self.distance(a, b)
        times = np.asarray(t, dtype=np.float64)[:, None]
        angle = length / 2
        with np.errstate(divide="ignore"):  # at the ends one of them counts for nothing
            parts = [
                np.log(np.sin(share * angle)) + 0.5 * self._log_weights(q)
                for share, q in ((1 - times, a), (times, b))
            ]
        # z up to a factor, by its logarithm: very small weights would underflow
        logits = 2 * np.logaddexp(*parts) - self._bias
        centred = self._reduced - self._reduced.mean(axis=0)
        found = np.linalg.lstsq(
            centred, (logits - logits.mean(axis=1, keepdims=True)).T, rcond=None
        )[0]
        queries: Floats = found.T @ self._basis
        return queries

    def between(self, a: ArrayLike, b: ArrayLike, segments: int = SEGMENTS) -> QueryPath:
        """Return the geodesic between queries (d,) with an even number of ``segments`` of equal time.

        It is a great circle for affinely independent keys; otherwise the shortest polygon of least
        energy that the Gauss–Newton method finds from straight lines of queries and of mean keys and
        from the great circle.  That is a geodesic, but not always the shortest; ``converged`` is False
        if the iteration does not converge.  Gauge components are interpolated linearly.  Raises
        ValueError for wrong shapes, numbers that are not finite, or odd segments.
        """
        d = self.keys.shape[1]
        a, b = vector("a", a, d), vector("b", b, d)
        if segments < 2 or segments % 2:
            raise ValueError(f"segments must be even, 2 or more, got {shown(segments)}")
        t = np.linspace(0.0, 1.0, segments + 1)
        straight = a + t[:, None] * (b - a)
        gauge = straight - straight @ self._basis.T @ self._basis
        p, q = self.weights(a), self.weights(b)
        apart = float(np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2)))
        if self.is_sphere and apart > 1e-9:
            found = self.great_circle(a, b, t)
            length = self.distance(a, b)
            return QueryPath(found + gauge, self.weights(found), length, 0.0, True, True)
        rested = self._rested(straight @ self._basis.T, segments)
        if rested is None:
            lost, rows = np.full_like(straight, np.nan), np.full((len(t), len(self.keys)), np.nan)
            wrong = Status.ILL_CONDITIONED
            return QueryPath(lost, rows, np.nan, np.nan, False, False, wrong)
        y, length, error = rested.y, rested.length, rested.error
        fine = rested.still and error <= REFINED * max(length, 1e-9)
        status = Status.OK if fine else Status.NOT_CONVERGED
        return QueryPath(y @ self._basis + gauge, self._rows(y), length, error, False, fine, status)

    def _rested(self, straight: Floats, segments: int) -> sphere_polygon.Polygon | None:
        """Return the shortest polygon from several curves between the same ends; None if precision is
        exhausted.
        """
        starts = [straight]
        with np.errstate(all="ignore"):
            for bent in (sphere_polygon.great_circle, sphere_polygon.straight_mean):
                try:
                    curve = bent(self._reduced, self._bias, straight)
                except np.linalg.LinAlgError:
                    continue
                if np.isfinite(curve).all():
                    starts.append(curve)
            try:
                found = sphere_polygon.shortest(self._reduced, self._bias, starts, max(segments, 4))
            except np.linalg.LinAlgError:
                return None
        whole = np.isfinite(found.y).all() and np.isfinite(found.length)
        return replace(found, y=found.y[:: max(segments, 4) // segments]) if whole else None

    def _rows(self, y: Floats) -> Floats:
        """Return p (..., n) for queries (..., rank) in reduced coordinates."""
        return softmax(y @ self._reduced.T + self._bias)

    def shoot(self, q: ArrayLike, velocity: ArrayLike, steps: int = 256) -> QueryRay:
        """Return nodes and velocities (m, d) of the geodesic from q with q' = velocity (d,), over unit
        time.

        Uses classical Runge–Kutta, with a status on failure.  Gauge components of q are dropped; those
        of the velocity have no effect.
        """
        if not 2 <= steps <= 65536:
            raise ValueError(f"steps must be from 2 to 65536, got {shown(steps)}")
        d = self.keys.shape[1]
        y = np.concatenate([
            self._basis @ vector("q", q, d), self._basis @ vector("velocity", velocity, d)
        ])  # fmt: skip
        h, nodes = 1.0 / steps, [y]
        for _ in range(steps):
            k1 = self._rate(y)
            k2 = self._rate(y + h / 2 * k1)
            k3 = self._rate(y + h / 2 * k2)
            k4 = self._rate(y + h * k3)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            nodes.append(y)
        path = np.stack(nodes)
        queries, velocities = (
            part @ self._basis for part in (path[:, : self.rank], path[:, self.rank :])
        )
        known = np.isfinite(path).all(axis=1)
        speeds = np.array([
            self.speed(*pair) for pair in zip(queries[known], velocities[known], strict=True)
        ])  # fmt: skip
        drift = float(np.abs(speeds / max(float(speeds[0]), 1e-300) - 1.0).max())
        fine = bool(known.all()) and (drift <= DRIFTED or speeds[0] == 0.0)
        return QueryRay(queries, velocities, drift, Status.OK if fine else Status.ILL_CONDITIONED)

    def speed(self, q: ArrayLike, velocity: ArrayLike) -> float:
        """Return √g(v, v) at q (d,)."""
        p = self.weights(q)
        moved = self.keys @ np.asarray(velocity, np.float64)
        return float(np.sqrt(p @ (moved - p @ moved) ** 2))

    def _rate(self, y: Floats) -> Floats:
        """Return (v, −½ g⁻¹ Σ p c ⟨c, v⟩²) in reduced coordinates; NaN where g is numerically
        singular.
        """
        from scipy.linalg import cho_factor, cho_solve

        if not np.isfinite(y).all():
            return np.full_like(y, np.nan)
        q, v = y[: self.rank], y[self.rank :]
        p = self._rows(q)
        c = self._reduced - p @ self._reduced
        with np.errstate(all="ignore"):
            metric = (c * p[:, None]).T @ c
            force = (p * (c @ v) ** 2) @ c
        if not (np.isfinite(metric).all() and np.isfinite(force).all()):
            return np.full_like(y, np.nan)
        try:
            factor = cho_factor(metric)
        except np.linalg.LinAlgError:
            return np.full_like(y, np.nan)
        return np.concatenate([v, -0.5 * cho_solve(factor, force)])
