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

# maximum number of clouds, and replicates of each; the fewest, where samples are so large that only
# this many values are drawn for all clouds
MOST, REPLICATES, FEWEST, VALUES = 24, 200, 20, 1_000_000
NAME = "Bootstrap"
ABSENT = "the values are not in this scene: open the file again"


@dataclass(frozen=True)
class BootstrapJob(OfFits):
    """Clouds of `REPLICATES` maximum-likelihood points around fitted points."""

    priority: ClassVar[Priority] = Priority.SLOW_STUDY
    words: ClassVar[str] = "the bootstrap"
    title: ClassVar[str] = "Bootstrap"
    hint: ClassVar[str] = (
        "Maximum-likelihood points of 200 samples of the same size, or of that which the slider n "
        "says, drawn from each fitted law or from the values."
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
        clouds, failed, absent, B = [], 0, 0, self._replicates()
        for i, point in enumerate(self.points[:MOST]):
            checkpoint()
            made = self._cloud(manifold, point, B, self.data.seed + i)
            if made is None:
                absent += 1
                continue
            failed += made.failed
            clouds.append(made.theta[np.isfinite(made.theta[:, 0])])
        if not clouds:
            raise ValueError(ABSENT)
        return Found(
            {"bootstrap": traced_curves.pieces(clouds)},
            [self._measure(len(clouds), B, failed, absent)],
            names={"bootstrap": f"bootstrap, {self._size()}"},
        )

    def _replicates(self) -> int:
        """Return the number of replicates, fewer where the samples are large.  Raises ValueError where
        they are too large.
        """
        total = self.data.times * sum(point.n for point in self.points[:MOST])
        found = REPLICATES if self.data.resampled else min(REPLICATES, int(VALUES / total))
        if found < FEWEST:
            most = self.data.times * VALUES / (FEWEST * total)
            raise ValueError(f"samples {self._size()} are too large to draw: at most {most:.3g} n")
        return found

    def _size(self) -> str:
        return "n as sampled" if self.data.times == 1.0 else f"as if {self.data.times:g} n"

    def _cloud(self, manifold: Manifold, point: DataPoint, B: int, seed: int) -> Bootstrap | None:
        """Return the cloud of a point; None if it needs values that are not there."""
        theta, n = np.array(point.theta), self.data.times * point.n
        if not self.data.resampled:
            return parametric(manifold, theta, n, B, seed)
        sample = sample_of(manifold, self.data, point)
        return None if sample is None else resampled(manifold, sample, theta, B, seed, n)

    def _hint(self) -> str:
        source = "the values, with replacement" if self.data.resampled else "the fitted law"
        return f"Samples, {self._size()}, drawn from {source}; seed {self.data.seed}."

    def _measure(self, made: int, B: int, failed: int, absent: int) -> Measure:
        words = f"{made} × {B}" + ("" if self.data.times == 1.0 else f", {self._size()}")
        words += f", {failed} without a likeliest law" if failed else ""
        words += f", {absent} without their values" if absent else ""
        left = len(self.points) - made - absent
        words += f", {left} not drawn" if left else ""
        return Measure(NAME, words, self._hint(), not (failed or absent or left))


STUDY = BootstrapJob
