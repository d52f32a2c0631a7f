"""Regions that cover the true law of each sample with the chosen probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.data_table import sample_of
from app.jobs.studies import traced_curves
from app.jobs.studies.of_points import OfFits, fitted
from app.jobs.studies.study import Found
from app.jobs.viewport import Viewport
from app.model.data_points import DataPoint
from app.model.scene import Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.manifold.manifold import Manifold, inside_only
from compute.requests.engine import Engine
from compute.statistics.likelihood import likelihood
from compute.statistics.likelihood_region import (
    Region,
    is_summarised,
    region,
    region_of_summary,
    wald_ellipse,
)

# maximum number of regions drawn
MOST = 200
NAME = "Regions of fits"
HINT = (
    "The likelihood-ratio region {θ : 2(ℓ(θ̂) − ℓ(θ)) ≤ χ²}, which for exponential families is the ball "
    "2n KL(θ̂‖θ) ≤ χ², and the ellipse of g⁻¹/n. Both cover the true θ with this probability as n → ∞."
)


@dataclass(frozen=True)
class RegionsJob(OfFits):
    """The likelihood-ratio regions of fitted points, and their ellipses."""

    words: ClassVar[str] = "the regions"
    title: ClassVar[str] = "Regions of fits"
    hint: ClassVar[str] = (
        "Where the true law of each sample may lie: the likelihood-ratio region, and dashed the "
        "ellipse that it becomes for large samples."
    )
    place: ClassVar[int] = 62
    measure: ClassVar[str] = NAME
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "region": Style(22, lambda t: t.e_path, 0.95, 1.6, words="likelihood-ratio region"),
        "wald": Style(21, lambda t: t.m_path, 0.95, 1.6, dash=(5, 4), words="ellipse of g⁻¹/n"),
    }

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, fitted(scene), scene.data.sure)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the boundary and the ellipse of each fitted point."""
        if not self.points:
            return Found({}, [Measure(NAME, "no fitted points", HINT, False)])
        curves: dict[str, list[Floats]] = {"region": [], "wald": []}
        closed = 0
        for point in self.points[:MOST]:
            checkpoint()
            theta, n = np.array(point.theta), point.n * self.data.times
            ellipse = _closed(wald_ellipse(manifold, theta, n, self.data.level))
            curves["wald"].append(_inside_or_nan(manifold, ellipse))
            made = self._region(manifold, point, theta, n)
            if made is not None:
                ring = np.where(made.closed[:, None], made.theta, np.nan)
                curves["region"].append(_closed(ring))
                closed += bool(made.closed.all())
        drawn: traced_curves.Curves = {
            kind: traced_curves.pieces(rings) for kind, rings in curves.items() if rings
        }
        return Found(drawn, [self._measure(len(curves["region"]), closed)], names=self._names())

    def _region(
        self, manifold: Manifold, point: DataPoint, theta: Floats, n: float
    ) -> Region | None:
        """Return the region, from the values where the likelihood depends on more than θ̂; None where
        these are not there.
        """
        level = self.data.level
        if is_summarised(manifold):
            return region_of_summary(manifold, theta, n, level)
        sample = sample_of(manifold, self.data, point)
        if sample is None:
            return None
        return region(likelihood(manifold, sample).larger(self.data.times), theta, level)

    def _names(self) -> dict[str, str]:
        level = f"{100 * self.data.level:.4g} % "
        return {kind: f"{level}{style.words}{self._times()}" for kind, style in self.curves.items()}

    def _measure(self, made: int, closed: int) -> Measure:
        at = f"at {100 * self.data.level:.4g} %{self._times()}"
        if not made:
            return Measure(NAME, f"ellipses only {at}, without the values", HINT, False)
        of = "" if made == len(self.points) else f" of {len(self.points)}"
        edge = f", {made - closed} open at the edge of the domain" if closed < made else ""
        drawn = min(len(self.points), MOST)
        return Measure(NAME, f"{made}{of} {at}{edge}", HINT, closed == made == drawn)

    def _times(self) -> str:
        return "" if self.data.times == 1.0 else f", as if {self.data.times:g} n"


def _closed(ring: Floats) -> Floats:
    return np.concatenate([ring, ring[:1]])


def _inside_or_nan(manifold: Manifold, theta: Floats) -> Floats:
    """Return θ (k, 2), NaN outside the domain."""
    known = inside_only(manifold, theta)[1]
    return np.where(known[:, None], theta, np.nan)


STUDY = RegionsJob
