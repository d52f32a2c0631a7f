"""A vector transported around a loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import Found, Study
from app.jobs.viewport import Viewport
from app.model.scene import Point, Scene, chart_of
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from app.views.text.number_format import KEPT_BY_NONE
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.manifold.charts import parameters
from compute.manifold.manifold import Manifold, known_inside
from compute.requests.engine import Engine
from compute.studies.geodesic_fan import frame
from compute.studies.holonomy import holonomy, polygon

# for states of a qubit
BERRY = " On the hemisphere of states this is the Berry angle: the solid angle of the loop."
LOOP_VERTICES = 96


@dataclass(frozen=True)
class LoopJob(Study):
    """A vector transported around a loop of vertices in θ, with edges straight in a plane chart."""

    words: ClassVar[str] = "the loop"
    title: ClassVar[str] = "Loop"
    hint: ClassVar[str] = "A vector carried around the loop returns rotated by ∫K dA, the holonomy."
    place: ClassVar[int] = 50
    measure: ClassVar[str] = "Turn on the loop"
    section: ClassVar[str] = "transport-and-holonomy"
    curves: ClassVar[Mapping[str, Style]] = {
        "loop": Style(80, lambda t: t.vector, 0.95, 1.8),
        "before": Style(120, lambda t: t.geodesic, 1.0, 2.6, arrow=True, words="before the loop"),
        "after": Style(130, lambda t: t.vector, 1.0, 2.6, arrow=True, words="after the loop"),
    }

    loop: tuple[Point, ...]
    alpha: float
    chart: str

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        vertices = scene.loop or default_loop(scene)
        return cls(scene.family, vertices, scene.alpha, plane_of(scene))

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        vertices, chart = np.array(self.loop), chart_of(manifold, self.chart)
        if not manifold.in_domain(vertices).all():
            chart = parameters(manifold.coordinates)  # its boundary has a meaning everywhere
        drawn = polygon(chart.forward(vertices), chart, manifold.periods)
        found = holonomy(engine, manifold, drawn, self.alpha)
        curves: dict[str, Floats | traced_curves.Traced] = {
            "loop": traced_curves.loop(manifold, vertices, chart)
        }
        fine = found.status == Status.OK
        if fine:
            size = 0.3 * np.sqrt(abs(found.area) / np.pi) if found.encloses else 0.3
            first = size * frame(engine, manifold, vertices[0])[:, 0]
            curves["before"] = np.stack([vertices[0], vertices[0] + first])
            curves["after"] = np.stack([vertices[0], vertices[0] + found.matrix @ first])
        metric = self.alpha == 0.0  # transport by another connection is not a rotation
        angle = (
            f"{found.angle:.6g} rad = {np.degrees(found.angle):.4g}°" if metric else KEPT_BY_NONE
        )
        difference = f"{found.defect:.1e}" if found.encloses else "not compared"
        difference = difference if metric else KEPT_BY_NONE
        measures = [
            Measure(
                "Turn on the loop",
                angle if fine else found.status.words,
                "Angle by which parallel transport around the loop rotates a vector."
                + (BERRY if manifold.support(vertices[:1]).space == "measurements" else ""),
                fine,
            ),
            Measure(
                "Curvature inside",
                f"{found.integral_curvature:.6g}"
                if found.encloses
                else "none: the loop winds around a periodic coordinate",
                "∫∫K dA over the region enclosed counter-clockwise; by Gauss–Bonnet it equals "
                "the holonomy.",
                bool(np.isfinite(found.integral_curvature)),
            ),
            Measure(
                "Their difference",
                difference,
                "Transport along the loop against quadrature inside: the numerical error of both.",
                not metric or not found.encloses or abs(found.defect) < 1e-3,
            ),
        ]
        turn = found.angle if fine and metric else None
        return Found(curves, measures, frozenset() if fine else frozenset({"loop"}), turn=turn)


def plane_of(scene: Scene) -> str:
    """Return the name of the plane chart in which, or over which, a completed scene is drawn."""
    return chart_of(manifold_of(scene.family), scene.chart).plane.name


def default_loop(scene: Scene) -> tuple[Point, ...]:
    """Return a circle in the first chart around the midpoint of the pins, inside the domain."""
    assert scene.start and scene.end
    manifold = manifold_of(scene.family)
    chart, view = manifold.charts[0], manifold.view
    size = np.array([view.x1 - view.x0, view.y1 - view.y0])
    a, b = (chart.forward(np.array(pin.theta)) for pin in (scene.start, scene.end))
    turn = 2 * np.pi * np.arange(LOOP_VERTICES) / LOOP_VERTICES
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1) * size
    theta = chart.inverse((a + b) / 2 + 0.01 * circle)
    for share in (0.5, 0.35, 0.2, 0.1, 0.05):
        radius = share * float(np.linalg.norm((b - a) / size))
        trial = chart.inverse((a + b) / 2 + max(radius, 0.02) * circle)
        if known_inside(manifold, trial).all():
            theta = trial
            break
    return tuple((float(x), float(y)) for x, y in theta)


STUDY = LoopJob
