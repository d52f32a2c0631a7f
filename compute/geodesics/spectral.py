"""Boundary-value geodesics, α = 0, as single polynomials over the whole curve, in float64.

At n Gauss points c″ = −Γ(c′, c′).  Newton's method solves these equations with the covariant
derivative of the acceleration F = ∇c′ in direction X, X = 0 at both ends,
    ∇∇X + R(X, c′)c′ = X″ + 2AX′ + (A′ + A² + K(|c′|² − c′ ⊗ c′♭))X = −F,   A = Γ(c′, ·),
and a step is halved until it lowers the energy.  Γ and K suffice, at all points of all pairs at once.
The error falls exponentially with n.  What n points give is certified at the 2n others of the next
level: there F must not move rays that start on the curve away from it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics.legendre_curves import derivative, gauss, matrices
from compute.manifold.manifold import Manifold, inside_only, known_inside
from compute.manifold.tangent import LocalGeometry, contracted, inner, is_singular, norm, raised
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

# misses of rays as a share of the length, and relative change of the squared speed, up to which a
# curve is called a geodesic
AGREED = 1e-10
# Gauss points → rounds of Newton's method with as many; curves are certified at LEAST points or more
ROUNDS, LEAST = {16: 8, 32: 4, 64: 4, 128: 4, 256: 0}, 64
# ∫|F| dt as a share of the length at which one further step is exact, and above which more than
# LEAST points are not tried
NEAR, HOPEFUL = 1e-5, 1e-2
# Gauss points of initial curves
FITTED = 8
# step sizes, and the share of the expected decrease of the energy that is enough
HALVINGS, ARMIJO = 8, 1e-4
# segments over which rays are compared with the curve
SEGMENTS = 16
# pairs at once: some 50 MB
MOST = 64
# Gauss points, rounds of Newton's method and pairs at once of curves that are not certified
ROUGH, ROUGH_ROUNDS, ROUGH_MOST = 16, 8, 256


def connect(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve a request for α = 0 from curves (n, N+1, 2) with its ends, at equal times.

    residual: the sum of the misses of rays over SEGMENTS segments, to first order in F: ∫(e − t) F dt
    and, over the following segment, the kink ∫F dt; error: the largest relative change of the squared
    speed.  NOT_CONVERGED, with nothing else meaningful, where either exceeds AGREED.  Raises
    `Interrupted` inside `interruptible`.
    """
    return batch.in_parts(_refined, request, curves, MOST)


def rough(
    manifold: Manifold,
    start: Floats,
    end: Floats,
    bend: Floats | None = None,
    count: int = ROUGH,
) -> tuple[Floats, Floats, Floats]:
    """Return velocities (n, 2) at the starts, lengths (n,), and c″ (n, count, 2) of polynomials near
    the geodesics of α = 0 between points (n, 2), in float64; NaN where none is found.

    Nothing certifies them; with ROUGH points they are exact to about NEAR where the geodesics are
    short.  ``bend`` is that of nearby pairs, 0 by default.
    """
    made = np.zeros((len(start), count, 2)) if bend is None else np.nan_to_num(bend)
    velocity, length = np.full(start.shape, np.nan), np.full(len(start), np.nan)
    for begin in range(0, len(start), ROUGH_MOST):
        some = slice(begin, begin + ROUGH_MOST)
        ends = _Ends(start[some], end[some] - start[some])
        state = _state(manifold, ends, made[some], count)
        _relax(manifold, ends, state, ROUGH_ROUNDS, exactly=True)
        close = state.amiss <= NEAR
        own = ends.curve(state.bend, np.zeros(1))[1][:, 0]
        metric = manifold.geometry(start[some]).metric
        made[some] = state.bend
        velocity[some] = np.where(close[:, None], own, np.nan)
        length[some] = np.where(close, norm(metric, own), np.nan)
    return velocity, length, made


