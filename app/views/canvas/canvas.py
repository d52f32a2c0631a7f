"""`VispyCanvas`: the plot on the screen, with mouse events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from vispy import app

from app.process.unhandled import reported
from app.views.canvas.gl.painter import Painter, context, renderer
from app.views.canvas.input.gestures import Gestures
from app.views.interface.events import PlotResized
from app.views.interface.theme import DARK, Theme

# seconds for which a moved pin waits for its geodesic before it is drawn without it
PATIENCE = 0.025


class VispyCanvas(Gestures):
    """The canvas of a window.

    size: logical pixels (width, height).  application: vispy's, None for the one in use.  ``native`` is
    the backend's widget.
    """

    def __init__(
        self,
        size: tuple[int, int] = (1200, 800),
        theme: Theme = DARK,
        application: app.Application | None = None,
    ) -> None:
        super().__init__(size, theme)
        self._view = view = context(size, application)
        self._timer = app.Timer(PATIENCE, iterations=1, connect=lambda event: view.update())
        self.frames = 0  # drawn so far
        self._due = False  # a requested frame is not drawn yet
        self._view.set_current()
        self._painter = Painter(self._view.native)
        events = self._view.events
        events.draw.connect(reported(None)(lambda event: self._draw()))
        events.resize.connect(reported(None)(lambda event: self._resized()))
        self.listen(events)

    @property
    def native(self) -> object:
        """The toolkit's widget, for the window."""
        return self._view.native

    def on_drawn(self, call: Callable[[], None]) -> None:
        """Call ``call`` after each frame."""
        self._view.events.draw.connect(reported(None)(lambda event: call()), position="last")

    def _now(self) -> None:
        """Redraw as soon as possible."""
        self._timer.stop()
        self._due = True
        self._view.update()

    def _soon(self) -> None:
        """Redraw together with the geodesic of a moved pin: one frame instead of two.

        A frame already scheduled includes it anyway.
        """
        if not self._timer.running and not self._due:
            self._timer.start()

    def present(self) -> None:
        if self._due or self._timer.running:
            self._now()
            self._view.native.present()

    @property
    def is_waiting(self) -> bool:
        """Whether the redraw of a moved pin waits for its geodesic."""
        return bool(self._timer.running)

    def close(self) -> None:
        """Stop drawing before the widget is destroyed."""
        self._timer.stop()

    def image(self) -> NDArray[np.uint8]:
        """Render into an offscreen buffer, at the canvas's size in device pixels."""
        width, height = self._view.physical_size
        self._view.set_current()
        self._measure()
        return self._painter.picture(self, (int(width), int(height)), self._ratio)

    @property
    def renderer(self) -> str:
        """The name of the OpenGL implementation."""
        self._view.set_current()
        return renderer()

    def _draw(self) -> None:
        self.frames += 1
        self._due = False
        self._measure()
        width, height = self._view.physical_size
        self._painter.paint(self, (width, height))

    def magnify(self, scale: float) -> None:
        """Scale text, lines and pins, for a lecture hall."""
        self.magnified = scale
        self._resized()

    @property
    def _ratio(self) -> float:
        """Return device pixels per logical pixel."""
        return float(self._view.pixel_scale) * self.magnified

    def _measure(self) -> None:
        width, height = (round(side / self.magnified) for side in self._view.size)
        self._stage.resize((width, height), self._ratio)

    def _resized(self) -> None:
        self._measure()
        self._handler(PlotResized(self._plot_pixels()))
        self._now()
