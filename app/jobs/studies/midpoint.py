"""The midpoint of A and B, and the geodesic perpendicular there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.jobs.studies.construction import Construction, dots, engine, error, failure, line, place
from app.jobs.studies.study import Found
from app.views.interface.curve_styles import Style
from compute.constructions.midpoint import midpoint, perpendicular
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

HINT = "The point of the geodesic from A to B at the same distance from both."


@dataclass(frozen=True)
class MidpointJob(Construction):
    """The midpoint of A and B, and the geodesic perpendicular to AB there."""

    words: ClassVar[str] = "the midpoint"
    title: ClassVar[str] = "Midpoint"
    hint: ClassVar[str] = "The midpoint of A and B, and the geodesic perpendicular to AB there."
    place: ClassVar[int] = 70
    measure: ClassVar[str] = "Midpoint"
    curves: ClassVar[Mapping[str, Style]] = {
        "upright": Style(
            121, lambda t: t.w2_path, 0.95, 1.8, words="perpendicular at the midpoint"
        ),
        "midpoint": Style(211, lambda t: t.w2_path, 1.0, 9.0, dots=True),
    }

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        a, b, _ = self.pins
        middle = midpoint(engine(), manifold, a, b)
        if middle.status[0] != Status.OK:
            return Found({}, [failure("Midpoint", middle.status[0], HINT)])
        normal = perpendicular(engine(), manifold, a, b).normal[0]
        reach = 2.0 * float(middle.distance[0])
        curves = {
            "upright": line(
                manifold, middle.theta[0], normal, -reach, reach, self.drawing(of, manifold)
            ),
            "midpoint": dots(middle.theta[0]),
        }
        measures = [
            place("Midpoint", middle.theta[0], HINT),
            error(
                "Midpoint, certificate",
                middle.certificate[0],
                "|log A + log B| / 2 at the midpoint, by two other geodesics; 0 without error.",
            ),
        ]
        return Found(curves, measures)


STUDY = MidpointJob
