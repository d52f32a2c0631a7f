"""The cut locus of A."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.job import Priority
from app.jobs.studies.study import REACH, SHORTEST, BetweenPins, Found
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies.cut_locus import cut_points
from compute.studies.geodesic_fan import spray
from compute.studies.retry import length_between


@dataclass(frozen=True)
class CutJob(BetweenPins):
    """The cut locus of A."""

    priority: ClassVar[Priority] = Priority.SLOW_STUDY
    words: ClassVar[str] = "the cut locus"
    title: ClassVar[str] = "Cut locus of A"
    hint: ClassVar[str] = (
        "Points joined to A by two shortest geodesics; beyond them neither is shortest. Takes "
        "seconds."
    )
    place: ClassVar[int] = 60
    measure: ClassVar[str] = "Cut points"
    section: ClassVar[str] = "conjugate-points-wavefronts-and-balls"
    curves: ClassVar[Mapping[str, Style]] = {
        "cut": Style(60, lambda t: t.caustic, 0.95, 4.5, dots=True, words="cut locus"),
    }
    at_rest: ClassVar[bool] = True

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        a, b = np.array(self.start), np.array(self.end)
        length = REACH * max(length_between(engine, manifold, a, b)[0], SHORTEST)
        points = cut_points(manifold, spray(engine, manifold, a, length, 512, 128))
        hint = "Points where two shortest geodesics from A meet; beyond them neither is shortest."
        words = f"{len(points)} within {length:.4g}" if len(points) else f"none within {length:.4g}"
        return Found({"cut": points}, [Measure("Cut points", words, hint)])


STUDY = CutJob
