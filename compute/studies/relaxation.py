"""Path optimisation: step-by-step relaxation of a curve to a geodesic.

The action of a curve with fixed ends is S[θ] = ∫₀¹ g(θ', θ') dt ≥ d², with equality for a shortest
geodesic at constant speed.  Its first variation is δS = −2∫ g(∇_θ' θ', δθ) dt, its second
2∫(|∇X|² − K|θ'∧X|²) dt.  With a potential cost U(θ) the curve makes S + β∫U dt stationary: a geodesic
of the metric (E + βU)g at energy E (Jacobi–Maupertuis).

Descent by the H¹ gradient w, the solution of −w'' = −½δS/δθ, contracts at a rate independent of the
number of segments, unlike steepest descent in L²; Newton's method uses the second variation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, points
from compute.core.refusal import shown
from compute.core.status import Status
from compute.curves.dense_curve import DenseCurve, smooth
from compute.geodesics.discrete_energy import ARMIJO, STEP_SIZES, blocks, gradient, solve
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import LocalGeometry, inner, norm, raised
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geometry import GeometryRequest

SEGMENTS = 64
METHODS = ("descent", "newton")
# nodes of a segment where the energy of a curve is integrated
GAUSS = 4
# the descent ends when a step would change S by less than this share, per precision
FLOOR = {"reference": 1e-13, "gpu": 1e-6}

# θ (k, 2) → U (k,) and ∂U (k, 2)
Cost = Callable[[Floats], tuple[Floats, Floats]]


@runtime_checkable
class HasNodes(Protocol):
    """A path, or a state of a relaxation."""

    @property
    def theta(self) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Relaxation:
    """A state of a relaxation: theta (N+1, 2); its action S_N (including a cost); acceleration: max
    |∇_θ' θ'|_g / |θ'|_g², 0 on a geodesic; round, from 0; status: OK once it is stationary,
    NOT_CONVERGED while it is not.

    S_N uses the metric at the midpoints of segments: it decreases from round to round, but may lie
    below the energy of a geodesic by O(N⁻²), unlike `curve_energy` of the nodes.
    """

    theta: Floats
    action: float
    acceleration: float
    round: int
    status: Status
    engine: str


class CurveRelaxation:
    """A relaxation of curves between two points by descent of their action.

    ``cost`` (θ → U, ∂U) with ``weight`` β adds β∫U dt to the action; without it the curves converge to
    Levi-Civita geodesics.  ``method`` is "newton" or "descent" (in H¹).
    """

    def __init__(
        self,
        manifold: Manifold,
        engine: Engine,
        method: str = "newton",
        segments: int = SEGMENTS,
        cost: Cost | None = None,
        weight: float = 1.0,
    ) -> None:
        if method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, got {shown(method)}")
        if not 2 <= segments <= 4096:
            raise ValueError(f"segments must be from 2 to 4096, got {shown(segments)}")
        self.manifold = manifold
        self.engine = engine
        self.method = method
        self.segments = segments
        self._cost = cost
        self._weight = weight if cost is not None else 0.0

    def optimize_attention(self, start: Floats, end: Floats, rounds: int = 200) -> list[Relaxation]:
        """Return the history of the relaxation from the straight line in θ between two points (2,)."""
        a = points_of(self.manifold, "start", start, 1)
        b = points_of(self.manifold, "end", end, 1)
        share = np.linspace(0.0, 1.0, self.segments + 1)[:, None]
        history = [self.begin(a * (1 - share) + b * share)]
        while history[-1].status != Status.OK and history[-1].round < rounds:
            following = self.step(history[-1])
            if following.round == history[-1].round:
                history[-1] = following
                break
            history.append(following)
        return history

    def begin(self, path: ArrayLike | HasNodes) -> Relaxation:
        """Return the state of a given curve (N+1, 2), as the first of a history."""
        curve = points_of(self.manifold, "path", _nodes(path))
        return self._state(curve, 0, Status.NOT_CONVERGED)

    def path_action(self, path: ArrayLike | HasNodes) -> float:
        """Return S_N of a curve (N+1, 2), including the cost; infinite if it leaves the domain."""
        theta = _nodes(path)
        middle, delta = _midpoints(theta)
        if not self.manifold.in_domain(np.concatenate([middle, theta])).all():
            return float("inf")
        local, _, usable = self._local(middle)
        if not usable:
            return float("inf")
        value = len(delta) * float(inner(local.metric, delta, delta).sum())
        if self._cost is not None:
            value += self._weight * float(self._cost(middle)[0].mean())
        return value

    def curve_energy(self, path: ArrayLike | HasNodes) -> float:
        """Return ∫g(θ', θ')dt along the smooth curve through nodes (N+1, 2); NaN where it leaves the
        domain.

        The curve is the cubic spline, integrated by Gauss–Legendre quadrature on each segment.  It is a
        smooth curve with the given ends, so its energy is at least that of a shortest geodesic; for
        nodes off by O(N⁻²) the excess is O(N⁻⁴).
        """
        theta = _nodes(path)
        count = len(theta) - 1
        if not self.manifold.in_domain(theta).all():
            return float("nan")
        spline = _spline(theta)
        nodes, weights = np.polynomial.legendre.leggauss(GAUSS)
        t = ((np.arange(count)[:, None] + 0.5 * (nodes + 1.0)) / count).ravel()
        at = spline(t)
        if not self.manifold.in_domain(at).all():
            return float("nan")
        speed2 = inner(self.manifold.geometry(at).metric, spline(t, 1), spline(t, 1))
        return float(speed2 @ np.tile(weights, count)) / (2 * count)

    def vary_path(self, path: ArrayLike | HasNodes) -> Floats:
        """Return −∂S_N/∂θ_i (N+1, 2), the coordinate direction of steepest descent; 0 at the ends."""
        middle, delta = _midpoints(_nodes(path))
        local, _, _ = self._local(middle)
        varied = np.zeros((len(delta) + 1, 2))
        varied[1:-1] = -self._gradient(local, middle, delta)
        return varied

    def step(self, before: Relaxation) -> Relaxation:
        """Return the next state; the same state, with its status, if the curve is stationary."""
        theta, value = before.theta, before.action
        middle, delta = _midpoints(theta)
        local, curvature, _ = self._local(middle)
        slope = self._gradient(local, middle, delta)
        move = self._newton(local, delta, curvature, slope)
        if self.method == "descent" or move is None:
            move = _sobolev(slope, local.metric)
        fall = float((slope * move).sum())
        if -fall <= FLOOR[self.engine.name] * abs(value):
            return self._state(theta, before.round, Status.OK)
        padded = np.zeros_like(theta)
        padded[1:-1] = move
        for size in STEP_SIZES:
            trial = theta + size * padded
            if self.path_action(trial) <= value + ARMIJO * size * fall:
                return self._state(trial, before.round + 1, Status.NOT_CONVERGED)
        return self._state(theta, before.round, Status.NOT_CONVERGED)

    def _newton(
        self, local: LocalGeometry, delta: Floats, curvature: Floats, slope: Floats
    ) -> Floats | None:
        """Return the Newton step (N−1, 2), or None if the second variation is not positive."""
        batch = LocalGeometry(
            local.metric[None], local.first[None], local.cubic[None], local.det[None]
        )
        diagonal, upper = blocks(batch, delta[None], curvature[None])
        move, positive = solve(diagonal, upper, slope[None])
        if not positive[0]:
            diagonal, upper = blocks(batch, delta[None], np.minimum(curvature, 0.0)[None])
            move, positive = solve(diagonal, upper, slope[None])
        return np.asarray(move[0]) if positive[0] else None

    def _gradient(self, local: LocalGeometry, middle: Floats, delta: Floats) -> Floats:
        """Return ∂S_N/∂θ_i at the inner nodes (N−1, 2)."""
        slope: Floats = gradient(local, delta[None])[0]
        if self._cost is not None:
            pull = self._weight * self._cost(middle)[1] / len(delta) / 2
            slope = slope + pull[:-1] + pull[1:]
        return slope

    def _state(self, theta: Floats, number: int, status: Status) -> Relaxation:
        return Relaxation(
            theta, self.path_action(theta), self._acceleration(theta), number, status,
            self.engine.name,
        )  # fmt: skip

    def _acceleration(self, theta: Floats) -> float:
        """Return max |θ'' + Γθ'θ'|_g / |θ'|_g² at the inner nodes, by central differences."""
        count = len(theta) - 1
        v = 0.5 * count * (theta[2:] - theta[:-2])
        a = count**2 * (theta[2:] - 2 * theta[1:-1] + theta[:-2])
        if count < 2 or not self.manifold.in_domain(theta).all():
            return float("nan")
        found = self.engine.geometry(GeometryRequest(self.manifold, theta[1:-1]))
        bent = a + np.einsum("nkij,ni,nj->nk", found.christoffel, v, v)
        metric = found.metric.reshape(-1, 4)[:, [0, 1, 3]]
        speed2 = np.maximum(inner(metric, v, v), np.finfo(float).tiny)
        return float(np.max(norm(metric, bent) / speed2))

    def _local(self, theta: Floats) -> tuple[LocalGeometry, Floats, bool]:
        """Return packed geometry at θ (k, 2), K (0 where unknown), and whether all points are valid."""
        found = self.engine.geometry(GeometryRequest(self.manifold, theta))
        metric = found.metric.reshape(-1, 4)[:, [0, 1, 3]]
        # Γ_ij,k = g_kl Γ^l_ij
        first = np.einsum("nkl,nlij->nkij", found.metric, found.christoffel)
        packed = first.reshape(-1, 2, 4)[..., [0, 1, 3]]
        local = LocalGeometry(metric, packed, np.zeros((len(theta), 4)), found.det)
        return local, np.nan_to_num(found.curvature), bool((found.status == Status.OK).all())


