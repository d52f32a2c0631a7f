"""Circumcentre and incentre of the triangle ABC, with their circles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.job import Priority
from app.jobs.studies.construction import Construction, dots, engine, error, failure, number, place
from app.jobs.studies.study import Found
from app.jobs.studies.traced_curves import Curves, outline
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.constructions import lines
from compute.constructions.centres import Centre, circumcentre, incentre
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import full
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest

# points of a circle
POINTS = 73
HINTS = {
    "Circumcentre": "The point of equal distance from A, B and C. Where K < 0 there may be none.",
    "Incentre": "The point of equal distance from the sides BC, CA and AB.",
}


@dataclass(frozen=True)
class CentresJob(Construction):
    """The circles through the vertices and within the sides of the triangle ABC."""

    priority: ClassVar[Priority] = Priority.SLOW_STUDY
    words: ClassVar[str] = "the centres of the triangle"
    title: ClassVar[str] = "Circles of ABC"
    hint: ClassVar[str] = (
        "The Fisher circles through A, B and C and within the sides of the triangle, and their centres."
    )
    place: ClassVar[int] = 77
    measure: ClassVar[str] = "Circumcentre"
    uses_third: ClassVar[bool] = True
    at_rest: ClassVar[bool] = True
    curves: ClassVar[Mapping[str, Style]] = {
        "circumcircle": Style(116, lambda t: t.caustic, 0.95, 1.8, words="circumcircle"),
        "circumcentre": Style(213, lambda t: t.caustic, 1.0, 9.0, dots=True),
        "incircle": Style(117, lambda t: t.w2_path, 0.95, 1.8, dash=(6, 3), words="incircle"),
        "incentre": Style(214, lambda t: t.w2_path, 1.0, 9.0, dots=True),
    }

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute both circles and their measures."""
        a, b, c = (pin[0] for pin in self.pins)
        drawn: Curves = {}
        measures: list[Measure] = []
        for name, find in (("Circumcentre", circumcentre), ("Incentre", incentre)):
            made = find(engine(), manifold, a, b, c)
            drawn = {**drawn, **_drawn(name, manifold, made)}
            measures += _measures(name, made)
        return Found(drawn, measures)


def _drawn(name: str, manifold: Manifold, made: Centre) -> Curves:
    """Return the circle and its centre; none without one."""
    if made.status != Status.OK:
        return {}
    circle = name.lower().replace("centre", "circle")
    return {
        circle: outline(manifold, _circle(manifold, made)),
        name.lower(): dots(made.theta),
    }


def _circle(manifold: Manifold, made: Centre) -> Floats:
    """Return the ends (k, 2) of the geodesics of the radius from the centre, NaN where one leaves the
    domain.
    """
    g = full(manifold.geometry(made.theta).metric)
    frame = np.linalg.inv(np.linalg.cholesky(g))
    angle = np.linspace(0.0, 2.0 * np.pi, POINTS)
    away = made.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ frame
    start = np.repeat(made.theta[None], POINTS, axis=0)
    paths = engine().shoot(ShootRequest(manifold, start, away, 0.0, lines.STEPS))
    return np.where((paths.status == Status.OK)[:, None], paths.theta[:, -1], np.nan)


def _measures(name: str, made: Centre) -> list[Measure]:
    hint = HINTS[name]
    if made.status != Status.OK:
        return [failure(name, made.status, hint)]
    return [
        place(name, made.theta, hint),
        number(f"{name}, radius", made.radius, hint),
        error(f"{name}, certificate", made.certificate, "The largest difference of the distances."),
    ]


STUDY = CentresJob
