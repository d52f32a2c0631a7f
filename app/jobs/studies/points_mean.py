"""The Fréchet mean of the points of data, and the geodesics from it to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.job import Cancelled, Emit
from app.jobs.session import Session
from app.jobs.studies import traced_curves
from app.jobs.studies.study import Found, Study
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
from compute.statistics.means import Mean, mean
from compute.statistics.moving_mean import KnownMean, known_mean, moved_mean, moved_rows

# maximum number of geodesics drawn, and their steps
MOST, STEPS = 200, 32
# in a drag, the mean of more points is followed to first order, as long as few of them have moved and
# the mean is no farther than this Fisher length from the last one that was certified
MANY, FEW, NEAR = 40, 8, 0.05
HINT = "The point of least mean squared Fisher–Rao distance from the points of data."
ROUGHLY = " In a drag of many points, to first order in the move; certified on release."
LATER = "on release"


class LastMean:
    """The last certified mean of the worker, from which the means of a drag start."""

    def __init__(self) -> None:
        self.theta: Floats | None = None
        self.points: Floats = np.empty((0, 2))
        self._known: KnownMean | None = None

    def keep(self, theta: Floats, points: Floats) -> None:
        """Keep a mean (2,) of points (n, 2)."""
        self.theta, self.points, self._known = theta, points, None

    def known(self, engine: Engine, manifold: Manifold) -> KnownMean:
        """Return the mean with the logarithms of its points, computed once."""
        assert self.theta is not None
        if self._known is None:
            self._known = known_mean(engine, manifold, self.theta, self.points)
        return self._known

    def is_near(self, points: Floats) -> bool:
        """Whether few points differ from those of the mean."""
        if self.theta is None or self.points.shape != points.shape:
            return False
        return int((points != self.points).any(axis=1).sum()) <= FEW


@dataclass(frozen=True)
class PointsMeanJob(Study):
    """The Fréchet mean of points, with its variance and certificate."""

    words: ClassVar[str] = "the mean of the points"
    title: ClassVar[str] = "Fréchet mean"
    hint: ClassVar[str] = (
        "The Fréchet mean of the points of data, with the geodesics to each of them."
    )
    place: ClassVar[int] = 64
    measure: ClassVar[str] = "Fréchet mean"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "spokes": Style(18, lambda t: t.moving, 0.8, 1.2, words="from the Fréchet mean"),
        "mean": Style(64, lambda t: t.vector, 1.0, 14.0, 2.0, dots=True, words="Fréchet mean"),
        "mean_core": Style(65, lambda t: t.background, 1.0, 6.0, 0.0, dots=True),
    }

    points: tuple[Point, ...]
    live: bool = False

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        points = tuple(point.theta for point in standing(scene.points))
        return cls(scene.family, points, viewport.dragging and len(points) > 0)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the mean and the geodesics."""
        return self.following(engine, manifold, LastMean())

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Emit one `StudyAnswer`; in a drag, from the last mean of the session."""
        last = session.kept(LastMean, self.family, LastMean)
        emit(self.answer_of(lambda manifold: self.following(engine, manifold, last)))
        if not self.live and len(self.points) > MANY and last.theta is not None:
            last.known(engine, manifold_of(self.family))  # before a drag needs it

    def following(self, engine: Engine, manifold: Manifold, last: LastMean) -> Found:
        """Compute the mean, in a drag starting from the last one, and keep it if it is certified."""
        if not self.points:
            return Found({}, [Measure("Fréchet mean", "no points of data", HINT, False)])
        theta = np.array(self.points)
        if self.live and len(theta) > MANY and last.is_near(theta):
            found = _first_order(engine, manifold, last.known(engine, manifold), theta)
            if found is not None:
                return found
        # at rest the same points have the same mean, whatever the last one was
        start = last.theta if self.live and last.is_near(theta) else None
        centre = mean(engine, manifold, theta, start=start)
        curves: traced_curves.Curves = {}
        if centre.status == Status.OK:
            last.keep(centre.theta, theta)
            curves = _drawn(engine, manifold, centre.theta, theta[:MOST])
        return Found(curves, _measures(centre))


def _first_order(
    engine: Engine, manifold: Manifold, known: KnownMean, theta: Floats
) -> Found | None:
    """Return the mean to first order with the geodesics to the points that have moved; None if it is
    not near the one that is known.
    """
    moved = moved_mean(engine, manifold, known, theta)
    if moved.status != Status.OK or moved.step > NEAR:
        return None
    curves = _drawn(engine, manifold, moved.theta, theta[moved_rows(known, theta)])
    hint = HINT + ROUGHLY
    return Found(
        curves,
        [
            Measure("Fréchet mean", f"≈ ({moved.theta[0]:.4g}, {moved.theta[1]:.4g})", hint),
            Measure("Variance", LATER, hint),
            Measure("Mean logarithm", LATER, hint),
        ],
    )


def _drawn(
    engine: Engine, manifold: Manifold, centre: Floats, theta: Floats
) -> traced_curves.Curves:
    """Return the mean as a ring, and the geodesics from it to each point, NaN between them."""
    ring = np.stack([centre, np.full(2, np.nan)])
    mark = {"mean": ring, "mean_core": ring}
    if not len(theta):
        return mark
    start = np.broadcast_to(centre, theta.shape)
    paths = engine.connect(ConnectRequest(manifold, start, theta, 0.0, STEPS))
    return {**mark, "spokes": traced_curves.pieces(list(paths.theta))}


def _measures(centre: Mean) -> list[Measure]:
    good = centre.status == Status.OK
    where = f"({centre.theta[0]:.6g}, {centre.theta[1]:.6g})" if good else centre.status.words
    return [
        Measure("Fréchet mean", where, HINT, good),
        Measure(
            "Variance",
            f"{centre.variance:.6g}" if good else "not known",
            "The mean squared Fisher–Rao distance from the mean.",
            good,
        ),
        Measure(
            "Mean logarithm",
            f"{centre.certificate:.1e}" if good else "not known",
            "The length of the mean logarithm, which vanishes at the Fréchet mean.",
            good,
        ),
    ]


STUDY = PointsMeanJob
