"""Initial-value geodesics with steps of their own: DOP853 at an error for each curve, and dense output.

Near an edge at infinity coordinates run away in finite time, v ~ 1/(t₁ − t), and steps in time would
shrink with t₁ − t.  So steps are taken in a variable s of which the coordinates are slower functions,
    dt/ds = √(2/(1 + q(v)/q(v₀))),   q(v) = Σ g_ii(θ₀) v_i²,
which is time for a constant velocity.  Nodes, at equal times, come from the dense output of θ, v and t.
Near an edge, or where g becomes singular, the last step says when that will be, and the next one takes
a share of the way; a curve for which no step is possible stops with a status.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics.dense_step import DenseStep, dense_step
from compute.geodesics.runge_kutta import DOP853, Begin, errors, slope_at, step, turns
from compute.geodesics.step_size import CAREFUL, QUICK, Pace, is_typed
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import SINGULAR

# the share by which a step may change the velocity, without and with an estimate of its error
TURN_LIMIT, ESTIMATED_TURN = 0.2, 0.5
# the error of a step as a share of the speed
STEP_ERROR = 1e-11
# the smallest step that an error or a turn asks for, in units of that between two nodes, the smallest
# of all, and the most steps for each node
ROUGH, SMALLEST, MOST_STEPS = 2.0**-5, 2.0**-12, 64
# a curve that can only turn too fast runs away in finite time if its coordinates are this much faster
# than at first
RUNAWAY = 8.0
# the largest share of a step of the way to an edge, as the last step shows it
APPROACH = 0.7
# iterations for the share of a step at which it passes a time, and a change that ends them
INVERSIONS, CLOSE = 5, 1e-8


@dataclass(frozen=True, eq=False)
class Way:
    """The manifold, α and number of nodes of an integration."""

    manifold: Manifold
    alpha: float
    steps: int

    @property
    def turn(self) -> float:
        """The share by which a step may change the velocity."""
        return TURN_LIMIT if is_typed(self.manifold) else ESTIMATED_TURN


@dataclass
class _Flight:
    """Curves during integration: y = (θ, v, ℓ, e, t) (n, 7), their slopes by t, g (n, 3) and why no
    step is possible (n,); q's coefficients (n, 2), 0 for steps in time; nodes (n, m, 4) and the next of
    them (n,); the distances to the edge and to singular g, as functions that vanish there (n, 2), how
    fast they fell (n, 2), and whether a step failed because of them (n,); why the last step was
    rejected or the next is cut (n,); and the status of a stop.
    """

    y: Floats
    slope: Floats
    metric: Floats
    wrong: Ints
    weight: Floats
    path: Floats
    ahead: np.ndarray
    near: Floats
    fall: Floats
    close: Bools
    reason: Ints
    status: Ints

    @property
    def open(self) -> np.ndarray:
        """The curves that have not arrived or stopped."""
        return np.flatnonzero((self.status == Status.OK) & (self.y[:, 6] < 1.0))


def integrate(way: Way, theta: Floats, v: Floats) -> tuple[Floats, Floats, Ints]:
    """Return nodes θ, v (n, m, 4), last states (θ, v, ℓ, e, t) (n, 7), and why curves stopped (n,),
    from θ and v (n, 2).

    Nodes after a stop repeat it.
    """
    state = _begun(way, theta, v)
    pace = Pace(np.full(len(theta), 1.0 / way.steps))
    for _ in range(MOST_STEPS * way.steps):
        todo = state.open
        if todo.size == 0:
            break
        checkpoint()
        _advance(way, state, pace, todo)
    late = state.open
    if late.size:
        _stop(way, state, late)
    return state.path, state.y, state.status


def _begun(way: Way, theta: Floats, v: Floats) -> _Flight:
    n = len(theta)
    y = np.concatenate([theta, v, np.zeros((n, 3))], axis=1)
    slope, metric, wrong = slope_at(way.manifold, y[:, :6], way.alpha)
    size = (np.maximum(metric[:, [0, 2]], 0.0) * v * v).sum(axis=1)
    moves = size > 0.0
    weight = np.where(moves[:, None], metric[:, [0, 2]], 0.0) / np.where(moves, size, 1.0)[:, None]
    if is_typed(way.manifold):
        weight[:] = 0.0
    path = np.empty((n, way.steps + 1, 4))
    path[:, 0] = y[:, :4]
    near, fall = np.full((n, 2), np.inf), np.zeros((n, 2))
    none, ahead = np.zeros(n, np.int32), np.ones(n, int)
    return _Flight(
        y, slope, metric, wrong, weight, path, ahead, near, fall, none > 0, none, none.copy()
    )


def _rate(v: Floats, weight: Floats) -> Floats:
    """Return dt/ds (...,) at velocities (..., 2), 1 without a weight."""
    return np.asarray(np.sqrt(2.0 / (1.0 + (weight * v * v).sum(axis=-1))))


@dataclass(frozen=True, eq=False)
class _Steps:
    """Steps of some curves: the sizes in s and in time (k,), q's coefficients (k, 2), dt/ds at their
    start (k,), and which are the last ones, which end at the time 1 and are steps in time.
    """

    size: Floats
    time: Floats
    weight: Floats
    rate: Floats
    last: Bools

    def slope(self, way: Way, rows: np.ndarray | slice = slice(None)) -> Callable[[Floats], Begin]:
        """Return the slopes by s of states (k, 7) of some of the curves."""
        weight = self.weight[rows]

        def slope(y: Floats) -> Begin:
            base, metric, wrong = slope_at(way.manifold, y[:, :6], way.alpha)
            return _by_s(base, _rate(y[:, 2:4], weight)), metric, wrong

        return slope


def _by_s(slope: Floats, rate: Floats) -> Floats:
    """Return slopes by s (..., 7) from those by t (..., 6)."""
    return np.concatenate([slope, np.ones_like(rate)[..., None]], axis=-1) * rate[..., None]


def _planned(state: _Flight, pace: Pace, todo: np.ndarray) -> _Steps:
    y, weight = state.y[todo], state.weight[todo]
    rate, rest = _rate(y[:, 2:4], weight), 1.0 - y[:, 6]
    time = pace.h[todo] * rate
    last = time >= rest
    weight = np.where(last[:, None], 0.0, weight)
    rate, time = _rate(y[:, 2:4], weight), np.where(last, rest, time)
    return _Steps(time / rate, time, weight, rate, last)


def _advance(way: Way, state: _Flight, pace: Pace, todo: np.ndarray) -> None:
    """Try one step of each curve of ``todo``, and set the size of the next or stop the curve."""
    dt, planned = 1.0 / way.steps, _planned(state, pace, todo)
    y, metric, time = state.y[todo], state.metric[todo], planned.time
    known = _by_s(state.slope[todo], planned.rate), metric, state.wrong[todo]
    sizes = planned.size, time
    end, verdict, slopes = step(way.manifold, DOP853, planned.slope(way), y, sizes, known, way.turn)
    error = errors(DOP853, metric, y[:, 2:4], planned.size, slopes)
    end[planned.last, 6] = 1.0
    late = (verdict == Status.OK) & (end[:, 6] > 1.0)
    exact = ((error <= STEP_ERROR) | (time <= ROUGH * dt)) & ~late
    good = np.flatnonzero((verdict == Status.OK) & exact)
    if good.size:
        whole = _accept(way, state, todo, good, (planned, slopes, end))
        verdict[good[~whole]] = Status.LEFT_DOMAIN
    possible = verdict == Status.OK
    # after a step that was not possible the next one is not larger
    longest, growth = CAREFUL if is_typed(way.manifold) else QUICK
    most = np.where(state.reason[todo] == Status.OK, growth, 1.0)
    wanted = pace.wanted(todo, planned.size, error / STEP_ERROR, possible & exact, most)
    rate = _rate(state.y[todo, 2:4], state.weight[todo])
    least = np.minimum(planned.size, ROUGH * dt / rate)
    wanted = np.clip(wanted, least, longest * dt / rate)
    wanted[late] = 0.9 * ((1.0 - y[:, 6]) / (end[:, 6] - y[:, 6]) * planned.size)[late]
    # a turn asks for no step below the smallest before that is tried
    turning = (verdict == Status.NOT_CONVERGED) & (time > ROUGH * dt)
    half = np.where(turning, np.maximum(0.5 * time, ROUGH * dt), 0.5 * time) / rate
    # a curve that leaves the domain with long steps may only turn too fast with shorter ones
    left = ~possible & (state.reason[todo] == Status.LEFT_DOMAIN)
    state.reason[todo] = np.where(left, Status.LEFT_DOMAIN, verdict)
    wanted, most = np.where(possible, wanted, half), _cut(way, state, todo)
    blocked = np.isin(verdict, (Status.LEFT_DOMAIN, Status.ILL_CONDITIONED))
    state.close[todo] = blocked | (state.close[todo] & (most < wanted))
    pace.h[todo] = np.minimum(wanted, most)
    rough = state.reason[todo] == Status.NOT_CONVERGED
    lost = pace.h[todo] * rate < np.where(rough, ROUGH, SMALLEST) * dt
    lost &= state.y[todo, 6] < 1.0
    if lost.any():
        _stop(way, state, todo[lost])


def _cut(way: Way, state: _Flight, todo: np.ndarray) -> Floats:
    """Return the sizes (k,) of the next steps towards an edge or singular g, infinite far from both,
    and 0 for curves that turn too fast for any.  Set the reason of those that are the smallest.
    """
    near, fall = state.near[todo], state.fall[todo]
    falls = (fall > 0.0) & state.close[todo, None]
    until = np.where(falls, near / np.where(falls, fall, 1.0), np.inf)
    most, which = APPROACH * until.min(axis=1), until.argmin(axis=1)
    v, slope = state.y[todo, 2:4], state.slope[todo, 2:4]
    small = most * _rate(v, state.weight[todo]) < SMALLEST / way.steps
    why = np.where(which == 0, Status.LEFT_DOMAIN, Status.ILL_CONDITIONED)
    shortest = np.full(len(todo), ROUGH / way.steps)
    turning = turns(state.metric[todo], shortest, slope, v, way.turn) & ~small
    reason = np.where(small, why, state.reason[todo])
    state.reason[todo] = np.where(turning, Status.NOT_CONVERGED, reason)
    return np.asarray(np.where(turning, 0.0, most))


def _accept(
    way: Way,
    state: _Flight,
    todo: np.ndarray,
    good: np.ndarray,
    steps: tuple[_Steps, Floats, Floats],
) -> Bools:
    """Set the nodes that the ``good`` steps pass, and make those steps that stay in the domain; return
    which (k,): long ones may pass over a hole.

    steps: with the slopes of their stages (s, n, 7) and their ends (n, 7), of all curves in ``todo``.
    """
    planned, slopes, ends = steps
    end, own = ends[good], todo[good]
    base, metric, wrong = slope_at(way.manifold, end[:, :6], way.alpha)
    last = _by_s(base, _rate(end[:, 2:4], planned.weight[good]))
    whole = _fill(
        way, state, own, planned, good, np.concatenate([slopes[:, good], last[None]]), end
    )
    own, size = own[whole], planned.size[good][whole]
    near = _nearness(way.manifold, end[whole], metric[whole])
    known = np.isfinite(state.near[own]).all(axis=1)
    before = np.where(known[:, None], state.near[own], near)
    state.fall[own], state.near[own] = (before - near) / size[:, None], near
    state.y[own], state.slope[own] = end[whole], base[whole]
    state.metric[own], state.wrong[own] = metric[whole], wrong[whole]
    state.ahead[own] = np.floor(end[whole, 6] * way.steps + 1e-9).astype(int) + 1
    return whole


def _nearness(manifold: Manifold, y: Floats, metric: Floats) -> Floats:
    """Return the distance to the edge, and log D/(g₁₁g₂₂) above that of singular g (k, 2)."""
    sizes = metric[:, 0] * metric[:, 2]
    share = 1.0 - metric[:, 1] ** 2 / np.where(sizes > 0.0, sizes, 1.0)
    singular = np.log(np.maximum(share, SINGULAR) / SINGULAR)
    return np.stack([np.maximum(manifold.margin(y[:, :2]), 0.0), singular], axis=1)


def _fill(
    way: Way,
    state: _Flight,
    own: np.ndarray,
    planned: _Steps,
    good: np.ndarray,
    slopes: Floats,
    end: Floats,
) -> Bools:
    """Set the nodes that the ``good`` steps of the curves ``own`` (k,) pass, and return which steps
    (k,) stay in the domain.

    slopes: of the stages and at the ends (s + 1, k, 7); ends (k, 7).
    """
    ahead, later = state.ahead[own], end[:, 6]
    last = np.floor(later * way.steps + 1e-9).astype(int)
    at_end = np.flatnonzero(np.abs(last - later * way.steps) <= 1e-9)
    state.path[own[at_end], last[at_end]] = end[at_end, :4]
    count = last - ahead + 1
    count[at_end] -= 1
    some, whole = np.flatnonzero(count > 0), np.ones(len(own), dtype=bool)
    if some.size == 0:
        return whole
    slope, size = planned.slope(way, good[some]), planned.size[good[some]]
    one = dense_step(
        state.y[own[some]], end[some], slopes[:, some], size[:, None], lambda y: slope(y)[0]
    )
    rows = np.repeat(np.arange(len(some)), count[some])
    first = np.cumsum(count[some]) - count[some]
    node = ahead[some][rows] + np.arange(len(rows)) - first[rows]
    weight = planned.weight[good[some]][rows]
    found = _at_times(
        DenseStep(one.begin[rows], one.terms[:, rows]),
        node / way.steps,
        later[some][rows],
        size[rows],
        weight,
    )
    state.path[own[some][rows], node] = found[:, :4]
    whole[some[rows[~np.asarray(way.manifold.in_domain(found[:, :2]))]]] = False
    return whole


def _at_times(one: DenseStep, t: Floats, later: Floats, size: Floats, weight: Floats) -> Floats:
    """Return the states (k, 7) of steps at times t (k,) before their ends at ``later`` (k,), by
    Newton's method for the share of a step.
    """
    x = (t - one.begin[:, 6]) / (later - one.begin[:, 6])
    moving = one.of([2, 3, 6])
    for _ in range(INVERSIONS):
        found = moving.at(x[:, None])[:, 0]
        change = (found[:, 2] - t) / (size * _rate(found[:, :2], weight))
        x = np.clip(x - change, 0.0, 1.0)
        if np.abs(change).max() < CLOSE:
            break
    return one.at(x[:, None])[:, 0]


def _stop(way: Way, state: _Flight, lost: np.ndarray) -> None:
    """End curves where they are, with all their further nodes there."""
    y = state.y[lost]
    speeds = np.linalg.norm(np.stack([state.path[lost, 0, 2:4], y[:, 2:4]]), axis=-1)
    turning = (state.reason[lost] == Status.NOT_CONVERGED) & (speeds[1] < RUNAWAY * speeds[0])
    # a metric may be singular only because the edge is near
    aimed = y[:, :2] + ROUGH / way.steps * y[:, 2:4]
    singular = (state.reason[lost] == Status.ILL_CONDITIONED) & way.manifold.in_domain(aimed)
    state.status[lost] = np.where(turning | singular, state.reason[lost], Status.LEFT_DOMAIN)
    past = np.arange(state.path.shape[1]) >= state.ahead[lost, None]
    state.path[lost] = np.where(past[..., None], y[:, None, :4], state.path[lost])
