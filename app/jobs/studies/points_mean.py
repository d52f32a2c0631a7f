"""A mean of the points of data, such as Fréchet's, and the geodesics from it to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

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
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths
from compute.statistics.likelihood import metric
from compute.statistics.logarithms import Logarithms
from compute.statistics.means import (
    KINDS,
    SOUGHT,
    HeldMean,
    Mean,
    average,
    hold,
    kinds,
    mean,
    moved,
)

# maximum number of geodesics drawn, and their steps
MOST, STEPS = 200, 32
# in a drag, the mean of more points is followed to first order, as long as it is no farther than this
# Fisher length from the last one that was certified, and this many points at most have moved since
MANY, NEAR, SEVERAL = 40, 0.05, 24
# Fisher length up to which the geodesics from the last mean are drawn, with the new one as their start:
# they are off by less than that, which is not seen
UNSEEN = 0.005
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
        self.held: HeldMean | None = None

    def moved(self, points: Floats) -> NDArray[np.intp] | None:
        """Return which of points (n, 2) differ from those of the mean; None if not just a few: a drag
        may begin before the mean after the one before is certified.
        """
        if self.held is None or self.held.points.shape != points.shape:
            return None
        rows = np.flatnonzero((points != self.held.points).any(axis=1))
        return rows if 0 < len(rows) <= SEVERAL else None


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

    def following(self, engine: Engine, manifold: Manifold, last: LastMean) -> Found:
        """Compute the mean, in a drag starting from the last one, and keep it if it is certified."""
        name, hint = TITLES[self.kind], HINTS[self.kind]
        if not self.points:
            return Found({}, [Measure(name, "no points of data", hint, False)])
        if self.kind not in kinds(manifold):
            return Found({}, [Measure(name, f"{manifold.name} has none", hint, False)])
        theta, names = np.array(self.points), {"spokes": f"from the {name}", "mean": name}
        if self.live and len(theta) > MANY:
            found = self._roughly(engine, manifold, last, theta)
            if found is not None:
                return replace(found, names=names)
        centre = self._certified(engine, manifold, last, theta)
        curves: traced_curves.Curves = {}
        if centre.status == Status.OK:
            curves = _drawn(centre.theta, _from(engine, manifold, centre.theta, theta[:MOST]).theta)
        return Found(curves, _measures(self.kind, centre), names=names)

    def _certified(self, engine: Engine, manifold: Manifold, last: LastMean, theta: Floats) -> Mean:
        """Return the mean with its certificate, and keep it."""
        if self.kind not in SOUGHT:
            return mean(engine, manifold, theta, kind=self.kind)
        # at rest the same points have the same mean, whatever the last one was
        near = self.live and last.held is not None and last.moved(theta) is not None
        start = last.held.mean.theta if near and last.held is not None else None
        held = hold(engine, manifold, theta, kind=self.kind, start=start)
        if held.mean.status == Status.OK:
            last.held = held
        return held.mean

    def _roughly(
        self, engine: Engine, manifold: Manifold, last: LastMean, theta: Floats
    ) -> Found | None:
        """Return what a drag of many points shows; None where that needs the certified mean."""
        if self.kind not in SOUGHT:
            return self._averaged(engine, manifold, theta)
        rows = last.moved(theta)
        if rows is None or last.held is None:
            return None
        return _first_order(engine, manifold, last.held, rows, theta[rows])

    def _averaged(self, engine: Engine, manifold: Manifold, theta: Floats) -> Found | None:
        """Return an affine mean, which is exact, without the geodesics and the variance."""
        found, hint = average(manifold, theta, self.kind), HINTS[self.kind]
        if not (np.isfinite(found).all() and manifold.in_domain(found)):
            return None
        rows = [
            Measure(TITLES[self.kind], f"({found[0]:.6g}, {found[1]:.6g})", hint),
            Measure("Variance", LATER, hint),
            _certificate(self.kind, Mean(found, np.nan, 0.0, Status.OK), True),
        ]
        return Found(_drawn(found, np.zeros((0, STEPS + 1, 2))), rows)


def _first_order(
    engine: Engine, manifold: Manifold, held: HeldMean, rows: NDArray[np.intp], theta: Floats
) -> Found | None:
    """Return the mean to first order, after a few points have moved to θ (k, 2), with the geodesics to
    them; None if it is not near the one that is held.
    """
    paths = _from(engine, manifold, held.mean.theta, theta)
    logs = Logarithms(paths.velocity[:, 0], paths.length, paths.status)
    found = moved(engine, manifold, held, rows, theta, logs)
    gap = found.theta - held.mean.theta
    apart = float(np.sqrt(gap @ metric(manifold, held.mean.theta) @ gap))
    if found.status != Status.OK or not apart <= NEAR:
        return None
    if apart <= UNSEEN:
        spokes: Floats = paths.theta + (1.0 - paths.t)[:, None] * gap
    else:
        spokes = _from(engine, manifold, found.theta, theta).theta
    title, hint = TITLES[held.kind], HINTS[held.kind] + ROUGHLY
    return Found(
        _drawn(found.theta, spokes),
        [
            Measure(title, f"≈ ({found.theta[0]:.4g}, {found.theta[1]:.4g})", hint),
            Measure("Variance", f"≈ {found.variance:.3g}", hint),
            Measure(CERTIFICATES[held.kind][0], LATER, hint),
        ],
    )


def _from(engine: Engine, manifold: Manifold, centre: Floats, theta: Floats) -> Paths:
    """Return the geodesics from a point (2,) to others (n, 2)."""
    start = np.broadcast_to(centre, theta.shape)
    return engine.connect(ConnectRequest(manifold, start, theta, 0.0, STEPS))


def _drawn(centre: Floats, spokes: Floats) -> traced_curves.Curves:
    """Return the mean as a ring, and curves from it (n, STEPS + 1, 2), NaN between them."""
    ring = np.stack([centre, np.full(2, np.nan)])
    if not len(spokes):
        return {"mean": ring, "mean_core": ring}
    return {"mean": ring, "mean_core": ring, "spokes": traced_curves.pieces(list(spokes))}


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
