"""The Fréchet mean of the points of data, and the geodesics from it to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import Found, Study
from app.jobs.viewport import Viewport
from app.model.data_points import standing
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.statistics.means import Mean, mean

# maximum number of geodesics drawn, and their steps
MOST, STEPS = 200, 32
HINT = "The point of least mean squared Fisher–Rao distance from the points of data."


@dataclass(frozen=True)
class PointsMeanJob(Study):
    """The Fréchet mean of points, with its variance and certificate."""

    words: ClassVar[str] = "the mean of the points"
    title: ClassVar[str] = "Fréchet mean"
    hint: ClassVar[str] = "Geodesics from the Fréchet mean of the points of data to each of them."
    place: ClassVar[int] = 64
    measure: ClassVar[str] = "Fréchet mean"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "spokes": Style(18, lambda t: t.moving, 0.8, 1.2, words="from the Fréchet mean"),
    }

    points: tuple[Point, ...]

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, tuple(point.theta for point in standing(scene.points)))

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the mean and the geodesics."""
        if not self.points:
            return Found({}, [Measure("Fréchet mean", "no points of data", HINT, False)])
        theta = np.array(self.points)
        centre = mean(engine, manifold, theta)
        curves: traced_curves.Curves = {}
        if centre.status == Status.OK:
            curves = {"spokes": _spokes(engine, manifold, centre.theta, theta[:MOST])}
        return Found(curves, _measures(centre))


def _spokes(engine: Engine, manifold: Manifold, centre: Floats, theta: Floats) -> Floats:
    """Return the geodesics from the mean to each point, NaN between them."""
    start = np.broadcast_to(centre, theta.shape)
    paths = engine.connect(ConnectRequest(manifold, start, theta, 0.0, STEPS))
    return traced_curves.pieces(list(paths.theta))


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
