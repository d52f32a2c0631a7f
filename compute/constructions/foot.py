"""The foot of the perpendicular from a point to a geodesic: where their distance is least.

d(t) = d(γ(t), C) has ½(d²)' = −⟨log C, γ'⟩, which vanishes at the foot.  The zero is found by Newton's
method whose slope is that of a surface of the constant curvature K(γ(t)),

    ½(d²)'' = |γ'|² (cos²φ + sin²φ · √K d cot √K d),   φ the angle at γ(t),

and then by secants.  Where K ≤ 0 there is one foot; elsewhere it is a local minimum.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from compute.constructions import lines
from compute.constructions.lines import Line
from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner, norm, quarter_turn
from compute.requests.engine import Engine
from compute.statistics.logarithms import logarithms

# iterations; certificate at which they stop, and at which a foot is accepted, relative to 1 + d; the
# same of an engine in float32
ROUNDS, STOP, CLOSE, ROUGH_STOP, ROUGH = 40, 1e-13, 1e-9, 1e-4, 1e-3
# share of a geodesic up to the edge of the domain on which a foot is searched
UP_TO = 0.999
# range of a secant's slope relative to that of constant curvature, and least slope of a step
TRUSTED, LEAST = (0.25, 4.0), 0.1


@dataclass(frozen=True, eq=False)
class Foot:
    """Feet θ (n, 2) = γ(t) on geodesics γ with γ(0) = A and γ(1) = B.

    t (n,): outside [0, 1] beyond A or B; distance (n,): from C, positive on the left of γ; velocity
    (n, 2): γ'(t); to_point (n, 2): log C at the foot; certificate (n,): |⟨log C, γ'⟩| / |γ'|, the
    length by which C lies off the perpendicular; status (n,).  A row that is not OK is NaN.
    """

    theta: Floats
    t: Floats
    distance: Floats
    velocity: Floats
    to_point: Floats
    certificate: Floats
    status: Ints


def foot(
    engine: Engine,
    manifold: Manifold,
    a: Floats,
    b: Floats,
    c: Floats,
    t: Floats | None = None,
) -> Foot:
    """Return the feet of the perpendiculars from c to the geodesics through a and b, all (n, 2); the
    search begins at γ(t), t (n,), or at A.

    LEFT_DOMAIN where the distance decreases up to the end of the geodesic.  Raises ValueError for
    points outside the domain and for A = B.
    """
    a, b = lines.checked(manifold, a=a, b=b)
    (c,) = lines.checked(manifold, c=c)
    line = lines.through(engine, manifold, a, b)
    search = _Search(engine, manifold, line, c, np.zeros(len(a)) if t is None else t)
    for _ in range(ROUNDS):
        checkpoint()
        if search.advance():
            break
    return search.result()


@dataclass(eq=False)
class _Search:
    """The state of the iteration, in arrays (n, ...)."""

    engine: Engine
    manifold: Manifold
    line: Line
    c: Floats
    begin: Floats
    t: Floats = field(init=False)
    status: Ints = field(init=False)

    def __post_init__(self) -> None:
        n = len(self.c)
        self.t, self.status = np.zeros(n), self.line.status.copy()
        self.theta, self.velocity = self.line.start, self.line.velocity
        self.pull, self.slope = np.full(n, np.inf), np.ones(n)
        self.log, self.distance = np.zeros((n, 2)), np.zeros(n)
        self.step = self.begin.copy()
        # whether a geodesic was found to leave the domain, and the last t on it that is tried
        self.edge, self.last = np.zeros(n, bool), np.zeros(n)

    def advance(self) -> bool:
        """Move every t one step; True once all have converged or failed."""
        place = lines.at(self.engine, self.manifold, self.line, self.t + self.step)
        theta, velocity = place.theta, place.velocity
        outside = (place.status != Status.OK) & (self.line.status == Status.OK)
        safe = np.where(outside[:, None], self.theta, theta)
        logs = logarithms(self.engine, self.manifold, safe, self.c)
        metric = self.manifold.geometry(safe).metric
        pull = inner(metric, logs.vectors, velocity) / np.maximum(self.line.speed, 1e-300) ** 2
        kept = ~outside
        slope = self._slope(safe, velocity, logs.vectors, logs.lengths, pull)
        new: dict[str, Floats] = {
            "t": self.t + self.step, "theta": theta, "velocity": velocity, "pull": pull,
            "slope": slope, "log": logs.vectors, "distance": logs.lengths,
        }  # fmt: skip
        for name, value in new.items():
            old = getattr(self, name)
            setattr(self, name, np.where(kept if old.ndim == 1 else kept[:, None], value, old))
        self.status = np.where(
            outside, Status.LEFT_DOMAIN, lines.first_failure(self.line.status, logs.status)
        ).astype(np.int32)
        ahead = self.pull / np.maximum(self.slope, LEAST)
        # at most to the edge, where the search ends if the distance decreases up to there
        at_edge = self.edge & (ahead * self.step > 0.0) & (np.abs(self.t) >= np.abs(self.last))
        self.last = np.where(outside, UP_TO * place.reached, self.last)
        self.edge |= outside
        self.step = np.where(outside, self.last - self.t, ahead)
        self.status = np.where(at_edge, Status.LEFT_DOMAIN, self.status).astype(np.int32)
        stop = lines.tolerance(self.engine, STOP, ROUGH_STOP)
        small = self.certificate <= stop * (1.0 + self.distance)
        done = (small & ~outside) | at_edge | (self.line.status != Status.OK)
        return bool(done.all())

    @property
    def certificate(self) -> Floats:
        """|⟨log C, γ'⟩| / |γ'| (n,)."""
        return np.asarray(np.abs(self.pull) * self.line.speed)

    def _slope(
        self, theta: Floats, velocity: Floats, log: Floats, distance: Floats, pull: Floats
    ) -> Floats:
        """Return ½(d²)''/|γ'|² (n,), the slope of the pull along the line: by secants where these
        agree with the value of constant curvature K within `TRUSTED`, else that value.
        """
        metric = self.manifold.geometry(theta).metric
        off = inner(metric, log, quarter_turn(metric, velocity))
        sine2 = (off / np.maximum(distance * self.line.speed, 1e-300)) ** 2
        sine2 = np.clip(sine2, 0.0, 1.0)
        bent = np.nan_to_num(self.manifold.curvature(theta)) * distance**2
        usual = 1.0 + sine2 * (cotangent(bent) - 1.0)
        with np.errstate(all="ignore"):
            secant = (self.pull - pull) / self.step
        low, high = (share * np.maximum(usual, LEAST) for share in TRUSTED)
        trusted = np.isfinite(secant) & (secant > low) & (secant < high)
        return np.where(trusted, secant, usual)

    def result(self) -> Foot:
        """Return the feet that were found."""
        miss = self.certificate
        accepted = lines.tolerance(self.engine, CLOSE, ROUGH)
        close = (miss <= accepted * (1.0 + self.distance)) & (self.slope > 0.0)
        status = np.where(
            (self.status == Status.OK) & ~close, Status.NOT_CONVERGED, self.status
        ).astype(np.int32)
        metric = self.manifold.geometry(self.theta).metric
        left = inner(metric, self.log, quarter_turn(metric, self.velocity)) >= 0.0
        distance = np.where(left, 1.0, -1.0) * norm(metric, self.log)
        return lines.without_failures(
            Foot(self.theta, self.t, distance, self.velocity, self.log, miss, status)
        )


def cotangent(z: Floats) -> Floats:
    """Return √z cot √z, for z < 0 √|z| coth √|z|; 1 − z/3 near 0."""
    root = np.sqrt(np.maximum(np.abs(z), 1e-8))
    round_ = np.where(z > 0, root / np.tan(np.minimum(root, 3.1)), root / np.tanh(root))
    return np.where(np.abs(z) < 1e-8, 1.0 - z / 3.0, round_)
