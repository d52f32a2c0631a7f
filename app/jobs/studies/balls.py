"""Balls around A with B on the boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import SHORTEST, BetweenPins, Found
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.divergences.divergence import balls, bregman, natural_chart
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies.geodesic_fan import spray
from compute.studies.retry import length_between

# directions in which the boundary of a divergence ball is found
BALL_DIRECTIONS = 384


@dataclass(frozen=True)
class BallJob(BetweenPins):
    """The geodesic ball around A through B, and the balls of both divergences."""

    words: ClassVar[str] = "balls"
    title: ClassVar[str] = "Balls through B"
    hint: ClassVar[str] = (
        "Balls around A with B on the boundary: by geodesic distance, and by KL in either "
        "direction."
    )
    place: ClassVar[int] = 40
    measure: ClassVar[str] = "Geodesic ball"
    section: ClassVar[str] = "conjugate-points-wavefronts-and-balls"
    curves: ClassVar[Mapping[str, Style]] = {
        "ball": Style(20, lambda t: t.pin_a, 0.95, 1.8, words="geodesic ball"),
        "forward": Style(30, lambda t: t.e_path, 0.95, 1.8, dash=(2, 4), words="KL(A‖θ) ball"),
        "backward": Style(40, lambda t: t.m_path, 0.95, 1.8, dash=(7, 5), words="KL(θ‖A) ball"),
    }
    at_rest: ClassVar[bool] = True

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        a, b = np.array(self.start), np.array(self.end)
        found, known = length_between(engine, manifold, a, b)
        length = max(found, SHORTEST)
        curves: dict[str, Floats | traced_curves.Traced] = {}
        measures: list[Measure] = []
        if known:
            fan = spray(engine, manifold, a, length, 1024, 48)
            lost = int((~np.isfinite(fan.theta[:, -1]).all(axis=1)).sum())
            if lost < len(fan.angle):
                curves["ball"] = traced_curves.fronts(engine, manifold, fan, [48], True)
            measures += _gaps(lost, len(fan.angle))
        else:
            hint = (
                "The ball through B: its radius is unknown, since no geodesic from A to B was "
                "found."
            )
            measures.append(Measure("Geodesic ball", "not known", hint, False))
        if natural_chart(manifold) is None or manifold.divergence is None:
            return Found(curves, measures)
        around = balls(manifold, a, b, BALL_DIRECTIONS)
        curves["forward"], curves["backward"] = (traced_curves.outline(manifold, c) for c in around)
        forward, backward = bregman(manifold, a, b)
        hint = "The Bregman divergence of ψ; its ball also passes through B."
        measures += [
            Measure("KL(A‖B), dotted ball", f"{forward:.6g} nats", hint),
            Measure("KL(B‖A), dashed ball", f"{backward:.6g} nats", hint),
        ]
        return Found(curves, measures)


def _gaps(lost: int, rays: int) -> list[Measure]:
    """Return the measure of the rays that do not reach the boundary of the ball, if any."""
    if not lost:
        return []
    hint = "Rays that leave the chart or are not resolved: the boundary is open there."
    value = "not known" if lost == rays else f"open at {lost} of {rays} rays"
    return [Measure("Geodesic ball", value, hint, False)]


STUDY = BallJob
