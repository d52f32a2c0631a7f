"""A mean of the points of data, such as Fréchet's, and the geodesics from it to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.job import Cancelled, Emit
from app.jobs.session import Session
from app.jobs.studies import traced_curves
from app.jobs.studies.of_points import OfPoints
from app.jobs.studies.study import Found
from app.jobs.viewport import Viewport
from app.model.data_points import standing
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.statistics.likelihood import metric
from compute.statistics.means import KINDS, HeldMean, Mean, hold, kinds, mean, moved

# maximum number of geodesics drawn, and their steps
MOST, STEPS = 200, 32
# in a drag, the mean of more points is followed to first order, as long as it is no farther than this
# Fisher length from the last one that was certified
MANY, NEAR = 40, 0.05
TITLES = {
    "frechet": "Fréchet mean",
    "median": "Fréchet median",
    "e": "e-mean",
    "m": "m-mean",
    "wasserstein": "Wasserstein mean",
}
HINTS = {
    "frechet": "The point of least mean squared Fisher–Rao distance from the points of data.",
    "median": "The point of least mean Fisher–Rao distance from the points of data.",
    "e": "The average of the natural parameters of the points of data.",
    "m": "The average of the expectation parameters of the points of data.",
    "wasserstein": "The average of the quantiles of the points: of least mean squared W₂.",
}
# name, and explanation, of the certificate of a mean that is found by iteration
CERTIFICATES = {
    "frechet": (
        "Mean logarithm",
        "The length of the mean logarithm, which vanishes at the Fréchet mean.",
    ),
    "median": (
        "Mean unit logarithm",
        "The length of the mean of unit logarithms, beyond the weight of a point at the median itself; "
        "it vanishes at the median.",
    ),
}
ROUGHLY = " In a drag of many points, to first order in the move; certified on release."
LATER = "on release"


class LastMean:
    """The last certified mean of the worker, from which the means of a drag start."""

    def __init__(self) -> None:
        self.theta: Floats | None = None
        self._points: Floats = np.empty((0, 2))
        self._held: HeldMean | None = None

    def keep(self, theta: Floats, points: Floats) -> None:
        """Keep a mean (2,) of points (n, 2)."""
        self.theta, self._points, self._held = theta, points, None

    def held(self, engine: Engine, manifold: Manifold) -> HeldMean:
        """Return the mean with the logarithms of its points, computed once."""
        if self._held is None:
            self._held = hold(engine, manifold, self._points, start=self.theta)
        return self._held

    def moved(self, points: Floats) -> int | None:
        """Return which one of points (n, 2) differs from those of the mean; None if not just one."""
        if self.theta is None or self._points.shape != points.shape:
            return None
        rows = np.flatnonzero((points != self._points).any(axis=1))
        return int(rows[0]) if len(rows) == 1 else None


@dataclass(frozen=True)
class PointsMeanJob(OfPoints):
    """A mean of points, with its variance and certificate."""

    words: ClassVar[str] = "the mean of the points"
    title: ClassVar[str] = "Mean of points"
    hint: ClassVar[str] = (
        "The Fréchet mean of the points of data, or the kind of mean that is chosen in the panel Data, "
        "with the geodesics to each point."
    )
    place: ClassVar[int] = 64
    measure: ClassVar[str] = "Mean of points"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "spokes": Style(18, lambda t: t.moving, 0.8, 1.2, words="from the Fréchet mean"),
        "mean": Style(64, lambda t: t.vector, 1.0, 14.0, 2.0, dots=True, words="Fréchet mean"),
        "mean_core": Style(65, lambda t: t.background, 1.0, 6.0, 0.0, dots=True, within="mean"),
    }

    points: tuple[Point, ...]
    live: bool = False
    kind: str = KINDS[0]

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        points = tuple(point.theta for point in standing(scene.points))
        return cls(scene.family, points, viewport.dragging and len(points) > 0, scene.data.mean)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the mean and the geodesics."""
        return self.following(engine, manifold, LastMean())

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Emit one `StudyAnswer`; in a drag, from the last mean of the session."""
        last = session.kept(LastMean, (self.family, self.kind), LastMean)
        emit(self.answer_of(lambda manifold: self.following(engine, manifold, last)))
        many = len(self.points) > MANY and self.kind == "frechet"
        if not self.live and many and last.theta is not None:
            last.held(engine, manifold_of(self.family))  # before a drag needs it

    def following(self, engine: Engine, manifold: Manifold, last: LastMean) -> Found:
        """Compute the mean, in a drag starting from the last one, and keep it if it is certified."""
        name, hint = TITLES[self.kind], HINTS[self.kind]
        if not self.points:
            return Found({}, [Measure(name, "no points of data", hint, False)])
        if self.kind not in kinds(manifold):
            return Found({}, [Measure(name, f"{manifold.name} has none", hint, False)])
        theta = np.array(self.points)
        index = last.moved(theta) if self.live else None
        if index is not None and len(theta) > MANY and self.kind == "frechet":
            found = _first_order(engine, manifold, last.held(engine, manifold), index, theta[index])
            if found is not None:
                return found
        # at rest the same points have the same mean, whatever the last one was
        start = None if index is None else last.theta
        centre = mean(engine, manifold, theta, kind=self.kind, start=start)
        curves: traced_curves.Curves = {}
        if centre.status == Status.OK:
            last.keep(centre.theta, theta)
            curves = _drawn(engine, manifold, centre.theta, theta[:MOST])
        names = {"spokes": f"from the {name}", "mean": name}
        return Found(curves, _measures(self.kind, centre), names=names)


def _first_order(
    engine: Engine, manifold: Manifold, held: HeldMean, index: int, theta: Floats
) -> Found | None:
    """Return the mean to first order, after one point has moved to θ (2,), with the geodesic to it;
    None if it is not near the one that is held.
    """
    found = moved(engine, manifold, held, index, theta)
    gap = found.theta - held.mean.theta
    if found.status != Status.OK or gap @ metric(manifold, held.mean.theta) @ gap > NEAR**2:
        return None
    hint = HINTS["frechet"] + ROUGHLY
    return Found(
        _drawn(engine, manifold, found.theta, theta[None]),
        [
            Measure("Fréchet mean", f"≈ ({found.theta[0]:.4g}, {found.theta[1]:.4g})", hint),
            Measure("Variance", f"≈ {found.variance:.3g}", hint),
            Measure("Mean logarithm", LATER, hint),
        ],
    )


def _drawn(
    engine: Engine, manifold: Manifold, centre: Floats, theta: Floats
) -> traced_curves.Curves:
    """Return the mean as a ring, and the geodesics from it to each point, NaN between them."""
    ring = np.stack([centre, np.full(2, np.nan)])
    start = np.broadcast_to(centre, theta.shape)
    paths = engine.connect(ConnectRequest(manifold, start, theta, 0.0, STEPS))
    return {"mean": ring, "mean_core": ring, "spokes": traced_curves.pieces(list(paths.theta))}


def _measures(kind: str, centre: Mean) -> list[Measure]:
    good, hint = centre.status == Status.OK, HINTS[kind]
    where = f"({centre.theta[0]:.6g}, {centre.theta[1]:.6g})" if good else centre.status.words
    return [
        Measure(TITLES[kind], where, hint, good),
        Measure(
            "Variance",
            f"{centre.variance:.6g}" if good else "not known",
            f"The mean squared Fisher–Rao distance from the {TITLES[kind]}.",
            good,
        ),
        _certificate(kind, centre, good),
    ]


def _certificate(kind: str, centre: Mean, good: bool) -> Measure:
    """Return the certificate of an iteration; an average has none, since nothing is sought."""
    if kind not in CERTIFICATES:
        return Measure("Certificate", "not needed: an average", HINTS[kind], good)
    name, hint = CERTIFICATES[kind]
    return Measure(name, f"{centre.certificate:.1e}" if good else "not known", hint, good)


STUDY = PointsMeanJob
