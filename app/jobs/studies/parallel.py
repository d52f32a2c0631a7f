"""The parallel to AB through C by transport, and the curve of constant distance from AB through C."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies.construction import (
    BEYOND,
    Construction,
    engine,
    error,
    failure,
    is_quick,
    line,
    number,
)
from app.jobs.studies.study import Found
from app.jobs.studies.traced_curves import Curves, Traced
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.constructions.parallel import Equidistant, Parallel, equidistant, parallel
from compute.core.status import Status
from compute.curves.dense_curve import through
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

HINT = "The geodesic through C whose direction is that of AB, carried from A to C by Levi-Civita."
APART_HINT = "All points at the distance of C from AB, on its side; a geodesic only where K = 0."
# points of the equidistant curve, and in a drag
POINTS, LIVE = 33, 17


@dataclass(frozen=True)
class ParallelJob(Construction):
    """The parallel to AB through C, and the equidistant curve."""

    words: ClassVar[str] = "the parallel"
    title: ClassVar[str] = "Parallel"
    hint: ClassVar[str] = (
        "The geodesic through C with the direction of AB, carried there in parallel; beside it the "
        "curve of constant distance from AB, which is no geodesic where K ≠ 0."
    )
    place: ClassVar[int] = 78
    measure: ClassVar[str] = "Parallel through C"
    uses_third: ClassVar[bool] = True
    curves: ClassVar[Mapping[str, Style]] = {
        "parallel": Style(125, lambda t: t.pin_c, 0.95, 2.0, words="parallel through C"),
        "equidistant": Style(
            115, lambda t: t.pin_c, 0.9, 1.6, dash=(2, 4), words="equidistant from AB"
        ),
    }

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures; in a drag the equidistant curve where that is quick."""
        a, b, c = self.pins
        made = parallel(engine(), manifold, a, b, c)
        solver = self.drawing(of, manifold)
        curves: Curves = {}
        if made.status[0] == Status.OK:
            curves = {"parallel": line(manifold, c[0], made.velocity[0], *BEYOND, solver)}
        measures = _measures(made)
        if self.is_final or is_quick(solver, manifold):
            count = POINTS if self.is_final else LIVE
            far = equidistant(solver, manifold, a, b, c, np.linspace(*BEYOND, count))
            whole = np.isfinite(far.theta[0]).all()
            theta = far.theta[0]
            curves = {**curves, "equidistant": Traced(theta, through(theta)) if whole else theta}
            measures += _equidistant(far) if self.is_final else []
        return Found(curves, measures)


def _measures(made: Parallel) -> list[Measure]:
    if made.status[0] != Status.OK:
        return [failure("Parallel through C", int(made.status[0]), HINT)]
    x, y = made.velocity[0]
    return [
        Measure("Parallel through C", f"direction ({x:.6g}, {y:.6g})", HINT),
        error(
            "Parallel, certificate",
            float(made.certificate[0]),
            "The relative difference of two transports: by the constant angle with AC, and integrated.",
        ),
    ]


def _equidistant(far: Equidistant) -> list[Measure]:
    if far.status[0] != Status.OK:
        return [failure("Equidistant curve", int(far.status[0]), APART_HINT)]
    return [number("Equidistant curve", abs(float(far.foot.distance[0])), APART_HINT)]


STUDY = ParallelJob
