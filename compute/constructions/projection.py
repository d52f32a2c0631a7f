"""Dual projections of a point onto a line: the e- and m-projection, with the relation of Pythagoras.

In a dually flat family the m-projection of C onto an e-flat line is its point Q of least KL(C‖Q): the
m-geodesic from C meets the line at Q at a right angle, and for every R on the line

    KL(C‖R) = KL(C‖Q) + KL(Q‖R).

The e-projection onto an m-flat line is its point of least KL(Q‖C), and KL(R‖C) = KL(R‖Q) + KL(Q‖C).
(Amari and Nagaoka 2000, 3.4.)  Onto other curves, such as a Fisher–Rao geodesic, the same right angle
marks a stationary point of the divergence, but the relation does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.constructions import lines
from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import inner, norm
from compute.requests.engine import Engine

# chart in which the connecting geodesic is straight, and chart in which the matching line is
DUAL = {"m": ("expectation", "natural"), "e": ("natural", "expectation")}
ONTO = ("line", "geodesic")
# iterations; cosine of the angle at Q at which they stop, and at which a point is accepted
ROUNDS, STOP, CLOSE = 100, 1e-14, 1e-9
# least slope of a secant, and longest step
FLATTEST, FARTHEST = 1e-3, 4.0


@dataclass(frozen=True, eq=False)
class Projection:
    """Projections Q of C onto curves with γ(0) = A and γ(1) = B.

    theta (n, 2): Q = γ(t); t (n,); divergence (n,): KL(C‖Q) for the m-projection, KL(Q‖C) for the
    e-projection; left, right (n,): the two sides of the relation of Pythagoras for R = B; certificate
    (n,): |cosine| of the angle between the line and the dual geodesic from Q to C; status (n,).  A row
    that is not OK is NaN.
    """

    theta: Floats
    t: Floats
    divergence: Floats
    left: Floats
    right: Floats
    certificate: Floats
    status: Ints


def applies(manifold: Manifold) -> bool:
    """Whether a family is dually flat, with both charts and a divergence."""
    charts = [named(manifold.charts, name) for name in ("natural", "expectation")]
    return None not in charts and manifold.divergence is not None and not manifold.singular


def project(
    engine: Engine,
    manifold: Manifold,
    a: Floats,
    b: Floats,
    c: Floats,
    kind: str = "m",
    onto: str = "line",
) -> Projection:
    """Return the m- or e-projections of c onto curves through a and b, all (n, 2).

    kind: "m" or "e".  onto: "line", the e-flat line for the m-projection and the m-flat line for the
    e-projection; or "geodesic", the Fisher–Rao geodesic.  LEFT_DOMAIN where the divergence decreases up
    to the edge of the domain.  Raises ValueError for a family that is not dually flat, other words,
    points outside the domain and A = B.
    """
    if not applies(manifold):
        raise Refused(f"projections need a dually flat family, got {manifold.name}")
    for name, value, allowed in (("kind", kind, tuple(DUAL)), ("onto", onto, ONTO)):
        if value not in allowed:
            raise Refused(f"{name} must be one of {', '.join(allowed)}, got {shown(value)}")
    a, b = lines.checked(manifold, a=a, b=b)
    (c,) = lines.checked(manifold, c=c)
    straight, flat = (named(manifold.charts, name) for name in DUAL[kind])
    assert straight is not None and flat is not None
    if onto == "line":
        curve: _Curve = _Flat(manifold, flat, a, b)
    else:
        curve = _Geodesic(engine, manifold, a, b)
    return _searched(manifold, straight, curve, b, c, kind == "m")


class _Curve:
    """Curves γ with γ(0) = A and γ(1) = B."""

    status: Ints

    def at(self, t: Floats) -> tuple[Floats, Floats, np.ndarray]:
        """Return γ(t), γ'(t) (n, 2), and whether γ(t) lies inside the domain."""
        raise NotImplementedError


class _Flat(_Curve):
    def __init__(self, manifold: Manifold, chart: Chart, a: Floats, b: Floats) -> None:
        self.manifold, self.chart, self.a = manifold, chart, a
        self.begin, self.delta = chart.forward(a), chart.forward(b) - chart.forward(a)
        self.status = np.zeros(len(a), np.int32)

    def at(self, t: Floats) -> tuple[Floats, Floats, np.ndarray]:
        with np.errstate(all="ignore"):
            theta = self.chart.inverse(self.begin + t[:, None] * self.delta)
        inside = known_inside(self.manifold, theta)
        theta = np.where(inside[:, None], theta, self.a)
        return theta, self.chart.pull(theta, self.delta), inside


