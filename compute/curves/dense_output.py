"""Dense output of geodesics: piecewise quintics in θ.

The nodes of a geodesic are equidistant in its affine parameter, and for α ≠ 0 its speed may change a
thousandfold from one to the next.  Between two nodes it is represented by the quintic Hermite
interpolant of θ, θ′ and θ″.  This is accepted where the cubic interpolant of θ and θ′ is close to it
relative to the chord; otherwise the geodesic is integrated again from both ends of the interval (or
evaluated by its closed form), and the interval is split.  Where that fails it stays a chord, marked in
``known``. Quintic Hermite interpolation: error O(h⁶); if the cubic has relative error δ, the quintic
has about δ^(5/3).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Bools, Floats
from compute.core.status import Status
from compute.curves.dense_curve import DenseCurve, differenced, polygon, quintics, smooth
from compute.curves.dense_polish import polished
from compute.geodesics import initial_value
from compute.geodesics.initial_curves import between_at, is_dual, nearest_copy
from compute.geodesics.runge_kutta import acceleration
from compute.manifold.manifold import Manifold, inside_only, known_inside
from compute.manifold.tangent import norm
from compute.requests.geodesics import Paths, ShootRequest

# tolerances of an interval's cubic relative to its chord, while dragging and at rest: the quintic
# is then off by less than a tenth of a pixel for a chord across the window, and across a thousand
# windows
LIVE, FINE = 3e-3, 1e-4
# rounding of a coordinate in single and double precision, relative to its largest value
NOISE = {"gpu": 2e-7, "reference": 1e-12}
# pieces into which an interval is cut, and the maximum number of rounds
PARTS, ROUNDS = 8, 7
# maximum number of intervals cut in one round
MOST = 4096
# tolerance of a repeated integration at the interval's end, relative to the chord
GAP = 0.02


def dense_output(
    manifold: Manifold,
    paths: Paths,
    alpha: float = 0.0,
    tolerance: float = FINE,
    fire: initial_value.Fire = initial_value.shoot,
    row: int = 0,
    ends: Floats | None = None,
) -> DenseCurve:
    """Return the dense curve of one path of a batch, from A to where it stopped, with nodes added as
    needed.

    ``tolerance``: accepted error of an interval's cubic relative to its chord; ``fire`` integrates
    unresolved intervals.  ``ends`` (2, 2): the exact end points, to refine a single-precision path to
    double precision.
    """
    count = int(paths.nodes[row])
    t, theta = paths.t[:count], paths.theta[row, :count]
    v = paths.velocity[row, :count]
    whole = paths.reached[row] == 1.0 and Status(int(paths.status[row])).arrived
    noise = NOISE[paths.engine]
    exact = _closed_form(manifold, theta[[0, -1]], alpha) if whole else None
    if whole and exact is None and ends is not None and paths.engine != "reference":
        near = np.stack([nearest_copy(manifold, theta[[0, -1]][i], ends[i]) for i in (0, 1)])
        found = polished(manifold, (theta, v), near, alpha)
        if found is not None:
            (theta, v), noise = found, NOISE["reference"]
    made = _refined(_Nodes(manifold, alpha, t, theta, v, noise), tolerance, fire, exact)
    reached = float(paths.reached[row])
    if reached < 1.0 and reached > t[-1] and np.isfinite(paths.stop[row]).all():
        made = _prolonged(made, manifold, alpha, (theta[-1], v[-1]), (reached, paths.stop[row]))
    return made


Exact = Callable[[Floats], tuple[Floats, Floats]]


def _closed_form(manifold: Manifold, ends: Floats, alpha: float) -> Exact | None:
    """Return position and velocity (k, 2) at times (k,) of an e- or m-geodesic, or None."""
    if abs(alpha) != 1.0 or manifold.singular or not is_dual(manifold):
        return None
    a, b = ends[:1], ends[1:]

    def at(times: Floats) -> tuple[Floats, Floats]:
        theta, v = between_at(manifold, a, b, alpha, times[None])
        return theta[0], v[0]

    return at


class _Nodes:
    """A curve during refinement: its nodes, and which intervals remain to be checked."""

    def __init__(
        self, manifold: Manifold, alpha: float, t: Floats, theta: Floats, v: Floats, noise: float
    ) -> None:
        self.manifold, self.alpha = manifold, alpha
        self.t, self.theta, self.v = t, theta, v
        self.a = differenced(t, theta, v)
        self.noise = noise * np.abs(theta).max(axis=0)
        self.hopeless = np.zeros(max(len(t) - 1, 0), bool)
        self.settled = self.hopeless.copy()

    def excess(self) -> tuple[Floats, Floats]:
        """Return the difference of θ″ from that of the cubic at both ends of each interval (2, m−1, 2),
        and the chords (m−1, 2).
        """
        h = np.diff(self.t)[:, None]
        u0, u1 = h * self.v[:-1], h * self.v[1:]
        w0, w1 = h * h * self.a[:-1], h * h * self.a[1:]
        d = np.diff(self.theta, axis=0)
        return np.stack([w0 - (6 * d - 4 * u0 - 2 * u1), w1 - (2 * u0 + 4 * u1 - 6 * d)]) / 32, d

    def suspects(self, tolerance: float) -> NDArray[np.intp]:
        """Return intervals that may be unresolved, judged by differences of nodes in each
        coordinate.
        """
        off, chord = self.excess()
        around = np.pad(np.abs(chord), ((1, 1), (0, 0)))
        size = np.maximum(np.maximum(around[:-2], around[2:]), around[1:-1])
        rough = (np.abs(off) > 0.3 * tolerance * size + self.noise).any(axis=(0, 2))
        return np.flatnonzero(rough)

    def measure(self, some: NDArray[np.intp], tolerance: float) -> NDArray[np.intp]:
        """Return those of some intervals that are unresolved in the Fisher metric, by θ″ itself."""
        nodes = np.unique(np.concatenate([some, some + 1]))
        self.a[nodes] = acceleration(self.manifold, self.theta[nodes], self.v[nodes], self.alpha)
        off, chord = self.excess()
        off, chord = off[:, some], chord[some]
        share = np.zeros(len(some))
        for end in (0, 1):
            safe = inside_only(self.manifold, self.theta[some + end])[0]
            metric = self.manifold.geometry(safe).metric
            error = np.maximum(norm(metric, off[0]), norm(metric, off[1]))
            floor = norm(metric, np.broadcast_to(self.noise, chord.shape))
            share = np.maximum(share, (error - floor) / np.maximum(norm(metric, chord), 1e-300))
        rough = share > tolerance
        self.settled[some[~rough]] = True
        return some[rough]

    def insert(self, where: NDArray[np.intp], t: Floats, theta: Floats, v: Floats) -> None:
        """Cut intervals (k,) at inner nodes t (k, p), θ and θ′ (k, p, 2)."""
        at = np.repeat(where + 1, t.shape[1])
        self.t = np.insert(self.t, at, t.ravel())
        self.theta = np.insert(self.theta, at, theta.reshape(-1, 2), axis=0)
        self.v = np.insert(self.v, at, v.reshape(-1, 2), axis=0)
        self.a = np.insert(self.a, at, 0.0, axis=0)
        fresh = np.repeat(where, t.shape[1])
        self.settled[where] = False
        self.settled = np.insert(self.settled, fresh, False)
        self.hopeless = np.insert(self.hopeless, fresh, False)

    def made(self) -> DenseCurve:
        """Return the curve, with chords where an interval is unresolved."""
        h = np.diff(self.t)[:, None]
        pieces = quintics(
            (self.theta[:-1], h * self.v[:-1], h * h * self.a[:-1]),
            (self.theta[1:], h * self.v[1:], h * h * self.a[1:]),
        )
        chords = polygon(self.theta).pieces
        pieces[self.hopeless] = chords[self.hopeless]
        return DenseCurve(self.t, self.theta, pieces, ~self.hopeless)


def _refined(
    nodes: _Nodes, tolerance: float, fire: initial_value.Fire, exact: Exact | None
) -> DenseCurve:
    """Split unresolved intervals until all are resolved or no progress is made."""
    if len(nodes.t) < 3:
        some = np.arange(len(nodes.t) - 1)
    else:
        some = nodes.suspects(tolerance)
    for round_ in range(ROUNDS + 1):
        rough = nodes.measure(some, tolerance) if len(some) else some
        if len(rough) == 0:
            break
        if round_ == ROUNDS or len(rough) > MOST:
            _give_up(nodes, rough)
            break
        t, theta, v, good = _within(nodes, rough, fire, exact)
        _give_up(nodes, rough[~good])
        before = rough[good]
        nodes.insert(before, t[good], theta[good], v[good])
        # a cut interval is replaced by PARTS intervals
        first = before + (PARTS - 1) * np.arange(len(before))
        some = (first[:, None] + np.arange(PARTS)).ravel()
    return nodes.made()


def _give_up(nodes: _Nodes, some: NDArray[np.intp]) -> None:
    """Mark intervals as chords, unless the quintic is visually close to the curve and inside the
    domain.
    """
    if len(some) == 0:
        return
    off, chord = nodes.excess()
    size = np.linalg.norm(chord[some], axis=1)
    near = np.linalg.norm(off[:, some], axis=2).max(axis=0) <= GAP * np.maximum(size, 1e-300)
    trial = nodes.made().pieces[some]
    middle = np.einsum("nkc,k->nc", trial, 0.5 ** np.arange(6))
    nodes.hopeless[some] = ~(near & known_inside(nodes.manifold, middle))


def _within(
    nodes: _Nodes, rough: NDArray[np.intp], fire: initial_value.Fire, exact: Exact | None
) -> tuple[Floats, Floats, Floats, Bools]:
    """Return inner nodes t (k, p), θ, θ′ (k, p, 2) of intervals (k,), and which are available (k,)."""
    begin, h = nodes.t[rough], np.diff(nodes.t)[rough]
    share = np.arange(1, PARTS) / PARTS
    t = begin[:, None] + h[:, None] * share
    if exact is not None:
        theta, v = exact(t.ravel())
        theta, v = theta.reshape(*t.shape, 2), v.reshape(*t.shape, 2)
        theta = _unwrapped(nodes, rough, theta)
        good = np.isfinite(theta).all(axis=(1, 2)) & np.isfinite(v).all(axis=(1, 2))
        return t, theta, v, np.asarray(good)
    theta, v, gap = _shot(nodes, rough, h, fire)
    chord = np.diff(nodes.theta, axis=0)[rough]
    metric = nodes.manifold.geometry(inside_only(nodes.manifold, nodes.theta[rough])[0]).metric
    size = np.maximum(norm(metric, chord), norm(metric, h[:, None] * nodes.v[rough]))
    good = np.isfinite(theta).all(axis=(1, 2)) & (norm(metric, np.nan_to_num(gap)) <= GAP * size)
    return t, theta, v, np.asarray(good)


def _unwrapped(nodes: _Nodes, rough: NDArray[np.intp], theta: Floats) -> Floats:
    """Make periodic coordinates continuous from the first node of each interval."""
    for axis, period in enumerate(nodes.manifold.periods):
        if period > 0.0:
            whole = np.concatenate([nodes.theta[rough, None, axis], theta[..., axis]], axis=1)
            theta[..., axis] = np.unwrap(whole, axis=1, period=period)[:, 1:]
    return theta


def _shot(
    nodes: _Nodes, rough: NDArray[np.intp], h: Floats, fire: initial_value.Fire
) -> tuple[Floats, Floats, Floats]:
    """Return inner nodes (k, p, 2) and velocities, by integrating from the end of each interval with
    the smaller miss (k, 2), which is distributed linearly.
    """
    scale = h[:, None]
    starts = np.concatenate([nodes.theta[rough], nodes.theta[rough + 1]])
    speeds = np.concatenate([scale * nodes.v[rough], -scale * nodes.v[rough + 1]])
    paths = fire(ShootRequest(nodes.manifold, starts, speeds, nodes.alpha, PARTS))
    k = len(rough)
    gaps = np.concatenate([nodes.theta[rough + 1], nodes.theta[rough]]) - paths.theta[:, -1]
    missed = np.where(np.isfinite(gaps).all(axis=1), np.abs(gaps).sum(axis=1), np.inf)
    back = missed[k:] < missed[:k]
    ray = np.where(back, np.arange(k) + k, np.arange(k))
    gap = gaps[ray][:, None]
    share = (np.arange(1, PARTS) / PARTS)[:, None]
    theta, v = paths.theta[ray, 1:-1] + share * gap, paths.velocity[ray, 1:-1] + gap
    theta[back], v[back] = theta[back, ::-1], -v[back, ::-1]
    return theta, v / scale[:, None], gaps[ray]


def _prolonged(
    curve: DenseCurve,
    manifold: Manifold,
    alpha: float,
    last: tuple[Floats, Floats],
    stop: tuple[float, Floats],
) -> DenseCurve:
    """Extend a curve from its last node (θ, θ′) to where it stopped (time, θ)."""
    reached, end = stop
    h = reached - curve.t[-1]
    shot = initial_value.shoot(
        ShootRequest(manifold, last[0][None], h * last[1][None], alpha, PARTS)
    )
    n = int(shot.nodes[0])
    t, theta, v = curve.t[-1] + h * shot.t[:n], shot.theta[0, :n], shot.velocity[0, :n] / h
    pieces = [smooth(t, theta, v).pieces] if n > 1 else []
    if n <= PARTS:
        rest, d = reached - t[-1], end - theta[-1]
        bent = np.zeros((1, 6, 2))
        # a parabola, unless its velocity there is unrelated to its end
        u = rest * v[-1]
        fair = np.abs(d - u).sum() <= 0.5 * np.abs(d).sum()
        bent[0, 0], bent[0, 1], bent[0, 2] = theta[-1], u if fair else d, d - u if fair else 0.0
        t, theta = np.append(t, reached), np.concatenate([theta, end[None]])
        pieces.append(bent)
    pieces_ = np.concatenate([curve.pieces, *pieces])
    known = np.concatenate([curve.known, np.ones(len(pieces_) - len(curve.pieces), bool)])
    return DenseCurve(
        np.concatenate([curve.t, t[1:]]), np.concatenate([curve.theta, theta[1:]]), pieces_, known
    )