def _refined(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve for at most MOST pairs, with twice as many points while that is necessary."""
    manifold, ends = request.manifold, _Ends(request.start, request.end - request.start)
    paths = batch.unmoved(request, Status.NOT_CONVERGED, "reference")
    todo, bend = np.arange(len(curves)), _fitted(curves)
    for count, rounds in ROUNDS.items():
        own = ends.of(todo)
        state = _state(manifold, own, bend, count)
        if count >= LEAST:
            found = _certified(batch.pairs(request, todo), own, bend, state)
            good = found.status == Status.OK
            paths = batch.replaced(paths, todo[good], batch.rows(found, good))
            rest = np.flatnonzero(~good)
            todo, own, state = todo[rest], own.of(rest), state.of(rest)
        if rounds == 0 or todo.size == 0:
            break
        _relax(manifold, own, state, rounds, exactly=2 * count >= LEAST)
        hope = state.amiss <= (HOPEFUL if count >= LEAST else np.finfo(float).max)
        todo, bend = todo[hope], state.bend[hope]
    return paths


def _fitted(curves: Floats) -> Floats:
    """Return c″ (k, FITTED, 2) at Gauss points of polynomials near curves (k, N+1, 2)."""
    t = np.linspace(0.0, 1.0, curves.shape[1])
    straight = curves[:, :1] + t[:, None] * (curves[:, -1:] - curves[:, :1])
    fit: Floats = np.linalg.pinv(matrices(FITTED, t)[1]) @ (curves - straight)
    return fit


def _certified(request: ConnectRequest, ends: _Ends, bend: Floats, state: _State) -> Paths:
    """Return the curves with c″ = bend (k, n, 2) as paths, with what ``state`` says of them at 2n
    points.
    """
    points, weights = gauss(state.bend.shape[1])
    breaks = np.linspace(0.0, 1.0, SEGMENTS + 1)
    _, shift, slope = matrices(len(points), breaks)
    speed, place = slope @ state.force, shift @ state.force
    kink = np.diff(speed, axis=1)
    miss = np.diff(place, axis=1) - speed[:, :-1] / SEGMENTS
    metric = state.metric[:, np.searchsorted(points, breaks[1:]) - 1]
    residual = (norm(metric, miss) + norm(metric, kink) / SEGMENTS).sum(axis=1)
    length, mean = np.sqrt(state.square) @ weights, np.maximum(state.energy, np.finfo(float).tiny)
    error = np.ptp(state.square, axis=1) / mean
    t = np.linspace(0.0, 1.0, request.steps + 1)
    theta, velocity, _ = ends.curve(bend, t)
    theta[:, 0], theta[:, -1] = request.start, request.end
    good = (residual <= AGREED * length) & (error <= AGREED) & (state.amiss <= NEAR)
    good &= known_inside(request.manifold, theta).all(axis=1)
    return Paths(
        t=t,
        theta=theta,
        velocity=velocity,
        nodes=np.full(len(theta), len(t), np.int32),
        reached=np.ones(len(theta)),
        stop=request.end.copy(),
        length=length,
        energy=state.energy,
        residual=residual,
        error=error,
        status=np.where(good, Status.OK, Status.NOT_CONVERGED).astype(np.int32),
        engine="reference",
    )


@dataclass(frozen=True, eq=False)
class _Ends:
    """The starts of curves (k, 2) and the ways to their ends (k, 2)."""

    start: Floats
    move: Floats

    def of(self, chosen: np.ndarray) -> _Ends:
        return _Ends(self.start[chosen], self.move[chosen])

    def curve(self, bend: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Return c, c′ and c″ (k, m, 2) at t (m,) of curves with c″ = bend (k, n, 2) at Gauss
        points.
        """
        value, shift, slope = matrices(bend.shape[1], t)
        move = self.move[:, None]
        return (
            self.start[:, None] + t[:, None] * move + shift @ bend,
            move + slope @ bend,
            value @ bend,
        )


@dataclass
class _State:
    """Curves at Gauss points: c″, c, c′, A and F, g, |c′|², the energy, and ∫|F| dt as a share of the
    length, infinite outside the domain.
    """

    bend: Floats
    theta: Floats
    v: Floats
    turn: Floats
    force: Floats
    metric: Floats
    square: Floats
    energy: Floats
    amiss: Floats

    def of(self, chosen: np.ndarray) -> _State:
        return _State(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def put(self, chosen: np.ndarray, others: _State) -> None:
        for f in fields(self):
            getattr(self, f.name)[chosen] = getattr(others, f.name)


def _state(manifold: Manifold, ends: _Ends, bend: Floats, count: int) -> _State:
    """Evaluate curves with c″ (k, m, 2) at their own Gauss points at ``count`` of them."""
    t, weights = gauss(count)
    theta, v, bend = ends.curve(bend, t)
    theta, inside = inside_only(manifold, theta)
    local = manifold.geometry(theta)
    metric = local.metric
    usable = np.asarray((inside & ~is_singular(local)).all(axis=1))
    turn = _turn(local, v)
    force = bend + (turn @ v[..., None])[..., 0]
    square = np.maximum(inner(metric, v, v), 0.0)
    energy = square @ weights
    amiss = norm(metric, force) @ weights / np.sqrt(np.maximum(energy, np.finfo(float).tiny))
    energy, amiss = (np.where(usable & np.isfinite(amiss), x, np.inf) for x in (energy, amiss))
    return _State(bend, theta, v, turn, force, metric, square, energy, amiss)


def _turn(local: LocalGeometry, v: Floats) -> Floats:
    """Return A^k_j = Γ^k_ij v^i (..., 2, 2)."""
    det = np.where(local.det > 0.0, local.det, 1.0)
    own = LocalGeometry(local.metric, local.first, local.cubic, det)
    units = (np.broadcast_to(e, v.shape) for e in np.eye(2))
    return np.stack([raised(own, contracted(local.first, v, e)) for e in units], axis=-1)


def _relax(manifold: Manifold, ends: _Ends, state: _State, rounds: int, exactly: bool) -> None:
    """Improve curves by Newton's method until ∫|F| dt is at most NEAR, ``exactly``: by one more step,
    after which only c″ is known.
    """
    open_ = np.isfinite(state.amiss)
    for _ in range(rounds):
        checkpoint()
        todo = np.flatnonzero(open_ & (state.amiss > NEAR))
        if todo.size == 0:
            break
        own = state.of(todo)
        open_[todo] = _search(manifold, ends.of(todo), own, *_step(manifold, own))
        state.put(todo, own)
    last = np.flatnonzero(state.amiss <= NEAR)
    if exactly and last.size:
        state.bend[last] += _step(manifold, state.of(last))[0]


def _step(manifold: Manifold, state: _State) -> tuple[Floats, Floats]:
    """Return Newton's step of c″ (k, n, 2) and the slope of the energy along it (k,).

    Where it would raise the energy, positive curvature is left out.
    """
    curvature = np.nan_to_num(manifold.curvature(state.theta), nan=0.0)
    step, slope = _solved(state, curvature)
    if not (wrong := ~(slope < 0.0)).any():
        return step, slope
    flat, falls = _solved(state, np.minimum(curvature, 0.0))
    return np.where(wrong[:, None, None], flat, step), np.where(wrong, falls, slope)


def _solved(state: _State, curvature: Floats) -> tuple[Floats, Floats]:
    k, count = curvature.shape
    t, weights = gauss(count)
    _, shift, slope = matrices(count, t)
    v, turn, metric = state.v, state.turn, state.metric
    lowered = np.stack(
        [metric[..., i] * v[..., 0] + metric[..., i + 1] * v[..., 1] for i in (0, 1)], axis=-1
    )
    across = state.square[..., None, None] * np.eye(2) - v[..., None] * lowered[..., None, :]
    change = (derivative(count) @ turn.reshape(k, count, 4)).reshape(turn.shape)
    own = change + turn @ turn + curvature[..., None, None] * across
    blocks = np.empty((k, count, 2, count, 2))
    for i in (0, 1):
        for j in (0, 1):
            blocks[:, :, i, :, j] = (2.0 * turn[..., i, j])[..., None] * slope
            blocks[:, :, i, :, j] += own[..., i, j][..., None] * shift
    matrix = blocks.reshape(k, 2 * count, 2 * count)
    matrix[:, np.arange(2 * count), np.arange(2 * count)] += 1.0
    step = _divided(matrix, -state.force.reshape(k, -1)).reshape(k, count, 2)
    return step, -2.0 * (inner(metric, state.force, shift @ step) @ weights)


def _divided(matrix: Floats, side: Floats) -> Floats:
    """Return M⁻¹u, NaN where M is singular."""
    try:
        return np.asarray(np.linalg.solve(matrix, side[..., None])[..., 0])
    except np.linalg.LinAlgError:
        if len(matrix) == 1:
            return np.full_like(side, np.nan)
        return np.concatenate(
            [_divided(matrix[i : i + 1], side[i : i + 1]) for i in range(len(side))]
        )


def _search(manifold: Manifold, ends: _Ends, state: _State, step: Floats, slope: Floats) -> Bools:
    """Move curves by the first step size that lowers the energy, or ∫|F| dt by half; return which (k,)
    have moved.
    """
    count, known = step.shape[1], np.isfinite(slope)
    open_ = known.copy()
    for halvings in range(HALVINGS):
        todo, size = np.flatnonzero(open_), 0.5**halvings
        if todo.size == 0:
            break
        trial = _state(manifold, ends.of(todo), state.bend[todo] + size * step[todo], count)
        lower = trial.energy <= state.energy[todo] + ARMIJO * size * np.minimum(slope[todo], 0.0)
        good = lower | (trial.amiss < 0.5 * state.amiss[todo])
        state.put(todo[good], trial.of(good))
        open_[todo[good]] = False
    return known & ~open_
