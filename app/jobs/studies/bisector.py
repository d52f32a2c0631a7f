"""The perpendicular bisector of A and B: all points of equal distance from both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies.construction import (
    Construction,
    engine,
    error,
    failure,
    is_quick,
    number,
)
from app.jobs.studies.study import Found
from app.jobs.studies.traced_curves import Curves, Traced
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.constructions.bisector import Bisector, bisector, off_perpendicular
from compute.constructions.midpoint import midpoint
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.curves.dense_curve import through
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

# points on the curve, and in a drag
POINTS, LIVE = 49, 17
HINT = (
    "All points at the same Fisher–Rao distance from A and B; a geodesic only where K is constant."
)


@dataclass(frozen=True)
class BisectorJob(Construction):
    """The bisector d(·, A) = d(·, B)."""

    words: ClassVar[str] = "the bisector"
    title: ClassVar[str] = "Bisector"
    hint: ClassVar[str] = (
        "All points of equal distance from A and B. It is a geodesic only where K is constant; the "
        "perpendicular at the midpoint is another layer."
    )
    place: ClassVar[int] = 72
    measure: ClassVar[str] = "Bisector"
    curves: ClassVar[Mapping[str, Style]] = {
        "bisector": Style(
            122, lambda t: t.caustic, 0.95, 1.8, dash=(8, 4), words="bisector d(·, A) = d(·, B)"
        ),
    }

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures; in a drag the curve, where that is quick."""
        a, b, _ = self.pins
        if not self.is_final:
            return Found(self._live(self.drawing(of, manifold), manifold, a, b), self.later())
        middle = midpoint(engine(), manifold, a, b)
        if middle.status[0] != Status.OK:
            return Found({}, [failure("Bisector", middle.status[0], HINT)])
        reach = 2.0 * float(middle.distance[0])
        made = bisector(engine(), manifold, a, b, reach * np.linspace(-1.0, 1.0, POINTS))
        return Found({"bisector": _curve(made.theta[0])}, _measures(manifold, made, reach))

    def _live(self, drawing: Engine, manifold: Manifold, a: Floats, b: Floats) -> Curves:
        """Return the curve through a few points; none where it would hold up the drag."""
        if not is_quick(drawing, manifold):
            return {}
        reach = 2.0 * float(midpoint(drawing, manifold, a, b).distance[0])
        if not np.isfinite(reach):
            return {}
        made = bisector(drawing, manifold, a, b, reach * np.linspace(-1.0, 1.0, LIVE))
        return {"bisector": _curve(made.theta[0])}


def _curve(theta: Floats) -> Traced | Floats:
    """Return a smooth curve through points (k, 2); a polygon if some are missing."""
    whole = np.isfinite(theta).all()
    return Traced(theta, through(theta)) if whole else theta


def _measures(manifold: Manifold, made: Bisector, reach: float) -> list[Measure]:
    good = made.status[0] == Status.OK
    if not good.any():
        return [failure("Bisector", int(made.status[0][0]), HINT)]
    words = (
        f"to {reach:.4g} from the midpoint"
        if good.all()
        else f"{good.sum()} of {good.size} points found"
    )
    return [
        Measure("Bisector", words, HINT, bool(good.all())),
        error(
            "Bisector, certificate",
            float(np.nanmax(made.certificate)),
            "The largest |d(·, A) − d(·, B)| at its points; 0 without error.",
        ),
        number(
            "Bisector off the perpendicular",
            off_perpendicular(manifold, made),
            "The largest Fisher length between points of the bisector and those of the geodesic "
            "perpendicular at the midpoint from which they were found: 0 if both are one curve.",
        ),
    ]


STUDY = BisectorJob
