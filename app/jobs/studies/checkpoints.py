"""The path through the points of data in their order, such as checkpoints of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.of_points import OfPoints
from app.jobs.studies.study import Found
from app.jobs.viewport import Viewport
from app.model.data_points import standing
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.statistics.checkpoint_path import CheckpointPath, checkpoint_path

STEPS = 64
HINT = "The sum of the Fisher–Rao distances from each point of data to the next one of the table."
EXCESS = "The length divided by the distance of the ends: 1 on a geodesic."
DIVERGENCE = (
    "T Σ d²/Δt over the total time T, which is (n − 1) Σ d² for points without times: at least the "
    "square of the length."
)
TURNING = "The sum of the angles at the points: the total geodesic curvature of the path."


@dataclass(frozen=True)
class CheckpointsJob(OfPoints):
    """The path through points, with its length against the distance of its ends."""

    words: ClassVar[str] = "the path through the points"
    title: ClassVar[str] = "Path of points"
    hint: ClassVar[str] = (
        "The geodesics from each point of data to the next, such as checkpoints of a training, and "
        "dashed the geodesic between the first and the last."
    )
    place: ClassVar[int] = 66
    measure: ClassVar[str] = "Path length"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "checkpoints": Style(24, lambda t: t.vector, 1.0, 2.0, words="path through the points"),
        "direct": Style(
            23, lambda t: t.vector, 0.9, 1.6, dash=(6, 5), words="geodesic of its ends"
        ),
    }

    points: tuple[Point, ...]
    times: tuple[float, ...] = ()

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene: its points by their times, if all have one."""
        points = standing(scene.points)
        timed = sorted((point.time, point.theta) for point in points if point.time is not None)
        if not points or len(timed) < len(points):
            return cls(scene.family, tuple(point.theta for point in points))
        times, theta = zip(*timed, strict=True)
        return cls(scene.family, theta, times)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the path and the geodesic between its ends."""
        if len(self.points) < 2:
            return Found({}, [Measure("Path length", "needs two points of data", HINT, False)])
        theta = np.array(self.points)
        path = checkpoint_path(engine, manifold, theta, self.times or None)
        curves: traced_curves.Curves = {"checkpoints": path.curve}
        dashed = frozenset(("checkpoints",)) if path.status != Status.OK else frozenset[str]()
        if path.distance > 0:
            request = ConnectRequest(manifold, theta[:1], theta[-1:], 0.0, STEPS)
            curves = {**curves, "direct": engine.connect(request).theta[0]}
        return Found(curves, _measures(path), dashed)


def _measures(path: CheckpointPath) -> list[Measure]:
    if path.status != Status.OK:
        return [Measure("Path length", path.status.words, HINT, False)]
    excess = f"{path.excess:.6g}" if np.isfinite(path.excess) else "its ends are one point"
    return [
        Measure("Path length", f"{path.length:.6g}", HINT),
        Measure("Distance of its ends", f"{path.distance:.6g}", HINT),
        Measure("Excess of the path", excess, EXCESS),
        Measure("Thermodynamic divergence", f"{path.divergence:.6g}", DIVERGENCE),
        Measure("Turning", f"{np.degrees(path.turning):.5g}°", TURNING),
    ]


STUDY = CheckpointsJob
