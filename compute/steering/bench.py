"""The steering bench: three paths between the hidden states of two tokens, measured on all
words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.core.sphere import log_softmax
from compute.core.status import Status
from compute.families.attention import of_head
from compute.heads.head import in_range
from compute.heads.output_head import MOST_KEYS, WordChoice, choose, triple
from compute.heads.output_layer import OutputLayer
from compute.heads.query_plane import Plane, through
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.steering.distance_bounds import bounds
from compute.steering.kl_radius import KLRadii, kl_radii
from compute.steering.leak import likely_words
from compute.steering.mean_path import Mean, mean_path
from compute.steering.route import Route, route

# points of each path, and least number of steps of the geodesic between two of them and of all
POINTS, STEPS, LEAST_STEPS = 9, 8, 64
MOST_POINTS = 129
# how far the mean of all words may be off the straight line, as a share of its length
STRAIGHT = 1e-3


@dataclass(frozen=True, eq=False)
class Steering:
    """The e-path, the m-path and the geodesic of a pair, with what they are compared by.

    length, length_status: over all words, of the geodesic in the plane of A, B and the third token
    ``plane.triple[2]``; lower = 2 arccos Σ√(p_A p_B) ≤ the Fisher–Rao distance in all of hidden
    space ≤ length, and ≤ upper = √J, J = Σ (p_A − p_B) log(p_A/p_B); cosine of B − A and η_B − η_A;
    likely (2,): how many words hold 90 % at A and at B; off: how far the m-path leaves the plane, as a
    share of |B − A|.
    """

    choice: WordChoice
    plane: Plane
    routes: tuple[Route, Route, Route]
    radii: KLRadii
    length: float
    length_status: Status
    lower: float
    upper: float
    cosine: float
    likely: tuple[int, int]
    off: float

    @property
    def third(self) -> int:
        """The token that spans the plane with A and B."""
        assert self.plane.triple is not None
        return self.plane.triple[2]

    @property
    def most(self) -> float:
        """An upper bound of the distance in all of hidden space."""
        return min(self.length, self.upper) if self.length_status.arrived else self.upper

    @property
    def status(self) -> Status:
        """The first status that is not OK, of any point or the geodesic."""
        points = (path.status for path in self.routes)
        return Status.first_failure(np.concatenate([*points, [self.length_status]]))


def steer(
    layer: OutputLayer,
    a: int,
    b: int,
    engine: Engine,
    *,
    third: int | None = None,
    points: int = POINTS,
    keys: int = MOST_KEYS,
    budget: float = 0.1,
) -> Steering:
    """Return the paths from the hidden state of token a to that of token b, at ``points`` equal steps.

    e: h = A + t (B − A), Euclidean steering, of log p linear in t but for its norm; m: η(t) = Σ p_j
    k_j linear in t, dual steering; geodesic: of the Fisher metric, in the plane of A, B and
    ``third`` (None: the one whose triangle is widest), which is at most as long as any other curve
    of the plane.  The m-path and the geodesic are solved with the 4,095 likeliest words and one
    lumped key for the rest (`output_head.choose`); the points of the m-path are then corrected
    until the mean of all words is straight.  Where it is off by more than 1e-3 of its length all
    the same, they are NOT_VERIFIED: more keys help.  What is said of a point is of all words.
    budget: nats of the KL ball round A.  Raises ValueError for tokens that do not exist or have the
    same hidden state.
    """
    if not 2 <= points <= MOST_POINTS:
        raise Refused(f"points must be from 2 to {MOST_POINTS}, got {shown(points)}")
    if not (np.isfinite(budget) and budget > 0):
        raise Refused(f"the KL budget must be positive and finite, got {shown(budget)}")
    choice = choose(layer, a, b, keys)
    ends, t = np.stack(layer.pair(a, b)), np.linspace(0.0, 1.0, points)
    log_ends = layer.log_rows(ends)
    if np.array_equal(log_ends[0], log_ends[1]):
        raise Refused(f"tokens {a} and {b} have the same next word: there is nothing to steer")
    plane = _plane(choice, third)
    straight = ends[0] + t[:, None] * (ends[1] - ends[0])
    straight[-1] = ends[1]
    fine = np.zeros(points, np.int32)
    m = mean_path(choice.K, choice.bias, ends, t, _mean_of(choice))
    curve, length, length_status = _geodesic(choice, plane, engine, points)
    p = np.exp(log_ends)
    eta, way = layer.mean(p), ends[1] - ends[0]
    change = layer.logits(way) - layer.bias
    off = m.theta - plane.q0 - (m.theta - plane.q0) @ plane.U @ plane.U.T
    return Steering(
        choice,
        plane,
        (
            route("e", choice, t, straight, fine),
            _straight(route("m", choice, t, m.theta, m.status)),
            route("geodesic", choice, t, curve, np.full(points, length_status, np.int32)),
        ),
        kl_radii(log_ends[0], change, budget),
        length,
        length_status,
        *bounds(log_ends[0], change),
        _cosine(eta[1] - eta[0], way),
        (int(likely_words(p[0]).sum()), int(likely_words(p[1]).sum())),
        float(np.linalg.norm(off, axis=1).max() / np.linalg.norm(way)),
    )


def _straight(path: Route) -> Route:
    """Return an m-path whose points are NOT_VERIFIED where the mean is visibly bent, by the lumped key,
    or does not change.
    """
    bent = (path.status == Status.OK) & ~(path.bend <= STRAIGHT)
    return replace(path, status=np.where(bent, Status.NOT_VERIFIED, path.status).astype(np.int32))


def _plane(choice: WordChoice, third: int | None) -> Plane:
    head = choice.file().head(0, 0)
    a, b = choice.a, choice.b
    if third is None:
        return through(head, triple(head, f"{a},{b}"))
    in_range("the third token", third, len(head.q), choice.layer.name)
    return through(head, (a, b, third))


def _mean_of(choice: WordChoice) -> Mean | None:
    """Return the mean over all words as a function of hidden states; None if all words are keys."""
    layer = choice.layer
    return (lambda h: layer.mean(np.exp(layer.log_rows(h)))) if choice.left else None


def _geodesic(
    choice: WordChoice, plane: Plane, engine: Engine, points: int
) -> tuple[Floats, float, Status]:
    """Return hidden states (points, d) of the geodesic of the plane, its length over all words and its
    status.
    """
    manifold = of_head(choice.file().head(0, 0), plane)
    first, last = plane.theta[[choice.a]], plane.theta[[choice.b]]
    steps = max(STEPS, -(-LEAST_STEPS // (points - 1)))
    paths = engine.connect(ConnectRequest(manifold, first, last, 0.0, steps * (points - 1)))
    theta, status = paths.theta[0], Status(int(paths.status[0]))
    length = _length(choice.layer, plane, theta, paths.velocity[0]) if status.arrived else np.nan
    return plane.q0 + theta[::steps] @ plane.U.T, length, status


def _length(layer: OutputLayer, plane: Plane, theta: Floats, velocity: Floats) -> float:
    """Return ∫ √Var_p(k·h′) dt over all words, by Simpson's rule at the nodes θ (m, 2)."""
    from scipy.integrate import simpson

    T = np.concatenate([keys @ plane.U for _, keys in layer.blocks()])
    level = layer.logits(plane.q0)
    speed = np.empty(len(theta))
    for i, (at, by) in enumerate(zip(theta, velocity, strict=True)):
        p, change = np.exp(log_softmax(level + T @ at)), T @ by
        speed[i] = np.sqrt(p @ (change - p @ change) ** 2)
    return float(simpson(speed, dx=1.0 / (len(theta) - 1)))


def _cosine(a: Floats, b: Floats) -> float:
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size else float("nan")