class _Geodesic(_Curve):
    def __init__(self, engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> None:
        self.engine, self.manifold = engine, manifold
        self.line = lines.through(engine, manifold, a, b)
        self.status = self.line.status

    def at(self, t: Floats) -> tuple[Floats, Floats, np.ndarray]:
        place = lines.at(self.engine, self.manifold, self.line, t)
        inside = np.asarray(place.status == Status.OK)
        theta = np.where(inside[:, None], place.theta, self.line.start)
        return theta, np.where(inside[:, None], place.velocity, self.line.velocity), inside


def _searched(
    manifold: Manifold, straight: Chart, curve: _Curve, b: Floats, c: Floats, is_m: bool
) -> Projection:
    """Return the zeros of ⟨w, γ'⟩, w the dual geodesic's velocity from γ(t) to C, by safe secants."""
    search = _Search(manifold, straight, curve, straight.forward(c))
    for _ in range(ROUNDS):
        checkpoint()
        if search.advance():
            break
    return _measured(manifold, search, b, c, is_m)


class _Search:
    """The state of the iteration, in arrays (n, ...)."""

    def __init__(self, manifold: Manifold, straight: Chart, curve: _Curve, goal: Floats) -> None:
        n = len(goal)
        self.manifold, self.straight, self.curve, self.goal = manifold, straight, curve, goal
        self.t: Floats = np.zeros(n)
        self.step: Floats = np.zeros(n)
        self.theta: Floats = np.zeros((n, 2))
        self.miss: Floats = np.full(n, np.inf)
        # the zero lies between low and high; outside: whether a bound is the edge of the domain
        self.low, self.high = np.full(n, -np.inf), np.full(n, np.inf)
        self.outside_low, self.outside_high = np.zeros(n, bool), np.zeros(n, bool)
        self.along = np.full(n, np.nan)

    def advance(self) -> bool:
        """Move every t one step; True once all have converged or failed."""
        to = self.t + self.step
        theta, along, cosine, inside = self._at(to)
        above, below = inside & (along > 0.0), inside & (along <= 0.0)
        out_up, out_down = ~inside & (self.step > 0.0), ~inside & (self.step < 0.0)
        self.low = np.where(above | out_down, np.maximum(self.low, to), self.low)
        self.high = np.where(below | out_up, np.minimum(self.high, to), self.high)
        self.outside_low = np.where(above, False, self.outside_low | out_down)
        self.outside_high = np.where(below, False, self.outside_high | out_up)
        with np.errstate(all="ignore"):
            slope = (self.along - along) / self.step
        slope = np.where(np.isfinite(slope) & (slope > FLATTEST), slope, 1.0)
        ahead = np.where(inside, np.clip(along / slope, -FARTHEST, FARTHEST), -self.step)
        self.t = np.where(inside, to, self.t)
        self.theta = np.where(inside[:, None], theta, self.theta)
        self.miss = np.where(inside, cosine, self.miss)
        self.along = np.where(inside, along, self.along)
        self.step = _held(self.t, np.where(inside, ahead, np.inf), self.low, self.high)
        still = np.abs(self.step) <= 1e-15 * (1.0 + np.abs(self.t))
        return bool(((self.miss <= STOP) | still | (self.curve.status != Status.OK)).all())

    def _at(self, t: Floats) -> tuple[Floats, Floats, Floats, np.ndarray]:
        """Return γ(t), ⟨w, γ'⟩/|γ'|² and the |cosine| of the angle (n,), and whether it is inside."""
        theta, velocity, inside = self.curve.at(t)
        metric = self.manifold.geometry(theta).metric
        w = self.straight.pull(theta, self.goal - self.straight.forward(theta))
        size = np.maximum(norm(metric, velocity), 1e-150)
        component = inner(metric, w, velocity) / size
        cosine = np.abs(component) / np.maximum(norm(metric, w), 1e-150)
        return theta, component / size, cosine, inside

    def status(self, c: Floats) -> Ints:
        """Return what became of each row."""
        apart = norm(self.manifold.geometry(c).metric, self.theta - c)
        far = (self.miss > CLOSE) & (apart > CLOSE)
        edge = self.outside_low | self.outside_high
        why = np.where(edge, Status.LEFT_DOMAIN, Status.NOT_CONVERGED)
        found = np.where(far & (self.curve.status == Status.OK), why, self.curve.status)
        return np.asarray(found, np.int32)


def _held(t: Floats, step: Floats, low: Floats, high: Floats) -> Floats:
    """Return steps (n,) from t that stay between the bounds: half of the way to one that they pass."""
    to = t + step
    with np.errstate(invalid="ignore"):
        middle = np.where(np.isfinite(low) & np.isfinite(high), 0.5 * (low + high) - t, step)
    return np.where((to <= low) | (to >= high), middle, step)


def _measured(manifold: Manifold, search: _Search, b: Floats, c: Floats, is_m: bool) -> Projection:
    """Return the projections with both sides of the relation of Pythagoras for R = B."""
    kl = manifold.divergence
    assert kl is not None

    def ordered(p: Floats, q: Floats) -> Floats:
        return np.asarray(kl(p, q) if is_m else kl(q, p))

    theta, status = search.theta, search.status(c)
    good = status == Status.OK
    q = np.where(good[:, None], theta, c)
    to_c, to_b, whole = ordered(c, q), ordered(q, b), ordered(c, b)
    return lines.without_failures(
        Projection(theta, search.t, to_c, whole, to_c + to_b, search.miss, status)
    )
