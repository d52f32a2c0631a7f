"""Initial-value geodesics with steps of their own: DOP853 at an error for each curve.

Near an edge at infinity coordinates run away in finite time, v ~ 1/(t₁ − t), and steps in time would
shrink with t₁ − t.  So steps are taken in a variable s of which the coordinates are slower functions,
    dt/ds = √(2/(1 + q(v)/q(v₀))),   q(v) = Σ g_ii(θ₀) v_i²,
which is time for a constant velocity.  Nodes, at equal times, come from the ends of the steps
(`step_ends`).  Near an edge, or where g becomes singular, the last step says when that will be, and the
next one takes a share of the way; a curve for which no step is possible stops with a status.

States are columns (θ, v, t), for α ≠ 0 also length and energy, ℓ' = |v| and e' = |v|², beside what
their sums round off: between the ends of a short step few digits of θ change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics import dop853
from compute.geodesics.hermite import cubics
from compute.geodesics.runge_kutta import MARGIN_KEPT
from compute.geodesics.spray import ILL, LEFT, OK
from compute.geodesics.step_ends import StepEnds, added, joined, rate
from compute.geodesics.step_size import CAREFUL, QUICK, Pace, errors, square, unturned
from compute.geodesics.way import Way
from compute.manifold.tangent import SINGULAR

# the error of a step as a share of the speed, and the share of that for the first step, whose nodes
# have no earlier step's end
STEP_ERROR, FIRST_ERROR = 3e-11, 0.02
# the smallest step that a turn asks for and the smallest of all, in units of `Way.unit`
ROUGH, SMALLEST = 2.0**-5, 2.0**-12
# the most steps for each unit, along typed metrics and others: usual rays take 1; where θ rounds off
# the distance to an edge, errors are noise and steps become smaller without end
TYPED_STEPS, MOST_STEPS = 64, 8
# the largest sum of errors of the smallest steps, as a share of the speed
DOUBT = 1e-8
# a curve that can only turn too fast runs away if its coordinates are this much faster than at first
RUNAWAY = 8.0
# the largest share of a step of the way to an edge, as the last step shows it
APPROACH = 0.7
# about how much of the velocity the first step changes
FIRST_TURN = 0.05
# for the shares of a step at which a curve must be inside the domain, its end among them
CUBICS = cubics(np.arange(1, 9) / 8)
# the largest last step, as a share of what its error allows: it has no later step's end
LAST = 0.6
TURNS = int(Status.NOT_CONVERGED)


@dataclass
class _Flight:
    """Curves during integration: states y (d, n) with their s (n,) and what both lack of the sums of
    their steps (d, n), (n,); θ'' (2, n), g (3, n), why no step is possible and the longest that does
    not turn too far (n,); q's coefficients, 0 for steps in time (2, n); the distances to the edge and
    to singular g, as functions that vanish there, and how fast they fell (2, n), and whether a step
    failed because of them (n,); why the last step was rejected or the next is cut (n,); the status of a
    stop; all ends of steps, the first |v|² in the metric and in coordinates (n,), and the errors of
    steps beyond the tolerance (n,).
    """

    y: Floats
    s: Floats
    y_lost: Floats
    s_lost: Floats
    a: Floats
    metric: Floats
    wrong: Ints
    turn: Floats
    weight: Floats
    near: Floats
    fall: Floats
    close: Bools
    reason: Ints
    status: Ints
    ends: StepEnds
    energy: Floats
    quick: Floats
    doubt: Floats

    @property
    def open(self) -> np.ndarray:
        """The curves that have not arrived or stopped."""
        return np.flatnonzero((self.status == OK) & (self.y[4] < 1.0))

    def sums(self) -> Floats:
        """Return the lengths and energies (n, 2); for α = 0 |v| is constant."""
        if len(self.y) == 7:
            return np.asarray(self.y[5:].T)
        sums: Floats = np.stack([np.sqrt(self.energy), self.energy], axis=1) * self.y[4][:, None]
        return sums


def integrate(way: Way, theta: Floats, v: Floats) -> tuple[Floats, Floats, Floats, Ints]:
    """Return nodes θ, v (n, m, 4), the times that curves reached (n,), their lengths and energies
    (n, 2) and why they stopped (n,), from θ and v (n, 2).

    Nodes after a stop repeat it.
    """
    state = _begun(way, theta, v)
    pace = Pace(_first_steps(way, state))
    most = TYPED_STEPS if way.typed else MOST_STEPS
    for _ in range(round(most / way.unit)):
        todo = state.open
        if todo.size == 0:
            break
        checkpoint()
        _advance(way, state, pace, todo)
    state.status[state.open] = TURNS
    state.status[(state.status == OK) & ~(state.doubt <= DOUBT)] = TURNS
    return state.ends.nodes(way.steps), state.y[4], state.sums(), state.status


def _begun(way: Way, theta: Floats, v: Floats) -> _Flight:
    n = len(theta)
    y = np.zeros((5 if way.alpha == 0.0 else 7, n))
    y[:2], y[2:4] = theta.T, v.T
    a, metric, wrong = way.acceleration(y[:2], y[2:4])
    size = (np.maximum(metric[[0, 2]], 0.0) * y[2:4] ** 2).sum(axis=0)
    moves = size > 0.0
    weight = np.where(moves, metric[[0, 2]], 0.0) / np.where(moves, size, 1.0)
    if way.typed:
        weight[:] = 0.0
    none = np.zeros(n, np.int32)
    ends = StepEnds(weight)
    ends.add(np.arange(n), np.concatenate([y[:5], np.zeros((1, n))]), np.zeros((6, n)), a.copy())
    return _Flight(
        y=y,
        s=np.zeros(n),
        y_lost=np.zeros_like(y),
        s_lost=np.zeros(n),
        a=a,
        metric=metric,
        wrong=none.copy() if wrong is None else wrong,
        turn=way.turn * unturned(metric, y[2:4], a),
        weight=weight,
        near=np.full((2, n), np.inf),
        fall=np.zeros((2, n)),
        close=none > 0,
        reason=none,
        status=none.copy(),
        ends=ends,
        energy=square(metric, y[2:4]),
        quick=(y[2:4] ** 2).sum(axis=0),
        doubt=np.zeros(n),
    )


def _first_steps(way: Way, state: _Flight) -> Floats:
    """Return first steps (n,) between two nodes and the longest, by how fast the velocities turn."""
    dt, scale = 1.0 / way.steps, np.maximum(state.metric[[0, 2]], 0.0)
    if way.typed:
        return np.full(len(state.s), dt)
    v, a = ((scale * x**2).sum(axis=0) for x in (state.y[2:4], state.a))
    bends = a > 0.0
    first = FIRST_TURN * np.sqrt(v / np.where(bends, a, 1.0))
    return np.where(bends, np.clip(first, dt, QUICK[0] * dt), QUICK[0] * dt)


@dataclass(frozen=True, eq=False)
class _Steps:
    """Steps of some curves: the sizes in s and in time (k,), q's coefficients (2, k), dt/ds at their
    start (k,), which are the last ones, which end at the time 1 and are steps in time, and which are
    half of the way to it, so that the last one is short.
    """

    size: Floats
    time: Floats
    weight: Floats
    rate: Floats
    last: Bools
    halved: Bools


def _planned(state: _Flight, pace: Pace, todo: np.ndarray) -> _Steps:
    v, weight = state.y[2:4, todo], state.weight[:, todo]
    rest = 1.0 - state.y[4, todo] - state.y_lost[4, todo]
    quick = rate(v, weight)
    time = pace.h[todo] * quick
    last = LAST * time >= rest
    halved = ~last & (time > 0.5 * rest)
    time = np.where(halved, 0.5 * rest, time)
    weight = np.where(last, 0.0, weight)
    quick, time = rate(v, weight), np.where(last, rest, time)
    return _Steps(time / quick, time, weight, quick, last, halved)


def _stepped(
    way: Way,
    planned: _Steps,
    start: tuple[Floats, Floats],
    begin: Floats,
    turning: Bools,
    wrong: Ints,
) -> tuple[tuple[Floats, Floats], Ints, Floats]:
    """Return the ends of steps from a start, both states y (d, k) with what they lack, OK or the reason
    to reject each (k,), and the slopes of the stages times the sizes (12, d, k), the first of them
    ``begin``; ``turning``: whether the curve turns too far, and why no step is possible at the start.
    """
    y, lost = start
    rises, acceleration = np.empty((dop853.STAGES, *y.shape)), way.acceleration
    flat = rises.reshape(dop853.STAGES, -1)
    rises[0] = begin
    verdict = np.where((wrong == OK) & turning, TURNS, wrong)
    for stage, row in enumerate(dop853.A[1:], start=1):
        at = (row[:stage] @ flat[:stage]).reshape(y.shape)
        at += y
        bend, g, wrong_there = acceleration(at[:2], at[2:4])
        time = rate(at[2:4], planned.weight)
        time *= planned.size
        way.rise(at[2:4], bend, g, time, rises[stage])
        if wrong_there is not None:
            verdict = np.where(verdict == OK, wrong_there, verdict)
    end, lost = added(y, lost, (dop853.B @ flat).reshape(y.shape))
    aimed = y[:2] + planned.time * y[2:4]
    margin = way.margin(np.stack([y[:2], end[:2], aimed], axis=1))
    leaving = (margin[1:] <= MARGIN_KEPT * margin[0]).any(axis=0)
    return (end, lost), np.where((verdict == OK) & leaving, LEFT, verdict).astype(np.int32), rises


def _advance(way: Way, state: _Flight, pace: Pace, todo: np.ndarray) -> None:
    """Try one step of each curve of ``todo``, and set the size of the next or stop the curve."""
    planned, smallest, rough = _planned(state, pace, todo), SMALLEST * way.unit, ROUGH * way.unit
    y, metric, time = state.y[:, todo], state.metric[:, todo], planned.time
    begin = way.rise(y[2:4], state.a[:, todo], metric, time, np.empty_like(y))
    start, wrong, turning = (y, state.y_lost[:, todo]), state.wrong[todo], time > state.turn[todo]
    (end, lost), verdict, rises = _stepped(way, planned, start, begin, turning, wrong)
    share = way.share[todo] if isinstance(way.share, np.ndarray) else way.share
    allowed = STEP_ERROR * share * np.where(state.s[todo] > 0.0, 1.0, FIRST_ERROR)
    error = errors(metric, y[2:4], rises) / allowed
    end[4, planned.last], lost[4, planned.last] = 1.0, 0.0
    late = (verdict == OK) & (end[4] > 1.0)
    exact = ((error <= 1.0) | (time <= smallest)) & ~late
    good = np.flatnonzero((verdict == OK) & exact)
    if good.size:
        whole = _accept(way, state, todo, good, (planned, rises, end, lost))
        verdict[good[~whole]] = LEFT
    possible = verdict == OK
    # after a step that was not possible the next one is not larger
    longest, growth = CAREFUL if way.typed else QUICK
    most = np.where(state.reason[todo] == OK, growth, 1.0)
    made = possible & exact
    rough_ones = made & ~(error <= 1.0)
    if rough_ones.any():
        state.doubt[todo] += np.where(rough_ones, error * allowed, 0.0)
    wanted = pace.wanted(todo, planned.size, error, made & ~planned.halved, most)
    wanted = np.where(made & planned.halved, pace.h[todo], wanted)
    quick = rate(state.y[2:4, todo], state.weight[:, todo])
    least = np.minimum(planned.size, smallest / quick)
    wanted = np.clip(wanted, least, longest / way.steps / quick)
    if late.any():
        wanted[late] = 0.9 * ((1.0 - y[4]) / (end[4] - y[4]) * planned.size)[late]
    # a turn asks for no step below the smallest before that is tried
    turning = (verdict == TURNS) & (time > rough)
    half = np.where(turning, np.maximum(0.5 * time, rough), 0.5 * time) / quick
    # a curve that leaves the domain with long steps may only turn too fast with shorter ones
    left = ~possible & (state.reason[todo] == LEFT)
    state.reason[todo] = np.where(left, LEFT, verdict)
    wanted, most = np.where(possible, wanted, half), _cut(way, state, todo)
    state.close[todo] = (verdict == LEFT) | (verdict == ILL) | (state.close[todo] & (most < wanted))
    pace.h[todo] = np.minimum(wanted, most)
    least = np.where(state.reason[todo] == TURNS, rough, smallest)
    ended = (pace.h[todo] * quick < least) & (state.y[4, todo] < 1.0) & (state.reason[todo] != OK)
    if ended.any():
        _stop(way, state, todo[ended])


def _cut(way: Way, state: _Flight, todo: np.ndarray) -> Floats:
    """Return the sizes (k,) of the next steps towards an edge or singular g, infinite far from both,
    and 0 for curves that turn too fast for any.  Set the reason of those that are the smallest.
    """
    near, fall = state.near[:, todo], state.fall[:, todo]
    falls = (fall > 0.0) & state.close[todo]
    until = np.where(falls, near / np.where(falls, fall, 1.0), np.inf)
    most, which = APPROACH * until.min(axis=0), until.argmin(axis=0)
    v = state.y[2:4, todo]
    small = most * rate(v, state.weight[:, todo]) < SMALLEST * way.unit
    turning = (state.turn[todo] < ROUGH * way.unit) & ~small
    reason = np.where(small, np.where(which == 0, LEFT, ILL), state.reason[todo])
    state.reason[todo] = np.where(turning, TURNS, reason)
    return np.asarray(np.where(turning, 0.0, most))


def _accept(
    way: Way,
    state: _Flight,
    todo: np.ndarray,
    good: np.ndarray,
    steps: tuple[_Steps, Floats, Floats, Floats],
) -> Bools:
    """Make those of the ``good`` steps that stay in the domain, and return which (k,): long ones may
    pass over a hole.

    steps: with the rises of their stages (12, d, n), their ends (d, n) and what these lack, of all
    curves in ``todo``.
    """
    planned, rises, ends, lost = steps
    end, own = ends[:, good], todo[good]
    a, metric, wrong = way.acceleration(end[:2], end[2:4])
    size, quick = planned.size[good], rate(end[2:4], planned.weight[:, good])
    sides = np.stack([state.y[:2, own], rises[0, :2, good].T,
                      end[:2], size * quick * end[2:4]])  # fmt: skip
    between = (CUBICS @ sides.reshape(4, -1)).reshape(len(CUBICS), 2, -1)
    margin = way.margin(between.swapaxes(0, 1))
    whole, margin = np.asarray((margin > 0.0).all(axis=0)), margin[-1]
    if not whole.all():
        margin = margin[whole]
        end, own, size, a, metric = (x[..., whole] for x in (end, own, size, a, metric))
        wrong = None if wrong is None else wrong[whole]
    near = _nearness(margin, metric)
    known = np.isfinite(state.near[:, own]).all(axis=0)
    before = np.where(known, state.near[:, own], near)
    state.fall[:, own], state.near[:, own] = (before - near) / size, near
    passed, lost = _passed(state, planned, rises, good[whole], own), lost[:, good[whole]]
    s, s_lost = state.s[own], state.s_lost[own] = added(state.s[own], state.s_lost[own], passed)
    state.y[:, own], state.y_lost[:, own] = end, lost
    state.a[:, own], state.metric[:, own] = a, metric
    state.turn[own] = way.turn * unturned(metric, end[2:4], a)
    state.wrong[own] = OK if wrong is None else wrong
    state.ends.add(own, joined(end, s), joined(lost, s_lost), a)
    return whole


def _passed(
    state: _Flight, planned: _Steps, rises: Floats, good: np.ndarray, own: np.ndarray
) -> Floats:
    """Return the increase of s (k,) in steps, for those in time ∫ dt/(dt/ds) by the step's own rule."""
    found: Floats = planned.size[good]
    last = np.flatnonzero(planned.last[good])
    if last.size:
        chosen, weight = good[last], state.weight[:, own[last]]
        v = np.moveaxis(rises[:, :2, chosen] / planned.time[chosen], 1, 0)
        found[last] = planned.time[chosen] * (dop853.B @ (1.0 / rate(v, weight[:, None])))
    return found


def _nearness(margin: Floats, metric: Floats) -> Floats:
    """Return the distance to the edge, and log D/(g₁₁g₂₂) above that of singular g (2, k)."""
    sizes = metric[0] * metric[2]
    share = 1.0 - metric[1] ** 2 / np.where(sizes > 0.0, sizes, 1.0)
    singular = np.log(np.maximum(share, SINGULAR) / SINGULAR)
    return np.stack([np.maximum(margin, 0.0), singular])


def _stop(way: Way, state: _Flight, lost: np.ndarray) -> None:
    """End curves where they are."""
    y, reason = state.y[:, lost], state.reason[lost]
    runs = (y[2:4] ** 2).sum(axis=0) >= RUNAWAY**2 * state.quick[lost]
    # a metric may be singular only because the edge is near
    aimed = y[:2] + ROUGH * way.unit * y[2:4]
    singular = (reason == ILL) & (way.margin(aimed) > 0.0)
    state.status[lost] = np.where(((reason == TURNS) & ~runs) | singular, reason, LEFT)
