"""Boundary-value geodesics by collocation at Gauss points, from nearby initial curves, in float64.

y = (θ, v), y' = F(y) = (v, −Γ v v), for α ≠ 0 at constant Fisher speed as in `affine_time`.  On each of
N segments of size h, y is a polynomial that satisfies the equation at s Gauss points, with slopes K_j
there:
    K_j = F(y_i + h Σ_l a_jl K_l),   y_{i+1} = y_i + h Σ_j b_j K_j,
an implicit Runge–Kutta method of order 2s.  Newton's method solves all equations at once with the ends
of θ fixed: the slopes are eliminated segment by segment, and the remaining system is solved as in
`multiple_shooting`.  An iteration costs one evaluation of the geometry for all pairs and segments, and
two for its derivative, whereas shooting needs hundreds in sequence. (Hairer, Nørsett, Wanner: Solving
ODEs I, II.7; Ascher, Mattheij, Russell: Numerical Solution of Boundary Value Problems)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.polynomial import legendre

from compute.core.arrays import Bools, Floats
from compute.core.interrupt import checkpoint
from compute.core.linear_systems import solve_each
from compute.core.status import Status
from compute.geodesics import affine_time, collocation_mesh, initial_value, multiple_shooting
from compute.geodesics.hermite import hermite, spline_slopes
from compute.geodesics.initial_value import DRIFT_LIMIT
from compute.geodesics.runge_kutta import DOP853
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import LocalGeometry, is_singular, norm
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest

STAGES = 4
# minimum segments, and relative tolerance for the speed; if it is exceeded, segments are placed
# where rays miss, more of them by this factor
LEAST, SPEED, REFINED = 64, 1e-9, (2, 1, 2, 1)
# what rays miss, as a share of the length, where more segments would change nothing
AGREED = 1e-2 * SPEED
# loop iterations of one evaluation of the metric above which no more segments are taken than need be
HEAVY = 96
# refining stops if rays miss by a larger share of the length, or of the previous miss
HOPEFUL, FALL = 5e-2, 0.5
ROUNDS = 12
# give up if the defect is not halved in this many rounds, or after such a short step
PATIENCE, SHORTEST = 5, 1 / 32
# total defect relative to the curve's length at which Newton's method ends …
CLOSED = 1e-12
# … and the total miss of rays over single segments above which a curve is not called converged
MISS_LIMIT = 1e-8
# step in θ of the derivative of the acceleration, as a share of a Fisher length of 1
OFFSET = 1e-6
# tolerance for a curve during continuation in α
NEAR = 1e-3
# pairs at once: some 50 MB
MOST = 64


@dataclass
class _Curves:
    """Current states (k, N+1, 4) and slopes (k, N, s, 4), defects (k,), and corrections."""

    y: Floats
    slopes: Floats
    amiss: Floats
    step: tuple[Floats, Floats]


def connect(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve a request for geodesics of Γ^(α) from curves (n, M+1, 2) with its ends.

    The curves' nodes are at equal times or, for α ≠ 0, at equal Fisher lengths.  The mesh has at least
    LEAST segments, doubled while the speed varies by more than SPEED.  residual: the sum of the misses
    of rays, by another method, over single segments; error: the largest relative change of the squared
    speed.  Otherwise the status is NOT_CONVERGED.  Raises `Interrupted` inside `interruptible`.
    """
    return batch.in_parts(_refined, request, curves, MOST)


