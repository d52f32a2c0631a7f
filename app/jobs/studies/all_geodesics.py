"""Every geodesic between the pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.job import Priority
from app.jobs.studies import traced_curves
from app.jobs.studies.study import BetweenPins, Found, pins_of
from app.jobs.studies.traced_curves import Curves
from app.jobs.viewport import Viewport
from app.model.scene import Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies import jacobi_fields
from compute.studies.geodesic_fan import all_geodesics


@dataclass(frozen=True)
class EveryJob(BetweenPins):
    """All other geodesics between the pins."""

    priority: ClassVar[Priority] = Priority.SLOW_STUDY
    words: ClassVar[str] = "all geodesics"
    title: ClassVar[str] = "All geodesics"
    hint: ClassVar[str] = (
        "All geodesics from A to B that a search finds, each with its number of conjugate "
        "points. Takes seconds."
    )
    place: ClassVar[int] = 20
    measure: ClassVar[str] = "All geodesics"
    section: ClassVar[str] = "conjugate-points-wavefronts-and-balls"
    curves: ClassVar[Mapping[str, Style]] = {
        "other": Style(140, lambda t: t.geodesic, 0.75, 2.0, words="other geodesics"),
    }
    at_rest: ClassVar[bool] = True

    alpha: float

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, *pins_of(scene), scene.alpha)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        paths = all_geodesics(
            engine, manifold, np.array(self.start), np.array(self.end), self.alpha
        )
        fine = paths.status == Status.OK
        index = (
            jacobi_fields.morse_index(engine, manifold, paths)
            if self.alpha == 0.0
            else 0 * paths.nodes
        )
        others = [i for i in range(1, len(fine)) if fine[i]]
        words = ", ".join(f"{length:.5g}" for length in paths.length[fine])
        hint = "All geodesics from A to B found by shooting in all directions, shortest first."
        measures = [Measure("All geodesics", words or "none found", hint, bool(fine.any()))]
        if len(others):
            turned = ", ".join(str(i) for i in index[fine])
            hint = "Number of conjugate points on each: 0 only for a locally shortest geodesic."
            measures.append(Measure("Their Morse indices", turned, hint))
        shortest = float(paths.length[fine].min()) if fine.any() else None
        other = traced_curves.several(manifold, paths, others, self.alpha)
        curves: Curves = {"other": other}
        return Found(curves, measures, shortest=shortest)


STUDY = EveryJob
