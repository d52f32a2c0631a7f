"""The path through the points of data in their order, such as checkpoints of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.moving_marks import MovingMark
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
LOSSES = (
    "The loss of the training at the first point, at the last one, and the least of all points."
)
TURNING = "The sum of the angles at the points: the total geodesic curvature of the path."


@dataclass(frozen=True)
class CheckpointsJob(OfPoints):
    """The path through points, with its length against the distance of its ends."""

    words: ClassVar[str] = "the path through the points"
    title: ClassVar[str] = "Path of points"
    hint: ClassVar[str] = (
        "The geodesics from each point of data to the next, such as checkpoints of a training, with a "
        "mark at the time of the playhead, and dashed the geodesic between the first and the last."
    )
    place: ClassVar[int] = 66
    measure: ClassVar[str] = "Path length"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "checkpoints": Style(24, lambda t: t.vector, 1.0, 2.0, words="path through the points"),
        "direct": Style(
            23, lambda t: t.vector, 0.9, 1.6, dash=(6, 5), words="geodesic of its ends"
        ),
        "checkpoint_mark": Style(63, lambda t: t.vector, 1.0, 11.0, 2.0, dots=True),
    }

    points: tuple[Point, ...]
    times: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    name: str = ""

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene: its points by their times, if all have one."""
        points, times = standing(scene.points), tuple[float, ...]()
        if points and all(point.time is not None for point in points):
            points = tuple(sorted(points, key=lambda point: (point.time, point.theta)))
            times = tuple(float(point.time or 0.0) for point in points)
        theta = tuple(point.theta for point in points)
        losses = tuple(point.loss for point in points if point.loss is not None)
        whole = losses if len(losses) == len(points) else ()
        return cls(scene.family, theta, times, whole, scene.data.name)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the path and the geodesic between its ends."""
        if len(self.points) < 2:
            return Found({}, [Measure("Path length", "needs two points of data", HINT, False)])
        theta = np.array(self.points)
        path = checkpoint_path(engine, manifold, theta, self.times or None)
        curves: traced_curves.Curves = {"checkpoints": path.curve}
        dashed = frozenset(("checkpoints",)) if path.status != Status.OK else frozenset[str]()
        marks = {"checkpoint_mark": MovingMark(path.times / path.times[-1], path.curve)}
        names = {"checkpoints": f"path of {self.name}"} if self.name else {}
        if path.distance > 0:
            request = ConnectRequest(manifold, theta[:1], theta[-1:], 0.0, STEPS)
            curves = {**curves, "direct": engine.connect(request).theta[0]}
        rows = [*_measures(path), *self._losses()]
        return Found(curves, rows, dashed, names=names, moving=marks)

    def _losses(self) -> list[Measure]:
        """Return the measure of the losses, where all points have one."""
        if not self.losses:
            return []
        first, last, least = (
            f"{x:.4g}" for x in (self.losses[0], self.losses[-1], min(self.losses))
        )
        return [Measure("Loss of the path", f"{first} → {last}; least {least}", LOSSES)]


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
