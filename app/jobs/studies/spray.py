"""Geodesics from A in all directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import REACH, SHORTEST, BetweenPins, Found, pins_of
from app.jobs.viewport import Viewport
from app.model.scene import Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies.geodesic_fan import spray
from compute.studies.retry import length_between

# rays of a spray, and how many wavefronts lie on them
RAYS = {"live": 128, "final": 768}
FRONTS = 6
# one of this many rays is drawn
DRAWN = {"live": 4, "final": 12}


@dataclass(frozen=True)
class SprayJob(BetweenPins):
    """Geodesics from A in all directions, with their wavefronts and their caustic."""

    words: ClassVar[str] = "the spray"
    title: ClassVar[str] = "Spray from A"
    hint: ClassVar[str] = (
        "Geodesics in all directions, wavefronts of equal distance, and the caustic of "
        "conjugate points."
    )
    place: ClassVar[int] = 30
    measure: ClassVar[str] = "Wavefront spacing"
    section: ClassVar[str] = "conjugate-points-wavefronts-and-balls"
    curves: ClassVar[Mapping[str, Style]] = {
        "rays": Style(0, lambda t: t.geodesic, 0.8, 1.1, 1.0),
        "fronts": Style(10, lambda t: t.pin_a, 1.0, 1.5, 1.0, words="wavefronts"),
        "caustic": Style(50, lambda t: t.caustic, 1.0, 2.4, words="caustic"),
    }
    details: ClassVar[frozenset[str]] = frozenset(("quality",))

    quality: str

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, *pins_of(scene), viewport.quality)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        a, b = np.array(self.start), np.array(self.end)
        length = max(length_between(engine, manifold, a, b)[0], SHORTEST)
        fan = spray(engine, manifold, a, REACH * length, RAYS[self.quality], 96)
        nodes = [96 * i // FRONTS for i in range(1, FRONTS + 1)]
        curves = {
            "rays": traced_curves.rays(fan, DRAWN[self.quality]),
            "fronts": traced_curves.fronts(engine, manifold, fan, nodes, self.quality == "final"),
            "caustic": traced_curves.caustic(fan),
        }
        count = int(np.isfinite(fan.conjugate).sum())
        hint = (
            "Rays that meet neighbouring rays again; beyond that point they are no longer shortest."
        )
        share = f"{count} of {len(fan.angle)} rays"
        step = f"{REACH * length / FRONTS:.4g}"
        measures = [
            Measure("Wavefront spacing", step, "Fisher–Rao distance between two wavefronts."),
            Measure("Conjugate points on", share, hint),
        ]
        return Found(curves, measures)


STUDY = SprayJob