def _refined(request: ConnectRequest, curves: Floats) -> Paths:
    """Solve like `connect`, for at most MOST pairs."""
    heavy = is_heavy(request.manifold)
    # for α = 0 a path's nodes are nodes of its segments, unless these are expensive
    free = request.alpha != 0.0 or heavy
    count = LEAST if free else -(-LEAST // request.steps) * request.steps
    y, slopes = first_states(curves, count)
    y[:, 0, :2], y[:, -1, :2] = request.start, request.end
    rows, h = np.arange(len(curves)), np.full((len(curves), count), 1.0 / count)
    y, slopes, amiss = closed(request, y, slopes, h)
    gaps, paths = _paths(request, y, slopes, h)
    found, hope = paths, np.where(amiss <= NEAR, 1.0, HOPEFUL) * paths.length
    for number, times in enumerate(REFINED[:2] if heavy else REFINED):
        # for an expensive metric the last rounds are only for curves that have not converged
        bad = found.status != Status.OK
        unkept = found.error > SPEED
        if heavy:  # and where rays agree more of them keep no speed that the metric itself does not
            unkept &= (number == 0) & (found.residual > AGREED * found.length)
        rough = bad | unkept
        todo = np.flatnonzero(rough & (found.residual <= hope))
        if todo.size == 0:
            break
        hope = np.where(found.status == Status.OK, np.inf, FALL * found.residual)[todo]
        rows, count = rows[todo], times * h.shape[1]
        finer = collocation_mesh.equidistributed(gaps[todo], h[todo], 2 * STAGES + 1, count)
        y, slopes = collocation_mesh.between(y[todo], h[todo], finer, _places())
        h = finer
        own = batch.pairs(request, rows)
        y, slopes, _ = closed(own, y, slopes, h)
        gaps, found = _paths(own, y, slopes, h)
        better = (found.status == Status.OK) & (
            (found.error < paths.error[rows]) | (paths.status[rows] != Status.OK)
        )
        paths = batch.replaced(paths, rows[better], batch.rows(found, better))
    return paths


def is_heavy(manifold: Manifold) -> bool:
    """Whether the metric sums too many terms for more than a few segments."""
    return manifold.slot.long or manifold.slot.loops > HEAVY


def followed(request: ConnectRequest, curves: Floats, alphas: list[float]) -> tuple[Floats, Bools]:
    """Continue curves (n, LEAST+1, 2) through values of α; return which (n,) stayed near a geodesic."""
    curves, good = curves.copy(), np.ones(len(curves), dtype=bool)
    for alpha in alphas:
        todo = np.flatnonzero(good)
        if todo.size == 0:
            break
        h = np.full((len(todo), LEAST), 1.0 / LEAST)
        own = replace(request, alpha=alpha)
        y, _, amiss = closed(own, *first_states(curves[todo], LEAST), h, NEAR**2)
        good[todo] = amiss <= NEAR
        curves[todo] = y[..., :2]
    return curves, good


@cache
def _tableau() -> tuple[Floats, Floats]:
    """Return the weights a (s, s) and b (s,) of the Gauss method with s stages."""
    at, weights = legendre.leggauss(STAGES)
    fit = np.linalg.inv(legendre.legvander(at, STAGES - 1))
    series = 0.5 * legendre.legint(fit)
    a = legendre.legval(at, series).T - legendre.legval(-1.0, series)
    return a, 0.5 * weights


def _places() -> Floats:
    """Return the Gauss points (s,) on [0, 1]."""
    places: Floats = 0.5 * (legendre.leggauss(STAGES)[0] + 1.0)
    return places


def first_states(curves: Floats, count: int) -> tuple[Floats, Floats]:
    """Return spline states (k, count+1, 4) and slopes (k, count, s, 4) of curves (k, M+1, 2)."""
    given, nodes = np.linspace(0.0, 1.0, curves.shape[1]), np.linspace(0.0, 1.0, count + 1)
    inner = nodes[:-1, None] + _places() / count
    y = np.empty((len(curves), count + 1, 4))
    slopes = np.empty((len(curves), count, STAGES, 4))
    for i, turn in enumerate(spline_slopes(curves)):
        y[i] = np.concatenate(hermite(given, curves[i], turn, nodes)[:2], axis=-1)
        slopes[i] = np.concatenate(hermite(given, curves[i], turn, inner)[1:], axis=-1)
    return y, slopes


def closed(
    request: ConnectRequest, y: Floats, slopes: Floats, h: Floats, enough: float = CLOSED
) -> tuple[Floats, Floats, Floats]:
    """Solve all equations by Newton's method; halve steps that do not reduce the defects.

    Returns states and slopes, and their defects (k,), at most ``enough`` on success.
    """
    zero = np.zeros_like(y), np.zeros_like(slopes)
    chain = _Curves(y.copy(), slopes.copy(), np.full(len(y), np.inf), zero)
    size, before = np.ones(len(y)), [np.full(len(y), np.inf)] * PATIENCE
    for number in range(ROUNDS):
        checkpoint()
        slow = (chain.amiss > 0.5 * before[-PATIENCE]) | (size < SHORTEST)
        lost = np.isinf(chain.amiss) | slow if number else np.zeros(len(y), dtype=bool)
        todo = np.flatnonzero((chain.amiss > enough) & ~lost)
        if todo.size == 0:
            break
        before.append(chain.amiss.copy())
        trial = chain.y[todo] + size[todo, None, None] * chain.step[0][todo]
        bent = chain.slopes[todo] + size[todo, None, None, None] * chain.step[1][todo]
        state = _state(request, trial, bent, h[todo])
        better = state.amiss < chain.amiss[todo]
        size[todo[~better]] *= 0.5
        kept = todo[better]
        if kept.size == 0:
            continue
        size[kept] = 1.0
        chain.y[kept], chain.slopes[kept] = trial[better], bent[better]
        chain.amiss[kept] = state.amiss[better]
        rest = better & (state.amiss > enough)
        if rest.any():
            steps = _correction(request, state.of(rest), bent[rest], h[todo[rest]])
            for mine, its in zip(chain.step, steps, strict=True):
                mine[todo[rest]] = its
    return chain.y, chain.slopes, chain.amiss


@dataclass
class _GaussPoints:
    """The states at the Gauss points (k, N, s, 4), their geometry, F there, the defects (k, N, 4) of
    the sums, and the total defect relative to the length (k,), infinite outside the domain.
    """

    stages: Floats
    local: LocalGeometry
    rate: Floats
    defect: Floats
    amiss: Floats

    def of(self, some: Bools) -> _GaussPoints:
        """Return a selection of the curves."""
        local = self.local
        parts = local.metric, local.first, local.cubic, local.det
        own = LocalGeometry(*(x[some] for x in parts))
        return _GaussPoints(
            self.stages[some], own, self.rate[some], self.defect[some], self.amiss[some]
        )


def _state(request: ConnectRequest, y: Floats, slopes: Floats, h: Floats) -> _GaussPoints:
    """Evaluate states (k, N+1, 4) with slopes (k, N, s, 4), and their defects."""
    manifold, stages = request.manifold, _stages(y, slopes, h)
    safe, inside = inside_only(manifold, stages[..., :2])
    local = manifold.geometry(safe)
    usable = np.asarray((inside & ~is_singular(local)).all(axis=(1, 2)))
    usable &= np.asarray(manifold.in_domain(y[..., :2]).all(axis=1))
    local = _divisible(local)
    v = stages[..., 2:]
    rate = np.concatenate([v, affine_time.acceleration(local, v, request.alpha)], axis=-1)
    wrong, metric = rate - slopes, local.metric
    defect = y[:, :-1] + h[..., None] * np.einsum("j,kijc->kic", _tableau()[1], slopes) - y[:, 1:]
    speed = np.maximum(norm(metric[..., 0, :], stages[..., 0, 2:]).mean(axis=1), 1e-300)
    # slopes of θ and v times their duration, in Fisher lengths
    gaps = norm(metric, wrong[..., :2]) + norm(metric, wrong[..., 2:]) * h[..., None]
    joint = metric[:, :, 0]
    defects = norm(joint, defect[..., :2]) + h * norm(joint, defect[..., 2:])
    total = (h * gaps.sum(axis=2) + defects).sum(axis=1)
    return _GaussPoints(stages, local, rate, defect, np.where(usable, total / speed, np.inf))


def _correction(
    request: ConnectRequest, state: _GaussPoints, slopes: Floats, h: Floats
) -> tuple[Floats, Floats]:
    """Return Newton's corrections of states (k, N+1, 4) and slopes (k, N, s, 4)."""
    a, b = _tableau()
    k, count = h.shape
    h = h[..., None]
    jacobian = _jacobian(request.manifold, state, request.alpha)
    wrong = state.rate - slopes
    # (1 − h a ⊗ J) δK = wrong + J δy
    lifted = np.einsum("jl,kijcd->kijcld", a, -h[..., None, None] * jacobian)
    lifted = lifted.reshape(k, count, 4 * STAGES, 4 * STAGES) + np.eye(4 * STAGES)
    sides = np.concatenate([wrong[..., None], jacobian], axis=-1).reshape(k, count, -1, 5)
    solved = solve_each(lifted, sides).reshape(k, count, STAGES, 4, 5)
    through = h[..., None] * np.einsum("j,kijcd->kicd", b, solved)
    leads = through[..., 1:] + np.eye(4)
    dy = _chained(leads, state.defect + through[..., 0])
    dk = solved[..., 0] + np.einsum("kijcd,kid->kijc", solved[..., 1:], dy[:, :-1])
    return dy, dk


def _stages(y: Floats, slopes: Floats, h: Floats) -> Floats:
    """Return states (k, N, s, 4) at the Gauss points."""
    moved = np.einsum("jl,kilc->kijc", _tableau()[0], slopes)
    return np.asarray(y[:, :-1, None] + h[..., None, None] * moved)


def _chained(leads: Floats, defect: Floats) -> Floats:
    """Return δy (k, N+1, 4) with δy_{i+1} = Φ_i δy_i + d_i and δθ = 0 at both ends."""
    inner = multiple_shooting.condensed(leads, defect)
    last = np.einsum("kcd,kd->kc", leads[:, -1], inner[:, -1]) + defect[:, -1]
    last[:, :2] = 0.0
    return np.concatenate([inner, last[:, None]], axis=1)


def _divisible(local: LocalGeometry) -> LocalGeometry:
    """Return the geometry with D = 1 where D is not positive; results there are unused."""
    return replace(local, det=np.where(local.det > 0.0, local.det, 1.0))


def _jacobian(manifold: Manifold, state: _GaussPoints, alpha: float) -> Floats:
    """Return ∂F/∂y (k, N, s, 4, 4) at the Gauss points."""
    safe, _ = inside_only(manifold, state.stages[..., :2])
    v, metric = state.stages[..., 2:], state.local.metric
    scale = np.sqrt(np.maximum(metric[..., [0, 2]], np.finfo(float).tiny))
    jacobian = np.zeros((*v.shape[:-1], 4, 4))
    jacobian[..., :2, 2:] = np.eye(2)
    here = affine_time.acceleration(state.local, v, alpha)
    for axis, unit in enumerate(np.eye(2)):
        # one-sided: a relative error of OFFSET does not harm Newton's method
        step = (OFFSET / scale[..., axis])[..., None] * unit
        ahead, known = inside_only(manifold, safe + step)
        near, also = inside_only(manifold, np.where(known[..., None], ahead, safe - step))
        near = np.where(also[..., None], near, safe)
        beside = affine_time.acceleration(_divisible(manifold.geometry(near)), v, alpha)
        width = near[..., axis] - safe[..., axis]
        jacobian[..., 2:, axis] = (beside - here) / np.where(width != 0.0, width, 1.0)[..., None]
    jacobian[..., 2:, 2:] = affine_time.derivative(state.local, v, alpha)
    return jacobian


def _paths(request: ConnectRequest, y: Floats, slopes: Floats, h: Floats) -> tuple[Floats, Paths]:
    """Return the misses of rays over segments (k, N), and the paths with their certificates.

    From states (k, N+1, 4) and slopes (k, N, s, 4).
    """
    manifold, (k, nodes) = request.manifold, y.shape[:2]
    count = nodes - 1
    inside = np.asarray(manifold.in_domain(y[..., :2]).all(axis=1))
    w, spans = affine_time.affine(manifold, (_stages(y, slopes, h), h), _tableau(), request.alpha)
    inside &= np.isfinite(w).all(axis=1)
    safe = np.where(inside[:, None, None], y, (*manifold.interior, 0.0, 0.0))
    w, spans = (np.where(inside[:, None], x, 1.0) for x in (w, spans))
    # θ' over the time of the following and of the preceding segment
    begin, end = safe[:, :-1].copy(), safe[:, 1:].copy()
    begin[..., 2:] *= (w[:, :-1] * spans)[..., None]
    end[..., 2:] *= (w[:, 1:] * spans)[..., None]
    begin, end = begin.reshape(-1, 4), end.reshape(-1, 4)
    rays = _rays(ShootRequest(manifold, begin[:, :2], begin[:, 2:], request.alpha, 2))
    metric = manifold.geometry(end[:, :2]).metric
    last = np.nan_to_num(rays.velocity[:, -1])
    # a kink in the velocity counts as a miss over the following segment
    miss = norm(metric, rays.stop - end[:, :2]) + norm(metric, last - end[:, 2:])
    gaps = miss.reshape(k, count)
    miss = gaps.sum(axis=1)
    lengths, energies = rays.length.reshape(k, count), rays.energy.reshape(k, count)
    length = lengths.sum(axis=1)
    squares = (energies if request.alpha == 0.0 else lengths**2) / h**2
    error = np.abs(squares / np.maximum(squares[:, :1], 1e-300) - 1).max(axis=1)
    whole = inside & (rays.status.reshape(k, count) == Status.OK).all(axis=1)
    good = whole & (miss <= MISS_LIMIT * length) & (error <= DRIFT_LIMIT[8])
    every = max(count // request.steps, 1)
    theta, velocity = y[:, ::every, :2], y[:, ::every, 2:]
    # from rays for a path, otherwise to drawing accuracy
    if request.alpha != 0.0 or count % request.steps or (h != h[:, :1]).any():
        begin = begin.reshape(k, count, 4)
        theta, velocity = collocation_mesh.at_equal_times(safe, w, spans, request.steps)
        if good.any():
            some = np.flatnonzero(good)
            own = _at_equal_times(request, some, begin[some], spans[some])
            theta[some], velocity[some], good[some] = own
    return gaps, Paths(
        t=np.linspace(0.0, 1.0, request.steps + 1),
        theta=theta,
        velocity=velocity,
        nodes=np.full(k, request.steps + 1, np.int32),
        reached=np.ones(k),
        stop=request.end.copy(),
        length=length,
        energy=(energies / spans).sum(axis=1),
        residual=miss,
        error=error,
        status=np.where(good, Status.OK, Status.NOT_CONVERGED).astype(np.int32),
        engine="reference",
    )


def _rays(request: ShootRequest) -> Paths:
    """Integrate rays over segments, without halving steps.

    For states far from a geodesic they would be halved thousands of times.
    """
    return initial_value.shoot(request, DOP853)


def _at_equal_times(
    request: ConnectRequest, some: np.ndarray, begin: Floats, spans: Floats
) -> tuple[Floats, Floats, Bools]:
    """Return θ and θ' (k, m, 2) at equal times, by rays from mesh nodes, and which are known.

    ``begin (k, N, 4)``: θ at the starts of segments and θ' over each; ``spans (k, N)`` their times.
    """
    k = len(spans)
    t = np.linspace(0.0, 1.0, request.steps + 1)
    joints = collocation_mesh.joints(spans)
    segment = (joints[:, None, 1:-1] <= t[:, None]).sum(axis=-1)
    row = np.arange(k)[:, None]
    own, span = begin[row, segment], spans[row, segment]
    share = np.clip((t - joints[row, segment]) / span, 0.0, 1.0)[..., None]
    flat = own.reshape(-1, 4)
    speeds = (share * own[..., 2:]).reshape(-1, 2)
    rays = _rays(ShootRequest(request.manifold, flat[:, :2], speeds, request.alpha, 2))
    theta = rays.stop.reshape(k, -1, 2)
    slope = rays.velocity[:, -1].reshape(k, -1, 2)
    moved = np.where(share > 0.0, slope / np.where(share > 0.0, share, 1.0), own[..., 2:])
    theta[:, 0], theta[:, -1] = request.start[some], request.end[some]
    known = np.asarray((rays.reached >= 1.0).reshape(k, -1).all(axis=1))
    return theta, moved / span[..., None], known
