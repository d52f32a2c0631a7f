"""The perpendicular from C to the geodesic through A and B, and its foot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.jobs.studies.construction import (
    BEYOND,
    Construction,
    dots,
    error,
    failure,
    line,
    number,
    place,
    segment,
)
from app.jobs.studies.study import Found
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.constructions import lines
from compute.constructions.foot import Foot, foot
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

HINT = "The point nearest to C on the geodesic through A and B, continued beyond both."
# distance, relative to that of A and B, below which C lies on the geodesic
ON_IT = 1e-9


@dataclass(frozen=True)
class PerpendicularJob(Construction):
    """The perpendicular from C to the geodesic through A and B."""

    words: ClassVar[str] = "the perpendicular"
    title: ClassVar[str] = "Perpendicular"
    hint: ClassVar[str] = (
        "The geodesic from C to the nearest point of the geodesic through A and B: the foot of the "
        "perpendicular."
    )
    place: ClassVar[int] = 74
    measure: ClassVar[str] = "Foot of the perpendicular"
    uses_third: ClassVar[bool] = True
    curves: ClassVar[Mapping[str, Style]] = {
        "produced": Style(
            65, lambda t: t.geodesic, 0.6, 1.4, dash=(3, 4), words="geodesic through A and B"
        ),
        "dropped": Style(123, lambda t: t.pin_c, 0.95, 2.0, words="perpendicular from C"),
        "foot": Style(212, lambda t: t.pin_c, 1.0, 9.0, dots=True),
    }

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures, in a drag only what the window's engine draws."""
        a, b, c = self.pins
        solver = self.drawing(of, manifold)
        near = foot(solver, manifold, a, b, c)
        if near.status[0] != Status.OK:
            return Found({}, [failure("Foot of the perpendicular", near.status[0], HINT)])
        whole = lines.through(solver, manifold, a, b)
        low, high = (float(near.t[0]) + more for more in (-0.1, 0.1))
        low, high = min(BEYOND[0], low), max(BEYOND[1], high)
        curves = {
            "produced": line(manifold, a[0], whole.velocity[0], low, high, solver),
            "dropped": segment(manifold, near.theta[0], near.to_point[0], solver),
            "foot": dots(near.theta[0]),
        }
        if solver.name != "reference":
            return Found(curves, self.later())
        return Found(curves, _measures(near, float(whole.speed[0])))


def _measures(near: Foot, length: float) -> list[Measure]:
    distance, t = float(near.distance[0]), float(near.t[0])
    there = "" if 0.0 <= t <= 1.0 else " beyond A" if t < 0.0 else " beyond B"
    on_it = abs(distance) <= ON_IT * length
    return [
        place("Foot of the perpendicular", near.theta[0], HINT),
        Measure(
            "Place of the foot",
            f"t = {t:.6g}{there}",
            "Where the foot lies on the geodesic: t = 0 at A, 1 at B.",
        ),
        Measure("Distance of C from AB", "0: C lies on it", HINT)
        if on_it
        else number("Distance of C from AB", abs(distance), "From C to the foot."),
        error(
            "Foot, certificate",
            float(near.certificate[0]),
            "|⟨log C, γ′⟩| / |γ′| at the foot: the length by which the right angle is missed.",
        ),
    ]


STUDY = PerpendicularJob
