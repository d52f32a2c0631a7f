"""Initial-value geodesics of Γ^(α): θ' = v, v'^k = −Γ^(α)k_ij(θ) v^i v^j.

Length and energy, ℓ' = |v| and e' = |v|², are integrated along: for α ≠ 0 the speed may change by
orders of magnitude between two nodes.  Metric and connection are evaluated at every stage of every
step.  Methods without an error estimate go from node to node, with steps halved as needed: the twin
of ``shaders/kernels/geodesic.wgsl``.  DOP853 chooses steps by its error for each curve, and nodes come
from its dense output.  A curve for which no step is possible stops with a status.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics import dop853
from compute.geodesics.dense_step import DenseStep, dense_step
from compute.geodesics.step_size import CAREFUL, QUICK, Pace, is_typed
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import connection_first, contracted, inner, is_singular, norm, raised
from compute.requests.geodesics import Paths, ShootRequest

# Solves initial-value problems on either engine.
Fire = Callable[[ShootRequest], Paths]

# A step is halved while it changes the velocity by more than this share, the second with an estimate of
# its error …
TURN_LIMIT, ESTIMATED_TURN = 0.2, 0.5
# … or takes, or at its first velocity would take, more than three quarters of the distance to the
# domain's edge (a curve that touches an edge is beyond it, though its coordinates turn back),
MARGIN_KEPT = 0.25
# but between two nodes at most this many steps are tried.
MAX_ATTEMPTS = 16
# Relative energy drift above which a curve is not called a geodesic, by the bytes of its numbers.
DRIFT_LIMIT = {4: 1e-3, 8: 1e-8}
# Methods with an error estimate choose their steps: the error of a step as a share of the speed, …
STEP_ERROR = 1e-11
# … the smallest step that an error or a turn asks for, in units of that between two nodes, the smallest
# of all, and the most steps for each node.
ROUGH, SMALLEST, MOST_STEPS = 2.0**-5, 2.0**-12, 64
# A curve that can only turn too fast runs away in finite time if its coordinates are this much faster
# than at first.
RUNAWAY = 8.0


@dataclass(frozen=True, eq=False)
class Tableau:
    """An explicit Runge–Kutta method: stage weights a (s, s), weights b (s,), its order.

    ``errors (2, s)``: b less the weights of methods of order 5 and 3, or None.
    """

    name: str
    order: int
    a: Floats
    b: Floats
    errors: Floats | None = None


RK4 = Tableau(
    "RK4",
    4,
    np.array([[0, 0, 0, 0], [0.5, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 1, 0]], dtype=float),
    np.array([1, 2, 2, 1]) / 6,
)


DOP853 = Tableau("DOP853", 8, dop853.A, dop853.B, dop853.ERRORS)


@dataclass(frozen=True, eq=False)
class _Way:
    """The manifold, α, method and number of nodes of an integration."""

    manifold: Manifold
    alpha: float
    tableau: Tableau
    steps: int

    @property
    def turn(self) -> float:
        """The share by which a step may change the velocity."""
        careful = self.tableau.errors is None or is_typed(self.manifold)
        return TURN_LIMIT if careful else ESTIMATED_TURN


# Slopes (n, 6), packed g (n, 3), and OK or why no step is possible (n,), at states
Begin = tuple[Floats, Floats, Ints]


@dataclass
class _Flight:
    """Curves during integration: y = (θ, v, ℓ, e) (n, 6), and the time and reason of stopping."""

    y: Floats
    reached: Floats
    status: Ints


def shoot(request: ShootRequest, tableau: Tableau | None = None, precision: str = "f8") -> Paths:
    """Integrate geodesics from initial points and velocities.

    ``precision`` "f4" runs the same algorithm in float32, as a model of a GPU.
    """
    manifold = request.manifold
    theta, v = request.theta.astype(precision), request.velocity.astype(precision)
    y = np.concatenate([theta, v, np.zeros_like(v)], axis=1)
    state = _Flight(y, np.zeros(len(y)), np.zeros(len(y), np.int32))
    way = _Way(manifold, request.alpha, tableau or DOP853, request.steps)
    path = np.empty((len(y), request.steps + 1, 6), y.dtype)
    path[:, 0] = y
    if way.tableau is DOP853:
        _at_own_pace(way, state, path)
    else:
        _node_by_node(way, state, path)
    sums = state.y[:, 4:].astype(np.float64)
    return measured(
        request, path[..., :2], path[..., 2:4], state.reached, state.status, "reference", sums
    )


def measured(
    request: ShootRequest,
    theta: Floats,
    v: Floats,
    reached: Floats,
    status: Ints,
    engine: str,
    sums: Floats,
) -> Paths:
    """Return paths from their nodes (n, m, 2), the time that each curve reached and why it stopped, and
    length and energy, sums (n, 2).

    Nodes after the stop repeat the stop point and become NaN here.  The tolerated energy drift depends
    on the precision of ``theta``.
    """
    limit = DRIFT_LIMIT[theta.itemsize]
    count = np.floor(reached * request.steps * (1 + 1e-6) + 1e-9).astype(np.int32) + 1
    t = np.linspace(0.0, 1.0, request.steps + 1)
    valid = np.arange(request.steps + 1) < count[:, None]
    stop = theta[:, -1].astype(np.float64)
    theta = np.where(valid[..., None], theta, theta[:, :1]).astype(np.float64)
    v = np.where(valid[..., None], v, v[:, :1]).astype(np.float64)
    speed2 = np.maximum(inner(request.manifold.geometry(theta).metric, v, v), 0.0)
    error = _drift(speed2, valid) if request.alpha == 0.0 else np.zeros(len(theta))
    status = np.where((status == Status.OK) & (error > limit), Status.NOT_CONVERGED, status)
    return Paths(
        t=t,
        theta=np.where(valid[..., None], theta, np.nan),
        velocity=np.where(valid[..., None], v, np.nan),
        nodes=count,
        reached=reached,
        stop=stop,
        length=sums[:, 0],
        energy=sums[:, 1],
        residual=np.zeros(len(theta)),
        error=error,
        status=status.astype(np.int32),
        engine=engine,
    )


def _drift(speed2: Floats, valid: Floats) -> Floats:
    start = np.where(speed2[:, :1] > 0, speed2[:, :1], 1.0)
    drift: Floats = np.max(np.where(valid, np.abs(speed2 - speed2[:, :1]) / start, 0.0), axis=1)
    return drift


def _at_own_pace(way: _Way, state: _Flight, path: Floats) -> None:
    """Integrate every curve with steps of its own, with nodes from their dense output."""
    dt, n = 1.0 / way.steps, len(state.y)
    if n == 0:
        return
    pace, ahead, reason = Pace(np.full(n, dt)), np.ones(n, int), np.zeros(n, np.int32)
    begin = slope_at(way.manifold, state.y, way.alpha)
    longest, growth = CAREFUL if is_typed(way.manifold) else QUICK
    for _ in range(MOST_STEPS * way.steps):
        todo = np.flatnonzero((state.status == Status.OK) & (state.reached < 1.0))
        if todo.size == 0:
            return
        checkpoint()
        t = state.reached[todo]
        size = np.minimum(pace.h[todo], 1.0 - t)
        known = begin[0][todo], begin[1][todo], begin[2][todo]
        end, verdict, error, slopes = _step(way, state.y[todo], size, known)
        exact = (error <= STEP_ERROR) | (size <= ROUGH * dt)
        good = np.flatnonzero((verdict == Status.OK) & exact)
        own, later = todo[good], np.asarray(t[good] + size[good])
        later[later > 1.0 - 1e-12] = 1.0
        # the slope at the end of a step is the first of the next
        none = known[0][good], known[1][good], known[2][good]
        reach = slope_at(way.manifold, end[good], way.alpha) if good.size else none
        steps = np.concatenate([slopes[:, good], reach[0][None]]), size[good], end[good]
        nodes = own, ahead[own], later
        whole = _fill(way, state, path, nodes, steps)
        verdict[good[~whole]] = Status.LEFT_DOMAIN
        possible = verdict == Status.OK
        good, own, later = good[whole], own[whole], later[whole]
        for held, new in zip(begin, reach, strict=True):
            held[own] = new[whole]
        state.y[own], state.reached[own] = end[good], later
        ahead[own] = np.floor(later * way.steps + 1e-9).astype(int) + 1
        # after a step that was not possible the next one is not larger
        most = np.where(reason[todo] == Status.OK, growth, 1.0)
        wanted = pace.wanted(todo, size, error / STEP_ERROR, possible & exact, most)
        least = np.minimum(size, ROUGH * dt)
        # a turn asks for no step below the smallest before that is tried
        turns = (verdict == Status.NOT_CONVERGED) & (size > ROUGH * dt)
        half = np.where(turns, np.maximum(0.5 * size, ROUGH * dt), 0.5 * size)
        pace.h[todo] = np.where(possible, np.clip(wanted, least, longest * dt), half)
        # a curve that leaves the domain with long steps may only turn too fast with shorter ones
        left = ~possible & (reason[todo] == Status.LEFT_DOMAIN)
        reason[todo] = np.where(left, Status.LEFT_DOMAIN, verdict)
        least = np.where(reason[todo] == Status.NOT_CONVERGED, ROUGH, SMALLEST) * dt
        _stop(way, state, path, todo[pace.h[todo] < least], ahead, reason)
    late = np.flatnonzero((state.status == Status.OK) & (state.reached < 1.0))
    _stop(way, state, path, late, ahead, reason)


def _stop(
    way: _Way, state: _Flight, path: Floats, lost: np.ndarray, ahead: np.ndarray, reason: Ints
) -> None:
    """End curves where they are, with all their further nodes there."""
    speeds = np.linalg.norm(np.stack([path[lost, 0, 2:4], state.y[lost, 2:4]]), axis=-1)
    turning = (reason[lost] == Status.NOT_CONVERGED) & (speeds[1] < RUNAWAY * speeds[0])
    # a metric may be singular only because the edge is near
    aimed = state.y[lost, :2] + ROUGH / way.steps * state.y[lost, 2:4]
    singular = (reason[lost] == Status.ILL_CONDITIONED) & way.manifold.in_domain(aimed)
    wrong = turning | singular
    state.status[lost] = np.where(wrong, reason[lost], Status.LEFT_DOMAIN)
    past = np.arange(path.shape[1]) >= ahead[lost, None]
    path[lost] = np.where(past[..., None], state.y[lost, None], path[lost])


def _fill(
    way: _Way,
    state: _Flight,
    path: Floats,
    nodes: tuple[np.ndarray, np.ndarray, Floats],
    steps: tuple[Floats, Floats, Floats],
) -> Bools:
    """Set the nodes that steps of some curves pass, and return which steps (k,) stay in the domain:
    long ones may pass over a hole.

    nodes: the curves, their next nodes, and the times at which the steps end; steps: slopes of the
    stages and at the end (s + 1, k, 6), sizes (k,) and ends (k, 6).
    """
    (own, ahead, later), (slopes, size, end) = nodes, steps
    last = np.floor(later * way.steps + 1e-9).astype(int)
    at_end = np.flatnonzero(np.abs(last - later * way.steps) <= 1e-9)
    path[own[at_end], last[at_end]] = end[at_end]
    count = last - ahead + 1
    count[at_end] -= 1
    some, whole = np.flatnonzero(count > 0), np.ones(len(own), dtype=bool)
    if some.size == 0:
        return whole

    def slope(y: Floats) -> Floats:
        return slope_at(way.manifold, y, way.alpha)[0]

    start = state.y[own[some]]
    step = dense_step(start, end[some], slopes[:, some], size[some, None], slope)
    rows = np.repeat(np.arange(len(some)), count[some])
    first = np.cumsum(count[some]) - count[some]
    node = ahead[some][rows] + np.arange(len(rows)) - first[rows]
    x = (node / way.steps - state.reached[own[some]][rows]) / size[some][rows]
    inner_ones = DenseStep(step.begin[rows], step.terms[:, rows])
    found = inner_ones.at(x[:, None])[:, 0]
    path[own[some][rows], node, :4] = found
    whole[some[rows[~np.asarray(way.manifold.in_domain(found[:, :2]))]]] = False
    return whole


def _node_by_node(way: _Way, state: _Flight, path: Floats) -> None:
    """Integrate all curves from node to node, with steps halved where need be."""
    for node in range(1, way.steps + 1):
        running = np.flatnonzero(state.status == Status.OK)
        _advance(way, state, running)
        # not the sum of steps: a complete path must end exactly at 1
        state.reached[state.status == Status.OK] = node / way.steps
        path[:, node] = state.y


def _advance(way: _Way, state: _Flight, running: np.ndarray) -> None:
    """Advance curves from one node to the next, or to the point where they stop."""
    dt = 1.0 / way.steps
    remaining = np.full(len(running), dt)
    h = remaining.copy()
    verdict = np.zeros(len(running), np.int32)
    for _ in range(MAX_ATTEMPTS):
        todo = np.flatnonzero(remaining > 1e-12 * dt)
        if todo.size == 0:
            return
        checkpoint()
        curve = running[todo]
        size = np.minimum(h[todo], remaining[todo])
        begin = slope_at(way.manifold, state.y[curve], way.alpha)
        end, verdict[todo], _, _ = _step(way, state.y[curve], size, begin)
        accepted = verdict[todo] == Status.OK
        state.y[curve[accepted]] = end[accepted]
        remaining[todo[accepted]] -= size[accepted]
        h[todo[~accepted]] = 0.5 * size[~accepted]
    stopped = remaining > 1e-12 * dt
    state.reached[running[stopped]] += dt - remaining[stopped]
    reason = np.where(verdict == Status.OK, Status.LEFT_DOMAIN, verdict)
    state.status[running[stopped]] = reason[stopped]


def _step(way: _Way, start: Floats, h: Floats, begin: Begin) -> tuple[Floats, Ints, Floats, Floats]:
    """Return one Runge–Kutta step of sizes h (n,) from y (n, 6), with OK or the reason to reject it
    (n,), its error relative to the speed (n,), and the slopes of its stages (s, n, 6).
    """
    manifold, tableau = way.manifold, way.tableau
    size = h[:, None].astype(start.dtype)
    a, b = tableau.a.astype(start.dtype), tableau.b.astype(start.dtype)
    theta, v = start[:, :2], start[:, 2:4]
    slopes = np.empty((len(b), *start.shape), start.dtype)
    slopes[0], metric, verdict = begin
    turning = _turns(metric[:, [0, 2]], h, slopes[0, :, 2:4], v, way.turn)
    verdict = np.where((verdict == Status.OK) & turning, Status.NOT_CONVERGED, verdict)
    for stage, row in enumerate(a[1:], start=1):
        y = start + size * np.tensordot(row[:stage], slopes[:stage], axes=1)
        slopes[stage], _, wrong = slope_at(manifold, y, way.alpha)
        verdict = np.where(verdict == Status.OK, wrong, verdict)
    end = start + size * np.tensordot(b, slopes, axes=1)
    kept = MARGIN_KEPT * manifold.margin(theta)
    aimed = theta + size * v
    leaving = (manifold.margin(end[:, :2]) <= kept) | (manifold.margin(aimed) <= kept)
    verdict = np.where((verdict == Status.OK) & leaving, Status.LEFT_DOMAIN, verdict)
    return end, verdict.astype(np.int32), _error(tableau, metric, h, slopes), slopes


def _error(tableau: Tableau, metric: Floats, h: Floats, slopes: Floats) -> Floats:
    """Return a step's error in θ, v or ℓ (n,) as a share of |v|; 0 without an estimate.

    Estimated from the errors e₅ and e₃ of the embedded methods as h e₅²/√(e₅² + e₃²/100)
    (Hairer, Nørsett, Wanner).
    """
    if tableau.errors is None:
        return np.zeros(len(h))
    e5, e3 = (
        np.max([norm(metric, e[:, :2]), norm(metric, e[:, 2:4]), np.abs(e[:, 4])], axis=0)
        for e in np.tensordot(tableau.errors, slopes, axes=1)
    )
    tiny = np.finfo(float).tiny
    error = h * e5**2 / np.sqrt(np.maximum(e5**2 + 0.01 * e3**2, tiny))
    return np.asarray(error / np.maximum(norm(metric, slopes[0, :, :2]), tiny))


def _turns(scale: Floats, h: Floats, a: Floats, v: Floats, limit: float) -> np.ndarray:
    """Whether a step of size h (n,) turns v (n, 2) by more than a limit.

    This must hold both in the given coordinates and in coordinates scaled to g_ii = 1: the first
    criterion alone would stop a curve that turns along a coordinate with a much larger scale than the
    other, the second alone a curve that touches a boundary where g diverges.
    """
    plain = h**2 * (a * a).sum(axis=1) > limit**2 * (v * v).sum(axis=1)
    scaled = h**2 * (scale * a * a).sum(axis=1) > limit**2 * (scale * v * v).sum(axis=1)
    return np.asarray(plain & scaled)


def slope_at(manifold: Manifold, y: Floats, alpha: float) -> tuple[Floats, Floats, Ints]:
    """Return y' of states y = (θ, v, ℓ, e) (n, 6), packed g (n, 3), and OK or the reason why no step is
    possible there (n,).
    """
    theta, v = y[:, :2], y[:, 2:4]
    slope = np.empty_like(y)
    slope[:, :2] = v
    slope[:, 2:4], metric, wrong = _acceleration(manifold, theta, v, alpha)
    slope[:, 5] = np.maximum(inner(metric, v, v), 0.0)
    slope[:, 4] = np.sqrt(slope[:, 5])
    return slope, metric, wrong


def acceleration(manifold: Manifold, theta: Floats, v: Floats, alpha: float) -> Floats:
    """Return −Γ^(α)k_ij v^i v^j (n, 2); 0 where θ lies outside the domain or g is singular."""
    return _acceleration(manifold, theta, v, alpha)[0]


def _acceleration(
    manifold: Manifold, theta: Floats, v: Floats, alpha: float
) -> tuple[Floats, Floats, Ints]:
    """Return −Γ^(α)k_ij v^i v^j (n, 2), packed g (n, 3), and OK or the reason why no step is possible
    there (n,).
    """
    safe, inside = inside_only(manifold, theta)
    local = manifold.geometry(safe)
    singular = is_singular(local)
    covector = contracted(connection_first(local, alpha), v, v)
    covector = np.where(singular[:, None], 0.0, covector)
    local = type(local)(local.metric, local.first, local.cubic, np.where(singular, 1.0, local.det))
    acceleration = np.where(inside[:, None], -raised(local, covector), 0.0)
    wrong = np.where(singular, Status.ILL_CONDITIONED, Status.OK)
    status = np.where(inside, wrong, Status.LEFT_DOMAIN).astype(np.int32)
    return acceleration, local.metric, status
