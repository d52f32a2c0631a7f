"""Bootstrap clouds: maximum-likelihood points of samples that are drawn again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.data_table import sample_of
from app.jobs.job import Priority
from app.jobs.studies import traced_curves
from app.jobs.studies.of_points import OfFits, fitted
from app.jobs.studies.study import Found
from app.jobs.viewport import Viewport
from app.model.data_points import DataPoint
from app.model.scene import Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.interrupt import checkpoint
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.statistics.bootstrap import Bootstrap, parametric, resampled

# maximum number of clouds, and replicates of each
MOST, REPLICATES = 24, 200
NAME = "Bootstrap"
ABSENT = "the values are not in this scene: open the file again"


@dataclass(frozen=True)
class BootstrapJob(OfFits):
    """Clouds of `REPLICATES` maximum-likelihood points around fitted points."""

    priority: ClassVar[Priority] = Priority.SLOW_STUDY
    words: ClassVar[str] = "the bootstrap"
    title: ClassVar[str] = "Bootstrap"
    hint: ClassVar[str] = (
        "Maximum-likelihood points of 200 samples of the same size, drawn from each fitted law or from "
        "the values."
    )
    place: ClassVar[int] = 63
    measure: ClassVar[str] = NAME
    section: ClassVar[str] = "samples"
    at_rest: ClassVar[bool] = True
    curves: ClassVar[Mapping[str, Style]] = {
        "bootstrap": Style(
            20, lambda t: t.moving, 0.8, 2.6, 0.8, dots=True, words="bootstrap, n as sampled"
        ),
    }

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, fitted(scene), scene.data.drawn)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Draw and fit the samples of each point."""
        if not self.points:
            return Found({}, [Measure(NAME, "no fitted points", self._hint(), False)])
        clouds, failed, absent = [], 0, 0
        for i, point in enumerate(self.points[:MOST]):
            checkpoint()
            made = self._cloud(manifold, point, self.data.seed + i)
            if made is None:
                absent += 1
                continue
            failed += made.failed
            clouds.append(made.theta[np.isfinite(made.theta[:, 0])])
        if not clouds:
            raise ValueError(ABSENT)
        return Found(
            {"bootstrap": traced_curves.pieces(clouds)},
            [self._measure(len(clouds), failed, absent)],
        )

    def _cloud(self, manifold: Manifold, point: DataPoint, seed: int) -> Bootstrap | None:
        """Return the cloud of a point; None if it needs values that are not there."""
        theta = np.array(point.theta)
        if not self.data.resampled:
            return parametric(manifold, theta, point.n, REPLICATES, seed)
        sample = sample_of(manifold, self.data, point)
        return None if sample is None else resampled(manifold, sample, theta, REPLICATES, seed)

    def _hint(self) -> str:
        source = "the values, with replacement" if self.data.resampled else "the fitted law"
        return f"{REPLICATES} samples of the same size, drawn from {source}; seed {self.data.seed}."

    def _measure(self, made: int, failed: int, absent: int) -> Measure:
        words = f"{made} × {REPLICATES}"
        words += f", {failed} without a likeliest law" if failed else ""
        words += f", {absent} without their values" if absent else ""
        left = len(self.points) - made - absent
        words += f", {left} not drawn" if left else ""
        return Measure(NAME, words, self._hint(), not (failed or absent or left))


STUDY = BootstrapJob
