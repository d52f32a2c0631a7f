"""The triangle ABC: sides, angles, area, and the theorem of Gauss and Bonnet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies.construction import (
    Construction,
    angle,
    engine,
    error,
    failure,
    joined,
    number,
)
from app.jobs.studies.study import Found
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.constructions.triangle import Triangle, connected, triangle
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

HINT = "The triangle whose sides are the geodesics between A, B and C."
# largest difference of the two sides of the theorem, in radians, without a warning
APART = 1e-6


@dataclass(frozen=True)
class TriangleJob(Construction):
    """The geodesic triangle ABC."""

    words: ClassVar[str] = "the triangle"
    title: ClassVar[str] = "Triangle"
    hint: ClassVar[str] = (
        "Sides, angles and area of the geodesic triangle; its angle sum less π is ∫K dA."
    )
    place: ClassVar[int] = 76
    measure: ClassVar[str] = "Triangle ABC"
    uses_third: ClassVar[bool] = True
    curves: ClassVar[Mapping[str, Style]] = {
        "sides": Style(124, lambda t: t.moving, 0.95, 2.0, words="sides BC and CA"),
    }

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures; during a drag only the sides."""
        a, b, c = self.pins
        if not self.is_final:
            paths = connected(engine(), manifold, np.concatenate([b, c]), np.concatenate([c, a]))
            return Found({"sides": joined(paths)}, [])
        made = triangle(engine(), manifold, a, b, c)
        paths = connected(engine(), manifold, np.concatenate([b, c]), np.concatenate([c, a]))
        curves = {"sides": joined(paths)}
        dashed = frozenset() if (paths.status == Status.OK).all() else frozenset({"sides"})
        return Found(curves, _measures(made), dashed)


def _measures(made: Triangle) -> list[Measure]:
    status = int(made.status[0])
    found = [failure("Triangle ABC", status, HINT)] if status != Status.OK else []
    lengths = " · ".join(f"{x:.6g}" for x in made.sides[0])
    known = bool(np.isfinite(made.sides).all())
    found.append(Measure("Sides BC · CA · AB", lengths if known else "not known", HINT, known))
    for name, value in zip("ABC", made.angles[0], strict=True):
        found.append(angle(f"Angle at {name}", float(value), "The angle of two sides under g."))
    found += [
        number(
            "Angle sum − π",
            float(made.excess[0]),
            "By Gauss and Bonnet this is ∫K dA: 0 on a flat surface, negative where K < 0.",
        ),
        number(
            "∫K dA",
            float(made.total_curvature[0]),
            "The curvature integrated over the triangle, without its angles or Jacobi’s equation.",
        ),
        error(
            "Their difference",
            float(made.certificate[0]),
            "|angle sum − π − ∫K dA|, two numbers found in different ways; 0 without error.",
            float(made.certificate[0]) <= APART,
        ),
        number("Area of ABC", float(made.area[0]), "∫√D dθ¹dθ², in square Fisher lengths."),
    ]
    return found


STUDY = TriangleJob
