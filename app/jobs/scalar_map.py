"""The map behind the curves: a scalar of the family, or the distance from a point."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs import flow
from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport, visible
from app.model.scene import DISTANCE, Point, chart_of
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent
from compute.requests.engine import Engine
from compute.requests.fields import DistanceRequest, Effort, Field, FieldRequest

# longer side of a map, coarse first
MAP_SIDES = (48, 384)
DISTANCE_SIDES = (48, 160)
# and its maximum for a typed density computed without a GPU
TYPED_SIDE = 512


@dataclass(frozen=True)
class MapJob(Job):
    """A scalar over the visible rectangle of a chart, on a canvas of pixels (width, height).

    ``side``: samples along its longer side for print; 0 for the window, with a coarse map first.
    ``source``: the source point for the scalar "distance".
    """

    priority: ClassVar[Priority] = Priority.MAP
    layers: ClassVar[tuple[str, ...]] = ("map",)
    reads: ClassVar[frozenset[str] | None] = frozenset(
        ("family", "chart", "view", "equal", "scalar", "token", "start", "layers", "flow.mode")
    )
    details: ClassVar[frozenset[str]] = frozenset(("view", "pixels", "side"))

    family: str
    chart: str
    scalar: str
    token: int
    view: Extent
    pixels: tuple[int, int]
    side: int = 0
    source: Point | None = None

    @property
    def label(self) -> str:
        """Say what is computed."""
        return "the map" if self.source is None else "the distances"

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> Self | None:
        """Return the map of the visible rectangle, unless it is off or replaced by a flow of mass."""
        scene = subject.scene
        assert scene.start
        if not scene.layers.map or (scene.layers.flow and flow.covers(scene)):
            return None
        source = scene.start.theta if scene.scalar == DISTANCE else None
        view, pixels = visible(subject, viewport), viewport.pixels
        shown = scene.scalar, scene.token, view, pixels
        return cls(scene.family, scene.chart, *shown, source=source)

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit a coarse map and then the full one."""
        began, manifold = time.perf_counter(), manifold_of(self.family)
        chart = chart_of(manifold, self.chart).plane
        usual = MAP_SIDES if self.source is None else DISTANCE_SIDES
        slow = manifold.averages is not None and (engine.software or engine.name == "reference")
        finest = min(self.side, TYPED_SIDE) if slow else self.side
        sides = (finest,) if self.side else usual
        for side in sides:
            if cancelled():
                return
            shape = _shape(self.pixels, side)
            if self.source is not None:
                source = np.array(self.source)
                effort = Effort.GEODESICS if side == sides[-1] else Effort.GRIDS
                wanted = DistanceRequest(manifold, chart, source, self.view, shape, effort)
                field = engine.distance(wanted)
            else:
                request = FieldRequest(manifold, chart, self.scalar, self.view, shape, self.token)
                field = engine.field(request, cancelled=cancelled)
            complete = side == sides[-1]
            if not (complete and cancelled()):
                emit(MapAnswer(self, field, complete, 1000 * (time.perf_counter() - began)))


@dataclass(frozen=True, eq=False)
class MapAnswer:
    """``field``: coarse first, then in full (``complete``)."""

    job: MapJob
    field: Field
    complete: bool
    milliseconds: float


def _shape(pixels: tuple[int, int], side: int) -> tuple[int, int]:
    """Return rows and columns in the canvas's proportions, with the longer one ``side``."""
    longest = max(*pixels, 1)
    width, height = (max(2, round(side * p / longest)) for p in pixels)
    return height, width
