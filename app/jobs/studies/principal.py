"""The principal geodesics of the points of data, through their Fréchet mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies.of_points import OfPoints
from app.jobs.studies.study import Found
from app.jobs.viewport import Viewport
from app.model.data_points import standing
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.statistics.principal_geodesics import PrincipalGeodesics, principal_geodesics
from compute.statistics.tangent_pca import Principal, tangent_pca

# standard deviations on each side of the mean
REACH = 2.0
HINT = (
    "The geodesics through the Fréchet mean along the eigenvectors of the covariance of the "
    "logarithms of the points, two standard deviations to each side."
)


@dataclass(frozen=True)
class PrincipalJob(OfPoints):
    """Both principal geodesics of points, with the shares of the variance."""

    words: ClassVar[str] = "the principal geodesics"
    title: ClassVar[str] = "Tangent PCA"
    hint: ClassVar[str] = HINT
    place: ClassVar[int] = 65
    measure: ClassVar[str] = "Principal geodesics"
    section: ClassVar[str] = "distances-between-points"
    curves: ClassVar[Mapping[str, Style]] = {
        "principal_1": Style(19, lambda t: t.accent, 0.95, 2.4, words="first principal geodesic"),
        "principal_2": Style(20, lambda t: t.accent, 0.95, 1.6, dash=(6, 4), words="second one"),
    }

    points: tuple[Point, ...]

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, tuple(point.theta for point in standing(scene.points)))

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the directions and the geodesics."""
        if len(self.points) < 2:
            return Found({}, [Measure(self.measure, "fewer than two points of data", HINT, False)])
        directions = tangent_pca(engine, manifold, np.array(self.points))
        if directions.status != Status.OK:
            words = directions.status.words
            return Found({}, [Measure(self.measure, words, HINT, False)])
        lines = principal_geodesics(engine, manifold, directions, REACH)
        curves = {f"principal_{j + 1}": theta for j, theta in enumerate(lines.theta)}
        known = {
            kind: theta[np.isfinite(theta).all(axis=1)]
            for kind, theta in curves.items()
            if np.isfinite(theta[:, 0]).sum() > 1
        }
        return Found(known, _measures(directions, lines))


def _measures(directions: Principal, lines: PrincipalGeodesics) -> list[Measure]:
    total = float(directions.variances.sum())
    share = directions.variances[0] / total if total > 0 else np.nan
    spread = ", ".join(f"{np.sqrt(value):.4g}" for value in directions.variances)
    worst = lines.worst
    found = [
        Measure(
            "First direction",
            f"{share:.1%} of the variance" if total > 0 else "no variance",
            HINT,
            total > 0,
        ),
        Measure("Deviations", f"{spread} √nat", "The standard deviations along both directions."),
    ]
    if worst != Status.OK:
        found.append(
            Measure(
                "Principal geodesics",
                worst.words,
                "A principal geodesic ends before two standard deviations.",
                False,
            )
        )
    return found


STUDY = PrincipalJob
