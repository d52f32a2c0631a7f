"""Animated transition between two charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from app.jobs.path import PathAnswer
from app.jobs.studies.study import StudyAnswer
from app.jobs.subject import Subject
from app.presenters import drawing
from app.views.interface.views import Canvas, Window
from compute.core.arrays import Floats
from compute.manifold.charts import Chart

FRAME_MS, STEPS = 16, 24


class ChartTransition:
    """Interpolates the drawing of a scene over `STEPS` frames of the window's clock, without
    blocking.
    """

    def __init__(self, canvas: Canvas, window: Window) -> None:
        self._canvas, self._window = canvas, window
        self._stop: Callable[[], None] | None = None
        self._done: Callable[[], None] = lambda: None
        self._step = 0
        self.is_running = False

    def begin(
        self,
        old: Subject,
        new: Subject,
        path: PathAnswer | None,
        found: Iterable[StudyAnswer],
        done: Callable[[], None],
    ) -> None:
        """Start the transition from the chart of ``old`` to that of ``new``, of the same family; then
        call ``done``.
        """
        self.end()
        # a transition that interrupts another starts from neither chart
        drawing.show_ground(self._canvas, old)
        self._canvas.set_blend(0.0)
        drawing.show_scene(self._canvas, new)
        drawing.show_things(
            self._canvas, replace(new, chart=both(old.chart, new.chart)), path, found
        )
        self._done, self._step = done, 0
        self._stop = self._window.every(FRAME_MS, self._advance)
        self.is_running = True

    def _advance(self) -> None:
        self._step += 1
        if self._step >= STEPS:
            self.end()
        else:
            t = self._step / STEPS
            self._canvas.set_blend(t * t * (3.0 - 2.0 * t))

    def end(self) -> None:
        """Finish the transition at once."""
        if self._stop is not None:
            self._stop()
            self._stop, self.is_running = None, False
            self._canvas.set_blend(None)
            self._done()


def both(before: Chart, after: Chart) -> Chart:
    """Return a chart with the drawing coordinates of both charts, for drawing only."""

    def forward(theta: Floats) -> Floats:
        return np.concatenate([before.forward(theta), after.forward(theta)], axis=-1)

    def jacobian(theta: Floats) -> Floats:
        return np.concatenate([before.jacobian(theta), after.jacobian(theta)], axis=-2)

    return replace(after, name="both", forward=forward, jacobian=jacobian)