def finer(theta: Floats, times: int) -> Floats:
    """Return the smooth curve through nodes (N+1, 2) at ``times`` as many (times·N + 1, 2)."""
    dense: Floats = _spline(theta)(np.linspace(0.0, 1.0, times * (len(theta) - 1) + 1))
    return dense


def spline_curve(theta: Floats) -> DenseCurve:
    """Return the curve through nodes (N+1, 2) whose energy is `PathOptimization.curve_energy`."""
    times = np.linspace(0.0, 1.0, len(theta))
    return smooth(times, theta, _spline(theta)(times, 1))


def _spline(theta: Floats) -> Callable[..., Floats]:
    """Return the cubic spline through nodes at equal times from 0 to 1."""
    from scipy.interpolate import CubicSpline

    made: Callable[..., Floats] = CubicSpline(np.linspace(0.0, 1.0, len(theta)), theta)
    return made


def _nodes(path: ArrayLike | HasNodes) -> Floats:
    """Return the nodes (N+1, 2) of a curve given as an array or an object with ``theta``."""
    return points("path", path.theta if isinstance(path, HasNodes) else path)


def _midpoints(theta: Floats) -> tuple[Floats, Floats]:
    """Return midpoints and differences (N, 2) of the segments of a curve."""
    return 0.5 * (theta[1:] + theta[:-1]), np.diff(theta, axis=0)


def _sobolev(slope: Floats, metric: Floats) -> Floats:
    """Return the H¹ descent direction w (N−1, 2): −2N g̅ w'' = −slope with g̅ the mean metric."""
    from scipy.linalg import solveh_banded

    count = len(slope) + 1
    mean = metric.mean(axis=0)
    # −w'' at the nodes is (2w_i − w_{i−1} − w_{i+1}) to a factor that the mean metric shares
    bands = np.array([[-1.0] * (count - 1), [2.0] * (count - 1)])
    smooth = solveh_banded(bands, -slope)
    flat = LocalGeometry(mean, np.zeros((2, 3)), np.zeros(4), mean[0] * mean[2] - mean[1] ** 2)
    direction: Floats = raised(flat, smooth) / (2 * count)
    return direction
