"""Regions that cover the true law of each sample with a probability of 95 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import Found, Study
from app.jobs.viewport import Viewport
from app.model.data_points import DataPoint, standing
from app.model.scene import Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.manifold.manifold import Manifold, inside_only
from compute.requests.engine import Engine
from compute.statistics.likelihood_region import region_of_summary, wald_ellipse

# maximum number of regions drawn
MOST = 200
LEVEL = 0.95
HINT = (
    "The likelihood-ratio region {θ : 2n KL(θ̂‖θ) ≤ χ²}; where the likelihood depends on more than θ̂, "
    "only the ellipse of g⁻¹/n is drawn. Both cover the true θ in 95 % of all cases as n → ∞."
)


@dataclass(frozen=True)
class RegionsJob(Study):
    """The likelihood-ratio regions of fitted points, and their ellipses."""

    words: ClassVar[str] = "the regions"
    title: ClassVar[str] = "95 % regions"
    hint: ClassVar[str] = (
        "Where the true law of each sample may lie: the likelihood-ratio region, and dashed the "
        "ellipse that it becomes for large samples."
    )
    place: ClassVar[int] = 62
    measure: ClassVar[str] = "95 % regions"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "region": Style(22, lambda t: t.e_path, 0.95, 1.6, words="95 % region"),
        "wald": Style(21, lambda t: t.m_path, 0.95, 1.6, dash=(5, 4), words="ellipse of g⁻¹/n"),
    }

    points: tuple[DataPoint, ...]

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, tuple(point for point in standing(scene.points) if point.n > 0))

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the boundary and the ellipse of each fitted point."""
        if not self.points:
            return Found({}, [Measure("95 % regions", "no fitted points", HINT, False)])
        curves: dict[str, list[Floats]] = {"region": [], "wald": []}
        closed = 0
        for point in self.points[:MOST]:
            theta = np.array(point.theta)
            ellipse = _closed(wald_ellipse(manifold, theta, point.n, LEVEL))
            curves["wald"].append(_inside_or_nan(manifold, ellipse))
            made = region_of_summary(manifold, theta, point.n, LEVEL)
            if made is not None:
                ring = np.where(made.closed[:, None], made.theta, np.nan)
                curves["region"].append(_closed(ring))
                closed += bool(made.closed.all())
        drawn: traced_curves.Curves = {
            kind: traced_curves.pieces(rings) for kind, rings in curves.items() if rings
        }
        return Found(drawn, [self._measure(len(curves["region"]), closed)])

    def _measure(self, made: int, closed: int) -> Measure:
        if not made:
            return Measure("95 % regions", "ellipses only", HINT)
        words = f"{made}" if made == len(self.points) else f"{made} of {len(self.points)}"
        if closed < made:
            words += f", {made - closed} open at the edge of the domain"
        return Measure("95 % regions", words, HINT, closed == made)


def _closed(ring: Floats) -> Floats:
    return np.concatenate([ring, ring[:1]])


def _inside_or_nan(manifold: Manifold, theta: Floats) -> Floats:
    """Return θ (k, 2), NaN outside the domain."""
    known = inside_only(manifold, theta)[1]
    return np.where(known[:, None], theta, np.nan)


STUDY = RegionsJob
